//! Second-order filters, alone and in banks.

use std::f64::consts::PI;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::lanes::{Batch, COEFS, Channel, Equations, Row, Transposed, Trapezoidal, run_many, run_one, run_two};
use crate::graph::{
    Bank, BankKernel, BankNode, DspNode, Guard, LOUDEST, NodeIo, Param, ParamBlock, ParamRange, Ports,
    SUB_BLOCK_FRAMES, Status, Width,
};

/// What a filter does with frequencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterMode {
    /// Keeps what is below.
    LowPass,
    /// Keeps what is above.
    HighPass,
    /// Keeps what is around, 0 dB at the middle.
    BandPass,
    /// Lifts or lowers what is around.
    Peak,
    /// Lifts or lowers what is below.
    LowShelf,
    /// Lifts or lowers what is above.
    HighShelf,
}

/// A way to make coefficients, and the equations they are for.
#[expect(private_bounds, reason = "the equations are for the two filters here")]
pub trait Design: Equations + Send + std::fmt::Debug + 'static {
    /// Name of the node.
    const NAME: &'static str;
    /// Coefficients for a frequency as part of the sample rate, a quality and a gain in dB.
    fn coefs(mode: FilterMode, frequency: f64, q: f64, gain_db: f64) -> [f32; 6];
}

/// R. Bristow-Johnson's biquads, as a transposed direct form II: the cheapest; for filters that mostly stand still.
pub type Biquad = FilterNode<Transposed>;
/// A state variable filter: may be swept as fast as one likes.
pub type Svf = FilterNode<Trapezoidal>;

/// While a parameter moves, coefficients are made anew after so many frames, counted from the node's first, and go there
/// frame by frame: in steps a swept shelf would buzz, 45 dB below the music.
const STEP_FRAMES: u32 = 16;

/// A second-order filter. Parameters: 0 frequency in Hz, 1 quality, 2 gain in dB (peak and shelves).
#[derive(Debug)]
pub struct FilterNode<D: Design> {
    mode: FilterMode,
    width: Width,
    sample_rate: f64,
    params: ParamBlock<3>,
    /// By channel: coefficients, then states, as [`run_many`] takes them.
    cells: [Row; 2],
    /// A parameter moves, or has just stopped within a step.
    moves: bool,
    /// Frames until the next coefficients, while a parameter moves.
    step_left: u32,
    /// The coefficients that the filter goes to or has, and what they change by with a frame on the way there.
    coefs: [f32; COEFS],
    slope: [f32; COEFS],
    design: PhantomData<D>,
}

impl<D: Design> FilterNode<D> {
    /// At rest, for 48 kHz until it is prepared.
    #[must_use]
    pub fn new(mode: FilterMode, width: Width, frequency_hz: f32, q: f32, gain_db: f32) -> Self {
        let params = ParamBlock::new([
            ParamRange { first: frequency_hz.clamp(10.0, 40_000.0), range: 10.0..=40_000.0 },
            ParamRange { first: q.clamp(0.1, 40.0), range: 0.1..=40.0 },
            ParamRange { first: gain_db.clamp(-60.0, 24.0), range: -60.0..=24.0 },
        ]);
        let mut this = Self {
            mode,
            width,
            sample_rate: 48_000.0,
            params,
            cells: [[0.0; 8]; 2],
            moves: false,
            step_left: 0,
            coefs: [0.0; COEFS],
            slope: [0.0; COEFS],
            design: PhantomData,
        };
        this.design();
        this.arrive();
        this
    }

    /// Where a parameter is now, and whether it rests there; `None` for one that there is not.
    #[must_use]
    pub fn param(&self, index: u16) -> Option<(f32, bool)> {
        let index = usize::from(index);
        (index < 3).then(|| (self.params.current(index), self.params.is_one_settled(index)))
    }

    fn design(&mut self) {
        let [hz, q, db] = [0, 1, 2].map(|index| f64::from(self.params.current(index)));
        // A filter at the Nyquist frequency is none: just below it the tangent still has room.
        self.coefs = D::coefs(self.mode, (hz / self.sample_rate).min(0.49), q, db);
    }

    /// The filter is where it was designed to be.
    fn arrive(&mut self) {
        for cell in &mut self.cells {
            cell[..COEFS].copy_from_slice(&self.coefs);
        }
    }

    /// The filter goes there, in a straight line.
    fn set_out(&mut self) {
        let here = &self.cells[0][..COEFS];
        for ((slope, to), from) in self.slope.iter_mut().zip(self.coefs).zip(here) {
            *slope = (to - from) / STEP_FRAMES as f32;
        }
    }

