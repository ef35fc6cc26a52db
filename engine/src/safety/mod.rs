//! What may be done to a deck, by whom, and when: asked when an action is admitted and again when it fires.

mod lock;
mod mask;
mod on_air;
mod policy;
mod rate;
mod settings;
mod source;
mod telemetry;
mod violation;

pub use lock::{Cooldowns, DeckLock, DeckLockState, HeldByAnother, LockMachine, LockReason};
pub use mask::ActionMask;
pub use on_air::{ON_AIR_GAIN, OnAir};
pub use policy::{Ask, DeckSafety, Nature, SafetyPolicy};
pub use rate::RateLimit;
pub use settings::{OnAirRule, SafetySettings};
pub use source::{Slew, Source, SourceRules};
pub use telemetry::{LastAsked, SafetyTelemetry, SourceTally};
pub use violation::SafetyViolation;

/// What a deck is doing, as far as safety is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeckState {
    /// No track.
    #[default]
    Empty,
    /// A track, at rest.
    Stopped,
    /// A track, at rest, that starts at a beat to come.
    Primed,
    /// Sounding.
    Playing,
}

impl DeckState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Empty, Self::Stopped, Self::Primed, Self::Playing];

    /// Its place in [`DeckState::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// For people: `empty`, `stopped`, `waiting`, `playing`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Stopped => "stopped",
            Self::Primed => "waiting",
            Self::Playing => "playing",
        }
    }
}
