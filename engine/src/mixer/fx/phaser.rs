//! Six all-passes whose notches move up and down, once in the slot's time. Depth: how far. Tone: how much comes back.

use std::f32::consts::{PI, TAU};

use super::{Effect, Now, loud};

const STAGES: usize = 6;
/// Where the notches go, in Hz: by octaves around the middle of it.
const RANGE_HZ: [f32; 2] = [150.0, 4_500.0];
/// The all-passes are made anew after so many frames.
const STEP_FRAMES: u32 = 16;

#[derive(Debug, Default)]
pub(super) struct Phaser {
    states: [[f32; STAGES]; 2],
    last: [f32; 2],
    coef: f32,
    step_left: u32,
    sample_rate: f32,
}

impl Effect for Phaser {
    fn prepare(&mut self, sample_rate: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "a sample rate")]
        let sample_rate = sample_rate as f32;
        self.sample_rate = sample_rate;
        self.clear();
    }

    fn next(&mut self, x: [f32; 2], now: &Now) -> [f32; 2] {
        if self.step_left == 0 {
            let [least, most] = RANGE_HZ;
            let octaves = (most / least).log2();
            let swing = -(TAU * now.phase).cos() * now.depth;
            let hz = (least * most).sqrt() * (0.5 * octaves * swing).exp2();
            let tan = (PI * (hz / self.sample_rate).min(0.45)).tan();
            self.coef = (tan - 1.0) / (tan + 1.0);
            self.step_left = STEP_FRAMES;
        }
        self.step_left -= 1;
        let feedback = 0.8 * now.tone;
        let mut wet = [0.0; 2];
        for channel in 0..2 {
            let mut y = x[channel] - feedback * self.last[channel];
            for state in &mut self.states[channel] {
                let out = self.coef * y + *state;
                *state = loud(y - self.coef * out);
                y = out;
            }
            self.last[channel] = loud(y);
            wet[channel] = 0.5 * (x[channel] + y);
        }
        wet
    }

    fn is_empty(&self) -> bool {
        self.states.iter().flatten().chain(&self.last).all(|state| *state == 0.0)
    }

    fn clear(&mut self) {
        (self.states, self.last, self.step_left) = ([[0.0; STAGES]; 2], [0.0; 2], 0);
    }
}
