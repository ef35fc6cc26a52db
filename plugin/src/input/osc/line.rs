//! An instance's end of the broker: what the broker's thread may do to it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use echelon_engine::action::{ActionKind, ActionSender, Request};
use echelon_engine::message::Snapshot;
use echelon_engine::safety::ActionMask;

use super::client::Client;
use super::receipts::{Asker, Receipts};
use super::server::{Asking, Heard};
use super::shared::{Shared, count};
use super::times::TimeMap;

/// What the broker knows of an instance.
pub(super) struct Line {
    /// Unique in the process.
    pub id: u64,
    sender: Mutex<ActionSender>,
    wake: Box<dyn Fn() + Send + Sync>,
    ask: SyncSender<Asking>,
    /// Length of a bar in quarter notes, as the bits of an f64: recipes count in bars.
    pub bar_beats: AtomicU64,
    receipts: Mutex<Receipts>,
    /// Time to frames.
    times: Mutex<TimeMap>,
    /// What the audio thread published last, for OSCQuery.
    snapshot: Mutex<Snapshot>,
    /// Who listens to the instance's state, and what each moved last.
    listeners: Mutex<Vec<Listening>>,
}

/// A subscriber as the broker sees it.
#[derive(Debug)]
pub(super) struct Listening {
    pub from: SocketAddr,
    /// Its last message.
    pub heard: Instant,
    /// What it moved itself: not told back for a while.
    pub moved: Vec<Moved>,
}

/// A control that a subscriber moved.
#[derive(Debug)]
pub(super) struct Moved {
    pub address: String,
    pub at: Instant,
    /// Where to, if the message said so.
    pub value: Option<f64>,
}

/// What a subscriber moved, at most; the oldest is forgotten.
const MOST_MOVED: usize = 64;

impl Line {
    pub fn new(sender: ActionSender, wake: Box<dyn Fn() + Send + Sync>, ask: SyncSender<Asking>) -> Arc<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            sender: Mutex::new(sender),
            wake,
            ask,
            bar_beats: AtomicU64::new(4.0_f64.to_bits()),
            receipts: Mutex::default(),
            times: Mutex::default(),
            snapshot: Mutex::default(),
            listeners: Mutex::default(),
        })
    }

    pub fn receipts(&self) -> MutexGuard<'_, Receipts> {
        locked(&self.receipts)
    }

    pub fn times(&self) -> MutexGuard<'_, TimeMap> {
        locked(&self.times)
    }

    pub fn snapshot(&self) -> MutexGuard<'_, Snapshot> {
        locked(&self.snapshot)
    }

    pub fn listeners(&self) -> MutexGuard<'_, Vec<Listening>> {
        locked(&self.listeners)
    }

    /// Wakes the instance's control thread.
    pub fn wake(&self) {
        (self.wake)();
    }

    /// Whether these fit into the queue, all of them.
    pub fn has_room(&self, kinds: impl Iterator<Item = ActionKind>) -> bool {
        let plain = kinds.filter(|kind| !ActionMask::ALWAYS.allows(*kind)).count();
        plain == 0 || plain <= locked(&self.sender).room()
    }

    /// Queues a request and remembers who asked.
    pub fn request(&self, request: Request, asker: Asker) {
        let id = request.id;
        // First: the answer may be there before `send` returns.
        let oldest = self.receipts().insert(id, asker);
        if let Some(oldest) = oldest {
            count(&oldest.shared.counters.dropped);
            let text = "too many actions wait for an outcome: this one is no longer followed";
            oldest.refuse("forgotten", text);
        }
        let sent = locked(&self.sender).send(request);
        if let Err(full) = sent {
            let asker = self.receipts().remove(id);
            if let Some(asker) = asker {
                count(&asker.shared.counters.dropped);
                asker.refuse("queue_full", &full.to_string());
            }
        }
    }

    /// Hands something on to the control thread; `false` if that has too much to see to.
    pub fn ask(self: &Arc<Self>, what: Heard, client: Client, shared: &Arc<Shared>) -> bool {
        let asking = Asking { client, what, shared: shared.clone(), line: self.clone() };
        let is_taken = self.ask.try_send(asking).is_ok();
        if !is_taken {
            count(&shared.counters.dropped);
        }
        is_taken
    }

    /// A subscriber has sent a message: it lives on.
    pub fn heard_from(&self, from: SocketAddr, now: Instant) {
        if let Some(listening) = self.listeners().iter_mut().find(|listening| listening.from == from) {
            listening.heard = now;
        }
    }

    /// A subscriber has moved a control: it is not told back what it did itself.
    pub fn moved_by(&self, from: SocketAddr, address: &str, value: Option<f64>, now: Instant) {
        let mut listeners = self.listeners();
        let Some(listening) = listeners.iter_mut().find(|listening| listening.from == from) else { return };
        listening.moved.retain(|moved| moved.address != address);
        if listening.moved.len() >= MOST_MOVED {
            listening.moved.remove(0);
        }
        listening.moved.push(Moved { address: address.to_owned(), at: now, value });
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("id", &self.id).finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
