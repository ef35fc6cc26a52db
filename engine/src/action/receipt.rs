//! What became of requests.

use std::path::PathBuf;

use super::RequestId;
use crate::units::DeckId;

/// What became of a request. Each ends with exactly one that [is final](Receipt::is_final).
#[derive(Clone, Debug, PartialEq)]
pub enum Receipt {
    /// It is on the timeline.
    Accepted {
        /// Which request.
        id: RequestId,
        /// Song beat on which it is due.
        due_beat: f64,
    },
    /// It happened.
    Done {
        /// Which request.
        id: RequestId,
        /// Song beat on which it was due.
        due_beat: f64,
        /// Frames late.
        error_frames: i64,
    },
    /// It will not happen.
    Refused {
        /// Which request.
        id: RequestId,
        /// The deck it was about, if it was about one.
        deck: Option<DeckId>,
        /// A short, stable word for programs.
        code: &'static str,
        /// A sentence for people.
        text: String,
    },
    /// A newer one took its place, or someone took it back.
    Cancelled {
        /// Which request.
        id: RequestId,
    },
    /// Its time has passed without its being possible: the host went past its beat, or made no sound for too long.
    Expired {
        /// Which request.
        id: RequestId,
    },
}

impl Receipt {
    /// Which request.
    #[must_use]
    pub const fn id(&self) -> RequestId {
        match self {
            Self::Accepted { id, .. }
            | Self::Done { id, .. }
            | Self::Refused { id, .. }
            | Self::Cancelled { id }
            | Self::Expired { id } => *id,
        }
    }

    /// Whether nothing more comes for the request.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Accepted { .. })
    }
}

/// A file that an admitted load wants; to be answered with `track_ready`, `track_failed` or `track_cancelled` of the
/// [`Console`](crate::console::Console).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedTrack {
    /// Which request.
    pub id: RequestId,
    /// For which deck.
    pub deck: DeckId,
    /// Which file.
    pub path: PathBuf,
}

/// One turn of the executor: what time it is, and what comes of it.
#[derive(Debug, Default)]
pub struct Turn {
    /// Seconds on a clock that does not run backwards. It decides no sound: only how often a source may ask, and when
    /// a gesture is too old for a host that makes no blocks.
    pub now_secs: f64,
    /// What became of requests, in order.
    pub receipts: Vec<Receipt>,
    /// Files to be decoded.
    pub wanted: Vec<WantedTrack>,
    /// Files that are no longer wanted.
    pub unwanted: Vec<RequestId>,
    /// Admitted requests that take the track off a deck.
    pub ejects: Vec<(RequestId, DeckId)>,
    /// Tracks that an undo put back: the deck, and the load that had brought it.
    pub restored: Vec<(DeckId, RequestId)>,
}
