//! A short delay that moves, once in the slot's time, against the sound itself. Depth: how far. Tone: how much of it
//! comes back.

use std::f32::consts::TAU;

use super::{Effect, Now, Ring, Sound, frames_of};

/// The shortest and the longest delay, in milliseconds.
const DELAY_MS: [f32; 2] = [0.4, 8.0];
/// What comes out of an empty delay begins with the sound's own step: it is let in within so many milliseconds.
const RISE_MS: f32 = 5.0;

#[derive(Debug, Default)]
pub(super) struct Flanger {
    rings: [Ring; 2],
    frames_per_ms: f32,
    /// How much of the sound is let in.
    rise: f32,
}

impl Effect for Flanger {
    fn prepare(&mut self, sample_rate: f64) {
        self.rings.iter_mut().for_each(|ring| ring.prepare(frames_of(0.01, sample_rate)));
        #[expect(clippy::cast_possible_truncation, reason = "a few hundred at most")]
        let frames_per_ms = (sample_rate / 1000.0) as f32;
        self.frames_per_ms = frames_per_ms;
    }

    fn make(&mut self, sound: &mut Sound, now: &Now) {
        let [least, most] = DELAY_MS;
        let feedback = 0.85 * now.tone;
        let step = 1.0 / (RISE_MS * self.frames_per_ms);
        for n in 0..now.frames {
            let sweep = 0.5 - 0.5 * (TAU * now.phase(n)).cos();
            let delay = (least + (most - least) * now.depth * sweep) * self.frames_per_ms;
            for (ring, sound) in self.rings.iter_mut().zip(sound.iter_mut()) {
                let (x, late) = (sound[n], ring.ago(delay));
                ring.push(self.rise * x + feedback * late);
                sound[n] = 0.6 * (x + late);
            }
            self.rise = (self.rise + step).min(1.0);
        }
    }

    fn lasts(&self) -> usize {
        self.rings.iter().map(Ring::lasts).max().unwrap_or(0)
    }

    fn clear(&mut self) {
        self.rings.iter_mut().for_each(Ring::clear);
        self.rise = 0.0;
    }
}
