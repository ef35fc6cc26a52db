//! Loads whose files are being read, and the gestures that wait for them.

use crate::action::RequestId;
use crate::message::{At, Order};
use crate::safety::Source;
use crate::units::DeckId;

/// A load that waits for its file.
#[derive(Debug)]
pub(super) struct PendingLoad {
    pub id: RequestId,
    pub source: Source,
    pub deck: DeckId,
    pub at: At,
    /// When it was admitted, in seconds.
    pub since_secs: f64,
    /// What was asked of the deck after it, meant for the new track.
    pub held: Vec<Order>,
}

/// The loads under way. Control thread.
#[derive(Debug, Default)]
pub(super) struct PendingLoads(Vec<PendingLoad>);

impl PendingLoads {
    /// Gestures that one load holds at most: one of each kind, and some that are replaced.
    const MAX_HELD: usize = 16;

    pub(super) fn push(&mut self, load: PendingLoad) {
        self.0.push(load);
    }

    /// Takes out the load that waits for this file.
    pub(super) fn take(&mut self, id: RequestId) -> Option<PendingLoad> {
        let place = self.0.iter().position(|load| load.id == id)?;
        Some(self.0.remove(place))
    }

    /// Takes out every load of which `matches` says yes.
    pub(super) fn take_all(&mut self, matches: impl Fn(&PendingLoad) -> bool) -> Vec<PendingLoad> {
        let (taken, kept) = std::mem::take(&mut self.0).into_iter().partition(matches);
        self.0 = kept;
        taken
    }

    /// The newest load for a deck.
    pub(super) fn for_deck(&self, deck: DeckId) -> Option<&PendingLoad> {
        self.0.iter().rev().find(|load| load.deck == deck)
    }

    /// Keeps a gesture until the newest load for its deck is through; gives it back if there is none, or no room.
    pub(super) fn hold(&mut self, deck: DeckId, order: Order) -> Option<Order> {
        match self.0.iter_mut().rev().find(|load| load.deck == deck) {
            Some(load) if load.held.len() < Self::MAX_HELD => {
                load.held.push(order);
                None
            }
            _ => Some(order),
        }
    }

    /// Takes out the held gestures of which `matches` says yes.
    pub(super) fn take_held(&mut self, matches: impl Fn(&Order) -> bool) -> Vec<Order> {
        let mut taken = vec![];
        for load in &mut self.0 {
            let (out, kept) = std::mem::take(&mut load.held).into_iter().partition(&matches);
            load.held = kept;
            taken.extend::<Vec<Order>>(out);
        }
        taken
    }
}
