//! What a project puts onto the decks when it is opened, and what is saved with it.

use std::path::{Path, PathBuf};

use echelon_engine::action::{Action, Request, RequestId, Turn};
use echelon_engine::console::Console;
use echelon_engine::message::Snapshot;
use echelon_engine::units::{DeckId, NUM_DECKS};

use super::{Change, DeckFiles, named};
use crate::input::osc::allow_beside;
use crate::media::Elsewhere;
use crate::state::SavedMarks;
use crate::view::TrackView;

/// How often a project's tracks are put once more onto decks that were started in between.
pub(super) const TRIES: u32 = 16;

impl DeckFiles {
    /// From here on what is asked for belongs to this state of the host; what was asked for before is not saved in it,
    /// and files that are still being decoded for it are given up.
    pub(in crate::control) fn begin_state(&mut self, loads: u64, console: &mut Console, turn: &mut Turn) {
        self.loads = loads;
        self.loader.cancel_all();
        self.coming.iter_mut().for_each(|coming| coming.awaited = false);
        for change in self.changes.iter_mut().filter(|change| change.awaited) {
            change.awaited = false;
            console.track_cancelled(change.id, turn);
        }
        self.tries = TRIES;
        self.again = [true; NUM_DECKS];
        self.is_missing = [false; NUM_DECKS];
    }

    /// The decks that a loaded project has yet to be put on.
    pub(in crate::control) fn take_to_restore(&mut self) -> impl Iterator<Item = DeckId> + use<> {
        let decks = std::mem::take(&mut self.again);
        DeckId::ALL.into_iter().filter(move |deck| decks[deck.index()])
    }

    /// Remembers a request that a loaded project makes.
    pub(in crate::control) fn restoring(&mut self, request: &Request) {
        let (deck, track) = match &request.action {
            Action::LoadDeck { deck, path } => (*deck, named(path)),
            Action::EjectDeck { deck } => (*deck, TrackView::default()),
            Action::SetMarks { deck, .. } => return self.marking.push((request.id, *deck)),
            _ => return self.stops.push(request.id),
        };
        let grid = track.path.as_ref().and_then(|_| self.saved.get().grids[deck.index()].take());
        self.changes.push(Change { grid, restoring: true, ..Change::new(request.id, deck, track, self.loads) });
    }

    /// Where a project's file may be besides the path that was saved: where it is from the project, or from the user's
    /// home; and by the end of its path below the project's folder, beside the project's other files, one folder further
    /// up, below the folders that the user has allowed, and in the home.
    pub(super) fn elsewhere(&self, deck: DeckId) -> Elsewhere {
        let tracks = self.saved.get().tracks;
        let beside = tracks.iter().flatten().flat_map(|path| path.ancestors().skip(1).take(2));
        let beside = beside.filter(|folder| folder.parent().is_some()).map(Path::to_owned);
        let (project, home) = (self.saved.project(), self.saved.home().map(Path::to_owned));
        let folders = project.into_iter().chain(beside).chain(crate::input::osc::known_folders()).chain(home);
        let [project, home] = self.saved.exact_places(deck);
        Elsewhere { project, home, folders: folders.collect() }
    }

    /// A file was found elsewhere: that is where the project has it from now on. Where it is the place that was saved, in
    /// words that hold on every machine, nobody need be told.
    pub(super) fn note_place(&mut self, id: RequestId, found: PathBuf) {
        let Some(change) = self.changes.iter_mut().find(|change| change.id == id) else { return };
        let Some(gone) = change.track.path.as_mut().filter(|path| **path != found) else { return };
        // As with the path that the project names: what the user's project has, OSC may have.
        allow_beside(&found);
        let is_saved_place = self.saved.exact_places(change.deck).iter().flatten().any(|place| *place == found);
        if !is_saved_place {
            let text = format!("{} is not there any more; it was found as {}", gone.display(), found.display());
            self.view.tell(Some(change.deck), text);
        }
        *gone = found;
    }

    /// The marks and grids of what is on the decks are saved with it; those of a track that is still on its way, or that could not
    /// be had, stay as they are.
    pub(in crate::control) fn save_marks(&mut self, snapshot: &Snapshot) {
        for deck in DeckId::ALL {
            let i = deck.index();
            let motion = &snapshot.decks[i].motion;
            let is_there = self.load_on_deck[i].is_some_and(|load| load.number() == motion.load);
            let is_settled = !self.marking.iter().any(|(_, other)| *other == deck)
                && !self.changes.iter().any(|change| change.deck == deck)
                && !self.again[i];
            if is_there && is_settled {
                let marks = SavedMarks::from(motion.marks);
                let load = self.load_on_deck[i];
                let grid = load.and_then(|load| self.analyses.saved_grid(load));
                // A project's grid is on its track only when all of that is there.
                let is_coming = self.coming.iter().any(|coming| Some(coming.id) == load);
                let length = load.and_then(|load| self.analyses.length(load));
                self.saved.update_as_of(self.loads, |state| {
                    state.marks[i] = marks;
                    if grid.is_some() || !is_coming {
                        state.grids[i] = grid;
                    }
                    state.lengths[i] = length.or(state.lengths[i]);
                });
                self.compare_content(deck);
            }
        }
    }
}
