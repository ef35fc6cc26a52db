//! From a tempo to a grid: where in the beat the beat is, and which beats begin the bars.

use echelon_engine::deck::{BeatGrid, Track};

use super::beats::{Found, confidence, strength};
use super::downbeat;
use super::drift::{self, Path};
use super::fold::Fold;
use super::front::Rises;
use super::meter::Meter;
use super::phase;
use super::starts::{Starts, first_attack};
use super::tempo::Tempo;

/// A tempo that moves finds something to follow in anything: more must speak for it, over more beats.
const LEAST_MOVING_STRENGTH: f64 = 0.3;
pub const LEAST_MOVING_BEATS: usize = 24;
/// What is up to this part of a beat before the track's beginning is its first beat: of a steady tempo, and of one that moves.
const EARLY_BEATS: f64 = 0.1;
const EARLY_MOVING_BEATS: f64 = 0.25;

/// All that was heard of a track's rhythm.
pub struct Heard<'a> {
    pub track: &'a Track,
    pub rises: &'a Rises,
    /// How much the harmony changes, for each value of the rises.
    pub changes: &'a [f32],
    /// All rises in one, without trend.
    pub curve: Vec<f32>,
}

impl Heard<'_> {
    /// The grid of a steady tempo.
    pub fn steady_grid(&self, tempo: Tempo, meter: Meter) -> Option<Found> {
        let period = 60.0 / tempo.bpm;
        let beats_per_hop = 1.0 / (period * self.rises.rate_hz);
        let (place, starts) = self.beat(period, meter, |index| index as f64 * beats_per_hop);
        let start = if place > 1.0 - EARLY_BEATS { place - 1.0 } else { place } * period;
        let secs = self.track.seconds();
        let beats: Vec<f64> = (0..).map(|beat| start + f64::from(beat) * period).take_while(|at| *at < secs).collect();
        let lag = phase::lag_secs(self.rises, &beats);
        let entries: Vec<(f64, f64)> = starts.entries.iter().map(|(beat, share)| (beat * period, *share)).collect();
        let down = self.downbeat(meter, &beats, &entries);
        let frame = (beats.get(down).copied().unwrap_or(start) + lag) * self.track.sample_rate();
        let mut grid = BeatGrid::steady(frame, period * self.track.sample_rate()).ok()?;
        grid.set_beats_per_bar(meter.beats()).ok()?;
        Some(Found { grid, bpm: tempo.bpm, confidence: confidence(tempo.strength) })
    }

    /// The grid that follows a tempo's path, if it fits the track at all.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, positive")]
    pub fn moving_grid(&self, path: &Path, meter: Meter) -> Option<Found> {
        let hops = drift::beats(&self.curve, self.rises.rate_hz, path);
        if hops.len() < LEAST_MOVING_BEATS {
            return None;
        }
        let beat_of = drift::between(&hops);
        let strength = strength(&self.curve, meter, &beat_of);
        if strength < LEAST_MOVING_STRENGTH {
            return None;
        }
        let secs_of = |hop: f64| hop / self.rises.rate_hz;
        let period = secs_of((hops[hops.len() - 1] - hops[0]) as f64 / (hops.len() - 1) as f64);
        let (place, starts) = self.beat(period, meter, &beat_of);
        let place = if place > 1.0 - EARLY_MOVING_BEATS { place - 1.0 } else { place };
        let rate = self.track.sample_rate();
        let mut grid = through(&hops.iter().map(|hop| secs_of(*hop as f64)).collect::<Vec<_>>(), place, rate)?;
        let beats = self.beats_secs(&grid);
        let lag = phase::lag_secs(self.rises, &beats);
        let hop_of = drift::at(&hops);
        let entries: Vec<(f64, f64)> =
            starts.entries.iter().map(|(beat, share)| (secs_of(hop_of(*beat)), *share)).collect();
        let down = self.downbeat(meter, &beats, &entries);
        grid.shift(lag * rate).ok()?;
        grid.set_downbeat((beats.get(down).copied()? + lag) * rate).ok()?;
        grid.set_beats_per_bar(meter.beats()).ok()?;
        Some(Found { grid, bpm: 60.0 / period, confidence: confidence(strength) })
    }

    /// Where in the count of `beat_of` the beat is, 0..1, and where parts begin in it.
    fn beat(&self, beat_secs: f64, meter: Meter, beat_of: impl Fn(usize) -> f64) -> (f64, Starts) {
        let starts = Starts::of(self.track, self.rises, beat_secs, &beat_of);
        let fold = Fold::new(self.rises, self.changes, meter, &beat_of);
        (phase::beat(&fold, beat_secs, &starts), starts)
    }

    /// Which of these beats is the first to begin a bar.
    fn downbeat(&self, meter: Meter, beats_secs: &[f64], entries_secs: &[(f64, f64)]) -> usize {
        let first_secs = first_attack(self.rises) as f64 / self.rises.rate_hz;
        downbeat::Bars { rises: self.rises, changes: self.changes, meter, beats_secs, first_secs, entries_secs }
            .downbeat()
    }

    /// All beats of a grid that are in the track.
    fn beats_secs(&self, grid: &BeatGrid) -> Vec<f64> {
        let rate = self.track.sample_rate();
        let last = grid.beat_at(self.track.num_frames() as f64).floor();
        let mut beat = grid.beat_at(-0.05 * rate).ceil();
        let mut beats = Vec::new();
        while beat <= last {
            beats.push(grid.frame_at(beat) / rate);
            beat += 1.0;
        }
        beats
    }
}

/// The grid through strokes, of which the first is at beat 0, if the beat is at this place between them.
fn through(strokes_secs: &[f64], place: f64, rate: f64) -> Option<BeatGrid> {
    let fitted = drift::places(strokes_secs);
    let points: Vec<(f64, f64)> = fitted.iter().map(|(beat, secs)| (secs * rate, beat - place)).collect();
    BeatGrid::through(&points).ok()
}
