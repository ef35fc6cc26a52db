//! Who asked for what: the way back from an outcome to the sender of the message.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use echelon_engine::action::RequestId;
use echelon_engine::message::EngineEvent;
use rosc::{OscMessage, OscType};

/// What became of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It is scheduled.
    Accepted {
        /// Which request.
        id: RequestId,
        /// Song beat on which it is due.
        due_beat: f64,
    },
    /// It happened. Final.
    Done {
        /// Which request.
        id: RequestId,
        /// Song beat on which it was due.
        due_beat: f64,
        /// Frames late; 0 is on the frame.
        error_frames: i64,
    },
    /// It will not happen. Final.
    Refused {
        /// Which request.
        id: RequestId,
        /// A short, stable word for programs.
        code: &'static str,
        /// The sentence for a person.
        text: String,
    },
    /// Something newer took its place. Final.
    Cancelled {
        /// Which request.
        id: RequestId,
    },
}

impl Outcome {
    /// Which request.
    #[must_use]
    pub const fn id(&self) -> RequestId {
        match self {
            Self::Accepted { id, .. } | Self::Done { id, .. } | Self::Refused { id, .. } | Self::Cancelled { id } => {
                *id
            }
        }
    }

    /// What the engine says of a request; `None` if the event is about something else.
    #[must_use]
    pub fn from_event(event: &EngineEvent) -> Option<Self> {
        Some(match *event {
            EngineEvent::Scheduled { id, due_beat } => Self::Accepted { id, due_beat },
            EngineEvent::Fired { id, due_beat, error_frames } => Self::Done { id, due_beat, error_frames },
            EngineEvent::Refused { id, refusal } => {
                Self::Refused { id, code: refusal.code(), text: refusal.to_string() }
            }
            EngineEvent::Cancelled { id } => Self::Cancelled { id },
            EngineEvent::Ended { .. } => return None,
        })
    }
}

/// Who asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asker {
    /// Where the packet came from.
    pub from: SocketAddr,
    /// The sender's number, if receipts are wanted.
    pub receipt: Option<i32>,
    /// The address of the message.
    pub address: Box<str>,
}

impl Asker {
    /// What to send for an outcome, if anything. Without a number only refusals are told.
    pub fn answer(&self, outcome: &Outcome) -> Option<OscMessage> {
        let Some(receipt) = self.receipt else {
            return match outcome {
                Outcome::Refused { text, .. } => Some(error(&self.address, text)),
                _ => None,
            };
        };
        Some(match outcome {
            Outcome::Accepted { due_beat, .. } => message("/ack", vec![receipt.into(), (*due_beat).into()]),
            Outcome::Done { due_beat, error_frames, .. } => {
                let late = i32::try_from(*error_frames).unwrap_or(if *error_frames < 0 { i32::MIN } else { i32::MAX });
                message("/done", vec![receipt.into(), (*due_beat).into(), late.into()])
            }
            Outcome::Refused { code, text, .. } => nack(receipt, code, text),
            Outcome::Cancelled { .. } => nack(receipt, "cancelled", "a newer action took its place"),
        })
    }

    /// The refusal of something that never became a request.
    pub fn refusal(&self, code: &str, text: &str) -> OscMessage {
        self.receipt.map_or_else(|| error(&self.address, text), |receipt| nack(receipt, code, text))
    }
}

pub(super) fn message(address: &str, args: Vec<OscType>) -> OscMessage {
    OscMessage { addr: address.to_owned(), args }
}

pub(super) fn error(address: &str, text: &str) -> OscMessage {
    message("/error", vec![address.into(), text.into()])
}

fn nack(receipt: i32, code: &str, text: &str) -> OscMessage {
    message("/nack", vec![receipt.into(), code.into(), text.into()])
}

/// The requests that have no final outcome yet.
#[derive(Debug, Default)]
pub(super) struct Receipts(BTreeMap<RequestId, Asker>);

impl Receipts {
    /// How many requests are remembered.
    pub const CAPACITY: usize = 4096;

    /// Remembers who asked. Gives back the oldest one when there are too many.
    pub fn insert(&mut self, id: RequestId, asker: Asker) -> Option<Asker> {
        self.0.insert(id, asker);
        // Ids count up: the smallest is the oldest.
        if self.0.len() > Self::CAPACITY { self.0.pop_first().map(|(_, oldest)| oldest) } else { None }
    }

    /// Forgets a request.
    pub fn remove(&mut self, id: RequestId) -> Option<Asker> {
        self.0.remove(&id)
    }

    /// Who asked for it; forgotten if the outcome is final.
    pub fn settle(&mut self, outcome: &Outcome) -> Option<Asker> {
        match outcome {
            Outcome::Accepted { id, .. } => self.0.get(id).cloned(),
            other => self.0.remove(&other.id()),
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
