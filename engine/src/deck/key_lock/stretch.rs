//! The time-stretch library, as a deck uses it: two channels, interleaved, no allocation once it is made.

use std::fmt;

use signalsmith_stretch::Stretch;

/// Above this, in Hz, a shift moves sounds less than in proportion: cymbals keep their air.
const TONALITY_LIMIT_HZ: f32 = 8_000.0;

/// A phase vocoder with the same output for the same calls. It splits its work evenly over its calls.
pub(super) struct Stretcher {
    inner: Stretch,
    sample_rate: f64,
    factor: f32,
}

impl Stretcher {
    /// Allocates. `sample_rate` in Hz.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a sample rate in Hz")]
    pub(super) fn new(sample_rate: f64) -> Self {
        Self { inner: Stretch::preset_cheaper(2, sample_rate as u32), sample_rate, factor: 1.0 }
    }

    /// Frames from the last one put in to the middle of what comes out, at the input's speed.
    pub(super) fn input_latency(&self) -> usize {
        self.inner.input_latency()
    }

    /// Frames from the middle of the work to what comes out.
    pub(super) fn output_latency(&self) -> usize {
        self.inner.output_latency()
    }

    /// Frames of what comes out from one piece of work to the next: 40 ms, as the preset has it.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0.04 s")]
    pub(super) const fn hop_frames(&self) -> usize {
        (self.sample_rate * 0.04) as usize
    }

    /// Frames before the first one that a seek wants: a window and a hop of the preset, 100 and 40 ms.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0.14 s")]
    pub(super) fn history_frames(&self) -> usize {
        (self.sample_rate * 0.14) as usize
    }

    /// Every frequency comes out times `factor`.
    pub(super) fn set_factor(&mut self, factor: f32) {
        if factor != self.factor {
            self.factor = factor;
            #[expect(clippy::cast_possible_truncation, reason = "a sample rate")]
            let limit = TONALITY_LIMIT_HZ / self.sample_rate as f32;
            self.inner.set_transpose_factor(factor, Some(limit));
        }
    }

    /// Starts anew after `history`, interleaved, from where the input goes on at `rate` frames for one of the output.
    pub(super) fn seek(&mut self, history: &[f32], rate: f64) {
        self.inner.reset();
        self.inner.seek(history, rate);
    }

    /// Interleaved frames in and out; their numbers say the speed.
    pub(super) fn process(&mut self, input: &[f32], output: &mut [f32]) {
        self.inner.process(input, output);
    }
}

impl fmt::Debug for Stretcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stretcher").field("sample_rate", &self.sample_rate).finish_non_exhaustive()
    }
}
