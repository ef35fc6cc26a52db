//! The crossfader: each deck is on its A side, on its B side, or passes by.

use std::f32::consts::FRAC_PI_2;

use super::{FADER_MS, Path};
use crate::dsp::{Ramp, Slide};
use crate::graph::{DspNode, Guard, NodeIo, Ports, Status, Width};
use crate::units::{DeckId, NUM_DECKS, ms_to_frames};

/// The sides, as a deck's control names them.
pub(super) const SIDES: [&str; 3] = ["a", "thru", "b"];
/// Where the decks are before anyone has moved them: A and B at the ends, C and D pass by.
pub(super) const FIRST_SIDES: [f32; NUM_DECKS] = [0.0, 2.0, 1.0, 1.0];
/// The curve with constant power.
pub(super) const CONSTANT_POWER: f32 = 0.5;
/// The fastest cut still has a way: at its end it takes the last thousandth of the travel.
const FASTEST: f32 = 0.02;

/// How the position becomes gains.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Law {
    /// 0 additive (the gains sum to 1), 0.5 constant power (their squares do), 1 fast cut (both full all the way).
    curve: f32,
    reverse: bool,
}

impl Law {
    /// Gains of the A and B sides at a position 0..1; the ends are exact.
    fn gains(self, position: f32) -> (f32, f32) {
        let (a, b) = match position {
            p if p <= 0.0 => (1.0, 0.0),
            p if p >= 1.0 => (0.0, 1.0),
            p => {
                let (a, b) = ((p * FRAC_PI_2).cos(), (p * FRAC_PI_2).sin());
                if self.curve == CONSTANT_POWER {
                    (a, b)
                } else {
                    let power = (2.0 * (1.0 - self.curve)).max(FASTEST);
                    (a.powf(power), b.powf(power))
                }
            }
        };
        if self.reverse { (b, a) } else { (a, b) }
    }
}

/// A deck's place: which control names it, and how much of each side it takes on its way.
#[derive(Clone, Copy, Debug)]
struct Place {
    side: Slide,
    /// Of the A side, of what passes by, of the B side; their sum is 1.
    parts: [Ramp; 3],
}

impl Place {
    fn new(side: f32, sample_rate: f64) -> Self {
        let mut place = Self { side: Slide::new(side, 0.0, sample_rate), parts: [Ramp::new(0.0, 1); 3] };
        place.prepare(sample_rate);
        place
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.side.prepare(sample_rate);
        let length = ms_to_frames(FADER_MS, sample_rate);
        self.parts = std::array::from_fn(|part| Ramp::new(self.wants(part), length));
    }

    fn wants(&self, part: usize) -> f32 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0, 1 or 2")]
        let side = self.side.setting().round() as usize;
        if side == part { 1.0 } else { 0.0 }
    }

    fn is_settled(&self) -> bool {
        self.parts.iter().all(Ramp::is_settled)
    }

    fn next_gain(&mut self, (a, b): (f32, f32)) -> f32 {
        let [of_a, through, of_b] = self.parts.each_mut().map(Ramp::next_value);
        of_a * a + through + of_b * b
    }
}

/// Sums the decks.
#[derive(Debug)]
pub struct CrossfaderNode {
    position: f32,
    left: Ramp,
    right: Ramp,
    /// The position on a slow way: the law holds all along it.
    travel: Option<Ramp>,
    fader_frames: u32,
    curve: Slide,
    reverse: Slide,
    law: Law,
    places: [Place; NUM_DECKS],
}

