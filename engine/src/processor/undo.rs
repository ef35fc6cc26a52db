//! "Oops": what was stopped, replaced or jumped away from runs on unheard for some bars, and can be brought back.

use super::{Moment, RigProcessor};
use crate::clock::BlockClock;
use crate::input::ControlMove;
use crate::message::{EngineEvent, Refusal};
use crate::units::DeckId;

impl RigProcessor {
    /// From here on a deck can be brought back to what it did until now.
    pub(super) fn can_undo(&mut self, deck: DeckId, moment: Moment<'_>) {
        let beat = moment.clock.performance_beat_at(moment.frame);
        let bars = self.policy.settings().undo_bars;
        self.policy.deck_mut(deck).undo_until = beat + bars * moment.clock.lines().bar_beats;
        self.undo_marks[deck.index()] = beat;
    }

    /// Brings a deck back, or all decks that lost something at the latest moment at which any did.
    pub(super) fn undo(
        &mut self,
        deck: Option<DeckId>,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) -> Result<(), Refusal> {
        let beat = moment.clock.performance_beat_at(moment.frame);
        let possible = |deck: &DeckId| self.policy.deck(*deck).undo_until >= beat;
        let marks = self.undo_marks;
        let latest = DeckId::ALL.iter().filter(|deck| possible(deck)).map(|deck| marks[deck.index()]);
        let latest = latest.fold(f64::NEG_INFINITY, f64::max);
        let is_meant = |other: &DeckId| deck.map_or(marks[other.index()] == latest, |deck| deck == *other);
        let meant = DeckId::ALL.map(|deck| possible(&deck) && is_meant(&deck));
        let mut undone = false;
        for (deck, _) in DeckId::ALL.into_iter().zip(meant).filter(|(_, meant)| *meant) {
            undone |= self.undo_deck(deck, moment, moves);
        }
        if undone { Ok(()) } else { Err(Refusal::NothingToUndo) }
    }

    fn undo_deck(&mut self, deck: DeckId, moment: Moment<'_>, moves: &mut Vec<ControlMove>) -> bool {
        self.policy.deck_mut(deck).undo_until = f64::NEG_INFINITY;
        let Some(done) = self.deck(deck).and_then(|node| node.undo()) else { return false };
        if let Some(load) = done.restored {
            self.send(EngineEvent::Restored { deck, load: crate::action::RequestId::from_number(load) });
        }
        self.deck_changed(deck, moment.block_frame, moves);
        true
    }

    /// Lets go of what can no longer be brought back. The undo itself asks for its own beat: when this runs does not
    /// matter to the sound.
    pub(super) fn forget_what_is_too_old(&mut self, clock: &BlockClock) {
        let now = clock.performance_beat_at(clock.frames());
        for deck in DeckId::ALL {
            let until = self.policy.deck(deck).undo_until;
            if until < now && until != f64::NEG_INFINITY {
                self.policy.deck_mut(deck).undo_until = f64::NEG_INFINITY;
                if let Some(node) = self.deck(deck) {
                    node.forget();
                }
            }
        }
    }
}
