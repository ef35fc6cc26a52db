//! Which key the notes fit.
//!
//! What each note counts for a key is learned: the weights of a softmax over the 24 keys, and over the four bars with which
//! phrases may open, of some 900 made tracks and of 88 chord progressions of songs (modal ones, borrowed chords, phrases that
//! begin elsewhere than on their tonic), that count less, as notes alone; kept near to what version 6 had, and that to
//! Temperley's profiles and the notes of the tonic's chord. A key's weights are the same whatever its tonic, so each track
//! teaches all twelve. docs/analysis.md has what it does on tracks that it did not learn from.

use super::Key;
use super::phrases::PHRASE_BARS;

/// How much there is of each of the twelve notes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard {
    /// In all the track.
    pub all: [f64; 12],
    /// In its bass.
    pub bass: [f64; 12],
    /// Where phrases open, if they do in each of the four bars; and how likely that is, together 1.
    pub openings: [[f64; 12]; PHRASE_BARS],
    pub likely: [f64; PHRASE_BARS],
}

/// What the notes above a tonic count for its key.
struct Profile {
    minor: bool,
    /// To be that key at all.
    own: f64,
    /// In all the track, and where phrases open, as far as they are above or below the mean.
    all: [f64; 12],
    opening: [f64; 12],
    /// In the bass, by their share of it.
    bass: [f64; 12],
}

const PROFILES: [Profile; 2] = [
    Profile {
        minor: false,
        own: 0.0,
        all: [4.64, -2.77, -0.46, -2.78, 3.77, 1.28, -4.69, 4.33, -1.39, 0.95, -4.09, 1.19],
        opening: [4.0, -1.52, 0.02, -1.92, 2.07, 0.43, -1.57, 1.89, -0.54, -2.78, -0.98, 0.92],
        bass: [1.53, -0.07, -1.06, -0.16, -1.14, 0.31, -0.46, 0.21, 0.55, 0.68, 0.88, -0.38],
    },
    Profile {
        minor: true,
        own: 0.96,
        all: [4.21, -3.56, 1.22, 3.72, -2.52, -0.07, -2.46, 3.5, 0.08, -3.98, 0.3, -0.46],
        opening: [4.55, -0.35, -0.47, 1.43, -0.37, -1.69, -1.73, 2.55, -2.68, -1.83, 0.04, 0.57],
        bass: [1.79, 0.31, -0.27, -0.49, -0.25, 0.61, 0.45, -0.2, 0.09, 0.15, -0.09, 0.43],
    },
];
/// Below this likeness there is no key; of made tracks it is 5 to 17.
const LEAST_LIKENESS: f64 = 3.0;

/// The key that the notes are most like, if they are like any.
#[allow(clippy::cast_possible_truncation, reason = "a tonic, 0..12")]
pub fn best_key(heard: &Heard) -> Option<Key> {
    let (all, openings) = (evened(&heard.all), heard.openings.map(|opening| evened(&opening)));
    let total = heard.bass.iter().sum::<f64>().max(1e-12);
    let bass = heard.bass.map(|value| value / total);
    let mut best = (LEAST_LIKENESS, None);
    for profile in &PROFILES {
        for tonic in 0..12 {
            let fit = |weights: &[f64; 12], notes: &[f64; 12]| -> f64 {
                (0..12).map(|above| weights[above] * notes[(tonic + above) % 12]).sum()
            };
            // What is said wherever phrases open, and what by each of those places, as likely as it is.
            let said = profile.own + fit(&profile.all, &all) + fit(&profile.bass, &bass);
            let opens = openings.iter().zip(heard.likely);
            let likeness =
                said + opens.map(|(notes, part)| part * fit(&profile.opening, notes).exp()).sum::<f64>().ln();
            if likeness > best.0 {
                best = (likeness, Key::new(tonic as u8, profile.minor));
            }
        }
    }
    best.1
}

/// How far each is above or below the mean, with a root sum of squares of 1.
fn evened(notes: &[f64; 12]) -> [f64; 12] {
    let mean = notes.iter().sum::<f64>() / 12.0;
    let size = notes.iter().map(|value| (value - mean).powi(2)).sum::<f64>().sqrt();
    notes.map(|value| if size > 1e-12 { (value - mean) / size } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The notes of chords, in semitones above C, each as often as it is there.
    fn heard(chords: &[[usize; 3]], opening: [usize; 3]) -> Heard {
        let mut heard = Heard::default();
        for chord in chords {
            chord.iter().for_each(|note| heard.all[note % 12] += 1.0);
            heard.bass[chord[0] % 12] += 1.0;
        }
        opening.iter().for_each(|note| heard.openings[0][note % 12] += 1.0);
        heard.likely[0] = 1.0;
        heard
    }

    #[test]
    fn the_chord_that_phrases_open_with_tells_a_key_from_its_relative() {
        // A minor, F, C, G: all of A minor, and all of C major.
        let chords = [[9, 12, 16], [5, 9, 12], [0, 4, 7], [7, 11, 14]];
        assert_eq!(best_key(&heard(&chords, chords[0])), Key::new(9, true));
        assert_eq!(best_key(&heard(&chords, chords[2])), Key::new(0, false));
    }

    #[test]
    fn openings_that_are_likelier_have_more_say() {
        // The same four chords; A minor opens phrases if they begin in one bar, C major if in another.
        let mut both = heard(&[[9, 12, 16], [5, 9, 12], [0, 4, 7], [7, 11, 14]], [9, 12, 16]);
        [0, 4, 7].iter().for_each(|note: &usize| both.openings[2][*note] += 1.0);
        both.likely = [0.98, 0.0, 0.02, 0.0];
        assert_eq!(best_key(&both), Key::new(9, true));
        both.likely = [0.02, 0.0, 0.98, 0.0];
        assert_eq!(best_key(&both), Key::new(0, false));
    }

    #[test]
    fn a_key_is_the_same_twelve_notes_higher() {
        for up in 0..12u8 {
            let chords =
                [[0, 4, 7], [5, 9, 12], [7, 11, 14], [0, 4, 7]].map(|chord| chord.map(|n| n + usize::from(up)));
            assert_eq!(best_key(&heard(&chords, chords[0])), Key::new(up, false), "{up}");
        }
    }

    #[test]
    fn all_notes_alike_are_no_key() {
        let heard = Heard { all: [1.0; 12], bass: [1.0; 12], openings: [[1.0; 12]; 4], likely: [0.25; 4] };
        assert_eq!(best_key(&heard), None);
    }
}
