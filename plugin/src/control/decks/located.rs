//! A project's file that could not be found, and what is put onto its deck instead: the file itself, located by a person, or
//! another one.

use std::path::Path;

use echelon_engine::deck::Track;
use echelon_engine::units::DeckId;

use super::{Change, DeckFiles};
use crate::state::{MissingTrack, SavedLength, SavedMarks};

/// A missing file of the project that a load has brought.
#[derive(Clone, Debug)]
pub(super) struct Located {
    track: MissingTrack,
    /// The deck waits for it; else it is one of those that had to give their deck to another.
    is_decks_own: bool,
}

impl Located {
    pub(super) const fn track(&self) -> &MissingTrack {
        &self.track
    }
}

impl DeckFiles {
    /// The missing file that this is, if it is one.
    pub(super) fn located(&self, deck: DeckId, path: &Path, track: &Track) -> Option<Located> {
        let length = SavedLength::of(track);
        let own = self.missing_on(deck).filter(|own| own.may_be(path, length));
        if let Some(track) = own {
            return Some(Located { track, is_decks_own: true });
        }
        let others = self.saved.get().missing;
        let track = others.into_iter().find(|other| other.is(path, length))?;
        Some(Located { track, is_decks_own: false })
    }

    /// What the project had for a deck whose file it could not find.
    fn missing_on(&self, deck: DeckId) -> Option<MissingTrack> {
        let i = deck.index();
        if !self.is_missing[i] {
            return None;
        }
        let mut state = self.saved.get();
        let (place, grid) = (std::mem::take(&mut state.places[i]), state.grids[i].take());
        Some(MissingTrack {
            path: state.tracks[i].take()?,
            place,
            marks: state.marks[i],
            grid,
            length: state.lengths[i],
            content: state.contents[i],
        })
    }

    /// A person's load is done: nothing of what the project had for a missing file gets lost. Before the state has the new
    /// file.
    pub(super) fn see_to_missing(&mut self, change: &Change) {
        let missing = self.missing_on(change.deck);
        self.is_missing[change.deck.index()] = false;
        // An eject is the person's word that it is not wanted; what another project misses is not this one's.
        if change.restoring || change.track.path.is_none() || change.loads != self.loads {
            return;
        }
        // Whoever saves now must not save the one file with the other's marks.
        self.saved.update_as_of(change.loads, |state| {
            (state.marks[change.deck.index()], state.grids[change.deck.index()]) = Default::default();
        });
        if let Some(Located { track, is_decks_own }) = &change.located {
            self.marks_to_set.push((change.deck, track.marks));
            self.saved.update_as_of(change.loads, |state| {
                state.marks[change.deck.index()] = track.marks;
                if !is_decks_own {
                    state.missing.retain(|other| other != track);
                }
            });
            self.view
                .tell(Some(change.deck), format!("{}: it is found, with its cues and its grid", change.track.name));
        }
        let is_found = change.located.as_ref().is_some_and(|located| located.is_decks_own);
        if let Some(missing) = missing.filter(|missing| !is_found && missing.is_worth_keeping()) {
            let text = "is still missing: its cues stay in the project until it is loaded";
            self.view.tell(Some(change.deck), format!("{} {text}", missing.path.display()));
            self.saved.update_as_of(change.loads, |state| state.keep_missing(missing));
        }
    }

    /// Marks of located files, to be set now.
    pub(in crate::control) fn take_marks_to_set(&mut self) -> Vec<(DeckId, SavedMarks)> {
        std::mem::take(&mut self.marks_to_set)
    }
}
