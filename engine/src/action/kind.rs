//! The kinds of action, as the safety policy and the order at equal beats see them.

/// The kind of an action. The order of the variants is the order of execution on the same beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Stop a deck.
    Stop,
    /// Load a track, or take it off.
    Load,
    /// Move the playhead.
    Seek,
    /// Cue and hot cues.
    Cue,
    /// Set, leave or change a loop.
    Loop,
    /// Bring back what a stop, a load or a seek took away.
    Undo,
    /// Start a deck.
    Play,
    /// How a deck moves: sync, speed, direction, slip.
    Motion,
    /// Effects.
    Effect,
    /// Gains, EQ and crossfader.
    Mixer,
    /// Lock or unlock a deck.
    Lock,
    /// Take back what is pending.
    Cancel,
    /// Everything out.
    Panic,
}

impl ActionKind {
    /// Every kind, in the order of execution on the same beat.
    pub const ALL: [Self; 13] = [
        Self::Stop,
        Self::Load,
        Self::Seek,
        Self::Cue,
        Self::Loop,
        Self::Undo,
        Self::Play,
        Self::Motion,
        Self::Effect,
        Self::Mixer,
        Self::Lock,
        Self::Cancel,
        Self::Panic,
    ];
    /// How many kinds there are.
    pub const COUNT: usize = Self::ALL.len();
    /// Of how many kinds a deck has at most one pending.
    pub const GESTURES: usize = 7;

    /// Its place in [`ActionKind::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether a deck has at most one of it pending, the newest.
    #[must_use]
    pub const fn is_gesture(self) -> bool {
        self.index() < Self::GESTURES
    }

    /// Whether a lock keeps it from a deck: gestures and changes of its motion, but not the mixer.
    #[must_use]
    pub const fn touches_deck(self) -> bool {
        self.is_gesture() || matches!(self, Self::Motion)
    }

    /// Its word in messages and settings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Load => "load",
            Self::Seek => "seek",
            Self::Cue => "cue",
            Self::Loop => "loop",
            Self::Undo => "undo",
            Self::Play => "play",
            Self::Motion => "motion",
            Self::Effect => "effect",
            Self::Mixer => "mixer",
            Self::Lock => "lock",
            Self::Cancel => "cancel",
            Self::Panic => "panic",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The verb in sentences for people.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Motion => "change its motion",
            Self::Effect => "switch effects",
            Self::Mixer => "mix",
            other => other.word(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_know_their_place_and_gestures_come_first() {
        for (i, kind) in ActionKind::ALL.into_iter().enumerate() {
            assert_eq!(kind.index(), i);
            let gesture = kind <= ActionKind::Play;
            assert_eq!(kind.is_gesture(), gesture, "{kind:?}");
        }
    }
}
