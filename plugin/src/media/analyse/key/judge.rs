//! Which key the notes fit.
//!
//! What each note counts for a key is learned: the weights of a softmax over the 24 keys of some 200 made tracks, kept near to
//! Temperley's profiles and the notes of the tonic's chord. A key's weights are the same whatever its tonic, so each track
//! teaches all twelve. Of tracks left out in turn it had 94 % right; docs/analysis.md has what it does on others.

use super::Key;

/// How much there is of each of the twelve notes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard {
    /// In all the track.
    pub all: [f64; 12],
    /// In its bass.
    pub bass: [f64; 12],
    /// Where phrases open.
    pub opening: [f64; 12],
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
        all: [0.422, -0.323, 0.146, -0.327, 0.356, 0.119, -0.295, 0.411, -0.266, 0.026, -0.340, 0.069],
        opening: [0.445, -0.127, -0.084, -0.130, 0.279, -0.114, -0.105, 0.299, -0.097, -0.166, -0.115, -0.084],
        bass: [0.237, -0.001, -0.010, -0.010, -0.013, 0.0, -0.005, -0.006, -0.002, 0.006, 0.007, 0.0],
    },
    Profile {
        minor: true,
        own: 0.048,
        all: [0.468, -0.378, 0.183, 0.316, -0.342, 0.092, -0.284, 0.462, 0.023, -0.373, -0.055, -0.113],
        opening: [0.523, -0.127, -0.095, 0.265, -0.099, -0.116, -0.118, 0.277, -0.165, -0.129, -0.114, -0.100],
        bass: [0.269, -0.005, 0.009, 0.006, 0.006, 0.004, 0.012, -0.011, -0.004, 0.0, 0.004, 0.007],
    },
];
/// Below this likeness there is no key; the likeness of a piece that is all in its key is about 2.
const LEAST_LIKENESS: f64 = 0.35;

/// The key that the notes are most like, if they are like any.
#[allow(clippy::cast_possible_truncation, reason = "a tonic, 0..12")]
pub fn best_key(heard: &Heard) -> Option<Key> {
    let (all, opening) = (evened(&heard.all), evened(&heard.opening));
    let total = heard.bass.iter().sum::<f64>().max(1e-12);
    let bass = heard.bass.map(|value| value / total);
    let mut best = (LEAST_LIKENESS, None);
    for profile in &PROFILES {
        for tonic in 0..12 {
            let fit = |weights: &[f64; 12], notes: &[f64; 12]| -> f64 {
                (0..12).map(|above| weights[above] * notes[(tonic + above) % 12]).sum()
            };
            let likeness =
                profile.own + fit(&profile.all, &all) + fit(&profile.opening, &opening) + fit(&profile.bass, &bass);
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
        opening.iter().for_each(|note| heard.opening[note % 12] += 1.0);
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
    fn a_key_is_the_same_twelve_notes_higher() {
        for up in 0..12u8 {
            let chords =
                [[0, 4, 7], [5, 9, 12], [7, 11, 14], [0, 4, 7]].map(|chord| chord.map(|n| n + usize::from(up)));
            assert_eq!(best_key(&heard(&chords, chords[0])), Key::new(up, false), "{up}");
        }
    }

    #[test]
    fn all_notes_alike_are_no_key() {
        let heard = Heard { all: [1.0; 12], bass: [1.0; 12], opening: [1.0; 12] };
        assert_eq!(best_key(&heard), None);
    }
}
