//! How much there is of each of the twelve notes: in all, in the bass, and where phrases open.

use echelon_engine::deck::Track;
use rustfft::num_complex::Complex;

use super::super::watch::Part;
use super::Key;
use super::judge::{Heard, best_key};
use super::phrases::{PHRASE_BARS, Phrases};
use super::salience::{self, NOTES};
use super::spectrum::{Looks, Tone, semitones};
use super::tuned;

/// Notes below this are the bass: its most frequent one is often the key's.
const BASS_HZ: f64 = 180.0;
/// Below this unevenness of the notes there is no key, nor if they are this little in tune with one another:
/// divided by the root of how many looks there are, since noise is less and less so.
const LEAST_CONTRAST: f64 = 0.1;
const LEAST_TUNED: f64 = 0.4;

/// The notes of a track: for each look the middle in seconds, how much there is of each class, and in the bass.
#[derive(Clone, Debug)]
pub struct Notes {
    looks: Vec<Classes>,
    /// The same without what drums are tuned to.
    harmony: Vec<Classes>,
    /// From one look's middle to the next.
    hop_secs: f64,
    /// How much they are in tune with one another, 0..1.
    tuned: f64,
}

/// How much there is of each class at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Classes {
    pub middle_secs: f64,
    pub all: [f64; 12],
    pub bass: [f64; 12],
}

impl Notes {
    /// Listens to a track. `None` if it was cancelled.
    pub fn of(track: &Track, watch: &Part<'_>) -> Option<Self> {
        let looks = Looks::at(track, watch)?;
        let (tuning, tuned) = tuning(&looks.tones);
        let mut all = Vec::with_capacity(looks.tones.len());
        for tones in &looks.tones {
            if watch.cancelled() {
                return None;
            }
            all.push(salience::notes(tones, tuning));
        }
        let in_classes = |all: &[[f64; NOTES]]| -> Vec<Classes> {
            all.iter().enumerate().map(|(index, notes)| classes(notes, index as f64 * looks.hop_secs)).collect()
        };
        let heard = in_classes(&all);
        tuned::take_steady(&mut all);
        let harmony = tuned::without_lone_basses(&in_classes(&all));
        Some(Self { looks: heard, harmony, hop_secs: looks.hop_secs, tuned })
    }

    /// The key, if there are notes and they fit one.
    pub fn key(&self, phrases: &Phrases<'_>) -> Option<Key> {
        let mut heard = Heard { likely: phrases.likely(), ..Heard::default() };
        for look in &self.harmony {
            // Loud places count more, but not as much more as they are louder.
            add_scaled(&mut heard.all, &look.all);
            add_scaled(&mut heard.bass, &look.bass);
            for place in (0..PHRASE_BARS).filter(|place| phrases.opens(look.middle_secs, *place)) {
                add_scaled(&mut heard.openings[place], &look.all);
                add_scaled(&mut heard.openings[place], &look.bass);
            }
        }
        let is_tuned = self.tuned > LEAST_TUNED / (self.looks.len() as f64).sqrt();
        let mut all = [0.0; 12];
        self.looks.iter().for_each(|look| add_scaled(&mut all, &look.all));
        (is_tuned && contrast(&all) > LEAST_CONTRAST).then(|| best_key(&heard))?
    }

    /// How much of each of the twelve notes sounds at each look; the bass counts twice.
    pub fn classes(&self) -> impl Iterator<Item = [f64; 12]> {
        self.looks.iter().map(|look| std::array::from_fn(|class| look.all[class] + look.bass[class]))
    }

    /// From one look to the next, in seconds; the first one is at 0.
    pub const fn hop_secs(&self) -> f64 {
        self.hop_secs
    }

    /// Where the first notes are, in seconds.
    pub fn first_secs(&self) -> f64 {
        let total = |look: &Classes| look.all.iter().sum::<f64>();
        let most = self.looks.iter().map(total).fold(0.0, f64::max);
        self.looks.iter().find(|look| total(look) > 0.3 * most).map_or(0.0, |look| look.middle_secs)
    }
}

fn classes(notes: &[f64; NOTES], middle_secs: f64) -> Classes {
    let mut classes = Classes { middle_secs, all: [0.0; 12], bass: [0.0; 12] };
    for (at, note) in notes.iter().enumerate() {
        let above_c0 = at as f64 + salience::lowest();
        let class = class(above_c0);
        classes.all[class] += note;
        if above_c0 < semitones(BASS_HZ) {
            classes.bass[class] += note;
        }
    }
    classes
}

/// How uneven the notes are: noise has all of them.
fn contrast(all: &[f64; 12]) -> f64 {
    let mean = all.iter().sum::<f64>() / 12.0;
    let spread = all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 12.0;
    if mean > 0.0 { spread.sqrt() / mean } else { 0.0 }
}

fn add_scaled(sum: &mut [f64; 12], part: &[f64; 12]) {
    let total: f64 = part.iter().sum();
    if total > 0.0 {
        sum.iter_mut().zip(part).for_each(|(sum, part)| *sum += part / total.sqrt());
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..12")]
fn class(semitones: f64) -> usize {
    (semitones.round().rem_euclid(12.0) as usize) % 12
}

/// By how many semitones the track is tuned above 440 Hz, -0.5..0.5, and how much of it is.
fn tuning(looks: &[Vec<Tone>]) -> (f64, f64) {
    let (mut sum, mut total) = (Complex::<f64>::default(), 0.0);
    for (semitones, weight) in looks.iter().flatten() {
        sum += Complex::from_polar(*weight, std::f64::consts::TAU * semitones);
        total += weight;
    }
    (sum.arg() / std::f64::consts::TAU, sum.norm() / f64::max(total, 1e-12))
}
