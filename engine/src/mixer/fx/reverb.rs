//! A room: eight delays that feed each other. It dies away in four of the slot's times. Depth: shorter (a quarter) or
//! longer (four times) than that. Tone: how long the highs stay.

use super::{Effect, Now, Ring, Sound, frames_of, loud};
use crate::graph::SUB_BLOCK_FRAMES;

/// Lengths of the delays in milliseconds: without a common measure.
const LENGTHS_MS: [f64; LINES] = [29.7, 37.1, 41.1, 43.7, 53.3, 59.9, 67.1, 73.3];
/// Delays.
const LINES: usize = 8;
/// A room of one delay dies away in so many of the slot's times, to -60 dB.
const TIMES: f32 = 4.0;

#[derive(Debug, Default)]
pub(super) struct Reverb {
    rings: [Ring; LINES],
    lengths: [f32; LINES],
    low: [f32; LINES],
    /// Feedback by delay, and what it is for.
    feedback: [f32; LINES],
    designed: [f32; 2],
}

impl Reverb {
    fn design(&mut self, wanted: [f32; 2]) {
        if wanted == self.designed {
            return;
        }
        self.designed = wanted;
        let [period_frames, depth] = wanted;
        let frames = period_frames.max(1.0) * TIMES * 16.0_f32.powf(depth - 0.5);
        // -60 dB after so many frames.
        self.feedback = self.lengths.map(|length| 10.0_f32.powf(-3.0 * length / frames));
    }

    /// Frames that all have gone in before any of them comes out again: at most as many as the shortest delay is long.
    fn run(&mut self, [left, right]: [&mut [f32]; 2], bright: f32) {
        let frames = left.len();
        let mut lines = [[0.0; SUB_BLOCK_FRAMES]; LINES];
        for (line, (ring, length)) in lines.iter_mut().zip(self.rings.iter().zip(self.lengths)) {
            ring.read(length, &mut line[..frames]);
        }
        let mut wet = [[0.0; SUB_BLOCK_FRAMES]; 2];
        for (channel, wet) in wet.iter_mut().enumerate() {
            let [a, b, c, d] = [0, 2, 4, 6].map(|n| &lines[channel + n]);
            wet[..frames].iter_mut().zip(a.iter().zip(b).zip(c.iter().zip(d))).for_each(|(wet, ((a, b), (c, d)))| {
                *wet = 0.35 * (a + b + c + d);
            });
        }
        self.darken(&mut lines, frames, bright);
        mix(&mut lines, frames);
        let gain = 1.0 / 8.0_f32.sqrt();
        for (n, (ring, line)) in self.rings.iter_mut().zip(&mut lines).enumerate() {
            let sound = if n % 2 == 0 { &*left } else { &*right };
            line.iter_mut().zip(sound).for_each(|(line, x)| *line = *line * gain + 0.5 * x);
            ring.write(&mut line[..frames]);
        }
        left.copy_from_slice(&wet[0][..frames]);
        right.copy_from_slice(&wet[1][..frames]);
    }

    /// What comes out of each delay loses highs, and strength. All in one loop: each waits for itself.
    fn darken(&mut self, lines: &mut [[f32; SUB_BLOCK_FRAMES]; LINES], frames: usize, bright: f32) {
        let (mut low, feedback) = (self.low, self.feedback);
        for n in 0..frames.min(SUB_BLOCK_FRAMES) {
            for ((line, low), feedback) in lines.iter_mut().zip(&mut low).zip(feedback) {
                *low = loud(*low + bright * (line[n] - *low));
                line[n] = *low * feedback;
            }
        }
        self.low = low;
    }
}

/// Hadamard's matrix: everything goes everywhere, and no energy is lost or won.
fn mix(lines: &mut [[f32; SUB_BLOCK_FRAMES]; LINES], frames: usize) {
    for half in [1, 2, 4] {
        for n in (0..LINES).filter(|n| n & half == 0) {
            let (before, after) = lines.split_at_mut(n + half);
            for (a, b) in before[n][..frames].iter_mut().zip(&mut after[0]) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
    }
}

impl Effect for Reverb {
    #[expect(clippy::cast_possible_truncation, reason = "frames of a short delay")]
    fn prepare(&mut self, sample_rate: f64) {
        for (n, ms) in LENGTHS_MS.into_iter().enumerate() {
            self.rings[n].prepare(frames_of(ms / 1000.0, sample_rate) + 4);
            self.lengths[n] = (ms / 1000.0 * sample_rate).round() as f32;
        }
        self.designed = [0.0; 2];
        self.clear();
    }

    fn make(&mut self, [left, right]: &mut Sound, now: &Now) {
        self.design([now.period_frames, now.depth]);
        let bright = 0.08 + 0.92 * now.tone;
        let (mut from, shortest) = (0, self.rings[0].readable(self.lengths[0]));
        while from < now.frames {
            let to = now.frames.min(from + shortest);
            self.run([&mut left[from..to], &mut right[from..to]], bright);
            from = to;
        }
    }

    fn lasts(&self) -> usize {
        let rings = self.rings.iter().map(Ring::lasts).max().unwrap_or(0);
        rings.max(usize::from(self.low != [0.0; LINES]))
    }

    fn clear(&mut self) {
        self.rings.iter_mut().for_each(Ring::clear);
        self.low = [0.0; LINES];
    }
}
