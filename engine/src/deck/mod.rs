//! A deck: a track and a playhead, with declicked starts, stops and seeks.

mod cues;
mod grid;
mod key_lock;
mod latest;
mod listen;
mod loops;
mod marks;
mod motion;
mod node;
mod pulse;
mod samples;
mod side;
mod supply;
mod sync;
mod track;
mod view;
mod voice;

pub use grid::{BeatGrid, GridError, MAX_GRID_PLACES};
pub use latest::MAX_CHANGES;
pub use listen::{ListenNode, ListenTo, ListenView};
pub use loops::{KEPT_BEATS, LOOP_BEATS, kept_place};
pub use marks::{Marks, NUM_HOT_CUES};
pub use node::{DeckNode, LoadRefused, Undone};
pub use samples::TrackWriter;
pub use track::{Track, TrackError};
pub use view::MotionView;

#[cfg(test)]
pub(crate) mod tests;

/// How slow and how fast the pitch fader lets a track play.
pub const RATES: std::ops::RangeInclusive<f64> = 0.5..=2.0;

/// Why a deck does not do what a hand asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GestureRefused {
    /// Nothing is on the deck.
    #[error("the deck is empty: load a track first")]
    NoTrack,
    /// The track's beats are not known.
    #[error("the track has no beat grid: wait for its analysis, or set the grid by hand")]
    NoGrid,
    /// There is no loop, or its start is not before its end.
    #[error("there is no loop: set its start, and then its end after that")]
    NoLoop,
    /// Shorter than 1/32 beat or longer than 64.
    #[error("a loop is between 1/32 and 64 beats long")]
    LoopLength,
    /// Before the track's start or after its end.
    #[error("that is outside the track")]
    OutsideTrack,
    /// It only makes sense while the deck plays.
    #[error("the deck is not playing")]
    NotPlaying,
    /// There are hot cues 1 to 8.
    #[error("there is no hot cue of that number: they are 1 to 8")]
    NoCue,
}

impl GestureRefused {
    /// For programs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoTrack => "no_track",
            Self::NoGrid => "no_grid",
            Self::NoLoop => "no_loop",
            Self::LoopLength => "loop_length",
            Self::OutsideTrack => "outside_track",
            Self::NotPlaying => "not_playing",
            Self::NoCue => "no_cue",
        }
    }
}
