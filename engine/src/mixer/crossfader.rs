//! The crossfader: deck A to deck B with constant power; C and D pass by.

use std::f32::consts::FRAC_PI_2;

use super::{FADER_MS, Path};
use crate::dsp::Ramp;
use crate::graph::{DspNode, Guard, NodeIo, Ports, Status, Width};
use crate::units::ms_to_frames;

/// Sums the decks; A and B by the crossfader, C and D as they are.
#[derive(Debug)]
pub struct CrossfaderNode {
    position: f32,
    left: Ramp,
    right: Ramp,
    /// The position on a slow way: the power stays constant all along it.
    travel: Option<Ramp>,
    fader_frames: u32,
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
        let (left, right) = (Ramp::new(left, length), Ramp::new(right, length));
        Self { position, left, right, travel: None, fader_frames: length }
    }

    /// Moves: 0 = deck A alone, 1 = deck B alone.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set(&mut self, position: f32) {
        self.set_over(position, 0);
    }

    /// Moves there in so many frames, but no faster than a fader.
    ///
    /// # Real-time
    /// No allocation.
    pub fn set_over(&mut self, position: f32, frames: u32) {
        let from = self.travel.map_or(self.position, |travel| travel.current());
        self.position = position.clamp(0.0, 1.0);
        if let Some(travel) = self.travel.take() {
            let (left, right) = gains(travel.current());
            (self.left, self.right) = (Ramp::new(left, self.fader_frames), Ramp::new(right, self.fader_frames));
        }
        if frames > self.fader_frames {
            let mut travel = Ramp::new(from, frames);
            travel.set(self.position);
            self.travel = Some(travel);
        } else {
            let (left, right) = gains(self.position);
            self.left.set(left);
            self.right.set(right);
        }
    }

    /// Stays where it is on a slow way; `false` if it was on none.
    ///
    /// # Real-time
    /// No allocation.
    pub fn hold(&mut self) -> bool {
        let Some(travel) = self.travel.take() else { return false };
        self.position = travel.current();
        let (left, right) = gains(self.position);
        (self.left, self.right) = (Ramp::new(left, self.fader_frames), Ramp::new(right, self.fader_frames));
        true
    }

    /// The gains of deck A and B on the next frame.
    fn next_gains(&mut self) -> (f32, f32) {
        let Some(travel) = &mut self.travel else { return (self.left.next_value(), self.right.next_value()) };
        let (left, right) = gains(travel.next_value());
        if travel.is_settled() {
            (self.left, self.right) = (Ramp::new(left, self.fader_frames), Ramp::new(right, self.fader_frames));
            self.travel = None;
        }
        (left, right)
    }

    /// What it lets through of a deck (0 is A), for on-air detection.
    #[must_use]
    pub fn path(&self, deck: usize) -> Path {
        let of = |(left, right): (f32, f32)| if deck == 0 { left } else { right };
        let ramp = if deck == 0 { &self.left } else { &self.right };
        match (deck, &self.travel) {
            (2.., _) => Path { peak: 1.0, target: 1.0, frames_left: 0 },
            (_, Some(travel)) => {
                let target = of(gains(self.position));
                Path { peak: of(gains(travel.start())).max(target), target, frames_left: travel.frames_left() }
            }
            (_, None) => Path { peak: ramp.peak(), target: ramp.target(), frames_left: ramp.frames_left() },
        }
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
            if self.travel.is_some() {
                for _ in 0..count {
                    self.next_gains();
                }
            } else {
                self.left.skip(count);
                self.right.skip(count);
            }
            return Status::Silent;
        }
        let [out_left, out_right] = io.out();
        for n in 0..frames {
            let (ga, gb) = self.next_gains();
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
    fn a_slow_way_keeps_the_power_and_a_hand_takes_over_from_where_it_is() {
        let mut node = CrossfaderNode::new(48_000.0);
        let (mut one, none) = (StereoBlock::SILENT, StereoBlock::SILENT);
        one.channels_mut()[0].fill(1.0);
        let gains_now = |node: &mut CrossfaderNode| {
            let mut out = StereoBlock::SILENT;
            let mut sounds = [0.0_f32; 2];
            let (travel, left, right) = (node.travel, node.left, node.right);
            for (heard, inputs) in sounds.iter_mut().zip([[&one, &none, &none, &none], [&none, &one, &none, &none]]) {
                (node.travel, node.left, node.right) = (travel, left, right);
                IoSetup::new(&inputs, &mut out, 32).run(node);
                *heard = out.left()[31];
            }
            sounds
        };
        node.set_over(1.0, 3_200);
        for n in 1..=100_u16 {
            let [a, b] = gains_now(&mut node);
            assert!((a * a + b * b - 1.0).abs() < 1e-5, "{n}");
            let expected = gains(0.5 + 0.5 * f32::from(n) / 100.0);
            assert!((a - expected.0).abs() < 1e-5 && (b - expected.1).abs() < 1e-5, "{n}");
            if n == 50 {
                assert_eq!(node.path(0).frames_left, 1_600);
            }
        }
        assert_eq!(gains_now(&mut node), [0.0, 1.0]);
        node.set_over(0.0, 32_000);
        let [a, b] = gains_now(&mut node);
        node.set(1.0);
        let after = gains_now(&mut node);
        assert!(a > 0.0 && after[0] <= a && (after[1] - b).abs() < 0.2, "{a} {b} {after:?}");
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
