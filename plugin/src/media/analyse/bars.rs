//! Which of the tempi that a rhythm fits is its own: the one whose bars are alike.
//!
//! A rhythm fits twice its tempo and three halves of it nearly as well. But what is played in a bar is mostly played in
//! the next one again, and less so after half a bar, or after two thirds; and half a bar is more like the other half than
//! one beat like the next, where kick and snare take turns.

use super::front::{GROUPS, Rises};
use super::tempo::detrend;

/// Hands are that exact, and so is the tempo after a bar.
const SMOOTH_SECS: f64 = 0.02;
/// As much time of the track as must be there, in bars, to tell.
const LEAST_BARS: f64 = 3.0;
const TREND_SECS: f64 = 2.0;
const CHORDS_TREND_SECS: f64 = 8.0;
/// As smooth as they are, every third value will do.
const STRIDE: usize = 3;

/// The parts of the spectrum, ready to be compared with themselves.
#[derive(Debug)]
pub struct Bars {
    groups: [Vec<f32>; GROUPS],
    /// What is above basses and below hats.
    snares: Vec<f32>,
    /// How much chords change.
    chords: Vec<f32>,
    /// About how many kicks, snares and hats there are a second.
    pub per_sec: [f64; 3],
}

impl Bars {
    /// `changes` is how much the harmony does, for each value of the rises.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of values, positive")]
    pub fn new(rises: &Rises, changes: &[f32]) -> Self {
        let half = (SMOOTH_SECS * rises.rate_hz) as usize;
        let ready = |group: &Vec<f32>| detrend(&smooth(group, half), (TREND_SECS * rises.rate_hz) as usize);
        let groups: [Vec<f32>; GROUPS] = std::array::from_fn(|group| ready(&rises.louds[group]));
        let snares = groups[2].iter().zip(&groups[3]).map(|(body, attack)| body + attack).collect();
        let middle: Vec<f32> = rises.louds[2].iter().zip(&rises.louds[3]).map(|(body, attack)| body + attack).collect();
        let per_sec = [&rises.louds[0], &middle, &rises.louds[4]].map(|curve| busy(curve) * rises.rate_hz);
        let chords = detrend(changes, (CHORDS_TREND_SECS * rises.rate_hz) as usize);
        Self { groups, snares, chords, per_sec }
    }

    /// How much a bar is like the next, -1..1. `after` says of a value of the curves where the one is that comes so many
    /// beats later. `None` if the track is too short to tell.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, positive")]
    pub fn likeness(&self, beats_per_bar: f64, after: impl Fn(usize, f64) -> f64) -> Option<f64> {
        let count = self.groups[0].len();
        let mut sums = [[0.0f64; 3]; GROUPS];
        let mut compared = 0.0;
        for index in (0..count).step_by(STRIDE) {
            let other = after(index, beats_per_bar).round() as usize;
            if other >= count {
                break;
            }
            compared += STRIDE as f64;
            for (sums, group) in sums.iter_mut().zip(&self.groups) {
                let (a, b) = (f64::from(group[index]), f64::from(group[other]));
                sums[0] += a * b;
                sums[1] += a * a;
                sums[2] += b * b;
            }
        }
        let likeness = |[both, a, b]: &[f64; 3]| both / (a * b).sqrt().max(1e-12);
        let is_enough = compared >= (LEAST_BARS - 1.0) * after(0, beats_per_bar);
        is_enough.then(|| sums.iter().map(likeness).sum::<f64>() / GROUPS as f64)
    }

    /// How much kicks are followed, so many beats later, by kicks, -1..1.
    pub fn kicks_after_kicks(&self, beats: f64, after: impl Fn(usize, f64) -> f64) -> f64 {
        follows(&self.groups[0], &self.groups[0], beats, after)
    }

    /// How much kicks are followed, so many beats later, by snares, claps and the like, -1..1.
    pub fn snares_after_kicks(&self, beats: f64, after: impl Fn(usize, f64) -> f64) -> f64 {
        follows(&self.groups[0], &self.snares, beats, after)
    }

    /// How much those are, by themselves.
    pub fn snares_after_snares(&self, beats: f64, after: impl Fn(usize, f64) -> f64) -> f64 {
        follows(&self.snares, &self.snares, beats, after)
    }

    /// And hats by hats.
    pub fn hats_after_hats(&self, beats: f64, after: impl Fn(usize, f64) -> f64) -> f64 {
        follows(&self.groups[4], &self.groups[4], beats, after)
    }

    /// And changes of chord by changes of chord.
    pub fn chords_after_chords(&self, beats: f64, after: impl Fn(usize, f64) -> f64) -> f64 {
        follows(&self.chords, &self.chords, beats, after)
    }
}

/// How much a curve is like another one so many beats later, -1..1.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, positive")]
fn follows(first: &[f32], second: &[f32], beats: f64, after: impl Fn(usize, f64) -> f64) -> f64 {
    let mut sums = [0.0f64; 3];
    for (index, value) in first.iter().enumerate().step_by(STRIDE) {
        let Some(other) = second.get(after(index, beats).round() as usize) else { break };
        let (a, b) = (f64::from(*value), f64::from(*other));
        sums[0] += a * b;
        sums[1] += a * a;
        sums[2] += b * b;
    }
    sums[0] / (sums[1] * sums[2]).sqrt().max(1e-12)
}

/// Which part of a curve is high, 0..1: all of an even one, one value's part of a single peak.
fn busy(curve: &[f32]) -> f64 {
    let (sum, squares) = curve.iter().map(|value| f64::from(*value)).fold((0.0, 0.0), |(a, b), v| (a + v, b + v * v));
    sum * sum / f64::max(squares * curve.len() as f64, 1e-12)
}

/// Mean over `2 * half + 1` values.
fn smooth(curve: &[f32], half: usize) -> Vec<f32> {
    let trend = detrend(curve, half);
    curve.iter().zip(trend).map(|(value, less)| value - less).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_as_many_hits_are_twice_as_busy() {
        let hits = |every: usize| -> Vec<f32> { (0..2400).map(|at| if at % every < 2 { 1.0 } else { 0.0 }).collect() };
        assert!((busy(&hits(24)) / busy(&hits(48)) - 2.0).abs() < 1e-9);
        assert!((busy(&hits(1)) - 1.0).abs() < 1e-9);
        assert_eq!(busy(&[0.0; 10]), 0.0);
    }
}
