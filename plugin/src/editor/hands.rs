//! The editor's hands: what they hold down, and when their play and stop happen.

use echelon_engine::action::{Action, ActionTiming, Gesture};
use echelon_engine::units::{DeckId, NUM_DECKS};
use egui::Key;

use crate::view::{Act, Order};

/// When play and stop of a deck happen, as words of [`ActionTiming`]; the first is the rig's quantize setting.
pub const TIMES: [&str; 8] = ["default", "now", "1/4", "beat", "bar", "2bars", "4bars", "8bars"];

/// When play and stop of each deck happen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// Places in [`TIMES`].
    decks: [usize; NUM_DECKS],
}

impl Times {
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
}

/// What holds something down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finger {
    /// On a key: it comes up with that key, whatever is chosen or in sight by then.
    Key(Key),
    /// On a button of the editor.
    Button,
}

/// Something that is held, and what lets go of it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Held {
    finger: Finger,
    deck: DeckId,
    up: Gesture,
    value: f64,
}

impl Held {
    fn action(self) -> Action {
        Action::Gesture { deck: self.deck, gesture: self.up, value: self.value }
    }
}

/// What is held: pressed, and not come up yet.
#[derive(Clone, Debug, Default)]
pub struct Hands(Vec<Held>);

impl Hands {
    /// Everything that is held comes up.
    pub fn let_go(&mut self, act: &mut dyn Act) {
        for held in self.0.drain(..) {
            act.act(held.action(), ActionTiming::Immediate);
        }
    }

    /// Goes by what a gesture begins or ends.
    fn note(&mut self, finger: Finger, deck: DeckId, gesture: Gesture, value: f64) {
        let (up, up_value) = match gesture {
            Gesture::Cue | Gesture::Nudge => (gesture, 0.0),
            Gesture::LoopRoll | Gesture::LoopRollEnd => (Gesture::LoopRollEnd, 0.0),
            Gesture::HotCue | Gesture::HotCueRelease => (Gesture::HotCueRelease, value),
            _ => return,
        };
        let held = Held { finger, deck, up, value: up_value };
        self.0.retain(|other| *other != held);
        if !matches!(gesture, Gesture::LoopRollEnd | Gesture::HotCueRelease) && value != 0.0 {
            self.0.push(held);
        }
    }
}

/// The way to act through the hands.
pub struct Through<'a> {
    /// What is really asked.
    pub act: &'a mut dyn Act,
    /// What they hold.
    pub hands: &'a mut Hands,
    /// When their plays and stops happen.
    pub times: Times,
}

impl Through<'_> {
    /// A key goes down that acts again when it comes up.
    pub fn press(&mut self, key: Key, deck: DeckId, gesture: Gesture, value: f64) {
        self.hands.note(Finger::Key(key), deck, gesture, value);
        self.act.act(Action::Gesture { deck, gesture, value }, ActionTiming::Default);
    }

    /// A key comes up: on the deck on which it went down.
    pub fn release(&mut self, key: Key) {
        for held in self.hands.0.extract_if(.., |held| held.finger == Finger::Key(key)) {
            self.act.act(held.action(), ActionTiming::Default);
        }
    }

    /// No finger is on any button: what one held that is no longer in sight comes up too.
    pub fn release_buttons(&mut self) {
        for held in self.hands.0.extract_if(.., |held| held.finger == Finger::Button) {
            self.act.act(held.action(), ActionTiming::Immediate);
        }
    }

    /// Everything that is held comes up.
    pub fn let_go(&mut self) {
        self.hands.let_go(self.act);
    }
}

impl Act for Through<'_> {
    fn act(&mut self, action: Action, timing: ActionTiming) {
        let timing = match (&action, timing) {
            (Action::PlayDeck { deck, .. } | Action::StopDeck { deck }, ActionTiming::Default) => {
                self.times.timing(*deck)
            }
            _ => timing,
        };
        if let Action::Gesture { deck, gesture, value } = action {
            self.hands.note(Finger::Button, deck, gesture, value);
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
        let mut times = Times::default();
        times.set(DeckId::B, 1);
        times.set(DeckId::C, 4);
        let timings = [DeckId::A, DeckId::B, DeckId::C].map(|deck| times.timing(deck));
        assert_eq!(timings, [ActionTiming::Default, ActionTiming::Immediate, ActionTiming::NextBar]);
        for word in TIMES {
            assert!(ActionTiming::from_word(word).is_some(), "{word}");
        }
    }
}
