//! Where within a period the beat is.

use super::fold::{Fold, PLACES, near};
use super::front::{GROUPS, Rises};
use super::starts::Starts;

/// How much each group counts for a place being one where sounds begin. Hats are as often off the beat as on it.
const MARKS: [f32; GROUPS] = [1.0, 1.0, 1.0, 1.0, 0.5];
/// And for it being the beat, group by group. These and those below are the weights of a softmax over the places of the
/// tracks that `cargo xtask bench analysis` tunes on, and of others made for it: each with its start, and, for a fifth of its
/// weight, once more without. With grooves left out in turn, 6 of 602 were wrong.
const BY_GROUP: [[f32; GROUPS]; ROWS] = [
    // What is loud there, a quarter of a beat later, half a beat, and three quarters.
    [0.43, 0.94, -0.02, 2.17, 0.85],
    [-1.42, 0.13, -0.35, -1.82, -1.34],
    [0.10, -0.09, 0.69, -0.25, 1.23],
    [0.43, 0.28, 0.42, 1.19, 0.61],
    // By how much the beats of a bar differ there, as kick and snare take turns; and half a beat later.
    [0.96, 0.48, 0.55, -0.09, 0.56],
    [0.62, 0.33, -0.28, 0.36, -0.70],
    // The loudest that it is there in a bar; and half a beat later.
    [1.59, 1.55, 0.14, 1.29, 0.80],
    [-0.81, -0.74, 0.39, -0.11, 0.73],
    // What is loud a third of a beat later, and two thirds: a shuffle has the one but not the other, 12/8 both.
    [-0.71, -0.13, -0.72, -0.96, -0.84],
    [0.69, 0.88, -0.43, -0.26, 0.01],
];
const ROWS: usize = 10;
/// That the harmony changes there, rather than half a beat later.
const CHORDS: f32 = -0.08;
/// That the first sound is on it, the first attack, that of a short track, and what is louder than the part before it.
const STARTS: [f32; 4] = [1.28, 0.53, 0.59, 2.19];
/// All of them.
pub const SIGNS: usize = ROWS * GROUPS + 5;
/// What an attack at its very place counts, beside one that is merely near.
const EXACT: f32 = 0.5;
/// How near attacks of one beat are to each other: hands, and the rise times of different sounds.
const NEAR_SECS: f64 = 0.008;

/// Where the beat is, 0..1.
pub fn beat(fold: &Fold, beat_secs: f64, starts: &Starts) -> f64 {
    let scored = candidates(fold, beat_secs, starts).into_iter().map(|(place, signs)| (score(&signs), place));
    scored.fold((f32::MIN, 0.0), |a, b| if b.0 > a.0 { b } else { a }).1
}

/// The places where sounds begin, 0..1, and what is to be said of each.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length is positive")]
pub fn candidates(fold: &Fold, beat_secs: f64, starts: &Starts) -> Vec<(f64, [f32; SIGNS])> {
    let reach = ((NEAR_SECS / beat_secs * PLACES as f64).ceil() as usize).clamp(1, PLACES / 8);
    let marks = marks(fold, reach);
    let at = |place: usize, turn: usize| marks[(place + turn) % PLACES];
    let peaks = (0..PLACES).filter(|place| marks[*place] >= at(*place, 1) && marks[*place] >= at(*place, PLACES - 1));
    peaks
        .map(|place| {
            let mut signs = [0.0; SIGNS];
            let (by_group, rest) = signs.split_at_mut(BY_GROUP.len() * GROUPS);
            by_group.copy_from_slice(&group_signs(fold, place, reach).concat());
            rest[0] = chords(fold, place);
            rest[1..].copy_from_slice(&starts.signs(place as f64 / PLACES as f64));
            (place as f64 / PLACES as f64, signs)
        })
        .collect()
}

fn score(signs: &[f32; SIGNS]) -> f32 {
    let weights = BY_GROUP.as_flattened().iter().chain(&[CHORDS]).chain(&STARTS);
    signs.iter().zip(weights).map(|(sign, weight)| sign * weight).sum()
}

/// How much sounds begin at each place.
fn marks(fold: &Fold, reach: usize) -> Vec<f32> {
    let mut marks = vec![0.0f32; PLACES];
    for (group, weight) in fold.groups.iter().zip(MARKS) {
        let most = group.iter().copied().fold(1e-9, f32::max);
        for (place, mark) in marks.iter_mut().enumerate() {
            *mark += weight * (near(group, place, reach) + EXACT * group[place]) / most;
        }
    }
    marks
}

