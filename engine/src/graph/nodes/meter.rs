//! A peak meter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::graph::{BankKernel, DspNode, Guard, LOUDEST, NodeIo, Ports, Status, Width};

/// What a [`Meter`] has seen, for everyone who looks at it.
#[derive(Clone, Debug, Default)]
pub struct MeterReading(Arc<AtomicU32>);

impl MeterReading {
    /// The highest magnitude since the last time this was asked, at most [`LOUDEST`].
    #[must_use]
    pub fn take_peak(&self) -> f32 {
        // What is not a number counts as too loud.
        f32::from_bits(self.0.swap(0, Ordering::Relaxed)).min(LOUDEST)
    }
}

/// Passes sound on and notes its peak.
#[derive(Debug)]
pub struct Meter {
    width: Width,
    reading: MeterReading,
}

impl Meter {
    /// With what it will show.
    #[must_use]
    pub fn new(width: Width) -> (Self, MeterReading) {
        let reading = MeterReading::default();
        (Self { width, reading: reading.clone() }, reading)
    }

    fn make(&self, mut io: NodeIo<'_>) -> Status {
        if io.status(0) == Status::Silent {
            return Status::Silent;
        }
        let mut peak = pass(io.left(0), io.out_left());
        if self.width == Width::Stereo {
            let right = io.right(0);
            peak = peak.max(pass(right, io.out_right()));
        }
        self.reading.0.fetch_max(peak, Ordering::Relaxed);
        Status::Audio
    }
}

/// Copies, and returns the bits of the highest magnitude: those of positive floats sort as the floats do.
fn pass(input: &[f32], output: &mut [f32]) -> u32 {
    output.copy_from_slice(input);
    input.iter().fold(0, |peak, sample| peak.max(sample.to_bits() & !(1 << 31)))
}

impl DspNode for Meter {
    #[inline(always)]
    fn process(&mut self, io: NodeIo<'_>) -> Status {
        self.make(io)
    }

    fn type_name(&self) -> &'static str {
        "Meter"
    }

    fn ports(&self) -> Ports {
        super::ports(1, self.width)
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

    fn cost_hint_ns(&self) -> u32 {
        20
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    #[test]
    fn the_peak_is_the_highest_magnitude_until_it_is_read() {
        let (mut meter, reading) = Meter::new(Width::Stereo);
        let (mut input, mut output) = (StereoBlock::SILENT, StereoBlock::SILENT);
        input.channels_mut()[1][7] = -0.75;
        IoSetup::new(&[&input], &mut output, 64).run(&mut meter);
        input.channels_mut()[1][7] = 0.5;
        IoSetup::new(&[&input], &mut output, 64).run(&mut meter);
        assert_eq!((reading.take_peak(), reading.take_peak()), (0.75, 0.0));
        assert_eq!(output.right(), input.right());
    }
}
