//! Band-limited interpolation: a windowed sinc, read at any real place of a signal.
//!
//! 64 taps, Kaiser window (beta 10), 256 phases with linear interpolation between them: about -110 dB of distortion
//! for a sine (measured in the tests). For ratios above 1 the cutoff comes down with the ratio, so that nothing aliases.

#![allow(unsafe_code, reason = "larger registers, where the processor has them")]

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::window::{kaiser, sinc};

const TAPS: usize = 64;
const HALF: usize = TAPS / 2;
const PHASES: usize = 256;
/// Of the Nyquist frequency: leaves the window its transition band.
const CUTOFF: f64 = 0.95;
const KAISER_BETA: f64 = 10.0;
/// One filter for each of these ratios of reading speed; a ratio takes the first that is not below it.
const RATIOS: [f64; 8] = [1.0, 1.12, 1.3, 1.6, 2.2, 3.0, 4.4, 6.0];

/// The filters for all ratios. About 0.5 MiB: made once, off the audio thread, and shared.
#[derive(Debug)]
pub struct SincBank {
    filters: Vec<Sinc>,
}

impl Default for SincBank {
    fn default() -> Self {
        Self { filters: RATIOS.iter().map(|&ratio| Sinc::new(CUTOFF / ratio)).collect() }
    }
}

impl SincBank {
    /// The process's one bank: made when the first one asks, gone with the last one that has it, so that a library that
    /// is unloaded leaves nothing. Not real-time.
    #[must_use]
    pub fn shared() -> Arc<Self> {
        static BANK: Mutex<Weak<SincBank>> = Mutex::new(Weak::new());
        let mut bank = BANK.lock().unwrap_or_else(PoisonError::into_inner);
        bank.upgrade().unwrap_or_else(|| {
            let made = Arc::new(Self::default());
            *bank = Arc::downgrade(&made);
            made
        })
    }

    /// The filter for reading a signal `ratio` times as fast as it is. Ratios above 6 take the last.
    #[must_use]
    pub fn for_ratio(&self, ratio: f64) -> &Sinc {
        let index = RATIOS.iter().position(|&r| ratio <= r + 1e-9).unwrap_or(RATIOS.len() - 1);
        &self.filters[index]
    }
}

/// One filter, in all its phases.
#[derive(Debug)]
pub struct Sinc {
    /// `PHASES + 1` rows of taps; the last is the first, one frame on.
    rows: Vec<[f32; TAPS]>,
}

impl Sinc {
    /// `cutoff` as a part of the Nyquist frequency, 0..1.
    fn new(cutoff: f64) -> Self {
        Self { rows: (0..=PHASES).map(|phase| row(cutoff, phase as f64 / PHASES as f64)).collect() }
    }

    /// Both channels at `position` (frames, any real number); beyond the ends there is silence.
    #[must_use]
    pub fn read(&self, left: &[f32], right: &[f32], position: f64) -> (f32, f32) {
        if !position.is_finite() {
            return (0.0, 0.0);
        }
        let floor = position.floor();
        let scaled = (position - floor) * PHASES as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= scaled < PHASES")]
        let phase = (scaled as usize).min(PHASES - 1);
        #[expect(clippy::cast_possible_truncation, reason = "0..1")]
        let blend = (scaled - phase as f64) as f32;
        #[expect(clippy::cast_possible_truncation, reason = "a place in memory fits an isize")]
        let first = floor as isize - (HALF as isize - 1);
        let (a, b) = (&self.rows[phase], &self.rows[phase + 1]);
        match (window(left, first), window(right, first)) {
            (Some(l), Some(r)) => dots([l, r], [a, b], blend),
            _ => dots([&edge(left, first), &edge(right, first)], [a, b], blend),
        }
    }
}

type Taps = [f32; TAPS];

/// Both channels through the taps between two phases.
#[inline]
fn dots(signals: [&Taps; 2], taps: [&Taps; 2], blend: f32) -> (f32, f32) {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx") {
        // SAFETY: the processor has AVX.
        return unsafe { dots_avx(signals, taps, blend) };
    }
    dots_one_by_one(signals, taps, blend)
}

/// The same operations, eight in each. Nothing is fused, so that the bits stay the same. By hand: left to itself, the
/// compiler makes lanes of two.
///
/// # Safety
/// The processor has AVX.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
unsafe fn dots_avx([left, right]: [&Taps; 2], [a, b]: [&Taps; 2], blend: f32) -> (f32, f32) {
    use std::arch::x86_64::*;
    // SAFETY: eight floats, at any address.
    let load = |taps: &Taps, chunk: usize| unsafe { _mm256_loadu_ps(taps.as_chunks::<8>().0[chunk].as_ptr()) };
    let (blend, mut of_left, mut of_right) = (_mm256_set1_ps(blend), _mm256_setzero_ps(), _mm256_setzero_ps());
    for chunk in 0..TAPS / 8 {
        let (a, b) = (load(a, chunk), load(b, chunk));
        let tap = _mm256_add_ps(a, _mm256_mul_ps(_mm256_sub_ps(b, a), blend));
        of_left = _mm256_add_ps(of_left, _mm256_mul_ps(load(left, chunk), tap));
        of_right = _mm256_add_ps(of_right, _mm256_mul_ps(load(right, chunk), tap));
    }
    let fours = [of_left, of_right].map(|s| _mm_add_ps(_mm256_castps256_ps128(s), _mm256_extractf128_ps::<1>(s)));
    let twos = _mm_hadd_ps(fours[0], fours[1]);
    let sums = _mm_hadd_ps(twos, twos);
    (_mm_cvtss_f32(sums), _mm_cvtss_f32(_mm_shuffle_ps::<1>(sums, sums)))
}

