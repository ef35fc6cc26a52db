//! A fader.

use std::any::Any;

use super::FADER_MS;
use crate::dsp::Ramp;
use crate::graph::{DspNode, NodeIo};
use crate::units::{Decibels, ms_to_frames};

/// Multiplies by a gain that follows its setting in 5 ms. At 0 dB the samples pass bit for bit.
#[derive(Debug)]
pub struct GainNode {
    setting: Decibels,
    ramp: Ramp,
}

impl GainNode {
    /// At 0 dB. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        Self { setting: Decibels::ZERO, ramp: Ramp::new(1.0, ms_to_frames(FADER_MS, sample_rate)) }
    }

    /// Moves to a level.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set(&mut self, gain: Decibels) {
        self.setting = gain;
        self.ramp.set(gain.to_gain());
    }

    /// The level as set.
    #[must_use]
    pub const fn setting(&self) -> Decibels {
        self.setting
    }
}

impl DspNode for GainNode {
    fn process(&mut self, io: NodeIo<'_>) {
        let Some(input) = io.inputs.first() else { return io.output.silence(io.frames) };
        for n in 0..io.frames {
            let gain = self.ramp.next_value();
            io.output.left[n] = input.left[n] * gain;
            io.output.right[n] = input.right[n] * gain;
        }
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.ramp = Ramp::new(self.setting.to_gain(), ms_to_frames(FADER_MS, sample_rate));
    }

    fn type_name(&self) -> &'static str {
        "Gain"
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