    fn take_a_step(&mut self) {
        self.step_left -= 1;
        if self.step_left == 0 {
            return self.arrive();
        }
        for cell in &mut self.cells {
            cell.iter_mut().zip(self.slope).for_each(|(coef, slope)| *coef += slope);
        }
    }

    fn states(&self) -> [f32; 4] {
        let [[.., l1, l2], [.., r1, r2]] = self.cells;
        [l1, l2, r1, r2]
    }

    /// Sound that is gone leaves no trace: silence in, silence out.
    fn rests(&self, input: Status) -> bool {
        input == Status::Silent && !self.moves && self.states() == [0.0; 4]
    }

    /// Frames `from..to` of the call, with the coefficients as they are. Returns their energy.
    fn make(&mut self, io: &mut NodeIo<'_>, from: usize, to: usize) -> f32 {
        if self.width == Width::Mono {
            let input = &io.left(0)[from..to];
            run_one::<D>(&mut self.cells[0], input, &mut io.out_left()[from..to])
        } else {
            let input = [&io.left(0)[from..to], &io.right(0)[from..to]];
            let output = io.out().map(|channel| &mut channel[from..to]);
            run_two::<D>(&mut self.cells, input, output)
        }
    }

    /// Makes frames while parameters move, one by one. Returns their energy.
    fn sweep(&mut self, io: &mut NodeIo<'_>) -> f32 {
        let mut energy = 0.0;
        for frame in 0..io.frames() {
            if self.step_left == 0 {
                if self.params.is_settled() {
                    self.moves = false;
                    return energy + self.make(io, frame, io.frames());
                }
                self.params.skip(STEP_FRAMES);
                self.design();
                self.set_out();
                self.step_left = STEP_FRAMES;
            }
            self.take_a_step();
            energy += self.make(io, frame, frame + 1);
        }
        energy
    }
}

/// NaN and infinity have no energy that could be compared, and nothing louder than [`LOUDEST`] so little.
fn status(energy: f32) -> Status {
    if energy <= LOUDEST * LOUDEST { Status::Audio } else { Status::Broken }
}

impl<D: Design> DspNode for FilterNode<D> {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        if self.rests(io.status(0)) {
            return Status::Silent;
        }
        let frames = io.frames();
        status(if self.moves { self.sweep(&mut io) } else { self.make(&mut io, 0, frames) })
    }

    fn type_name(&self) -> &'static str {
        D::NAME
    }

    fn ports(&self) -> Ports {
        super::ports(1, self.width)
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        self.design();
        self.arrive();
    }

    fn num_params(&self) -> u16 {
        3
    }

    fn set_param(&mut self, index: u16, param: Param) {
        self.params.set(index, param);
        self.moves = true;
    }

    fn reset(&mut self) {
        self.cells.iter_mut().for_each(|cell| cell[COEFS..].fill(0.0));
    }

    fn guard(&self) -> Guard {
        Guard::Reports
    }

    fn bank(&self) -> Option<BankKernel> {
        Some(BankKernel::eager::<Self>())
    }

    fn cost_hint_ns(&self) -> u32 {
        200
    }
}

impl<D: Design> BankNode for FilterNode<D> {
    fn process_bank(bank: &mut Bank<'_, Self>) {
        for n in 0..bank.len() {
            let input = bank.input_status(n, 0);
            let node = bank.node(n);
            if node.moves || node.rests(input) {
                return bank.one_by_one();
            }
        }
        // A lane is a channel of a node.
        match (bank.len() * bank.width().channels()).div_ceil(4) {
            0 | 1 => run_lanes::<D, 1>(bank),
            2 => run_lanes::<D, 2>(bank),
            3 => run_lanes::<D, 3>(bank),
            _ => run_lanes::<D, 4>(bank),
        }
    }
}

/// Runs up to `4 * G` lanes, of which at most three have no node.
#[expect(unsafe_code, reason = "hands the outputs of the bank on without a slice for each")]
fn run_lanes<D: Design, const G: usize>(bank: &mut Bank<'_, FilterNode<D>>) {
    let per_node = bank.width().channels();
    let used = (bank.len() * per_node).min(4 * G);
    // Where lanes without a node write. Nobody reads it.
    let mut spare = [MaybeUninit::<Channel>::uninit(); 3];
    let mut batch = Batch::<G>::new(&SILENCE, &mut spare, bank.frames());
    let (mut n, mut channel) = (0, 0);
    for lane in 0..used {
        let (row, input, output) = batch.lane(lane);
        *input = bank.input(n, 0)[channel];
        *output = bank.output(n)[channel];
        *row = bank.node(n).cells[channel];
        (n, channel) = if channel + 1 == per_node { (n + 1, 0) } else { (n, 1) };
    }
    // SAFETY: `output` are channels of blocks that are the bank's alone, each once, or spare.
    unsafe { run_many::<D, G>(&mut batch) };
    let (mut n, mut channel, mut energy) = (0, 0, 0.0);
    for lane in 0..used {
        bank.node(n).cells[channel] = *batch.lane(lane).0;
        energy = if channel == 0 { 0.0 } else { energy } + batch.energy(lane);
        bank.set_status(n, status(energy));
        (n, channel) = if channel + 1 == per_node { (n + 1, 0) } else { (n, 1) };
    }
}

