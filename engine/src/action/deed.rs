//! An action in the form that the audio thread carries out: no path, no text, nothing to free.

use std::sync::Arc;

use super::{ActionKind, Gesture, Pending};
use crate::deck::{Marks, Track};
use crate::mixer::{EqBand, Knob};
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
        /// How long the way takes, in beats; 0 is as fast as a fader moves.
        over_beats: f32,
    },
    /// See [`super::Action::SetCrossfader`].
    SetCrossfader {
        /// 0..1.
        position: f32,
        /// As for [`Deed::SetGain`].
        over_beats: f32,
    },
    /// See [`super::Action::SetMasterGain`].
    SetMasterGain {
        /// -100 .. +12 dB.
        gain: Decibels,
        /// As for [`Deed::SetGain`].
        over_beats: f32,
    },
    /// See [`super::Action::SetQuantize`].
    SetQuantize {
        /// Index into [`super::Grid::CHOICES`].
        choice: u8,
    },
    /// See [`super::Action::SetEq`].
    SetEq {
        /// Which deck.
        deck: DeckId,
        /// Which band.
        band: EqBand,
        /// -26 .. +12 dB.
        gain: Decibels,
        /// As for [`Deed::SetGain`].
        over_beats: f32,
    },
    /// See [`super::Action::SetEcho`].
    SetEcho {
        /// Which deck.
        deck: DeckId,
        /// 0..1.
        send: f32,
        /// As for [`Deed::SetGain`].
        over_beats: f32,
    },
    /// See [`super::Action::SetKnob`].
    SetKnob {
        /// Which.
        knob: Knob,
        /// In its own unit and range.
        value: f32,
        /// As for [`Deed::SetGain`].
        over_beats: f32,
    },
    /// See [`super::Action::Gesture`].
    Gesture {
        /// On which deck.
        deck: DeckId,
        /// Which.
        gesture: Gesture,
        /// In its own unit and range.
        value: f64,
    },
    /// See [`super::Action::SetMarks`].
    SetMarks {
        /// On which deck.
        deck: DeckId,
        /// Where.
        marks: Marks,
    },
    /// See [`super::Action::Undo`].
    Undo {
        /// Which deck; `None` is where it happened last.
        deck: Option<DeckId>,
    },
    /// See [`super::Action::SetLock`].
    SetLock {
        /// Which deck.
        deck: DeckId,
        /// Whether it shall be locked.
        locked: bool,
    },
    /// See [`super::Action::Cancel`].
    Cancel {
        /// What.
        pending: Pending,
    },
    /// See [`super::Action::Panic`].
    Panic,
    /// After the host jumped: a playing deck comes back into phase with the song. Made on the audio thread.
    Realign {
        /// Which deck.
        deck: DeckId,
        /// How far, in seconds; negative is back.
        secs: f64,
    },
}

impl Deed {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::Play { .. } => ActionKind::Play,
            Self::Stop { .. } => ActionKind::Stop,
            Self::Seek { .. } | Self::Realign { .. } => ActionKind::Seek,
            Self::Load { .. } => ActionKind::Load,
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
            Self::SetLock { .. } => ActionKind::Lock,
            Self::Cancel { .. } => ActionKind::Cancel,
            Self::Panic => ActionKind::Panic,
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
            | Self::SetGain { deck, .. }
            | Self::SetEq { deck, .. }
            | Self::SetEcho { deck, .. }
            | Self::Gesture { deck, .. }
            | Self::SetMarks { deck, .. }
            | Self::Realign { deck, .. }
            | Self::SetLock { deck, .. } => Some(*deck),
            Self::Undo { deck } => *deck,
            Self::SetKnob { knob, .. } => knob.deck(),
            Self::Cancel { pending: Pending::Deck(deck) } => Some(*deck),
            Self::SetCrossfader { .. }
            | Self::SetMasterGain { .. }
            | Self::SetQuantize { .. }
            | Self::Cancel { .. }
            | Self::Panic => None,
        }
    }

    /// Whether someone asked for it: then it is shown as long as it waits, and can be taken back or replaced.
    #[must_use]
    pub const fn is_wish(&self) -> bool {
        !matches!(self, Self::Realign { .. })
    }

    /// Whether it is a hand that opens: it ends what the same hand began.
    #[must_use]
    pub fn is_release(&self) -> bool {
        if let Self::Gesture { gesture, value, .. } = self { gesture.lets_go(*value) } else { false }
    }

    /// Whether an older one of its kind that still waits on its deck does not count any more.
    #[must_use]
    pub fn replaces(&self, older: &Self) -> bool {
        let by_hand = |deed: &Self| {
            if let Self::Gesture { gesture, value, .. } = *deed { Some((gesture, value)) } else { None }
        };
        match (by_hand(self), by_hand(older)) {
            (Some((gesture, value)), Some(older)) => gesture.replaces(value, older),
            (Some(_), None) => older.is_wish() && !self.is_release(),
            (None, Some((older, _))) => older != Gesture::HotCueRelease,
            (None, None) => older.is_wish(),
        }
    }

    /// Whether it moves the same control as another: then only the newer one counts.
    #[must_use]
    pub fn moves_the_same(&self, other: &Self) -> bool {
        if let (Self::Gesture { deck, gesture, .. }, Self::Gesture { deck: on, gesture: another, .. }) = (self, other) {
            return gesture.is_continuous() && gesture == another && deck == on;
        }
        self.kind() == ActionKind::Mixer
            && std::mem::discriminant(self) == std::mem::discriminant(other)
            && self.deck() == other.deck()
            && self.band() == other.band()
            && self.knob() == other.knob()
    }

    const fn band(&self) -> Option<EqBand> {
        if let Self::SetEq { band, .. } = self { Some(*band) } else { None }
    }

    const fn knob(&self) -> Option<Knob> {
        if let Self::SetKnob { knob, .. } = self { Some(*knob) } else { None }
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
}
