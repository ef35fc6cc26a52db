//! Who makes the beat, and what a maker of beats must do.

use super::BlockClock;

/// Whose beat a block follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockSource {
    /// The host's transport.
    Host,
    /// A session with others (Ableton Link).
    Link,
    /// Nobody's: the rig counts frames at the last tempo.
    #[default]
    Local,
}

impl ClockSource {
    /// A short, stable word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Link => "link",
            Self::Local => "local",
        }
    }

    /// Whether someone else makes the beat: a host, or a session with so many others in it.
    #[must_use]
    pub const fn is_followed(self, peers: u32) -> bool {
        match self {
            Self::Host => true,
            Self::Link => peers > 0,
            Self::Local => false,
        }
    }
}

/// How near the source's beats come to its music.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quality {
    /// To the frame.
    #[default]
    Exact,
    /// The source rounds its beats, or its tempo contradicts them: within 1/400 beat.
    Coarse,
    /// It is not well known when a frame is heard: some milliseconds beside a session's beat.
    Jittery,
}

/// What broke the flow of song beats at a block's start. Performance beats have no breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Discontinuity {
    /// The source began to lead: the host rolls.
    Started {
        /// From where the rig had run to, to where the source starts, in song beats; negative is back.
        beats: f64,
    },
    /// The source leads no more: the host stopped, or says no longer where it is. The rig goes on from here by
    /// [`StopPolicy`](super::StopPolicy).
    Stopped,
    /// The source went to another place in the song.
    Jumped {
        /// How far in song beats; negative is back. A loop of 16 beats wraps by -16. What is in phase with the song
        /// stays so if this is a whole number of bars.
        beats: f64,
        /// It is the wrap of the loop that the host told of, and happened so many beats ago: 0 if the host begins a
        /// block there, up to a block otherwise. A line in these beats has not been heard. `None` says nothing: not
        /// every host tells of its loop.
        wrapped: Option<f64>,
    },
    /// Another source leads from here on, on a bar of the one before.
    Switched {
        /// From where the rig had run to, to where the new source is, in song beats; negative is back.
        beats: f64,
    },
    /// The song goes on, but its bars are others: another time signature, or the host put the bar line elsewhere.
    Regridded,
}

/// A maker of beats. Audio thread.
///
/// One of them leads at a time. Performance beats belong to the rig, not to the source: a source that is to lead first
/// takes over from the last block, so that they go on without a gap whoever leads.
pub trait BeatSource {
    /// What the source goes by in each block; plain data from outside the engine.
    type Word;

    /// The clock of the next `frames` frames, given the word on the first of them.
    ///
    /// # Real-time
    /// Constant time, no allocation.
    fn begin_block(&mut self, word: &Self::Word, frames: u32) -> (BlockClock, Option<Discontinuity>);

    /// Goes on from where another source's block ended.
    fn take_over(&mut self, last: &BlockClock);
}