impl CrossfaderNode {
    /// In the middle. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let curve = Slide::new(CONSTANT_POWER, 0.0, sample_rate);
        let mut node = Self {
            position: 0.5,
            left: Ramp::new(0.0, 1),
            right: Ramp::new(0.0, 1),
            travel: None,
            fader_frames: 1,
            curve,
            reverse: Slide::new(0.0, 0.0, sample_rate),
            law: Law { curve: CONSTANT_POWER, reverse: false },
            places: FIRST_SIDES.map(|side| Place::new(side, sample_rate)),
        };
        node.prepare(sample_rate);
        node
    }

    /// 0 additive .. 1 fast cut.
    pub(super) const fn curve_mut(&mut self) -> &mut Slide {
        &mut self.curve
    }

    /// Whether the ends have changed places.
    pub(super) const fn reverse_mut(&mut self) -> &mut Slide {
        &mut self.reverse
    }

    /// Where a deck is: see [`SIDES`].
    pub(super) const fn side_mut(&mut self, deck: DeckId) -> &mut Slide {
        &mut self.places[deck.index()].side
    }

    /// Moves: 0 = side A alone, 1 = side B alone.
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
        self.follow();
        let from = self.travel.map_or(self.position, |travel| travel.current());
        self.position = position.clamp(0.0, 1.0);
        if let Some(travel) = self.travel.take() {
            self.rest_at(travel.current());
        }
        if frames > self.fader_frames {
            let mut travel = Ramp::new(from, frames);
            travel.set(self.position);
            self.travel = Some(travel);
        } else {
            let (left, right) = self.law.gains(self.position);
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
        self.rest_at(self.position);
        true
    }

    fn rest_at(&mut self, position: f32) {
        let (left, right) = self.law.gains(position);
        (self.left, self.right) = (Ramp::new(left, self.fader_frames), Ramp::new(right, self.fader_frames));
    }

    /// Takes in what its controls say; controls move between calls, on their frame.
    fn follow(&mut self) {
        let law = Law { curve: self.curve.setting(), reverse: self.reverse.setting() > 0.5 };
        if law != self.law {
            self.law = law;
            let (left, right) = law.gains(self.position);
            if self.travel.is_none() {
                self.left.set(left);
                self.right.set(right);
            }
        }
        for place in &mut self.places {
            for part in 0..place.parts.len() {
                let wanted = place.wants(part);
                place.parts[part].set(wanted);
            }
        }
    }

    /// The gains of the A and B sides on the next frame.
    fn next_gains(&mut self) -> (f32, f32) {
        let Some(travel) = &mut self.travel else { return (self.left.next_value(), self.right.next_value()) };
        let gains = self.law.gains(travel.next_value());
        if travel.is_settled() {
            let position = travel.current();
            self.rest_at(position);
            self.travel = None;
        }
        gains
    }

    fn is_still(&self) -> bool {
        self.travel.is_none()
            && self.left.is_settled()
            && self.right.is_settled()
            && self.places.iter().all(Place::is_settled)
    }

    /// What it lets through of a deck (0 is A), for on-air detection.
    #[must_use]
    pub fn path(&self, deck: usize) -> Path {
        let law = Law { curve: self.curve.setting(), reverse: self.reverse.setting() > 0.5 };
        let Some(place) = self.places.get(deck) else { return Path { peak: 0.0, target: 0.0, frames_left: 0 } };
        let on_a = place.wants(0) > 0.5;
        let of = |(left, right): (f32, f32)| if on_a { left } else { right };
        let ramp = if on_a { &self.left } else { &self.right };
        let way = match (place.wants(1) > 0.5, &self.travel) {
            (true, _) => Path { peak: 1.0, target: 1.0, frames_left: 0 },
            (_, Some(travel)) => {
                let target = of(law.gains(self.position));
                Path { peak: of(law.gains(travel.start())).max(target), target, frames_left: travel.frames_left() }
            }
            (_, None) => {
                let target = of(law.gains(self.position));
                let frames_left = if target == ramp.target() { ramp.frames_left() } else { self.fader_frames };
                Path { peak: ramp.peak().max(target), target, frames_left }
            }
        };
        if place.is_settled() && place.parts.iter().enumerate().all(|(part, ramp)| ramp.target() == place.wants(part)) {
            way
        } else {
            // On its way from one side to another it may be as loud as on either.
            Path { peak: 1.0, frames_left: way.frames_left.max(self.fader_frames), ..way }
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
        self.follow();
        let left = [0, 1, 2, 3].map(|deck| io.left(deck));
        let right = [0, 1, 2, 3].map(|deck| io.right(deck));
        let frames = io.frames();
        let is_silent = (0..4).all(|deck| io.status(deck) == Status::Silent);
        if is_silent && self.is_still() {
            return Status::Silent;
        }
        let [out_left, out_right] = io.out();
        let mut gains = [0.0; NUM_DECKS];
        let mut is_still = false;
        for n in 0..frames {
            if !is_still {
                is_still = self.is_still();
                let sides = self.next_gains();
                gains = self.places.each_mut().map(|place| place.next_gain(sides));
            }
            // From +0 on, so that it does not matter whether silence was added.
            let mix =
                |[a, b, c, d]: [&[f32]; 4]| 0.0 + a[n] * gains[0] + b[n] * gains[1] + c[n] * gains[2] + d[n] * gains[3];
            out_left[n] = mix(left);
            out_right[n] = mix(right);
        }
        if is_silent { Status::Silent } else { Status::Audio }
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo; 4], output: Width::Stereo }
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.fader_frames = ms_to_frames(FADER_MS, sample_rate);
        self.curve.prepare(sample_rate);
        self.reverse.prepare(sample_rate);
        self.law = Law { curve: self.curve.setting(), reverse: self.reverse.setting() > 0.5 };
        self.travel = None;
        self.rest_at(self.position);
        self.places.iter_mut().for_each(|place| place.prepare(sample_rate));
    }

    fn type_name(&self) -> &'static str {
        "Crossfader"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    fn gains(position: f32) -> (f32, f32) {
        Law { curve: CONSTANT_POWER, reverse: false }.gains(position)
    }

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

    #[test]
    fn the_curve_goes_from_additive_over_constant_power_to_a_fast_cut() {
        for i in 1..100_u16 {
            let p = f32::from(i) / 100.0;
            let at = |curve| Law { curve, reverse: false }.gains(p);
            let ((a, b), (c, d), (e, f)) = (at(0.0), at(0.5), at(1.0));
            assert!((a + b - 1.0).abs() < 1e-6, "additive at {p}");
            let power_db = 10.0 * (c * c + d * d).log10();
            assert!(power_db.abs() < 0.1, "constant power at {p}: {power_db} dB");
            assert!(e > 0.88 && f > 0.88, "fast cut at {p}: {e} {f}");
            let (near_c, _) = Law { curve: 0.5001, reverse: false }.gains(p);
            assert!((near_c - c).abs() < 1e-3, "no step at the middle curve");
        }
        for curve in [0.0, 0.3, 0.5, 1.0] {
            let at = |p| Law { curve, reverse: false }.gains(p);
            assert_eq!((at(0.0), at(1.0)), ((1.0, 0.0), (0.0, 1.0)));
            assert_eq!(Law { curve, reverse: true }.gains(0.0), (0.0, 1.0));
        }
    }

    /// Deck by deck, one alone at 1.0, so many frames later.
    fn heard(node: &mut CrossfaderNode, block: usize) -> Vec<f32> {
        let (mut one, none, mut out) = (StereoBlock::SILENT, StereoBlock::SILENT, StereoBlock::SILENT);
        one.channels_mut()[0].fill(1.0);
        (0..320 / block)
            .flat_map(|_| {
                IoSetup::new(&[&none, &none, &one, &none], &mut out, block).run(node);
                out.left()[..block].to_vec()
            })
            .collect()
    }

    #[test]
    fn a_deck_changes_sides_without_a_click_and_at_any_block_size() {
        let runs = [64, 5, 1].map(|block| {
            let mut node = CrossfaderNode::new(48_000.0);
            node.set(0.0);
            let mut all = heard(&mut node, block);
            assert_eq!(all[319], 1.0, "C passes by");
            node.side_mut(DeckId::C).move_to(2.0, 0);
            assert_eq!((node.path(2).peak, node.path(2).target), (1.0, 0.0));
            all.extend(heard(&mut node, block));
            assert_eq!(all[639], 0.0, "on B's side, at A's end");
            node.reverse_mut().move_to(1.0, 0);
            all.extend(heard(&mut node, block));
            assert_eq!((all[959], node.path(2).target), (1.0, 1.0), "and the ends have changed places");
            node.curve_mut().move_to(1.0, 0);
            node.set(0.5);
            all.extend(heard(&mut node, block));
            assert!(all.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.005), "no step");
            all.iter().map(|gain| gain.to_bits()).collect::<Vec<_>>()
        });
        assert!(runs.iter().all(|run| *run == runs[0]));
    }
}
