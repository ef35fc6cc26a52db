//! Where within a period the beat is.

use echelon_engine::deck::Track;

use super::front::{GROUPS, Rises};

/// Places within a beat that the curves are folded to.
const PLACES: usize = 96;
/// How much each group counts for a place being one where sounds begin. Hats are as often off the beat as on it.
const WEIGHTS: [f32; GROUPS] = [1.0, 1.0, 1.0, 1.0, 0.5];
/// And for it being the beat: what is loud there, a quarter of a beat later, half a beat, and three quarters. Kicks, basses
/// and the attacks of what is struck are on it; hats are half a beat from it, too; what is struck a quarter later
/// speaks against it. These and those below are the weights of a softmax over the places of some 220 tracks (styles that
/// `cargo xtask bench analysis` makes, and half of LMMS's and Hydrogen's songs), each once with its start and once without: of
/// grooves left out in turn it had 7 wrong.
const LOUD_WEIGHTS: [[f32; GROUPS]; QUARTERS] = [
    [0.75, 2.1, 0.72, 4.2, 1.4],
    [-1.3, -0.57, 0.02, -1.52, -1.07],
    [-0.53, 0.06, 0.75, -1.03, 1.87],
    [0.22, 0.48, -0.33, 1.24, 0.21],
];
const QUARTERS: usize = 4;
/// What an attack at its very place counts, beside one that is merely near.
const EXACT: f32 = 0.5;
/// How near attacks of one beat are to each other: hands, and the rise times of different sounds.
const NEAR_SECS: f64 = 0.008;
/// What it counts that a note two thirds of a beat later is strong and one at a third is weak: a shuffle.
const SHUFFLE: f32 = 0.06;
/// What it counts that the track's first sound, and its first attack, is on the beat: tracks are cut there, and short
/// ones, which are loops, nearly always.
const FIRST_SOUND_COUNTS: f64 = 1.31;
const FIRST_ATTACK_COUNTS: f64 = 0.68;
const SHORT_COUNTS: f64 = 0.46;
const SHORT_SECS: f64 = 33.0;
const SHORT_MOST: f64 = 3.3;
/// How near it has to be, in beats.
const START_BEATS: f64 = 0.08;
/// What is at least this much of the highest sample is sound.
const SOUND: f32 = 0.01;
/// What is at least this much of a strong attack is the track's first.
const FIRST_ATTACK: f32 = 0.3;

/// The curves, folded to one beat.
#[derive(Debug)]
pub struct Fold {
    groups: [Vec<f32>; GROUPS],
    louds: [Vec<f32>; GROUPS],
}

impl Fold {
    /// `beat_of` says in which beat, and where in it, a value of the curves is.
    pub fn new(rises: &Rises, beat_of: impl Fn(usize) -> f64) -> Self {
        let places: Vec<usize> = (0..rises.len()).map(|index| place_of(beat_of(index))).collect();
        let fold = |curve: &Vec<f32>| folded(curve, &places);
        Self { groups: rises.groups.each_ref().map(fold), louds: rises.louds.each_ref().map(fold) }
    }

    /// How much sounds begin at each place.
    fn marks(&self, reach: usize) -> Vec<f32> {
        let mut marks = vec![0.0f32; PLACES];
        for (group, weight) in self.groups.iter().zip(WEIGHTS) {
            let most = group.iter().copied().fold(1e-9, f32::max);
            for (place, mark) in marks.iter_mut().enumerate() {
                *mark += weight * (near(group, place, reach) + EXACT * group[place]) / most;
            }
        }
        marks
    }

    /// How much what is loud at a place, and at the quarters after it, looks like the beat.
    fn loudness(&self, place: usize, reach: usize) -> f32 {
        let mut sum = 0.0;
        for (index, group) in self.louds.iter().enumerate() {
            let most = group.iter().copied().fold(1e-9, f32::max);
            for (quarter, weights) in LOUD_WEIGHTS.iter().enumerate() {
                let at = (place + quarter * PLACES / QUARTERS) % PLACES;
                sum += weights[index] * near(group, at, reach) / most;
            }
        }
        sum
    }

