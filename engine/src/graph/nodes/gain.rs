//! A gain.

use crate::graph::{BankKernel, DspNode, Guard, NodeIo, Param, ParamBlock, ParamRange, Ports, Status, Width};

/// Multiplies by parameter 0, a linear gain of 0..=16. At 1 the samples pass bit for bit.
#[derive(Debug)]
pub struct Gain {
    width: Width,
    params: ParamBlock<1>,
}

impl Gain {
    /// Most that it amplifies: 24 dB.
    pub const MAX: f32 = 16.0;

    /// At rest on `gain`, linear.
    #[must_use]
    pub fn new(width: Width, gain: f32) -> Self {
        let first = if gain.is_finite() { gain.clamp(0.0, Self::MAX) } else { 1.0 };
        Self { width, params: ParamBlock::new([ParamRange { first, range: 0.0..=Self::MAX }]) }
    }

    #[inline(always)]
    fn make(&mut self, mut io: NodeIo<'_>) -> Status {
        if !self.params.is_settled() {
            return self.glide(io);
        }
        if io.status(0) == Status::Silent {
            return Status::Silent;
        }
        let gain = self.params.current(0);
        if let Some([(left, out_left), (right, out_right)]) = io.whole(0) {
            multiply(left, gain, out_left);
            if self.width == Width::Stereo {
                multiply(right, gain, out_right);
            }
            return Status::Audio;
        }
        multiply(io.left(0), gain, io.out_left());
        if self.width == Width::Stereo {
            multiply(io.right(0), gain, io.out_right());
        }
        Status::Audio
    }

    #[inline(never)]
    fn glide(&mut self, mut io: NodeIo<'_>) -> Status {
        let (left, right) = (io.left(0), io.right(0));
        let is_stereo = self.width == Width::Stereo;
        let [out_left, out_right] = io.out();
        for n in 0..left.len() {
            let gain = self.params.next_value(0);
            out_left[n] = left[n] * gain;
            if is_stereo {
                out_right[n] = right[n] * gain;
            }
        }
        Status::Audio
    }
}

#[inline(always)]
fn multiply(input: &[f32], gain: f32, output: &mut [f32]) {
    for (out, sample) in output.iter_mut().zip(input) {
        *out = sample * gain;
    }
}

impl DspNode for Gain {
    #[inline(always)]
    fn process(&mut self, io: NodeIo<'_>) -> Status {
        self.make(io)
    }

    fn type_name(&self) -> &'static str {
        "Gain"
    }

    fn ports(&self) -> Ports {
        super::ports(1, self.width)
    }

    fn num_params(&self) -> u16 {
        1
    }

    fn set_param(&mut self, index: u16, param: Param) {
        self.params.set(index, param);
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn bank(&self) -> Option<BankKernel> {
        Some(BankKernel::casual::<Self>())
    }

    fn cost_hint_ns(&self) -> u32 {
        8
    }
}
