//! The editor's hands: what they hold down, and when their play and stop happen.

use echelon_engine::action::{Action, ActionTiming, Gesture};
use echelon_engine::units::{DeckId, NUM_DECKS};

use crate::view::{Act, Order};

/// When play and stop of a deck happen, as words of [`ActionTiming`]; the first is the rig's quantize setting.
pub const TIMES: [&str; 8] = ["default", "now", "1/4", "beat", "bar", "2bars", "4bars", "8bars"];

/// What is held, and when play and stop of each deck happen.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    /// What was pressed and has not come up yet, and what lets go of it.
    held: Vec<(DeckId, Gesture, f64)>,
    /// Places in [`TIMES`].
    decks: [usize; NUM_DECKS],
}

impl Hands {
    /// Everything that is held comes up.
    pub fn let_go(&mut self, act: &mut dyn Act) {
        for (deck, gesture, value) in self.held.drain(..) {
            act.act(Action::Gesture { deck, gesture, value }, ActionTiming::Immediate);
        }
    }

    /// The place in [`TIMES`] that a deck has of its own; 0 for none.
    #[must_use]
    pub const fn of(&self, deck: DeckId) -> usize {
        self.decks[deck.index()]
    }

    /// Chooses for a deck.
    pub const fn set(&mut self, deck: DeckId, place: usize) {
        self.decks[deck.index()] = place;
    }

    /// When play and stop of a deck happen.
    #[must_use]
    pub fn timing(&self, deck: DeckId) -> ActionTiming {
        let word = TIMES.get(self.of(deck)).copied().unwrap_or(TIMES[0]);
        ActionTiming::from_word(word).unwrap_or(ActionTiming::Default)
    }

    /// Goes by what a gesture begins or ends.
    fn note(&mut self, deck: DeckId, gesture: Gesture, value: f64) {
        let (up, up_value) = match gesture {
            Gesture::Cue | Gesture::Nudge => (gesture, 0.0),
            Gesture::LoopRoll | Gesture::LoopRollEnd => (Gesture::LoopRollEnd, 0.0),
            Gesture::HotCue | Gesture::HotCueRelease => (Gesture::HotCueRelease, value),
            _ => return,
        };
        let held = (deck, up, up_value);
        self.held.retain(|other| *other != held);
        if !matches!(gesture, Gesture::LoopRollEnd | Gesture::HotCueRelease) && value != 0.0 {
            self.held.push(held);
        }
    }
}

/// The way to act through the hands.
pub struct Through<'a> {
    /// What is really asked.
    pub act: &'a mut dyn Act,
    /// By whose rules.
    pub hands: &'a mut Hands,
}

impl Act for Through<'_> {
    fn act(&mut self, action: Action, timing: ActionTiming) {
        let timing = match (&action, timing) {
            (Action::PlayDeck { deck, .. } | Action::StopDeck { deck }, ActionTiming::Default) => {
                self.hands.timing(*deck)
            }
            _ => timing,
        };
        if let Action::Gesture { deck, gesture, value } = action {
            self.hands.note(deck, gesture, value);
        }
        self.act.act(action, timing);
    }

    fn watch_log(&mut self) {
        self.act.watch_log();
    }

    fn export_log(&mut self) {
        self.act.export_log();
    }

    fn watch_midi(&mut self) {
        self.act.watch_midi();
    }

    fn order(&mut self, order: Order) {
        self.act.order(order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deck_s_own_time_is_of_that_deck_only() {
        let mut hands = Hands::default();
        hands.set(DeckId::B, 1);
        hands.set(DeckId::C, 4);
        let times = [DeckId::A, DeckId::B, DeckId::C].map(|deck| hands.timing(deck));
        assert_eq!(times, [ActionTiming::Default, ActionTiming::Immediate, ActionTiming::NextBar]);
        for word in TIMES {
            assert!(ActionTiming::from_word(word).is_some(), "{word}");
        }
    }
}
