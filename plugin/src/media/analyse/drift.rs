//! Tracks whose tempo moves: a tempo for every few seconds, and the beats that follow it.

use super::tempo::{BPM_RANGE, Periods};

/// Length of a window whose tempo is looked for, and from one to the next.
const WINDOW_SECS: f64 = 8.0;
const STEP_SECS: f64 = 2.0;
/// From one tempo that is tried to the next.
const TEMPO_RATIO: f64 = 1.01;
/// What a step to the next tempo costs, and at most.
const STEP_COST: f64 = 0.06;
const JUMP_COST: f64 = 0.9;
/// Steps that may be cheaper than a jump.
const MOST_STEPS: usize = 12;
/// What it costs when two beats are not a period apart.
const TIGHTNESS: f64 = 4000.0;
/// Slower than that no beat is.
const LONGEST_GAP_SECS: f64 = 2.0;
/// Beats on each side that one place of the grid is fitted to, and beats between places.
const REACH_BEATS: usize = 8;
const PLACE_BEATS: usize = 4;
/// The same where the tempo bends within a few beats, as at the end of a phrase; and how much nearer to the beats the grid
/// must be for that. Beats that are merely played inexactly come nearer by a tenth.
const BEND_REACH_BEATS: usize = 3;
const BEND_PLACE_BEATS: usize = 1;
const BEND_NEARER: f64 = 0.6;

/// A tempo for every [`STEP_SECS`].
#[derive(Debug)]
pub struct Path {
    /// In BPM.
    bpm: Vec<f64>,
    windows: Vec<Periods>,
}

/// The way through the ranks with the most rank and the least movement.
fn cheapest(ranks: &[Vec<f64>]) -> Vec<usize> {
    let count = ranks[0].len();
    let mut best = ranks[0].clone();
    let mut from: Vec<Vec<usize>> = Vec::new();
    for row in &ranks[1..] {
        let (top, most) = best.iter().enumerate().fold((0, f64::MIN), |a, (i, b)| if *b > a.1 { (i, *b) } else { a });
        let mut next = vec![0.0; count];
        let mut back = vec![0; count];
        for index in 0..count {
            let (mut source, mut value) = (top, most - JUMP_COST);
            let near = index.saturating_sub(MOST_STEPS)..(index + MOST_STEPS + 1).min(count);
            for (other, best) in near.clone().zip(&best[near]) {
                let moved = best - STEP_COST * other.abs_diff(index) as f64;
                if moved > value {
                    (source, value) = (other, moved);
                }
            }
            next[index] = value + row[index];
            back[index] = source;
        }
        best = next;
        from.push(back);
    }
    let mut at = (0..count).fold(0, |a, b| if best[b] > best[a] { b } else { a });
    let mut chosen = vec![at];
    for back in from.iter().rev() {
        at = back[at];
        chosen.push(at);
    }
    chosen.reverse();
    chosen
}

impl Path {
    /// Follows the tempo.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of values, positive")]
    pub fn of(curve: &[f32], rate_hz: f64) -> Self {
        let count = ((BPM_RANGE.end() / BPM_RANGE.start()).ln() / TEMPO_RATIO.ln()) as usize + 1;
        let tempi: Vec<f64> = (0..count).map(|i| BPM_RANGE.start() * TEMPO_RATIO.powi(i as i32)).collect();
        let (length, step) = ((WINDOW_SECS * rate_hz) as usize, (STEP_SECS * rate_hz) as usize);
        let windows = curve.len().saturating_sub(1) / step + 1;
        let periods: Vec<Periods> = (0..windows)
            .map(|window| {
                let middle = window * step;
                let (start, end) = (middle.saturating_sub(length / 2), (middle + length / 2).min(curve.len()));
                let piece = &curve[start.min(end.saturating_sub(step))..end];
                let hann = |i: usize| 0.5 - 0.5 * (std::f64::consts::TAU * (i as f64 + 0.5) / piece.len() as f64).cos();
                let tapered: Vec<f32> = piece.iter().enumerate().map(|(i, value)| value * hann(i) as f32).collect();
                Periods::of(&tapered, rate_hz)
            })
            .collect();
        let ranks: Vec<Vec<f64>> =
            periods.iter().map(|periods| tempi.iter().map(|bpm| periods.rank(*bpm)).collect()).collect();
        let chosen = cheapest(&ranks);
        let bpm: Vec<f64> = chosen.iter().map(|index| tempi[*index]).collect();
        Self { bpm, windows: periods }
    }

