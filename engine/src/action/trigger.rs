//! A deck's gestures as a host automates them: switches that it sees on or off, and buttons that it holds down.

use super::{Gesture, GestureRow};
use crate::deck::{MotionView, NUM_HOT_CUES};

/// A switch or button of a deck. Acts on edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// The cue button, as long as it is held.
    Cue,
    /// The button of a hot cue (1..8), as long as it is held.
    HotCue(u8),
    /// Loops four beats, or leaves the loop.
    Loop,
    /// Follows the clock.
    Sync,
    /// The track runs on beneath loops.
    Slip,
    /// Plays backwards.
    Reverse,
    /// Keeps its key at another tempo.
    KeyLock,
}

/// The length of the loop that a host switches on, in beats.
const HOST_LOOP_BEATS: f64 = 4.0;

impl Trigger {
    /// Every one, in the order of their parameters.
    pub const ALL: [Self; 14] = [
        Self::Cue,
        Self::HotCue(1),
        Self::HotCue(2),
        Self::HotCue(3),
        Self::HotCue(4),
        Self::HotCue(5),
        Self::HotCue(6),
        Self::HotCue(7),
        Self::HotCue(8),
        Self::Loop,
        Self::Sync,
        Self::Slip,
        Self::Reverse,
        Self::KeyLock,
    ];

    /// Its place in [`Trigger::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Cue => 0,
            Self::HotCue(number) => number as usize,
            Self::Loop => NUM_HOT_CUES + 1,
            Self::Sync => NUM_HOT_CUES + 2,
            Self::Slip => NUM_HOT_CUES + 3,
            Self::Reverse => NUM_HOT_CUES + 4,
            Self::KeyLock => NUM_HOT_CUES + 5,
        }
    }

    /// What it does when it goes on, or off, and with which value.
    #[must_use]
    pub fn gesture(self, on: bool) -> (Gesture, f64) {
        let value = f64::from(u8::from(on));
        match self {
            Self::Cue => (Gesture::Cue, value),
            Self::HotCue(number) => (if on { Gesture::HotCue } else { Gesture::HotCueRelease }, f64::from(number)),
            Self::Loop if on => (Gesture::BeatLoop, HOST_LOOP_BEATS),
            Self::Loop => (Gesture::LoopExit, 0.0),
            Self::Sync => (Gesture::Sync, value),
            Self::Slip => (Gesture::Slip, value),
            Self::Reverse => (Gesture::Reverse, value),
            Self::KeyLock => (Gesture::KeyLock, value),
        }
    }

    /// Its gesture's row.
    #[must_use]
    pub fn row(self) -> &'static GestureRow {
        self.gesture(true).0.row()
    }

    /// Whether a deck that moves like this has it on; `None` for a button, of which only the host knows.
    #[must_use]
    pub const fn is_on(self, motion: &MotionView) -> Option<bool> {
        match self {
            Self::Cue | Self::HotCue(_) => None,
            Self::Loop => Some(motion.looping),
            Self::Sync => Some(motion.sync),
            Self::Slip => Some(motion.slip),
            Self::Reverse => Some(motion.reverse),
            Self::KeyLock => Some(motion.key_lock),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_know_their_places() {
        for (i, trigger) in Trigger::ALL.into_iter().enumerate() {
            assert_eq!(trigger.index(), i);
            let (on, value) = trigger.gesture(true);
            assert_eq!(on.row().takes.clamp(value), value);
        }
    }
}
