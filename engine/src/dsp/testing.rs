//! For tests: what of a sound lies above a frequency.

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
