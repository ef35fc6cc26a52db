//! Which tempo: a comb of harmonics over the spectrum of the onset curve, with a preference among its octaves.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

/// The tempi that are looked for, in BPM.
pub const BPM_RANGE: std::ops::RangeInclusive<f64> = 62.0..=205.0;
/// Where the preference peaks, in BPM, and how wide it is, in octaves.
pub const PREFERRED_BPM: f64 = 125.0;
const PREFERENCE_OCTAVES: f64 = 0.54;
/// Above this a tempo must be heard on its own beat, not only in the notes between.
const FAST_BPM: f64 = 185.0;
const FAST_LEAST_OWN: f32 = 0.35;
/// Notes at a quarter of a beat count at most this much more than those at half a beat: shuffled notes would otherwise
/// make a track look three halves as fast as it is.
const QUARTERS_CAP: f32 = 1.25;

/// A tempo, and how much speaks for it: 0 for nothing, above 1 for a drum machine alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tempo {
    /// In BPM.
    pub bpm: f64,
    /// See above; the preference is not in it.
    pub strength: f64,
}

/// How strongly the onset curve repeats, by frequency.
#[derive(Debug)]
pub struct Periods {
    magnitudes: Vec<f32>,
    bin_hz: f64,
}

impl Periods {
    /// Of a curve without trend.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bin number, positive")]
    pub fn of(curve: &[f32], rate_hz: f64) -> Self {
        let size = (curve.len() * 4).next_power_of_two();
        let mut bins = vec![Complex::default(); size];
        for (bin, value) in bins.iter_mut().zip(curve) {
            bin.re = *value;
        }
        FftPlanner::new().plan_fft_forward(size).process(&mut bins);
        let bin_hz = rate_hz / size as f64;
        let top_hz = BPM_RANGE.end() / 60.0 * 4.0 + 0.5;
        let count = ((top_hz / bin_hz) as usize + 4).min(size / 2);
        let norm = curve.iter().map(|value| value.abs()).sum::<f32>().max(1e-9);
        Self { magnitudes: bins[..count].iter().map(|bin| bin.norm() / norm).collect(), bin_hz }
    }

    /// The most near a frequency.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bin number, positive")]
    pub fn at(&self, hz: f64) -> f32 {
        let bin = (hz / self.bin_hz).round() as usize;
        let end = (bin + 3).min(self.magnitudes.len());
        self.magnitudes[bin.saturating_sub(2).min(end)..end].iter().copied().fold(0.0, f32::max)
    }

    /// What speaks for a tempo.
    pub fn strength(&self, bpm: f64) -> f64 {
        let hz = bpm / 60.0;
        f64::from(self.at(hz) + self.at(2.0 * hz) + self.at(4.0 * hz))
    }

    /// What speaks for a tempo; less for one that others of its family hide in.
    pub fn support(&self, bpm: f64) -> f64 {
        let hz = bpm / 60.0;
        let half = self.at(2.0 * hz);
        f64::from(self.at(hz) + half + self.at(4.0 * hz).min(QUARTERS_CAP * half))
    }

    /// What speaks for a tempo, as people would have it.
    pub fn rank(&self, bpm: f64) -> f64 {
        let hz = bpm / 60.0;
        if bpm > FAST_BPM && self.at(hz) < FAST_LEAST_OWN * self.at(2.0 * hz) {
            return 0.0;
        }
        self.support(bpm) * preference(bpm)
    }

    /// The best tempo within a range.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, positive")]
    pub fn best(&self) -> Tempo {
        let step = self.bin_hz * 30.0;
        let count = ((BPM_RANGE.end() - BPM_RANGE.start()) / step) as usize;
        let tempi = (0..=count).map(|index| BPM_RANGE.start() + index as f64 * step);
        let (_, bpm) = tempi.map(|bpm| (self.rank(bpm), bpm)).fold((-1.0, 120.0), |a, b| if b.0 > a.0 { b } else { a });
        Tempo { bpm, strength: self.strength(bpm) }
    }
}

/// People's, for tempi in the middle.
pub fn preference(bpm: f64) -> f64 {
    let octaves = (bpm / PREFERRED_BPM).log2() / PREFERENCE_OCTAVES;
    (-octaves * octaves / 2.0).exp()
}

/// A curve less its mean over `2 * half + 1` values.
#[allow(clippy::cast_possible_truncation, reason = "a mean of f32")]
pub fn detrend(curve: &[f32], half: usize) -> Vec<f32> {
    let mut sums = Vec::with_capacity(curve.len() + 1);
    let mut sum = 0.0f64;
    sums.push(sum);
    sums.extend(curve.iter().map(|value| {
        sum += f64::from(*value);
        sum
    }));
    let mean = |index: usize| {
        let (start, end) = (index.saturating_sub(half), (index + half + 1).min(curve.len()));
        ((sums[end] - sums[start]) / (end - start) as f64) as f32
    };
    curve.iter().enumerate().map(|(index, value)| value - mean(index)).collect()
}
