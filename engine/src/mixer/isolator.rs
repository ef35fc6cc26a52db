//! The isolator: three bands that can be taken out whole, on Linkwitz-Riley crossovers at 250 and 2500 Hz.
//!
//! ```text
//! in -+-> low of 250 Hz  --> all-pass of 2500 Hz ----> * low  -+
//!     +-> high of 250 Hz -+-> low of 2500 Hz --------> * mid  -+-> notch at 790 Hz, as the mid goes -> out
//!                         +-> high of 2500 Hz -------> * high -+
//! ```
//!
//! The bands sum to an all-pass. Below and above a killed mid the neighbours' slopes meet in phase, 34 dB down: the notch
//! takes away that.

mod bands;

use bands::{Bands, Design};

use super::{EqBand, FADER_MS, NUM_BANDS, Path};
use crate::dsp::{Ramp, Slide};
use crate::graph::{Bank, BankKernel, BankNode, DspNode, NodeIo, Ports, SUB_BLOCK_FRAMES, Status, Width};
use crate::units::{Decibels, ms_to_frames};

/// How long the hand-over between the sound itself and the bands takes, in milliseconds.
const HANDOVER_MS: f64 = 10.0;
/// From here down to the end of the knob, where the band is gone, the way is steeper; in dB.
const KNEE_DB: f32 = -20.0;
/// The mid's gain below which the notch comes in: -26 dB.
const NOTCH_FROM: f32 = 0.05;
/// How much of the middle the notch takes with the mid killed: all but 12 dB.
const NOTCH_DEPTH: f32 = 0.75;

/// Most nodes in one turn of the bank: four decks.
const BANK_NODES: usize = 4;

/// Which slopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slope {
    /// 24 dB an octave.
    Normal,
    /// 48 dB an octave.
    Steep,
}

/// A channel's isolator, with its kills. Flat, samples pass bit for bit.
#[derive(Debug)]
pub struct IsolatorNode {
    sample_rate: f64,
    /// In dB, by band.
    bands: [Slide; NUM_BANDS],
    /// 1 is killed, by band.
    kills: [Slide; NUM_BANDS],
    /// 1 is steep.
    steep: Slide,
    normal_design: Design<2>,
    steep_design: Design<4>,
    normal_bands: Bands<2, 2, 8>,
    steep_bands: Bands<2, 4, 17>,
    /// How much of the output the normal and the steep bands are; the rest is the sound itself.
    weights: [Ramp; 2],
}

/// A band's gain by its knob: the knob's end is silence.
fn gain(db: f32) -> f32 {
    let end = EqBand::RANGE.start().0;
    let whole = Decibels(db).to_gain();
    if db >= KNEE_DB { whole } else { whole * ((db - end) / (KNEE_DB - end)).max(0.0) }
}

