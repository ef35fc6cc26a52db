//! The one table of what can be done to the rig: a row for each action and control.
//!
//! OSC addresses, OSCQuery, host parameters, MIDI targets, surface layouts and the guides' tables are made from
//! [`catalog`]. A new action is a row in `rows/` (or in the tables of gestures and of the mixer, whose rows come in by
//! `derived.rs`) and its handler.

mod arg;
mod derived;
mod param;
mod rows;
mod target;

pub use arg::{Arg, Args, Given, Value};
pub use param::{HostParam, Param, ParamOf, params};
pub use target::{Move, Target, TargetKind};

use super::{Action, ActionKind, ActionTiming, Gesture};
use crate::message::Snapshot;
use crate::mixer::{Knob, Scale};
use crate::units::DeckId;

/// The part of an address that stands for `a`, `b`, `c` or `d`.
pub const DECK: &str = "{deck}";

/// Every action and control, one row each. Wait-free.
pub fn catalog() -> impl ExactSizeIterator<Item = &'static Row> + Clone {
    derived::CATALOG.iter()
}

/// When something happens if nobody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// By the rig's quantize setting.
    Quantize,
    /// On a playing deck on the next beat, unless quantize is off; else at once.
    Beat,
    /// At once.
    Now,
    /// It is no action: it takes neither a time nor a receipt.
    Never,
}

impl When {
    /// The timing.
    #[must_use]
    pub const fn timing(self) -> ActionTiming {
        match self {
            Self::Quantize | Self::Beat => ActionTiming::Default,
            Self::Now | Self::Never => ActionTiming::Immediate,
        }
    }

    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Quantize => "quantize setting",
            Self::Beat => "next beat",
            Self::Now => "now",
            Self::Never => "-",
        }
    }
}

/// How a hand works a row, on a pad, a key or a knob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Touch {
    /// Not at all: it needs a place, a file or a word, or is a setting.
    No,
    /// A press does it.
    Press,
    /// On or off.
    Switch,
    /// A press does it, and the release undoes it.
    Hold,
    /// A knob or a fader.
    Turn(Scale),
}

/// What a button's release does after a press.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Release {
    /// Nothing.
    Nothing,
    /// This gesture, with the press's value.
    Gesture(Gesture),
    /// The same again with this value.
    Value(f64),
}

/// Buttons that each do a row with a value of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Buttons {
    /// The values.
    pub values: &'static [f64],
    /// What their release does.
    pub release: Release,
}

/// What a row means, filled in.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// An action.
    Act(Action),
    /// To take back what the same sender asked for with this number.
    CancelOwn(i32),
}

/// How a row becomes an action.
#[derive(Clone, Copy)]
pub(super) enum Makes {
    /// By a function of its own.
    Own(fn(&Given<'_>) -> Meaning),
    /// A gesture of the decks' table.
    Gesture(Gesture),
    /// A row of the mixer's tables.
    Knob { of_deck: bool, row: usize },
    /// It is a host parameter only.
    Parameter,
}

/// One action or control.
#[derive(Clone, Copy)]
pub struct Row {
    /// For people, after the deck if it is a deck's: `Play`.
    pub name: &'static str,
    /// OSC address; empty if it has none.
    pub path: &'static str,
    /// Target of MIDI mappings, `{deck}` for the deck's letter; where empty it is the address without its first slash.
    pub target: &'static str,
    /// What it takes.
    pub args: Args,
    /// Its arguments may be left out.
    pub optional: bool,
    /// By OSC it takes an optional number: above 0 (or left out) it fires, 0 does nothing.
    pub button: bool,
    /// When it happens if nobody says.
    pub when: When,
    /// What it is to the safety policy.
    pub class: ActionKind,
    /// Its host parameters. Where a row has one for each of its buttons: in their order.
    pub params: &'static [Param],
    /// How a hand works it.
    pub touch: Touch,
    /// Buttons that each do it with a value of their own.
    pub buttons: Option<Buttons>,
    /// One sentence.
    pub help: &'static str,
    /// What it is set to, for those who show it. Master rows are asked for deck A.
    pub shows: Option<fn(&Snapshot, DeckId) -> f64>,
    pub(super) makes: Makes,
}

impl Row {
    /// What most rows are.
    pub(super) const PLAIN: Self = Self {
        name: "",
        path: "",
        target: "",
        args: Args::NONE,
        optional: false,
        button: false,
        when: When::Now,
        class: ActionKind::Mixer,
        params: &[],
        touch: Touch::No,
        buttons: None,
        help: "",
        shows: None,
        makes: Makes::Parameter,
    };

    /// Whether it is there once for each deck.
    #[must_use]
    pub fn of_deck(&self) -> bool {
        self.path.contains(DECK)
    }

    /// What it asks for. `None` for what is a host parameter only.
    #[must_use]
    pub fn meaning(&self, given: &Given<'_>) -> Option<Meaning> {
        Some(match self.makes {
            Makes::Own(make) => make(given),
            Makes::Gesture(gesture) => {
                let value = if given.values.is_empty() { 1.0 } else { given.number(0) };
                let value = gesture.row().takes.clamp(value);
                Meaning::Act(Action::Gesture { deck: given.deck, gesture, value })
            }
            Makes::Knob { of_deck, row } => {
                let knob = Knob::at(of_deck.then_some(given.deck), row);
                Meaning::Act(Action::SetKnob { knob, value: given.number_f32(0) })
            }
            Makes::Parameter => return None,
        })
    }

    /// The action, with this number as its only argument if it takes one. No allocation.
    #[must_use]
    pub fn action(&self, deck: DeckId, value: f64) -> Option<Action> {
        let value = [Value::Number(value)];
        let values = if self.args.is_empty() { &[][..] } else { &value[..] };
        match self.meaning(&Given { deck, values })? {
            Meaning::Act(action) => Some(action),
            Meaning::CancelOwn(_) => None,
        }
    }

    /// The knob of the mixer's table that it is.
    #[must_use]
    pub fn knob(&self, deck: DeckId) -> Option<Knob> {
        match self.makes {
            Makes::Knob { of_deck, row } => Some(Knob::at(of_deck.then_some(deck), row)),
            _ => None,
        }
    }

    /// The gesture that it is.
    #[must_use]
    pub const fn gesture(&self) -> Option<Gesture> {
        match self.makes {
            Makes::Gesture(gesture) => Some(gesture),
            _ => None,
        }
    }

    /// What it is set to; `None` for what has no state, as a jump.
    #[must_use]
    pub fn shown(&self, snapshot: &Snapshot, deck: DeckId) -> Option<f64> {
        match (self.shows, self.knob(deck)) {
            (Some(shows), _) => Some(shows(snapshot, deck)),
            (None, Some(knob)) => Some(f64::from(snapshot.knob(knob))),
            (None, None) => None,
        }
    }
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("path", &self.path).field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
