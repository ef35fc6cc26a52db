//! The crossfader: deck A to deck B with constant power; C and D pass by.

use std::f32::consts::FRAC_PI_2;

use super::FADER_MS;
use crate::dsp::Ramp;
use crate::graph::{DspNode, Guard, NodeIo, Ports, Status, Width};
use crate::units::ms_to_frames;

/// Sums the decks; A and B by the crossfader, C and D as they are.
#[derive(Debug)]
pub struct CrossfaderNode {
    position: f32,
    left: Ramp,
    right: Ramp,
}

/// Gains of deck A and deck B at a position 0..1; the sum of their squares is 1, the ends are exact.
fn gains(position: f32) -> (f32, f32) {
    match position {
        p if p <= 0.0 => (1.0, 0.0),
        p if p >= 1.0 => (0.0, 1.0),
        p => ((p * FRAC_PI_2).cos(), (p * FRAC_PI_2).sin()),
    }
}

impl CrossfaderNode {
    /// In the middle. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        Self::at(0.5, sample_rate)
    }

    fn at(position: f32, sample_rate: f64) -> Self {
        let length = ms_to_frames(FADER_MS, sample_rate);
        let (left, right) = gains(position);
        Self { position, left: Ramp::new(left, length), right: Ramp::new(right, length) }
    }

    /// Moves: 0 = deck A alone, 1 = deck B alone.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set(&mut self, position: f32) {
        self.position = position.clamp(0.0, 1.0);
        let (left, right) = gains(self.position);
        self.left.set(left);
        self.right.set(right);
    }

    /// The position as set.
    #[must_use]
    pub const fn position(&self) -> f32 {
        self.position
    }
}

impl DspNode for CrossfaderNode {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let left = [0, 1, 2, 3].map(|deck| io.left(deck));
        let right = [0, 1, 2, 3].map(|deck| io.right(deck));
        let frames = io.frames();
        if (0..4).all(|deck| io.status(deck) == Status::Silent) {
            let count = u32::try_from(frames).unwrap_or(0);
            self.left.skip(count);
            self.right.skip(count);
            return Status::Silent;
        }
        let [out_left, out_right] = io.out();
        for n in 0..frames {
            let (ga, gb) = (self.left.next_value(), self.right.next_value());
            // From +0 on, so that it does not matter whether silence was added.
            let mix = |[a, b, c, d]: [&[f32]; 4]| 0.0 + a[n] * ga + b[n] * gb + c[n] + d[n];
            out_left[n] = mix(left);
            out_right[n] = mix(right);
        }
        Status::Audio
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo; 4], output: Width::Stereo }
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn prepare(&mut self, sample_rate: f64) {
        *self = Self::at(self.position, sample_rate);
    }

    fn type_name(&self) -> &'static str {
        "Crossfader"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    #[test]
    fn power_is_constant_and_the_ends_are_clean() {
        for i in 0..=100_u16 {
            let (a, b) = gains(f32::from(i) / 100.0);
            assert!((a * a + b * b - 1.0).abs() < 1e-6, "{i}");
        }
        assert_eq!((gains(0.0), gains(1.0)), ((1.0, 0.0), (0.0, 1.0)));
    }

    #[test]
    fn it_starts_in_the_middle_and_moves_in_five_milliseconds() {
        let mut node = CrossfaderNode::new(48_000.0);
        let (mut one, none, mut out) = (StereoBlock::SILENT, StereoBlock::SILENT, StereoBlock::SILENT);
        one.channels_mut()[0].fill(1.0);
        let mut next = |node: &mut CrossfaderNode, from_b: bool| {
            let inputs = if from_b { [&none, &one, &none, &none] } else { [&one, &none, &none, &none] };
            IoSetup::new(&inputs, &mut out, 1).run(node);
            out.left()[0]
        };
        let middle = 0.5_f32.sqrt();
        assert!((next(&mut node, false) - middle).abs() < 1e-6 && (next(&mut node, true) - middle).abs() < 1e-6);
        for (to, from_b, before) in [(0.0, true, middle), (1.0, false, 1.0)] {
            node.set(to);
            let heard: Vec<f32> = (0..240).map(|_| next(&mut node, from_b)).collect();
            for (n, gain) in heard.iter().enumerate() {
                assert!((gain - before * (1.0 - (n as f32 + 1.0) / 240.0)).abs() < 1e-6, "{n}: {gain}");
            }
            assert_eq!((heard[239], heard[238] > 0.0), (0.0, true));
        }
    }

    #[test]
    fn c_and_d_pass_by() {
        let mut node = CrossfaderNode::new(48_000.0);
        node.set(0.0);
        let (mut one, mut out) = (StereoBlock::SILENT, StereoBlock::SILENT);
        one.channels_mut()[0].fill(1.0);
        for _ in 0..10 {
            IoSetup::new(&[&one, &one, &one, &one], &mut out, 64).run(&mut node);
        }
        assert_eq!(out.left()[63], 3.0, "A, C and D; B is faded out");
    }
}