impl IsolatorNode {
    /// Flat. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let slide = |value| Slide::new(value, FADER_MS, sample_rate);
        let mut node = Self {
            sample_rate,
            bands: [slide(0.0); NUM_BANDS],
            kills: [slide(0.0); NUM_BANDS],
            steep: Slide::new(0.0, 0.0, sample_rate),
            normal_design: Design::normal(sample_rate),
            steep_design: Design::steep(sample_rate),
            normal_bands: Bands::ZERO,
            steep_bands: Bands::ZERO,
            weights: [Ramp::new(0.0, 1); 2],
        };
        node.prepare(sample_rate);
        node
    }

    /// A band's gain in dB; at the knob's end, -26 dB, it is gone.
    pub(crate) const fn band_mut(&mut self, band: EqBand) -> &mut Slide {
        &mut self.bands[band.index()]
    }

    /// Whether a band is killed.
    pub(super) const fn kill_mut(&mut self, band: EqBand) -> &mut Slide {
        &mut self.kills[band.index()]
    }

    /// Whether the slopes are steep.
    pub(super) const fn steep_mut(&mut self) -> &mut Slide {
        &mut self.steep
    }

    /// What it lets through, for on-air detection: the loudest band's.
    #[must_use]
    pub fn path(&self) -> Path {
        let ways = self.bands.iter().zip(&self.kills).map(|(band, kill)| {
            let of = |band: f32, kill: f32| gain(band) * (1.0 - kill);
            Path {
                peak: of(band.ramp().peak(), kill.ramp().start().min(kill.setting())),
                target: of(band.setting(), kill.setting()),
                frames_left: band.ramp().frames_left().max(kill.ramp().frames_left()),
            }
        });
        ways.fold(Path { peak: 0.0, target: 0.0, frames_left: 0 }, |all, way| Path {
            peak: all.peak.max(way.peak),
            target: all.target.max(way.target),
            frames_left: all.frames_left.max(way.frames_left),
        })
    }

    fn slides(&self) -> impl Iterator<Item = &Slide> {
        self.bands.iter().chain(&self.kills)
    }

    /// What is to be heard as soon as everything has arrived; `None` is the sound itself.
    fn wanted(&self) -> Option<Slope> {
        let flat = self.slides().all(|slide| slide.is_settled() && slide.setting() == 0.0);
        match (flat, self.steep.setting() > 0.5) {
            (true, _) => None,
            (false, false) => Some(Slope::Normal),
            (false, true) => Some(Slope::Steep),
        }
    }

    /// What is heard, if nothing moves; else nothing is said.
    fn still(&self) -> Option<Option<Slope>> {
        let wanted = self.wanted();
        let at = |slope| if wanted == Some(slope) { 1.0 } else { 0.0 };
        let [normal, steep] = self.weights;
        let arrived = |weight: Ramp, slope| weight.is_settled() && weight.target() == at(slope);
        let is_still =
            self.slides().all(Slide::is_settled) && arrived(normal, Slope::Normal) && arrived(steep, Slope::Steep);
        is_still.then_some(wanted)
    }

    fn gains(&self) -> [f32; NUM_BANDS] {
        std::array::from_fn(|band| gain(self.bands[band].current()) * (1.0 - self.kills[band].current()))
    }

    /// How much of the middle the notch takes.
    fn notch(gains: [f32; NUM_BANDS]) -> f32 {
        NOTCH_DEPTH * (1.0 - gains[1] / NOTCH_FROM).clamp(0.0, 1.0)
    }

    /// A frame while something moves.
    fn next_moving(&mut self, x: [f32; 2]) -> [f32; 2] {
        self.bands.iter_mut().chain(&mut self.kills).for_each(|slide| slide.skip(1));
        let wanted = self.wanted();
        let mut weights = [0.0; 2];
        for (place, slope) in [Slope::Normal, Slope::Steep].into_iter().enumerate() {
            let weight = &mut self.weights[place];
            weight.set(if wanted == Some(slope) { 1.0 } else { 0.0 });
            weights[place] = weight.next_value();
        }
        let gains = self.gains();
        let notch = [Self::notch(gains); 2];
        let gains = gains.map(|gain| [gain; 2]);
        let dry = 1.0 - weights[0] - weights[1];
        let mut y = x.map(|x| x * dry);
        if weights[0] > 0.0 {
            let wet = self.normal_bands.next(&self.normal_design, gains, notch, x);
            y = [y[0] + wet[0] * weights[0], y[1] + wet[1] * weights[0]];
        } else {
            // What was left in it must not be heard the next time.
            self.normal_bands = Bands::ZERO;
        }
        if weights[1] > 0.0 {
            let wet = self.steep_bands.next(&self.steep_design, gains, notch, x);
            y = [y[0] + wet[0] * weights[1], y[1] + wet[1] * weights[1]];
        } else {
            self.steep_bands = Bands::ZERO;
        }
        y
    }

    fn rests(&self, slope: Slope) -> bool {
        match slope {
            Slope::Normal => self.normal_bands.is_zero(),
            Slope::Steep => self.steep_bands.is_zero(),
        }
    }

    fn make(&mut self, mut io: NodeIo<'_>) -> Status {
        let (left, right, frames) = (io.left(0), io.right(0), io.frames());
        let is_silent = io.status(0) == Status::Silent;
        match self.still() {
            Some(None) if is_silent => return Status::Silent,
            Some(Some(slope)) if is_silent && self.rests(slope) => return Status::Silent,
            _ => {}
        }
        let [out_left, out_right] = io.out();
        let mut from = 0;
        let slope = loop {
            // On its own frame, whatever the block size.
            match self.still() {
                Some(slope) => break slope,
                None if from == frames => return Status::Audio,
                None => [out_left[from], out_right[from]] = self.next_moving([left[from], right[from]]),
            }
            from += 1;
        };
        let Some(slope) = slope else {
            out_left[from..].copy_from_slice(&left[from..]);
            out_right[from..].copy_from_slice(&right[from..]);
            return Status::Audio;
        };
        let gains = self.gains();
        let (notch, gains) = ([Self::notch(gains); 2], gains.map(|gain| [gain; 2]));
        for n in from..frames {
            let x = [left[n], right[n]];
            [out_left[n], out_right[n]] = match slope {
                Slope::Normal => self.normal_bands.next(&self.normal_design, gains, notch, x),
                Slope::Steep => self.steep_bands.next(&self.steep_design, gains, notch, x),
            };
        }
        Status::Audio
    }
}

