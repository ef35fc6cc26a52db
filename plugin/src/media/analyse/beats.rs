//! A track's beat grid, from its onsets: a steady one where the tempo is, else one that follows it; or none.

use echelon_engine::deck::{BeatGrid, Track};
use rustfft::num_complex::Complex;

use super::bars::Bars;
use super::drift::{self, Path};
use super::exact::Exact;
use super::front::{GROUPS, RISE_HOPS, Rises};
use super::grids::{Heard, LEAST_MOVING_BEATS};
use super::level;
use super::meter::Meter;
use super::steady::Windows;
use super::tempo::{Periods, Tempo, detrend};

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
const WHOLE_BPM: f64 = 0.008;
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

/// The grid of a track with these onsets, whose harmony changes that much at each of their values.
pub fn find(track: &Track, rises: &Rises, changes: &[f32]) -> Option<Found> {
    let secs = track.seconds();
    if secs < LEAST_SECS {
        return None;
    }
    let heard = Heard { track, rises, changes, curve: curve(rises) };
    let bars = Bars::new(rises, changes);
    let periods = Periods::of(&heard.curve, rises.rate_hz);
    let (tempo, meter) = at_its_level(rises, &periods, &bars, periods.best());
    let windows = Windows::new(&heard.curve, rises.rate_hz, tempo.bpm, meter);
    let steady = windows.refine();
    let is_steady = steady.coherence > STEADY_COHERENCE && steady.spread_secs < STEADY_SPREAD_SECS;
    if !is_steady || tempo.strength < LEAST_STRENGTH.max(by_chance(&heard.curve) * least_chances(secs)) {
        let (path, meter) = path(&heard, &bars)?;
        return heard.moving_grid(&path, meter);
    }
    let bpm = if secs > LOOP_SECS {
        Exact::new(rises, steady.bpm, meter).refine(steady.bpm)
    } else {
        as_loop(&heard.curve, rises.rate_hz, secs, steady.bpm, meter).unwrap_or(steady.bpm)
    };
    let bpm = as_whole(&windows, bpm, secs);
    let sways = steady.coherence < CALM_COHERENCE || steady.spread_secs > CALM_SPREAD_SECS;
    sways
        .then(|| swaying_grid(&heard, bpm, meter))
        .flatten()
        .or_else(|| heard.steady_grid(Tempo { bpm, ..tempo }, meter))
}

/// The tempo's way through a track, at the level at which bars are alike. `None` if they are not.
fn path(heard: &Heard<'_>, bars: &Bars) -> Option<(Path, Meter)> {
    let rate_hz = heard.rises.rate_hz;
    let mut path = Path::of(&heard.curve, rate_hz);
    let hops = drift::beats(&heard.curve, rate_hz, &path);
    if hops.len() < LEAST_MOVING_BEATS {
        return None;
    }
    let (beat_of, hop_of) = (drift::between(&hops), drift::at(&hops));
    let after = |index: usize, beats: f64| hop_of(beat_of(index) + beats);
    let found = level::find(bars, path.mean_bpm(), after, |ratio| path.pulse(ratio))?;
    path.multiply(found.ratio);
    (found.likeness > LEAST_LIKENESS).then_some((path, found.meter))
}

/// A grid that follows a tempo which sways by parts of a percent around this one, if that fits the track much better.
fn swaying_grid(heard: &Heard<'_>, bpm: f64, meter: Meter) -> Option<Found> {
    let Heard { track, rises, curve, .. } = heard;
    let mut path = Path::of(curve, rises.rate_hz);
    path.multiply(level::nearest(bpm / path.mean_bpm()));
    let found = heard.moving_grid(&path, meter)?;
    let frames_per_hop = track.sample_rate() / rises.rate_hz;
    let moving = strength(curve, meter, |index| found.grid.beat_at(index as f64 * frames_per_hop));
    let steady = strength(curve, meter, |index| index as f64 / rises.rate_hz * bpm / 60.0);
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

/// Of the tempi that fit a rhythm nearly as well as this one, the one whose bars are as music's are; and their meter.
fn at_its_level(rises: &Rises, periods: &Periods, bars: &Bars, tempo: Tempo) -> (Tempo, Meter) {
    let hops_per_beat = 60.0 / tempo.bpm * rises.rate_hz;
    let after = |index: usize, beats: f64| index as f64 + beats * hops_per_beat;
    let found = level::find(bars, tempo.bpm, after, |ratio| f64::from(periods.at(tempo.bpm * ratio / 60.0)));
    let (ratio, meter) = found.map_or((1.0, Meter::Four), |found| (found.ratio, found.meter));
    let bpm = tempo.bpm * ratio;
    // A shuffle's notes speak for its thirds more than for its beat: the rhythm is as strong as it is at any level.
    (Tempo { bpm, strength: periods.strength(bpm).max(tempo.strength) }, meter)
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
pub fn confidence(strength: f64) -> f32 {
    (strength / 0.6).clamp(0.0, 1.0) as f32
}

/// The whole number next to a tempo, if that fits nearly as well: music is mostly made at one.
fn as_whole(windows: &Windows, bpm: f64, secs: f64) -> f64 {
    let whole = bpm.round();
    let off = (bpm - whole).abs();
    let is_near = off < WHOLE_BPM && off / bpm * secs < WHOLE_SECS;
    if is_near && windows.fit_of(whole) > WHOLE_FIT * windows.fit_of(bpm) { whole } else { bpm }
}

/// The tempo at which the file is a loop of whole bars, if it may be one.
fn as_loop(curve: &[f32], rate_hz: f64, secs: f64, bpm: f64, meter: Meter) -> Option<f64> {
    let (beats, bar) = (secs * bpm / 60.0, f64::from(meter.beats()));
    let whole = (beats / bar).round() * bar;
    let allowed = if whole <= bar { SHORT_LOOP_BEATS } else { LOOP_BEATS };
    if whole < bar || (beats - whole).abs() > allowed {
        return None;
    }
    let exact = whole * 60.0 / secs;
    let strength = |bpm: f64| strength(curve, meter, |index| index as f64 / rate_hz * bpm / 60.0);
    (strength(exact) > 0.85 * strength(bpm)).then_some(exact)
}

/// How much of a curve repeats with the beats, as [`Tempo::strength`].
pub fn strength(curve: &[f32], meter: Meter, beat_of: impl Fn(usize) -> f64) -> f64 {
    let norm: f64 = curve.iter().map(|value| f64::from(value.abs())).sum::<f64>().max(1e-9);
    let mut sums = [Complex::<f64>::default(); 3];
    for (index, value) in curve.iter().enumerate() {
        let turn = Complex::from_polar(1.0, -std::f64::consts::TAU * beat_of(index));
        for (sum, turn) in sums.iter_mut().zip(meter.turns(turn)) {
            *sum += turn * f64::from(*value);
        }
    }
    sums.iter().map(|sum| sum.norm()).sum::<f64>() / norm
}
