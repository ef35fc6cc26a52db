//! OSC for one instance: its place at a port, and the answers.
//!
//! | thread | does |
//! |---|---|
//! | `echelon-osc`, one for a port | receives, parses, queues requests, answers what is wrong: [`super::listener`] |
//! | control, one for an instance | [`OscServer::reply`] with the outcomes, [`OscServer::next_asking`] |

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Instant;

use echelon_engine::action::{ActionSender, Receipt};
use echelon_engine::message::Snapshot;
use echelon_engine::safety::Source;
use rosc::{OscMessage, OscPacket};

use super::access::Access;
use super::broker::Membership;
use super::client::Client;
use super::kernel;
use super::line::{Line, Listening};
use super::names::FIRST_NAME;
use super::query::Query;
use super::shared::{Counters, Shared};
use crate::bridge::{BadMessage, Message as BridgeMessage};
use crate::input::ControlInput;

/// The first port that is tried.
pub const DEFAULT_PORT: u16 = 8000;
/// How many ports are tried, the first one included.
pub const PORTS_TO_TRY: u16 = 100;

/// Questions and messages of the bridge that wait for the control thread, at most. Beyond that the newest is refused.
pub(super) const ASKING_CAPACITY: usize = 256;

/// Which port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// The one that this process's instances share; the first of them opens this one, or the next free of
    /// [`PORTS_TO_TRY`].
    Common(u16),
    /// This one, shared with those who have it already, or the next free of [`PORTS_TO_TRY`].
    From(u16),
    /// This one, shared with those who have it already, or none.
    Exactly(u16),
    /// One of the system's choice that nobody shares.
    Own,
}

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
    pub(super) client: Client,
    /// What.
    pub what: Heard,
    /// The port it came to: answers go out from there.
    pub(super) shared: Arc<Shared>,
    pub(super) line: Arc<Line>,
}

impl Asking {
    /// Where it came from.
    #[must_use]
    pub const fn from(&self) -> SocketAddr {
        self.client.from
    }

    /// Answers.
    pub fn answer(&self, message: OscMessage) {
        self.shared.send(&self.client, message);
    }

    /// Whether the sender has asked for something with this number that is still open.
    #[must_use]
    pub fn is_pending(&self, number: i32) -> bool {
        self.line.receipts().find(self.client.from, number).is_some()
    }

    /// Where later messages to this sender go.
    pub(super) fn way_back(&self) -> WayBack {
        WayBack { client: self.client.clone(), shared: self.shared.clone() }
    }
}

/// The way to a client, for as long as someone has something to tell it.
#[derive(Clone, Debug)]
pub(super) struct WayBack {
    pub client: Client,
    shared: Arc<Shared>,
}

impl WayBack {
    pub fn send(&self, message: OscMessage) {
        self.shared.send(&self.client, message);
    }

