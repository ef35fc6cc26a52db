//! What is known of the tracks that the latest loads brought: how their analysis came along, and their beat grids.

use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use echelon_engine::action::RequestId;
use echelon_engine::deck::{BeatGrid, Track};
use echelon_engine::units::DeckId;

use crate::media::GridEditError;
use crate::media::analyse::{AnalyseError, Analyser, Analysis, AnalysisEvent};
use crate::state::{SavedGrid, SavedLength};
use crate::view::{AnalysisState, TrackView};

/// Loads that are remembered: as many as an undo may bring back.
const REMEMBERED: usize = 64;

/// A load that brought a track.
#[derive(Debug)]
struct Entry {
    id: RequestId,
    deck: DeckId,
    /// As long as a deck, or the way to it, has the track.
    track: Weak<Track>,
    state: AnalysisState,
    grid: Option<Arc<BeatGrid>>,
    /// An offline block may wait for it.
    awaited: bool,
}

impl Entry {
    /// Looks whether the track has another grid.
    fn look(&mut self) {
        let track = self.track.upgrade();
        let grid = track.as_ref().and_then(|track| track.grid());
        if grid != self.grid.as_deref() {
            self.grid = grid.cloned().map(Arc::new);
        }
    }

    const fn is_running(&self) -> bool {
        matches!(self.state, AnalysisState::Running(_))
    }
}

/// The analyses of an instance. Control thread.
#[derive(Debug)]
pub(super) struct Analyses {
    analyser: Analyser,
    /// The newest first.
    entries: VecDeque<Entry>,
}

impl Analyses {
    pub(super) const fn new(analyser: Analyser) -> Self {
        Self { analyser, entries: VecDeque::new() }
    }

    /// A load brought a track, to be analysed when all of it is there.
    pub(super) fn note(&mut self, deck: DeckId, id: RequestId, track: &Arc<Track>) {
        if self.entries.len() >= REMEMBERED
            && let Some(oldest) = self.entries.pop_back()
        {
            self.analyser.cancel(oldest.id);
        }
        let track_weak = Arc::downgrade(track);
        let state = AnalysisState::None;
        let mut entry = Entry { id, deck, track: track_weak, state, grid: None, awaited: false };
        entry.look();
        self.entries.push_front(entry);
    }

    /// Asks for what is not there and not under way: of a track that is whole now, or that an undo brought back.
    pub(super) fn ask(&mut self, id: RequestId) {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) else { return };
        entry.look();
        let (AnalysisState::None, Some(track)) = (&entry.state, entry.track.upgrade()) else { return };
        if !track.is_whole() {
            return;
        }
        match self.analyser.analyse(entry.deck, id, track) {
            Ok(()) => (entry.state, entry.awaited) = (AnalysisState::Running(0.0), true),
            Err(error) => entry.state = AnalysisState::Failed(error.to_string()),
        }
    }

    /// The track is on no deck any more.
    pub(super) fn give_up(&mut self, id: RequestId) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id && entry.is_running()) {
            (entry.state, entry.awaited) = (AnalysisState::None, false);
            self.analyser.cancel(id);
        }
    }

    /// Whether something is under way that is worth waiting for.
    pub(super) fn is_awaited(&self) -> bool {
        self.entries.iter().any(|entry| entry.awaited && entry.is_running())
    }

    /// Nobody waits any longer.
    pub(super) fn wait_no_longer(&mut self) {
        self.entries.iter_mut().for_each(|entry| entry.awaited = false);
    }

    /// Takes in one piece of news; says of which load. `None` when there is none left.
    pub(super) fn poll(&mut self) -> Option<RequestId> {
        let (id, state) = match self.analyser.poll()? {
            AnalysisEvent::Progress { id, ratio, .. } => (id, AnalysisState::Running(ratio)),
            AnalysisEvent::Done { id, analysis, .. } => (id, AnalysisState::Done(self.with_its_grid(id, analysis))),
            // Whoever gave it up has noted that; it may have been asked for again since.
            AnalysisEvent::Failed { id, error: AnalyseError::Cancelled, .. } => return Some(id),
            AnalysisEvent::Failed { id, error, .. } => (id, AnalysisState::Failed(error.to_string())),
        };
        let is_done = matches!(state, AnalysisState::Done(_));
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id && (is_done || entry.is_running())) {
            entry.state = state;
            entry.look();
        }
        Some(id)
    }

    /// With the grid that the track has: it may have come with the project, or from a hand.
    fn with_its_grid(&self, id: RequestId, analysis: Arc<Analysis>) -> Arc<Analysis> {
        let entry = self.entries.iter().find(|entry| entry.id == id);
        match entry.and_then(|entry| entry.track.upgrade()) {
            Some(track) if track.grid() != analysis.grid.as_ref() => Arc::new(analysis.with_grid_of(&track)),
            _ => analysis,
        }
    }

    /// What is known of the track that a load brought.
    pub(super) fn found(&self, load: RequestId) -> Option<&Analysis> {
        match &self.entries.iter().find(|entry| entry.id == load)?.state {
            AnalysisState::Done(analysis) => Some(analysis),
            _ => None,
        }
    }

    /// Its grid, for the project.
    pub(super) fn saved_grid(&self, load: RequestId) -> Option<SavedGrid> {
        let entry = self.entries.iter().find(|entry| entry.id == load)?;
        Some(SavedGrid::new(&*entry.track.upgrade()?, entry.grid.clone()?))
    }

    /// How long the track is that a load brought, if a deck has it yet.
    pub(super) fn length(&self, load: RequestId) -> Option<SavedLength> {
        let entry = self.entries.iter().find(|entry| entry.id == load)?;
        Some(SavedLength::of(&*entry.track.upgrade()?))
    }

    /// Fills in what is known of the track that a load brought.
    pub(super) fn fill_in(&self, track: &mut TrackView) {
        if let Some(entry) = self.entries.iter().find(|entry| Some(entry.id) == track.brought_by) {
            (track.analysis, track.grid) = (entry.state.clone(), entry.grid.clone());
        }
    }

    /// Changes the beat grid of the track that a load brought; the deck goes by it from its next block on.
    pub(super) fn edit(
        &mut self,
        id: Option<RequestId>,
        edit: impl FnOnce(&Track) -> Result<(), GridEditError>,
    ) -> Result<(), GridEditError> {
        let entry = self.entries.iter_mut().find(|entry| Some(entry.id) == id).ok_or(GridEditError::NoTrack)?;
        let track = entry.track.upgrade().ok_or(GridEditError::NoTrack)?;
        edit(&track)?;
        entry.look();
        if let AnalysisState::Done(analysis) = &mut entry.state {
            *analysis = Arc::new(analysis.with_grid_of(&track));
            self.analyser.keep(analysis.clone(), track);
        }
        Ok(())
    }
}
