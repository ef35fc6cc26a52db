//! What can be asked of the rig, when it shall happen, and the way from a wish to a frame.

mod deed;
pub mod exact_path;
mod executor;
mod gesture;
mod kind;
mod quantizer;
mod queue;
mod receipt;
mod recipe;
mod setting;
mod table;
mod timeline;
mod timing;
mod trigger;

pub use deed::Deed;
pub use executor::{ActionExecutor, Question};
pub use gesture::{GESTURES, Gesture, GestureRow, Takes};
pub use kind::ActionKind;
pub use quantizer::{Awaited, MusicalNow, QuantizedAction, Quantizer, TooLate};
pub use queue::{ActionQueue, ActionReceiver, ActionSender, ActionWithTiming, QueueFull, Request, RequestId};
pub use receipt::{Receipt, Turn, WantedTrack};
pub use recipe::{Recipe, RecipeError, RecipeFile, RecipeFileError, RecipeStart, RecipeStep, Roles};
pub use setting::Setting;
pub use table::{
    Arg, Args, Buttons, DECK, Given, HostParam, Meaning, Move, Param, ParamOf, Release, Row, Target, TargetKind, Touch,
    Value, When, catalog, params,
};
pub use timeline::{Entry, Timeline, TimelineFull};
pub use timing::{ActionTiming, Grid};
pub use trigger::Trigger;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::deck::Marks;
use crate::mixer::{EqBand, Knob};
use crate::units::{Decibels, DeckId};

/// What a [`Action::Cancel`] takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pending {
    /// One request.
    Request(RequestId),
    /// Everything on a deck.
    Deck(DeckId),
    /// Everything that is of no deck: of the mixer, or an undo wherever it happened.
    Rig,
    /// Everything.
    All,
}

/// A wish, as a person or a program words it. Values are finite and in range: see [`Action::validated`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "action")]
pub enum Action {
    /// Starts a deck, from `position_secs` in the track if given, else from where it stands.
    PlayDeck {
        /// Which deck.
        deck: DeckId,
        /// Seconds from the track's start.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        position_secs: Option<f64>,
    },
    /// Stops a deck; it stays where it is. On a deck that waits for its beat: it no longer waits.
    StopDeck {
        /// Which deck.
        deck: DeckId,
    },
    /// Moves a deck's playhead; a playing deck plays on from there.
    SeekDeck {
        /// Which deck.
        deck: DeckId,
        /// Seconds from the track's start.
        position_secs: f64,
    },
    /// Puts a file on a deck.
    LoadDeck {
        /// Which deck.
        deck: DeckId,
        /// An audio file.
        #[serde(with = "exact_path")]
        path: PathBuf,
    },
    /// Takes the track off a deck.
    EjectDeck {
        /// Which deck.
        deck: DeckId,
    },
    /// Sets a channel's gain.
    SetGain {
        /// Which deck.
        deck: DeckId,
        /// -100 (closed) .. +12 dB.
        gain: Decibels,
    },
    /// Sets a band of a channel's EQ.
    SetEq {
        /// Which deck.
        deck: DeckId,
        /// Which band.
        band: EqBand,
        /// -26 .. +12 dB.
        #[serde(rename = "gain_db")]
        gain: Decibels,
    },
    /// Sends a channel's sound into its echo, which repeats it every three quarters of a beat.
    SetEcho {
        /// Which deck.
        deck: DeckId,
        /// 0 = nothing, 1 = all of it.
        send: f32,
    },
    /// Moves the crossfader.
    SetCrossfader {
        /// 0 = deck A alone, 1 = deck B alone.
        position: f32,
    },
    /// Sets the master's gain.
    SetMasterGain {
        /// -100 (closed) .. +12 dB.
        gain: Decibels,
    },
    /// Sets when a play or a stop without a time of its own happens.
    SetQuantize {
        /// Index into [`Grid::CHOICES`]; above the last is the last.
        choice: u8,
    },
    /// Moves a control of the mixer's table.
    SetKnob {
        /// Which.
        knob: Knob,
        /// In its own unit and range.
        value: f32,
    },
    /// A gesture of the table.
    Gesture {
        /// On which deck.
        deck: DeckId,
        /// Which.
        gesture: Gesture,
        /// In its own unit and range; 0 for one that takes none.
        #[serde(default)]
        value: f64,
    },
    /// Marks a track's cue, hot cues and loop, as they were saved.
    SetMarks {
        /// On which deck.
        deck: DeckId,
        /// Where.
        marks: Box<Marks>,
    },
    /// Brings back, in phase, what a stop, an eject, a load or a seek took away in the last bars.
    Undo {
        /// On which deck; `None` is where it happened last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deck: Option<DeckId>,
    },
    /// Keeps everyone from a deck, or lets them at it again.
    SetLock {
        /// Which deck.
        deck: DeckId,
        /// Whether it shall be locked.
        locked: bool,
    },
    /// Takes back what has not happened yet.
    Cancel {
        /// What.
        pending: Pending,
    },
    /// Stops every deck within 10 ms and takes back all that is pending. Cannot be locked.
    Panic,
    /// Changes a setting.
    Configure {
        /// Which, and to what.
        setting: Setting,
    },
    /// Several actions as one.
    RunRecipe {
        /// Which.
        recipe: Recipe,
    },
}

