//! A track's beat grid, from its onsets: a steady one where the tempo is, else one that follows it; or none.

use echelon_engine::deck::{BeatGrid, Track};
use rustfft::num_complex::Complex;

use super::bars::Bars;
use super::drift::Path;
use super::exact::Exact;
use super::front::{GROUPS, RISE_HOPS, Rises};
use super::phase::{self, Fold};
use super::steady::{HARMONICS, Windows};
use super::tempo::{Periods, Tempo, detrend};
use super::{downbeat, drift, level};

/// What each group counts in the onset curve.
const WEIGHTS: [f32; GROUPS] = [1.5, 1.0, 1.0, 1.0, 0.8];
/// The curve is taken from its mean over this time on both sides.
const TREND_SECS: f64 = 0.4;
/// With less than that to hear there is no tempo.
const LEAST_SECS: f64 = 1.2;
/// What must speak for a tempo at least.
const LEAST_STRENGTH: f64 = 0.18;
/// And how many times as much as by chance: in a file of no length, and from 8 s on more than that.
const LEAST_CHANCES: [f64; 2] = [9.0, 18.0];
const CHANCES_SECS: f64 = 8.0;
/// A tempo that moves finds something to follow in anything: more must speak for it, over more beats.
const LEAST_MOVING_STRENGTH: f64 = 0.3;
const LEAST_MOVING_BEATS: usize = 24;
/// Of a tempo that moves, bars and their halves must be this much alike, together.
const LEAST_LIKENESS: f64 = 0.4;
/// A tempo is steady if its windows agree this much, within this time.
const STEADY_COHERENCE: f64 = 0.68;
const STEADY_SPREAD_SECS: f64 = 0.015;
/// Below this coherence, or above this spread, a steady tempo may also sway. It does if a grid that follows it fits that
/// much better; by no more than so.
const CALM_COHERENCE: f64 = 0.93;
const CALM_SPREAD_SECS: f64 = 0.003;
const SWAY_FIT: f64 = 1.06;
const MOST_SWAY: f64 = 0.02;
/// A tempo is a whole number if it is that near to one, all beats of the track are, and it fits that much as well.
const WHOLE_BPM: f64 = 0.012;
const WHOLE_SECS: f64 = 0.012;
const WHOLE_FIT: f64 = 0.985;
/// A file up to this length may be a loop: whole bars, cut exactly. It is one if it is within so many beats of it.
const LOOP_SECS: f64 = 20.0;
const LOOP_BEATS: f64 = 0.12;
const SHORT_LOOP_BEATS: f64 = 0.35;

/// A grid, and how sure it is.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where the beats are.
    pub grid: BeatGrid,
    /// The tempo; of a moving one its mean.
    pub bpm: f64,
    /// 0..1.
    pub confidence: f32,
}

/// The grid of a track with these onsets.
pub fn find(track: &Track, rises: &Rises) -> Option<Found> {
    let secs = track.seconds();
    if secs < LEAST_SECS {
        return None;
    }
    let curve = curve(rises);
    let bars = Bars::new(rises);
    let periods = Periods::of(&curve, rises.rate_hz);
    let tempo = at_its_level(rises, &periods, &bars, periods.best());
    let windows = Windows::new(&curve, rises.rate_hz, tempo.bpm);
    let steady = windows.refine();
    let is_steady = steady.coherence > STEADY_COHERENCE && steady.spread_secs < STEADY_SPREAD_SECS;
    if !is_steady || tempo.strength < LEAST_STRENGTH.max(by_chance(&curve) * least_chances(secs)) {
        return moving_grid(track, rises, &curve, &path(rises, &curve, &bars)?);
    }
    let bpm = if secs > LOOP_SECS {
        Exact::new(rises, steady.bpm).refine(steady.bpm)
    } else {
        as_loop(&curve, rises.rate_hz, secs, steady.bpm).unwrap_or(steady.bpm)
    };
    let bpm = as_whole(&windows, bpm, secs);
    let sways = steady.coherence < CALM_COHERENCE || steady.spread_secs > CALM_SPREAD_SECS;
    sways
        .then(|| swaying_grid(track, rises, &curve, bpm))
        .flatten()
        .or_else(|| steady_grid(track, rises, Tempo { bpm, ..tempo }))
}

