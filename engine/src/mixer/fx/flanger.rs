//! A short delay that moves, once in the slot's time, against the sound itself. Depth: how far. Tone: how much of it
//! comes back.

use std::f32::consts::TAU;

use super::{Effect, Now, Ring, frames_of};

/// The shortest and the longest delay, in milliseconds.
const DELAY_MS: [f32; 2] = [0.4, 8.0];

#[derive(Debug, Default)]
pub(super) struct Flanger {
    rings: [Ring; 2],
    frames_per_ms: f32,
}

impl Effect for Flanger {
    fn prepare(&mut self, sample_rate: f64) {
        self.rings.iter_mut().for_each(|ring| ring.prepare(frames_of(0.01, sample_rate)));
        #[expect(clippy::cast_possible_truncation, reason = "a few hundred at most")]
        let frames_per_ms = (sample_rate / 1000.0) as f32;
        self.frames_per_ms = frames_per_ms;
    }

    fn next(&mut self, x: [f32; 2], now: &Now) -> [f32; 2] {
        let [least, most] = DELAY_MS;
        let sweep = 0.5 - 0.5 * (TAU * now.phase).cos();
        let delay = (least + (most - least) * now.depth * sweep) * self.frames_per_ms;
        let feedback = 0.85 * now.tone;
        let mut wet = [0.0; 2];
        for channel in 0..2 {
            let late = self.rings[channel].ago(delay);
            self.rings[channel].push(x[channel] + feedback * late);
            wet[channel] = 0.6 * (x[channel] + late);
        }
        wet
    }

    fn is_empty(&self) -> bool {
        self.rings.iter().all(Ring::is_empty)
    }

    fn clear(&mut self) {
        self.rings.iter_mut().for_each(Ring::clear);
    }
}
