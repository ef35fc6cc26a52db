//! What may be done to a deck, and when: asked when an action is admitted and again when it fires.

mod mask;
mod policy;

pub use mask::ActionMask;
pub use policy::{SafetyPolicy, SafetyViolation, Source};

/// What a deck is doing, as far as safety is concerned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
