//! Recursive filters side by side: what takes turns waiting for itself in one filter overlaps in many.
#![allow(unsafe_code, reason = "outputs are pointers, to save making a slice of each for every bank")]
#![allow(clippy::needless_range_loop, reason = "iterators over registers are not always compiled into their loop")]

use std::mem::MaybeUninit;

#[cfg(target_arch = "x86_64")]
use super::four::Eight;
use super::four::{Four, Lane, Many, Vector};
use crate::graph::SUB_BLOCK_FRAMES;

/// Coefficients that a filter may have.
pub(super) const COEFS: usize = 6;
/// Values that it remembers.
pub(super) const STATES: usize = 2;

/// One filter, or four with the same equations.
#[derive(Clone, Copy, Debug)]
pub struct Cell<V> {
    pub(super) coefs: [V; COEFS],
    pub(super) states: [V; STATES],
}

/// A filter's coefficients and states in one piece, for one lane.
pub(super) type Row = [f32; COEFS + STATES];

impl<V: Vector, const K: usize> Cell<Many<V, K>> {
    /// Rows become lanes.
    #[inline(always)]
    fn gather(rows: &[[Row; 4]]) -> Self {
        let zero = Many([V::all(0.0); K]);
        let mut cell = Self { coefs: [zero; COEFS], states: [zero; STATES] };
        for k in 0..K {
            let [c0, c1, c2, c3] = quarter::<V>(rows, k, 0);
            let [c4, c5, s1, s2] = quarter::<V>(rows, k, 4);
            for (coef, value) in cell.coefs.iter_mut().zip([c0, c1, c2, c3, c4, c5]) {
                coef.0[k] = value;
            }
            (cell.states[0].0[k], cell.states[1].0[k]) = (s1, s2);
        }
        cell
    }

    /// The states go back.
    #[inline(always)]
    fn scatter(&self, rows: &mut [[Row; 4]]) {
        for k in 0..K {
            let [c4, c5] = [self.coefs[4].0[k], self.coefs[5].0[k]];
            let [s1, s2] = [self.states[0].0[k], self.states[1].0[k]];
            let turned = V::turn([c4, c5, s1, s2]);
            for lane in 0..4 {
                for quad in 0..V::QUADS {
                    rows[k * V::QUADS + quad][lane][4..].copy_from_slice(&turned[lane].quad(quad));
                }
            }
        }
    }
}

/// Four values from `at` on of each row of register `k`, as lanes.
#[inline(always)]
fn quarter<V: Vector>(rows: &[[Row; 4]], k: usize, at: usize) -> [V; 4] {
    let (low, high) = (&rows[k * V::QUADS], &rows[k * V::QUADS + V::QUADS - 1]);
    let mut turned = [V::all(0.0); 4];
    for lane in 0..4 {
        let mut quads = [[0.0; 4]; 2];
        quads[0].copy_from_slice(&low[lane][at..at + 4]);
        quads[1].copy_from_slice(&high[lane][at..at + 4]);
        turned[lane] = V::make(quads);
    }
    V::turn(turned)
}

/// The equations of one frame, the same for one lane and for four: each lane gives the bits that it would give alone.
pub(super) trait Equations {
    /// The next frame.
    fn step<V: Lane>(cell: &mut Cell<V>, input: V) -> V;
}

/// Direct form II, transposed: `b0 b1 b2 a1 a2`.
#[derive(Debug)]
pub struct Transposed;

impl Equations for Transposed {
    #[inline(always)]
    fn step<V: Lane>(cell: &mut Cell<V>, x: V) -> V {
        let [b0, b1, b2, a1, a2, _] = cell.coefs;
        let [s1, s2] = cell.states;
        let y = b0 * x + s1;
        cell.states[0] = (b1 * x + s2) - a1 * y;
        cell.states[1] = b2 * x - a2 * y;
        y
    }
}

/// Topology-preserving state variable filter: `a1 a2 a3 m0 m1 m2`, as in A. Simper, "Linear Trapezoidal Integrated
/// SVF".
#[derive(Debug)]
pub struct Trapezoidal;

