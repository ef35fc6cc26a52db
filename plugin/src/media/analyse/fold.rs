//! The curves of a track, folded to one beat and to one bar.

use super::front::{GROUPS, Rises};
use super::meter::Meter;

/// Places within a beat.
pub const PLACES: usize = 96;

/// One curve for each part of the spectrum, above its least value.
type Curves = [Vec<f32>; GROUPS];

/// What is at each place.
#[derive(Debug)]
pub struct Fold {
    /// Rises, over a beat.
    pub groups: Curves,
    /// Rises of what is loud, over a beat.
    pub louds: Curves,
    /// The same over a bar.
    bar: Curves,
    /// Beats of the bar.
    beats: usize,
    /// How much the harmony changes, over a beat.
    pub chords: Vec<f32>,
}

impl Fold {
    /// `beat_of` says in which beat, and where in it, a value of the curves is.
    pub fn new(rises: &Rises, changes: &[f32], meter: Meter, beat_of: impl Fn(usize) -> f64) -> Self {
        let beats = meter.count();
        let in_bar: Vec<usize> = (0..rises.len()).map(|index| place_of(beat_of(index), beats)).collect();
        let in_beat: Vec<usize> = in_bar.iter().map(|place| place % PLACES).collect();
        let to_beat = |curve: &Vec<f32>| folded(curve, &in_beat, PLACES);
        Self {
            groups: rises.groups.each_ref().map(to_beat),
            louds: rises.louds.each_ref().map(to_beat),
            bar: rises.louds.each_ref().map(|curve| folded(curve, &in_bar, PLACES * beats)),
            beats,
            chords: folded(changes, &in_beat, PLACES),
        }
    }

    /// The least and the most that a group has around a place, of the beats of a bar; of the most that it has anywhere.
    pub fn extremes(&self, group: usize, place: usize, reach: usize) -> (f32, f32) {
        let curve = &self.bar[group];
        let most = curve.iter().copied().fold(1e-9, f32::max);
        let beats = (0..self.beats).map(|beat| near(curve, place + beat * PLACES, reach) / most);
        beats.fold((f32::MAX, 0.0), |(low, high), value| (low.min(value), high.max(value)))
    }
}

/// The most that a folded curve has around a place.
pub fn near(curve: &[f32], place: usize, reach: usize) -> f32 {
    let count = curve.len();
    (0..=2 * reach).map(|step| curve[(place + count + step - reach) % count]).fold(0.0, f32::max)
}

/// The mean of a curve at each place, above the least of them.
fn folded(curve: &[f32], places: &[usize], count: usize) -> Vec<f32> {
    let (mut sums, mut counts) = (vec![0.0f32; count], vec![0.0f32; count]);
    for (value, place) in curve.iter().zip(places) {
        sums[*place] += value;
        counts[*place] += 1.0;
    }
    sums.iter_mut().zip(&counts).for_each(|(sum, count)| *sum /= count.max(1.0));
    let floor = sums.iter().copied().fold(f32::MAX, f32::min);
    sums.iter_mut().for_each(|value| *value -= floor);
    sums
}

/// Of so many beats.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places, few and positive")]
fn place_of(beat: f64, beats: usize) -> usize {
    ((beat.rem_euclid(beats as f64) * PLACES as f64).round() as usize) % (PLACES * beats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_turns_from_beat_to_beat_is_low_and_high_in_the_bar() {
        // A kick each beat at its start, and a snare half a beat after every other one; a beat of 192 values.
        let hits = |every: usize, at: usize| -> Vec<f32> {
            (0..7_680).map(|index| if index % every == at { 1.0 } else { 0.0 }).collect()
        };
        let silence = vec![0.0; 7_680];
        let curves = [hits(192, 0), silence.clone(), hits(384, 96), silence.clone(), silence.clone()];
        let rises = Rises { groups: curves.clone(), louds: curves.clone(), levels: curves, rate_hz: 400.0 };
        let fold = Fold::new(&rises, &silence, Meter::Four, |index| index as f64 / 192.0);
        assert!(fold.extremes(0, 0, 2).0 > 0.9, "{:?}", fold.extremes(0, 0, 2));
        assert_eq!(fold.extremes(2, PLACES / 2, 2), (0.0, 1.0));
        assert_eq!(fold.extremes(2, 0, 2), (0.0, 0.0));
        assert!(fold.groups[0][0] > 0.0 && near(&fold.groups[0], PLACES - 2, 3) > 0.0);
    }
}
