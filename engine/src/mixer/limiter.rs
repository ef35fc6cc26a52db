//! The master's limiter: it looks ahead, so that no peak goes over the ceiling and no gain ever jumps.
//!
//! ```text
//! in -+-> true peak -> gain needed -> least of the window -> release -> mean of the window -+
//!     +-> delay --------------------------------------------------------------------------> * -> hard clip -> out
//! ```
//!
//! The mean of a window whose every value is at most what a peak needs is at most that too: when the peak comes out of
//! the delay, the gain has arrived.

mod window;

use window::{LeastOf, MeanOf};

use super::FADER_MS;
use crate::dsp::{Slide, TRUE_PEAK_DELAY, TruePeak};
use crate::graph::{DspNode, NodeIo, Ports, Status, Width};
use crate::units::{Decibels, ms_to_frames};

/// How far it looks ahead, in milliseconds.
const LOOK_AHEAD_MS: f64 = 1.5;
/// After which the gain is back for two thirds, in milliseconds.
const RELEASE_MS: f64 = 100.0;
/// The gain is as low as a peak needs for so many frames before and after it too: what lies between the samples is made
/// of them all.
const GUARD_FRAMES: usize = 5;
/// It aims so far below the ceiling, in dB: near the Nyquist frequency the look at the peaks sees less than there is.
/// Square waves of 5 kHz go over what it aims at by nearly as much, if one looks with 128 taps.
const MARGIN_DB: f32 = 0.3;
/// The ceiling before anyone has moved it, in dB.
pub(super) const FIRST_CEILING_DB: f32 = -0.3;

/// A look-ahead true-peak limiter, then a hard clip. Below the ceiling, samples pass bit for bit, late.
#[derive(Debug)]
pub struct LimiterNode {
    /// In dB.
    ceiling: Slide,
    delay: [Vec<f32>; 2],
    at: usize,
    peaks: [TruePeak; 2],
    least: LeastOf,
    mean: MeanOf,
    /// What the gain goes back to 1 by, in each frame.
    release: f64,
    released: f64,
    /// Frames since a sample that was not zero.
    quiet: usize,
}

impl LimiterNode {
    /// At its first ceiling. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let late = vec![0.0; Self::latency_at(sample_rate) as usize];
        let mut node = Self {
            ceiling: Slide::new(FIRST_CEILING_DB, FADER_MS, sample_rate),
            delay: [late.clone(), late],
            at: 0,
            peaks: [TruePeak::new(), TruePeak::new()],
            least: LeastOf::new(1),
            mean: MeanOf::new(1),
            release: 0.0,
            released: 1.0,
            quiet: 0,
        };
        node.prepare(sample_rate);
        node
    }

    /// Frames by which a limiter that is made for a sample rate in Hz makes its sound late. They stay when the rate
    /// changes: hosts and graph count on them.
    #[must_use]
    pub fn latency_at(sample_rate: f64) -> u32 {
        look_ahead(sample_rate) + u32::try_from(TRUE_PEAK_DELAY).unwrap_or(0)
    }

    /// The ceiling in dB.
    pub(super) const fn ceiling_mut(&mut self) -> &mut Slide {
        &mut self.ceiling
    }

    /// How far it holds the sound down, in dB: 0 or below.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "0 to 1")]
    pub fn reduction_db(&self) -> f32 {
        (20.0 * self.released.max(1e-5).log10()) as f32
    }

    fn rests(&self) -> bool {
        self.quiet > 2 * self.delay[0].len() && self.released >= 1.0 && self.mean.is_one() && self.ceiling.is_settled()
    }

    /// The gain for the frame that comes out, with the one that goes in.
    fn next_gain(&mut self, left: f32, right: f32, aim: f32) -> f32 {
        let peak = self.peaks[0].next(left, aim).max(self.peaks[1].next(right, aim));
        let needed = if peak > aim { aim / peak } else { 1.0 };
        let least = f64::from(self.least.next(needed));
        self.released = if least < self.released {
            least
        } else {
            let next = self.released + (least - self.released) * self.release;
            if least - next < 1e-6 { least } else { next }
        };
        #[expect(clippy::cast_possible_truncation, reason = "0 to 1")]
        let released = self.released as f32;
        self.mean.next(released)
    }

    fn make(&mut self, mut io: NodeIo<'_>) -> Status {
        let (left, right, frames) = (io.left(0), io.right(0), io.frames());
        if io.status(0) == Status::Silent && self.rests() {
            return Status::Silent;
        }
        let [out_left, out_right] = io.out();
        let mut ceiling = self.ceiling.current();
        let mut levels = [Decibels(ceiling).to_gain(), Decibels(ceiling - MARGIN_DB).to_gain()];
        for n in 0..frames {
            let moved = self.ceiling.next_value();
            if moved != ceiling {
                ceiling = moved;
                levels = [Decibels(ceiling).to_gain(), Decibels(ceiling - MARGIN_DB).to_gain()];
            }
            let [most, aim] = levels;
            let gain = self.next_gain(left[n], right[n], aim);
            self.quiet = if left[n] == 0.0 && right[n] == 0.0 { self.quiet.saturating_add(1) } else { 0 };
            for (ring, input, out) in [(0, left[n], &mut out_left[n]), (1, right[n], &mut out_right[n])] {
                let late = std::mem::replace(&mut self.delay[ring][self.at], input);
                *out = (late * gain).clamp(-most, most);
            }
            self.at = if self.at + 1 == self.delay[0].len() { 0 } else { self.at + 1 };
        }
        Status::Audio
    }
}

fn look_ahead(sample_rate: f64) -> u32 {
    ms_to_frames(LOOK_AHEAD_MS, sample_rate).max(4 * u32::try_from(GUARD_FRAMES).unwrap_or(0))
}

impl DspNode for LimiterNode {
    fn process(&mut self, io: NodeIo<'_>) -> Status {
        self.make(io)
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Stereo }
    }

    fn latency_frames(&self) -> u32 {
        u32::try_from(self.delay[0].len()).unwrap_or(0)
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.ceiling.prepare(sample_rate);
        let delay = self.delay[0].len();
        let ahead = delay - TRUE_PEAK_DELAY;
        // A peak next to sample s is seen on frames s + d - 1 and s + d, where d is the look's delay, and s comes out on
        // frame s + delay. The mean goes back `ahead - guard` frames from there and must find only what was seen from
        // s + d - 1 - guard to s + d + guard.
        self.mean = MeanOf::new(ahead - GUARD_FRAMES);
        self.least = LeastOf::new(delay - (TRUE_PEAK_DELAY - 1) + 1 + GUARD_FRAMES);
        self.release = 1.0 - (-1.0 / (RELEASE_MS / 1000.0 * sample_rate)).exp();
        self.reset();
    }

    fn reset(&mut self) {
        self.delay.iter_mut().for_each(|ring| ring.fill(0.0));
        self.peaks.iter_mut().for_each(TruePeak::reset);
        self.least.reset();
        self.mean.reset();
        (self.at, self.released, self.quiet) = (0, 1.0, usize::MAX);
    }

    fn cost_hint_ns(&self) -> u32 {
        2_000
    }

    fn type_name(&self) -> &'static str {
        "Limiter"
    }
}

#[cfg(test)]
mod tests;
