//! Why something may not be done, for programs and for people.

use super::{DeckState, LockReason, Source};
use crate::action::ActionKind;
use crate::units::DeckId;

/// Why something may not be done. Each has a code for programs, and a sentence for people that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SafetyViolation {
    /// Someone, or its being on air, holds the deck.
    #[error("{}", locked(*.deck, *.reason, *.owner, *.action))]
    DeckLocked {
        /// Which deck.
        deck: DeckId,
        /// Why.
        reason: LockReason,
        /// Who holds it; the source that asked, where nobody does.
        owner: Source,
        /// What was asked.
        action: ActionKind,
    },
    /// The same was done a moment ago.
    #[error("{}", cooling(*.deck, *.action, *.beats_left))]
    CooldownActive {
        /// Which deck.
        deck: DeckId,
        /// What was asked.
        action: ActionKind,
        /// Performance beat on which it may be done again.
        expires_at: f64,
        /// Beats from when it was to happen to then.
        beats_left: f64,
    },
    /// The deck's state does not allow it.
    #[error("{}", not_allowed(*.deck, *.action, *.state))]
    ActionNotAllowed {
        /// Which deck.
        deck: DeckId,
        /// What was asked.
        action: ActionKind,
        /// What the deck is doing.
        state: DeckState,
    },
    /// The settings keep this source from it.
    #[error("{} may not {}: allow it in the safety settings", .source_of.word(), .action.verb())]
    SourceNotAllowed {
        /// Who asked.
        source_of: Source,
        /// What was asked.
        action: ActionKind,
    },
    /// This source asks too often.
    #[error("{} sends more than {per_sec} requests a second: slow down, or raise its rate in the safety settings", .source_of.word())]
    TooFast {
        /// Who asked.
        source_of: Source,
        /// Its limit, in requests a second.
        per_sec: f32,
    },
}

impl SafetyViolation {
    /// The codes, in the order of [`SafetyViolation::index`].
    pub const CODES: [&'static str; 5] = ["locked", "cooldown", "not_allowed", "source_not_allowed", "too_fast"];

    /// Its place among the types.
    #[must_use]
    pub const fn index(&self) -> usize {
        match self {
            Self::DeckLocked { .. } => 0,
            Self::CooldownActive { .. } => 1,
            Self::ActionNotAllowed { .. } => 2,
            Self::SourceNotAllowed { .. } => 3,
            Self::TooFast { .. } => 4,
        }
    }

    /// A short, stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        Self::CODES[self.index()]
    }
}

fn not_allowed(deck: DeckId, action: ActionKind, state: DeckState) -> String {
    let verb = action.verb();
    match (action, state) {
        (ActionKind::Undo, _) => format!("there is nothing to undo on deck {deck}"),
        (_, DeckState::Empty) => format!("deck {deck} is empty: load a track first"),
        (ActionKind::Load, DeckState::Playing) => {
            format!("deck {deck} is playing: stop it before you load another track")
        }
        (ActionKind::Play, DeckState::Playing) => format!("deck {deck} is playing already"),
        (ActionKind::Stop, DeckState::Stopped) => format!("deck {deck} is stopped already"),
        (_, state) => format!("deck {deck} cannot {verb} while it is {}", state.word()),
    }
}

fn locked(deck: DeckId, reason: LockReason, owner: Source, action: ActionKind) -> String {
    match reason {
        LockReason::User => format!("deck {deck} was locked by {}: unlock it first", owner.word()),
        LockReason::Playing if action == ActionKind::Load => {
            format!("deck {deck} is on air: fade it out or stop it before you load another track")
        }
        LockReason::Playing if action == ActionKind::Undo => {
            format!("deck {deck} is on air, and an undo would bring back what rested: fade it out first")
        }
        LockReason::Playing => {
            format!("deck {deck} is on air: jump on a beat or a bar, or fade it out before you {}", action.verb())
        }
        LockReason::Loading => format!("{} is loading a track onto deck {deck}: wait for it", owner.word()),
        LockReason::Source => format!("{} works on deck {deck} alone: unlock it first", owner.word()),
    }
}

fn cooling(deck: DeckId, action: ActionKind, beats_left: f64) -> String {
    if action == ActionKind::Load {
        return format!("deck {deck} took a track a moment ago: eject that first, or wait {beats_left:.1} beats");
    }
    let verb = action.verb();
    format!(
        "deck {deck} cannot {verb} again so soon: wait {beats_left:.1} beats, or shorten the cooldown in the settings"
    )
}
