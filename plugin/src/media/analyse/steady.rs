//! A steady tempo to a thousandth of a BPM, and whether it is steady at all.

use rustfft::num_complex::Complex;

use super::meter::Meter;

/// Bars of one window.
const WINDOW_BARS: f64 = 2.0;
/// How often the line through the windows is drawn anew, and by how much a window may be off at least, in seconds.
const ROUNDS: usize = 12;
const LEAST_OFF_SECS: f64 = 0.000_5;

/// Fourier sums of the onset curve in windows of two bars, at the harmonics of one tempo.
#[derive(Debug)]
pub struct Windows {
    /// Middle of each window, in seconds.
    pub middles_secs: Vec<f64>,
    /// Of each window and harmonic.
    pub sums: Vec<[Complex<f64>; 3]>,
    /// The beat's frequency.
    hz: f64,
    /// Harmonics of it that are looked at.
    harmonics: [f64; 3],
}

/// What the windows say about a steady tempo.
#[derive(Clone, Copy, Debug)]
pub struct Steady {
    /// The refined tempo.
    pub bpm: f64,
    /// How much of the windows' strength is left when they are added up in phase, 0..1.
    pub coherence: f64,
    /// By how much half of the windows are early or late at most, in seconds.
    pub spread_secs: f64,
}

impl Windows {
    /// Cuts a curve into windows.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of values, positive")]
    pub fn new(curve: &[f32], rate_hz: f64, bpm: f64, meter: Meter) -> Self {
        let hz = bpm / 60.0;
        let beats = WINDOW_BARS * f64::from(meter.beats());
        let length = ((beats / hz * rate_hz).round() as usize).max(1);
        let harmonics = meter.harmonics();
        let mut windows = Self { middles_secs: Vec::new(), sums: Vec::new(), hz, harmonics };
        for (index, piece) in curve.chunks(length).enumerate() {
            let start = index * length;
            let sums = harmonics.map(|harmonic| fourier(piece, start, harmonic * hz / rate_hz));
            windows.middles_secs.push((start as f64 + piece.len() as f64 / 2.0) / rate_hz);
            windows.sums.push(sums);
        }
        windows
    }

    /// All windows together, were the tempo `offset_hz` higher than it was taken for.
    fn total(&self, offset_hz: f64) -> [Complex<f64>; 3] {
        let mut total = [Complex::default(); 3];
        for (middle, sums) in self.middles_secs.iter().zip(&self.sums) {
            for ((total, sum), harmonic) in total.iter_mut().zip(sums).zip(self.harmonics) {
                *total += sum * Complex::from_polar(1.0, -std::f64::consts::TAU * harmonic * offset_hz * middle);
            }
        }
        total
    }

    fn fit(&self, offset_hz: f64) -> f64 {
        self.total(offset_hz).iter().map(|sum| sum.norm()).sum()
    }

    /// How well a tempo near to that of the windows fits; only to be compared with others.
    pub fn fit_of(&self, bpm: f64) -> f64 {
        self.fit(bpm / 60.0 - self.hz)
    }

    /// Turns it until most windows agree.
    pub fn refine(&self) -> Steady {
        let length_secs = 2.0 * self.middles_secs.last().copied().unwrap_or(1.0);
        let (mut best, mut reach) = (0.0, 0.5 / length_secs.max(2.0));
        for _ in 0..8 {
            let start = best;
            for step in -10..=10 {
                let offset = start + reach * f64::from(step) / 10.0;
                if self.fit(offset) > self.fit(best) {
                    best = offset;
                }
            }
            reach /= 4.0;
        }
        let total = self.total(best);
        let parts: f64 = self.sums.iter().flatten().map(|sum| sum.norm()).sum();
        let together: f64 = total.iter().map(|sum| sum.norm()).sum();
        let lags = self.lags(best, total);
        let hz = self.hz + best;
        Steady {
            bpm: hz * (1.0 - slope(&lags)) * 60.0,
            coherence: together / parts.max(1e-12),
            spread_secs: median(lags.iter().map(|lag| (lag.secs.abs(), lag.weight)).collect()),
        }
    }

    /// How far each window is off the common beat.
    fn lags(&self, offset_hz: f64, total: [Complex<f64>; 3]) -> Vec<Lag> {
        let hz = self.hz + offset_hz;
        let units = total.map(|sum| sum.conj() / sum.norm().max(1e-12));
        let windows = self.middles_secs.iter().zip(&self.sums);
        windows
            .map(|(middle, sums)| {
                let mut turned = [Complex::default(); 3];
                for (index, harmonic) in self.harmonics.into_iter().enumerate() {
                    let turn = Complex::from_polar(1.0, -std::f64::consts::TAU * harmonic * offset_hz * middle);
                    turned[index] = sums[index] * turn * units[index];
                }
                let weight = turned.iter().map(|sum| sum.norm()).sum();
                Lag { at_secs: *middle, secs: self.best_lag(&turned, hz), weight }
            })
            .collect()
    }

