//! One request and what became of it.

use serde::{Deserialize, Serialize};

use crate::action::{Action, ActionKind, ActionTiming, RequestId};
use crate::safety::Source;
use crate::units::DeckId;

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Outcome {
    /// Nothing yet.
    Open,
    /// It happened.
    Done,
    /// It did not happen.
    Refused {
        /// For programs.
        code: String,
        /// For people.
        text: String,
    },
    /// It was taken back or replaced.
    Cancelled,
    /// Its time passed.
    Expired,
}

/// When an order came to the audio thread: with these all is said that a replay needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Came {
    /// Counts all that came in the session: the order on one frame.
    pub order: u64,
    /// Which step of a recipe.
    #[serde(default)]
    pub step: u8,
    /// The frame, counted from the first that the rig made.
    pub frame: u64,
}

/// When a deed was done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fired {
    /// Counts every deed of the session: the order on one frame.
    pub order: u64,
    /// Which step of a recipe.
    #[serde(default)]
    pub step: u8,
    /// The frame, counted from the first that the rig made.
    pub frame: u64,
    /// Song beat on which it was due.
    pub beat: f64,
    /// Frames late.
    pub error_frames: i64,
}

/// What host-timed input did. It belongs to the project, which brings it again: a replay leaves it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostAct {
    /// What.
    pub kind: ActionKind,
    /// On which deck.
    pub deck: Option<DeckId>,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Counts the entries of the session.
    pub number: u64,
    /// The request.
    pub id: RequestId,
    /// Who asked.
    pub source: Source,
    /// What was asked; none for host-timed input, and for what is no action: a value that is no number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<Action>,
    /// What host-timed input did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<HostAct>,
    /// When it was to happen.
    pub timing: ActionTiming,
    /// The same in the end, where the source has a quantize setting of its own, or a recipe went by the rig's.
    #[serde(default = "at_once")]
    pub at: ActionTiming,
    /// How long a fader was given for its way, in beats.
    #[serde(default)]
    pub over_beats: f32,
    /// Frames that the rig had made when it was asked.
    pub asked_frame: u64,
    /// Song beat at that time.
    pub asked_beat: f64,
    /// When it came to the audio thread: once, or for each step of a recipe.
    #[serde(default)]
    pub came: Vec<Came>,
    /// When it was done: once, or for each step of a recipe.
    pub fired: Vec<Fired>,
    /// What became of it.
    pub outcome: Outcome,
}

const fn at_once() -> ActionTiming {
    ActionTiming::Immediate
}

impl LogEntry {
    pub(super) fn of_host(source: Source, host: HostAct, fired: Vec<Fired>, outcome: Outcome) -> Self {
        let (asked_frame, asked_beat) = fired.first().map_or((0, 0.0), |fired| (fired.frame, fired.beat));
        Self {
            number: 0,
            id: RequestId::HOST,
            source,
            what: None,
            host: Some(host),
            timing: ActionTiming::Default,
            at: ActionTiming::Default,
            over_beats: 0.0,
            asked_frame,
            asked_beat,
            came: vec![],
            fired,
            outcome,
        }
    }
}
