//! What can be asked of the rig, when it shall happen, and the way from a wish to a frame.

mod deed;
mod executor;
mod quantizer;
mod queue;
mod timeline;
mod timing;

pub use deed::Deed;
pub use executor::{ActionExecutor, Receipt, Turn, WantedTrack};
pub use quantizer::{Awaited, MusicalNow, QuantizedAction, Quantizer, TooLate};
pub use queue::{ActionQueue, ActionReceiver, ActionSender, QueueFull, Request, RequestId};
pub use timeline::{Entry, Timeline, TimelineFull};
pub use timing::{ActionTiming, Grid};

use std::path::PathBuf;

use crate::units::{Decibels, DeckId};

/// A wish, as a person or a program words it. Values are finite and in range: see [`Action::validated`].
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Starts a deck, from `position_secs` in the track if given, else from where it stands.
    PlayDeck {
        /// Which deck.
        deck: DeckId,
        /// Seconds from the track's start.
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
}

/// The kind of an action, as the safety policy and the order at equal beats see it.
///
/// The order of the variants is the order of execution on the same beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActionKind {
    /// Stop a deck.
    Stop,
    /// Load a track, or take it off.
    Load,
    /// Move the playhead.
    Seek,
    /// Start a deck.
    Play,
    /// Gains and crossfader.
    Mixer,
}

impl ActionKind {
    /// Every kind, in the order of execution on the same beat.
    pub const ALL: [Self; 5] = [Self::Stop, Self::Load, Self::Seek, Self::Play, Self::Mixer];

    /// The verb in sentences for people.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Load => "load",
            Self::Seek => "seek",
            Self::Play => "play",
            Self::Mixer => "mix",
        }
    }
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
}

impl Action {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::PlayDeck { .. } => ActionKind::Play,
            Self::StopDeck { .. } => ActionKind::Stop,
            Self::SeekDeck { .. } => ActionKind::Seek,
            Self::LoadDeck { .. } | Self::EjectDeck { .. } => ActionKind::Load,
            Self::SetGain { .. } | Self::SetCrossfader { .. } | Self::SetMasterGain { .. } => ActionKind::Mixer,
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
            | Self::SetGain { deck, .. } => Some(*deck),
            Self::SetCrossfader { .. } | Self::SetMasterGain { .. } => None,
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
            Self::SetCrossfader { position } if !position.is_finite() => return Err(InvalidAction::NotFinite),
            Self::SetCrossfader { position } => Self::SetCrossfader { position: position.clamp(0.0, 1.0) },
            Self::StopDeck { .. } | Self::LoadDeck { .. } | Self::EjectDeck { .. } => self,
        })
    }
}
