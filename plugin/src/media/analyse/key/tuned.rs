//! What drums are tuned to is no harmony: a kick rings at 50 Hz under every chord, a cowbell at 840.
//!
//! Two signs tell it from the notes of chords: it is there all the time, whatever the chord; and, in the bass, the chord above
//! does not have it. Both only weigh less what has them: a bass that stays on the tonic has that note above it.

use super::notes::Classes;
use super::salience::{NOTES, lowest};
use super::spectrum::semitones;

/// What is there at this part of the looks at least is always there; and how much of that is taken: a chord may stay, too.
const ALWAYS: f64 = 0.75;
const TAKEN: f64 = 0.7;
/// Kicks ring below, cowbells and snares above; between them are the notes that chords have in common.
const KICKS_HZ: f64 = 70.0;
const BELLS_HZ: f64 = 700.0;
/// Looks count that have this much of the middling one.
const LOUD: f64 = 0.3;
/// With fewer, nothing is known about always.
const LEAST_LOOKS: usize = 4;
/// A bass note counts in full from this part of the strongest note above it on, and without any this much of it.
const SUPPORTED: f64 = 0.3;
const LONE: f64 = 0.1;

/// Takes from low and high notes most of what there is of them at nearly all looks.
pub fn take_steady(looks: &mut [[f64; NOTES]]) {
    let totals: Vec<f64> = looks.iter().map(|notes| notes.iter().sum()).collect();
    let mut sounding: Vec<f64> = totals.iter().copied().filter(|total| *total > 0.0).collect();
    let least = LOUD * quantile(&mut sounding, 0.5);
    let loud: Vec<usize> = (0..looks.len()).filter(|look| totals[*look] > least).collect();
    if loud.len() < LEAST_LOOKS {
        return;
    }
    let is_of_drums = |note: &usize| {
        let pitch = *note as f64 + lowest();
        pitch < semitones(KICKS_HZ) || pitch > semitones(BELLS_HZ)
    };
    for note in (0..NOTES).filter(is_of_drums) {
        let mut values: Vec<f64> = loud.iter().map(|look| looks[*look][note]).collect();
        let steady = TAKEN * quantile(&mut values, 1.0 - ALWAYS);
        looks.iter_mut().for_each(|notes| notes[note] = (notes[note] - steady).max(0.0));
    }
}

/// The same looks with less of the bass that has no support above it, in its own look and its neighbours.
pub fn without_lone_basses(looks: &[Classes]) -> Vec<Classes> {
    let above = |at: usize| -> [f64; 12] {
        let near = &looks[at.saturating_sub(1)..(at + 2).min(looks.len())];
        std::array::from_fn(|class| near.iter().map(|look| (look.all[class] - look.bass[class]).max(0.0)).sum())
    };
    let mended = |(at, look): (usize, &Classes)| {
        let above = above(at);
        let most = above.iter().copied().fold(1e-9, f64::max);
        let bass = std::array::from_fn(|class| {
            let support = (above[class] / most / SUPPORTED).min(1.0);
            look.bass[class] * (LONE + (1.0 - LONE) * support)
        });
        let all = std::array::from_fn(|class| (look.all[class] - look.bass[class]).max(0.0) + bass[class]);
        Classes { bass, all, ..*look }
    };
    looks.iter().enumerate().map(mended).collect()
}

/// What so large a part of the values is below; 0 of none.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, positive")]
fn quantile(values: &mut [f64], part: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let at = (part * (values.len() - 1) as f64).round() as usize;
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sounds_at_every_look_is_taken_and_what_comes_and_goes_stays() {
        // Note 3 rings all the time, 30 and 40 in turn; one look is nearly silent.
        let mut looks = vec![[0.0; NOTES]; 17];
        for (at, notes) in looks.iter_mut().enumerate().take(16) {
            notes[3] = 2.0;
            notes[if at % 2 == 0 { 30 } else { 40 }] = 1.0;
        }
        take_steady(&mut looks);
        assert!(looks.iter().take(16).all(|notes| (notes[3] - 2.0 * (1.0 - TAKEN)).abs() < 1e-9));
        assert_eq!((looks[0][30], looks[1][40], looks[1][30]), (1.0, 1.0, 0.0));
        let mut short = vec![[1.0; NOTES]; 3];
        take_steady(&mut short);
        assert_eq!(short[0][3], 1.0);
    }

    #[test]
    fn a_bass_note_that_the_chord_has_counts_more_than_one_that_it_has_not() {
        // C major above; C and F# in the bass.
        let mut look = Classes { middle_secs: 0.0, all: [0.0; 12], bass: [0.0; 12] };
        [0, 4, 7].iter().for_each(|class| look.all[*class] = 1.0);
        for class in [0, 6] {
            look.bass[class] = 1.0;
            look.all[class] += 1.0;
        }
        let mended = without_lone_basses(&[look, look, look])[1];
        assert_eq!((mended.bass[0], mended.bass[6]), (1.0, LONE));
        assert!((mended.all[6] - LONE).abs() < 1e-12 && (mended.all[0] - 2.0).abs() < 1e-12);
    }
}
