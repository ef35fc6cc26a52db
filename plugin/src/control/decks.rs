//! The files on the decks: from a wanted track to a loaded one, and what is saved and shown of it.

use std::path::Path;

use echelon_engine::action::{Action, Receipt, Request, RequestId, Turn, WantedTrack};
use echelon_engine::console::Console;
use echelon_engine::units::{DeckId, NUM_DECKS};

use crate::media::{LoadError, LoadEvent, Loader};
use crate::state::SavedState;
use crate::view::{LoadState, SharedView, TrackView};

/// A change of a deck's track that has no final receipt yet.
#[derive(Debug)]
struct Change {
    id: RequestId,
    deck: DeckId,
    /// What the deck will show once it is done; empty for an eject.
    track: TrackView,
    /// What a person should know of the file: damage, channels that were folded down.
    note: Option<String>,
    /// It comes from a loaded project: its failure is shown on the deck, and the project keeps the path.
    restoring: bool,
    /// How many states the host had loaded when it was asked for.
    loads: u64,
}

/// Keeps tracks, view and saved state in step. Control thread.
pub(super) struct DeckFiles {
    loader: Loader,
    saved: SavedState,
    view: SharedView,
    changes: Vec<Change>,
    /// The host's state whose tracks were put onto the decks last: how many it had loaded then.
    loads: u64,
    /// What is on each deck.
    on_deck: [TrackView; NUM_DECKS],
}

impl DeckFiles {
    pub(super) fn new(loader: Loader, saved: SavedState, view: SharedView) -> Self {
        Self { loader, saved, view, changes: vec![], loads: 0, on_deck: Default::default() }
    }

    /// Whether a track is on the deck or on its way.
    pub(super) fn is_occupied(&self, deck: DeckId) -> bool {
        self.on_deck[deck.index()].path.is_some() || self.changes.iter().any(|change| change.deck == deck)
    }

    /// From here on what is asked for belongs to this state of the host; what was asked for before is not saved in it.
    pub(super) fn begin_state(&mut self, loads: u64) {
        self.loads = loads;
    }

    /// Remembers a request that a loaded project makes.
    pub(super) fn restoring(&mut self, request: &Request) {
        let (deck, track) = match &request.action {
            Action::LoadDeck { deck, path } => (*deck, named(path)),
            Action::EjectDeck { deck } => (*deck, TrackView::default()),
            _ => return,
        };
        self.changes.push(Change { id: request.id, deck, track, note: None, restoring: true, loads: self.loads });
    }

    /// Starts to decode.
    pub(super) fn load(&mut self, wanted: WantedTrack, console: &mut Console, turn: &mut Turn) {
        let WantedTrack { id, deck, path } = wanted;
        if !self.changes.iter().any(|change| change.id == id) {
            self.changes.push(Change {
                id,
                deck,
                track: named(&path),
                note: None,
                restoring: false,
                loads: self.loads,
            });
        }
        self.show(deck, TrackView { load: LoadState::Loading(None), ..named(&path) });
        if let Err(error) = self.loader.load(deck, id, path) {
            console.track_failed(id, error.to_string(), turn);
        }
    }

    /// Remembers a request that takes a track off its deck: then the deck shows and saves nothing.
    pub(super) fn eject(&mut self, id: RequestId, deck: DeckId) {
        if !self.changes.iter().any(|change| change.id == id) {
            self.changes.push(Change {
                id,
                deck,
                track: TrackView::default(),
                note: None,
                restoring: false,
                loads: self.loads,
            });
        }
    }

    /// Takes in what was decoded.
    pub(super) fn poll(&mut self, console: &mut Console, turn: &mut Turn) {
        while let Some(event) = self.loader.poll() {
            match event {
                LoadEvent::Progress { deck, ratio } => {
                    self.view.update(|view| {
                        let load = &mut view.tracks[deck.index()].load;
                        if matches!(load, LoadState::Loading(_)) {
                            *load = LoadState::Loading(ratio);
                        }
                    });
                }
                LoadEvent::Loaded { id, decoded, .. } => {
                    if let Some(change) = self.changes.iter_mut().find(|change| change.id == id) {
                        change.track.overview = Some(decoded.overview);
                        change.track.load = LoadState::Ready;
                        change.note = decoded.note;
                    }
                    console.track_ready(id, decoded.track, turn);
                }
                LoadEvent::Failed { id, error: LoadError::Cancelled, .. } => console.track_cancelled(id, turn),
                LoadEvent::Failed { id, error, .. } => console.track_failed(id, error.to_string(), turn),
            }
        }
    }

