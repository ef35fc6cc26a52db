//! The table of a deck's states, in a few lines, beside the engine: what was done must lead to what is.

use echelon_engine::action::ActionKind;
use echelon_engine::message::Snapshot;
use echelon_engine::safety::{DeckState, OnAirRule};
use echelon_engine::units::{DeckId, NUM_DECKS};

use super::Fired;

/// A way that is not in the table.
#[derive(Clone, Debug)]
pub struct Broken(pub String);

/// What each deck is doing, by the deeds alone.
#[derive(Clone, Debug)]
pub struct DeckModel {
    states: [DeckState; NUM_DECKS],
    /// Ended, or brought back: the engine knows better.
    unsure: [bool; NUM_DECKS],
}

impl Default for DeckModel {
    fn default() -> Self {
        Self { states: [DeckState::Empty; NUM_DECKS], unsure: [false; NUM_DECKS] }
    }
}

impl DeckModel {
    /// Takes in what was done, in order, and compares with the snapshot that came with it.
    ///
    /// # Errors
    /// [`Broken`] if a deed was not allowed in its state, or the deck is in another state than the table says.
    pub fn follow(&mut self, deeds: &[Fired], rule: OnAirRule, snapshot: &Snapshot) -> Result<(), Broken> {
        for deed in deeds {
            self.take(deed, rule)?;
        }
        for deck in DeckId::ALL {
            let (model, real) = (&mut self.states[deck.index()], snapshot.decks[deck.index()].state);
            let rests = |state| matches!(state, DeckState::Stopped | DeckState::Primed);
            let ended = *model == DeckState::Playing && rests(real);
            let agrees = *model == real || (rests(*model) && rests(real)) || ended;
            if !agrees && !self.unsure[deck.index()] {
                return Err(Broken(format!(
                    "deck {deck} is {real:?} and should be {model:?} at frame {} after {deeds:?}",
                    snapshot.frames
                )));
            }
            *model = real;
            self.unsure[deck.index()] = false;
        }
        Ok(())
    }

    fn take(&mut self, deed: &Fired, rule: OnAirRule) -> Result<(), Broken> {
        let decks = deed.deck.map_or(DeckId::ALL.to_vec(), |deck| vec![deck]);
        for deck in decks {
            let state = &mut self.states[deck.index()];
            let wrong = || Err(Broken(format!("{deed:?} on deck {deck} in {state:?}")));
            // A track may have ended since the last look: a deck that plays may rest by now.
            *state = match (deed.kind, *state) {
                (ActionKind::Play, DeckState::Stopped | DeckState::Primed | DeckState::Playing) => DeckState::Playing,
                (ActionKind::Stop | ActionKind::Panic, DeckState::Empty) => DeckState::Empty,
                (ActionKind::Stop | ActionKind::Panic, _) => DeckState::Stopped,
                (ActionKind::Load, _) if deed.ejects => DeckState::Empty,
                (ActionKind::Load, DeckState::Playing) if rule == OnAirRule::Allow => {
                    self.unsure[deck.index()] = true;
                    DeckState::Playing
                }
                (ActionKind::Load, _) => DeckState::Stopped,
                // The cue button starts or stops, by where the playhead is.
                (ActionKind::Cue, state) if state != DeckState::Empty => {
                    self.unsure[deck.index()] = true;
                    state
                }
                (ActionKind::Undo, state) => {
                    self.unsure[deck.index()] = true;
                    state
                }
                (ActionKind::Play | ActionKind::Seek | ActionKind::Cue | ActionKind::Loop, DeckState::Empty) => {
                    if self.unsure[deck.index()] {
                        continue;
                    }
                    return wrong();
                }
                (_, state) => state,
            };
        }
        Ok(())
    }
}