impl Equations for Trapezoidal {
    #[inline(always)]
    fn step<V: Lane>(cell: &mut Cell<V>, x: V) -> V {
        let [a1, a2, a3, m0, m1, m2] = cell.coefs;
        let [s1, s2] = cell.states;
        let two = V::all(2.0);
        let v3 = x - s2;
        let v1 = a1 * s1 + a2 * v3;
        let v2 = s2 + a2 * s1 + a3 * v3;
        cell.states[0] = two * v1 - s1;
        cell.states[1] = two * v2 - s2;
        m0 * x + m1 * v1 + m2 * v2
    }
}

/// A filter alone, as the first of four lanes: left to itself, the compiler makes a vector of the two states, which then
/// wait longer for themselves.
type Alone = Cell<Many<Four, 1>>;

/// One channel over a stretch of frames. Returns the energy of what it made: the sum of squares.
#[inline]
pub(super) fn run_one<E: Equations>(row: &mut Row, input: &[f32], output: &mut [f32]) -> f32 {
    let mut rows = [[*row, [0.0; 8], [0.0; 8], [0.0; 8]]];
    let (mut cell, mut energy) = (Alone::gather(&rows), Many([Four::all(0.0)]));
    for (out, sample) in output.iter_mut().zip(input) {
        let made = E::step(&mut cell, Many([Four::make([[*sample, 0.0, 0.0, 0.0]; 2])]));
        energy = energy + made * made;
        [*out, ..] = made.0[0].quad(0);
    }
    cell.scatter(&mut rows);
    *row = rows[0][0];
    energy.0[0].quad(0)[0]
}

/// Two channels, as the first two of four lanes. Returns their energy.
#[inline]
pub(super) fn run_two<E: Equations>(rows: &mut [Row; 2], input: [&[f32]; 2], output: [&mut [f32]; 2]) -> f32 {
    let mut four = [[rows[0], rows[1], [0.0; 8], [0.0; 8]]];
    let (mut cell, mut energy) = (Alone::gather(&four), Many([Four::all(0.0)]));
    let [left, right] = output;
    for ((left, right), (l, r)) in left.iter_mut().zip(right).zip(input[0].iter().zip(input[1])) {
        let made = E::step(&mut cell, Many([Four::make([[*l, *r, 0.0, 0.0]; 2])]));
        energy = energy + made * made;
        [*left, *right, ..] = made.0[0].quad(0);
    }
    cell.scatter(&mut four);
    rows.copy_from_slice(&four[0][..2]);
    let [left, right, ..] = energy.0[0].quad(0);
    left + right
}

/// A channel of a block.
pub(super) type Channel = [f32; SUB_BLOCK_FRAMES];

/// Filters side by side, in groups of four: coefficients and states, input, output.
pub(super) struct Batch<'a, const G: usize> {
    rows: [[Row; 4]; G],
    input: [[&'a Channel; 4]; G],
    output: [[*mut Channel; 4]; G],
    energy: [[f32; 4]; G],
    frames: usize,
}

impl<'a, const G: usize> Batch<'a, G> {
    /// Without filters: `silence` goes in, and what comes out goes where nobody reads.
    pub(super) fn new(silence: &'a Channel, spare: &'a mut [MaybeUninit<Channel>; 3], frames: usize) -> Self {
        let mut output = [[spare[0].as_mut_ptr(); 4]; G];
        if let Some(last) = output.last_mut() {
            last[2] = spare[1].as_mut_ptr();
            last[3] = spare[2].as_mut_ptr();
        }
        Self { rows: [[[0.0; 8]; 4]; G], input: [[silence; 4]; G], output, energy: [[0.0; 4]; G], frames }
    }

    /// The places of a lane.
    pub(super) fn lane(&mut self, lane: usize) -> (&mut Row, &mut &'a Channel, &mut *mut Channel) {
        let (group, four) = (lane / 4, lane % 4);
        (&mut self.rows[group][four], &mut self.input[group][four], &mut self.output[group][four])
    }

    /// The energy of what a lane made.
    pub(super) const fn energy(&self, lane: usize) -> f32 {
        self.energy[lane / 4][lane % 4]
    }
}

/// Makes the next frames of a batch, and its lanes' energies. What comes after the last frame, up to a multiple of four, is overwritten with
/// leftovers.
///
/// # Safety
/// Every output may be written, and nobody else touches it.
pub(super) unsafe fn run_many<E: Equations, const G: usize>(batch: &mut Batch<'_, G>) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx") {
        // SAFETY: the processor has AVX; the rest as promised.
        return unsafe { run_many_avx::<E, G>(batch) };
    }
    // SAFETY: as promised.
    unsafe { run_tiles::<E, Four, G, G>(batch) };
}

