//! Auto gain: each track is brought to the same loudness once that is known, by its deck's trim.
//!
//! Only while its switch is on (`auto_gain`): without it a deck's output is the file's samples. The trim fades over a
//! second, so nothing jumps on air. Each load is levelled once. A trim that somebody moves in the meantime stays, and so
//! does that of a track that came with a project: it was saved with it.

use echelon_engine::action::{Action, RequestId};
use echelon_engine::message::Snapshot;
use echelon_engine::mixer::Knob;
use echelon_engine::units::{DeckId, NUM_DECKS};

use super::decks::DeckFiles;

/// A track that is to be levelled.
#[derive(Clone, Copy, Debug)]
struct Levelled {
    load: RequestId,
    /// The trim when it came.
    trim_db: f32,
    is_done: bool,
}

/// What was done about the loudness of what is on each deck. Control thread.
#[derive(Debug, Default)]
pub(super) struct Levels {
    decks: [Option<Levelled>; NUM_DECKS],
}

impl Levels {
    /// What is to be moved now.
    pub(super) fn turn(&mut self, files: &DeckFiles, snapshot: &Snapshot) -> Vec<Action> {
        let is_on = Knob::of_master("auto_gain").is_some_and(|knob| snapshot.knob(knob) > 0.5);
        DeckId::ALL.into_iter().filter_map(|deck| self.level(deck, is_on, files, snapshot)).collect()
    }

    fn level(&mut self, deck: DeckId, is_on: bool, files: &DeckFiles, snapshot: &Snapshot) -> Option<Action> {
        let knob = Knob::of_deck(deck, "trim")?;
        let trim_db = snapshot.knob(knob);
        let slot = &mut self.decks[deck.index()];
        let Some((load, is_of_project)) = files.load_on(deck) else {
            *slot = None;
            return None;
        };
        let levelled = match slot {
            Some(levelled) if levelled.load == load => levelled,
            _ => slot.insert(Levelled { load, trim_db, is_done: is_of_project }),
        };
        levelled.is_done |= levelled.trim_db.to_bits() != trim_db.to_bits();
        if levelled.is_done || !is_on {
            return None;
        }
        let gain_db = files.found(load)?.auto_gain_db();
        levelled.is_done = true;
        #[expect(clippy::cast_possible_truncation, reason = "a gain of some dB")]
        let value = gain_db as f32;
        Some(Action::SetKnob { knob, value })
    }
}