    /// In BPM.
    pub fn mean_bpm(&self) -> f64 {
        self.bpm.iter().sum::<f64>() / self.bpm.len() as f64
    }

    /// How strongly the track repeats at so many times the tempo, all along.
    pub fn pulse(&self, ratio: f64) -> f64 {
        let pulses = self.bpm.iter().zip(&self.windows).map(|(bpm, window)| window.at(bpm * ratio / 60.0));
        pulses.map(f64::from).sum::<f64>() / self.bpm.len() as f64
    }

    /// So many times the tempo.
    pub fn multiply(&mut self, ratio: f64) {
        self.bpm.iter_mut().for_each(|bpm| *bpm *= ratio);
    }

    /// In BPM, at a time.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count, positive")]
    pub fn bpm_at(&self, secs: f64) -> f64 {
        let last = self.bpm.len() - 1;
        let at = (secs / STEP_SECS).clamp(0.0, last as f64);
        let (index, part) = (at as usize, at.fract());
        let (a, b) = (self.bpm[index.min(last)], self.bpm[(index + 1).min(last)]);
        // Not between the tempi on both sides of a jump.
        if (a / b).ln().abs() > 0.12 { a } else { a + (b - a) * part }
    }
}

/// The beats: as many attacks as possible, as far apart as the path says. In values of the curve.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of values, positive")]
pub fn beats(curve: &[f32], rate_hz: f64, path: &Path) -> Vec<usize> {
    let mean = curve.iter().map(|v| f64::from(v.abs())).sum::<f64>() / curve.len() as f64 + 1e-9;
    let logarithms: Vec<f64> = (0..(rate_hz * LONGEST_GAP_SECS) as usize + 2).map(|gap| (gap as f64).ln()).collect();
    let mut score = vec![0.0f64; curve.len()];
    let mut from = vec![usize::MAX; curve.len()];
    for at in 0..curve.len() {
        let own = f64::from(curve[at]) / mean;
        let period = 60.0 / path.bpm_at(at as f64 / rate_hz) * rate_hz;
        let (near, far) = ((period / 1.25) as usize, (period * 1.25) as usize + 1);
        let (log_period, mut best) = (period.ln(), (0.0, usize::MAX));
        for gap in near..=far.min(at).min(logarithms.len() - 1) {
            let off = logarithms[gap] - log_period;
            let value = score[at - gap] - TIGHTNESS * off * off;
            if value > best.0 {
                best = (value, at - gap);
            }
        }
        score[at] = own + best.0;
        from[at] = best.1;
    }
    let tail = curve.len() - ((60.0 / path.bpm_at(f64::MAX) * rate_hz) as usize).min(curve.len() - 1);
    let mut at = (tail..curve.len()).fold(tail.min(curve.len() - 1), |a, b| if score[b] > score[a] { b } else { a });
    let mut beats = vec![at];
    while from[at] != usize::MAX {
        at = from[at];
        beats.push(at);
    }
    beats.reverse();
    beats
}

/// Places of the grid, fitted to the beats around them: (beat, seconds).
pub fn places(beats: &[f64]) -> Vec<(f64, f64)> {
    let calm = fitted(beats, REACH_BEATS, PLACE_BEATS);
    let bent = fitted(beats, BEND_REACH_BEATS, BEND_PLACE_BEATS);
    if off_secs(beats, &bent) < BEND_NEARER * off_secs(beats, &calm) { bent } else { calm }
}

