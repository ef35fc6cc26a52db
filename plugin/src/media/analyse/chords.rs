//! Where the harmony changes. Chords mostly change with the bar, so they tell how long one is.

use super::front::Rises;
use super::key::Notes;

/// Looks before a moment and after it that are compared: half a second each.
const LOOKS: usize = 3;

/// How much the notes after a moment differ from those before it, 0..2, for each value of the rhythm's curves.
pub fn changes(notes: &Notes, rises: &Rises) -> Vec<f32> {
    let looks: Vec<[f64; 12]> = notes.classes().collect();
    let sum =
        |looks: &[[f64; 12]]| -> [f64; 12] { std::array::from_fn(|class| looks.iter().map(|look| look[class]).sum()) };
    let change = |at: usize| -> f32 {
        let (start, end) = (at.saturating_sub(LOOKS), (at + LOOKS).min(looks.len()));
        differ(&sum(&looks[start..at]), &sum(&looks[at..end]))
    };
    let changes: Vec<f32> = (0..looks.len()).map(change).collect();
    resampled(&changes, 1.0 / (notes.hop_secs() * rises.rate_hz), rises.len())
}

/// One less how alike they are, as far as they are above or below their mean; silence differs from nothing.
#[allow(clippy::cast_possible_truncation, reason = "0..2")]
fn differ(a: &[f64; 12], b: &[f64; 12]) -> f32 {
    let evened = |notes: &[f64; 12]| {
        let mean = notes.iter().sum::<f64>() / 12.0;
        notes.map(|note| note - mean)
    };
    let (a, b) = (evened(a), evened(b));
    let dot = |a: &[f64; 12], b: &[f64; 12]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let size = (dot(&a, &a) * dot(&b, &b)).sqrt();
    if size > 1e-9 { (1.0 - dot(&a, &b) / size) as f32 } else { 0.0 }
}

/// So many values, of which each is `step` of the old ones further.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, positive")]
fn resampled(values: &[f32], step: f64, count: usize) -> Vec<f32> {
    let last = values.len().saturating_sub(1);
    let at = |index: usize| values.get(index.min(last)).copied().unwrap_or(0.0);
    let value = |index: usize| {
        let place = index as f64 * step;
        let (before, part) = (place as usize, place.fract() as f32);
        at(before) * (1.0 - part) + at(before + 1) * part
    };
    (0..count).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(root: usize) -> [f64; 12] {
        let mut notes = [0.0; 12];
        [0, 4, 7].iter().for_each(|above| notes[(root + above) % 12] = 1.0);
        notes
    }

    #[test]
    fn a_chord_differs_from_another_and_not_from_itself_or_silence() {
        assert!(differ(&chord(0), &chord(0)) < 1e-6);
        assert!(differ(&chord(0), &chord(2)) > 0.9);
        assert_eq!(differ(&chord(0), &[0.0; 12]), 0.0);
    }

    #[test]
    fn values_between_the_old_ones_lie_between_them() {
        assert_eq!(resampled(&[0.0, 1.0, 3.0], 0.5, 6), [0.0, 0.5, 1.0, 2.0, 3.0, 3.0]);
        assert_eq!(resampled(&[], 0.5, 2), [0.0, 0.0]);
    }
}
