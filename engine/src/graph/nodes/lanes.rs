//! Recursive filters side by side: what takes turns waiting for itself in one filter overlaps in many.

use super::four::{Four, Lane, Many};
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

impl<const G: usize> Cell<Many<G>> {
    /// Rows become lanes.
    #[inline(always)]
    fn gather(rows: &[[Row; 4]; G]) -> Self {
        let zero = Many([Four::from([0.0; 4]); G]);
        let mut cell = Self { coefs: [zero; COEFS], states: [zero; STATES] };
        for (group, rows) in rows.iter().enumerate() {
            let low = Four::turn(rows.map(|[a, b, c, d, ..]| Four::from([a, b, c, d])));
            let [c4, c5, s1, s2] = Four::turn(rows.map(|[.., a, b, c, d]| Four::from([a, b, c, d])));
            for (coef, four) in cell.coefs.iter_mut().zip(low.into_iter().chain([c4, c5])) {
                coef.0[group] = four;
            }
            (cell.states[0].0[group], cell.states[1].0[group]) = (s1, s2);
        }
        cell
    }

    /// The states go back.
    #[inline(always)]
    fn scatter(&self, rows: &mut [[Row; 4]; G]) {
        for (group, rows) in rows.iter_mut().enumerate() {
            let [c4, c5] = [self.coefs[4].0[group], self.coefs[5].0[group]];
            let [s1, s2] = [self.states[0].0[group], self.states[1].0[group]];
            for (row, four) in rows.iter_mut().zip(Four::turn([c4, c5, s1, s2])) {
                row[4..].copy_from_slice(&four.to_array());
            }
        }
    }
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

/// One channel over a stretch of frames. As the first of four lanes: left to itself, the compiler makes a vector of the
/// two states, which then wait longer for themselves.
#[inline]
pub(super) fn run_one<E: Equations>(row: &mut Row, input: &[f32], output: &mut [f32]) {
    let mut cell = Cell::gather(&[[*row, [0.0; 8], [0.0; 8], [0.0; 8]]]);
    for (out, sample) in output.iter_mut().zip(input) {
        [*out, ..] = E::step(&mut cell, Many([Four::from([*sample, 0.0, 0.0, 0.0])])).0[0].to_array();
    }
    let mut rows = [[*row; 4]];
    cell.scatter(&mut rows);
    *row = rows[0][0];
}

/// Two channels, as the first two of four lanes.
#[inline]
pub(super) fn run_two<E: Equations>(rows: &mut [Row; 2], input: [&[f32]; 2], output: [&mut [f32]; 2]) {
    let mut four = [[rows[0], rows[1], [0.0; 8], [0.0; 8]]];
    let mut cell = Cell::gather(&four);
    let [left, right] = output;
    for ((left, right), (l, r)) in left.iter_mut().zip(right).zip(input[0].iter().zip(input[1])) {
        [*left, *right, ..] = E::step(&mut cell, Many([Four::from([*l, *r, 0.0, 0.0])])).0[0].to_array();
    }
    cell.scatter(&mut four);
    rows.copy_from_slice(&four[0][..2]);
}

/// A channel of a block.
pub(super) type Channel = [f32; SUB_BLOCK_FRAMES];

/// The first `frames` frames of `G` times four channels. Channels become lanes and lanes channels four frames at a
/// time: that work fits in where the filters wait for themselves. What comes after the last frame, up to a multiple of
/// four, is overwritten with leftovers.
pub(super) fn run_many<E: Equations, const G: usize>(
    rows: &mut [[Row; 4]; G],
    input: &[[&Channel; 4]; G],
    output: &mut [[&mut Channel; 4]; G],
    frames: usize,
) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx") {
        #[expect(unsafe_code, reason = "calls what this processor was just found to have")]
        // SAFETY: the processor has AVX.
        return unsafe { run_many_avx::<E, G>(rows, input, output, frames) };
    }
    run_tiles::<E, G>(rows, input, output, frames);
}

/// The same operations with instructions of three operands, which saves a quarter of them. Nothing is fused, so that
/// the bits stay the same.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
fn run_many_avx<E: Equations, const G: usize>(
    rows: &mut [[Row; 4]; G],
    input: &[[&Channel; 4]; G],
    output: &mut [[&mut Channel; 4]; G],
    frames: usize,
) {
    run_tiles::<E, G>(rows, input, output, frames);
}

#[inline(always)]
fn run_tiles<E: Equations, const G: usize>(
    rows: &mut [[Row; 4]; G],
    input: &[[&Channel; 4]; G],
    output: &mut [[&mut Channel; 4]; G],
    frames: usize,
) {
    let mut local = Cell::gather(rows);
    let whole = frames.min(SUB_BLOCK_FRAMES) / 4;
    for tile in 0..whole {
        let mut lanes = read(input, tile);
        for frame in &mut lanes {
            *frame = E::step(&mut local, *frame);
        }
        write(output, tile, lanes);
    }
    let left = frames % 4;
    if left > 0 && whole < SUB_BLOCK_FRAMES / 4 {
        let mut lanes = read(input, whole);
        for frame in lanes.iter_mut().take(left) {
            *frame = E::step(&mut local, *frame);
        }
        write(output, whole, lanes);
    }
    local.scatter(rows);
}

/// Four frames of every channel, as lanes.
#[inline(always)]
fn read<const G: usize>(input: &[[&Channel; 4]; G], tile: usize) -> [Many<G>; 4] {
    let mut lanes = [Many([Four::from([0.0; 4]); G]); 4];
    for (group, rows) in input.iter().enumerate() {
        let turned = Four::turn(rows.map(|row| Four::from(row.as_chunks::<4>().0[tile])));
        for (frame, four) in lanes.iter_mut().zip(turned) {
            frame.0[group] = four;
        }
    }
    lanes
}

/// The way back.
#[inline(always)]
fn write<const G: usize>(output: &mut [[&mut Channel; 4]; G], tile: usize, lanes: [Many<G>; 4]) {
    for (group, rows) in output.iter_mut().enumerate() {
        let turned = Four::turn(lanes.map(|frame| frame.0[group]));
        for (row, four) in rows.iter_mut().zip(turned) {
            row.as_chunks_mut::<4>().0[tile] = four.to_array();
        }
    }
}