/// The tempo's way through a track, at the level at which bars are alike. `None` if they are not.
fn path(rises: &Rises, curve: &[f32], bars: &Bars) -> Option<Path> {
    let mut path = Path::of(curve, rises.rate_hz);
    let hops = drift::beats(curve, rises.rate_hz, &path);
    if hops.len() < LEAST_MOVING_BEATS {
        return None;
    }
    let (beat_of, hop_of) = (drift::between(&hops), drift::at(&hops));
    let after = |index: usize, beats: f64| hop_of(beat_of(index) + beats);
    let found = level::find(bars, path.mean_bpm(), after, |ratio| path.pulse(ratio))?;
    path.multiply(found.ratio);
    (found.likeness > LEAST_LIKENESS).then_some(path)
}

/// A grid that follows a tempo which sways by parts of a percent around this one, if that fits the track much better.
fn swaying_grid(track: &Track, rises: &Rises, curve: &[f32], bpm: f64) -> Option<Found> {
    let mut path = Path::of(curve, rises.rate_hz);
    path.multiply(level::nearest(bpm / path.mean_bpm()));
    let found = moving_grid(track, rises, curve, &path)?;
    let frames_per_hop = track.sample_rate() / rises.rate_hz;
    let moving = strength(curve, |index| found.grid.beat_at(index as f64 * frames_per_hop));
    let steady = strength(curve, |index| index as f64 / rises.rate_hz * bpm / 60.0);
    ((found.bpm / bpm - 1.0).abs() < MOST_SWAY && moving > SWAY_FIT * steady).then_some(found)
}

/// About the strength that a tempo has by chance.
fn by_chance(curve: &[f32]) -> f64 {
    let (sum, squares) =
        curve.iter().map(|value| f64::from(value.abs())).fold((0.0, 0.0), |(a, b), v| (a + v, b + v * v));
    f64::sqrt(squares) / f64::max(sum, 1e-9)
}

fn least_chances(secs: f64) -> f64 {
    let [short, long] = LEAST_CHANCES;
    short + (long - short) * (secs / CHANCES_SECS).min(1.0)
}

/// Of the tempi that fit a rhythm nearly as well as this one, the one whose bars are as music's are.
fn at_its_level(rises: &Rises, periods: &Periods, bars: &Bars, tempo: Tempo) -> Tempo {
    let hops_per_beat = 60.0 / tempo.bpm * rises.rate_hz;
    let after = |index: usize, beats: f64| index as f64 + beats * hops_per_beat;
    let found = level::find(bars, tempo.bpm, after, |ratio| f64::from(periods.at(tempo.bpm * ratio / 60.0)));
    let bpm = tempo.bpm * found.map_or(1.0, |found| found.ratio);
    Tempo { bpm, strength: periods.strength(bpm) }
}

/// All groups in one, without what it was cut into at the start.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of values, positive")]
fn curve(rises: &Rises) -> Vec<f32> {
    let total = |index: usize| -> f32 {
        if index < RISE_HOPS {
            0.0
        } else {
            rises.groups.iter().zip(WEIGHTS).map(|(group, weight)| weight * group[index]).sum()
        }
    };
    let total: Vec<f32> = (0..rises.len()).map(total).collect();
    detrend(&total, (TREND_SECS * rises.rate_hz) as usize)
}

/// How sure a strength makes.
#[allow(clippy::cast_possible_truncation, reason = "0..1")]
fn confidence(strength: f64) -> f32 {
    (strength / 0.6).clamp(0.0, 1.0) as f32
}

fn steady_grid(track: &Track, rises: &Rises, tempo: Tempo) -> Option<Found> {
    let secs = track.seconds();
    let Tempo { bpm, strength } = tempo;
    let period = 60.0 / bpm;
    let beats_per_hop = 1.0 / (period * rises.rate_hz);
    let first = phase::first_attack(rises) as f64;
    let starts = phase::starts(track, first / rises.rate_hz).map(|(at, counts)| (at / period, counts));
    let place = Fold::new(rises, |index| index as f64 * beats_per_hop).beat(period, &starts);
    // A beat a moment before the file begins is its first.
    let start = if place > 0.9 { place - 1.0 } else { place } * period;
    let beats: Vec<f64> = (0..).map(|beat| start + f64::from(beat) * period).take_while(|at| *at < secs).collect();
    let lag = phase::lag_secs(rises, &beats);
    let down = downbeat::find(rises, &beats, first / rises.rate_hz);
    let frame = (beats.get(down).copied().unwrap_or(start) + lag) * track.sample_rate();
    let grid = BeatGrid::steady(frame, period * track.sample_rate()).ok()?;
    Some(Found { grid, bpm, confidence: confidence(strength) })
}

