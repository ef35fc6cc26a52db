//! The UDP socket, its life, and the answers.
//!
//! | thread | does |
//! |---|---|
//! | `echelon-osc` | receives, parses, queues requests, answers what is wrong: [`Listener`] |
//! | control | [`OscServer::reply`] with the outcomes |

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use echelon_engine::action::{ActionSender, Receipt};
use rosc::{OscMessage, OscPacket};

use super::listener::Listener;
use super::query::Query;
use super::receipts::Receipts;
use crate::bridge::{BadMessage, Message as BridgeMessage};

/// The first port that is tried.
pub const DEFAULT_PORT: u16 = 8000;
/// How many ports are tried, the first one included.
pub const PORTS_TO_TRY: u16 = 100;

/// Ports that were left and are still answered from, at most.
const MAX_LEFT: usize = 8;
/// The thread looks this often whether it shall end, should the datagram that wakes it be lost.
const READ_TIMEOUT: Duration = Duration::from_millis(100);
/// A client that does not read must not hold up the control thread.
const WRITE_TIMEOUT: Duration = Duration::from_millis(10);

/// Questions and messages of the bridge that wait for the control thread, at most. Beyond that the newest is refused.
pub(super) const ASKING_CAPACITY: usize = 256;

/// What came for the control thread.
#[derive(Debug)]
pub enum Heard {
    /// A question.
    Query(Query),
    /// From the other end of a bridge, or from someone who would be that.
    Bridge(Result<BridgeMessage, BadMessage>),
}

/// What came for the control thread, and from whom.
#[derive(Debug)]
pub struct Asking {
    /// Where it came from.
    pub from: SocketAddr,
    /// What.
    pub what: Heard,
    /// The port it came to: answers go out from there.
    pub(super) shared: Arc<Shared>,
}

impl Asking {
    /// Answers.
    pub fn answer(&self, message: OscMessage) {
        self.shared.send(self.from, message);
    }

    /// Whether the sender has asked for something with this number that is still open.
    #[must_use]
    pub fn is_pending(&self, number: i32) -> bool {
        self.shared.receipts().find(self.from, number).is_some()
    }
}

/// Why there is no OSC.
#[derive(Debug, thiserror::Error)]
pub enum OscError {
    /// Every port is taken.
    #[error("no free UDP port for OSC from {first} to {last}: {reason}")]
    NoFreePort {
        /// The first that was tried.
        first: u16,
        /// The last that was tried.
        last: u16,
        /// What the system said of the last.
        reason: io::Error,
    },
    /// The system gave no thread, or the socket cannot be set up.
    #[error("OSC cannot be started: {0}")]
    Start(io::Error),
}

/// What went through, since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OscCounters {
    /// Datagrams.
    pub packets: u64,
    /// Messages and packets that were not understood.
    pub errors: u64,
    /// Actions and questions without room in the queue, requests forgotten unanswered, and packets from elsewhere.
    pub dropped: u64,
    /// Answers that could not be sent.
    pub unsent: u64,
}

/// See [`OscCounters`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub packets: AtomicU64,
    pub errors: AtomicU64,
    pub dropped: AtomicU64,
    unsent: AtomicU64,
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// What both threads use of a port.
#[derive(Debug)]
pub(super) struct Shared {
    pub socket: UdpSocket,
    pub port: u16,
    receipts: Mutex<Receipts>,
    pub counters: Arc<Counters>,
    /// Nothing more is received here.
    pub stop: AtomicBool,
    /// Where it goes on after that; nowhere at the end.
    pub next: OnceLock<Arc<Shared>>,
    /// The thread has gone on there.
    pub is_left: AtomicBool,
}

impl Shared {
    fn new(socket: UdpSocket, counters: Arc<Counters>) -> Result<Arc<Self>, OscError> {
        socket.set_read_timeout(Some(READ_TIMEOUT)).map_err(OscError::Start)?;
        socket.set_write_timeout(Some(WRITE_TIMEOUT)).map_err(OscError::Start)?;
        let port = socket.local_addr().map_err(OscError::Start)?.port();
        let (stop, is_left) = (AtomicBool::new(false), AtomicBool::new(false));
        let receipts = Mutex::default();
        Ok(Arc::new(Self { socket, port, receipts, counters, stop, next: OnceLock::new(), is_left }))
    }

    /// Receives no more.
    fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the thread at once; should it be lost, the read timeout does.
        let _ = self.socket.send_to(&[], (Ipv4Addr::LOCALHOST, self.port));
    }

    /// The thread shall end, and not only go on elsewhere.
    pub fn is_ending(&self) -> bool {
        self.stop.load(Ordering::Acquire) && self.next.get().is_none()
    }

    pub fn receipts(&self) -> MutexGuard<'_, Receipts> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an answer. What cannot be sent is counted.
    pub fn send(&self, to: SocketAddr, message: OscMessage) {
        let sent = rosc::encoder::encode(&OscPacket::Message(message))
            .is_ok_and(|bytes| self.socket.send_to(&bytes, to).is_ok_and(|n| n == bytes.len()));
        if !sent {
            count(&self.counters.unsent);
        }
    }
}