impl DspNode for IsolatorNode {
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
        self.bands.iter_mut().chain(&mut self.kills).for_each(|slide| slide.prepare(sample_rate));
        self.steep.prepare(sample_rate);
        (self.normal_design, self.steep_design) = (Design::normal(sample_rate), Design::steep(sample_rate));
        let wanted = self.wanted();
        let length = ms_to_frames(HANDOVER_MS, sample_rate);
        self.weights =
            [Slope::Normal, Slope::Steep].map(|slope| Ramp::new(if wanted == Some(slope) { 1.0 } else { 0.0 }, length));
        self.reset();
    }

    fn reset(&mut self) {
        (self.normal_bands, self.steep_bands) = (Bands::ZERO, Bands::ZERO);
    }

    fn cost_hint_ns(&self) -> u32 {
        400
    }

    fn type_name(&self) -> &'static str {
        "Isolator"
    }
}

impl BankNode for IsolatorNode {
    fn process_bank(bank: &mut Bank<'_, Self>) {
        let Some(first) = bank.node(0).still().flatten().filter(|_| bank.len() <= BANK_NODES) else {
            return bank.one_by_one();
        };
        for n in 0..bank.len() {
            let is_silent = bank.input_status(n, 0) == Status::Silent;
            let node = bank.node(n);
            if node.still() != Some(Some(first)) || (is_silent && node.rests(first)) {
                return bank.one_by_one();
            }
        }
        match first {
            Slope::Normal => run_lanes(bank, |node| (&node.normal_design, &mut node.normal_bands)),
            Slope::Steep => run_lanes(bank, |node| (&node.steep_design, &mut node.steep_bands)),
        }
    }
}

/// A lane is a channel of a node; lanes without a node stay silent.
fn run_lanes<const M: usize, const N: usize>(
    bank: &mut Bank<'_, IsolatorNode>,
    part: fn(&mut IsolatorNode) -> (&Design<M>, &mut Bands<2, M, N>),
) {
    const LANES: usize = 2 * BANK_NODES;
    let (mut gains, mut notch) = ([[0.0; LANES]; NUM_BANDS], [0.0; LANES]);
    let mut bands = Bands::<LANES, M, N>::ZERO;
    let mut inputs = [&SILENCE; LANES];
    for n in 0..bank.len() {
        [inputs[2 * n], inputs[2 * n + 1]] = bank.input(n, 0);
        let node = bank.node(n);
        let of_node = node.gains();
        for lane in [2 * n, 2 * n + 1] {
            (0..NUM_BANDS).for_each(|band| gains[band][lane] = of_node[band]);
            notch[lane] = IsolatorNode::notch(of_node);
        }
        part(node).1.gather(&mut bands, n);
    }
    let design = *part(bank.node(0)).0;
    let frames = bank.frames();
    let mut made = [[0.0; LANES]; SUB_BLOCK_FRAMES];
    for (n, made) in made[..frames].iter_mut().enumerate() {
        *made = bands.next(&design, gains, notch, std::array::from_fn(|lane| inputs[lane][n]));
    }
    for n in 0..bank.len() {
        let (node, mut io) = bank.lane(n);
        part(node).1.scatter(&bands, n);
        let [left, right] = io.out();
        for (frame, made) in made[..frames].iter().enumerate() {
            (left[frame], right[frame]) = (made[2 * n], made[2 * n + 1]);
        }
        bank.set_status(n, Status::Audio);
    }
}

static SILENCE: [f32; SUB_BLOCK_FRAMES] = [0.0; SUB_BLOCK_FRAMES];

#[cfg(test)]
mod tests;