static SILENCE: Channel = [0.0; SUB_BLOCK_FRAMES];

#[expect(clippy::cast_possible_truncation, reason = "coefficients are of ordinary size")]
fn to_f32(values: [f64; 6]) -> [f32; 6] {
    values.map(|value| value as f32)
}

impl Design for Transposed {
    const NAME: &'static str = "Biquad";

    /// From the "Audio EQ Cookbook".
    fn coefs(mode: FilterMode, frequency: f64, q: f64, gain_db: f64) -> [f32; 6] {
        let (sin, cos) = (2.0 * PI * frequency).sin_cos();
        let (alpha, a) = (sin / (2.0 * q), 10.0_f64.powf(gain_db / 40.0));
        let slope = 2.0 * a.sqrt() * alpha;
        let (b, a) = match mode {
            FilterMode::LowPass => {
                ([(1.0 - cos) / 2.0, 1.0 - cos, (1.0 - cos) / 2.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
            }
            FilterMode::HighPass => {
                ([(1.0 + cos) / 2.0, -(1.0 + cos), (1.0 + cos) / 2.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
            }
            FilterMode::BandPass => ([alpha, 0.0, -alpha], [1.0 + alpha, -2.0 * cos, 1.0 - alpha]),
            FilterMode::Peak => {
                ([1.0 + alpha * a, -2.0 * cos, 1.0 - alpha * a], [1.0 + alpha / a, -2.0 * cos, 1.0 - alpha / a])
            }
            FilterMode::LowShelf => (
                [
                    a * ((a + 1.0) - (a - 1.0) * cos + slope),
                    2.0 * a * ((a - 1.0) - (a + 1.0) * cos),
                    a * ((a + 1.0) - (a - 1.0) * cos - slope),
                ],
                [
                    (a + 1.0) + (a - 1.0) * cos + slope,
                    -2.0 * ((a - 1.0) + (a + 1.0) * cos),
                    (a + 1.0) + (a - 1.0) * cos - slope,
                ],
            ),
            FilterMode::HighShelf => (
                [
                    a * ((a + 1.0) + (a - 1.0) * cos + slope),
                    -2.0 * a * ((a - 1.0) + (a + 1.0) * cos),
                    a * ((a + 1.0) + (a - 1.0) * cos - slope),
                ],
                [
                    (a + 1.0) - (a - 1.0) * cos + slope,
                    2.0 * ((a - 1.0) - (a + 1.0) * cos),
                    (a + 1.0) - (a - 1.0) * cos - slope,
                ],
            ),
        };
        to_f32([b[0] / a[0], b[1] / a[0], b[2] / a[0], a[1] / a[0], a[2] / a[0], 0.0])
    }
}

impl Design for Trapezoidal {
    const NAME: &'static str = "Svf";

    fn coefs(mode: FilterMode, frequency: f64, q: f64, gain_db: f64) -> [f32; 6] {
        let a = 10.0_f64.powf(gain_db / 40.0);
        let warp = (PI * frequency).tan();
        let (g, k) = match mode {
            FilterMode::Peak => (warp, 1.0 / (q * a)),
            FilterMode::LowShelf => (warp / a.sqrt(), 1.0 / q),
            FilterMode::HighShelf => (warp * a.sqrt(), 1.0 / q),
            _ => (warp, 1.0 / q),
        };
        let [m0, m1, m2] = match mode {
            FilterMode::LowPass => [0.0, 0.0, 1.0],
            FilterMode::HighPass => [1.0, -k, -1.0],
            FilterMode::BandPass => [0.0, k, 0.0],
            FilterMode::Peak => [1.0, k * (a * a - 1.0), 0.0],
            FilterMode::LowShelf => [1.0, k * (a - 1.0), a * a - 1.0],
            FilterMode::HighShelf => [a * a, k * (1.0 - a) * a, 1.0 - a * a],
        };
        let a1 = 1.0 / (1.0 + g * (g + k));
        to_f32([a1, g * a1, g * g * a1, m0, m1, m2])
    }
}