/// OSC on a loopback UDP port. Ends when dropped.
#[derive(Debug)]
pub struct OscServer {
    shared: Arc<Shared>,
    /// Ports before this one: kept as long as somebody waits for an answer from there.
    left: Vec<Arc<Shared>>,
    thread: Option<JoinHandle<()>>,
    asking: Receiver<Asking>,
    /// Length of a bar in quarter notes, as the bits of an f64: recipes count in bars.
    bar_beats: Arc<AtomicU64>,
}

impl OscServer {
    /// Listens on 127.0.0.1 at `first_port`, or at the next free one of [`PORTS_TO_TRY`]; 0 lets the system choose.
    /// Actions go into `sender`; `wake` is called from the server's thread whenever something is new there.
    ///
    /// # Errors
    /// [`OscError`] if no port is free or no thread can be had.
    pub fn start(first_port: u16, sender: ActionSender, wake: Box<dyn Fn() + Send + Sync>) -> Result<Self, OscError> {
        let shared = Shared::new(bind(first_port)?, Arc::default())?;
        let (ask, asking) = sync_channel(ASKING_CAPACITY);
        let bar_beats = Arc::new(AtomicU64::new(4.0_f64.to_bits()));
        let mut listener = Listener::new(shared.clone(), sender, wake, ask, bar_beats.clone());
        let thread = thread::Builder::new()
            .name("echelon-osc".to_owned())
            .spawn(move || listener.run())
            .map_err(OscError::Start)?;
        Ok(Self { shared, left: vec![], thread: Some(thread), asking, bar_beats })
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.shared.port
    }

    /// Listens on this port instead, if it is free. What came to the port before is done, and answered from there.
    /// Control thread.
    ///
    /// # Errors
    /// [`OscError`] if it is not; then nothing has changed.
    pub fn move_to(&mut self, port: u16) -> Result<(), OscError> {
        let reason = |reason| OscError::NoFreePort { first: port, last: port, reason };
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).map_err(reason)?;
        let next = Shared::new(socket, self.shared.counters.clone())?;
        // Set once: a server that has moved is told nothing more.
        let _ = self.shared.next.set(next.clone());
        self.shared.stop();
        self.left.push(std::mem::replace(&mut self.shared, next));
        if self.left.len() > MAX_LEFT {
            self.left.remove(0);
        }
        Ok(())
    }

    /// Tells the sender of a request what became of it. For requests that did not come by OSC it does nothing.
    /// Control thread.
    pub fn reply(&self, outcome: &Receipt) {
        for shared in std::iter::once(&self.shared).chain(&self.left) {
            let asker = shared.receipts().settle(outcome);
            if let Some((asker, answer)) = asker.and_then(|asker| asker.answer(outcome).map(|answer| (asker, answer))) {
                shared.send(asker.from, answer);
            }
        }
    }

    /// The oldest thing that only the control thread can see to. Control thread.
    #[must_use]
    pub fn next_asking(&self) -> Option<Asking> {
        self.asking.try_recv().ok()
    }

    /// Sends a message from the port it listens on. Control thread.
    pub fn send(&self, to: SocketAddr, message: OscMessage) {
        self.shared.send(to, message);
    }

    /// How long bars are now, in quarter notes. Control thread.
    pub fn set_bar_beats(&self, bar_beats: f64) {
        self.bar_beats.store(bar_beats.to_bits(), Ordering::Relaxed);
    }

    /// Gives back the ports that it has left and from which nobody waits for an answer any more. Control thread, every
    /// turn.
    pub fn tidy(&mut self) {
        // In this order: once it is left, no request is added.
        self.left.retain(|shared| !shared.is_left.load(Ordering::Acquire) || !shared.receipts().is_empty());
    }

    /// What went through. Any thread.
    #[must_use]
    pub fn counters(&self) -> OscCounters {
        let Counters { packets, errors, dropped, unsent } = &*self.shared.counters;
        let [packets, errors, dropped, unsent] =
            [packets, errors, dropped, unsent].map(|counter| counter.load(Ordering::Relaxed));
        OscCounters { packets, errors, dropped, unsent }
    }

    /// How many requests have no final outcome yet.
    #[cfg(test)]
    pub(super) fn num_waiting(&self) -> usize {
        self.shared.receipts().len()
    }
}

impl Drop for OscServer {
    fn drop(&mut self) {
        self.shared.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The first port to try: the environment variable `ECHELON_OSC_PORT`, or [`DEFAULT_PORT`] if it is not there or is no
/// port.
#[must_use]
pub fn first_port_from_env() -> u16 {
    first_port(std::env::var("ECHELON_OSC_PORT").ok().as_deref())
}

pub(super) fn first_port(wanted: Option<&str>) -> u16 {
    wanted.and_then(|text| text.trim().parse().ok()).unwrap_or(DEFAULT_PORT)
}

/// No address-reuse flags: a port that another program listens on is taken.
fn bind(first: u16) -> Result<UdpSocket, OscError> {
    let last = if first == 0 { 0 } else { first.saturating_add(PORTS_TO_TRY - 1) };
    let mut reason = io::Error::from(io::ErrorKind::AddrInUse);
    for port in first..=last {
        match UdpSocket::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(socket) => return Ok(socket),
            Err(error) => reason = error,
        }
    }
    Err(OscError::NoFreePort { first, last, reason })
}
