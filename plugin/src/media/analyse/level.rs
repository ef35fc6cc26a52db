//! At which level a rhythm's tempo is: 87 or 174, 70 or 140. What fits the one fits the other nearly as well, so signs are
//! weighed that a listener goes by.
//!
//! The weights are those of a softmax over the levels of 181 tracks (synthesised styles, and LMMS's and Hydrogen's songs at
//! several tempi); of tracks left out in turn it had 8 wrong.

use super::bars::{BAR_BEATS, Bars};
use super::tempo::{BPM_RANGE, PREFERRED_BPM};

/// Levels of one rhythm.
const LEVELS: [f64; 5] = [1.0, 0.5, 2.0, 2.0 / 3.0, 1.5];
/// What it counts how strong the beat and its parts are.
const SUPPORT: f64 = 1.51;
/// What it counts to be faster than people's favourite tempo, and to be far from it, by octave.
const FAST: f64 = 0.79;
const FAR: f64 = -3.24;
/// That a bar is like the next, half a bar like the other half, and a beat like the next.
const BARS: f64 = 6.87;
const HALVES: f64 = 1.38;
const BEATS: f64 = 3.74;
/// That what is struck comes half a beat after kicks, rather than with them.
const OFF_BEATS: f64 = 4.83;
/// That it comes a whole beat after them, rather than half a beat: kick and snare take turns.
const BACKBEATS: f64 = 3.36;
/// That kicks come a beat after kicks, rather than half a beat. It is in the others already, more than enough.
const KICKS: f64 = -0.55;

/// A level.
#[derive(Clone, Copy, Debug)]
pub struct Level {
    /// Of the tempo.
    pub ratio: f64,
    /// How much bars are alike, and their halves, together.
    pub likeness: f64,
}

/// The level of a tempo that is most like music's. `after` says, at the tempo as it is, where so many beats after a value of
/// the curves are; `support` how strong so many times the tempo is. `None` if the track is too short to tell.
pub fn find(bars: &Bars, bpm: f64, after: impl Fn(usize, f64) -> f64, support: impl Fn(f64) -> f64) -> Option<Level> {
    let mut best: Option<(f64, Level)> = None;
    for ratio in LEVELS {
        if !BPM_RANGE.contains(&(bpm * ratio)) {
            continue;
        }
        let bar = bars.likeness(BAR_BEATS / ratio, &after)?;
        let half = bars.likeness(BAR_BEATS / 2.0 / ratio, &after)?;
        let beat = bars.likeness(1.0 / ratio, &after)?;
        let snares = |beats: f64| bars.snares_after_kicks(beats / ratio, &after);
        let kicks = |beats: f64| bars.kicks_after_kicks(beats / ratio, &after);
        let octaves = (bpm * ratio / PREFERRED_BPM).log2();
        let score = SUPPORT * support(ratio).max(1e-9).ln()
            + FAST * octaves
            + FAR * octaves * octaves
            + BARS * bar
            + HALVES * half
            + BEATS * beat
            + OFF_BEATS * (snares(0.5) - snares(0.0))
            + BACKBEATS * (snares(1.0) - snares(0.5))
            + KICKS * (kicks(1.0) - kicks(0.5));
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, Level { ratio, likeness: bar + half }));
        }
    }
    best.map(|(_, level)| level)
}

/// The level that is nearest to a ratio.
pub fn nearest(ratio: f64) -> f64 {
    let far = |level: f64| (level / ratio).ln().abs();
    LEVELS.into_iter().fold(1.0, |a, b| if far(b) < far(a) { b } else { a })
}
