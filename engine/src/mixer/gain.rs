//! A fader.

use super::{FADER_MS, Path, amplify};
use crate::dsp::Ramp;
use crate::graph::{BankKernel, DspNode, Guard, NodeIo, Ports, Status, Width};
use crate::units::{Decibels, ms_to_frames};

/// Multiplies by a gain that follows its setting in 5 ms. At 0 dB the samples pass bit for bit.
#[derive(Debug)]
pub struct GainNode {
    setting: Decibels,
    ramp: Ramp,
    fader_frames: u32,
}

impl GainNode {
    /// At 0 dB. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let fader_frames = ms_to_frames(FADER_MS, sample_rate);
        Self { setting: Decibels::ZERO, ramp: Ramp::new(1.0, fader_frames), fader_frames }
    }

    /// Moves to a level.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set(&mut self, gain: Decibels) {
        self.set_over(gain, 0);
    }

    /// Moves to a level in so many frames, but no faster than a fader.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_over(&mut self, gain: Decibels, frames: u32) {
        self.setting = gain;
        self.ramp.set_over(gain.to_gain(), frames.max(self.fader_frames));
    }

    /// Stays where it is on its way; `false` if it was at rest.
    ///
    /// # Real-time
    /// No allocation.
    pub fn hold(&mut self) -> bool {
        let moves = !self.ramp.is_settled();
        if moves {
            let gain = self.ramp.current();
            self.setting = Decibels::from_gain(gain);
            self.ramp = Ramp::new(gain, self.fader_frames);
        }
        moves
    }

    /// What it lets through, for on-air detection.
    #[must_use]
    pub fn path(&self) -> Path {
        Path { peak: self.ramp.peak(), target: self.ramp.target(), frames_left: self.ramp.frames_left() }
    }

    fn make(&mut self, mut io: NodeIo<'_>) -> Status {
        if io.status(0) == Status::Silent {
            self.ramp.skip(u32::try_from(io.frames()).unwrap_or(0));
            return Status::Silent;
        }
        let still = self.ramp.is_settled().then(|| self.ramp.target());
        amplify(&mut io, still, || self.ramp.next_value())
    }

    /// The level as set.
    #[must_use]
    pub const fn setting(&self) -> Decibels {
        self.setting
    }
}

impl DspNode for GainNode {
    #[inline(always)]
    fn process(&mut self, io: NodeIo<'_>) -> Status {
        self.make(io)
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Stereo }
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn bank(&self) -> Option<BankKernel> {
        Some(BankKernel::casual::<Self>())
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.fader_frames = ms_to_frames(FADER_MS, sample_rate);
        self.ramp = Ramp::new(self.setting.to_gain(), self.fader_frames);
    }

    fn type_name(&self) -> &'static str {
        "Gain"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    #[test]
    fn a_slow_move_takes_its_time_and_a_hand_takes_over_from_where_it_is() {
        let mut node = GainNode::new(48_000.0);
        let (mut one, mut out) = (StereoBlock::SILENT, StereoBlock::SILENT);
        one.channels_mut()[0].fill(1.0);
        node.set_over(Decibels::SILENCE, 640);
        let mut last = |node: &mut GainNode, blocks: usize| {
            for _ in 0..blocks {
                IoSetup::new(&[&one], &mut out, 64).run(node);
            }
            out.left()[63]
        };
        assert!((last(&mut node, 5) - 0.5).abs() < 1e-6);
        assert_eq!(node.path(), Path { peak: 1.0, target: 0.0, frames_left: 320 });
        node.set(Decibels::ZERO);
        let next = last(&mut node, 1);
        assert!(next > 0.5 && next < 0.7, "{next}");
        assert_eq!(last(&mut node, 3), 1.0);
    }

    #[test]
    fn a_move_takes_five_milliseconds_in_a_straight_line() {
        let mut node = GainNode::new(48_000.0);
        let (mut one, mut out) = (StereoBlock::SILENT, StereoBlock::SILENT);
        one.channels_mut()[0].fill(1.0);
        node.set(Decibels::SILENCE);
        let mut heard = Vec::new();
        for _ in 0..8 {
            IoSetup::new(&[&one], &mut out, 32).run(&mut node);
            heard.extend_from_slice(&out.left()[..32]);
        }
        for (n, gain) in heard.iter().enumerate() {
            let expected = 1.0 - (n as f32 + 1.0).min(240.0) / 240.0;
            assert!((gain - expected).abs() < 1e-6, "{n}: {gain}");
        }
        assert_eq!((heard[239], heard[238] > 0.0), (0.0, true));
    }
}
