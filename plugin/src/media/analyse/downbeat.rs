//! Which beats begin the bars.

use super::front::{GROUPS, Rises};
use super::meter::Meter;

/// Attacks of a beat are at most this far from it.
const NEAR_SECS: f64 = 0.026;
/// What each sign counts, by a softmax over the beats of the bars of the made tracks, each once with its start and once
/// without: kicks; kicks in the middle of a bar of four; snares a beat later and a beat before; crashes; that the music
/// changes there; that the harmony does; that the track begins there; and that a part of it does.
const WEIGHTS: [f64; SIGNS] = [2.86, -0.42, 0.0, -0.34, 7.63, 4.13, 3.44, 1.42];
pub const SIGNS: usize = 8;
/// How much the music changes counts in full once there are that many beats to judge by.
const CHANGE_BEATS: f64 = 160.0;

/// Beats on trial.
pub struct Bars<'a> {
    pub rises: &'a Rises,
    /// How much the harmony changes, for each value of the rises.
    pub changes: &'a [f32],
    pub meter: Meter,
    pub beats_secs: &'a [f64],
    /// Where the track's first attack is, and where parts of it begin, with what each of those counts.
    pub first_secs: f64,
    pub entries_secs: &'a [(f64, f64)],
}

impl Bars<'_> {
    /// The index of the first beat that begins a bar.
    pub fn downbeat(&self) -> usize {
        let score =
            |signs: &[f64; SIGNS]| -> f64 { signs.iter().zip(WEIGHTS).map(|(sign, weight)| sign * weight).sum() };
        let scores: Vec<f64> = self.signs().iter().map(score).collect();
        (0..scores.len()).fold(0, |a, b| if scores[b] > scores[a] { b } else { a })
    }

    /// What is to be said of each beat of the bar, in the order of [`WEIGHTS`].
    pub fn signs(&self) -> Vec<[f64; SIGNS]> {
        let bar = self.meter.count();
        let [kicks, claps, crashes, changes, chords] = self.relative();
        let start = self.nearest(self.first_secs);
        let steady = (self.beats_secs.len() as f64 / CHANGE_BEATS).min(1.0);
        let begins = |place: usize| {
            let here = self.entries_secs.iter().filter(|(secs, _)| self.nearest(*secs) == place);
            here.map(|(_, share)| share).sum::<f64>()
        };
        let signs = |place: usize| {
            let at = |turn: usize| (place + turn) % bar;
            [
                kicks[place],
                if self.meter != Meter::Three { kicks[at(2)] } else { 0.0 },
                claps[at(1)] + claps[at(bar - 1)],
                crashes[place],
                steady * changes[place],
                chords[place],
                if place == start { 1.0 } else { 0.0 },
                begins(place),
            ]
        };
        (0..bar).map(signs).collect()
    }

    /// Kicks, snares, crashes, and how much the music and the harmony change, at each beat of the bar: of their means, less 1.
    fn relative(&self) -> [Vec<f64>; 5] {
        let bar = self.meter.count();
        let mut sums = std::array::from_fn::<_, 5, _>(|_| vec![0.0; bar]);
        let mut counts = vec![0.0; bar];
        for (index, beat) in self.beats_secs.iter().enumerate() {
            let place = index % bar;
            counts[place] += 1.0;
            let signs = [
                self.attack(0, *beat),
                self.attack(2, *beat) + self.attack(3, *beat),
                self.attack(4, *beat),
                self.change_at(index).powi(2),
                f64::from(self.changes[self.index_of(*beat)]),
            ];
            sums.iter_mut().zip(signs).for_each(|(sums, sign)| sums[place] += sign);
        }
        sums.map(|sums| {
            let means: Vec<f64> = sums.iter().zip(&counts).map(|(sum, count)| sum / f64::max(*count, 1.0)).collect();
            let mean = means.iter().sum::<f64>() / bar as f64;
            means.iter().map(|value| if mean > 0.0 { value / mean - 1.0 } else { 0.0 }).collect()
        })
    }

    /// The place in the bar of the beat that is nearest.
    fn nearest(&self, secs: f64) -> usize {
        let off = |index: usize| (self.beats_secs[index] - secs).abs();
        let nearest = |a: usize, b: usize| if off(b) < off(a) { b } else { a };
        (0..self.beats_secs.len()).reduce(nearest).unwrap_or(0) % self.meter.count()
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, clamped at 0")]
    fn index_of(&self, secs: f64) -> usize {
        ((secs.max(0.0) * self.rises.rate_hz).round() as usize).min(self.rises.len() - 1)
    }

    /// The strongest rise of a group near a beat.
    fn attack(&self, group: usize, beat_secs: f64) -> f64 {
        let range = self.index_of(beat_secs - NEAR_SECS)..=self.index_of(beat_secs + NEAR_SECS);
        f64::from(self.rises.groups[group][range].iter().copied().fold(0.0, f32::max))
    }

    /// How much the bar after a beat differs from the bar before it; nothing where there is none.
    fn change_at(&self, index: usize) -> f64 {
        let bar = self.meter.count();
        if index < bar || index + bar >= self.beats_secs.len() {
            return 0.0;
        }
        let [before, here, after] = [index - bar, index, index + bar].map(|index| self.beats_secs[index]);
        let level = |group: usize, from_secs: f64, to_secs: f64| {
            let values = &self.rises.levels[group][self.index_of(from_secs)..=self.index_of(to_secs - NEAR_SECS)];
            f64::from(values.iter().sum::<f32>()) / values.len().max(1) as f64
        };
        (0..GROUPS).map(|group| (level(group, here, after) - level(group, before, here)).abs()).sum()
    }
}