    /// Where the beat is, 0..1. `starts` are beats, with their fraction, that are likely whole, and what each counts.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "marks are f32; a length is positive")]
    pub fn beat(&self, beat_secs: f64, starts: &[(f64, f64)]) -> f64 {
        let reach = ((NEAR_SECS / beat_secs * PLACES as f64).ceil() as usize).clamp(1, PLACES / 8);
        let marks = self.marks(reach);
        let at = |place: usize, turn: usize| marks[(place + turn) % PLACES];
        let score = |place: usize| {
            let shuffle = SHUFFLE * (at(place, PLACES * 2 / 3) - at(place, PLACES / 3));
            let off = |first: f64| (place as f64 / PLACES as f64 - first + 0.5).rem_euclid(1.0) - 0.5;
            let here = starts.iter().filter(|(first, _)| off(*first).abs() < START_BEATS);
            self.loudness(place, reach) + shuffle + here.map(|(_, counts)| counts).sum::<f64>() as f32
        };
        let peaks =
            (0..PLACES).filter(|place| marks[*place] >= at(*place, 1) && marks[*place] >= at(*place, PLACES - 1));
        let best = peaks.map(|place| (score(place), place)).fold((f32::MIN, 0), |a, b| if b.0 > a.0 { b } else { a });
        best.1 as f64 / PLACES as f64
    }
}

/// The most that a folded curve has around a place.
fn near(group: &[f32], place: usize, reach: usize) -> f32 {
    (0..=2 * reach).map(|step| group[(place + PLACES + step - reach) % PLACES]).fold(0.0, f32::max)
}

/// The mean of a curve at each place, above the least of them.
fn folded(curve: &[f32], places: &[usize]) -> Vec<f32> {
    let (mut sums, mut counts) = (vec![0.0f32; PLACES], vec![0.0f32; PLACES]);
    for (value, place) in curve.iter().zip(places) {
        sums[*place] += value;
        counts[*place] += 1.0;
    }
    sums.iter_mut().zip(&counts).for_each(|(sum, count)| *sum /= count.max(1.0));
    let floor = sums.iter().copied().fold(f32::MAX, f32::min);
    sums.iter_mut().for_each(|value| *value -= floor);
    sums
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places, 0..96")]
fn place_of(beat: f64) -> usize {
    ((beat.rem_euclid(1.0) * PLACES as f64).round() as usize) % PLACES
}

/// Where a track likely has a beat because it begins there, in seconds, and how much that counts.
pub fn starts(track: &Track, first_attack_secs: f64) -> [(f64, f64); 2] {
    let sample = |frame: usize| track.left()[frame].abs().max(track.right()[frame].abs());
    let highest = (0..track.num_frames()).map(sample).fold(0.0, f32::max);
    let first = (0..track.num_frames()).position(|frame| sample(frame) > SOUND * highest).unwrap_or(0);
    let short = SHORT_COUNTS * (SHORT_SECS / track.seconds()).min(SHORT_MOST);
    [(first as f64 / track.sample_rate(), FIRST_SOUND_COUNTS), (first_attack_secs, FIRST_ATTACK_COUNTS + short)]
}

/// The track's first attack, in values of the curves.
pub fn first_attack(rises: &Rises) -> usize {
    let total = |index: usize| rises.groups.iter().map(|group| group[index]).sum::<f32>();
    let totals: Vec<f32> = (0..rises.len()).map(total).collect();
    let mut sorted = totals.clone();
    sorted.sort_by(f32::total_cmp);
    let strong = sorted[sorted.len() * 98 / 100];
    let first = totals.iter().position(|value| *value > FIRST_ATTACK * strong).unwrap_or(0);
    let top = (first..(first + 12).min(totals.len())).fold(first, |a, b| if totals[b] > totals[a] { b } else { a });
    top.min(totals.len().saturating_sub(1))
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
        Fold::new(&rises, |index| index as f64 / 200.0)
    }

    #[test]
    fn the_beat_is_where_the_kick_is_and_not_the_hat() {
        for (kick, hat) in [(0, 100), (40, 140), (150, 50)] {
            let place = fold(kick, hat).beat(0.5, &[]);
            // Within what counts as near: milliseconds are found later.
            assert!((place - kick as f64 / 200.0).abs() < 0.03, "{kick}: {place}");
        }
    }

    #[test]
    fn what_begins_a_track_tells_the_beat_where_the_rhythm_does_not() {
        let even = fold(0, 0);
        let off = even.beat(0.5, &[(0.0, 1.0)]);
        assert!(off.min(1.0 - off) < 0.03, "{off}");
    }
}
