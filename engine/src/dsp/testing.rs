//! For tests: what of a sound lies above a frequency, or beside a sine.

use std::f64::consts::TAU;

/// Power spectrum of a Blackman-Harris window of the signal, by a plain radix-2 transform.
fn spectrum(signal: &[f32]) -> Vec<f64> {
    let n = signal.len().next_power_of_two() / if signal.len().is_power_of_two() { 1 } else { 2 };
    let mut data: Vec<(f64, f64)> = (0..n)
        .map(|i| {
            let x = TAU * i as f64 / n as f64;
            let window = 0.35875 - 0.48829 * x.cos() + 0.14128 * (2.0 * x).cos() - 0.01168 * (3.0 * x).cos();
            (f64::from(signal[i]) * window, 0.0)
        })
        .collect();
    transform(&mut data);
    data[..n / 2].iter().map(|(re, im)| re * re + im * im).collect()
}

fn transform(data: &mut [(f64, f64)]) {
    let n = data.len();
    if n == 1 {
        return;
    }
    let (mut even, mut odd): (Vec<_>, Vec<_>) =
        (data.iter().copied().step_by(2).collect(), data.iter().copied().skip(1).step_by(2).collect());
    transform(&mut even);
    transform(&mut odd);
    for k in 0..n / 2 {
        let (sin, cos) = (-TAU * k as f64 / n as f64).sin_cos();
        let (re, im) = (odd[k].0 * cos - odd[k].1 * sin, odd[k].0 * sin + odd[k].1 * cos);
        data[k] = (even[k].0 + re, even[k].1 + im);
        data[k + n / 2] = (even[k].0 - re, even[k].1 - im);
    }
}

/// The power above a frequency in dB of all of it. The first power of two of samples is looked at.
pub(crate) fn above_db(signal: &[f32], hz: f64, sample_rate: f64) -> f64 {
    let spectrum = spectrum(signal);
    let first = (hz / sample_rate * 2.0 * spectrum.len() as f64) as usize;
    let (high, all): (f64, f64) = (spectrum[first..].iter().sum(), spectrum.iter().sum());
    10.0 * (high / all).log10()
}

/// The energy of a sound: the sum of its squares.
pub(crate) fn energy(signal: &[f32]) -> f64 {
    signal.iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

/// What is not the best-fitting sine of this frequency (least squares), in dB of it: distortion and noise.
pub(crate) fn beside_sine_db<T: Copy + Into<f64>>(sound: &[T], hz: f64, sample_rate: f64) -> f64 {
    let (rest, signal) = beside_sine(sound, hz, sample_rate);
    10.0 * (rest.iter().map(|rest| rest.powi(2)).sum::<f64>() / signal).log10()
}

/// The same as samples, and the sine's energy.
pub(crate) fn beside_sine<T: Copy + Into<f64>>(sound: &[T], hz: f64, sample_rate: f64) -> (Vec<f64>, f64) {
    let w = TAU * hz / sample_rate;
    let at = |n: usize| (w * n as f64).sin_cos();
    let (mut ss, mut cc, mut sc, mut ys, mut yc) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (n, y) in sound.iter().enumerate() {
        let ((s, c), y) = (at(n), (*y).into());
        (ss, cc, sc, ys, yc) = (ss + s * s, cc + c * c, sc + s * c, ys + y * s, yc + y * c);
    }
    let det = ss * cc - sc * sc;
    let (a, b) = ((ys * cc - yc * sc) / det, (yc * ss - ys * sc) / det);
    let mut signal = 0.0;
    let rest = sound.iter().enumerate().map(|(n, y)| {
        let (s, c) = at(n);
        let fit = a * s + b * c;
        signal += fit * fit;
        (*y).into() - fit
    });
    (rest.collect(), signal)
}
