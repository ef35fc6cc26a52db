//! From a source of actions (OSC, editor) to the executor: one queue for each source.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use ringbuf::HeapRb;
use ringbuf::traits::{Consumer, Observer, Producer, Split};

use super::{Action, ActionTiming};
use crate::safety::{ActionMask, Source};

/// The next new id.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Names one request for its receipts. Unique in the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct RequestId(u64);

impl RequestId {
    /// Host-timed input has no receipts.
    pub const HOST: Self = Self(0);

    /// A new one. Any thread.
    #[must_use]
    pub fn next() -> Self {
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// No new one will be like this one, which came from a log. Any thread.
    pub(crate) fn keep(self) {
        NEXT.fetch_max(self.0.saturating_add(1), Ordering::Relaxed);
    }

    /// The number of a request, for those who get it back as one.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The request with a number that [`RequestId::number`] gave.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
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

/// An action with its timing. In the queue it has an id too, for the receipts, and says who asks: it is a [`Request`].
///
/// ```
/// use echelon_engine::action::{Action, ActionTiming, ActionWithTiming};
/// use echelon_engine::safety::Source;
///
/// let wish = ActionWithTiming::new(Source::Midi, Action::Panic, ActionTiming::NextBar);
/// assert_eq!((wish.action, wish.timing), (Action::Panic, ActionTiming::NextBar));
/// ```
pub type ActionWithTiming = Request;

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
    /// Room beyond that for stop, cancel and panic.
    const RESERVED: usize = 16;

    /// The two ends of a queue. When it is full the newest is refused; a stop, a cancel or a panic still has room.
    #[must_use]
    #[expect(clippy::new_ret_no_self, reason = "a queue is its two ends")]
    pub fn new(capacity: usize) -> (ActionSender, ActionReceiver) {
        let (producer, consumer) = HeapRb::new(capacity.max(1) + Self::RESERVED).split();
        let urgent = Arc::new(AtomicUsize::new(0));
        (ActionSender(producer, urgent.clone()), ActionReceiver(consumer, urgent))
    }
}

/// The source's end.
/// The number of urgent requests that wait is shared by both ends.
pub struct ActionSender(ringbuf::HeapProd<Request>, Arc<AtomicUsize>);

impl ActionSender {
    /// How many requests there is room for now. Only the sender's thread makes it less.
    #[must_use]
    pub fn room(&self) -> usize {
        self.0.vacant_len().saturating_sub(ActionQueue::RESERVED)
    }

    /// Queues a request.
    ///
    /// # Errors
    /// [`QueueFull`] gives it back when there is no room.
    pub fn send(&mut self, request: Request) -> Result<(), QueueFull> {
        let has_room = self.0.vacant_len() > ActionQueue::RESERVED;
        let is_urgent = ActionMask::ALWAYS.allows(request.action.kind());
        if !has_room && !is_urgent {
            return Err(QueueFull(Box::new(request)));
        }
        // Before it is there: whoever takes it out finds it counted.
        self.1.fetch_add(usize::from(is_urgent), Ordering::AcqRel);
        self.0.try_push(request).map_err(|request| {
            self.1.fetch_sub(usize::from(is_urgent), Ordering::AcqRel);
            QueueFull(Box::new(request))
        })
    }
}

/// The executor's end.
pub struct ActionReceiver(ringbuf::HeapCons<Request>, Arc<AtomicUsize>);

impl ActionReceiver {
    /// The oldest request, if there is one.
    pub fn receive(&mut self) -> Option<Request> {
        let request = self.0.try_pop()?;
        let is_urgent = ActionMask::ALWAYS.allows(request.action.kind());
        self.1.fetch_sub(usize::from(is_urgent), Ordering::AcqRel);
        Some(request)
    }

    /// Whether a stop, a cancel or a panic is among those that wait.
    #[must_use]
    pub fn has_urgent(&self) -> bool {
        self.1.load(Ordering::Acquire) > 0
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

    fn request(action: Action) -> Request {
        Request::new(Source::Editor, action, ActionTiming::Immediate)
    }

    fn play() -> Request {
        request(Action::PlayDeck { deck: DeckId::A, position_secs: None })
    }

    #[test]
    fn a_full_queue_still_has_room_for_a_stop_and_a_panic() {
        let (mut tx, mut rx) = ActionQueue::new(2);
        tx.send(play()).unwrap();
        tx.send(play()).unwrap();
        assert!(tx.send(play()).is_err());
        let (stop, panic) = (request(Action::StopDeck { deck: DeckId::A }), request(Action::Panic));
        tx.send(stop.clone()).unwrap();
        tx.send(panic.clone()).unwrap();
        assert!(tx.send(play()).is_err() && rx.has_urgent());
        let last: Vec<_> = std::iter::from_fn(|| rx.receive()).skip(2).collect();
        assert_eq!(last, [stop, panic]);
        assert!(!rx.has_urgent());
        while tx.send(request(Action::Panic)).is_ok() {}
        assert_eq!(rx.depth(), 2 + ActionQueue::RESERVED, "even that room has an end");
    }

    #[test]
    fn keeps_order_and_refuses_the_newest_when_full() {
        let (mut tx, mut rx) = ActionQueue::new(2);
        let (first, second, third) = (play(), play(), play());
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
