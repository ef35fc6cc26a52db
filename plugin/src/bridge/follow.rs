//! What a follower does of what the leader asks: actions of the source "bridge", by that source's rules. Pure.

use std::collections::{BTreeMap, BTreeSet};

use echelon_engine::action::{Action, ActionTiming, Pending, Receipt, Request as ActionRequest, RequestId};
use echelon_engine::safety::Source;

use super::clock::{OtherClock, OwnClock};
use super::{Message, Request};

/// Requests without an outcome that are remembered.
const MOST_OPEN: usize = 64;
/// A request for a beat that is past by no more than this is done at once, in beats.
const MOST_LATE: f64 = 0.5;

/// The leader's requests that have no outcome yet.
#[derive(Debug, Default)]
pub(super) struct Follow {
    open: BTreeMap<RequestId, i32>,
    /// What takes such requests back.
    cancels: BTreeSet<RequestId>,
}

/// What is to be done of a message.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    /// To be handed to the executor.
    Act(ActionRequest),
    /// To be told to the leader.
    Tell(Message),
}

impl Follow {
    /// A request of the leader.
    pub fn request(&mut self, number: i32, request: Request, other: &OtherClock, own: &OwnClock, now: f64) -> Step {
        if self.open.len() >= MOST_OPEN {
            return result(number, "full", "too many requests have no outcome yet");
        }
        let (action, timing) = match request {
            Request::Crossfader { position } => (Action::SetCrossfader { position }, Ok(ActionTiming::Immediate)),
            Request::Play { deck, beat } => {
                (Action::PlayDeck { deck, position_secs: None }, when(beat, other, own, now))
            }
            Request::Stop { deck, beat } => (Action::StopDeck { deck }, when(beat, other, own, now)),
        };
        match timing {
            Ok(timing) => {
                let request = ActionRequest::new(Source::Bridge, action, timing);
                self.open.insert(request.id, number);
                Step::Act(request)
            }
            Err((code, text)) => result(number, code, &text),
        }
    }

    /// The leader takes a request back.
    pub fn revoke(&mut self, number: i32) -> Option<ActionRequest> {
        let id = self.open.iter().rev().find(|(_, other)| **other == number).map(|(id, _)| *id)?;
        Some(self.cancel(id))
    }

    /// The leader is gone: nobody could take back any more what it asked for.
    pub fn revoke_all(&mut self) -> Vec<ActionRequest> {
        std::mem::take(&mut self.open).into_keys().map(|id| self.cancel(id)).collect()
    }

    /// It never reached the executor.
    pub fn failed(&mut self, id: RequestId) -> Option<Message> {
        let number = self.open.remove(&id)?;
        Some(told(number, "queue_full", "too many actions at once"))
    }

    /// Whether an outcome is of what the leader asked for, and what the leader is told of it.
    pub fn settle(&mut self, receipt: &Receipt) -> (bool, Option<Message>) {
        if !receipt.is_final() {
            return (self.open.contains_key(&receipt.id()), None);
        }
        if self.cancels.remove(&receipt.id()) {
            return (true, None);
        }
        let Some(number) = self.open.remove(&receipt.id()) else { return (false, None) };
        let message = match receipt {
            Receipt::Refused { code, text, .. } => told(number, code, text),
            Receipt::Cancelled { .. } => told(number, "cancelled", "it was taken back, or a newer one took its place"),
            Receipt::Expired { .. } => told(number, "expired", "its time passed"),
            Receipt::Accepted { .. } | Receipt::Done { .. } => told(number, "done", ""),
        };
        (true, Some(message))
    }

    fn cancel(&mut self, id: RequestId) -> ActionRequest {
        let pending = Pending::Request(id);
        let request = ActionRequest::new(Source::Bridge, Action::Cancel { pending }, ActionTiming::Immediate);
        self.cancels.insert(request.id);
        if self.cancels.len() > MOST_OPEN {
            self.cancels.pop_first();
        }
        request
    }
}

/// When the leader's beat is, here.
fn when(beat: f64, other: &OtherClock, own: &OwnClock, now: f64) -> Result<ActionTiming, (&'static str, String)> {
    let no_clock = || ("no_clock", "tell your clock first".to_owned());
    let target = other.own_beat(beat, own, now).ok_or_else(no_clock)?;
    let late = own.beat_at(now).ok_or_else(no_clock)? - target;
    if late <= 0.0 {
        Ok(ActionTiming::CustomBeat(target))
    } else if late <= MOST_LATE {
        Ok(ActionTiming::Immediate)
    } else {
        Err(("too_late", format!("that beat was {late:.3} beats ago")))
    }
}

fn told(number: i32, code: &str, text: &str) -> Message {
    Message::Result { number, code: code.to_owned(), text: text.to_owned() }
}

fn result(number: i32, code: &str, text: &str) -> Step {
    Step::Tell(told(number, code, text))
}
