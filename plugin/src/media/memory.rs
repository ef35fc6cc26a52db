//! How much memory the tracks of all instances of a process may take together: on decks, in headphones, for an analysis.

use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use echelon_engine::deck::Track;

use super::decode::MAX_TRACK_BYTES;
use super::error::LoadError;

/// What all tracks of a process may take together, in MiB, if nobody says otherwise: four decks with half an hour each at
/// 48 kHz, and what they replace.
pub const DEFAULT_TRACK_MEMORY_MIB: usize = 4096;
/// The environment's variable that says otherwise, in MiB.
pub const TRACK_MEMORY_VARIABLE: &str = "ECHELON_TRACK_MEMORY_MIB";

/// Two channels of `f32`.
const BYTES_PER_FRAME: usize = 8;

/// That of the process.
static OF_PROCESS: LazyLock<Arc<TrackMemory>> = LazyLock::new(|| Arc::new(TrackMemory::from_env()));

/// Counts the tracks that are still held by anyone: a deck, an undo, a fade to what replaces it, a queue, an analysis.
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

    /// The one that all instances of this process share. The environment is asked when the first of them loads something.
    pub(super) fn of_process() -> Arc<Self> {
        OF_PROCESS.clone()
    }

    /// With the budget that the environment names, or the default.
    fn from_env() -> Self {
        let said = std::env::var(TRACK_MEMORY_VARIABLE).ok();
        Self::new(mebibytes(said.as_deref()) << 20)
    }

    /// What is taken now, in bytes.
    pub(super) fn used(&self) -> usize {
        taken(&mut self.tracks.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is left now.
    pub(super) fn room(&self) -> Room {
        let used = self.used();
        let bytes = self.budget.saturating_sub(used).min(MAX_TRACK_BYTES);
        Room { bytes, used, budget: self.budget }
    }

    /// From now on this one counts, with the memory that was taken for it, until nobody has it any more. Once is enough.
    ///
    /// # Errors
    /// [`LoadError::NoRoom`] if what others have taken since [`TrackMemory::room`] leaves too little: then it does not count,
    /// and is to be let go of.
    pub(super) fn take(&self, track: &Arc<Track>) -> Result<(), LoadError> {
        let mut tracks = self.tracks.lock().unwrap_or_else(PoisonError::into_inner);
        let used = taken(&mut tracks);
        if tracks.iter().any(|known| std::ptr::eq(known.as_ptr(), Arc::as_ptr(track))) {
            return Ok(());
        }
        if track.capacity_frames() * BYTES_PER_FRAME > self.budget.saturating_sub(used) {
            return Err(LoadError::NoRoom { used_mib: used >> 20, budget_mib: self.budget >> 20 });
        }
        tracks.push(Arc::downgrade(track));
        Ok(())
    }
}

/// What those that are left take, in bytes.
fn taken(tracks: &mut Vec<Weak<Track>>) -> usize {
    tracks.retain(|track| track.strong_count() > 0);
    tracks.iter().filter_map(Weak::upgrade).map(|track| track.capacity_frames() * BYTES_PER_FRAME).sum()
}

/// What a track may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// For its samples.
    pub bytes: usize,
    used: usize,
    budget: usize,
}

impl Room {
    /// Why a track could not be had: [`LoadError::NoRoom`] if it is only for the other tracks that it does not fit.
    pub(super) fn explain(&self, error: LoadError) -> LoadError {
        let is_tight = self.bytes < self.budget.min(MAX_TRACK_BYTES);
        match error {
            LoadError::TooLong { .. } if is_tight => {
                LoadError::NoRoom { used_mib: self.used >> 20, budget_mib: self.budget >> 20 }
            }
            error => error,
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

    /// Loads a track of so many frames.
    fn load(memory: &TrackMemory, frames: usize) -> Result<Arc<Track>, LoadError> {
        let room = memory.room();
        if frames * BYTES_PER_FRAME > room.bytes {
            return Err(room.explain(LoadError::TooLong { max_mib: room.bytes >> 20, minutes: 0 }));
        }
        let track = Arc::new(Track::new(vec![0.0; frames], vec![0.0; frames], 48_000.0).unwrap());
        memory.take(&track)?;
        Ok(track)
    }

    #[test]
    fn what_is_held_counts_and_what_is_let_go_makes_room() {
        let memory = TrackMemory::new(3 << 20);
        // A MiB is 131 072 frames.
        let first = load(&memory, 1 << 17).unwrap();
        let second = load(&memory, 1 << 17).unwrap();
        assert_eq!(memory.used(), 2 << 20);
        let refused = load(&memory, (1 << 17) + 1).unwrap_err();
        assert_eq!(refused, LoadError::NoRoom { used_mib: 2, budget_mib: 3 });
        assert!(refused.to_string().contains("2 of 3 MiB"), "{refused}");
        // A deck still plays it, whatever becomes of the rest.
        let playing = Arc::clone(&first);
        drop(first);
        assert_eq!(memory.used(), 2 << 20);
        drop(playing);
        assert!(load(&memory, (1 << 17) + 1).is_ok());
        drop(second);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn a_track_that_is_still_coming_counts_in_full_from_its_start() {
        let memory = TrackMemory::new(3 << 20);
        let (track, mut writer) = Track::coming(1 << 17, 1 << 18, 48_000.0).unwrap();
        memory.take(&track).unwrap();
        writer.append(&[0.0; 10], &[0.0; 10]);
        assert_eq!(memory.used(), 2 << 20);
        drop(writer);
        assert_eq!(memory.used(), 2 << 20, "what is held is held, though it is shorter");
        drop(track);
        assert_eq!(memory.used(), 0);
    }

    #[test]
    fn of_two_that_saw_the_same_room_only_one_gets_it_and_a_track_counts_once() {
        let memory = TrackMemory::new(3 << 20);
        let track = || Arc::new(Track::new(vec![0.0; 1 << 18], vec![0.0; 1 << 18], 48_000.0).unwrap());
        let (first, second) = (track(), track());
        memory.take(&first).unwrap();
        assert_eq!(memory.take(&second), Err(LoadError::NoRoom { used_mib: 2, budget_mib: 3 }));
        memory.take(&first).unwrap();
        assert_eq!(memory.used(), 2 << 20);
        drop(first);
        memory.take(&second).unwrap();
        assert_eq!(memory.used(), 2 << 20);
    }

    #[test]
    fn what_fits_in_no_empty_rig_is_too_long() {
        let memory = TrackMemory::new(1 << 20);
        assert!(matches!(load(&memory, 1 << 18), Err(LoadError::TooLong { .. })));
    }

    #[test]
    fn a_budget_that_is_no_number_is_the_usual_one() {
        assert_eq!([None, Some("no"), Some("0"), Some(" 512 ")].map(mebibytes), [4096, 4096, 4096, 512]);
    }
}
