//! A track's beat grid: from frames of the track to beats and back, with steady or moving tempo, and its edits.
//!
//! Beat 0 is the first beat of a bar; so is every multiple of [`BeatGrid::beats_per_bar`] before and after it.
//! Looking something up neither allocates nor loops over more than the logarithm of the places: fit for the audio
//! thread. Edits allocate: control side only.

/// A grid has at most this many places; more are thinned out.
pub const MAX_GRID_PLACES: usize = 65_536;

/// The slowest and fastest beat that a grid may have, in frames, at any sample rate.
const FRAMES_PER_BEAT: std::ops::RangeInclusive<f64> = 16.0..=1.0e8;

/// From this frame on, until the next place, the tempo is this.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Place {
    frame: f64,
    beat: f64,
    frames_per_beat: f64,
}

/// Where the beats of a track are.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct BeatGrid {
    /// At least one, rising in both frame and beat, each where the one before it leads.
    places: Box<[Place]>,
    beats_per_bar: u8,
    locked: bool,
}

/// Why a grid is not, or not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GridError {
    /// Its owner locked it.
    #[error("the beat grid is locked")]
    Locked,
    /// Numbers that are no grid: not finite, not rising, or no tempo at all.
    #[error("this is no beat grid: frames and beats must rise, at a tempo that can be played")]
    Invalid,
    /// A tempo needs two taps at least.
    #[error("a tempo needs at least two taps")]
    TooFewTaps,
    /// Every grid that a track had is kept while it is loaded: there is no more room.
    #[error("the beat grid was changed too often: load the track again")]
    TooManyChanges,
}

impl BeatGrid {
    /// A steady tempo: a bar begins at `frame`.
    ///
    /// # Errors
    /// [`GridError::Invalid`].
    pub fn steady(frame: f64, frames_per_beat: f64) -> Result<Self, GridError> {
        Self::checked(vec![Place { frame, beat: 0.0, frames_per_beat }], 4)
    }

    /// A moving tempo: through these points of (frame, beat), with the tempo of the first and last pair beyond them.
    ///
    /// # Errors
    /// [`GridError::Invalid`] if they are fewer than two or do not rise.
    pub fn through(points: &[(f64, f64)]) -> Result<Self, GridError> {
        let thinning = points.len().div_ceil(MAX_GRID_PLACES).max(1);
        let points: Vec<(f64, f64)> = points.iter().copied().step_by(thinning).collect();
        let mut places: Vec<Place> = points
            .windows(2)
            .map(|pair| Place {
                frame: pair[0].0,
                beat: pair[0].1,
                frames_per_beat: (pair[1].0 - pair[0].0) / (pair[1].1 - pair[0].1),
            })
            .collect();
        // The last point is where the last pair leads; it is kept so that edits near the end find a place.
        if let (Some(place), Some(point)) = (places.last().copied(), points.last()) {
            places.push(Place { frame: point.0, beat: point.1, ..place });
        }
        Self::checked(places, 4)
    }

    /// The tempo and beat that taps at these frames mean; the first tap begins a bar.
    ///
    /// # Errors
    /// [`GridError::TooFewTaps`], or [`GridError::Invalid`] if the frames do not rise.
    pub fn from_taps(frames: &[f64]) -> Result<Self, GridError> {
        if frames.len() < 2 {
            return Err(GridError::TooFewTaps);
        }
        if frames.windows(2).any(|pair| pair[1] <= pair[0]) {
            return Err(GridError::Invalid);
        }
        // A straight line by least squares: every tap counts, not only the first and last.
        let count = frames.len() as f64;
        let middle = (count - 1.0) / 2.0;
        let mean = frames.iter().sum::<f64>() / count;
        let (mut up, mut down) = (0.0, 0.0);
        for (index, frame) in frames.iter().enumerate() {
            let beats = index as f64 - middle;
            up += beats * (frame - mean);
            down += beats * beats;
        }
        Self::steady(mean - middle * up / down, up / down)
    }

