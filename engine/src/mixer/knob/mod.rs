//! The mixer's continuous controls and switches, one row each. Host parameters, OSC addresses, recipes, log, snapshot
//! and slew come from the rows: a new control is a row here and a [`Slide`] in its node.

mod scale;
mod table;
mod text;
mod values;

pub use scale::Scale;
pub use table::{DECK_ROWS, MASTER_ROWS};
pub use values::{DeckKnobs, MasterKnobs};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Mixer;
use crate::action::ActionKind;
use crate::dsp::Slide;
use crate::graph::Scheduler;
use crate::units::{DeckId, NUM_DECKS};

/// Id of the switch between EQ and isolator.
const EQ_MODEL: &str = "eq_model";

/// What a control's number means, for its text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unit {
    /// Decibels; the lowest value is written as this word if there is one: `-inf dB`, `kill`.
    Decibels {
        /// The word for the least.
        least: Option<&'static str>,
    },
    /// 0..1, written in per cent.
    Part,
    /// -1..1: low-pass on the left, high-pass on the right, off around the middle; written in per cent.
    Bipolar,
    /// Milliseconds.
    Milliseconds,
    /// Times the track's own speed, written as per cent above it or below.
    Speed,
    /// A number with this unit.
    Number(&'static str),
    /// A length in beats, by its place among [`crate::deck::KEPT_BEATS`].
    Beats,
    /// One of some words, by its place.
    Choice(&'static [&'static str]),
}

/// How the travel of a fader or a knob maps to the range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Taper {
    /// Evenly.
    Linear,
    /// This value is in the middle of the travel.
    Middle(f32),
    /// The part of the range raised to two to the power of this.
    Skew(f32),
}

/// How fast a remote agent may move it: by the slew of [`crate::safety::SourceRules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlewClass {
    /// As a level: so many dB a beat.
    Level,
    /// As a crossfader: so much of its travel a beat.
    Travel,
    /// It is a switch, or makes nothing jump.
    Free,
}

/// One control.
pub struct KnobRow {
    /// For people, after `Deck A` or alone: `Fader`.
    pub name: &'static str,
    /// In recipes, and the parameter's id; of a deck's control it gets the suffix `_1` .. `_4`. Stable for ever.
    pub id: &'static str,
    /// OSC address; `{deck}` stands for the deck's letter.
    pub path: &'static str,
    /// What its number is.
    pub unit: Unit,
    /// Least value.
    pub min: f32,
    /// Highest value.
    pub max: f32,
    /// Before anyone has moved it, by deck; of a master's control the first counts.
    pub defaults: [f32; NUM_DECKS],
    /// Travel to value.
    pub taper: Taper,
    /// Slew for remote agents.
    pub slew: SlewClass,
    /// What it is to the safety policy: [`ActionKind::Mixer`], or [`ActionKind::Effect`] with its cooldown.
    pub kind: ActionKind,
    /// One sentence.
    pub help: &'static str,
    /// The control in its node. A master's control is asked for with each deck in turn: where the decks have a node for
    /// it, each gets it.
    pub slide: for<'p> fn(&Mixer, &'p mut Scheduler, DeckId) -> Option<&'p mut Slide>,
}

impl std::fmt::Debug for KnobRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KnobRow").field("id", &self.id).finish_non_exhaustive()
    }
}

impl KnobRow {
    /// A finite value in its range, and on a step if it has steps.
    #[must_use]
    pub fn clamp(&self, value: f32) -> f32 {
        let value = if value.is_finite() { value.clamp(self.min, self.max) } else { self.defaults[0] };
        if matches!(self.unit, Unit::Choice(_)) { value.round() } else { value }
    }

    /// The words of a choice.
    #[must_use]
    pub const fn choices(&self) -> Option<&'static [&'static str]> {
        self.scale().choices()
    }

    /// Unit, range and taper.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        Scale { unit: self.unit, min: self.min, max: self.max, taper: self.taper }
    }
}

/// A control of a deck or of the master.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Knob {
    deck: Option<DeckId>,
    /// In the table of decks or of the master; in range.
    row: usize,
}

impl Knob {
    /// How many there are, on all decks and the master.
    pub const COUNT: usize = NUM_DECKS * DECK_ROWS.len() + MASTER_ROWS.len();

