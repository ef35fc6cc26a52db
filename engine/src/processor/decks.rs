//! The processor's hands on decks and mixer, and what is published of them.

use std::sync::Arc;

use super::{Moment, RigProcessor};
use crate::action::{ActionKind, Awaited, Entry, TimelineFull};
use crate::clock::BlockClock;
use crate::deck::{DeckNode, LoadRefused, Track};
use crate::message::{EngineEvent, Garbage, MAX_PENDING_VIEWS, PendingView, Refusal};
use crate::safety::DeckState;
use crate::units::{Decibels, DeckId};

/// A load that comes while the track before the last one is still fading tries again after this long.
const LOAD_RETRY_SECS: f64 = 0.003;

impl RigProcessor {
    pub(super) fn deck(&mut self, deck: DeckId) -> Option<&mut DeckNode> {
        self.mixer.deck(&mut self.scheduler, deck)
    }

    /// What a deck is doing: the truth that the policy is asked with.
    pub(super) fn state(&mut self, deck: DeckId) -> DeckState {
        let waits = self.timeline.gesture(deck, ActionKind::Play).is_some();
        match self.deck(deck) {
            Some(node) if node.is_playing() => DeckState::Playing,
            Some(node) if !node.has_track() => DeckState::Empty,
            Some(_) if waits => DeckState::Primed,
            _ => DeckState::Stopped,
        }
    }

    pub(super) fn send_state(&mut self, deck: DeckId) {
        let state = self.state(deck);
        self.send(EngineEvent::Deck { deck, state, block: self.snapshot.block + 1 });
    }

    /// Puts a track on a deck, or takes it off; gives it back if the deck cannot take it yet.
    pub(super) fn load(&mut self, deck: DeckId, track: Option<Arc<Track>>) -> Result<(), Option<Arc<Track>>> {
        let Some(node) = self.deck(deck) else { return Err(track) };
        let old = node.load(track).map_err(|LoadRefused(track)| track)?;
        if let Some(old) = old {
            self.throw_away(Garbage::Track(old));
        }
        self.send_state(deck);
        Ok(())
    }

    pub(super) fn retry_load(&mut self, entry: Entry, moment: Moment<'_>) {
        let now = moment.clock.performance_beat_at(moment.frame);
        let due = now + LOAD_RETRY_SECS * moment.clock.tempo().get() / 60.0;
        if let Err(TimelineFull(entry)) = self.timeline.insert(Entry { due, awaited: Awaited::Moment, ..entry }) {
            self.refuse(entry.id, entry.deed, Refusal::Full);
        }
    }

    pub(super) fn set_gain(&mut self, deck: DeckId, gain: Decibels) {
        if let Some(node) = self.mixer.gain(&mut self.scheduler, deck) {
            node.set(gain);
        }
    }

    pub(super) fn set_crossfader(&mut self, position: f32) {
        if let Some(node) = self.mixer.crossfader(&mut self.scheduler) {
            node.set(position);
        }
    }

    pub(super) fn set_master_gain(&mut self, gain: Decibels) {
        if let Some(node) = self.mixer.master(&mut self.scheduler) {
            node.set(gain);
        }
    }

    pub(super) fn clear_peaks(&mut self) {
        self.snapshot.master_peak = 0.0;
        self.snapshot.decks.iter_mut().for_each(|deck| deck.peak = 0.0);
    }

    /// Musical time at the end of a segment.
    pub(super) fn view_clock(&mut self, clock: &BlockClock) {
        self.snapshot.clock = clock.view_at_end();
    }

    /// Hands the snapshot to the control side.
    pub(super) fn publish(&mut self) {
        self.snapshot.block += 1;
        self.snapshot.non_finite = self.scheduler.non_finite();
        for deck in DeckId::ALL {
            let state = self.state(deck);
            let scheduler = &mut self.scheduler;
            let gain_db = self.mixer.gain(scheduler, deck).map_or(0.0, |gain| gain.setting().0);
            let (position_secs, length_secs) =
                self.mixer.deck(scheduler, deck).map_or((0.0, 0.0), |node| (node.position_secs(), node.length_secs()));
            let view = &mut self.snapshot.decks[deck.index()];
            (view.state, view.gain_db) = (state, gain_db);
            (view.position_secs, view.length_secs) = (position_secs, length_secs);
        }
        let scheduler = &mut self.scheduler;
        self.snapshot.crossfader = self.mixer.crossfader(scheduler).map_or(0.5, |fader| fader.position());
        self.snapshot.master_gain_db = self.mixer.master(scheduler).map_or(0.0, |gain| gain.setting().0);
        self.view_pending();
        *self.links.snapshot.input_buffer_mut() = self.snapshot;
        self.links.snapshot.publish();
    }

    fn view_pending(&mut self) {
        let clock = self.snapshot.clock;
        let mut entries = self.timeline.iter();
        self.snapshot.pending = [(); MAX_PENDING_VIEWS].map(|()| {
            let entry = entries.next()?;
            let beats_left = entry.due - clock.performance_beat;
            Some(PendingView {
                kind: entry.deed.kind(),
                deck: entry.deed.deck(),
                due_beat: clock.song_beat + beats_left,
                beats_left,
            })
        });
    }
}
