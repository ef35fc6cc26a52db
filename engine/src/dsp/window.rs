//! What windowed-sinc filters are made of. Made once, off the audio thread.

use std::f64::consts::PI;

/// The ideal low-pass at half of the sample rate: sin(pi x) / (pi x).
pub(super) fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-12 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

/// Kaiser's window over -1..1; 0 elsewhere. The larger `beta`, the less is left of what shall not pass, and the wider the
/// way from what shall to what shall not.
pub(super) fn kaiser(x: f64, beta: f64) -> f64 {
    if x.abs() > 1.0 { 0.0 } else { bessel_i0(beta * (1.0 - x * x).sqrt()) / bessel_i0(beta) }
}

/// Modified Bessel function of the first kind, order zero, by its power series.
fn bessel_i0(x: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..60 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_one_in_the_middle_and_nothing_at_the_ends() {
        assert!((sinc(0.0) - 1.0).abs() < 1e-15 && (kaiser(0.0, 10.0) - 1.0).abs() < 1e-15);
        for whole in 1..32 {
            assert!(sinc(f64::from(whole)).abs() < 1e-15, "{whole}");
        }
        // I0(10) is 2815.7166 (Abramowitz and Stegun, table 9.8, by I0(x) e^-x = 0.12783 33).
        assert!((kaiser(1.0, 10.0) - 1.0 / 2815.7166).abs() < 1e-8);
        assert!(kaiser(1.0 + 1e-9, 10.0) == 0.0);
    }
}
