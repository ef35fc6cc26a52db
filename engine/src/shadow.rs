//! What the control side believes of the engine: the last snapshot, corrected by the events since.

use crate::message::{EngineEvent, Snapshot};
use crate::safety::DeckState;
use crate::units::{DeckId, NUM_DECKS};

/// The control side's picture of the engine. The audio side's state is the truth; this is its shadow.
#[derive(Clone, Debug, Default)]
pub struct EngineShadowState {
    snapshot: Snapshot,
    /// Each deck's state with the block in which it was told.
    states: [(DeckState, u64); NUM_DECKS],
    ended: [u64; NUM_DECKS],
}

impl EngineShadowState {
    /// Takes over a newer snapshot. It sets right what lost events left wrong, but an event of a later block is newer.
    pub fn observe(&mut self, snapshot: &Snapshot) {
        self.snapshot = *snapshot;
        for (known, view) in self.states.iter_mut().zip(&snapshot.decks) {
            if snapshot.block >= known.1 {
                *known = (view.state, snapshot.block);
            }
        }
    }

    /// Takes in an event.
    pub fn apply(&mut self, event: &EngineEvent) {
        match *event {
            EngineEvent::Ended { deck } => self.ended[deck.index()] += 1,
            EngineEvent::Deck { deck, state, block } if block >= self.states[deck.index()].1 => {
                self.states[deck.index()] = (state, block);
            }
            _ => {}
        }
    }

    /// What a deck is doing.
    #[must_use]
    pub const fn state(&self, deck: DeckId) -> DeckState {
        self.states[deck.index()].0
    }

    /// Where a deck is, in seconds from its track's start.
    #[must_use]
    pub const fn position_secs(&self, deck: DeckId) -> f64 {
        self.snapshot.decks[deck.index()].position_secs
    }

    /// How often a deck has reached its track's end.
    #[must_use]
    pub const fn times_ended(&self, deck: DeckId) -> u64 {
        self.ended[deck.index()]
    }

    /// The whole snapshot.
    #[must_use]
    pub const fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }
}
