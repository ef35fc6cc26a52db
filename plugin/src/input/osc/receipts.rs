//! Who asked for what: the way back from an outcome to the sender of the message.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use echelon_engine::action::{Receipt, RequestId};
use rosc::{OscMessage, OscType};

use super::client::Client;
use super::shared::Shared;

/// Who asked.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    /// Who sent the message.
    pub client: Client,
    /// The port it came to: answers go out from there, even once the instance has left it.
    pub shared: Arc<Shared>,
    /// The sender's number, if receipts are wanted.
    pub receipt: Option<i32>,
    /// The address of the message.
    pub address: Box<str>,
}

impl Asker {
    /// What to send for an outcome, if anything. Without a number only refusals are told.
    pub fn answer(&self, outcome: &Receipt) -> Option<OscMessage> {
        let Some(receipt) = self.receipt else {
            return match outcome {
                Receipt::Refused { text, .. } => Some(error(&self.address, text)),
                _ => None,
            };
        };
        Some(match outcome {
            Receipt::Accepted { due_beat, .. } => message("/ack", vec![receipt.into(), (*due_beat).into()]),
            Receipt::Done { due_beat, error_frames, .. } => {
                let late = i32::try_from(*error_frames).unwrap_or(if *error_frames < 0 { i32::MIN } else { i32::MAX });
                message("/done", vec![receipt.into(), (*due_beat).into(), late.into()])
            }
            Receipt::Refused { code, text, .. } => nack(receipt, code, text),
            Receipt::Cancelled { .. } => {
                nack(receipt, "cancelled", "it was taken back, or a newer action took its place")
            }
            Receipt::Expired { .. } => {
                nack(receipt, "expired", "its time passed: the host went past its beat, or made no sound for too long")
            }
        })
    }

    /// Sends what became of it, if that is to be told.
    pub fn tell(&self, outcome: &Receipt) {
        if let Some(answer) = self.answer(outcome) {
            self.shared.send(&self.client, answer);
        }
    }

    /// Tells that it never became a request.
    pub fn refuse(&self, code: &str, text: &str) {
        self.shared.send(&self.client, self.refusal(code, text));
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

    /// The newest request that a sender made with a number.
    pub fn find(&self, from: SocketAddr, number: i32) -> Option<RequestId> {
        let is_it = |asker: &Asker| asker.client.from == from && asker.receipt == Some(number);
        self.0.iter().rev().find(|(_, asker)| is_it(asker)).map(|(id, _)| *id)
    }

    /// Who asked for it; forgotten if the outcome is final.
    pub fn settle(&mut self, outcome: &Receipt) -> Option<Asker> {
        match outcome {
            Receipt::Accepted { id, .. } => self.0.get(id).cloned(),
            other => self.0.remove(&other.id()),
        }
    }

    /// Everyone who still waits, the oldest first; forgotten.
    pub fn take_all(&mut self) -> impl Iterator<Item = Asker> + use<> {
        std::mem::take(&mut self.0).into_values()
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
