//! Six all-passes whose notches move up and down, once in the slot's time. Depth: how far. Tone: how much comes back.

use std::f32::consts::{PI, TAU};

use super::{Effect, Now, Sound, loud};

const STAGES: usize = 6;
/// Where the notches go, in Hz: by octaves around the middle of it.
const RANGE_HZ: [f32; 2] = [150.0, 4_500.0];
/// The all-passes are made anew after so many frames.
const STEP_FRAMES: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Phaser {
    states: [[f32; 2]; STAGES],
    last: [f32; 2],
    coef: f32,
    step_left: usize,
    sample_rate: f32,
}

impl Phaser {
    /// The all-passes' coefficient.
    fn design(&self, depth: f32, phase: f32) -> f32 {
        let [least, most] = RANGE_HZ;
        let octaves = (most / least).log2();
        let swing = -(TAU * phase).cos() * depth;
        let hz = (least * most).sqrt() * (0.5 * octaves * swing).exp2();
        let tan = (PI * (hz / self.sample_rate).min(0.45)).tan();
        (tan - 1.0) / (tan + 1.0)
    }

    /// Frames with one coefficient. Both channels in one loop: each waits for itself.
    fn run(&mut self, [left, right]: [&mut [f32]; 2], feedback: f32) {
        let (coef, mut states, mut last) = (self.coef, self.states, self.last);
        for (left, right) in left.iter_mut().zip(right) {
            let x = [*left, *right];
            let mut y: [f32; 2] = std::array::from_fn(|channel| x[channel] - feedback * last[channel]);
            for state in &mut states {
                for channel in 0..2 {
                    let out = coef * y[channel] + state[channel];
                    state[channel] = loud(y[channel] - coef * out);
                    y[channel] = out;
                }
            }
            last = y.map(loud);
            [*left, *right] = std::array::from_fn(|channel| 0.5 * (x[channel] + y[channel]));
        }
        (self.states, self.last) = (states, last);
    }
}

impl Effect for Phaser {
    fn prepare(&mut self, sample_rate: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "a sample rate")]
        let sample_rate = sample_rate as f32;
        self.sample_rate = sample_rate;
        self.clear();
    }

    fn make(&mut self, [left, right]: &mut Sound, now: &Now) {
        let mut from = 0;
        while from < now.frames {
            if self.step_left == 0 {
                self.coef = self.design(now.depth, now.phase(from));
                self.step_left = STEP_FRAMES;
            }
            let frames = self.step_left.min(now.frames - from);
            self.run([&mut left[from..from + frames], &mut right[from..from + frames]], 0.8 * now.tone);
            self.step_left -= frames;
            from += frames;
        }
    }

    fn lasts(&self) -> usize {
        usize::from(self.states.as_flattened().iter().chain(&self.last).any(|state| *state != 0.0))
    }

    fn clear(&mut self) {
        (self.states, self.last, self.step_left) = ([[0.0; 2]; STAGES], [0.0; 2], 0);
    }
}