/// The whole number next to a tempo, if that fits nearly as well: music is mostly made at one.
fn as_whole(windows: &Windows, bpm: f64, secs: f64) -> f64 {
    let whole = bpm.round();
    let off = (bpm - whole).abs();
    let is_near = off < WHOLE_BPM && off / bpm * secs < WHOLE_SECS;
    if is_near && windows.fit_of(whole) > WHOLE_FIT * windows.fit_of(bpm) { whole } else { bpm }
}

/// The tempo at which the file is a loop of whole bars, if it may be one.
fn as_loop(curve: &[f32], rate_hz: f64, secs: f64, bpm: f64) -> Option<f64> {
    let beats = secs * bpm / 60.0;
    let whole = (beats / 4.0).round() * 4.0;
    let allowed = if whole <= 4.0 { SHORT_LOOP_BEATS } else { LOOP_BEATS };
    if whole < 4.0 || (beats - whole).abs() > allowed {
        return None;
    }
    let exact = whole * 60.0 / secs;
    let strength = |bpm: f64| strength(curve, |index| index as f64 / rate_hz * bpm / 60.0);
    (strength(exact) > 0.85 * strength(bpm)).then_some(exact)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, positive")]
fn moving_grid(track: &Track, rises: &Rises, curve: &[f32], path: &Path) -> Option<Found> {
    let hops = drift::beats(curve, rises.rate_hz, path);
    if hops.len() < LEAST_MOVING_BEATS {
        return None;
    }
    let beat_of = drift::between(&hops);
    let strength = strength(curve, &beat_of);
    if strength < LEAST_MOVING_STRENGTH {
        return None;
    }
    let secs_of = |hop: f64| hop / rises.rate_hz;
    let period = secs_of((hops[hops.len() - 1] - hops[0]) as f64 / (hops.len() - 1) as f64);
    let first = phase::first_attack(rises);
    let starts = phase::starts(track, secs_of(first as f64))
        .map(|(at, counts)| (beat_of((at * rises.rate_hz) as usize), counts));
    let place = Fold::new(rises, &beat_of).beat(period, &starts);
    let place = if place > 0.75 { place - 1.0 } else { place };
    let fitted: Vec<(f64, f64)> = drift::places(&hops.iter().map(|hop| secs_of(*hop as f64)).collect::<Vec<_>>());
    let points: Vec<(f64, f64)> =
        fitted.iter().map(|(beat, secs)| (secs * track.sample_rate(), beat - place)).collect();
    let mut grid = BeatGrid::through(&points).ok()?;
    let rate = track.sample_rate();
    let last = grid.beat_at(track.num_frames() as f64).floor();
    let first_beat = grid.beat_at(-0.05 * rate).ceil();
    let beats = |grid: &BeatGrid| -> Vec<f64> {
        let mut beats = Vec::new();
        let mut beat = first_beat;
        while beat <= last {
            beats.push(grid.frame_at(beat) / rate);
            beat += 1.0;
        }
        beats
    };
    let all = beats(&grid);
    let lag = phase::lag_secs(rises, &all);
    let down = downbeat::find(rises, &all, secs_of(first as f64));
    grid.shift(lag * rate).ok()?;
    grid.set_downbeat((all.get(down).copied()? + lag) * rate).ok()?;
    Some(Found { grid, bpm: 60.0 / period, confidence: confidence(strength) })
}

/// How much of a curve repeats with the beats, as [`Tempo::strength`].
pub fn strength(curve: &[f32], beat_of: impl Fn(usize) -> f64) -> f64 {
    let norm: f64 = curve.iter().map(|value| f64::from(value.abs())).sum::<f64>().max(1e-9);
    let mut sums = [Complex::<f64>::default(); HARMONICS.len()];
    for (index, value) in curve.iter().enumerate() {
        // The harmonics are 1, 2 and 4: squares of one another.
        let mut turn = Complex::from_polar(1.0, -std::f64::consts::TAU * beat_of(index));
        for sum in &mut sums {
            *sum += turn * f64::from(*value);
            turn *= turn;
        }
    }
    sums.iter().map(|sum| sum.norm()).sum::<f64>() / norm
}
