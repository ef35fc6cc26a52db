//! A recipe as it is written down: for any two decks, in beats or bars. [`RecipeFile::fill`] makes a [`Recipe`] of it.
//!
//! ```
//! use echelon_engine::action::{RecipeFile, Roles};
//! use echelon_engine::units::DeckId;
//!
//! let text = r#"{
//!   "echelon_recipe": 1,
//!   "name": "Long crossfade",
//!   "unit": "bars",
//!   "steps": [
//!     { "at": 0, "action": "play_deck", "deck": "to" },
//!     { "at": 0, "over": 16, "action": "set_crossfader", "position": "to" },
//!     { "at": 16, "action": "stop_deck", "deck": "from" }
//!   ]
//! }"#;
//! let file = RecipeFile::read(text)?;
//! let recipe = file.fill(Roles::new(DeckId::A, DeckId::B), 4.0)?;
//! assert_eq!((recipe.steps.len(), recipe.steps[2].after_beats), (3, 64.0));
//!
//! let wrong = text.replace("\"over\": 16", "\"over\": -1");
//! let error = RecipeFile::read(&wrong).unwrap_err();
//! assert_eq!(error.to_string(), "line 7: \"over\" is from 0 to 256 bars, not -1");
//! # Ok::<(), echelon_engine::action::RecipeFileError>(())
//! ```

use super::{Recipe, RecipeError, RecipeStep};
use crate::action::{Action, Gesture};
use crate::mixer::{EqBand, Knob};
use crate::units::{Decibels, DeckId};

/// What is wrong with a recipe's text, and where. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct RecipeFileError {
    /// Counted from 1.
    pub line: usize,
    /// A sentence for people.
    pub reason: String,
}

impl RecipeFileError {
    pub(super) fn new(line: usize, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }
}

/// Which deck has which part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// The outgoing deck.
    pub from: DeckId,
    /// The incoming deck.
    pub to: DeckId,
}

impl Roles {
    /// From a deck to another.
    #[must_use]
    pub const fn new(from: DeckId, to: DeckId) -> Self {
        Self { from, to }
    }

    const fn deck(self, role: Role) -> DeckId {
        match role {
            Role::From => self.from,
            Role::To => self.to,
            Role::Deck(deck) => deck,
        }
    }
}

/// A deck in a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    From,
    To,
    /// This deck, whoever it is run for.
    Deck(DeckId),
}

/// Where a crossfader goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Side {
    /// To the end of a deck.
    Of(Role),
    /// 0 to 1.
    At(f32),
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wish {
    Play {
        deck: Role,
        position_secs: Option<f64>,
    },
    Stop {
        deck: Role,
    },
    Seek {
        deck: Role,
        position_secs: f64,
    },
    Gain {
        deck: Role,
        gain_db: f32,
    },
    Eq {
        deck: Role,
        band: EqBand,
        gain_db: f32,
    },
    Echo {
        deck: Role,
        send: f32,
    },
    Crossfader {
        position: Side,
    },
    MasterGain {
        gain_db: f32,
    },
    Gesture {
        deck: Role,
        gesture: Gesture,
        value: f64,
    },
    /// `knob` is deck A's, if it is a deck's.
    Knob {
        knob: Knob,
        deck: Option<Role>,
        value: f32,
    },
}

/// One step as it is written, with its line. Times in the file's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct FileStep {
    pub line: usize,
    pub at: f64,
    pub over: f64,
    pub wish: Wish,
}

/// In what a recipe counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    Beats,
    Bars,
}

impl Unit {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Beats => "beats",
            Self::Bars => "bars",
        }
    }

    /// The last time and the longest way.
    pub(super) const fn most(self) -> f64 {
        match self {
            Self::Beats => Recipe::MAX_BEATS,
            Self::Bars => Recipe::MAX_BEATS / 4.0,
        }
    }
}

/// A recipe for any two decks. Made by [`RecipeFile::read`], so that it is right as far as that can be told without
/// the decks.
#[derive(Clone, Debug, PartialEq)]
pub struct RecipeFile {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) unit: Unit,
    pub(super) steps: Vec<FileStep>,
}

impl RecipeFile {
    /// The version of the format that is read.
    pub const VERSION: u64 = 1;
    /// The longest text that is read, in bytes.
    pub const MAX_BYTES: usize = 64 * 1024;
    /// The longest name, and the longest text about it, in bytes.
    pub const MAX_TEXT: usize = 400;