    /// Every one: deck A's, B's, C's, D's, the master's.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_deck = |deck| (0..DECK_ROWS.len()).map(move |row| Self { deck: Some(deck), row });
        let of_master = (0..MASTER_ROWS.len()).map(|row| Self { deck: None, row });
        DeckId::ALL.into_iter().flat_map(of_deck).chain(of_master)
    }

    /// A deck's control by its row's id.
    #[must_use]
    pub fn of_deck(deck: DeckId, id: &str) -> Option<Self> {
        let row = DECK_ROWS.iter().position(|row| row.id == id)?;
        Some(Self { deck: Some(deck), row })
    }

    /// The master's control by its row's id.
    #[must_use]
    pub fn of_master(id: &str) -> Option<Self> {
        let row = MASTER_ROWS.iter().position(|row| row.id == id)?;
        Some(Self { deck: None, row })
    }

    /// The control with this address pattern, on this deck if it is a deck's.
    #[must_use]
    pub fn of_pattern(pattern: &str, deck: DeckId) -> Option<Self> {
        let row = |rows: &[KnobRow]| rows.iter().position(|row| row.path == pattern);
        let of_deck = row(&DECK_ROWS).map(|row| Self { deck: Some(deck), row });
        of_deck.or_else(|| Some(Self { deck: None, row: row(&MASTER_ROWS)? }))
    }

    /// The control with this address.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        Self::all().find(|knob| knob.path() == path)
    }

    /// Its row.
    #[must_use]
    pub fn row(self) -> &'static KnobRow {
        static DECK: &[KnobRow] = &DECK_ROWS;
        static MASTER: &[KnobRow] = &MASTER_ROWS;
        if self.deck.is_some() { &DECK[self.row] } else { &MASTER[self.row] }
    }

    /// The control of a row of [`DECK_ROWS`] on this deck, or of [`MASTER_ROWS`]; `row` is in the table.
    pub(crate) const fn at(deck: Option<DeckId>, row: usize) -> Self {
        Self { deck, row }
    }

    /// Its deck, if it is a deck's.
    #[must_use]
    pub const fn deck(self) -> Option<DeckId> {
        self.deck
    }

    /// The same control of another deck; the master's stays.
    #[must_use]
    pub const fn on(self, deck: DeckId) -> Self {
        match self.deck {
            Some(_) => Self { deck: Some(deck), ..self },
            None => self,
        }
    }

    /// Its place in its table.
    #[must_use]
    pub(super) const fn place(self) -> usize {
        self.row
    }

    /// Its place in [`Knob::all`].
    #[must_use]
    pub const fn index(self) -> usize {
        let decks = match self.deck {
            Some(deck) => deck.index(),
            None => NUM_DECKS,
        };
        decks * DECK_ROWS.len() + self.row
    }

    /// Its value before anyone has moved it.
    #[must_use]
    pub fn default_value(self) -> f32 {
        self.row().defaults[self.deck.map_or(0, DeckId::index)]
    }

    /// Whether it is the switch between EQ and isolator.
    pub(crate) fn is_eq_model(self) -> bool {
        self.deck.is_none() && self.row().id == EQ_MODEL
    }

    /// The switch between EQ and isolator: 1 is the isolator.
    pub(crate) fn eq_model() -> Option<Self> {
        Self::of_master(EQ_MODEL)
    }

    /// Its OSC address. Allocates.
    #[must_use]
    pub fn path(self) -> String {
        let letter = self.deck.map_or(String::new(), |deck| deck.to_string().to_lowercase());
        self.row().path.replace("{deck}", &letter)
    }

    /// The id of its host parameter. Allocates.
    #[must_use]
    pub fn param_id(self) -> String {
        let id = self.row().id;
        self.deck.map_or_else(|| id.to_owned(), |deck| format!("{id}_{}", deck.index() + 1))
    }

    /// For people: `Deck A Fader`. Allocates.
    #[must_use]
    pub fn name(self) -> String {
        let name = self.row().name;
        self.deck.map_or_else(|| name.to_owned(), |deck| format!("Deck {deck} {name}"))
    }

    /// Does something with the control in every node that has it.
    pub(crate) fn for_each_slide(self, mixer: &Mixer, scheduler: &mut Scheduler, mut what: impl FnMut(&mut Slide)) {
        let decks = self.deck.map_or(DeckId::ALL.as_slice(), |deck| &DeckId::ALL[deck.index()..=deck.index()]);
        for deck in decks {
            if let Some(slide) = (self.row().slide)(mixer, scheduler, *deck) {
                what(slide);
            }
        }
    }
}

impl std::fmt::Debug for Knob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.param_id())
    }
}

/// In the action log a control is its address.
impl Serialize for Knob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.path())
    }
}

impl<'de> Deserialize<'de> for Knob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = String::deserialize(deserializer)?;
        Self::from_path(&path).ok_or_else(|| serde::de::Error::custom(format!("there is no control {path}")))
    }
}

#[cfg(test)]
mod tests;
