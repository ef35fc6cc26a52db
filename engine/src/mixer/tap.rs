//! Where a deck's own output is taken: after its fader, or before.

use super::FADER_MS;
use crate::dsp::Slide;
use crate::graph::{BankKernel, DspNode, Guard, NodeIo, Ports, Status, Width};

/// The places, as the control names them.
pub(super) const PLACES: [&str; 2] = ["post", "pre"];

/// Passes its first input (after the fader) or its second (before it), bit for bit; from one to the other in 5 ms.
#[derive(Debug)]
pub struct TapNode {
    place: Slide,
}

impl TapNode {
    /// After the fader. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        Self { place: Slide::new(0.0, FADER_MS, sample_rate) }
    }

    /// 0 is after, 1 before.
    pub(super) const fn place_mut(&mut self) -> &mut Slide {
        &mut self.place
    }

    fn make(&mut self, mut io: NodeIo<'_>) -> Status {
        let frames = io.frames();
        if self.place.is_settled() {
            let slot = usize::from(self.place.setting() > 0.5);
            if io.status(slot) == Status::Silent {
                return Status::Silent;
            }
            let (left, right) = (io.left(slot), io.right(slot));
            let [out_left, out_right] = io.out();
            out_left.copy_from_slice(left);
            out_right.copy_from_slice(right);
            return Status::Audio;
        }
        let inputs = [0, 1].map(|slot| [io.left(slot), io.right(slot)]);
        let [out_left, out_right] = io.out();
        for n in 0..frames {
            let place = self.place.next_value();
            let mix = |channel: usize| {
                let [post, pre] = inputs.map(|input| input[channel][n]);
                post * (1.0 - place) + pre * place
            };
            (out_left[n], out_right[n]) = (mix(0), mix(1));
        }
        Status::Audio
    }
}

impl DspNode for TapNode {
    #[inline(always)]
    fn process(&mut self, io: NodeIo<'_>) -> Status {
        self.make(io)
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo; 2], output: Width::Stereo }
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
        self.place.prepare(sample_rate);
    }

    fn type_name(&self) -> &'static str {
        "Tap"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    fn run(node: &mut TapNode, frames: usize) -> Vec<f32> {
        let (mut post, mut pre, mut out) = (StereoBlock::SILENT, StereoBlock::SILENT, StereoBlock::SILENT);
        post.channels_mut()[0].fill(0.25);
        pre.channels_mut()[0].fill(0.7);
        IoSetup::new(&[&post, &pre], &mut out, frames).run(node);
        out.left()[..frames].to_vec()
    }

    #[test]
    fn it_goes_over_without_a_click_and_at_any_block_size() {
        let runs = [64, 5, 1].map(|block| {
            let mut node = TapNode::new(48_000.0);
            node.place_mut().move_to(1.0, 0);
            (0..320 / block).flat_map(|_| run(&mut node, block)).map(f32::to_bits).collect::<Vec<_>>()
        });
        assert!(runs.iter().all(|run| *run == runs[0]));
        let heard: Vec<f32> = runs[0].iter().map(|bits| f32::from_bits(*bits)).collect();
        assert!(heard.windows(2).all(|pair| (0.0..0.003).contains(&(pair[1] - pair[0]))));
        assert_eq!(heard[319], 0.7);
    }
}
