//! An action in the form that the audio thread carries out: no path, no text, nothing to free.

use std::sync::Arc;

use super::ActionKind;
use crate::deck::Track;
use crate::units::{Decibels, DeckId};

/// What the audio thread does at a frame.
#[derive(Clone, Debug)]
pub enum Deed {
    /// See [`super::Action::PlayDeck`].
    Play {
        /// Which deck.
        deck: DeckId,
        /// Seconds from the track's start.
        position_secs: Option<f64>,
    },
    /// See [`super::Action::StopDeck`].
    Stop {
        /// Which deck.
        deck: DeckId,
    },
    /// See [`super::Action::SeekDeck`].
    Seek {
        /// Which deck.
        deck: DeckId,
        /// Seconds from the track's start.
        position_secs: f64,
    },
    /// Puts a decoded track on a deck, or none.
    Load {
        /// Which deck.
        deck: DeckId,
        /// The track; `None` ejects. Whoever lets go of it on the audio thread sends it back through the garbage ring.
        track: Option<Arc<Track>>,
    },
    /// See [`super::Action::SetGain`].
    SetGain {
        /// Which deck.
        deck: DeckId,
        /// -100 .. +12 dB.
        gain: Decibels,
    },
    /// See [`super::Action::SetCrossfader`].
    SetCrossfader {
        /// 0..1.
        position: f32,
    },
    /// See [`super::Action::SetMasterGain`].
    SetMasterGain {
        /// -100 .. +12 dB.
        gain: Decibels,
    },
}

impl Deed {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> ActionKind {
        match self {
            Self::Play { .. } => ActionKind::Play,
            Self::Stop { .. } => ActionKind::Stop,
            Self::Seek { .. } => ActionKind::Seek,
            Self::Load { .. } => ActionKind::Load,
            Self::SetGain { .. } | Self::SetCrossfader { .. } | Self::SetMasterGain { .. } => ActionKind::Mixer,
        }
    }

    /// The deck it is about, if it is about one.
    #[must_use]
    pub const fn deck(&self) -> Option<DeckId> {
        match self {
            Self::Play { deck, .. }
            | Self::Stop { deck }
            | Self::Seek { deck, .. }
            | Self::Load { deck, .. }
            | Self::SetGain { deck, .. } => Some(*deck),
            Self::SetCrossfader { .. } | Self::SetMasterGain { .. } => None,
        }
    }
}
