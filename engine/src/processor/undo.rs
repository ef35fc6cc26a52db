//! "Oops": what was stopped, replaced or jumped away from runs on unheard for some bars, and can be brought back.

use super::{Moment, RigProcessor};
use crate::action::ActionKind;
use crate::clock::BlockClock;
use crate::deck::DeckNode;
use crate::input::ControlMove;
use crate::message::{EngineEvent, Refusal};
use crate::safety::{Nature, Source};
use crate::units::DeckId;

impl RigProcessor {
    /// Where a deck has just left something to come back to, it can be brought back from here on. What it has left, it
    /// says itself: a mark without that would hide what was lost before.
    pub(super) fn note_undo(&mut self, deck: DeckId, moment: Moment<'_>) {
        if !self.deck(deck).is_some_and(DeckNode::take_new_ghost) {
            return;
        }
        let beat = moment.clock.performance_beat_at(moment.frame);
        let bars = self.policy.settings().undo_bars;
        self.policy.deck_mut(deck).undo_until = beat + bars * moment.clock.lines().bar_beats;
        self.undo_marks[deck.index()] = beat;
    }

    /// Brings a deck back, or all decks that lost something at the latest moment at which any did and that the policy
    /// lets `source` touch.
    pub(super) fn undo(
        &mut self,
        deck: Option<DeckId>,
        source: Source,
        moment: Moment<'_>,
        moves: &mut Vec<ControlMove>,
    ) -> Result<(), Refusal> {
        let possible = DeckId::ALL.map(|other| {
            deck.is_none_or(|deck| deck == other)
                && self.decide(other, ActionKind::Undo, source, Nature::Plain, moment).is_ok()
        });
        let marks = self.undo_marks;
        let of_possible = marks.into_iter().zip(possible).filter(|(_, possible)| *possible).map(|(mark, _)| mark);
        let latest = of_possible.fold(f64::NEG_INFINITY, f64::max);
        let mut undone = false;
        for deck in DeckId::ALL {
            if possible[deck.index()] && marks[deck.index()] == latest {
                undone |= self.undo_deck(deck, moment, moves);
            }
        }
        if undone { Ok(()) } else { Err(Refusal::NothingToUndo) }
    }

    fn undo_deck(&mut self, deck: DeckId, moment: Moment<'_>, moves: &mut Vec<ControlMove>) -> bool {
        self.policy.deck_mut(deck).undo_until = f64::NEG_INFINITY;
        let Some(node) = self.deck(deck) else { return false };
        let Some(done) = node.undo() else { return false };
        // One step back, and no further.
        node.forget();
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
