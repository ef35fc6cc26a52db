//! From a source of actions (OSC, editor) to the executor: one queue for each source.

use std::sync::atomic::{AtomicU64, Ordering};

use ringbuf::HeapRb;
use ringbuf::traits::{Consumer, Observer, Producer, Split};

use super::{Action, ActionTiming};
use crate::safety::Source;

/// Names one request for its receipts. Unique in the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

impl RequestId {
    /// Host-timed input has no receipts.
    pub const HOST: Self = Self(0);

    /// A new one. Any thread.
    #[must_use]
    pub fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// An action, when it shall happen, and who asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// For the receipts.
    pub id: RequestId,
    /// Who asks.
    pub source: Source,
    /// What.
    pub action: Action,
    /// When.
    pub timing: ActionTiming,
}

impl Request {
    /// A request with a new id.
    #[must_use]
    pub fn new(source: Source, action: Action, timing: ActionTiming) -> Self {
        Self { id: RequestId::next(), source, action, timing }
    }
}

/// The queue was full; the request comes back.
#[derive(Debug, thiserror::Error)]
#[error("too many actions at once: the queue is full")]
pub struct QueueFull(pub Box<Request>);

/// A bounded queue from one source to the executor, with one thread at each end.
#[derive(Debug)]
pub struct ActionQueue;

impl ActionQueue {
    /// Requests that fit.
    pub const DEFAULT_CAPACITY: usize = 64;

    /// The two ends of a queue. When it is full the newest is refused.
    #[must_use]
    #[expect(clippy::new_ret_no_self, reason = "a queue is its two ends")]
    pub fn new(capacity: usize) -> (ActionSender, ActionReceiver) {
        let (producer, consumer) = HeapRb::new(capacity.max(1)).split();
        (ActionSender(producer), ActionReceiver(consumer))
    }
}

/// The source's end.
pub struct ActionSender(ringbuf::HeapProd<Request>);

impl ActionSender {
    /// Queues a request.
    ///
    /// # Errors
    /// [`QueueFull`] gives it back when there is no room.
    pub fn send(&mut self, request: Request) -> Result<(), QueueFull> {
        self.0.try_push(request).map_err(|request| QueueFull(Box::new(request)))
    }
}

/// The executor's end.
pub struct ActionReceiver(ringbuf::HeapCons<Request>);

impl ActionReceiver {
    /// The oldest request, if there is one.
    pub fn receive(&mut self) -> Option<Request> {
        self.0.try_pop()
    }

    /// How many wait.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.occupied_len()
    }
}

impl std::fmt::Debug for ActionSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ActionSender").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ActionReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ActionReceiver").field("depth", &self.depth()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::DeckId;

    fn stop() -> Request {
        Request::new(Source::Editor, Action::StopDeck { deck: DeckId::A }, ActionTiming::Immediate)
    }

    #[test]
    fn keeps_order_and_refuses_the_newest_when_full() {
        let (mut tx, mut rx) = ActionQueue::new(2);
        let (first, second, third) = (stop(), stop(), stop());
        tx.send(first.clone()).unwrap();
        tx.send(second.clone()).unwrap();
        let QueueFull(back) = tx.send(third.clone()).unwrap_err();
        assert_eq!(*back, third);
        assert_eq!(rx.depth(), 2);
        assert_eq!(rx.receive(), Some(first));
        assert_eq!(rx.receive(), Some(second));
        assert_eq!(rx.receive(), None);
    }
}