fn dots_one_by_one([left, right]: [&Taps; 2], [a, b]: [&Taps; 2], blend: f32) -> (f32, f32) {
    // Eight sums side by side, in the same order everywhere.
    let (mut of_left, mut of_right) = ([0.0_f32; 8], [0.0_f32; 8]);
    for chunk in 0..TAPS / 8 {
        for lane in 0..8 {
            let i = chunk * 8 + lane;
            let tap = a[i] + (b[i] - a[i]) * blend;
            of_left[lane] += left[i] * tap;
            of_right[lane] += right[i] * tap;
        }
    }
    let sum = |s: [f32; 8]| ((s[0] + s[4]) + (s[1] + s[5])) + ((s[2] + s[6]) + (s[3] + s[7]));
    (sum(of_left), sum(of_right))
}

/// The taps' signal where it lies wholly inside.
fn window(signal: &[f32], first: isize) -> Option<&[f32; TAPS]> {
    let first = usize::try_from(first).ok()?;
    signal.get(first..first.checked_add(TAPS)?)?.try_into().ok()
}

/// The taps' signal at an end, with silence beyond it.
fn edge(signal: &[f32], first: isize) -> [f32; TAPS] {
    std::array::from_fn(|i| {
        first
            .checked_add_unsigned(i)
            .and_then(|at| usize::try_from(at).ok())
            .and_then(|at| signal.get(at).copied())
            .unwrap_or(0.0)
    })
}

/// The taps for a place `fraction` of a frame after the tap `HALF - 1`; they sum to 1.
fn row(cutoff: f64, fraction: f64) -> [f32; TAPS] {
    let mut taps = [0.0_f64; TAPS];
    for (i, tap) in taps.iter_mut().enumerate() {
        let x = i as f64 - (HALF as f64 - 1.0) - fraction;
        *tap = sinc(cutoff * x) * kaiser(x / HALF as f64, KAISER_BETA);
    }
    let sum: f64 = taps.iter().sum();
    #[expect(clippy::cast_possible_truncation, reason = "filter taps are single precision")]
    taps.map(|tap| (tap / sum) as f32)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;
    use crate::dsp::testing::beside_sine_db;

    /// Distortion and noise in dB of a sine read at a ratio, against the best-fitting sine of the expected frequency.
    fn thd_n_db(hz: f64, ratio: f64) -> f64 {
        let bank = SincBank::default();
        let source: Vec<f32> = (0..100_000).map(|n| (2.0 * PI * hz / 48_000.0 * f64::from(n)).sin() as f32).collect();
        let out: Vec<f64> = (0..48_000)
            .map(|n| f64::from(bank.for_ratio(ratio).read(&source, &source, 100.0 + f64::from(n) * ratio).0))
            .collect();
        beside_sine_db(&out, hz * ratio, 48_000.0)
    }

    #[test]
    fn large_registers_change_no_bit() {
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 - 0.5
        };
        for _ in 0..1_000 {
            let [left, right, a, b] = [0; 4].map(|_| std::array::from_fn(|_| noise()));
            let blend = noise() + 0.5;
            let (fast, plain) =
                (dots([&left, &right], [&a, &b], blend), dots_one_by_one([&left, &right], [&a, &b], blend));
            assert_eq!((fast.0.to_bits(), fast.1.to_bits()), (plain.0.to_bits(), plain.1.to_bits()));
        }
    }

    #[test]
    fn a_sine_stays_a_sine() {
        for ratio in [0.92, 44_100.0 / 48_000.0, 1.0 + 1e-4, 1.08] {
            let (low, high) = (thd_n_db(1_000.0, ratio), thd_n_db(10_000.0, ratio));
            assert!(low < -100.0, "1 kHz at {ratio}: {low:.1} dB");
            assert!(high < -90.0, "10 kHz at {ratio}: {high:.1} dB");
        }
    }

    #[test]
    fn what_cannot_be_heard_at_the_lower_rate_is_filtered_out() {
        // 20 kHz read at double speed would come out at 8 kHz.
        let bank = SincBank::default();
        let source: Vec<f32> = (0..40_000).map(|n| (2.0 * PI * 20.0 / 48.0 * f64::from(n)).sin() as f32).collect();
        let peak = (200..10_000)
            .map(|n| bank.for_ratio(2.0).read(&source, &source, f64::from(n) * 2.0).0.abs())
            .fold(0.0, f32::max);
        assert!(20.0 * peak.log10() < -90.0, "{} dB", 20.0 * peak.log10());
    }

    #[test]
    fn beyond_the_ends_there_is_silence() {
        let bank = SincBank::default();
        let (left, right) = bank.for_ratio(1.0).read(&[1.0, 1.0], &[1.0, 1.0], -100.5);
        assert_eq!((left, right), (0.0, 0.0));
        assert_eq!(bank.for_ratio(1.0).read(&[1.0], &[1.0], 1e15), (0.0, 0.0));
        assert_eq!(bank.for_ratio(1.0).read(&[], &[], f64::NAN), (0.0, 0.0));
    }
}