    fn checked(places: Vec<Place>, beats_per_bar: u8) -> Result<Self, GridError> {
        let sound = |place: &Place| {
            place.frame.is_finite() && place.beat.is_finite() && FRAMES_PER_BEAT.contains(&place.frames_per_beat)
        };
        let rising = |pair: &[Place]| pair[1].frame > pair[0].frame && pair[1].beat > pair[0].beat;
        if places.is_empty() || !places.iter().all(sound) || !places.windows(2).all(rising) || beats_per_bar == 0 {
            return Err(GridError::Invalid);
        }
        Ok(Self { places: places.into(), beats_per_bar, locked: false })
    }

    /// Whether the tempo never changes.
    #[must_use]
    pub const fn is_steady(&self) -> bool {
        self.places.len() == 1
    }

    /// Whether edits are refused.
    #[must_use]
    pub const fn is_locked(&self) -> bool {
        self.locked
    }

    /// Beats of a bar; at least 1.
    #[must_use]
    pub const fn beats_per_bar(&self) -> u8 {
        self.beats_per_bar
    }

    /// The beat at a frame of the track; both may lie between.
    #[must_use]
    pub fn beat_at(&self, frame: f64) -> f64 {
        let place = self.place_of_frame(frame);
        place.beat + (frame - place.frame) / place.frames_per_beat
    }

    /// The frame of a beat; both may lie between.
    #[must_use]
    pub fn frame_at(&self, beat: f64) -> f64 {
        let place = self.places[self.places.partition_point(|place| place.beat <= beat).saturating_sub(1)];
        place.frame + (beat - place.beat) * place.frames_per_beat
    }

    /// Frames of a beat at a frame.
    #[must_use]
    pub fn frames_per_beat_at(&self, frame: f64) -> f64 {
        self.place_of_frame(frame).frames_per_beat
    }

    /// The tempo at a frame of a track with this sample rate, in beats a minute.
    #[must_use]
    pub fn bpm_at(&self, frame: f64, sample_rate: f64) -> f64 {
        60.0 * sample_rate / self.frames_per_beat_at(frame)
    }

    /// The whole beat that is nearest to a frame.
    #[must_use]
    pub fn nearest_beat(&self, frame: f64) -> f64 {
        self.beat_at(frame).round()
    }

    /// Which beat of its bar a whole beat is, from 0: the first.
    #[must_use]
    pub fn beat_in_bar(&self, beat: f64) -> f64 {
        beat.rem_euclid(f64::from(self.beats_per_bar))
    }

    fn place_of_frame(&self, frame: f64) -> Place {
        self.places[self.places.partition_point(|place| place.frame <= frame).saturating_sub(1)]
    }

    /// Locks it against edits, or unlocks it.
    pub const fn set_locked(&mut self, locked: bool) {
        self.locked = locked;
    }

    /// Moves all of it by a number of frames, later if positive.
    ///
    /// # Errors
    /// [`GridError::Locked`]; [`GridError::Invalid`] if the number is not finite.
    pub fn shift(&mut self, frames: f64) -> Result<(), GridError> {
        self.edit(|place| place.frame += frames)
    }

    /// Twice as many beats; beat 0 stays.
    ///
    /// # Errors
    /// [`GridError::Locked`]; [`GridError::Invalid`] if that is too fast.
    pub fn double(&mut self) -> Result<(), GridError> {
        self.edit(|place| {
            place.beat *= 2.0;
            place.frames_per_beat /= 2.0;
        })
    }

    /// Half as many beats; beat 0 stays.
    ///
    /// # Errors
    /// [`GridError::Locked`]; [`GridError::Invalid`] if that is too slow.
    pub fn halve(&mut self) -> Result<(), GridError> {
        self.edit(|place| {
            place.beat /= 2.0;
            place.frames_per_beat *= 2.0;
        })
    }

    /// The beat that is nearest to this frame begins a bar, and is beat 0 from now on. The grid does not move.
    ///
    /// # Errors
    /// [`GridError::Locked`]; [`GridError::Invalid`] if the frame is not finite.
    pub fn set_downbeat(&mut self, frame: f64) -> Result<(), GridError> {
        let beat = self.nearest_beat(frame);
        self.edit(|place| place.beat -= beat)
    }

