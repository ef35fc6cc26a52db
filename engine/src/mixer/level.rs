//! The channel fader and the auto gain: a level that a control moves.

use super::{FADER_MS, Path, amplify};
use crate::dsp::Slide;
use crate::graph::{BankKernel, DspNode, Guard, NodeIo, Ports, Status, Width};
use crate::units::Decibels;

/// How long an auto gain takes, in milliseconds: nobody shall hear it go.
const AUTO_GAIN_MS: f64 = 1000.0;

/// Multiplies by a gain that follows a control. Where that is 1, samples pass bit for bit.
#[derive(Debug)]
pub struct LevelNode {
    position: Slide,
    gain: fn(f32) -> f32,
    name: &'static str,
}

impl LevelNode {
    /// A channel fader, fully open: 1 is open, 0 closed, -12 dB in the middle; follows the hand in 5 ms. `sample_rate`
    /// in Hz.
    #[must_use]
    pub fn fader(sample_rate: f64) -> Self {
        let position = Slide::new(1.0, FADER_MS, sample_rate);
        Self { position, gain: |position| position * position, name: "Fader" }
    }

    /// An auto gain at 0 dB; goes to another in a second. `sample_rate` in Hz.
    #[must_use]
    pub fn auto_gain(sample_rate: f64) -> Self {
        let position = Slide::new(0.0, AUTO_GAIN_MS, sample_rate);
        Self { position, gain: |db| Decibels(db).to_gain(), name: "AutoGain" }
    }

    /// Its control: a position, or dB.
    pub(super) const fn slide_mut(&mut self) -> &mut Slide {
        &mut self.position
    }

    /// What it lets through, for on-air detection.
    #[must_use]
    pub fn path(&self) -> Path {
        let ramp = self.position.ramp();
        Path { peak: (self.gain)(ramp.peak()), target: (self.gain)(ramp.target()), frames_left: ramp.frames_left() }
    }

    fn make(&mut self, mut io: NodeIo<'_>) -> Status {
        if io.status(0) == Status::Silent {
            self.position.skip(u32::try_from(io.frames()).unwrap_or(0));
            return Status::Silent;
        }
        let still = self.position.is_settled().then(|| (self.gain)(self.position.current()));
        amplify(&mut io, still, || (self.gain)(self.position.next_value()))
    }
}

impl DspNode for LevelNode {
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
        self.position.prepare(sample_rate);
    }

    fn type_name(&self) -> &'static str {
        self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    fn run(node: &mut LevelNode, frames: usize) -> Vec<f32> {
        let (mut one, mut out) = (StereoBlock::SILENT, StereoBlock::SILENT);
        one.channels_mut()[0].fill(0.7);
        IoSetup::new(&[&one], &mut out, frames).run(node);
        out.left()[..frames].to_vec()
    }

    #[test]
    fn open_is_the_sound_itself_half_is_twelve_down_and_closed_is_nothing() {
        let mut node = LevelNode::fader(48_000.0);
        assert!(run(&mut node, 64).iter().all(|s| s.to_bits() == 0.7_f32.to_bits()));
        for (position, expected) in [(0.5, 0.175), (0.0, 0.0), (1.0, 0.7)] {
            node.slide_mut().move_to(position, 0);
            (0..4).for_each(|_| drop(run(&mut node, 64)));
            assert_eq!(run(&mut node, 1), [expected]);
        }
    }

    #[test]
    fn any_split_gives_the_same_samples_and_the_path_says_how_long_it_is_open() {
        let whole: Vec<f32> = [64, 1]
            .map(|block| {
                let mut node = LevelNode::fader(48_000.0);
                node.slide_mut().move_to(0.0, 0);
                (0..320 / block).flat_map(|_| run(&mut node, block)).map(f32::to_bits).collect::<Vec<_>>()
            })
            .concat()
            .into_iter()
            .map(f32::from_bits)
            .collect();
        assert_eq!(whole[..320], whole[320..]);
        let mut node = LevelNode::fader(48_000.0);
        node.slide_mut().move_to(0.0, 0);
        assert_eq!(node.path(), Path { peak: 1.0, target: 0.0, frames_left: 240 });
    }

    #[test]
    fn an_auto_gain_takes_a_second_and_is_exact_at_its_ends() {
        let mut node = LevelNode::auto_gain(48_000.0);
        assert!(run(&mut node, 64).iter().all(|s| s.to_bits() == 0.7_f32.to_bits()));
        node.slide_mut().move_to(-6.0, 0);
        let heard: Vec<f32> = (0..1000).flat_map(|_| run(&mut node, 48)).collect();
        assert!((heard[23_999] / 0.7 - 10.0_f32.powf(-3.0 / 20.0)).abs() < 1e-4, "half of the dB in half of the time");
        assert!(heard.windows(2).all(|pair| pair[1] <= pair[0]));
        assert_eq!(run(&mut node, 1), [0.7 * Decibels(-6.0).to_gain()]);
        node.slide_mut().move_to(0.0, 0);
        (0..1000).for_each(|_| drop(run(&mut node, 48)));
        assert_eq!(run(&mut node, 1), [0.7]);
    }
}
