//! At which level a rhythm's tempo is: 87 or 174, 70 or 140; and how many beats its bars have. What fits the one fits the
//! other nearly as well, so [signs](super::signs) are weighed that a listener goes by.

use super::bars::Bars;
use super::meter::Meter;
use super::signs::Trial;

/// Levels of one rhythm: its halves and doubles, what has its thirds for halves, what three of its quarters are to, and what
/// five of them are.
const LEVELS: [f64; 11] = [1.0, 0.5, 2.0, 2.0 / 3.0, 1.5, 0.75, 4.0 / 3.0, 1.0 / 3.0, 3.0, 0.8, 1.25];
/// The tempi of music, in BPM.
const RANGE: std::ops::RangeInclusive<f64> = 58.0..=210.0;
/// How alike the numbers of kicks, snares and hats are if they are one sound's.
const SAME_STRIKES: f64 = 0.02;

/// A level.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    /// Of the tempo.
    pub ratio: f64,
    pub meter: Meter,
    /// How much bars are alike, and their halves or beats, together.
    pub likeness: f64,
}

/// The level of a tempo that is most like music's. `after` says, at the tempo as it is, where so many beats after a value of
/// the curves are; `pulse` how strongly the track repeats at so many times the tempo. `None` if the track is too short to
/// tell.
pub fn find(bars: &Bars, bpm: f64, after: impl Fn(usize, f64) -> f64, pulse: impl Fn(f64) -> f64) -> Option<Level> {
    let is_metronome = strikes_are_one(bars.per_sec);
    let mut best: Option<(f64, Level)> = None;
    for ratio in levels(bpm) {
        let trial = Trial { bpm: bpm * ratio, ratio, bars, after: &after, pulse: &pulse };
        let Some(scores) = trial.scores() else {
            // Of the slowest of them a short track has no bars to compare; of the others it must have.
            if ratio < 0.5 { continue } else { return None }
        };
        let (meter, score) = if is_metronome {
            (Meter::Four, slowest_strong(ratio, bpm, &pulse))
        } else {
            scores.into_iter().fold(scores[0], |a, b| if b.1 > a.1 { b } else { a })
        };
        if best.is_none_or(|(most, _)| score > most) {
            let meter = if meter == Meter::Twelve && !has_thirds(ratio, &pulse) { Meter::Four } else { meter };
            let part = if meter == Meter::Three { 1.0 } else { 2.0 };
            let likeness = trial.alike(f64::from(meter.beats()))? + trial.alike(part)?;
            best = Some((score, Level { ratio, meter, likeness }));
        }
    }
    best.map(|(_, level)| level)
}

/// Those that music is played at.
pub fn levels(bpm: f64) -> impl Iterator<Item = f64> {
    LEVELS.into_iter().filter(move |ratio| RANGE.contains(&(bpm * ratio)))
}

/// Whether beats are divided into thirds rather than halves. What is read as a bar of twelve may be of four as well: the tempo
/// is the same.
fn has_thirds(ratio: f64, pulse: &impl Fn(f64) -> f64) -> bool {
    pulse(3.0 * ratio) + pulse(6.0 * ratio) > pulse(2.0 * ratio) + pulse(4.0 * ratio)
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
    let most = levels(bpm).map(pulse).fold(0.0, f64::max);
    if pulse(ratio) > most / 2.0 { -ratio } else { f64::MIN }
}

/// The level that is nearest to a ratio.
pub fn nearest(ratio: f64) -> f64 {
    let far = |level: f64| (level / ratio).ln().abs();
    LEVELS.into_iter().fold(1.0, |a, b| if far(b) < far(a) { b } else { a })
}
