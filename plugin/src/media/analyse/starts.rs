//! Where a track, or a part of it, begins: mostly on a beat.

use echelon_engine::deck::Track;

use super::front::Rises;

/// What is at least this much of the highest sample is sound.
const SOUND: f32 = 0.01;
/// What is at least this much of a strong attack is the track's first.
const FIRST_ATTACK: f32 = 0.3;
/// A track of up to this length is likely a loop; and how much likelier the shortest.
const SHORT_SECS: f64 = 33.0;
const SHORT_MOST: f64 = 3.3;
/// A part is louder for so many beats than it was for as many before; and one begins every so many beats at most.
const ENTRY_BEATS: f64 = 4.0;
const PART_BEATS: f64 = 12.0;
/// Of so many beats of the track one may be such.
const BEATS_AN_ENTRY: f64 = 24.0;
/// It begins with the strongest attack within so many beats.
const ENTRY_REACH: f64 = 0.12;
/// How near a beat has to be to a start, in beats.
const NEAR_BEATS: f64 = 0.08;

/// Starts, in beats of some count.
#[derive(Clone, Debug, Default)]
pub struct Starts {
    /// Of the first sound, and of the first attack.
    pub sound: f64,
    pub attack: f64,
    /// How short the track is, 0..3.3: short ones, which are loops, nearly always begin on a beat.
    pub short: f64,
    /// Of the parts that are louder than what was before, and how much of all they are together.
    pub entries: Vec<(f64, f64)>,
}

impl Starts {
    /// `beat_of` says in which beat, and where in it, a value of the curves is; a beat lasts about so long.
    pub fn of(track: &Track, rises: &Rises, beat_secs: f64, beat_of: impl Fn(usize) -> f64) -> Self {
        let in_beats = |index: usize| beat_of(index.min(rises.len().saturating_sub(1)));
        Self {
            sound: in_beats(first_sound(track, rises.rate_hz)),
            attack: in_beats(first_attack(rises)),
            short: (SHORT_SECS / track.seconds()).min(SHORT_MOST),
            entries: entries(rises, beat_secs).into_iter().map(|(index, share)| (in_beats(index), share)).collect(),
        }
    }

    /// How much begins on beats at this place, 0..1: the sound, the first attack, a short track, and parts.
    pub fn signs(&self, place: f64) -> [f32; 4] {
        let is_near = |beat: f64| ((beat - place + 0.5).rem_euclid(1.0) - 0.5).abs() < NEAR_BEATS;
        let (sound, attack) = (f32::from(u8::from(is_near(self.sound))), f32::from(u8::from(is_near(self.attack))));
        let entries: f64 = self.entries.iter().filter(|(beat, _)| is_near(*beat)).map(|(_, share)| share).sum();
        #[allow(clippy::cast_possible_truncation, reason = "0..4")]
        let (short, entries) = (self.short as f32, entries as f32);
        [sound, attack, attack * short, entries]
    }
}

/// The value of the curves at which sound begins.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, positive")]
fn first_sound(track: &Track, rate_hz: f64) -> usize {
    let sample = |frame: usize| track.left()[frame].abs().max(track.right()[frame].abs());
    let highest = (0..track.num_frames()).map(sample).fold(0.0, f32::max);
    let first = (0..track.num_frames()).position(|frame| sample(frame) > SOUND * highest).unwrap_or(0);
    (first as f64 / track.sample_rate() * rate_hz).round() as usize
}

/// The track's first attack, in values of the curves.
pub fn first_attack(rises: &Rises) -> usize {
    let totals: Vec<f32> = (0..rises.len()).map(|index| attack(rises, index)).collect();
    let mut sorted = totals.clone();
    sorted.sort_by(f32::total_cmp);
    let strong = sorted[sorted.len() * 98 / 100];
    let first = totals.iter().position(|value| *value > FIRST_ATTACK * strong).unwrap_or(0);
    let top = (first..(first + 12).min(totals.len())).fold(first, |a, b| if totals[b] > totals[a] { b } else { a });
    top.min(totals.len().saturating_sub(1))
}

fn attack(rises: &Rises, index: usize) -> f32 {
    rises.groups.iter().map(|group| group[index]).sum()
}

/// Where parts begin that are louder than what was before, in values of the curves, and how much of all they are.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of values, positive")]
fn entries(rises: &Rises, beat_secs: f64) -> Vec<(usize, f64)> {
    let in_hops = |beats: f64| (beats * beat_secs * rises.rate_hz) as usize;
    let gains = gains(rises, in_hops(ENTRY_BEATS).max(1));
    let most = (rises.len() / in_hops(BEATS_AN_ENTRY).max(1)).max(1);
    let mut order: Vec<usize> = (0..gains.len()).filter(|index| gains[*index] > 0.0).collect();
    order.sort_by(|a, b| gains[*b].total_cmp(&gains[*a]));
    let mut found: Vec<usize> = Vec::new();
    for index in order {
        if found.iter().all(|other| other.abs_diff(index) > in_hops(PART_BEATS)) {
            found.push(index);
            if found.len() == most {
                break;
            }
        }
    }
    let sum: f64 = found.iter().map(|index| gains[*index]).sum();
    let reach = in_hops(ENTRY_REACH);
    let snapped = |index: usize| {
        let range = index.saturating_sub(reach)..(index + reach + 1).min(rises.len());
        range.fold(index, |a, b| if attack(rises, b) > attack(rises, a) { b } else { a })
    };
    found.into_iter().map(|index| (snapped(index), gains[index] / sum)).collect()
}

/// By how much the groups are louder, in so many values from each on, than in as many before.
fn gains(rises: &Rises, span: usize) -> Vec<f64> {
    let count = rises.len();
    let mut gains = vec![0.0; count];
    for level in &rises.levels {
        let mut sums = Vec::with_capacity(count + 1);
        sums.push(0.0);
        for value in level {
            sums.push(sums[sums.len() - 1] + f64::from(*value));
        }
        for at in span..count.saturating_sub(span) {
            let (before, after) = (sums[at] - sums[at - span], sums[at + span] - sums[at]);
            gains[at] += ((after - before) / span as f64).max(0.0);
        }
    }
    gains
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_begins_where_it_gets_louder_and_the_nearest_attack_is() {
        // A beat of 100 values, 80 of them; from the 32nd on it is louder, and an attack is there.
        let level: Vec<f32> = (0..8_000).map(|index| if index >= 3_200 { 2.0 } else { 1.0 }).collect();
        let mut rises = Rises { rate_hz: 200.0, ..Rises::default() };
        rises.levels = std::array::from_fn(|_| level.clone());
        rises.groups = std::array::from_fn(|_| vec![0.0; 8_000]);
        rises.groups[2][3_205] = 1.0;
        let found = entries(&rises, 0.5);
        assert_eq!(found.first().map(|entry| entry.0), Some(3_205));
        assert!(found.first().is_some_and(|entry| entry.1 > 0.9), "{found:?}");
    }

    #[test]
    fn starts_count_where_they_are() {
        let starts = Starts { sound: 4.02, attack: 8.51, short: 2.0, entries: vec![(16.0, 0.75), (19.5, 0.25)] };
        assert_eq!(starts.signs(0.0), [1.0, 0.0, 0.0, 0.75]);
        assert_eq!(starts.signs(0.5), [0.0, 1.0, 2.0, 0.25]);
    }
}
