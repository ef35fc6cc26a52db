//! The policy: one predicate, asked in two places.

use super::{ActionMask, DeckState};
use crate::action::ActionKind;
use crate::units::DeckId;

/// Who asks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// A parameter of the host.
    Host,
    /// MIDI that the host routes to the plugin.
    Midi,
    /// OSC.
    Osc,
    /// The editor.
    Editor,
    /// A project that is being opened.
    State,
}

/// Why something may not be done.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum SafetyViolation {
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
}

impl SafetyViolation {
    /// A short, stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ActionNotAllowed { .. } => "not_allowed",
        }
    }
}

/// The sentence for a person, with what to do.
fn not_allowed(deck: DeckId, action: ActionKind, state: DeckState) -> String {
    let verb = action.verb();
    match (action, state) {
        (_, DeckState::Empty) => format!("deck {deck} is empty: load a track first"),
        (ActionKind::Load, DeckState::Playing) => {
            format!("deck {deck} is playing: stop it before you load another track")
        }
        (ActionKind::Play, DeckState::Playing) => format!("deck {deck} is playing already"),
        (ActionKind::Stop, DeckState::Stopped) => format!("deck {deck} is stopped already"),
        (_, state) => format!("deck {deck} cannot {verb} while it is {}", state.word()),
    }
}

/// Which kinds of action each deck state allows.
///
/// Plain data: the audio thread keeps a copy of what the control side has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SafetyPolicy {
    empty: ActionMask,
    stopped: ActionMask,
    primed: ActionMask,
    playing: ActionMask,
}

impl Default for SafetyPolicy {
    fn default() -> Self {
        use ActionKind::{Load, Mixer, Play, Seek, Stop};
        Self {
            empty: ActionMask::of(&[Load, Mixer]),
            stopped: ActionMask::of(&[Play, Load, Seek, Mixer]),
            primed: ActionMask::of(&[Play, Stop, Load, Mixer]),
            playing: ActionMask::of(&[Stop, Seek, Mixer]),
        }
    }
}

impl SafetyPolicy {
    /// What a deck in this state allows.
    #[must_use]
    pub const fn mask(&self, state: DeckState) -> ActionMask {
        match state {
            DeckState::Empty => self.empty,
            DeckState::Stopped => self.stopped,
            DeckState::Primed => self.primed,
            DeckState::Playing => self.playing,
        }
    }

    /// Whether a deck in `state` may do `action`. Mixer moves are always allowed.
    ///
    /// # Errors
    /// [`SafetyViolation::ActionNotAllowed`] with the deck, the action and the state.
    ///
    /// # Real-time
    /// No allocation, no lock; the sentence is made only when the violation is displayed.
    pub fn can_perform_action_with_mask(
        &self,
        deck: DeckId,
        action: ActionKind,
        state: DeckState,
    ) -> Result<(), SafetyViolation> {
        if action == ActionKind::Mixer || self.mask(state).allows(action) {
            Ok(())
        } else {
            Err(SafetyViolation::ActionNotAllowed { deck, action, state })
        }
    }

    /// Whether the deck may start.
    ///
    /// # Errors
    /// As [`SafetyPolicy::can_perform_action_with_mask`].
    pub fn can_play(&self, deck: DeckId, state: DeckState) -> Result<(), SafetyViolation> {
        self.can_perform_action_with_mask(deck, ActionKind::Play, state)
    }

    /// Whether the deck's playhead may be moved.
    ///
    /// # Errors
    /// As [`SafetyPolicy::can_perform_action_with_mask`].
    pub fn can_seek(&self, deck: DeckId, state: DeckState) -> Result<(), SafetyViolation> {
        self.can_perform_action_with_mask(deck, ActionKind::Seek, state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_states_and_actions() {
        use ActionKind::{Load, Mixer, Play, Seek, Stop};
        let policy = SafetyPolicy::default();
        let rows = [
            (DeckState::Empty, vec![Load, Mixer]),
            (DeckState::Stopped, vec![Load, Seek, Play, Mixer]),
            (DeckState::Primed, vec![Stop, Load, Play, Mixer]),
            (DeckState::Playing, vec![Stop, Seek, Mixer]),
        ];
        for (state, allowed) in rows {
            for kind in ActionKind::ALL {
                let verdict = policy.can_perform_action_with_mask(DeckId::C, kind, state);
                assert_eq!(verdict.is_ok(), allowed.contains(&kind), "{kind:?} while {state:?}");
            }
        }
    }

    #[test]
    fn a_refusal_tells_a_person_what_to_do() {
        let policy = SafetyPolicy::default();
        let violation = policy.can_play(DeckId::A, DeckState::Empty).unwrap_err();
        assert_eq!(violation.to_string(), "deck A is empty: load a track first");
        assert_eq!(violation.code(), "not_allowed");
        let violation =
            policy.can_perform_action_with_mask(DeckId::B, ActionKind::Load, DeckState::Playing).unwrap_err();
        assert_eq!(violation.to_string(), "deck B is playing: stop it before you load another track");
    }
}
