//! What people do to a beat grid, on the track that a deck plays.

use echelon_engine::deck::{BeatGrid, GridError, Track};

/// Taps further apart than that begin anew.
const LONGEST_GAP_SECS: f64 = 2.5;
/// The latest taps count.
const MAX_TAPS: usize = 64;

/// An edit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GridEdit {
    /// All of it by so many milliseconds, later if positive.
    Shift {
        /// In milliseconds.
        ms: f64,
    },
    /// Twice the tempo.
    Double,
    /// Half the tempo.
    Halve,
    /// The beat that is nearest to the playhead begins a bar.
    Downbeat,
    /// There is a beat where the playhead is; two or more in a row make a steady grid.
    Tap,
    /// Refuse all others, or not.
    Lock(bool),
}

/// Why a grid is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GridEditError {
    /// The deck is empty.
    #[error("there is no track on this deck")]
    NoTrack,
    /// It was not analysed yet, or no beats were found.
    #[error("this track has no beat grid: tap one")]
    NoGrid,
    /// Its own reason.
    #[error(transparent)]
    Grid(#[from] GridError),
}

/// The taps on a deck.
#[derive(Clone, Debug, Default)]
pub struct Taps(Vec<f64>);

impl Taps {
    /// One more, at a place of the track in seconds: those that belong together now.
    fn add(&mut self, secs: f64) -> &[f64] {
        let is_new = self.0.last().is_some_and(|last| !(*last < secs && secs - last <= LONGEST_GAP_SECS));
        if is_new {
            self.0.clear();
        } else if self.0.len() >= MAX_TAPS {
            self.0.remove(0);
        }
        self.0.push(secs);
        &self.0
    }
}

impl GridEdit {
    /// Does it. The playhead is at `position_secs`.
    ///
    /// # Errors
    /// [`GridEditError`]; then nothing has changed.
    pub fn apply(self, track: &Track, position_secs: f64, taps: &mut Taps) -> Result<(), GridEditError> {
        let rate = track.sample_rate();
        let mut grid = track.grid().cloned();
        if self == Self::Tap {
            let frames: Vec<f64> = taps.add(position_secs).iter().map(|secs| secs * rate).collect();
            if frames.len() < 2 {
                return Ok(());
            }
            match &mut grid {
                Some(grid) => grid.tap(&frames)?,
                None => grid = Some(BeatGrid::from_taps(&frames)?),
            }
        } else {
            let grid = grid.as_mut().ok_or(GridEditError::NoGrid)?;
            match self {
                Self::Shift { ms } => grid.shift(ms / 1e3 * rate)?,
                Self::Double => grid.double()?,
                Self::Halve => grid.halve()?,
                Self::Downbeat => grid.set_downbeat(position_secs * rate)?,
                Self::Lock(locked) => grid.set_locked(locked),
                Self::Tap => {}
            }
        }
        Ok(track.set_grid(grid)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track() -> Track {
        Track::new(vec![0.0; 4], vec![0.0; 4], 1_000.0 * 48.0).unwrap()
    }

    #[test]
    fn edits_reach_the_track() {
        let (track, mut taps) = (track().with_grid(BeatGrid::steady(0.0, 24_000.0).unwrap()), Taps::default());
        let mut edit = |edit: GridEdit, at_secs: f64| edit.apply(&track, at_secs, &mut taps);
        edit(GridEdit::Shift { ms: 10.0 }, 0.0).unwrap();
        assert_eq!(track.grid().unwrap().frame_at(0.0), 480.0);
        edit(GridEdit::Double, 0.0).unwrap();
        assert_eq!(track.grid().unwrap().frames_per_beat_at(0.0), 12_000.0);
        edit(GridEdit::Halve, 0.0).unwrap();
        edit(GridEdit::Downbeat, 1.0).unwrap();
        assert_eq!(track.grid().unwrap().frame_at(0.0), 48_480.0);
        edit(GridEdit::Lock(true), 0.0).unwrap();
        assert_eq!(edit(GridEdit::Double, 0.0), Err(GridError::Locked.into()));
        edit(GridEdit::Lock(false), 0.0).unwrap();
        assert_eq!(edit(GridEdit::Shift { ms: f64::NAN }, 0.0), Err(GridError::Invalid.into()));
        assert_eq!(track.grid().unwrap().frame_at(0.0), 48_480.0);
    }

    #[test]
    fn taps_make_a_grid_where_there_is_none_and_a_pause_begins_anew() {
        let (track, mut taps) = (track(), Taps::default());
        let mut edit = |edit: GridEdit, at_secs: f64| edit.apply(&track, at_secs, &mut taps);
        assert_eq!(edit(GridEdit::Double, 0.0), Err(GridEditError::NoGrid));
        edit(GridEdit::Tap, 3.0).unwrap();
        assert_eq!(track.grid(), None, "one tap is no tempo");
        for tap in [3.5, 4.0, 4.5] {
            edit(GridEdit::Tap, tap).unwrap();
        }
        let grid = track.grid().unwrap();
        assert!((grid.bpm_at(0.0, 48_000.0) - 120.0).abs() < 1e-6 && (grid.beat_at(144_000.0)).abs() < 1e-6);
        edit(GridEdit::Tap, 9.0).unwrap();
        edit(GridEdit::Tap, 9.4).unwrap();
        assert!((track.grid().unwrap().bpm_at(0.0, 48_000.0) - 150.0).abs() < 1e-6);
        edit(GridEdit::Tap, 9.2).unwrap();
        assert!((track.grid().unwrap().bpm_at(0.0, 48_000.0) - 150.0).abs() < 1e-6, "back is a new beginning, too");
    }
}
