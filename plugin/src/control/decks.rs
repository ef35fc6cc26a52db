//! The files on the decks: from a wanted track to a loaded one, and what is saved and shown of it.

mod coming;
mod content;
mod located;
mod project;
mod settle;

use std::collections::VecDeque;
use std::path::Path;

use echelon_engine::action::{Request, RequestId};
use echelon_engine::units::{DeckId, NUM_DECKS};

use super::analyses::Analyses;
use crate::media::analyse::{Analyser, Analysis};
use crate::media::{GridEdit, GridEditError, Loader, Taps};
use crate::state::{SavedGrid, SavedMarks, SavedState};
use crate::view::{SharedView, TrackView};
use located::Located;

/// A change of a deck's track that has no final receipt yet.
#[derive(Debug)]
struct Change {
    id: RequestId,
    deck: DeckId,
    /// What the deck will show once it is done; empty for an eject.
    track: TrackView,
    /// What a person should know of the file: damage, channels that were folded down.
    note: Option<String>,
    /// The grid that its project has for it.
    grid: Option<SavedGrid>,
    /// It is a file that its project could not find.
    located: Option<Located>,
    /// It comes from a loaded project: its failure is shown on the deck, and the project keeps the path.
    restoring: bool,
    /// How many states the host had loaded when it was asked for.
    loads: u64,
    /// The start of its file is being decoded, and an offline block may wait for it.
    awaited: bool,
}

/// A track that a deck may have already, and whose rest is being decoded.
#[derive(Debug)]
struct Coming {
    id: RequestId,
    /// The grid that its project has for it.
    grid: Option<SavedGrid>,
    /// An offline block may wait for it.
    awaited: bool,
}

impl Change {
    fn new(id: RequestId, deck: DeckId, track: TrackView, loads: u64) -> Self {
        Self { id, deck, track, note: None, grid: None, located: None, restoring: false, loads, awaited: false }
    }
}

/// Keeps tracks, view and saved state in step. Control thread.
pub(super) struct DeckFiles {
    loader: Loader,
    analyses: Analyses,
    taps: [Taps; NUM_DECKS],
    saved: SavedState,
    view: SharedView,
    changes: Vec<Change>,
    coming: Vec<Coming>,
    /// Requests of our own of whose end nobody is told: stops of decks that may have nothing to stop, auto gain.
    stops: Vec<RequestId>,
    /// Marks that a project puts on a deck's track.
    marking: Vec<(RequestId, DeckId)>,
    /// Which load brought what is on each deck.
    load_on_deck: [Option<RequestId>; NUM_DECKS],
    /// Which load of a project brought what was put on each deck last.
    of_project: [Option<RequestId>; NUM_DECKS],
    /// Of which load on each deck the content was compared with what its project knew.
    compared: [Option<RequestId>; NUM_DECKS],
    /// Decks that could not take what the project puts on them, because they played: to be tried again.
    again: [bool; NUM_DECKS],
    /// Decks whose file of the project could not be had, and that nothing was put on since.
    is_missing: [bool; NUM_DECKS],
    /// Marks of such files, which were located.
    marks_to_set: Vec<(DeckId, SavedMarks)>,
    /// How often may still be tried.
    tries: u32,
    /// The host's state whose tracks were put onto the decks last: how many it had loaded then.
    loads: u64,
    /// What is on each deck.
    on_deck: [TrackView; NUM_DECKS],
    /// What the latest loads have brought: an undo names the load whose track it puts back.
    brought: VecDeque<(RequestId, TrackView)>,
}

impl DeckFiles {
    pub(super) fn new(loader: Loader, analyser: Analyser, saved: SavedState, view: SharedView) -> Self {
        Self {
            loader,
            analyses: Analyses::new(analyser),
            taps: Default::default(),
            saved,
            view,
            changes: vec![],
            coming: vec![],
            stops: vec![],
            marking: vec![],
            load_on_deck: [None; NUM_DECKS],
            of_project: [None; NUM_DECKS],
            compared: [None; NUM_DECKS],
            again: [false; NUM_DECKS],
            is_missing: [false; NUM_DECKS],
            marks_to_set: vec![],
            tries: 0,
            loads: 0,
            on_deck: Default::default(),
            brought: VecDeque::new(),
        }
    }

    /// The name of the track on a deck; empty if there is none.
    pub(super) fn track_name(&self, deck: DeckId) -> String {
        self.on_deck[deck.index()].name.clone()
    }

    /// The load that brought what is on a deck, and whether a project asked for it.
    pub(super) fn load_on(&self, deck: DeckId) -> Option<(RequestId, bool)> {
        let load = self.load_on_deck[deck.index()]?;
        Some((load, self.of_project[deck.index()] == Some(load)))
    }

    /// What is known of the track that a load brought.
    pub(super) fn found(&self, load: RequestId) -> Option<&Analysis> {
        self.analyses.found(load)
    }

    /// Nobody need be told what becomes of a request.
    pub(super) fn quietly(&mut self, request: &Request) {
        self.stops.push(request.id);
    }

    /// Whether a track is on the deck or on its way.
    pub(super) fn is_occupied(&self, deck: DeckId) -> bool {
        self.on_deck[deck.index()].path.is_some() || self.changes.iter().any(|change| change.deck == deck)
    }

    /// Changes what is known of the track that a load brought, wherever that is kept and shown.
    fn each_view_of(&mut self, load: RequestId, mut change: impl FnMut(&mut TrackView)) {
        let is_its = |track: &&mut TrackView| track.brought_by == Some(load);
        let coming = self.changes.iter_mut().map(|change| &mut change.track);
        let kept = coming.chain(&mut self.on_deck).chain(self.brought.iter_mut().map(|(_, track)| track));
        kept.filter(is_its).for_each(&mut change);
        self.view.update(|view| view.tracks.iter_mut().filter(is_its).for_each(&mut change));
    }

    /// Changes the beat grid of the track on a deck, whose playhead is at `position_secs`.
    pub(super) fn edit_grid(&mut self, deck: DeckId, edit: GridEdit, position_secs: f64) -> Result<(), GridEditError> {
        let load = self.on_deck[deck.index()].brought_by;
        let taps = &mut self.taps[deck.index()];
        self.analyses.edit(load, |track| edit.apply(track, position_secs, taps))?;
        load.iter().for_each(|load| self.show_analysis(*load));
        Ok(())
    }

    /// What is known of the track on a deck.
    pub(super) fn track(&self, deck: DeckId) -> TrackView {
        let mut track = self.on_deck[deck.index()].clone();
        self.analyses.fill_in(&mut track);
        track
    }

    /// What is known of a track by now, on the decks that show it.
    fn show_analysis(&self, load: RequestId) {
        self.view.update(|view| {
            let shown = view.tracks.iter_mut().filter(|track| track.brought_by == Some(load));
            shown.for_each(|track| self.analyses.fill_in(track));
        });
    }

    /// The deck's own track again, unless another one is already on its way.
    fn show_what_is_there(&self, deck: DeckId) {
        if !self.changes.iter().any(|change| change.deck == deck) {
            self.show(deck, self.on_deck[deck.index()].clone());
        }
    }

    fn show(&self, deck: DeckId, mut track: TrackView) {
        self.analyses.fill_in(&mut track);
        self.view.update(|view| view.tracks[deck.index()] = track);
    }
}

/// A track's view before anything is known but its path.
fn named(path: &Path) -> TrackView {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    TrackView { path: Some(path.to_owned()), name, ..TrackView::default() }
}

#[cfg(test)]
mod tests;
