//! The crossovers of an isolator, on lanes.

use crate::dsp::{BUTTERWORTH_2, BUTTERWORTH_4, SvfCell, SvfCoefs};
use crate::mixer::NUM_BANDS;

/// Crossover from low to mid, and from mid to high, in Hz.
const CROSSOVERS_HZ: [f64; 2] = [250.0, 2500.0];
/// Damping of the notch in the middle between them, on a logarithmic scale.
const NOTCH_DAMPING: f64 = 1.4;

/// Coefficients of crossovers with `M` sections a branch: a Butterworth filter of order M, twice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Design<const M: usize> {
    crossovers: [[SvfCoefs; M]; 2],
    notch: SvfCoefs,
}

impl<const M: usize> Design<M> {
    fn new(dampings: [f64; M], sample_rate: f64) -> Self {
        let crossovers = CROSSOVERS_HZ.map(|hz| dampings.map(|damping| SvfCoefs::new(hz, damping, sample_rate)));
        let middle = (CROSSOVERS_HZ[0] * CROSSOVERS_HZ[1]).sqrt();
        Self { crossovers, notch: SvfCoefs::new(middle, NOTCH_DAMPING, sample_rate) }
    }
}

impl Design<2> {
    /// 24 dB an octave.
    pub(super) fn normal(sample_rate: f64) -> Self {
        Self::new([BUTTERWORTH_2; 2], sample_rate)
    }
}

impl Design<4> {
    /// 48 dB an octave.
    pub(super) fn steep(sample_rate: f64) -> Self {
        let [first, second] = BUTTERWORTH_4;
        Self::new([first, second, first, second], sample_rate)
    }
}

/// The sections' memories on `L` lanes: two crossovers of `2 M - 1` (their branches share the first), an all-pass of
/// `M / 2`, the notch; `N` in all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bands<const L: usize, const M: usize, const N: usize>([SvfCell<L>; N]);

impl<const L: usize, const M: usize, const N: usize> Bands<L, M, N> {
    const IS_WHOLE: () = assert!(N == 2 * (2 * M - 1) + M / 2 + 1, "as many cells as sections");

    /// At rest.
    pub(super) const ZERO: Self = {
        () = Self::IS_WHOLE;
        Self([SvfCell::ZERO; N])
    };

    pub(super) fn is_zero(&self) -> bool {
        self.0.iter().all(SvfCell::is_zero)
    }

    /// The next frame.
    #[inline(always)]
    pub(super) fn next(
        &mut self,
        design: &Design<M>,
        gains: [[f32; L]; NUM_BANDS],
        notch: [f32; L],
        x: [f32; L],
    ) -> [f32; L] {
        let [first, second] = &design.crossovers;
        let (lower, rest) = self.0.split_at_mut(2 * M - 1);
        let (upper, rest) = rest.split_at_mut(2 * M - 1);
        let [mut low, rest_of_it] = split(lower, first, x);
        for (cell, coefs) in rest.iter_mut().zip(&second[..M / 2]) {
            low = cell.all(coefs, low);
        }
        let [mid, high] = split(upper, second, rest_of_it);
        let sum = std::array::from_fn(|n| low[n] * gains[0][n] + mid[n] * gains[1][n] + high[n] * gains[2][n]);
        self.0[N - 1].notch(&design.notch, notch, sum)
    }
}

/// Low and high branch of a crossover.
#[inline(always)]
fn split<const L: usize, const M: usize>(
    cells: &mut [SvfCell<L>],
    coefs: &[SvfCoefs; M],
    x: [f32; L],
) -> [[f32; L]; 2] {
    let [mut low, mut high] = cells[0].low_and_high(&coefs[0], x);
    for m in 1..M {
        low = cells[m].low(&coefs[m], low);
        high = cells[M - 1 + m].high(&coefs[m], high);
    }
    [low, high]
}

impl<const M: usize, const N: usize> Bands<2, M, N> {
    /// Into the two lanes of node `n` of a bank.
    pub(super) fn gather<const L: usize>(&self, bank: &mut Bands<L, M, N>, n: usize) {
        bank.0.iter_mut().zip(&self.0).for_each(|(of_bank, own)| own.gather(of_bank, n));
    }

    /// Back from them.
    pub(super) fn scatter<const L: usize>(&mut self, bank: &Bands<L, M, N>, n: usize) {
        self.0.iter_mut().zip(&bank.0).for_each(|(own, of_bank)| own.scatter(of_bank, n));
    }
}
