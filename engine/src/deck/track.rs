//! Decoded audio in memory.

/// A decoded stereo track. Immutable; shared by the control side and one deck.
#[derive(Debug)]
pub struct Track {
    left: Box<[f32]>,
    right: Box<[f32]>,
    sample_rate: f64,
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
        Ok(Self { left: left.into(), right: right.into(), sample_rate })
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
}