/// The same operations on registers of twice the size. Nothing is fused, so that the bits stay the same.
///
/// # Safety
/// As [`run_many`].
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
unsafe fn run_many_avx<E: Equations, const G: usize>(batch: &mut Batch<'_, G>) {
    // SAFETY: as promised for `run_many`.
    unsafe {
        match G {
            2 => run_tiles::<E, Eight, 1, G>(batch),
            4 => run_tiles::<E, Eight, 2, G>(batch),
            _ => run_tiles::<E, Four, G, G>(batch),
        }
    }
}

/// Channels become lanes and lanes channels four frames at a time: that work fits in where the filters wait for
/// themselves.
///
/// # Safety
/// As [`run_many`].
#[inline(always)]
unsafe fn run_tiles<E: Equations, V: Vector, const K: usize, const G: usize>(batch: &mut Batch<'_, G>) {
    let Batch { rows, input, output, energy, frames } = batch;
    let frames = *frames;
    assert!(G == K * V::QUADS, "K registers for all groups");
    let mut cell = Cell::<Many<V, K>>::gather(rows);
    let mut sum = Many([V::all(0.0); K]);
    let whole = frames.min(SUB_BLOCK_FRAMES) / 4;
    for tile in 0..whole {
        let mut lanes = read(input, tile);
        for frame in &mut lanes {
            *frame = E::step(&mut cell, *frame);
            sum = sum + *frame * *frame;
        }
        // SAFETY: as promised.
        unsafe { write(output, tile, lanes) };
    }
    let left = frames % 4;
    if left > 0 && whole < SUB_BLOCK_FRAMES / 4 {
        let mut lanes = read(input, whole);
        for frame in lanes.iter_mut().take(left) {
            *frame = E::step(&mut cell, *frame);
            sum = sum + *frame * *frame;
        }
        // SAFETY: as promised.
        unsafe { write(output, whole, lanes) };
    }
    cell.scatter(rows);
    for (group, energy) in energy.iter_mut().enumerate() {
        *energy = sum.0[group / V::QUADS].quad(group % V::QUADS);
    }
}

/// Four frames of every channel, as lanes.
#[inline(always)]
fn read<V: Vector, const K: usize>(input: &[[&Channel; 4]], tile: usize) -> [Many<V, K>; 4] {
    let mut lanes = [Many([V::all(0.0); K]); 4];
    for k in 0..K {
        let (low, high) = (&input[k * V::QUADS], &input[k * V::QUADS + V::QUADS - 1]);
        let mut turned = [V::all(0.0); 4];
        for lane in 0..4 {
            turned[lane] = V::make([low[lane].as_chunks::<4>().0[tile], high[lane].as_chunks::<4>().0[tile]]);
        }
        turned = V::turn(turned);
        for frame in 0..4 {
            lanes[frame].0[k] = turned[frame];
        }
    }
    lanes
}

/// The way back.
///
/// # Safety
/// As [`run_many`], and `tile < 16`.
#[inline(always)]
unsafe fn write<V: Vector, const K: usize>(output: &[[*mut Channel; 4]], tile: usize, lanes: [Many<V, K>; 4]) {
    for k in 0..K {
        let turned = V::turn([lanes[0].0[k], lanes[1].0[k], lanes[2].0[k], lanes[3].0[k]]);
        for lane in 0..4 {
            for quad in 0..V::QUADS {
                let place = output[k * V::QUADS + quad][lane].cast::<[f32; 4]>();
                // SAFETY: as promised; there are 16 tiles in a channel.
                unsafe { place.add(tile).write(turned[lane].quad(quad)) };
            }
        }
    }
}
