//! When an action shall happen.

/// A grid of lines in musical time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grid {
    /// A line every so many quarter notes, counted from song beat 0. Above zero and finite.
    Beats(f64),
    /// A line at the first beat of every n-th bar. At least one.
    Bars(u16),
}

impl Grid {
    /// One quarter note.
    pub const BEAT: Self = Self::Beats(1.0);
    /// One bar.
    pub const BAR: Self = Self::Bars(1);
    /// What the quantize setting can be; `None` is off.
    pub const CHOICES: [Option<Self>; 5] =
        [None, Some(Self::BEAT), Some(Self::BAR), Some(Self::Bars(2)), Some(Self::Bars(4))];
    /// The quantize setting of a new rig: one bar.
    pub const DEFAULT_CHOICE: usize = 2;
}

/// When an action shall happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ActionTiming {
    /// On the next frame that is made.
    Immediate,
    /// On the next beat.
    NextBeat,
    /// On the first beat of the next bar.
    NextBar,
    /// On this song beat (quarter notes from the song's start). In the past: within the late grace at once, else refused.
    CustomBeat(f64),
    /// On the next line of a grid.
    NextLine(Grid),
    /// By the rig's quantize setting for play and stop, at once for the rest.
    Default,
}

impl ActionTiming {
    /// The grid that it waits for, with the rig's quantize setting for [`ActionTiming::Default`].
    /// `None` for a fixed time.
    #[must_use]
    pub const fn grid(self, default: Option<Grid>) -> Option<Grid> {
        match self {
            Self::NextBeat => Some(Grid::BEAT),
            Self::NextBar => Some(Grid::BAR),
            Self::NextLine(grid) => Some(grid),
            Self::Default => default,
            Self::Immediate | Self::CustomBeat(_) => None,
        }
    }
}
