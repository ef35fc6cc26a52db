//! Taking back what is pending: by hand, by panic, and with the rest of a recipe.

use super::fire::PANIC_MS;
use super::{Moment, RigProcessor};
use crate::action::{ActionKind, Entry, Pending, RequestId};
use crate::input::ControlMove;
use crate::message::{EngineEvent, Refusal};
use crate::units::DeckId;

impl RigProcessor {
    /// Takes back what is meant, but not what nobody asked for; refused if nothing of a single request is there.
    pub(super) fn cancel(
        &mut self,
        pending: Pending,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) -> Result<(), Refusal> {
        let mut found = false;
        while let Some(entry) = self.timeline.take_first(|entry| match pending {
            Pending::Request(id) => entry.id == id && id != RequestId::HOST,
            Pending::Deck(deck) => entry.deed.is_wish() && entry.deed.deck() == Some(deck),
            Pending::Rig => entry.deed.is_wish() && entry.deed.deck().is_none(),
            Pending::All => entry.deed.is_wish(),
        }) {
            found = true;
            self.take_back(entry);
        }
        self.show_what_waits(moment, moves);
        match pending {
            // It may have been taken back on the control side, where the receipt says so: only a request that is
            // nowhere is worth a refusal.
            Pending::Request(_) if !found => Err(Refusal::NotPending),
            _ => Ok(()),
        }
    }

    /// Every deck out within 10 ms, the headphones too, and nothing pending.
    pub(super) fn panic(&mut self, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        while let Some(entry) = self.timeline.take_first(|entry| entry.deed.is_wish()) {
            self.take_back(entry);
        }
        for deck in DeckId::ALL {
            self.stop(deck, Some(PANIC_MS), moment, moves);
        }
        self.policy.telemetry_mut().panics += 1;
        self.listen_to(None);
    }

    /// One entry and, if it is a step of a recipe, the others with it.
    pub(super) fn take_back(&mut self, entry: Entry) {
        let id = entry.id;
        self.send(EngineEvent::Cancelled { id });
        self.discard(entry.deed);
        self.take_back_the_rest(id);
    }

    /// The steps of a recipe that are still pending, and those that are still coming: its request has its answer
    /// already. Faders that it moves stay where they are.
    pub(super) fn take_back_the_rest(&mut self, id: RequestId) {
        if id == RequestId::HOST {
            return;
        }
        if self.recipe.is_some_and(|(recipe, _)| recipe == id) {
            self.recipe = Some((id, None));
        }
        self.stop_ways(id);
        while let Some(entry) = self.timeline.take_first(|entry| entry.id == id) {
            self.discard(entry.deed);
        }
    }

    /// After something was taken back: decks that no longer wait are told of, and the host's play controls spring back.
    fn show_what_waits(&mut self, moment: Moment<'_>, moves: &mut Vec<ControlMove>) {
        for deck in DeckId::ALL {
            let waits = self.timeline.gesture(deck, ActionKind::Play).is_some();
            let plays = self.deck(deck).is_some_and(|node| node.is_playing());
            self.show_play_control(deck, plays || waits, moment.block_frame, moves);
            self.send_state(deck);
        }
    }
}
