//! State variable filters (trapezoidal integrators) on lanes: left and right, or those of many decks. Each lane has the
//! bits of a filter of its own.

use std::f64::consts::PI;

/// Highest cutoff as part of the sample rate: just below the Nyquist frequency the tangent still has room.
const HIGHEST: f64 = 0.49;

/// Damping of the two sections of a Butterworth filter of fourth order.
pub const BUTTERWORTH_4: [f64; 2] = [1.847_759_065_022_573_5, 0.765_366_864_730_179_6];
/// Damping of a Butterworth filter of second order.
pub const BUTTERWORTH_2: f64 = std::f64::consts::SQRT_2;

/// Integrators stop short of zero where what they add is flushed: what is left below -360 dB goes, on its own frame. So
/// does what is not a number.
#[inline(always)]
fn loud(state: f32) -> f32 {
    if state.abs() > 1e-18 { state } else { 0.0 }
}

/// A section's coefficients.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SvfCoefs {
    /// Of the integrators.
    pub a: [f32; 3],
    /// Damping: 1 / Q.
    pub k: f32,
}

impl SvfCoefs {
    /// For a cutoff in Hz and a damping (1 / Q).
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "coefficients are of ordinary size")]
    pub fn new(cutoff_hz: f64, damping: f64, sample_rate: f64) -> Self {
        let g = (PI * (cutoff_hz / sample_rate).clamp(1e-6, HIGHEST)).tan();
        let a1 = 1.0 / (1.0 + g * (g + damping));
        Self { a: [a1, g * a1, g * g * a1].map(|a| a as f32), k: damping as f32 }
    }
}

/// A section's memory, lane by lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SvfCell<const L: usize>(pub [[f32; L]; 2]);

impl<const L: usize> SvfCell<L> {
    /// At rest.
    pub const ZERO: Self = Self([[0.0; L]; 2]);

    /// Whether nothing is left in it.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.iter().flatten().all(|state| *state == 0.0)
    }

    /// The next frame: band and low outputs. `a` by lane.
    #[inline(always)]
    pub fn tick_by_lane(&mut self, a: &[[f32; L]; 3], x: [f32; L]) -> [[f32; L]; 2] {
        let [s1, s2] = &mut self.0;
        let (mut band, mut low) = ([0.0; L], [0.0; L]);
        for n in 0..L {
            let v3 = x[n] - s2[n];
            band[n] = a[0][n] * s1[n] + a[1][n] * v3;
            low[n] = s2[n] + a[1][n] * s1[n] + a[2][n] * v3;
            s1[n] = loud(2.0 * band[n] - s1[n]);
            s2[n] = loud(2.0 * low[n] - s2[n]);
        }
        [band, low]
    }

    #[inline(always)]
    fn tick(&mut self, coefs: &SvfCoefs, x: [f32; L]) -> [[f32; L]; 2] {
        self.tick_by_lane(&coefs.a.map(|a| [a; L]), x)
    }

    /// The next frame through a low-pass.
    #[inline(always)]
    pub fn low(&mut self, coefs: &SvfCoefs, x: [f32; L]) -> [f32; L] {
        let [_, low] = self.tick(coefs, x);
        low
    }

    /// The next frame through a high-pass.
    #[inline(always)]
    pub fn high(&mut self, coefs: &SvfCoefs, x: [f32; L]) -> [f32; L] {
        let [_, high] = self.low_and_high(coefs, x);
        high
    }

    /// Both at once.
    #[inline(always)]
    pub fn low_and_high(&mut self, coefs: &SvfCoefs, x: [f32; L]) -> [[f32; L]; 2] {
        let [band, low] = self.tick(coefs, x);
        [low, std::array::from_fn(|n| x[n] - coefs.k * band[n] - low[n])]
    }

    /// The next frame through an all-pass.
    #[inline(always)]
    pub fn all(&mut self, coefs: &SvfCoefs, x: [f32; L]) -> [f32; L] {
        let [band, _] = self.tick(coefs, x);
        std::array::from_fn(|n| x[n] - 2.0 * coefs.k * band[n])
    }

    /// The next frame less this part of what is around the cutoff: 1 takes the cutoff itself away, 0 nothing, exactly.
    #[inline(always)]
    pub fn notch(&mut self, coefs: &SvfCoefs, part: [f32; L], x: [f32; L]) -> [f32; L] {
        let [band, _] = self.tick(coefs, x);
        std::array::from_fn(|n| x[n] - part[n] * (coefs.k * band[n]))
    }
}

/// Left and right of a node as two lanes of a bank.
impl SvfCell<2> {
    /// Into the lanes of node `n`.
    pub fn gather<const L: usize>(&self, bank: &mut SvfCell<L>, n: usize) {
        for (of_bank, own) in bank.0.iter_mut().zip(&self.0) {
            of_bank[2 * n..2 * n + 2].copy_from_slice(own);
        }
    }

    /// Back from them.
    pub fn scatter<const L: usize>(&mut self, bank: &SvfCell<L>, n: usize) {
        for (own, of_bank) in self.0.iter_mut().zip(&bank.0) {
            own.copy_from_slice(&of_bank[2 * n..2 * n + 2]);
        }
    }
}
