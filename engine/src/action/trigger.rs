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
    /// Loops as many beats as the loop length says, or leaves the loop.
    Loop,
    /// Follows the clock.
    Sync,
    /// The track runs on beneath loops.
    Slip,
    /// Plays backwards.
    Reverse,
    /// Keeps its key at another tempo.
    KeyLock,
    /// Cues and loops land on beats.
    Snap,
    /// The next loop starts here.
    LoopIn,
    /// The loop ends here.
    LoopOut,
    /// Takes the last loop up again, or leaves the loop that is on.
    Reloop,
    /// Half as long a loop.
    LoopHalve,
    /// Twice as long a loop.
    LoopDouble,
    /// A roll as long as it is held.
    Roll,
    /// Jumps back.
    JumpBack,
    /// Jumps on.
    JumpOn,
}

impl Trigger {
    /// Every one, in the order of their parameters.
    pub const ALL: [Self; 23] = [
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
        Self::Snap,
        Self::LoopIn,
        Self::LoopOut,
        Self::Reloop,
        Self::LoopHalve,
        Self::LoopDouble,
        Self::Roll,
        Self::JumpBack,
        Self::JumpOn,
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
            Self::Snap => NUM_HOT_CUES + 6,
            Self::LoopIn => NUM_HOT_CUES + 7,
            Self::LoopOut => NUM_HOT_CUES + 8,
            Self::Reloop => NUM_HOT_CUES + 9,
            Self::LoopHalve => NUM_HOT_CUES + 10,
            Self::LoopDouble => NUM_HOT_CUES + 11,
            Self::Roll => NUM_HOT_CUES + 12,
            Self::JumpBack => NUM_HOT_CUES + 13,
            Self::JumpOn => NUM_HOT_CUES + 14,
        }
    }

    /// Whether only its press does something.
    #[must_use]
    pub const fn is_press(self) -> bool {
        matches!(
            self,
            Self::LoopIn
                | Self::LoopOut
                | Self::Reloop
                | Self::LoopHalve
                | Self::LoopDouble
                | Self::JumpBack
                | Self::JumpOn
        )
    }

    /// The one that a hand pressed, or let go of, who did this; `None` for what has no button of its own.
    #[must_use]
    pub fn pressed_by(gesture: Gesture, value: f64) -> Option<(Self, bool)> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 8")]
        let number = || value.round() as u8;
        Some(match gesture {
            Gesture::Cue => (Self::Cue, value >= 0.5),
            Gesture::HotCue => (Self::HotCue(number()), true),
            Gesture::HotCueRelease => (Self::HotCue(number()), false),
            Gesture::LoopIn => (Self::LoopIn, true),
            Gesture::LoopOut => (Self::LoopOut, true),
            Gesture::Reloop => (Self::Reloop, true),
            Gesture::LoopHalve => (Self::LoopHalve, true),
            Gesture::LoopDouble => (Self::LoopDouble, true),
            Gesture::BeatJump if value < 0.0 => (Self::JumpBack, true),
            Gesture::JumpBack => (Self::JumpBack, true),
            Gesture::BeatJump | Gesture::JumpOn => (Self::JumpOn, true),
            _ => return None,
        })
    }

    /// What it does when it goes on, or off, and with which value; `None` for a release that does nothing.
    #[must_use]
    pub fn gesture(self, on: bool) -> Option<(Gesture, f64)> {
        if self.is_press() && !on {
            return None;
        }
        let value = f64::from(u8::from(on));
        Some(match self {
            Self::Cue => (Gesture::Cue, value),
            Self::HotCue(number) => (if on { Gesture::HotCue } else { Gesture::HotCueRelease }, f64::from(number)),
            Self::Loop if on => (Gesture::LoopOn, 0.0),
            Self::Loop => (Gesture::LoopExit, 0.0),
            Self::Sync => (Gesture::Sync, value),
            Self::Slip => (Gesture::Slip, value),
            Self::Reverse => (Gesture::Reverse, value),
            Self::KeyLock => (Gesture::KeyLock, value),
            Self::Snap => (Gesture::Snap, value),
            Self::LoopIn => (Gesture::LoopIn, 0.0),
            Self::LoopOut => (Gesture::LoopOut, 0.0),
            Self::Reloop => (Gesture::Reloop, 0.0),
            Self::LoopHalve => (Gesture::LoopHalve, 0.0),
            Self::LoopDouble => (Gesture::LoopDouble, 0.0),
            Self::Roll if on => (Gesture::RollOn, 0.0),
            Self::Roll => (Gesture::LoopRollEnd, 0.0),
            Self::JumpBack => (Gesture::JumpBack, 0.0),
            Self::JumpOn => (Gesture::JumpOn, 0.0),
        })
    }

    /// Its gesture's row.
    #[must_use]
    pub fn row(self) -> &'static GestureRow {
        self.gesture(true).map_or(Gesture::Cue, |(gesture, _)| gesture).row()
    }

    /// Whether a deck that moves like this has it on; `None` for a button, of which only the host knows.
    #[must_use]
    pub const fn is_on(self, motion: &MotionView) -> Option<bool> {
        match self {
            Self::Roll => Some(motion.rolling),
            Self::Loop => Some(motion.looping),
            Self::Sync => Some(motion.sync),
            Self::Slip => Some(motion.slip),
            Self::Reverse => Some(motion.reverse),
            Self::KeyLock => Some(motion.key_lock),
            Self::Snap => Some(motion.snap),
            _ => None,
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
            let (on, value) = trigger.gesture(true).unwrap();
            assert_eq!(on.row().takes.clamp(value), value);
            assert_eq!(trigger.row().gesture, on);
            assert_eq!(trigger.gesture(false).is_none(), trigger.is_press());
            let is_button = trigger.is_on(&MotionView::default()).is_none();
            assert_eq!(Trigger::pressed_by(on, value).is_some(), is_button, "a button is told by who pressed it");
            assert!(!is_button || Trigger::pressed_by(on, value) == Some((trigger, true)));
        }
    }
}
