//! The channel fader.

use super::{FADER_MS, Path};
use crate::dsp::Slide;
use crate::graph::{Bank, BankKernel, BankNode, DspNode, Guard, NodeIo, Ports, Status, Width};

/// Multiplies by the square of its position, which follows the hand in 5 ms. Fully open, samples pass bit for bit.
#[derive(Debug)]
pub struct FaderNode {
    position: Slide,
}

/// As on a mixer's fader: -12 dB in the middle, nothing at the end.
fn gain(position: f32) -> f32 {
    position * position
}

impl FaderNode {
    /// Fully open. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        Self { position: Slide::new(1.0, FADER_MS, sample_rate) }
    }

    /// Its position: 0 is closed, 1 is open.
    pub(super) const fn slide_mut(&mut self) -> &mut Slide {
        &mut self.position
    }

    /// What it lets through, for on-air detection.
    #[must_use]
    pub fn path(&self) -> Path {
        let ramp = self.position.ramp();
        Path { peak: gain(ramp.peak()), target: gain(ramp.target()), frames_left: ramp.frames_left() }
    }

    fn make(&mut self, mut io: NodeIo<'_>) -> Status {
        let (left, right) = (io.left(0), io.right(0));
        if io.status(0) == Status::Silent {
            self.position.skip(u32::try_from(left.len()).unwrap_or(0));
            return Status::Silent;
        }
        let [out_left, out_right] = io.out();
        if self.position.is_settled() {
            let gain = gain(self.position.current());
            out_left.iter_mut().zip(left).for_each(|(out, sample)| *out = sample * gain);
            out_right.iter_mut().zip(right).for_each(|(out, sample)| *out = sample * gain);
        } else {
            for n in 0..left.len() {
                let gain = gain(self.position.next_value());
                out_left[n] = left[n] * gain;
                out_right[n] = right[n] * gain;
            }
        }
        Status::Audio
    }
}

impl DspNode for FaderNode {
    fn process(&mut self, io: NodeIo<'_>) -> Status {
        self.make(io)
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Stereo }
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn most_gain(&self) -> f32 {
        1.0
    }

    fn bank(&self) -> Option<BankKernel> {
        Some(BankKernel::casual::<Self>())
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.position.prepare(sample_rate);
    }

    fn type_name(&self) -> &'static str {
        "Fader"
    }
}

impl BankNode for FaderNode {
    /// Its samples are already vectors in time: lanes only save the calls.
    fn process_bank(bank: &mut Bank<'_, Self>) {
        for n in 0..bank.len() {
            let (node, io) = bank.lane(n);
            let status = node.make(io);
            bank.set_status(n, status);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    fn run(node: &mut FaderNode, frames: usize) -> Vec<f32> {
        let (mut one, mut out) = (StereoBlock::SILENT, StereoBlock::SILENT);
        one.channels_mut()[0].fill(0.7);
        IoSetup::new(&[&one], &mut out, frames).run(node);
        out.left()[..frames].to_vec()
    }

    #[test]
    fn open_is_the_sound_itself_half_is_twelve_down_and_closed_is_nothing() {
        let mut node = FaderNode::new(48_000.0);
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
                let mut node = FaderNode::new(48_000.0);
                node.slide_mut().move_to(0.0, 0);
                (0..320 / block).flat_map(|_| run(&mut node, block)).map(f32::to_bits).collect::<Vec<_>>()
            })
            .concat()
            .into_iter()
            .map(f32::from_bits)
            .collect();
        assert_eq!(whole[..320], whole[320..]);
        let mut node = FaderNode::new(48_000.0);
        node.slide_mut().move_to(0.0, 0);
        assert_eq!(node.path(), Path { peak: 1.0, target: 0.0, frames_left: 240 });
    }
}
