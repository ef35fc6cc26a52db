//! Second-order filters, alone and in banks.

use std::f64::consts::PI;
use std::marker::PhantomData;

use super::lanes::{COEFS, Equations, Lanes, STATES, TILE, Transposed, Trapezoidal, run_one, run_tile, run_two};
use crate::graph::{
    Bank, BankKernel, BankNode, DspNode, Guard, NodeIo, Param, ParamBlock, ParamRange, Ports, Status, Width,
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

/// While a parameter moves, coefficients are made anew after so many frames, counted from the node's first.
const STEP_FRAMES: u32 = 16;

/// A second-order filter. Parameters: 0 frequency in Hz, 1 quality, 2 gain in dB (peak and shelves).
#[derive(Debug)]
pub struct FilterNode<D: Design> {
    mode: FilterMode,
    width: Width,
    sample_rate: f64,
    params: ParamBlock<3>,
    coefs: [f32; COEFS],
    /// By channel.
    states: [[f32; STATES]; 2],
    /// Frames until the next coefficients, while a parameter moves.
    step_left: u32,
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
            coefs: [0.0; COEFS],
            states: [[0.0; STATES]; 2],
            step_left: 0,
            design: PhantomData,
        };
        this.design();
        this
    }

    fn design(&mut self) {
        let [hz, q, db] = [0, 1, 2].map(|index| f64::from(self.params.current(index)));
        // A filter at the Nyquist frequency is none: just below it the tangent still has room.
        self.coefs = D::coefs(self.mode, (hz / self.sample_rate).min(0.49), q, db);
    }

    /// Nothing moves, so that a stretch of any length has the same coefficients.
    fn is_still(&self) -> bool {
        self.step_left == 0 && self.params.is_settled()
    }

    fn is_empty(&self) -> bool {
        self.states.iter().flatten().all(|state| *state == 0.0)
    }

    /// Sound that is gone leaves no trace: silence in, silence out.
    fn rests(&self, input: Status) -> bool {
        input == Status::Silent && self.is_still() && self.is_empty()
    }

    fn status(&self) -> Status {
        // What is not finite stays in the state for ever: looking at its end is enough.
        let is_finite = self.states.iter().flatten().all(|state| state.is_finite());
        if is_finite { Status::Audio } else { Status::Broken }
    }

    /// Frames `from..to` of the call, with the coefficients as they are.
    fn make(&mut self, io: &mut NodeIo<'_>, from: usize, to: usize) {
        let coefs = self.coefs;
        if self.width == Width::Mono {
            let mut lanes = Lanes { coefs: coefs.map(|c| [c]), states: self.states[0].map(|s| [s]) };
            let input = &io.left(0)[from..to];
            run_one::<D>(&mut lanes, input, &mut io.out_left()[from..to]);
            self.states[0] = lanes.states.map(|[s]| s);
        } else {
            let [l, r] = self.states;
            let mut lanes = Lanes { coefs: coefs.map(|c| [c; 2]), states: [[l[0], r[0]], [l[1], r[1]]] };
            let input = [&io.left(0)[from..to], &io.right(0)[from..to]];
            let output = io.out().map(|channel| &mut channel[from..to]);
            run_two::<D>(&mut lanes, input, output);
            let [[l0, r0], [l1, r1]] = lanes.states;
            self.states = [[l0, l1], [r0, r1]];
        }
    }

    /// Makes frames while parameters move: in steps that are counted through all calls.
    fn sweep(&mut self, io: &mut NodeIo<'_>) {
        let mut from = 0;
        while from < io.frames() {
            if self.step_left == 0 {
                if self.params.is_settled() {
                    return self.make(io, from, io.frames());
                }
                self.params.skip(STEP_FRAMES);
                self.design();
                self.step_left = STEP_FRAMES;
            }
            let frames = (self.step_left as usize).min(io.frames() - from);
            self.make(io, from, from + frames);
            self.step_left -= u32::try_from(frames).unwrap_or(0);
            from += frames;
        }
    }
}

