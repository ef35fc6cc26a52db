//! The files on the decks: from a wanted track to a loaded one, and what is saved and shown of it.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use echelon_engine::action::{Action, Receipt, Request, RequestId, Turn, WantedTrack};
use echelon_engine::console::Console;
use echelon_engine::deck::Track;
use echelon_engine::message::Snapshot;
use echelon_engine::units::{DeckId, NUM_DECKS};

use super::analyses::Analyses;
use crate::media::analyse::{Analyser, Analysis};
use crate::media::{DecodedTrack, GridEdit, GridEditError, LoadError, LoadEvent, Loader, Taps};
use crate::state::{SavedGrid, SavedMarks, SavedState};
use crate::view::{LoadState, SharedView, TrackView};

/// The code of a refusal because of what the deck is doing.
const NOT_ALLOWED: &str = "not_allowed";
/// Loads that are remembered for an undo.
const BROUGHT: usize = 64;
/// How often a project's tracks are put once more onto decks that were started in between.
const TRIES: u32 = 16;

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
        Self { id, deck, track, note: None, grid: None, restoring: false, loads, awaited: false }
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
    /// Decks that could not take what the project puts on them, because they played: to be tried again.
    again: [bool; NUM_DECKS],
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
            again: [false; NUM_DECKS],
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

    /// From here on what is asked for belongs to this state of the host; what was asked for before is not saved in it,
    /// and files that are still being decoded for it are given up.
    pub(super) fn begin_state(&mut self, loads: u64, console: &mut Console, turn: &mut Turn) {
        self.loads = loads;
        self.loader.cancel_all();
        self.coming.iter_mut().for_each(|coming| coming.awaited = false);
        for change in self.changes.iter_mut().filter(|change| change.awaited) {
            change.awaited = false;
            console.track_cancelled(change.id, turn);
        }
        self.tries = TRIES;
        self.again = [true; NUM_DECKS];
    }

    /// The decks that a loaded project has yet to be put on.
    pub(super) fn take_to_restore(&mut self) -> impl Iterator<Item = DeckId> + use<> {
        let decks = std::mem::take(&mut self.again);
        DeckId::ALL.into_iter().filter(move |deck| decks[deck.index()])
    }

    /// Remembers a request that a loaded project makes.
    pub(super) fn restoring(&mut self, request: &Request) {
        let (deck, track) = match &request.action {
            Action::LoadDeck { deck, path } => (*deck, named(path)),
            Action::EjectDeck { deck } => (*deck, TrackView::default()),
            Action::SetMarks { deck, .. } => return self.marking.push((request.id, *deck)),
            _ => return self.stops.push(request.id),
        };
        let grid = track.path.as_ref().and_then(|_| self.saved.get().grids[deck.index()].take());
        self.changes.push(Change { grid, restoring: true, ..Change::new(request.id, deck, track, self.loads) });
    }

    /// A file is no longer wanted.
    pub(super) fn give_up(&mut self, id: RequestId) {
        if let Some(change) = self.changes.iter_mut().find(|change| change.id == id) {
            change.awaited = false;
            self.loader.cancel(id);
        }
    }

    /// An undo put back the track that a load had brought.
    pub(super) fn undone(&mut self, deck: DeckId, load: RequestId) {
        let track = self.brought.iter().find(|(id, _)| *id == load).map(|(_, track)| track.clone()).unwrap_or_default();
        let path = track.path.clone();
        self.saved.update_as_of(self.loads, |state| state.tracks[deck.index()] = path);
        self.put_on_deck(deck, track);
        self.load_on_deck[deck.index()] = Some(load);
        self.analyses.ask(load);
        self.show_what_is_there(deck);
    }

    /// Notes what is on a deck now. What was there before need not be analysed any more.
    fn put_on_deck(&mut self, deck: DeckId, track: TrackView) {
        let before = std::mem::replace(&mut self.on_deck[deck.index()], track);
        if let Some(load) = before.brought_by.filter(|load| self.on_deck[deck.index()].brought_by != Some(*load)) {
            self.analyses.give_up(load);
        }
    }

    /// Starts to decode.
    pub(super) fn load(&mut self, wanted: WantedTrack, console: &mut Console, turn: &mut Turn) {
        let WantedTrack { id, deck, path } = wanted;
        self.change(id, deck, || named(&path)).awaited = true;
        self.show(deck, TrackView { load: LoadState::Loading(None), ..named(&path) });
        if let Err(error) = self.loader.load(deck, id, path) {
            console.track_failed(id, error.to_string(), turn);
        }
    }

    /// Remembers a request that takes a track off its deck: then the deck shows and saves nothing.
    pub(super) fn eject(&mut self, id: RequestId, deck: DeckId) {
        self.change(id, deck, TrackView::default);
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
    pub(super) fn is_decoding(&self) -> bool {
        self.again.contains(&true)
            || self.changes.iter().any(|change| change.awaited)
            || self.coming.iter().any(|coming| coming.awaited)
            || self.analyses.is_awaited()
    }

    /// As if the loader never answered for what is asked for now.
    #[cfg(test)]
    pub(super) fn await_for_ever(&mut self) {
        self.changes.iter_mut().for_each(|change| change.awaited = true);
    }

    /// Nobody waits any longer for what is being decoded now. It gets onto its deck all the same, whenever it is done.
    pub(super) fn wait_no_longer(&mut self) {
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
                LoadEvent::Loaded { id, track, .. } => {
                    self.begin_track(id, &track);
                    console.track_ready(id, track, turn);
                }
                LoadEvent::Coming { id, ratio, .. } => {
                    self.each_view_of(id, |track| {
                        if track.coming.is_some() {
                            track.coming = Some(ratio);
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
    fn begin_track(&mut self, id: RequestId, loaded: &Arc<Track>) {
        let Some(change) = self.changes.iter_mut().find(|change| change.id == id) else { return };
        change.awaited = false;
        let track = &mut change.track;
        (track.sample_rate, track.load, track.brought_by) = (Some(loaded.sample_rate()), LoadState::Ready, Some(id));
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

    /// Brings view and saved state in line with a receipt. `true` if the person need not be told otherwise.
    pub(super) fn settle(&mut self, receipt: &Receipt) -> bool {
        if receipt.is_final()
            && let Some(place) = self.stops.iter().position(|stop| *stop == receipt.id())
        {
            self.stops.remove(place);
            return true;
        }
        if receipt.is_final()
            && let Some(place) = self.marking.iter().position(|(id, _)| *id == receipt.id())
        {
            self.marking.remove(place);
            return true;
        }
        let place = self.changes.iter().position(|change| change.id == receipt.id());
        let Some(place) = place.filter(|_| receipt.is_final()) else { return false };
        let Change { id, deck, track, note, restoring, loads, .. } = self.changes.remove(place);
        match receipt {
            Receipt::Done { .. } => {
                self.brought.truncate(BROUGHT - 1);
                self.brought.push_front((id, track.clone()));
                if !restoring {
                    let path = track.path.clone();
                    self.saved.update_as_of(loads, |state| state.tracks[deck.index()] = path);
                }
                if let Some(note) = note {
                    self.view.tell(Some(deck), format!("{}: {note}", track.name));
                }
                self.load_on_deck[deck.index()] = track.path.is_some().then_some(id);
                self.of_project[deck.index()] = restoring.then_some(id);
                self.put_on_deck(deck, track);
                self.show_what_is_there(deck);
            }
            // It was started in between: by the host's own hand, or by a request that was on its way.
            Receipt::Refused { code: NOT_ALLOWED, .. } if restoring && loads == self.loads && self.tries > 0 => {
                self.analyses.give_up(id);
                self.tries -= 1;
                self.again[deck.index()] = true;
                return true;
            }
            Receipt::Refused { text, .. } if restoring => {
                self.load_on_deck[deck.index()] = None;
                self.analyses.give_up(id);
                self.put_on_deck(deck, TrackView { load: LoadState::Failed(text.clone()), ..track });
                self.show_what_is_there(deck);
                return true;
            }
            _ => {
                self.analyses.give_up(id);
                self.show_what_is_there(deck);
            }
        }
        false
    }

    /// The marks and grids of what is on the decks are saved with it; those of a track that is still on its way, or that could not
    /// be had, stay as they are.
    pub(super) fn save_marks(&self, snapshot: &Snapshot) {
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
                self.saved.update_as_of(self.loads, |state| {
                    state.marks[i] = marks;
                    if grid.is_some() || !is_coming {
                        state.grids[i] = grid;
                    }
                });
            }
        }
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
mod tests {
    use super::*;
    use crate::state::RigState;
    use echelon_engine::action::ActionTiming;
    use echelon_engine::rig::{Rig, RigConfig};
    use echelon_engine::safety::Source;
    use nice_plug::params::persist::PersistentField;

    fn files(saved: SavedState) -> DeckFiles {
        DeckFiles::new(Loader::new(|| ()).unwrap(), Analyser::new(None, || ()), saved, SharedView::default())
    }

    /// The file that is saved for deck A after a load was done, of which the steps before are given.
    fn saved_after(steps: impl FnOnce(&mut DeckFiles, &SavedState, &dyn Fn(&mut DeckFiles))) -> Option<String> {
        let saved = SavedState::default();
        let mut files = files(saved.clone());
        let id = RequestId::next();
        let ask = |files: &mut DeckFiles| {
            let track = named(Path::new("/old.wav"));
            let loads = files.loads;
            files.changes.push(Change::new(id, DeckId::A, track, loads));
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
                    let (mut console, _) = Rig::new(RigConfig::new(48_000.0)).unwrap();
                    files.begin_state(saved.loads(), &mut console, &mut Turn::default());
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

    /// Files that are about to put `/project.wav` onto deck B, and the request for it.
    fn restoring() -> (DeckFiles, RequestId) {
        let mut files = files(SavedState::default());
        (files.tries, files.loads) = (TRIES, 1);
        let id = restore(&mut files);
        (files, id)
    }

    fn restore(files: &mut DeckFiles) -> RequestId {
        let load = Action::LoadDeck { deck: DeckId::B, path: "/project.wav".into() };
        let request = Request::new(Source::State, load, ActionTiming::Immediate);
        files.restoring(&request);
        request.id
    }

    fn refused(id: RequestId, code: &'static str) -> Receipt {
        Receipt::Refused { id, deck: Some(DeckId::B), code, text: "a sentence".to_owned() }
    }

    #[test]
    fn a_project_s_track_that_finds_its_deck_playing_is_tried_again_and_not_for_ever() {
        let (mut files, mut id) = restoring();
        for _ in 0..TRIES {
            assert!(files.settle(&refused(id, NOT_ALLOWED)), "nobody need be told");
            assert!(files.is_decoding(), "the project is not open yet");
            assert_eq!(files.take_to_restore().collect::<Vec<_>>(), [DeckId::B]);
            id = restore(&mut files);
        }
        files.settle(&refused(id, NOT_ALLOWED));
        assert_eq!(files.take_to_restore().count(), 0);
        assert_eq!(files.view.read().tracks[1].load, LoadState::Failed("a sentence".to_owned()));
    }

    #[test]
    fn a_project_s_track_that_is_damaged_is_not_tried_again() {
        let (mut files, id) = restoring();
        files.settle(&refused(id, "load_failed"));
        assert_eq!(files.take_to_restore().count(), 0);
    }

    #[test]
    fn what_takes_too_long_is_no_longer_waited_for_and_is_told() {
        let (mut files, _) = restoring();
        files.changes[0].awaited = true;
        assert!(files.is_decoding());
        files.wait_no_longer();
        assert!(!files.is_decoding());
        let notice = files.view.read().notice.unwrap();
        assert_eq!((notice.deck, notice.text.starts_with("project: still being read")), (Some(DeckId::B), true));
    }

    #[test]
    fn a_project_s_stop_of_a_resting_deck_is_no_news() {
        let (mut files, _) = restoring();
        let stop = Request::new(Source::State, Action::StopDeck { deck: DeckId::B }, ActionTiming::Immediate);
        files.restoring(&stop);
        assert!(files.settle(&refused(stop.id, NOT_ALLOWED)));
        assert!(files.stops.is_empty() && files.changes.len() == 1);
    }
}
