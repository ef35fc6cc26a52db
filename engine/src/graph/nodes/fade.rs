//! From the sound that a connection had to the one it has now.

use crate::graph::{DspNode, Guard, NodeIo, Ports, Status, Width};

/// Goes from input 0 to input 1 in a straight line, once.
#[derive(Debug)]
pub(in crate::graph) struct EdgeFade {
    width: Width,
    done: u32,
    length: u32,
}

impl EdgeFade {
    pub(in crate::graph) const fn new(width: Width, length: u32) -> Self {
        Self { width, done: 0, length }
    }

    fn mix(&self, was: &[f32], now: &[f32], out: &mut [f32]) {
        let mut done = self.done;
        for (out, (was, now)) in out.iter_mut().zip(was.iter().zip(now)) {
            done = (done + 1).min(self.length);
            let part = done as f32 / self.length as f32;
            *out = if done == self.length { *now } else { was * (1.0 - part) + now * part };
        }
    }
}

impl DspNode for EdgeFade {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let (left, right) = ([io.left(0), io.left(1)], [io.right(0), io.right(1)]);
        let over = self.done >= self.length;
        if over && io.status(1) == Status::Silent {
            return Status::Silent;
        }
        self.mix(left[0], left[1], io.out_left());
        if self.width == Width::Stereo {
            self.mix(right[0], right[1], io.out_right());
        }
        self.done = self.done.saturating_add(u32::try_from(io.frames()).unwrap_or(0)).min(self.length);
        Status::Audio
    }

    fn type_name(&self) -> &'static str {
        "EdgeFade"
    }

    fn ports(&self) -> Ports {
        super::ports(2, self.width)
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn most_gain(&self) -> f32 {
        1.0
    }
}
