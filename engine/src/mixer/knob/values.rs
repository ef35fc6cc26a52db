//! The settings of all controls, for the snapshot.

use super::{DECK_ROWS, Knob, MASTER_ROWS};
use crate::units::DeckId;

/// A deck's controls as set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeckKnobs([f32; DECK_ROWS.len()]);

/// The master's controls as set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MasterKnobs([f32; MASTER_ROWS.len()]);

impl DeckKnobs {
    /// Before anyone has moved them.
    #[must_use]
    pub fn of(deck: DeckId) -> Self {
        Self(std::array::from_fn(|row| DECK_ROWS[row].defaults[deck.index()]))
    }

    pub(crate) const fn get(&self, knob: Knob) -> f32 {
        self.0[knob.place()]
    }

    pub(crate) const fn set(&mut self, knob: Knob, value: f32) {
        self.0[knob.place()] = value;
    }
}

impl Default for DeckKnobs {
    fn default() -> Self {
        Self::of(DeckId::A)
    }
}

impl Default for MasterKnobs {
    fn default() -> Self {
        Self(std::array::from_fn(|row| MASTER_ROWS[row].defaults[0]))
    }
}

impl MasterKnobs {
    pub(crate) const fn get(&self, knob: Knob) -> f32 {
        self.0[knob.place()]
    }

    pub(crate) const fn set(&mut self, knob: Knob, value: f32) {
        self.0[knob.place()] = value;
    }
}