/// In the order of [`BY_GROUP`].
fn group_signs(fold: &Fold, place: usize, reach: usize) -> [[f32; GROUPS]; ROWS] {
    let mut signs = [[0.0; GROUPS]; ROWS];
    for (index, loud) in fold.louds.iter().enumerate() {
        let most = loud.iter().copied().fold(1e-9, f32::max);
        let after = |turn: usize| near(loud, place + turn, reach) / most;
        for (quarter, row) in signs[..4].iter_mut().enumerate() {
            row[index] = after(quarter * PLACES / 4);
        }
        for third in 0..2 {
            signs[8 + third][index] = after((third + 1) * PLACES / 3);
        }
        for half in 0..2 {
            let (low, high) = fold.extremes(index, place + half * PLACES / 2, reach);
            signs[4 + half][index] = high - low;
            signs[6 + half][index] = high;
        }
    }
    signs
}

/// How much more the harmony changes around a place than half a beat later, -1..1.
fn chords(fold: &Fold, place: usize) -> f32 {
    let most = fold.chords.iter().copied().fold(1e-9, f32::max);
    (fold.chords[place] - fold.chords[(place + PLACES / 2) % PLACES]) / most
}

/// By how many seconds the attacks near these beats come later than they: for the last milliseconds of a grid.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, positive")]
pub fn lag_secs(rises: &Rises, beats_secs: &[f64]) -> f64 {
    const STEPS: usize = 81;
    const STEP_SECS: f64 = 0.000_5;
    const AROUND: usize = 10;
    let reach = STEP_SECS * (STEPS / 2) as f64;
    let mean = |group: &[f32]| group.iter().map(|value| f64::from(*value)).sum::<f64>() / group.len() as f64 + 1e-9;
    let means: Vec<f64> = rises.groups.iter().map(|group| mean(group)).collect();
    let mut sums = [0.0f64; STEPS];
    for beat in beats_secs {
        for (step, sum) in sums.iter_mut().enumerate() {
            let at = (beat - reach + step as f64 * STEP_SECS) * rises.rate_hz;
            if at < 0.0 || at as usize + 1 >= rises.len() {
                continue;
            }
            let (index, part) = (at as usize, at.fract());
            // The lowest group knows no milliseconds.
            for (group, mean) in rises.groups.iter().zip(&means).skip(1) {
                *sum += (f64::from(group[index]) * (1.0 - part) + f64::from(group[index + 1]) * part) / mean;
            }
        }
    }
    let top = (0..STEPS).fold(0, |a, b| if sums[b] > sums[a] { b } else { a });
    let range = top.saturating_sub(AROUND)..(top + AROUND + 1).min(STEPS);
    let base = sums[range.clone()].iter().copied().fold(f64::MAX, f64::min);
    let total: f64 = sums[range.clone()].iter().map(|sum| sum - base).sum();
    let centre: f64 = range.map(|step| (sums[step] - base) * step as f64).sum();
    if total > 0.0 { centre / total * STEP_SECS - reach } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::super::meter::Meter;
    use super::*;

    /// Kicks at one place of the beat and hats at another, in a beat of 200 values.
    fn fold(kick: usize, hat: usize) -> Fold {
        let mut rises = Rises { rate_hz: 400.0, ..Rises::default() };
        let hits =
            |at: usize| -> Vec<f32> { (0..4000).map(|index| if index % 200 == at { 1.0 } else { 0.0 }).collect() };
        let silence = vec![0.0; 4000];
        // A kick has an attack of its own.
        rises.groups = [hits(kick), hits(kick), silence.clone(), hits(kick), hits(hat)];
        rises.louds = rises.groups.clone();
        Fold::new(&rises, &silence, Meter::Four, |index| index as f64 / 200.0)
    }

    #[test]
    fn the_beat_is_where_the_kick_is_and_not_the_hat() {
        for (kick, hat) in [(0, 100), (40, 140), (150, 50)] {
            let starts = Starts { sound: 0.25, attack: 0.25, ..Starts::default() };
            let place = beat(&fold(kick, hat), 0.5, &starts);
            // Within what counts as near: milliseconds are found later.
            assert!((place - kick as f64 / 200.0).abs() < 0.03, "{kick}: {place}");
        }
    }

    #[test]
    fn what_begins_a_track_tells_the_beat_where_the_rhythm_does_not() {
        // Both halves of the beat sound alike.
        for start in [0.0, 0.5] {
            let starts = Starts { sound: start, attack: start, ..Starts::default() };
            let place = beat(&evenly(), 0.5, &starts);
            let off = (place - start).rem_euclid(1.0);
            assert!(off.min(1.0 - off) < 0.03, "{start}: {place}");
        }
    }

    /// The same sound on each half of the beat.
    fn evenly() -> Fold {
        let hits: Vec<f32> = (0..4000).map(|index| if index % 100 == 0 { 1.0 } else { 0.0 }).collect();
        let mut rises = Rises { rate_hz: 400.0, ..Rises::default() };
        rises.groups = std::array::from_fn(|_| hits.clone());
        rises.louds = rises.groups.clone();
        Fold::new(&rises, &vec![0.0; 4000], Meter::Four, |index| index as f64 / 200.0)
    }
}
