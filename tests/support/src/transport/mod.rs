//! What a host's transport does, and what the host says about it.
//!
//! A [`Transport`] is the script: where the song starts, the tempo, the loop, and moves (jump, stop, tempo change)
//! on absolute frames. [`Timeline`] makes it exact: the true song position at any frame, computed from whole frame
//! counts since the last move, never summed up block by block. [`Said`] is what the host tells the plugin at a
//! frame; [`Quirk`]s make it say less, or wrong, as real hosts do.

mod said;
mod signature;
mod timeline;

pub use said::{Quirk, Said};
pub use signature::Signatures;
pub use timeline::Timeline;

/// The frame on which something due at a song beat happens, at a steady tempo from beat 0 on frame 0: the first that is
/// not before the beat, but for a thousandth of a frame that rounding may cost.
#[must_use]
pub fn due_frame(beat: f64, bpm: f64, sample_rate: f64) -> u64 {
    (beat * 60.0 / bpm * sample_rate - FRAME_TOLERANCE).ceil().max(0.0) as u64
}

/// Rounding that the due-frame rule forgives, in frames.
pub(crate) const FRAME_TOLERANCE: f64 = 1.0 / 1024.0;

/// Where a host tells about an edge: the end of a loop, a jump, a change of tempo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edges {
    /// The block is cut there; the next begins with the new place (Reaper, Ardour).
    #[default]
    Split,
    /// The block goes on and carries a transport event at that frame. VST3 has no such event: told as
    /// [`Edges::Unsplit`].
    MidBlock,
    /// The block goes on; the next block's start is the first that the plugin hears of it (qtractor).
    Unsplit,
}

/// What may change on a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// Rolls from here on.
    Start,
    /// Stands still from here on.
    Stop,
    /// The song position is this many quarter notes from here on.
    Jump(f64),
    /// The tempo is this many BPM from here on.
    Tempo(f64),
    /// From here on the tempo goes in a straight line to `bpm`, and is there `frames` later.
    Ramp {
        /// Tempo at the end.
        bpm: f64,
        /// Length.
        frames: u64,
    },
    /// Loops between these quarter notes from here on; `None` switches the loop off.
    Loop(Option<(f64, f64)>),
}

/// A script for a host's transport.
///
/// ```ignore
/// // 127.3 BPM in 7/8, from two bars before the song's start, looping the first four bars.
/// Transport::rolling(127.3).signature(7, 8).from_beat(-7.0).looping(0.0, 14.0)
/// ```
#[derive(Clone, Debug)]
pub struct Transport {
    pub(crate) playing: bool,
    pub(crate) bpm: f64,
    pub(crate) start_beats: f64,
    pub(crate) loop_beats: Option<(f64, f64)>,
    pub(crate) loop_snaps: bool,
    pub(crate) edges: Edges,
    pub(crate) signatures: Signatures,
    pub(crate) moves: Vec<(u64, Move)>,
    pub(crate) quirks: Vec<Quirk>,
}

impl Transport {
    /// Rolls from song position 0 at this tempo, in 4/4.
    #[must_use]
    pub fn rolling(bpm: f64) -> Self {
        assert!(bpm.is_finite() && bpm > 0.0, "a tempo of {bpm}");
        Self {
            playing: true,
            bpm,
            start_beats: 0.0,
            loop_beats: None,
            loop_snaps: false,
            edges: Edges::default(),
            signatures: Signatures::new(4, 4),
            moves: Vec::new(),
            quirks: Vec::new(),
        }
    }

    /// Stands at song position 0 with this tempo.
    #[must_use]
    pub fn stopped(bpm: f64) -> Self {
        Self { playing: false, ..Self::rolling(bpm) }
    }

    /// Song position at frame 0, in quarter notes; negative for a pre-roll.
    #[must_use]
    pub fn from_beat(mut self, beats: f64) -> Self {
        self.start_beats = beats;
        self
    }

    /// Time signature from the song's start on.
    #[must_use]
    pub fn signature(mut self, numerator: u16, denominator: u16) -> Self {
        self.signatures = Signatures::new(numerator, denominator);
        self
    }

    /// Another time signature from this song position on, which starts a bar.
    #[must_use]
    pub fn signature_from(mut self, beats: f64, numerator: u16, denominator: u16) -> Self {
        self.signatures.push(beats, numerator, denominator);
        self
    }

    /// Loops between two song positions in quarter notes, from frame 0 on.
    ///
    /// The position goes on without a gap: if the loop's end falls between two frames, the first frame after the wrap
    /// lies as far behind the loop's start. See [`Transport::snapped_loop`] for hosts that do otherwise.
    #[must_use]
    pub fn looping(mut self, from_beats: f64, to_beats: f64) -> Self {
        assert!(from_beats < to_beats, "a loop from {from_beats} to {to_beats}");
        self.loop_beats = Some((from_beats, to_beats));
        self
    }

    /// The first frame after a wrap is exactly on the loop's start (Reaper, Ardour): each round lasts a whole number
    /// of frames. Not while the tempo ramps.
    #[must_use]
    pub fn snapped_loop(mut self) -> Self {
        self.loop_snaps = true;
        self
    }

    /// How the host tells about edges inside a block.
    #[must_use]
    pub fn edges(mut self, edges: Edges) -> Self {
        self.edges = edges;
        self
    }

    /// Something changes on an absolute frame.
    #[must_use]
    pub fn at(mut self, frame: u64, change: Move) -> Self {
        self.push(frame, change);
        self
    }

    /// The host is wrong or silent in this way. Several may be given.
    #[must_use]
    pub fn quirk(mut self, quirk: Quirk) -> Self {
        self.quirks.push(quirk);
        self
    }

    pub(crate) fn push(&mut self, frame: u64, change: Move) {
        let index = self.moves.partition_point(|(at, _)| *at <= frame);
        self.moves.insert(index, (frame, change));
    }

    /// The same transport, exact for one sample rate.
    #[must_use]
    pub fn timeline(&self, sample_rate: f64) -> Timeline {
        Timeline::new(self, sample_rate)
    }
}
