//! Where within a period the beat is.

use echelon_engine::deck::Track;

use super::front::{GROUPS, Rises};

/// Places within a beat that the curves are folded to.
const PLACES: usize = 96;
/// How much each group says about where the beat is. Hats are as often off the beat as on it.
const WEIGHTS: [f32; GROUPS] = [1.0, 1.0, 1.0, 1.0, 0.5];
/// What an attack at its very place counts, beside one that is merely near.
const EXACT: f32 = 0.5;
/// How near attacks of one beat are to each other: hands, and the rise times of different sounds.
const NEAR_SECS: f64 = 0.008;
/// What it counts that a note two thirds of a beat later is strong and one at a third is weak: a shuffle.
const SHUFFLE: f32 = 0.1;
/// What it counts that the track's first sound, and its first attack, is on the beat: tracks are cut there, and short
/// ones, which are loops, nearly always.
const FIRST_SOUND_COUNTS: f64 = 0.7;
const FIRST_ATTACK_COUNTS: f64 = 0.5;
const SHORT_SECS: f64 = 15.0;
const SHORT_COUNTS_MOST: f64 = 1.5;
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
}

impl Fold {
    /// `beat_of` says in which beat, and where in it, a value of the curves is.
    pub fn new(rises: &Rises, beat_of: impl Fn(usize) -> f64) -> Self {
        let mut groups: [Vec<f32>; GROUPS] = std::array::from_fn(|_| vec![0.0; PLACES]);
        let mut counts = vec![0.0f32; PLACES];
        for index in 0..rises.len() {
            let place = place_of(beat_of(index));
            counts[place] += 1.0;
            for (group, curve) in groups.iter_mut().zip(&rises.groups) {
                group[place] += curve[index];
            }
        }
        for group in &mut groups {
            group.iter_mut().zip(&counts).for_each(|(sum, count)| *sum /= count.max(1.0));
            let floor = group.iter().copied().fold(f32::MAX, f32::min);
            group.iter_mut().for_each(|value| *value -= floor);
        }
        Self { groups }
    }

    /// How much each place looks like the beat.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places, 0..96")]
    fn marks(&self, beat_secs: f64) -> Vec<f32> {
        let reach = ((NEAR_SECS / beat_secs * PLACES as f64).ceil() as usize).clamp(1, PLACES / 8);
        let mut marks = vec![0.0f32; PLACES];
        for (group, weight) in self.groups.iter().zip(WEIGHTS) {
            let most = group.iter().copied().fold(1e-9, f32::max);
            for (place, mark) in marks.iter_mut().enumerate() {
                let near = (0..=2 * reach).map(|step| group[(place + PLACES + step - reach) % PLACES]);
                *mark += weight * (near.fold(0.0, f32::max) + EXACT * group[place]) / most;
            }
        }
        marks
    }

    /// Where the beat is, 0..1. `starts` are beats, with their fraction, that are likely whole, and what each counts.
    #[allow(clippy::cast_possible_truncation, reason = "marks are f32")]
    pub fn beat(&self, beat_secs: f64, starts: &[(f64, f64)]) -> f64 {
        let marks = self.marks(beat_secs);
        let at = |place: usize, turn: usize| marks[(place + turn) % PLACES];
        let score = |place: usize| {
            let shuffle = SHUFFLE * (at(place, PLACES * 2 / 3) - at(place, PLACES / 3));
            let off = |first: f64| (place as f64 / PLACES as f64 - first + 0.5).rem_euclid(1.0) - 0.5;
            let near = starts.iter().filter(|(first, _)| off(*first).abs() < START_BEATS);
            marks[place] + shuffle + near.map(|(_, counts)| counts).sum::<f64>() as f32
        };
        let peaks =
            (0..PLACES).filter(|place| marks[*place] >= at(*place, 1) && marks[*place] >= at(*place, PLACES - 1));
        let best = peaks.map(|place| (score(place), place)).fold((f32::MIN, 0), |a, b| if b.0 > a.0 { b } else { a });
        best.1 as f64 / PLACES as f64
    }
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
    let short = (SHORT_SECS / track.seconds()).min(SHORT_COUNTS_MOST);
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
