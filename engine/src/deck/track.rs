//! Decoded audio in memory.

use std::sync::Arc;

use super::grid::{BeatGrid, GridError};
use super::latest::Latest;
use super::samples::{Samples, Sound, TrackWriter};

/// A decoded stereo track, shared by the control side and one deck. Samples that are there never change; the later ones
/// may still be coming, and its beat grid may come later, and be edited, while the deck plays.
#[derive(Debug)]
pub struct Track {
    samples: Samples,
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
    /// The system does not give the memory for it.
    #[error("there is not enough memory for it")]
    NoMemory,
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
        check_rate(sample_rate)?;
        for sample in left.iter_mut().chain(&mut right) {
            if !sample.is_finite() {
                *sample = 0.0;
            }
        }
        Ok(Self { samples: Samples::whole(left, right), sample_rate, grid: Latest::default() })
    }

    /// A track whose samples are yet to come, of so many frames by all that is known, and the only one that can append
    /// them: at most `capacity_frames`, for which the memory is taken now. A deck may have it before the last is there:
    /// what it comes to too early is silent.
    ///
    /// # Errors
    /// [`TrackError`] if it has no frames, the rate is outside 8..192 kHz, or there is no memory.
    pub fn coming(
        num_frames: usize,
        capacity_frames: usize,
        sample_rate: f64,
    ) -> Result<(Arc<Self>, TrackWriter), TrackError> {
        if num_frames == 0 {
            return Err(TrackError::Empty);
        }
        check_rate(sample_rate)?;
        let samples = Samples::coming(num_frames, capacity_frames.max(num_frames)).ok_or(TrackError::NoMemory)?;
        let track = Arc::new(Self { samples, sample_rate, grid: Latest::default() });
        Ok((track.clone(), TrackWriter::new(track)))
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

    /// Length in frames; at least 1. While samples are coming it is what its file says, and may be corrected.
    #[must_use]
    pub fn num_frames(&self) -> usize {
        self.samples.num_frames().max(1)
    }

    /// How many frames are there; they stay, and no more than the length.
    #[must_use]
    pub fn ready_frames(&self) -> usize {
        self.samples.published()
    }

    /// Whether no more samples will come.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.samples.is_whole()
    }

    /// How many frames its memory was taken for.
    #[must_use]
    pub fn capacity_frames(&self) -> usize {
        self.samples.capacity()
    }

    pub(super) const fn samples(&self) -> &Samples {
        &self.samples
    }

    /// What is there of it now, for reading it frame by frame: look it up once a block.
    #[inline]
    pub(super) fn sound(&self) -> Sound<'_> {
        self.samples.sound()
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

    /// The left channel, as far as it is there.
    #[must_use]
    pub fn left(&self) -> &[f32] {
        self.samples.left()
    }

    /// The right channel, as far as it is there. It may be longer than a [`left`](Self::left) that was looked at before.
    #[must_use]
    pub fn right(&self) -> &[f32] {
        self.samples.right()
    }
}

fn check_rate(sample_rate: f64) -> Result<(), TrackError> {
    let is_playable = (8_000.0..=192_000.0).contains(&sample_rate);
    if is_playable { Ok(()) } else { Err(TrackError::SampleRate(sample_rate)) }
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
