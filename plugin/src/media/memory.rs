//! How much memory the tracks of a rig may take together.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use echelon_engine::deck::Track;

use super::decode::{DecodedTrack, MAX_TRACK_BYTES};
use super::error::LoadError;

/// What all tracks of a rig may take together, in MiB, if nobody says otherwise: four decks with half an hour each at
/// 48 kHz, and what they replace.
pub const DEFAULT_TRACK_MEMORY_MIB: usize = 4096;
/// The environment's variable that says otherwise, in MiB.
pub const TRACK_MEMORY_VARIABLE: &str = "ECHELON_TRACK_MEMORY_MIB";

/// Two channels of `f32`.
const BYTES_PER_FRAME: usize = 8;

/// Counts the tracks that are still held by anyone: a deck, an undo, a fade to what replaces it, a queue.
#[derive(Debug)]
pub(super) struct TrackMemory {
    budget: usize,
    tracks: Mutex<Vec<Weak<Track>>>,
}

impl TrackMemory {
    /// With a budget in bytes.
    pub(super) const fn new(budget: usize) -> Self {
        Self { budget, tracks: Mutex::new(Vec::new()) }
    }

    /// With the budget that the environment names, or the default.
    pub(super) fn from_env() -> Self {
        let said = std::env::var(TRACK_MEMORY_VARIABLE).ok();
        Self::new(mebibytes(said.as_deref()) << 20)
    }

    /// What is taken now, in bytes.
    pub(super) fn used(&self) -> usize {
        let mut tracks = self.tracks.lock().unwrap_or_else(PoisonError::into_inner);
        tracks.retain(|track| track.strong_count() > 0);
        tracks.iter().filter_map(Weak::upgrade).map(|track| track.num_frames() * BYTES_PER_FRAME).sum()
    }

    /// Decodes a track into what is left, and counts it.
    ///
    /// # Errors
    /// [`LoadError::NoRoom`] if it is only for the other tracks that it does not fit; else those of `decode`.
    pub(super) fn load(
        &self,
        decode: impl FnOnce(usize) -> Result<DecodedTrack, LoadError>,
    ) -> Result<DecodedTrack, LoadError> {
        let used = self.used();
        let left = self.budget.saturating_sub(used).min(MAX_TRACK_BYTES);
        let is_tight = left < self.budget.min(MAX_TRACK_BYTES);
        match decode(left) {
            Ok(decoded) => {
                let mut tracks = self.tracks.lock().unwrap_or_else(PoisonError::into_inner);
                tracks.push(Arc::downgrade(&decoded.track));
                Ok(decoded)
            }
            Err(LoadError::TooLong { .. }) if is_tight => {
                Err(LoadError::NoRoom { used_mib: used >> 20, budget_mib: self.budget >> 20 })
            }
            Err(error) => Err(error),
        }
    }
}

/// What a text says, if it is a whole number of MiB that a machine can have.
fn mebibytes(said: Option<&str>) -> usize {
    let said = said.and_then(|said| said.trim().parse().ok());
    said.filter(|mib| (1..=1 << 24).contains(mib)).unwrap_or(DEFAULT_TRACK_MEMORY_MIB)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::Overview;

    fn decoded(frames: usize) -> impl FnOnce(usize) -> Result<DecodedTrack, LoadError> {
        move |max_bytes| {
            if frames * BYTES_PER_FRAME > max_bytes {
                return Err(LoadError::TooLong { max_mib: max_bytes >> 20, minutes: 0 });
            }
            let track = Arc::new(Track::new(vec![0.0; frames], vec![0.0; frames], 48_000.0).unwrap());
            let overview = Arc::new(Overview::of(&track, 16));
            Ok(DecodedTrack { track, overview, note: None })
        }
    }

    #[test]
    fn what_is_held_counts_and_what_is_let_go_makes_room() {
        let memory = TrackMemory::new(3 << 20);
        // A MiB is 131 072 frames.
        let first = memory.load(decoded(1 << 17)).unwrap();
        let second = memory.load(decoded(1 << 17)).unwrap();
        assert_eq!(memory.used(), 2 << 20);
        let refused = memory.load(decoded((1 << 17) + 1)).unwrap_err();
        assert_eq!(refused, LoadError::NoRoom { used_mib: 2, budget_mib: 3 });
        assert!(refused.to_string().contains("2 of 3 MiB"), "{refused}");
        // A deck still plays it, whatever becomes of the rest.
        let playing = Arc::clone(&first.track);
        drop(first);
        assert_eq!(memory.used(), 2 << 20);
        drop(playing);
        assert!(memory.load(decoded((1 << 17) + 1)).is_ok());
        drop(second);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn what_fits_in_no_empty_rig_is_too_long() {
        let memory = TrackMemory::new(1 << 20);
        assert!(matches!(memory.load(decoded(1 << 18)), Err(LoadError::TooLong { .. })));
    }

    #[test]
    fn a_budget_that_is_no_number_is_the_usual_one() {
        assert_eq!([None, Some("no"), Some("0"), Some(" 512 ")].map(mebibytes), [4096, 4096, 4096, 512]);
    }
}