/// Why an action's values cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAction {
    /// NaN or infinity.
    #[error("the value is not a finite number")]
    NotFinite,
    /// A place before the track's start.
    #[error("a position cannot be before the track's start")]
    NegativePosition,
    /// A hot cue of no number that there is.
    #[error("there is no such hot cue: they are 1 to 8")]
    NoHotCue,
}

impl Action {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::PlayDeck { .. } => ActionKind::Play,
            Self::StopDeck { .. } => ActionKind::Stop,
            Self::SeekDeck { .. } => ActionKind::Seek,
            Self::LoadDeck { .. } | Self::EjectDeck { .. } => ActionKind::Load,
            Self::SetGain { .. }
            | Self::SetEq { .. }
            | Self::SetCrossfader { .. }
            | Self::SetMasterGain { .. }
            | Self::SetQuantize { .. } => ActionKind::Mixer,
            Self::SetEcho { .. } => ActionKind::Effect,
            Self::SetKnob { knob, .. } => knob.row().kind,
            Self::Gesture { gesture, .. } => gesture.row().kind,
            Self::SetMarks { .. } => ActionKind::Cue,
            Self::Undo { .. } => ActionKind::Undo,
            Self::SetLock { .. } | Self::Configure { .. } => ActionKind::Lock,
            Self::Cancel { .. } => ActionKind::Cancel,
            Self::Panic => ActionKind::Panic,
            // Its steps are asked for one by one.
            Self::RunRecipe { .. } => ActionKind::Mixer,
        }
    }

    /// The deck it is about, if it is about one.
    #[must_use]
    pub const fn deck(&self) -> Option<DeckId> {
        match self {
            Self::PlayDeck { deck, .. }
            | Self::StopDeck { deck }
            | Self::SeekDeck { deck, .. }
            | Self::LoadDeck { deck, .. }
            | Self::EjectDeck { deck }
            | Self::SetGain { deck, .. }
            | Self::SetEq { deck, .. }
            | Self::SetEcho { deck, .. }
            | Self::Gesture { deck, .. }
            | Self::SetMarks { deck, .. }
            | Self::SetLock { deck, .. } => Some(*deck),
            Self::Undo { deck } => *deck,
            Self::SetKnob { knob, .. } => knob.deck(),
            Self::Cancel { pending: Pending::Deck(deck) } => Some(*deck),
            Self::SetCrossfader { .. }
            | Self::SetMasterGain { .. }
            | Self::SetQuantize { .. }
            | Self::Cancel { .. }
            | Self::Panic
            | Self::Configure { .. }
            | Self::RunRecipe { .. } => None,
        }
    }

    /// Whether it turns an effect that is on, on a deck whose echo is so far open: for a hand that is one move of many.
    pub(crate) fn turns(&self, echo_send: f32) -> bool {
        matches!(self, Self::SetEcho { send, .. } if *send > 0.0 && echo_send > 0.0)
    }

    /// Whether it lets go of an effect: that is never held back by a cooldown.
    pub(crate) fn lets_go(&self) -> bool {
        match self {
            Self::SetEcho { send, .. } => *send == 0.0,
            Self::SetKnob { value, .. } => *value == 0.0 && self.kind() == ActionKind::Effect,
            _ => false,
        }
    }

    /// The same action with its values clamped into their ranges.
    ///
    /// # Errors
    /// [`InvalidAction`] if a value is not finite or a position is negative.
    pub fn validated(self) -> Result<Self, InvalidAction> {
        let position = |secs: f64| match secs {
            s if !s.is_finite() => Err(InvalidAction::NotFinite),
            s if s < 0.0 => Err(InvalidAction::NegativePosition),
            s => Ok(s),
        };
        let level = |Decibels(db): Decibels| match db {
            db if db == f32::NEG_INFINITY => Ok(Decibels::SILENCE),
            db if !db.is_finite() => Err(InvalidAction::NotFinite),
            db => Ok(Decibels(db.clamp(Decibels::SILENCE.0, Decibels::MAX.0))),
        };
        Ok(match self {
            Self::PlayDeck { deck, position_secs } => {
                Self::PlayDeck { deck, position_secs: position_secs.map(position).transpose()? }
            }
            Self::SeekDeck { deck, position_secs } => Self::SeekDeck { deck, position_secs: position(position_secs)? },
            Self::SetGain { deck, gain } => Self::SetGain { deck, gain: level(gain)? },
            Self::SetMasterGain { gain } => Self::SetMasterGain { gain: level(gain)? },
            Self::SetEq { deck, band, gain } => Self::SetEq { deck, band, gain: EqBand::clamp(level(gain)?) },
            Self::SetEcho { send, .. } if !send.is_finite() => return Err(InvalidAction::NotFinite),
            Self::SetEcho { deck, send } => Self::SetEcho { deck, send: send.clamp(0.0, 1.0) },
            Self::Gesture { value, .. } if !value.is_finite() => return Err(InvalidAction::NotFinite),
            Self::Gesture { gesture, value, .. } if !gesture.row().takes.has(value) => {
                return Err(InvalidAction::NoHotCue);
            }
            Self::Gesture { deck, gesture, value } => {
                Self::Gesture { deck, gesture, value: gesture.row().takes.clamp(value) }
            }
            Self::SetMarks { deck, marks } => Self::SetMarks { deck, marks: Box::new(marks.sane()) },
            Self::SetKnob { value, .. } if !value.is_finite() => return Err(InvalidAction::NotFinite),
            Self::SetKnob { knob, value } => Self::SetKnob { knob, value: knob.row().clamp(value) },
            Self::SetCrossfader { position } if !position.is_finite() => return Err(InvalidAction::NotFinite),
            Self::SetCrossfader { position } => Self::SetCrossfader { position: position.clamp(0.0, 1.0) },
            Self::SetQuantize { choice } => {
                let last = u8::try_from(Grid::CHOICES.len() - 1).unwrap_or(u8::MAX);
                Self::SetQuantize { choice: choice.min(last) }
            }
            Self::StopDeck { .. }
            | Self::LoadDeck { .. }
            | Self::EjectDeck { .. }
            | Self::Undo { .. }
            | Self::SetLock { .. }
            | Self::Cancel { .. }
            | Self::Panic
            | Self::Configure { .. }
            | Self::RunRecipe { .. } => self,
        })
    }
}