fn fitted(beats: &[f64], reach: usize, step: usize) -> Vec<(f64, f64)> {
    let last = beats.len() - 1;
    let mut places: Vec<(f64, f64)> = (0..=last)
        .step_by(step)
        .chain((!last.is_multiple_of(step)).then_some(last))
        .map(|centre| {
            let range = centre.saturating_sub(reach)..=(centre + reach).min(last);
            (centre as f64, parabola(range.map(|beat| (beat as f64 - centre as f64, beats[beat]))))
        })
        .collect();
    places.dedup_by(|b, a| b.1 <= a.1);
    places
}

/// How far beats are off the lines between places, in seconds: nine tenths of them are less.
fn off_secs(beats: &[f64], places: &[(f64, f64)]) -> f64 {
    let mut offs: Vec<f64> = Vec::with_capacity(beats.len());
    for (index, secs) in beats.iter().enumerate() {
        let beat = index as f64;
        let after = places.partition_point(|place| place.0 <= beat).clamp(1, (places.len() - 1).max(1));
        let (Some(from), Some(to)) = (places.get(after - 1), places.get(after)) else { return 0.0 };
        offs.push((from.1 + (beat - from.0) / (to.0 - from.0) * (to.1 - from.1) - secs).abs());
    }
    offs.sort_by(f64::total_cmp);
    offs.get(offs.len() * 9 / 10).copied().unwrap_or(0.0)
}

/// The value at 0 of the parabola through the points, by least squares, in two rounds: the second without outliers.
fn parabola(points: impl Iterator<Item = (f64, f64)>) -> f64 {
    let mut points: Vec<(f64, f64)> = points.collect();
    let mut fit = solve(&points);
    let residual = |fit: [f64; 3], (x, y): (f64, f64)| (fit[0] + fit[1] * x + fit[2] * x * x - y).abs();
    let mut all: Vec<f64> = points.iter().map(|point| residual(fit, *point)).collect();
    all.sort_by(f64::total_cmp);
    let limit = 2.5 * all[all.len() / 2] + 0.001;
    points.retain(|point| residual(fit, *point) <= limit);
    if points.len() >= 5 {
        fit = solve(&points);
    }
    fit[0]
}

/// Least squares of `y = a + b x + c x²`.
fn solve(points: &[(f64, f64)]) -> [f64; 3] {
    let mut m = [[0.0f64; 4]; 3];
    for (x, y) in points {
        let powers = [1.0, *x, x * x];
        for row in 0..3 {
            for column in 0..3 {
                m[row][column] += powers[row] * powers[column];
            }
            m[row][3] += powers[row] * y;
        }
    }
    for pivot in 0..3 {
        m[pivot][pivot] += 1e-9;
        for row in 0..3 {
            if row != pivot {
                let factor = m[row][pivot] / m[pivot][pivot];
                let own = m[pivot];
                m[row].iter_mut().zip(own).skip(pivot).for_each(|(value, own)| *value -= factor * own);
            }
        }
    }
    [m[0][3] / m[0][0], m[1][3] / m[1][1], m[2][3] / m[2][2]]
}

/// In which beat, and where in it, a value of the curve is. There are two beats at least.
pub fn between(beats: &[usize]) -> impl Fn(usize) -> f64 {
    let last = beats.len() - 1;
    move |index| {
        let after = beats.partition_point(|beat| *beat <= index).clamp(1, last);
        let (from, to) = (beats[after - 1] as f64, beats[after] as f64);
        (after - 1) as f64 + (index as f64 - from) / (to - from)
    }
}

/// Where a beat is, in values of the curve: the other way round.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, clamped")]
pub fn at(beats: &[usize]) -> impl Fn(f64) -> f64 {
    let last = beats.len() - 1;
    move |beat| {
        let before = (beat.max(0.0) as usize).min(last - 1);
        let (from, to) = (beats[before] as f64, beats[before + 1] as f64);
        from + (beat - before as f64) * (to - from)
    }
}