    /// Messages in one packet.
    pub fn send_bundle(&self, messages: Vec<OscMessage>) {
        let timetag = rosc::OscTime { seconds: 0, fractional: 1 };
        let content = messages.into_iter().map(|message| OscPacket::Message(self.client.addressed(message))).collect();
        self.shared.send_packet(self.client.from, &OscPacket::Bundle(rosc::OscBundle { timetag, content }));
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

/// What went through a port, for all of its instances, since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OscCounters {
    /// Datagrams.
    pub packets: u64,
    /// Messages and packets that were not understood.
    pub errors: u64,
    /// Messages beyond a source's limit, actions and questions without room in the queue, and requests forgotten
    /// unanswered.
    pub dropped: u64,
    /// Answers that could not be sent.
    pub unsent: u64,
    /// Actions whose time tag was past.
    pub late: u64,
    /// Values of controls beyond a source's limit that gave way to a newer one.
    pub coalesced: u64,
    /// Packets from elsewhere, or without the token.
    pub denied: u64,
    /// Datagrams that the system dropped before we saw them, because its buffer was full; 0 where it does not tell
    /// (only Linux does).
    pub unseen: u64,
}

impl OscCounters {
    /// Each with its name.
    #[must_use]
    pub fn named(&self) -> [(&'static str, u64); 8] {
        let Self { packets, errors, dropped, unsent, late, coalesced, denied, unseen } = *self;
        [
            ("packets", packets),
            ("errors", errors),
            ("dropped", dropped),
            ("unsent", unsent),
            ("late", late),
            ("coalesced", coalesced),
            ("denied", denied),
            ("unseen", unseen),
        ]
    }
}

/// OSC for one instance. Gives its place back when dropped.
#[derive(Debug)]
pub struct OscServer {
    line: Arc<Line>,
    seat: Membership,
    asking: Receiver<Asking>,
    /// After the seat: what came until that was given back is told too.
    _farewell: Farewell,
}

/// Tells who still waits for an outcome, when it is dropped, that the instance is gone.
#[derive(Debug)]
struct Farewell(Arc<Line>);

impl Drop for Farewell {
    fn drop(&mut self) {
        let open = self.0.receipts().take_all();
        for asker in open.filter(|asker| asker.receipt.is_some()) {
            asker.refuse("gone", "the instance was taken out of its host before it came to that");
        }
    }
}

impl OscServer {
    /// Takes a place at a port, by this name or one like it. Actions go into `sender`; `wake` is called from the port's
    /// thread whenever something is new there. By the user's settings ([`Access::of_user`]).
    ///
    /// # Errors
    /// [`OscError`] if no port is free or no thread can be had.
    pub fn start(
        port: Port,
        name: Option<&str>,
        sender: ActionSender,
        wake: Box<dyn Fn() + Send + Sync>,
    ) -> Result<Self, OscError> {
        Self::start_with(port, name, sender, wake, Access::of_user)
    }

    /// The same with rules of one's own; a port that is open already keeps its own.
    ///
    /// # Errors
    /// As [`OscServer::start`].
    pub fn start_with(
        port: Port,
        name: Option<&str>,
        sender: ActionSender,
        wake: Box<dyn Fn() + Send + Sync>,
        access: impl FnOnce() -> Access,
    ) -> Result<Self, OscError> {
        let (ask, asking) = sync_channel(ASKING_CAPACITY);
        let line = Line::new(sender, wake, ask);
        let seat = Membership::join(port, &line, name.unwrap_or(FIRST_NAME), access)?;
        let farewell = Farewell(line.clone());
        Ok(Self { line, seat, asking, _farewell: farewell })
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.seat.shared.port
    }

    /// By which network's rules its port was opened.
    #[must_use]
    pub fn network(&self) -> super::NetworkSettings {
        self.seat.shared.access.network()
    }

    /// Where OSCQuery answers over HTTP, if it does.
    #[must_use]
    pub fn query_port(&self) -> Option<u16> {
        u16::try_from(self.seat.shared.query_port.load(Ordering::Relaxed)).ok().filter(|port| *port > 0)
    }

    /// Its name in addresses: `/echelon/<name>/...`.
    #[must_use]
    pub fn name(&self) -> Arc<str> {
        self.seat.shared.house().name_of(self.line.id).unwrap_or_else(|| FIRST_NAME.into())
    }

    /// Takes another name, or one like it if that is taken; gives the one that it got.
    pub fn rename(&self, name: &str) -> Arc<str> {
        self.seat.shared.house().rename(self.line.id, name).unwrap_or_else(|| FIRST_NAME.into())
    }

    /// Listens on this port instead, if it is free or another instance's of this process. What came to the port before
    /// is done, and answered from there. Control thread.
    ///
    /// # Errors
    /// [`OscError`] if it is not; then nothing has changed.
    pub fn move_to(&mut self, port: u16) -> Result<(), OscError> {
        let name = self.name();
        let access = self.seat.shared.access.clone();
        self.seat = Membership::join(Port::Exactly(port), &self.line, &name, || access)?;
        Ok(())
    }

