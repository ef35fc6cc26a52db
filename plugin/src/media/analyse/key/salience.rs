//! From tones to notes: a note sounds with its overtones, and most tones are overtones of something.
//!
//! The tones of a look, by semitone, are taken to be a sum of notes of which each has the same overtones; how much there is
//! of each note, never less than nothing, is what is nearest to the tones by least squares (Lee and Seung's steps).

use super::spectrum::{LOWEST_HZ, Tone, semitones};

/// Notes that are told apart, from [`lowest`] on: up to C7.
pub const NOTES: usize = 69;
/// Semitones above a note of its overtones, from the note itself on; and from one's amplitude to the next one's.
const OVERTONES: [usize; 8] = [0, 12, 19, 24, 28, 31, 34, 36];
const FALL: f64 = 0.7;
/// Steps towards the least squares: few notes change after that.
const STEPS: usize = 20;

/// Semitones above C0 of the first note.
pub fn lowest() -> f64 {
    semitones(LOWEST_HZ).ceil()
}

/// How much there is of each note. `tuning` is by how many semitones the track is above 440 Hz.
pub fn notes(tones: &[Tone], tuning: f64) -> [f64; NOTES] {
    fitted(&by_semitone(tones, tuning))
}

/// The strongest tone of each semitone; one between two keys of the piano says little.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be an index")]
fn by_semitone(tones: &[Tone], tuning: f64) -> [f64; NOTES] {
    let mut all = [0.0; NOTES];
    for (semitones, rises) in tones {
        let place = semitones - tuning - lowest();
        let near = 1.0 - (2.0 * (place - place.round())).abs();
        if place.round() >= 0.0
            && let Some(own) = all.get_mut(place.round() as usize)
        {
            *own = f64::max(*own, rises * near);
        }
    }
    all
}

fn fitted(tones: &[f64; NOTES]) -> [f64; NOTES] {
    let mut notes = *tones;
    let aims = seen_from(tones);
    for _ in 0..STEPS {
        let are = seen_from(&sounding(&notes));
        for ((note, aim), is) in notes.iter_mut().zip(&aims).zip(&are) {
            *note *= aim / is.max(1e-9);
        }
    }
    notes
}

/// The tones of notes.
fn sounding(notes: &[f64; NOTES]) -> [f64; NOTES] {
    let mut tones = [0.0; NOTES];
    for (at, note) in notes.iter().enumerate() {
        let mut level = *note;
        for above in OVERTONES {
            if let Some(tone) = tones.get_mut(at + above) {
                *tone += level;
            }
            level *= FALL;
        }
    }
    tones
}

/// How much of each note's own sound is in the tones: the transpose of [`sounding`].
fn seen_from(tones: &[f64; NOTES]) -> [f64; NOTES] {
    std::array::from_fn(|at| {
        let mut level = 1.0;
        let mut sum = 0.0;
        for above in OVERTONES {
            sum += level * tones.get(at + above).copied().unwrap_or(0.0);
            level *= FALL;
        }
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overtones_are_no_notes() {
        // C3, E3 and G3 with seven overtones each.
        let chord = [36.0, 40.0, 43.0];
        let mut tones = Vec::new();
        for root in chord {
            for number in 1..=8 {
                tones.push((root + 12.0 * f64::from(number).log2(), 5.0 * 0.7f64.powi(number - 1)));
            }
        }
        let found = notes(&tones, 0.0);
        let mut order: Vec<usize> = (0..NOTES).collect();
        order.sort_by(|a, b| found[*b].total_cmp(&found[*a]));
        let mut strongest: Vec<f64> = order[..3].iter().map(|at| *at as f64 + lowest()).collect();
        strongest.sort_by(f64::total_cmp);
        assert_eq!(strongest, chord);
        let rest: f64 = order[3..].iter().map(|at| found[*at]).sum();
        let own: f64 = order[..3].iter().map(|at| found[*at]).sum();
        assert!(rest < 0.4 * own, "{rest} of {own}");
    }
}