    /// Puts the nearest beat exactly on this frame: all of a steady grid moves; of a moving one only what lies within
    /// the places next to it, so that a place that was put right stays right.
    ///
    /// # Errors
    /// [`GridError::Locked`]; [`GridError::Invalid`] if the frame is not finite or its neighbours are too near.
    pub fn set_anchor(&mut self, frame: f64) -> Result<(), GridError> {
        let beat = self.nearest_beat(frame);
        if self.is_steady() {
            return self.shift(frame - self.frame_at(beat));
        }
        self.refuse_if_locked()?;
        let mut points: Vec<(f64, f64)> = self.places.iter().map(|place| (place.frame, place.beat)).collect();
        let at = points.partition_point(|point| point.1 < beat);
        match points.get_mut(at).filter(|point| (point.1 - beat).abs() < 1e-9) {
            Some(point) => point.0 = frame,
            None => points.insert(at, (frame, beat)),
        }
        let beats_per_bar = self.beats_per_bar;
        *self = Self { beats_per_bar, ..Self::through(&points)? };
        Ok(())
    }

    /// Another steady tempo, in frames of a beat; the beat that is nearest to `frame` stays where it is.
    ///
    /// # Errors
    /// [`GridError::Locked`]; [`GridError::Invalid`] if it is no tempo.
    pub fn set_tempo(&mut self, frame: f64, frames_per_beat: f64) -> Result<(), GridError> {
        self.refuse_if_locked()?;
        let beat = self.nearest_beat(frame);
        let place = Place { frame: self.frame_at(beat), beat, frames_per_beat };
        *self = Self::checked(vec![place], self.beats_per_bar)?;
        Ok(())
    }

    /// The tempo that taps at these frames mean, throughout; the first tap begins a bar.
    ///
    /// # Errors
    /// [`GridError::Locked`], and those of [`BeatGrid::from_taps`].
    pub fn tap(&mut self, frames: &[f64]) -> Result<(), GridError> {
        self.refuse_if_locked()?;
        *self = Self { beats_per_bar: self.beats_per_bar, ..Self::from_taps(frames)? };
        Ok(())
    }

    /// Beats of a bar, 1..=255.
    ///
    /// # Errors
    /// [`GridError::Locked`]; [`GridError::Invalid`] for 0.
    pub fn set_beats_per_bar(&mut self, beats: u8) -> Result<(), GridError> {
        self.refuse_if_locked()?;
        if beats == 0 {
            return Err(GridError::Invalid);
        }
        self.beats_per_bar = beats;
        Ok(())
    }

    fn refuse_if_locked(&self) -> Result<(), GridError> {
        if self.locked { Err(GridError::Locked) } else { Ok(()) }
    }

    /// Changes every place; nothing if one of them would be none.
    fn edit(&mut self, change: impl Fn(&mut Place)) -> Result<(), GridError> {
        self.refuse_if_locked()?;
        let mut places = self.places.to_vec();
        places.iter_mut().for_each(change);
        *self = Self::checked(places, self.beats_per_bar)?;
        Ok(())
    }
}

/// As it is written to disk; read back through the same checks as any other grid.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Stored {
    places: Vec<Place>,
    beats_per_bar: u8,
    #[serde(default)]
    locked: bool,
}

impl TryFrom<Stored> for BeatGrid {
    type Error = GridError;

    fn try_from(stored: Stored) -> Result<Self, GridError> {
        let mut grid = Self::checked(stored.places, stored.beats_per_bar)?;
        grid.locked = stored.locked;
        Ok(grid)
    }
}

impl From<BeatGrid> for Stored {
    fn from(grid: BeatGrid) -> Self {
        Self { places: grid.places.into_vec(), beats_per_bar: grid.beats_per_bar, locked: grid.locked }
    }
}

#[cfg(test)]
mod tests;
