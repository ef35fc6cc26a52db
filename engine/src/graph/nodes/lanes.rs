//! Recursive filters side by side: what takes turns waiting for itself in one filter overlaps in many.

/// Coefficients that a filter may have.
pub(super) const COEFS: usize = 6;
/// Values that it remembers.
pub(super) const STATES: usize = 2;

/// `L` filters with the same equations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lanes<const L: usize> {
    pub(super) coefs: [[f32; L]; COEFS],
    pub(super) states: [[f32; L]; STATES],
}

/// The equations of one frame, the same for any number of lanes: no lane looks at another, and nothing is fused, so
/// that each lane gives the bits that it would give alone.
pub(super) trait Equations {
    /// The next frame of every lane.
    fn step<const L: usize>(lanes: &mut Lanes<L>, input: [f32; L]) -> [f32; L];
}

/// Applies an operation to each lane.
#[inline(always)]
pub(super) fn each<const L: usize>(f: impl Fn(usize) -> f32) -> [f32; L] {
    let mut out = [0.0; L];
    for (lane, value) in out.iter_mut().enumerate() {
        *value = f(lane);
    }
    out
}

/// Direct form II, transposed: `b0 b1 b2 a1 a2`.
#[derive(Debug)]
pub struct Transposed;

impl Equations for Transposed {
    #[inline(always)]
    fn step<const L: usize>(lanes: &mut Lanes<L>, x: [f32; L]) -> [f32; L] {
        let [b0, b1, b2, a1, a2, _] = &lanes.coefs;
        let [s1, s2] = &mut lanes.states;
        let y = each(|l| b0[l] * x[l] + s1[l]);
        *s1 = each(|l| (b1[l] * x[l] + s2[l]) - a1[l] * y[l]);
        *s2 = each(|l| b2[l] * x[l] - a2[l] * y[l]);
        y
    }
}

/// Topology-preserving state variable filter: `a1 a2 a3 m0 m1 m2`, as in A. Simper, "Linear Trapezoidal Integrated
/// SVF".
#[derive(Debug)]
pub struct Trapezoidal;

impl Equations for Trapezoidal {
    #[inline(always)]
    fn step<const L: usize>(lanes: &mut Lanes<L>, x: [f32; L]) -> [f32; L] {
        let [a1, a2, a3, m0, m1, m2] = &lanes.coefs;
        let [s1, s2] = &mut lanes.states;
        let v3: [f32; L] = each(|l| x[l] - s2[l]);
        let v1: [f32; L] = each(|l| a1[l] * s1[l] + a2[l] * v3[l]);
        let v2: [f32; L] = each(|l| s2[l] + a2[l] * s1[l] + a3[l] * v3[l]);
        *s1 = each(|l| 2.0 * v1[l] - s1[l]);
        *s2 = each(|l| 2.0 * v2[l] - s2[l]);
        each(|l| m0[l] * x[l] + m1[l] * v1[l] + m2[l] * v2[l])
    }
}

/// One lane over a stretch of frames.
#[inline]
pub(super) fn run_one<E: Equations>(lanes: &mut Lanes<1>, input: &[f32], output: &mut [f32]) {
    let mut local = *lanes;
    for (out, sample) in output.iter_mut().zip(input) {
        [*out] = E::step(&mut local, [*sample]);
    }
    lanes.states = local.states;
}

/// Two lanes: the channels of a stereo signal.
#[inline]
pub(super) fn run_two<E: Equations>(lanes: &mut Lanes<2>, input: [&[f32]; 2], output: [&mut [f32]; 2]) {
    let mut local = *lanes;
    let [left, right] = output;
    for (n, (out_left, out_right)) in left.iter_mut().zip(right).enumerate() {
        [*out_left, *out_right] = E::step(&mut local, [input[0][n], input[1][n]]);
    }
    lanes.states = local.states;
}

/// Frames that are turned from channels into lanes at a time.
pub(super) const TILE: usize = 8;

/// A stretch of at most [`TILE`] frames of every lane: turned, run and turned back.
#[inline(always)]
pub(super) fn run_tile<E: Equations, const L: usize>(lanes: &mut Lanes<L>, tile: &mut [[f32; TILE]; L], frames: usize) {
    let turned: [[f32; L]; TILE] = turn(tile);
    let mut made = [[0.0; L]; TILE];
    for n in 0..frames {
        made[n] = E::step(lanes, turned[n]);
    }
    *tile = turn(&made);
}

#[inline(always)]
fn turn<const A: usize, const B: usize>(from: &[[f32; A]; B]) -> [[f32; B]; A] {
    let mut to = [[0.0; B]; A];
    for a in 0..A {
        for b in 0..B {
            to[a][b] = from[b][a];
        }
    }
    to
}