    /// Brings view and saved state in line with a receipt. `true` if the person need not be told otherwise.
    pub(super) fn settle(&mut self, receipt: &Receipt) -> bool {
        let place = self.changes.iter().position(|change| change.id == receipt.id());
        let Some(place) = place.filter(|_| receipt.is_final()) else { return false };
        let Change { deck, track, note, restoring, loads, .. } = self.changes.remove(place);
        match receipt {
            Receipt::Done { .. } => {
                if !restoring {
                    let path = track.path.clone();
                    self.saved.update_as_of(loads, |state| state.tracks[deck.index()] = path);
                }
                if let Some(note) = note {
                    self.view.tell(Some(deck), format!("{}: {note}", track.name));
                }
                self.on_deck[deck.index()] = track;
                self.show_what_is_there(deck);
            }
            Receipt::Refused { text, .. } if restoring => {
                self.on_deck[deck.index()] = TrackView { load: LoadState::Failed(text.clone()), ..track };
                self.show_what_is_there(deck);
                return true;
            }
            _ => self.show_what_is_there(deck),
        }
        false
    }

    /// The deck's own track again, unless another one is already on its way.
    fn show_what_is_there(&self, deck: DeckId) {
        if !self.changes.iter().any(|change| change.deck == deck) {
            self.show(deck, self.on_deck[deck.index()].clone());
        }
    }

    fn show(&self, deck: DeckId, track: TrackView) {
        self.view.update(|view| view.tracks[deck.index()] = track);
    }
}

/// A track's view before anything is known but its path.
fn named(path: &Path) -> TrackView {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    TrackView { path: Some(path.to_owned()), name, ..TrackView::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::RigState;
    use nice_plug::params::persist::PersistentField;

    /// The file that is saved for deck A after a load was done, of which the steps before are given.
    fn saved_after(steps: impl FnOnce(&mut DeckFiles, &SavedState, &dyn Fn(&mut DeckFiles))) -> Option<String> {
        let saved = SavedState::default();
        let loader = Loader::new(|| ()).unwrap();
        let mut files = DeckFiles::new(loader, saved.clone(), SharedView::default());
        let id = RequestId::next();
        let ask = |files: &mut DeckFiles| {
            let track = named(Path::new("/old.wav"));
            let loads = files.loads;
            files.changes.push(Change { id, deck: DeckId::A, track, note: None, restoring: false, loads });
        };
        steps(&mut files, &saved, &ask);
        files.settle(&Receipt::Done { id, due_beat: 0.0, error_frames: 0 });
        saved.get().tracks[0].as_ref().map(|path| path.display().to_string())
    }

    fn project() -> RigState {
        let mut state = RigState::default();
        state.tracks[0] = Some("/project.wav".into());
        state
    }

    #[test]
    fn a_load_that_was_under_way_does_not_end_up_in_the_project_that_was_opened() {
        let opened = |before: bool, taken_up: bool| {
            saved_after(|files, saved, ask| {
                if before {
                    ask(files);
                }
                saved.set(project());
                if taken_up {
                    files.begin_state(saved.loads());
                }
                if !before {
                    ask(files);
                }
            })
        };
        assert_eq!(opened(true, false).as_deref(), Some("/project.wav"));
        assert_eq!(opened(true, true).as_deref(), Some("/project.wav"));
        assert_eq!(opened(false, true).as_deref(), Some("/old.wav"), "asked for after the project");
        assert_eq!(saved_after(|files, _, ask| ask(files)).as_deref(), Some("/old.wav"));
    }
}