    /// By how many seconds a window must be moved to agree with the others; within a quarter of a beat.
    fn best_lag(&self, turned: &[Complex<f64>; 3], hz: f64) -> f64 {
        let agreement = |lag: f64| -> f64 {
            let turn = |harmonic: f64| Complex::from_polar(1.0, std::f64::consts::TAU * harmonic * hz * lag);
            turned.iter().zip(self.harmonics).map(|(sum, harmonic)| (sum * turn(harmonic)).re).sum()
        };
        let lag = |step: i32| f64::from(step) / 96.0 / 4.0 / hz;
        (-96..=96)
            .map(|step| (agreement(lag(step)), lag(step)))
            .fold((f64::MIN, 0.0), |a, b| if b.0 > a.0 { b } else { a })
            .1
    }
}

/// By how much a window comes late.
#[derive(Clone, Copy, Debug)]
struct Lag {
    at_secs: f64,
    secs: f64,
    weight: f64,
}

/// By how much the lags grow, in seconds a second. A part whose beats sound earlier or later, as one without drums, is not
/// to bend the tempo: windows count less the farther they are off the line, and beyond three times the median not at all.
fn slope(lags: &[Lag]) -> f64 {
    let (mut start, mut slope) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let off = |lag: &Lag| (lag.secs - start - slope * lag.at_secs).abs();
        let reach = 3.0 * median(lags.iter().map(|lag| (off(lag), lag.weight)).collect()).max(LEAST_OFF_SECS);
        let mut sums = [0.0f64; 5];
        for lag in lags {
            let weight = lag.weight * (1.0 - (off(lag) / reach).powi(2)).max(0.0).powi(2);
            let (x, y) = (lag.at_secs, lag.secs);
            [1.0, x, y, x * x, x * y].iter().zip(&mut sums).for_each(|(value, sum)| *sum += weight * value);
        }
        let [count, x, y, xx, xy] = sums;
        let spread = count * xx - x * x;
        if spread <= 1e-9 * count * xx {
            return 0.0;
        }
        slope = (count * xy - x * y) / spread;
        start = (y - slope * x) / count;
    }
    slope
}

/// The value with half of the weight on each side.
fn median(mut values: Vec<(f64, f64)>) -> f64 {
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half: f64 = values.iter().map(|value| value.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for (value, weight) in values {
        sum += weight;
        if sum >= half {
            return value;
        }
    }
    0.0
}

/// The Fourier sum of values that begin at index `start`, at a frequency in cycles a value.
pub fn fourier(values: &[f32], start: usize, cycles: f64) -> Complex<f64> {
    let angle = -std::f64::consts::TAU * cycles;
    let step = Complex::from_polar(1.0, angle);
    let mut turn = Complex::from_polar(1.0, (angle * start as f64) % std::f64::consts::TAU);
    let mut sum = Complex::default();
    for value in values {
        sum += turn * f64::from(*value);
        turn *= step;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lag(at_secs: f64, secs: f64) -> Lag {
        Lag { at_secs, secs, weight: 1.0 }
    }

    #[test]
    fn a_part_that_sounds_late_does_not_bend_the_tempo() {
        // Windows of four seconds that come later by 0.1 ms a second; the last third of them, a break, 12 ms more.
        let windows = (0..15).map(|index| f64::from(index) * 4.0);
        let lags: Vec<Lag> = windows.map(|at| lag(at, at * 1e-4 + if at > 40.0 { 0.012 } else { 0.0 })).collect();
        assert!((slope(&lags) - 1e-4).abs() < 1e-6, "{}", slope(&lags));
    }

    #[test]
    fn one_window_has_no_slope() {
        assert_eq!(slope(&[lag(2.0, 0.01)]), 0.0);
        assert_eq!(slope(&[]), 0.0);
    }

    #[test]
    fn the_median_is_of_the_weight() {
        assert_eq!(median(vec![(3.0, 1.0), (1.0, 1.0), (2.0, 5.0)]), 2.0);
        assert_eq!(median(vec![(3.0, 9.0), (1.0, 1.0), (2.0, 1.0)]), 3.0);
    }
}