    /// For people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does, in a sentence; may be empty.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The recipe for these decks, with bars of so many quarter notes.
    ///
    /// # Errors
    /// [`RecipeFileError`] says which line does not fit these decks.
    pub fn fill(&self, roles: Roles, bar_beats: f64) -> Result<Recipe, RecipeFileError> {
        let unit_beats = if self.unit == Unit::Bars { bar_beats } else { 1.0 };
        let uses = |role| self.steps.iter().find(|step| step.uses(role)).map(|step| step.line);
        if let (Some(_), Some(line), true) = (uses(Role::From), uses(Role::To), roles.from == roles.to) {
            let reason = format!("\"from\" and \"to\" are both deck {}: name two decks", roles.from);
            return Err(RecipeFileError::new(line, reason));
        }
        let steps = self.steps.iter().map(|step| step.fill(roles, unit_beats)).collect::<Result<_, _>>()?;
        let recipe = Recipe { name: self.name.clone(), steps };
        recipe.validated().map_err(|error| {
            let line = |number: usize| self.steps.get(number - 1).map_or(1, |step| step.line);
            let line = match error {
                RecipeError::Steps(_) => 1,
                RecipeError::Time(number) | RecipeError::Kind(number, _) | RecipeError::Value(number, _) => {
                    line(number)
                }
            };
            RecipeFileError::new(line, error.to_string())
        })
    }
}

impl FileStep {
    fn uses(&self, role: Role) -> bool {
        match self.wish {
            Wish::Play { deck, .. }
            | Wish::Stop { deck }
            | Wish::Seek { deck, .. }
            | Wish::Gain { deck, .. }
            | Wish::Eq { deck, .. }
            | Wish::Echo { deck, .. }
            | Wish::Gesture { deck, .. } => deck == role,
            Wish::Knob { deck, .. } => deck == Some(role),
            Wish::Crossfader { position } => position == Side::Of(role),
            Wish::MasterGain { .. } => false,
        }
    }

    fn fill(&self, roles: Roles, unit_beats: f64) -> Result<RecipeStep, RecipeFileError> {
        let action = match self.wish {
            Wish::Play { deck, position_secs } => Action::PlayDeck { deck: roles.deck(deck), position_secs },
            Wish::Stop { deck } => Action::StopDeck { deck: roles.deck(deck) },
            Wish::Seek { deck, position_secs } => Action::SeekDeck { deck: roles.deck(deck), position_secs },
            Wish::Gain { deck, gain_db } => Action::SetGain { deck: roles.deck(deck), gain: Decibels(gain_db) },
            Wish::Eq { deck, band, gain_db } => Action::SetEq { deck: roles.deck(deck), band, gain: Decibels(gain_db) },
            Wish::Echo { deck, send } => Action::SetEcho { deck: roles.deck(deck), send },
            Wish::Gesture { deck, gesture, value } => Action::Gesture { deck: roles.deck(deck), gesture, value },
            Wish::MasterGain { gain_db } => Action::SetMasterGain { gain: Decibels(gain_db) },
            Wish::Knob { knob, deck, value } => {
                Action::SetKnob { knob: deck.map_or(knob, |role| knob.on(roles.deck(role))), value }
            }
            Wish::Crossfader { position } => Action::SetCrossfader { position: self.position(position, roles)? },
        };
        #[expect(clippy::cast_possible_truncation, reason = "a number of beats; f32 is the unit's type")]
        let over_beats = (self.over * unit_beats) as f32;
        Ok(RecipeStep { after_beats: self.at * unit_beats, over_beats, action })
    }

    fn position(&self, side: Side, roles: Roles) -> Result<f32, RecipeFileError> {
        match side {
            Side::At(position) => Ok(position),
            Side::Of(role) => match roles.deck(role) {
                DeckId::A => Ok(0.0),
                DeckId::B => Ok(1.0),
                deck => {
                    let reason = format!(
                        "deck {deck} is not on the crossfader: run it between decks A and B, or take a recipe that \
                         moves the channels' gains"
                    );
                    Err(RecipeFileError::new(self.line, reason))
                }
            },
        }
    }
}

#[cfg(test)]
mod tests;
