//! What a test sends to the plugin on a frame, and what the plugin sends back.

use crate::transport::Move;

/// Something the host does on a frame.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A parameter's new value, in the parameter's own unit (dB, on/off as 1/0, choice as index).
    Param {
        /// The parameter's id, such as `gain_1`.
        id: String,
        /// New value.
        value: f64,
    },
    /// A parameter's value as the format carries it: CLAP's own scale, or VST3's 0..1. For values that no honest host
    /// would send, such as NaN.
    RawParam {
        /// The parameter's number in the format.
        number: u32,
        /// New value.
        value: f64,
    },
    /// CLAP modulation: an offset on the parameter's CLAP scale that stays until the next one. VST3 has none; nothing
    /// is sent there.
    Modulation {
        /// The parameter's id.
        id: String,
        /// Offset.
        amount: f64,
    },
    /// A note starts.
    NoteOn(Note),
    /// A note ends.
    NoteOff(Note),
    /// A MIDI 1.0 channel message. VST3 gets notes as notes, and the rest by the plugin's own MIDI mapping if it has
    /// one.
    Midi([u8; 3]),
    /// The transport changes.
    Transport(Move),
}

/// A note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// 0..15.
    pub channel: u8,
    /// 0..127.
    pub key: u8,
    /// 0..1.
    pub velocity: f64,
    /// The host's number for this note, or -1 (Bitwig gives none with note-offs).
    pub id: i32,
}

impl Event {
    /// A parameter's new value in its own unit.
    #[must_use]
    pub fn param(id: &str, value: impl Into<f64>) -> Self {
        Self::Param { id: id.to_owned(), value: value.into() }
    }

    /// CLAP modulation.
    #[must_use]
    pub fn modulation(id: &str, amount: f64) -> Self {
        Self::Modulation { id: id.to_owned(), amount }
    }

    /// A note without number on channel 0.
    #[must_use]
    pub const fn note_on(key: u8, velocity: f64) -> Self {
        Self::NoteOn(Note { channel: 0, key, velocity, id: -1 })
    }

    /// The end of a note without number on channel 0.
    #[must_use]
    pub const fn note_off(key: u8) -> Self {
        Self::NoteOff(Note { channel: 0, key, velocity: 0.0, id: -1 })
    }

    /// The transport jumps to this song position.
    #[must_use]
    pub const fn jump(beats: f64) -> Self {
        Self::Transport(Move::Jump(beats))
    }

    /// The transport starts.
    #[must_use]
    pub const fn start() -> Self {
        Self::Transport(Move::Start)
    }

    /// The transport stops.
    #[must_use]
    pub const fn stop() -> Self {
        Self::Transport(Move::Stop)
    }

    /// The tempo changes.
    #[must_use]
    pub const fn tempo(bpm: f64) -> Self {
        Self::Transport(Move::Tempo(bpm))
    }
}

/// How a host misdelivers events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// Sorted by frame, inside their block.
    #[default]
    Sorted,
    /// In the order in which the test scheduled them, whatever their frames.
    Unsorted,
    /// Events on a block's first frame come with the block before, timed at its length.
    AtBlockEnd,
}

/// Something the plugin told the host.
#[derive(Clone, Debug, PartialEq)]
pub struct OutEvent {
    /// Absolute frame.
    pub frame: u64,
    /// What it told.
    pub kind: OutKind,
}

/// What a plugin may tell a host from the audio thread.
#[derive(Clone, Debug, PartialEq)]
pub enum OutKind {
    /// A parameter moved; value in the parameter's own unit.
    Param {
        /// The parameter's id.
        id: String,
        /// Its value.
        value: f64,
    },
    /// The user (or OSC) takes hold of a parameter.
    GestureBegin(String),
    /// And lets it go.
    GestureEnd(String),
    /// A MIDI 1.0 channel message.
    Midi([u8; 3]),
    /// A note starts.
    NoteOn(Note),
    /// A note ends.
    NoteOff(Note),
    /// Anything else, by the format's own type number.
    Other(u32),
}
