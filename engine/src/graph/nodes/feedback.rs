//! The one way round: a delay of at least a sub-block.

use crate::graph::{DspNode, NodeIo, Ports, SUB_BLOCK_FRAMES, Status, Width};

/// A delay whose output does not need the input of the same sub-block, so that connections through it may go round.
/// At least [`SUB_BLOCK_FRAMES`] long. A loop through it should lose level, or it grows.
#[derive(Debug)]
pub struct FeedbackDelay {
    width: Width,
    frames: usize,
    /// One for each channel: room for the delay and the sub-block that goes in after it came out.
    rings: [Vec<f32>; 2],
    /// Where the next frame goes in.
    at: usize,
    /// Frames read in this sub-block that are still to be absorbed.
    ahead: usize,
}

impl FeedbackDelay {
    /// Empty. Shorter delays than a sub-block become one.
    #[must_use]
    pub fn new(width: Width, frames: u32) -> Self {
        let frames = (frames as usize).max(SUB_BLOCK_FRAMES);
        let len = frames + SUB_BLOCK_FRAMES;
        let right = if width == Width::Stereo { len } else { 0 };
        Self { width, frames, rings: [vec![0.0; len], vec![0.0; right]], at: 0, ahead: 0 }
    }

    fn read(&self, channel: usize, out: &mut [f32]) {
        let ring = &self.rings[channel];
        let mut from = (self.at + self.ahead + ring.len() - self.frames) % ring.len();
        for sample in out {
            *sample = ring[from];
            from = if from + 1 == ring.len() { 0 } else { from + 1 };
        }
    }
}

impl DspNode for FeedbackDelay {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        self.read(0, io.out_left());
        if self.width == Width::Stereo {
            self.read(1, io.out_right());
        }
        self.ahead += io.frames();
        Status::Audio
    }

    fn absorb(&mut self, io: NodeIo<'_>) {
        self.ahead = 0;
        let len = self.rings[0].len();
        for (ring, input) in self.rings.iter_mut().zip([io.left(0), io.right(0)]) {
            let mut at = self.at;
            for sample in input.iter().take(ring.len()) {
                ring[at] = *sample;
                at = if at + 1 == len { 0 } else { at + 1 };
            }
        }
        self.at = (self.at + io.frames()) % len;
    }

    fn type_name(&self) -> &'static str {
        "FeedbackDelay"
    }

    fn ports(&self) -> Ports {
        super::ports(1, self.width)
    }

    fn reset(&mut self) {
        self.rings.iter_mut().for_each(|ring| ring.fill(0.0));
    }

    fn is_feedback(&self) -> bool {
        true
    }
}