impl<D: Design> DspNode for FilterNode<D> {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        if self.rests(io.status(0)) {
            return Status::Silent;
        }
        if self.is_still() {
            let frames = io.frames();
            self.make(&mut io, 0, frames);
        } else {
            self.sweep(&mut io);
        }
        self.status()
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
    }

    fn num_params(&self) -> u16 {
        3
    }

    fn set_param(&mut self, index: u16, param: Param) {
        self.params.set(index, param);
    }

    fn reset(&mut self) {
        self.states = [[0.0; STATES]; 2];
    }

    fn guard(&self) -> Guard {
        Guard::Own
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
        let is_plain = |bank: &mut Bank<'_, Self>, n: usize| {
            let input = bank.input_status(n, 0);
            let node = bank.node(n);
            node.is_still() && !node.rests(input)
        };
        if !(0..bank.len()).all(|n| is_plain(bank, n)) {
            return bank.one_by_one();
        }
        // A lane is a channel of a node.
        let per_node = bank.width().channels();
        let mut node = 0;
        while node < bank.len() {
            let left = (bank.len() - node) * per_node;
            let lanes = match left {
                9.. => run_lanes::<D, 16>(bank, node, per_node),
                5.. => run_lanes::<D, 8>(bank, node, per_node),
                _ => run_lanes::<D, 4>(bank, node, per_node),
            };
            node += lanes / per_node;
        }
        for n in 0..bank.len() {
            let status = bank.node(n).status();
            bank.set_status(n, status);
        }
    }
}

/// Runs the next `L` lanes, or those that are left, from node `first` on. Returns `L`.
fn run_lanes<D: Design, const L: usize>(bank: &mut Bank<'_, FilterNode<D>>, first: usize, per_node: usize) -> usize {
    let used = L.min((bank.len() - first) * per_node);
    let place = |lane: usize| (first + lane / per_node, lane % per_node);
    let mut lanes = Lanes::<L> { coefs: [[0.0; L]; COEFS], states: [[0.0; L]; STATES] };
    let mut inputs: [&[f32]; L] = [&[]; L];
    for lane in 0..used {
        let (n, channel) = place(lane);
        inputs[lane] = if channel == 0 { bank.left(n, 0) } else { bank.right(n, 0) };
        let node = bank.node(n);
        (0..COEFS).for_each(|c| lanes.coefs[c][lane] = node.coefs[c]);
        (0..STATES).for_each(|s| lanes.states[s][lane] = node.states[channel][s]);
    }
    let frames = bank.frames();
    let mut from = 0;
    while from < frames {
        let count = TILE.min(frames - from);
        let mut tile = [[0.0; TILE]; L];
        for (row, input) in tile.iter_mut().zip(&inputs[..used]) {
            copy_tile(row, input, from, count);
        }
        run_tile::<D, L>(&mut lanes, &mut tile, count);
        for (lane, row) in tile.iter().enumerate().take(used) {
            let (n, channel) = place(lane);
            let (_, mut io) = bank.lane(n);
            let out = if channel == 0 { io.out_left() } else { io.out_right() };
            paste_tile(out, row, from, count);
        }
        from += count;
    }
    for lane in 0..used {
        let (n, channel) = place(lane);
        bank.node(n).states[channel] = [lanes.states[0][lane], lanes.states[1][lane]];
    }
    L
}

/// A whole tile at once where there is one: its length is then known to the compiler.
#[inline(always)]
fn copy_tile(row: &mut [f32; TILE], input: &[f32], from: usize, count: usize) {
    match input[from..].first_chunk::<TILE>() {
        Some(whole) if count == TILE => *row = *whole,
        _ => row[..count].copy_from_slice(&input[from..from + count]),
    }
}

#[inline(always)]
fn paste_tile(out: &mut [f32], row: &[f32; TILE], from: usize, count: usize) {
    match out[from..].first_chunk_mut::<TILE>() {
        Some(whole) if count == TILE => *whole = *row,
        _ => out[from..from + count].copy_from_slice(&row[..count]),
    }
}

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
