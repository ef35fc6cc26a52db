//! A file of the corpus.

use std::collections::BTreeMap;

use echelon_engine::action::{Action, ActionTiming, Setting};
use echelon_engine::safety::Source;
use echelon_engine::units::DeckId;
use serde::Deserialize;

/// One mistake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// What happened, for people.
    pub about: String,
    /// How long the session is, in seconds.
    pub secs: f64,
    /// Tempo of the host.
    #[serde(default = "bpm")]
    pub bpm: f64,
    /// The host's loop, in beats.
    #[serde(default, rename = "loop")]
    pub looping: Option<(f64, f64)>,
    /// Whether the host rolls from the start.
    #[serde(default = "yes")]
    pub rolls: bool,
    /// Tracks that are on the decks.
    #[serde(default)]
    pub decks: BTreeMap<DeckId, String>,
    /// Settings that are not as they come.
    #[serde(default)]
    pub settings: Vec<Setting>,
    /// What was done, in order.
    #[serde(rename = "do")]
    pub deeds: Vec<Deed>,
    /// What must hold.
    pub must: Vec<Must>,
}

const fn bpm() -> f64 {
    120.0
}

const fn yes() -> bool {
    true
}

/// Someone did something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deed {
    /// When, in seconds.
    pub at: f64,
    /// Who.
    #[serde(default = "osc")]
    pub by: Source,
    /// A name for its answer.
    #[serde(default)]
    pub name: Option<String>,
    /// What was asked.
    #[serde(default)]
    pub ask: Option<Action>,
    /// For when.
    #[serde(default = "at_once")]
    pub timing: ActionTiming,
    /// So many times, a millisecond apart.
    #[serde(default = "once")]
    pub times: u32,
    /// Takes back the request of this name.
    #[serde(default)]
    pub cancel: Option<String>,
    /// What the host did instead: its parameters and MIDI.
    #[serde(default)]
    pub host: Option<HostDeed>,
    /// What its transport did.
    #[serde(default)]
    pub transport: Option<Transport>,
}

const fn osc() -> Source {
    Source::Osc
}

const fn at_once() -> ActionTiming {
    ActionTiming::Immediate
}

const fn once() -> u32 {
    1
}

/// What the host's own input does.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostDeed {
    Play(DeckId),
    Stop(DeckId),
    Note(u8),
    /// An index into the grids of the quantize parameter.
    Quantize(u8),
    GainDb(DeckId, f32),
}

/// What the host's transport does.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    Start,
    Stop,
    Jump(f64),
    Tempo(f64),
    Loop(Option<(f64, f64)>),
}

/// What must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Must {
    /// What became of the request of a name (of all of them, if it was made several times), with the code of a refusal,
    /// and the song beat and the lateness in frames of what was done.
    Answer {
        answer: String,
        is: Is,
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        beat: Option<f64>,
        #[serde(default)]
        late_frames: Option<i64>,
    },
    /// What a deck is doing at a time.
    State { state: String, deck: DeckId, at: f64 },
    /// Where a deck's playhead is at a time, to a frame.
    Position { position_secs: f64, deck: DeckId, at: f64 },
    /// A deck is heard without a gap between two times.
    Heard { heard: DeckId, from: f64, to: f64 },
    /// A deck plays on between two times as if nobody were there: no gap, and the playhead goes as the clock does.
    Undisturbed { undisturbed: DeckId, from: f64, to: f64 },
    /// Nothing is heard of a deck between two times.
    Silent { silent: DeckId, from: f64, to: f64 },
    /// At most so many orders wait at a time.
    Pending { pending: usize, at: f64 },
}

/// What a request came to.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Is {
    Done,
    Refused,
    Cancelled,
    Expired,
    /// Something, exactly once.
    Answered,
}