    /// Tells the sender of a request what became of it. For requests that did not come by OSC it does nothing.
    /// Control thread.
    pub fn reply(&self, outcome: &Receipt) {
        let asker = self.line.receipts().settle(outcome);
        if let Some(asker) = asker {
            asker.tell(outcome);
        }
    }

    /// The oldest thing that only the control thread can see to. Control thread.
    #[must_use]
    pub fn next_asking(&self) -> Option<Asking> {
        self.asking.try_recv().ok()
    }

    /// Sends a message of the bridge from the port it listens on; with `claims` what is said there comes to this instance
    /// from here on. Control thread.
    ///
    /// # Errors
    /// The name of another instance at this port that has its bridge there; nothing is sent.
    pub fn send(&self, to: SocketAddr, message: OscMessage, claims: bool) -> Result<(), Arc<str>> {
        if claims {
            self.seat.shared.house().bridge(to, self.line.id)?;
        }
        self.seat.shared.send(&Client::plain(to), message);
        Ok(())
    }

    /// The bridge of this instance leads nowhere: another one at this port may have it. Control thread.
    pub fn let_bridge_go(&self) {
        self.seat.shared.house().unbridge(self.line.id);
    }

    /// How long bars are now, in quarter notes. Control thread.
    pub fn set_bar_beats(&self, bar_beats: f64) {
        self.line.bar_beats.store(bar_beats.to_bits(), Ordering::Relaxed);
    }

    /// What the audio thread published last: time tags and OSCQuery go by it. Control thread.
    pub fn observe(&self, snapshot: &Snapshot, now: Instant) {
        self.line.times().observe(snapshot.frames, snapshot.clock.sample_rate, now);
        *self.line.snapshot() = *snapshot;
    }

    /// What the broker knows of those who listen.
    pub(super) fn listeners(&self) -> std::sync::MutexGuard<'_, Vec<Listening>> {
        self.line.listeners()
    }

    /// What went through the port. Any thread.
    #[must_use]
    pub fn counters(&self) -> OscCounters {
        let Counters { packets, errors, dropped, unsent, late, coalesced, denied } = &self.seat.shared.counters;
        let [packets, errors, dropped, unsent, late, coalesced, denied] =
            [packets, errors, dropped, unsent, late, coalesced, denied].map(|counter| counter.load(Ordering::Relaxed));
        let unseen = kernel::unseen(&self.seat.shared.socket).unwrap_or(0);
        OscCounters { packets, errors, dropped, unsent, late, coalesced, denied, unseen }
    }

    /// How many requests have no final outcome yet.
    #[cfg(test)]
    pub(super) fn num_waiting(&self) -> usize {
        self.line.receipts().len()
    }
}

impl ControlInput for OscServer {
    fn source(&self) -> Source {
        Source::Osc
    }

    fn dropped(&self) -> u64 {
        let OscCounters { dropped, unseen, .. } = self.counters();
        dropped + unseen
    }

    fn figures(&self) -> Vec<(String, f64)> {
        let figure = |(name, count): (&str, u64)| (format!("osc/{name}"), count as f64);
        self.counters().named().into_iter().map(figure).collect()
    }
}

/// The port of an instance whose project names none: the one of the environment variable `ECHELON_OSC_PORT` from there on,
/// or, if that is not there or is no port, the common one from [`DEFAULT_PORT`] on.
#[must_use]
pub fn first_port_from_env() -> Port {
    first_port(std::env::var("ECHELON_OSC_PORT").ok().as_deref())
}

pub(super) fn first_port(wanted: Option<&str>) -> Port {
    let wanted = wanted.and_then(|text| text.trim().parse().ok()).filter(|port| *port > 0);
    wanted.map_or(Port::Common(DEFAULT_PORT), Port::From)
}
