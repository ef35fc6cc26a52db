//! Which beats begin the bars.

use super::front::{GROUPS, Rises};

/// Beats of a bar.
const BAR: usize = 4;
/// Attacks of a beat are at most this far from it.
const NEAR_SECS: f64 = 0.026;
/// What each sign counts: a kick; one in the middle of the bar; a clap on the second and fourth; a crash.
const KICK: f64 = 1.0;
const MIDDLE_KICK: f64 = 0.5;
const CLAP: f64 = 0.5;
const CRASH: f64 = 0.3;
/// The music changing there, once there are that many beats to judge by.
const CHANGE: f64 = 1.0;
const CHANGE_BEATS: f64 = 160.0;
/// The track beginning there.
const START: f64 = 0.6;

/// The index, 0..4, of the first beat that begins a bar. `first_secs` is where the track's first attack is.
pub fn find(rises: &Rises, beats_secs: &[f64], first_secs: f64) -> usize {
    let mut signs = Signs::default();
    for (index, beat) in beats_secs.iter().enumerate() {
        signs.add(index % BAR, rises, *beat);
        if index >= BAR && index + BAR < beats_secs.len() {
            let change = change(rises, beats_secs[index - BAR], *beat, beats_secs[index + BAR]);
            signs.changes[index % BAR] += change * change;
        }
    }
    let score = signs.scores(beats_secs.len());
    let nearest = |a: usize, b: usize| {
        if (beats_secs[b] - first_secs).abs() < (beats_secs[a] - first_secs).abs() { b } else { a }
    };
    let start = (0..beats_secs.len()).reduce(nearest).unwrap_or(0) % BAR;
    let total = |index: usize| score[index] + if index == start { START } else { 0.0 };
    (0..BAR).fold(0, |a, b| if total(b) > total(a) { b } else { a })
}

/// Sums over all beats of the same place in the bar.
#[derive(Debug, Default)]
struct Signs {
    counts: [f64; BAR],
    kicks: [f64; BAR],
    claps: [f64; BAR],
    crashes: [f64; BAR],
    changes: [f64; BAR],
}

impl Signs {
    fn add(&mut self, place: usize, rises: &Rises, beat_secs: f64) {
        self.counts[place] += 1.0;
        self.kicks[place] += attack(rises, 0, beat_secs);
        self.claps[place] += attack(rises, 2, beat_secs) + attack(rises, 3, beat_secs);
        self.crashes[place] += attack(rises, 4, beat_secs);
    }

    fn scores(&self, beats: usize) -> [f64; BAR] {
        let relative = |sums: &[f64; BAR]| -> [f64; BAR] {
            let means: [f64; BAR] = std::array::from_fn(|place| sums[place] / self.counts[place].max(1.0));
            let mean = means.iter().sum::<f64>() / BAR as f64;
            means.map(|value| if mean > 0.0 { value / mean - 1.0 } else { 0.0 })
        };
        let (kicks, claps) = (relative(&self.kicks), relative(&self.claps));
        let (crashes, changes) = (relative(&self.crashes), relative(&self.changes));
        let change = CHANGE * (beats as f64 / CHANGE_BEATS).min(1.0);
        std::array::from_fn(|place| {
            let at = |turn: usize| (place + turn) % BAR;
            KICK * kicks[place]
                + MIDDLE_KICK * kicks[at(2)]
                + CLAP * (claps[at(1)] + claps[at(3)])
                + CRASH * crashes[place]
                + change * changes[place]
        })
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, clamped at 0")]
fn index_of(rises: &Rises, secs: f64) -> usize {
    ((secs.max(0.0) * rises.rate_hz).round() as usize).min(rises.len() - 1)
}

/// The strongest rise of a group near a beat.
fn attack(rises: &Rises, group: usize, beat_secs: f64) -> f64 {
    let range = index_of(rises, beat_secs - NEAR_SECS)..=index_of(rises, beat_secs + NEAR_SECS);
    f64::from(rises.groups[group][range].iter().copied().fold(0.0, f32::max))
}

/// How much the bar after a beat differs from the bar before it.
fn change(rises: &Rises, before_secs: f64, beat_secs: f64, after_secs: f64) -> f64 {
    let level = |group: usize, from_secs: f64, to_secs: f64| {
        let values = &rises.levels[group][index_of(rises, from_secs)..=index_of(rises, to_secs - NEAR_SECS)];
        f64::from(values.iter().sum::<f32>()) / values.len().max(1) as f64
    };
    (0..GROUPS).map(|group| (level(group, beat_secs, after_secs) - level(group, before_secs, beat_secs)).abs()).sum()
}
