//! The filter knob: to the left a low-pass that closes, to the right a high-pass, off around the middle.

use super::FADER_MS;
use crate::dsp::{BUTTERWORTH_4, Ramp, Slide, SvfCell, SvfCoefs};
use crate::graph::{Bank, BankKernel, BankNode, DspNode, NodeIo, Ports, SUB_BLOCK_FRAMES, Status, Width};
use crate::units::ms_to_frames;

/// Within this distance of the middle the filter is off.
pub(super) const DEAD_ZONE: f32 = 0.02;
/// The low-pass's cutoff at the edge of the dead zone and at the end of the travel, in Hz.
const LOW_PASS_HZ: [f64; 2] = [20_000.0, 60.0];
/// The same of the high-pass.
const HIGH_PASS_HZ: [f64; 2] = [20.0, 12_000.0];
/// Damping of the second section with full resonance: a peak of 12 dB. Without, the filter is a Butterworth one.
const FULL_RESONANCE: f64 = 0.14;
/// How long the knob takes at least, in milliseconds: over ten octaves in less would be a click.
const TRAVEL_MS: f64 = 20.0;
/// While the knob moves, coefficients are made anew after so many frames, counted from the move's first.
const STEP_FRAMES: u32 = 16;
/// Most nodes in one turn of the bank: four decks.
const BANK_NODES: usize = 4;

/// Which filter is in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Off,
    LowPass,
    HighPass,
}

/// One section: integrators' coefficients, then what input, band and low give to the output.
type Section = [f32; 6];

/// A channel's filter knob: 24 dB an octave. In the dead zone, samples pass bit for bit.
#[derive(Debug)]
pub struct FilterKnobNode {
    sample_rate: f64,
    position: Slide,
    resonance: Slide,
    side: Side,
    /// How much of the output the filter is; the rest is the sound itself.
    weight: Ramp,
    sections: [Section; 2],
    /// Position and resonance that the sections are for.
    designed: (f32, f32),
    step_left: u32,
    cells: [SvfCell<2>; 2],
}

fn side_of(position: f32) -> Side {
    match position {
        p if p < -DEAD_ZONE => Side::LowPass,
        p if p > DEAD_ZONE => Side::HighPass,
        _ => Side::Off,
    }
}

/// The cutoff in Hz at a position, by side.
fn cutoff_hz(side: Side, position: f32) -> f64 {
    let [from, to] = if side == Side::HighPass { HIGH_PASS_HZ } else { LOW_PASS_HZ };
    let travel = ((position.abs() - DEAD_ZONE) / (1.0 - DEAD_ZONE)).clamp(0.0, 1.0);
    from * (to / from).powf(travel.into())
}

impl FilterKnobNode {
    /// Off. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let mut node = Self {
            sample_rate,
            position: Slide::new(0.0, TRAVEL_MS, sample_rate),
            resonance: Slide::new(0.0, FADER_MS, sample_rate),
            side: Side::Off,
            weight: Ramp::new(0.0, 1),
            sections: [[0.0; 6]; 2],
            designed: (0.0, 0.0),
            step_left: 0,
            cells: [SvfCell::ZERO; 2],
        };
        node.prepare(sample_rate);
        node
    }

    /// -1 is a closed low-pass, 0 off, 1 a closed high-pass.
    pub(super) const fn position_mut(&mut self) -> &mut Slide {
        &mut self.position
    }

    /// 0 none .. 1 full.
    pub(super) const fn resonance_mut(&mut self) -> &mut Slide {
        &mut self.resonance
    }

    fn design(&mut self) {
        let (position, resonance) = (self.position.current(), self.resonance.current());
        self.designed = (position, resonance);
        let [first, second] = BUTTERWORTH_4;
        let second = second * (FULL_RESONANCE / second).powf(resonance.into());
        let hz = cutoff_hz(self.side, position);
        self.sections = [first, second].map(|damping| {
            let SvfCoefs { a: [a1, a2, a3], k } = SvfCoefs::new(hz, damping, self.sample_rate);
            if self.side == Side::HighPass { [a1, a2, a3, 1.0, -k, -1.0] } else { [a1, a2, a3, 0.0, 0.0, 1.0] }
        });
    }

    fn is_still(&self) -> bool {
        self.position.is_settled()
            && self.resonance.is_settled()
            && self.weight.is_settled()
            && self.side == side_of(self.position.setting())
            && (self.side == Side::Off || self.designed == (self.position.setting(), self.resonance.setting()))
    }

    /// A frame while something moves.
    fn next_moving(&mut self, x: [f32; 2]) -> [f32; 2] {
        let position = self.position.next_value();
        self.resonance.next_value();
        let wanted = side_of(position);
        if self.side != wanted && self.weight.is_settled() && self.weight.target() == 0.0 {
            // What was left in it must not be heard the next time.
            (self.side, self.cells, self.step_left) = (wanted, [SvfCell::ZERO; 2], 0);
        }
        let is_in = self.side == wanted && wanted != Side::Off;
        if is_in && self.step_left == 0 && self.designed_for_others() {
            self.design();
            self.step_left = STEP_FRAMES;
        }
        self.step_left = self.step_left.saturating_sub(1);
        self.weight.set(if is_in { 1.0 } else { 0.0 });
        let weight = self.weight.next_value();
        if self.side == Side::Off || weight == 0.0 {
            return x;
        }
        let y = self.next(x);
        [x[0] + weight * (y[0] - x[0]), x[1] + weight * (y[1] - x[1])]
    }

    fn designed_for_others(&self) -> bool {
        self.designed != (self.position.current(), self.resonance.current()) || self.weight.target() == 0.0
    }

    fn next(&mut self, x: [f32; 2]) -> [f32; 2] {
        let sections = self.sections.map(|section| section.map(|coef| [coef; 2]));
        next(&mut self.cells, &sections, x)
    }

    fn rests(&self) -> bool {
        self.cells.iter().all(SvfCell::is_zero)
    }

    fn make(&mut self, mut io: NodeIo<'_>) -> Status {
        let (left, right, frames) = (io.left(0), io.right(0), io.frames());
        if io.status(0) == Status::Silent && self.is_still() && (self.side == Side::Off || self.rests()) {
            return Status::Silent;
        }
        let [out_left, out_right] = io.out();
        let mut from = 0;
        // On its own frame, whatever the block size.
        while !self.is_still() {
            if from == frames {
                return Status::Audio;
            }
            [out_left[from], out_right[from]] = self.next_moving([left[from], right[from]]);
            from += 1;
        }
        if self.side == Side::Off {
            out_left[from..].copy_from_slice(&left[from..]);
            out_right[from..].copy_from_slice(&right[from..]);
            return Status::Audio;
        }
        let sections = self.sections.map(|section| section.map(|coef| [coef; 2]));
        for n in from..frames {
            [out_left[n], out_right[n]] = next(&mut self.cells, &sections, [left[n], right[n]]);
        }
        Status::Audio
    }
}

