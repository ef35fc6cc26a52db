//! Between mono and stereo.

use crate::graph::{DspNode, Guard, NodeIo, Ports, Status, Width};

/// Mono to stereo: the same on both sides.
#[derive(Debug, Default)]
pub struct Widen;

impl DspNode for Widen {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        if io.status(0) == Status::Silent {
            return Status::Silent;
        }
        let input = io.left(0);
        for channel in io.out() {
            channel.copy_from_slice(input);
        }
        Status::Audio
    }

    fn type_name(&self) -> &'static str {
        "Widen"
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Mono], output: Width::Stereo }
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn most_gain(&self) -> f32 {
        1.0
    }
}

/// Stereo to mono: half of the sum.
#[derive(Debug, Default)]
pub struct Fold;

impl DspNode for Fold {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        if io.status(0) == Status::Silent {
            return Status::Silent;
        }
        let (left, right) = (io.left(0), io.right(0));
        for (out, (l, r)) in io.out_left().iter_mut().zip(left.iter().zip(right)) {
            *out = (l + r) * 0.5;
        }
        Status::Audio
    }

    fn type_name(&self) -> &'static str {
        "Fold"
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Mono }
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn most_gain(&self) -> f32 {
        1.0
    }
}
