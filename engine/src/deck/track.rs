//! Decoded audio in memory.

use super::grid::{BeatGrid, GridError};
use super::latest::Latest;

/// A decoded stereo track, shared by the control side and one deck. Its samples never change; its beat grid may come
/// later, and be edited, while the deck plays.
#[derive(Debug)]
pub struct Track {
    left: Box<[f32]>,
    right: Box<[f32]>,
    sample_rate: f64,
    grid: Latest<Option<BeatGrid>>,
}

/// Why samples do not make a track.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum TrackError {
    /// No frames at all.
    #[error("the file holds no audio")]
    Empty,
    /// The channels differ in length.
    #[error("the channels differ in length: {left} and {right} frames")]
    Uneven {
        /// Frames on the left.
        left: usize,
        /// Frames on the right.
        right: usize,
    },
    /// A rate outside 8 to 192 kHz.
    #[error("a sample rate of {0} Hz is outside 8000..192000 Hz")]
    SampleRate(f64),
}

impl Track {
    /// Two channels of equal length. Samples that are not finite become silence.
    ///
    /// # Errors
    /// [`TrackError`] if there are no frames, the channels differ in length, or the rate is outside 8..192 kHz.
    pub fn new(mut left: Vec<f32>, mut right: Vec<f32>, sample_rate: f64) -> Result<Self, TrackError> {
        if left.is_empty() && right.is_empty() {
            return Err(TrackError::Empty);
        }
        if left.len() != right.len() {
            return Err(TrackError::Uneven { left: left.len(), right: right.len() });
        }
        if !(8_000.0..=192_000.0).contains(&sample_rate) {
            return Err(TrackError::SampleRate(sample_rate));
        }
        for sample in left.iter_mut().chain(&mut right) {
            if !sample.is_finite() {
                *sample = 0.0;
            }
        }
        Ok(Self { left: left.into(), right: right.into(), sample_rate, grid: Latest::default() })
    }

    /// The same with a beat grid.
    #[must_use]
    pub fn with_grid(self, grid: BeatGrid) -> Self {
        let latest = Latest::default();
        // The first of many that there is room for.
        let _ = latest.set(Some(grid));
        Self { grid: latest, ..self }
    }

    /// Where its beats are, as far as is known now: `None` before it was analysed, and of a track without beats. Look it
    /// up once a block: it may be another one the next time.
    ///
    /// # Real-time
    /// No allocation, no lock.
    #[must_use]
    pub fn grid(&self) -> Option<&BeatGrid> {
        self.grid.get()?.as_ref()
    }

    /// Gives it another beat grid, or takes it away; the deck that plays it goes by that from its next block on. Not on
    /// the audio thread.
    ///
    /// # Errors
    /// [`GridError::TooManyChanges`] after [`MAX_CHANGES`](super::MAX_CHANGES).
    pub fn set_grid(&self, grid: Option<BeatGrid>) -> Result<(), GridError> {
        if self.grid() == grid.as_ref() {
            return Ok(());
        }
        self.grid.set(grid).map_err(|_| GridError::TooManyChanges)
    }

    /// Length in frames; at least 1.
    #[must_use]
    pub fn num_frames(&self) -> usize {
        self.left.len()
    }

    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.num_frames() as f64 / self.sample_rate
    }

    /// In Hz.
    #[must_use]
    pub const fn sample_rate(&self) -> f64 {
        self.sample_rate
    }

    /// The left channel.
    #[must_use]
    pub fn left(&self) -> &[f32] {
        &self.left
    }

    /// The right channel.
    #[must_use]
    pub fn right(&self) -> &[f32] {
        &self.right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_no_track() {
        assert_eq!(Track::new(vec![], vec![], 48e3).unwrap_err(), TrackError::Empty);
        assert_eq!(Track::new(vec![0.0], vec![], 48e3).unwrap_err(), TrackError::Uneven { left: 1, right: 0 });
        assert_eq!(Track::new(vec![0.0], vec![0.0], 7999.0).unwrap_err(), TrackError::SampleRate(7999.0));
    }

    #[test]
    fn what_is_not_finite_becomes_silence() {
        let track = Track::new(vec![f32::NAN, 0.5], vec![f32::INFINITY, -0.5], 44_100.0).unwrap();
        assert_eq!((track.left(), track.right()), (&[0.0, 0.5][..], &[0.0, -0.5][..]));
        assert_eq!(track.num_frames(), 2);
    }

    #[test]
    fn a_grid_reaches_those_who_have_the_track_already() {
        let track = std::sync::Arc::new(Track::new(vec![0.0; 8], vec![0.0; 8], 48e3).unwrap());
        let on_deck = track.clone();
        assert_eq!(on_deck.grid(), None);
        let (first, second) = (BeatGrid::steady(0.0, 24_000.0).unwrap(), BeatGrid::steady(3.0, 22_500.0).unwrap());
        track.set_grid(Some(first.clone())).unwrap();
        let read = on_deck.grid().unwrap();
        track.set_grid(Some(second.clone())).unwrap();
        assert_eq!((read, on_deck.grid()), (&first, Some(&second)), "who reads one may go on with it");
        track.set_grid(None).unwrap();
        assert_eq!(on_deck.grid(), None);
        let fresh = Track::new(vec![0.0; 8], vec![0.0; 8], 48e3).unwrap().with_grid(first.clone());
        assert_eq!(fresh.grid(), Some(&first));
    }

    #[test]
    fn the_same_grid_again_is_no_change() {
        let track = Track::new(vec![0.0], vec![0.0], 48e3).unwrap();
        let grid = |frame: usize| Some(BeatGrid::steady(frame as f64, 24_000.0).unwrap());
        for _ in 0..2 {
            (0..super::super::MAX_CHANGES / 2).for_each(|frame| track.set_grid(grid(frame)).unwrap());
        }
        assert_eq!(track.set_grid(grid(super::super::MAX_CHANGES / 2 - 1)), Ok(()));
        assert_eq!(track.set_grid(grid(0)), Err(GridError::TooManyChanges));
    }
}
