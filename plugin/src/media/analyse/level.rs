//! At which level a rhythm's tempo is: 87 or 174, 70 or 140. What fits the one fits the other nearly as well, so signs are
//! weighed that a listener goes by.
//!
//! The weights are those of a softmax over the levels of 148 tracks (those that `cargo xtask bench analysis` tunes on); of
//! grooves left out in turn it had 11 wrong. docs/analysis.md has what it does on others.

use super::bars::Bars;
use super::tempo::{BPM_RANGE, PREFERRED_BPM};

/// Levels of one rhythm.
const LEVELS: [f64; 5] = [1.0, 0.5, 2.0, 2.0 / 3.0, 1.5];
/// What it counts to be faster than people's favourite tempo, and to be far from it, by octave.
const FAST: f64 = -0.36;
const FAR: f64 = -3.56;
/// That what comes so many beats later is alike: a bar, half a bar, a beat; three beats, two bars, half a beat.
const LIKENESS: [(f64, f64); 6] = [(4.0, 4.07), (2.0, 0.22), (1.0, 4.57), (3.0, 1.51), (8.0, 2.16), (0.5, 0.12)];
/// That what is struck comes so many beats after kicks: between them, or in turn with them.
const SNARES: [(f64, f64); 4] = [(0.5, 3.4), (1.0, 3.13), (2.0, 0.44), (3.0, 2.63)];
/// And kicks after kicks.
const KICKS: [(f64, f64); 5] = [(0.25, -4.77), (0.5, -2.71), (1.0, -2.1), (2.0, 0.45), (4.0, 2.08)];
/// How strong so many times the tempo is, by its logarithm: a beat has its halves, and seldom thirds.
const PULSES: [(f64, f64); 7] =
    [(0.25, 0.59), (0.5, -0.15), (1.0, -0.32), (1.5, 0.53), (2.0, 1.71), (3.0, -0.77), (4.0, 0.4)];
/// That there are far more or fewer kicks, snares and hats than one a beat, by the square of the logarithm.
const BUSY: [f64; 3] = [-0.04, 0.11, -0.49];
/// What is weaker than that, of all the track's rises, is as good as nothing.
const FAINT: f64 = 0.005;

/// How alike the numbers of kicks, snares and hats are if they are one sound's.
const SAME_STRIKES: f64 = 0.02;

/// A level.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    /// Of the tempo.
    pub ratio: f64,
    /// How much bars are alike, and their halves, together.
    pub likeness: f64,
}

/// The level of a tempo that is most like music's. `after` says, at the tempo as it is, where so many beats after a value of
/// the curves are; `pulse` how strongly the track repeats at so many times the tempo. `None` if the track is too short to
/// tell.
pub fn find(bars: &Bars, bpm: f64, after: impl Fn(usize, f64) -> f64, pulse: impl Fn(f64) -> f64) -> Option<Level> {
    let is_metronome = strikes_are_one(bars.per_sec);
    let mut best: Option<(f64, Level)> = None;
    for ratio in LEVELS.into_iter().filter(|ratio| BPM_RANGE.contains(&(bpm * ratio))) {
        let bar = bars.likeness(LIKENESS[0].0 / ratio, &after)?;
        // A track that is too short for two bars to be compared has them as its bars are.
        let alike = LIKENESS.map(|(beats, _)| bars.likeness(beats / ratio, &after).unwrap_or(bar));
        let octaves = (bpm * ratio / PREFERRED_BPM).log2();
        let sum = |all: &[(f64, f64)], sign: &dyn Fn(f64) -> f64| -> f64 {
            all.iter().map(|(beats, weight)| weight * sign(*beats)).sum()
        };
        let a_beat = bars.per_sec.map(|per_sec| (per_sec * 60.0 / (bpm * ratio)).max(1e-3).ln());
        let score = if is_metronome {
            slowest_strong(ratio, bpm, &pulse)
        } else {
            FAST * octaves
                + FAR * octaves * octaves
                + LIKENESS.iter().zip(alike).map(|((_, weight), alike)| weight * alike).sum::<f64>()
                + sum(&SNARES, &|beats| bars.snares_after_kicks(beats / ratio, &after))
                + sum(&KICKS, &|beats| bars.kicks_after_kicks(beats / ratio, &after))
                + sum(&PULSES, &|times| (pulse(times * ratio) + FAINT).ln())
                + BUSY.iter().zip(a_beat).map(|(weight, many)| weight * many * many).sum::<f64>()
        };
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, Level { ratio, likeness: alike[0] + alike[1] }));
        }
    }
    best.map(|(_, level)| level)
}

/// Whether kicks, snares and hats are one and the same sound: a metronome, or claps. There is no rhythm by which its level
/// could be told.
fn strikes_are_one([kicks, snares, hats]: [f64; 3]) -> bool {
    let alike = |a: f64, b: f64| (a / b - 1.0).abs() < SAME_STRIKES;
    alike(kicks, snares) && alike(hats, snares)
}

/// Each click is a beat: the slowest level at which the clicks come is theirs, as a click repeats at all multiples of its
/// own tempo too.
fn slowest_strong(ratio: f64, bpm: f64, pulse: &impl Fn(f64) -> f64) -> f64 {
    let in_range = LEVELS.into_iter().filter(|ratio| BPM_RANGE.contains(&(bpm * ratio)));
    let most = in_range.map(pulse).fold(0.0, f64::max);
    if pulse(ratio) > most / 2.0 { -ratio } else { f64::MIN }
}

/// The level that is nearest to a ratio.
pub fn nearest(ratio: f64) -> f64 {
    let far = |level: f64| (level / ratio).ln().abs();
    LEVELS.into_iter().fold(1.0, |a, b| if far(b) < far(a) { b } else { a })
}
