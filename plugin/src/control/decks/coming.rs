//! Files on their way to the decks: from a wanted track to all of it, decoded.

use std::sync::Arc;

use echelon_engine::action::{RequestId, Turn, WantedTrack};
use echelon_engine::console::Console;
use echelon_engine::deck::Track;
use echelon_engine::units::DeckId;

use super::{Change, Coming, DeckFiles, named};
use crate::media::{DecodedTrack, LoadError, LoadEvent, Tags};
use crate::view::{LoadState, TrackView};

impl DeckFiles {
    /// Starts to decode.
    pub(in crate::control) fn load(&mut self, wanted: WantedTrack, console: &mut Console, turn: &mut Turn) {
        let WantedTrack { id, deck, path } = wanted;
        self.change(id, deck, || named(&path)).awaited = true;
        self.show(deck, TrackView { load: LoadState::Loading(None), ..named(&path) });
        // A project may have come from another machine.
        let is_project_s = self.changes.iter().any(|change| change.id == id && change.restoring);
        let asked = if is_project_s {
            self.loader.load_or_find(deck, id, path, self.elsewhere(deck))
        } else {
            self.loader.load(deck, id, path)
        };
        if let Err(error) = asked {
            console.track_failed(id, error.to_string(), turn);
        }
    }

    /// Remembers a request that takes a track off its deck: then the deck shows and saves nothing.
    pub(in crate::control) fn eject(&mut self, id: RequestId, deck: DeckId) {
        self.change(id, deck, TrackView::default);
    }

    /// A file is no longer wanted.
    pub(in crate::control) fn give_up(&mut self, id: RequestId) {
        if let Some(change) = self.changes.iter_mut().find(|change| change.id == id) {
            change.awaited = false;
            self.loader.cancel(id);
        }
    }

    /// The change of this request; a new one that shows `track` if it is not a project's.
    fn change(&mut self, id: RequestId, deck: DeckId, track: impl FnOnce() -> TrackView) -> &mut Change {
        let place = self.changes.iter().position(|change| change.id == id).unwrap_or_else(|| {
            self.changes.push(Change::new(id, deck, track(), self.loads));
            self.changes.len() - 1
        });
        &mut self.changes[place]
    }

    /// Whether a file is being decoded or analysed that is worth waiting for, or is about to be.
    pub(in crate::control) fn is_decoding(&self) -> bool {
        self.again.contains(&true)
            || self.changes.iter().any(|change| change.awaited)
            || self.coming.iter().any(|coming| coming.awaited)
            || self.analyses.is_awaited()
    }

    /// As if the loader never answered for what is asked for now.
    #[cfg(test)]
    pub(in crate::control) fn await_for_ever(&mut self) {
        self.changes.iter_mut().for_each(|change| change.awaited = true);
    }

    /// Nobody waits any longer for what is being decoded now. It gets onto its deck all the same, whenever it is done.
    pub(in crate::control) fn wait_no_longer(&mut self) {
        self.analyses.wait_no_longer();
        for coming in self.coming.iter_mut().filter(|coming| coming.awaited) {
            coming.awaited = false;
            let deck = DeckId::ALL.into_iter().find(|deck| self.on_deck[deck.index()].brought_by == Some(coming.id));
            let name = deck.map_or("", |deck| &self.on_deck[deck.index()].name);
            self.view.tell(deck, format!("{name}: still being read; the bounce goes on with what is there"));
        }
        for change in self.changes.iter_mut().filter(|change| change.awaited) {
            change.awaited = false;
            let text = format!("{}: still being read; the bounce goes on without it", change.track.name);
            self.view.tell(Some(change.deck), text);
        }
    }

    /// Takes in what was decoded.
    pub(in crate::control) fn poll(&mut self, console: &mut Console, turn: &mut Turn) {
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
                LoadEvent::Loaded { id, path, track, tags, .. } => {
                    self.note_place(id, path);
                    self.begin_track(id, &track, tags);
                    console.track_ready(id, track, turn);
                }
                LoadEvent::Coming { id, ratio, overview, .. } => {
                    self.each_view_of(id, |track| {
                        if track.coming.is_some() {
                            (track.coming, track.overview) = (Some(ratio), Some(overview.clone()));
                        }
                    });
                }
                LoadEvent::Whole { id, decoded, .. } => self.complete_track(id, &decoded),
                LoadEvent::Dropped { id, .. } => self.coming.retain(|coming| coming.id != id),
                LoadEvent::Failed { id, error: LoadError::Cancelled, .. } => console.track_cancelled(id, turn),
                LoadEvent::Failed { id, error, .. } => console.track_failed(id, error.to_string(), turn),
            }
        }
        while let Some(load) = self.analyses.poll() {
            self.show_analysis(load);
        }
    }

    /// A deck may have the track that a load brings; its rest may be coming.
    pub(super) fn begin_track(&mut self, id: RequestId, loaded: &Arc<Track>, tags: Tags) {
        let Some(place) = self.changes.iter().position(|change| change.id == id) else { return };
        if let Change { restoring: false, deck, track: TrackView { path: Some(path), .. }, .. } = &self.changes[place] {
            let located = self.located(*deck, path, loaded);
            let change = &mut self.changes[place];
            change.grid = located.as_ref().and_then(|located| located.track().grid.clone());
            change.located = located;
        }
        let change = &mut self.changes[place];
        change.awaited = false;
        let track = &mut change.track;
        (track.sample_rate, track.load, track.brought_by) = (Some(loaded.sample_rate()), LoadState::Ready, Some(id));
        track.tags = tags;
        track.coming = Some(loaded.ready_frames() as f32 / loaded.num_frames() as f32);
        change.grid.iter().for_each(|grid| grid.put_on(loaded));
        self.analyses.note(change.deck, id, loaded);
        self.coming.push(Coming { id, grid: change.grid.take(), awaited: true });
    }

    /// All of a track is there: it is analysed, if it is on a deck or on its way there.
    fn complete_track(&mut self, id: RequestId, decoded: &DecodedTrack) {
        let Some(place) = self.coming.iter().position(|coming| coming.id == id) else { return };
        let Coming { grid, .. } = self.coming.swap_remove(place);
        if decoded.track.grid().is_none() {
            // Its length was not yet what its project knows.
            grid.iter().for_each(|grid| grid.put_on(&decoded.track));
        }
        self.each_view_of(id, |track| {
            (track.coming, track.overview) = (None, Some(decoded.overview.clone()));
        });
        let on_deck = DeckId::ALL.into_iter().find(|deck| self.on_deck[deck.index()].brought_by == Some(id));
        let change = self.changes.iter_mut().find(|change| change.id == id);
        if on_deck.is_some() || change.is_some() {
            self.analyses.ask(id);
        }
        match (on_deck, change) {
            (_, Some(change)) => change.note.clone_from(&decoded.note),
            (Some(deck), None) => {
                if let Some(note) = &decoded.note {
                    self.view.tell(Some(deck), format!("{}: {note}", self.on_deck[deck.index()].name));
                }
            }
            (None, None) => {}
        }
        self.show_analysis(id);
    }
}