/// Both sections, by lane.
#[inline(always)]
fn next<const L: usize>(cells: &mut [SvfCell<L>; 2], sections: &[[[f32; L]; 6]; 2], mut x: [f32; L]) -> [f32; L] {
    for (cell, [a1, a2, a3, of_input, of_band, of_low]) in cells.iter_mut().zip(sections) {
        let [band, low] = cell.tick_by_lane(&[*a1, *a2, *a3], x);
        x = std::array::from_fn(|n| of_input[n] * x[n] + of_band[n] * band[n] + of_low[n] * low[n]);
    }
    x
}

impl DspNode for FilterKnobNode {
    fn process(&mut self, io: NodeIo<'_>) -> Status {
        self.make(io)
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo], output: Width::Stereo }
    }

    fn bank(&self) -> Option<BankKernel> {
        Some(BankKernel::eager::<Self>())
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        self.position.prepare(sample_rate);
        self.resonance.prepare(sample_rate);
        self.side = side_of(self.position.setting());
        let weight = if self.side == Side::Off { 0.0 } else { 1.0 };
        self.weight = Ramp::new(weight, ms_to_frames(FADER_MS, sample_rate));
        self.step_left = 0;
        self.design();
        self.reset();
    }

    fn reset(&mut self) {
        self.cells = [SvfCell::ZERO; 2];
    }

    fn cost_hint_ns(&self) -> u32 {
        200
    }

    fn type_name(&self) -> &'static str {
        "FilterKnob"
    }
}

impl BankNode for FilterKnobNode {
    fn process_bank(bank: &mut Bank<'_, Self>) {
        const LANES: usize = 2 * BANK_NODES;
        if bank.len() > BANK_NODES {
            return bank.one_by_one();
        }
        for n in 0..bank.len() {
            let is_silent = bank.input_status(n, 0) == Status::Silent;
            let node = bank.node(n);
            if !node.is_still() || node.side == Side::Off || (is_silent && node.rests()) {
                return bank.one_by_one();
            }
        }
        let mut sections = [[[0.0; LANES]; 6]; 2];
        let mut cells = [SvfCell::<LANES>::ZERO; 2];
        let mut inputs = [&SILENCE; LANES];
        for n in 0..bank.len() {
            [inputs[2 * n], inputs[2 * n + 1]] = bank.input(n, 0);
            let node = bank.node(n);
            for (of_bank, own) in sections.iter_mut().zip(&node.sections) {
                of_bank.iter_mut().zip(own).for_each(|(lanes, coef)| lanes[2 * n..2 * n + 2].fill(*coef));
            }
            node.cells.iter().zip(&mut cells).for_each(|(own, of_bank)| own.gather(of_bank, n));
        }
        let frames = bank.frames();
        let mut made = [[0.0; LANES]; SUB_BLOCK_FRAMES];
        for (n, made) in made[..frames].iter_mut().enumerate() {
            *made = next(&mut cells, &sections, std::array::from_fn(|lane| inputs[lane][n]));
        }
        for n in 0..bank.len() {
            let (node, mut io) = bank.lane(n);
            node.cells.iter_mut().zip(&cells).for_each(|(own, of_bank)| own.scatter(of_bank, n));
            let [left, right] = io.out();
            for (frame, made) in made[..frames].iter().enumerate() {
                (left[frame], right[frame]) = (made[2 * n], made[2 * n + 1]);
            }
            bank.set_status(n, Status::Audio);
        }
    }
}

static SILENCE: [f32; SUB_BLOCK_FRAMES] = [0.0; SUB_BLOCK_FRAMES];

#[cfg(test)]
mod tests;
