//! A sum.

use crate::graph::{DspNode, Guard, MAX_INPUTS, NodeIo, Ports, Status, Width};

/// Adds its inputs, in slot order.
#[derive(Debug)]
pub struct Sum {
    width: Width,
    inputs: usize,
}

impl Sum {
    /// Of so many inputs, at most [`MAX_INPUTS`].
    #[must_use]
    pub fn new(width: Width, inputs: usize) -> Self {
        Self { width, inputs: inputs.min(MAX_INPUTS) }
    }
}

/// From +0 on: adding silence then changes no bit, so that silent inputs can be left out.
#[inline]
fn add<'a>(out: &mut [f32], mut inputs: impl Iterator<Item = &'a [f32]>) {
    let (Some(first), second) = (inputs.next(), inputs.next()) else { return out.fill(0.0) };
    match second {
        None => out.iter_mut().zip(first).for_each(|(out, a)| *out = 0.0 + a),
        Some(second) => {
            out.iter_mut().zip(first.iter().zip(second)).for_each(|(out, (a, b))| *out = 0.0 + a + b);
        }
    }
    for input in inputs {
        out.iter_mut().zip(input).for_each(|(out, sample)| *out += sample);
    }
}

impl DspNode for Sum {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let slots = io.num_inputs();
        let mut heard = [0; MAX_INPUTS];
        let mut count = 0;
        for slot in 0..slots.min(MAX_INPUTS) {
            if io.status(slot) != Status::Silent {
                heard[count] = slot;
                count += 1;
            }
        }
        if count == 0 {
            return Status::Silent;
        }
        let left = heard[..count].iter().map(|&slot| io.left(slot)).collect_array();
        add(io.out_left(), left.into_iter().take(count));
        if self.width == Width::Stereo {
            let right = heard[..count].iter().map(|&slot| io.right(slot)).collect_array();
            add(io.out_right(), right.into_iter().take(count));
        }
        Status::Audio
    }

    fn type_name(&self) -> &'static str {
        "Sum"
    }

    fn ports(&self) -> Ports {
        super::ports(self.inputs, self.width)
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn most_gain(&self) -> f32 {
        1.0
    }

    fn cost_hint_ns(&self) -> u32 {
        20
    }
}

/// Slices of all slots without a heap.
trait CollectArray<'a> {
    fn collect_array(self) -> [&'a [f32]; MAX_INPUTS];
}

impl<'a, I: Iterator<Item = &'a [f32]>> CollectArray<'a> for I {
    fn collect_array(self) -> [&'a [f32]; MAX_INPUTS] {
        let mut array: [&[f32]; MAX_INPUTS] = [&[]; MAX_INPUTS];
        for (place, slice) in array.iter_mut().zip(self) {
            *place = slice;
        }
        array
    }
}
