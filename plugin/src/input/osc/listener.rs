//! The thread that reads the socket: datagrams to requests, and answers to what is wrong with them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::{Duration, SystemTime};

use echelon_engine::action::{Action, ActionSender, ActionTiming, Pending, QueueFull, Request};
use echelon_engine::safety::Source;
use rosc::{OscMessage, OscTime};

use super::namespace::is_reply;
use super::packet::{address_of, decode};
use super::parse::{Parsed, parse, receipt_of};
use super::parse_error::{ParseError, short};
use super::receipts::{Asker, error, message};
use super::server::{Asking, Heard, Shared, count};
use crate::bridge::Message as BridgeMessage;
use crate::recipes::shipped;

/// The largest that UDP carries, so that a packet above our own limit is seen as such.
const RECEIVE_BYTES: usize = 65_536;
/// Datagrams that are read at most from a port that is being left: more than its buffer holds.
const MAX_REST: u32 = 4096;
/// Each further action of a bundle whose first is in the queue waits at most this often, a millisecond each, for room.
const BUNDLE_RETRIES: u32 = 500;

fn now() -> OscTime {
    OscTime::try_from(SystemTime::now()).unwrap_or(OscTime { seconds: u32::MAX, fractional: u32::MAX })
}

/// The thread's side.
pub(super) struct Listener {
    shared: Arc<Shared>,
    sender: ActionSender,
    wake: Box<dyn Fn() + Send + Sync>,
    ask: SyncSender<Asking>,
    /// See [`OscServer::set_bar_beats`](super::server::OscServer::set_bar_beats).
    bar_beats: Arc<AtomicU64>,
}

impl Listener {
    pub fn new(
        shared: Arc<Shared>,
        sender: ActionSender,
        wake: Box<dyn Fn() + Send + Sync>,
        ask: SyncSender<Asking>,
        bar_beats: Arc<AtomicU64>,
    ) -> Self {
        Self { shared, sender, wake, ask, bar_beats }
    }

    /// Until it shall end; goes on wherever [`Shared::next`] says.
    pub fn run(&mut self) {
        let mut buffer = vec![0; RECEIVE_BYTES];
        loop {
            while !self.shared.stop.load(Ordering::Acquire) {
                self.receive(&mut buffer);
            }
            let Some(next) = self.shared.next.get().cloned() else { return };
            self.receive_the_rest(&mut buffer);
            std::mem::replace(&mut self.shared, next).is_left.store(true, Ordering::Release);
        }
    }

    /// Waits for a datagram, not for long. `false` if none came.
    fn receive(&mut self, buffer: &mut [u8]) -> bool {
        match self.shared.socket.recv_from(buffer) {
            Ok((_, from)) if !from.ip().is_loopback() => count(&self.shared.counters.dropped),
            // The one that wakes this thread for the end of the port.
            Ok((0, _)) if self.shared.stop.load(Ordering::Acquire) => {}
            Ok((bytes, from)) => {
                count(&self.shared.counters.packets);
                self.packet(&buffer[..bytes], from);
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => return false,
            // Some systems report here that an earlier answer found nobody. Should it be for good, don't spin.
            Err(_) => thread::sleep(Duration::from_millis(1)),
        }
        true
    }

    /// What was sent to the port before it is left.
    fn receive_the_rest(&mut self, buffer: &mut [u8]) {
        if self.shared.socket.set_nonblocking(true).is_ok() {
            let _ = (0..MAX_REST).take_while(|_| self.receive(buffer)).count();
        }
        // Answers still go out from here, and may wait a moment for room.
        let _ = self.shared.socket.set_nonblocking(false);
    }

    fn packet(&mut self, bytes: &[u8], from: SocketAddr) {
        match decode(bytes, now()) {
            Ok(messages) => self.messages(&messages, from),
            Err(reason) => {
                count(&self.shared.counters.errors);
                self.shared.send(from, error(address_of(bytes), &reason.to_string()));
            }
        }
    }

    /// All of a packet's messages are right and are done, or none is done.
    fn messages(&mut self, messages: &[OscMessage], from: SocketAddr) {
        let (of_bridge, messages): (Vec<_>, Vec<_>) = messages
            .iter()
            .filter(|message| !is_reply(&message.addr))
            .partition(|message| BridgeMessage::is_one(&message.addr));
        let mut room = Room::Unknown;
        for message in of_bridge {
            self.ask(Heard::Bridge(BridgeMessage::from_osc(message)), from, &mut room);
        }
        let parsed: Vec<_> =
            messages.into_iter().map(|message| (message, parse(&message.addr, &message.args))).collect();
        if parsed.iter().any(|(_, result)| result.is_err()) {
            for (message, result) in parsed {
                self.refuse(message, result, from);
            }
            if room != Room::Unknown {
                (self.wake)();
            }
            return;
        }
        for (message, parsed) in parsed.into_iter().filter_map(|(message, result)| Some((message, result.ok()?))) {
            self.act(message, parsed, from, &mut room);
        }
        if room != Room::Unknown {
            (self.wake)();
        }
    }

    /// One message of a packet that is not done.
    fn refuse(&self, message: &OscMessage, result: Result<Parsed, ParseError>, from: SocketAddr) {
        let receipt = receipt_of(&message.args);
        let asker = Asker { from, receipt, address: short(&message.addr).into() };
        match result {
            Err(reason) => {
                count(&self.shared.counters.errors);
                self.shared.send(from, asker.refusal(reason.code(), &reason.to_string()));
            }
            Ok(_) if receipt.is_some() => {
                let text = "another message of the bundle is wrong: nothing of it was done";
                self.shared.send(from, asker.refusal("bundle_refused", text));
            }
            Ok(_) => {}
        }
    }

    /// Does what a message asks.
    fn act(&mut self, source: &OscMessage, parsed: Parsed, from: SocketAddr, room: &mut Room) {
        let asker = |receipt| Asker { from, receipt, address: source.addr.as_str().into() };
        match parsed {
            Parsed::Ping => self.shared.send(from, message("/pong", vec![])),
            Parsed::Info => {
                let port = i32::from(self.shared.port);
                let args = vec!["Echelon".into(), env!("CARGO_PKG_VERSION").into(), port.into()];
                self.shared.send(from, message("/info", args));
            }
            Parsed::RecipeList => self.list_recipes(from),
            Parsed::Ask(query) => {
                if !self.ask(Heard::Query(query), from, room) {
                    self.shared.send(from, asker(None).refusal("queue_full", "too many questions at once"));
                }
            }
            Parsed::Recipe { recipe, timing, receipt } => {
                let bar_beats = f64::from_bits(self.bar_beats.load(Ordering::Relaxed));
                match recipe.action(bar_beats) {
                    Ok(action) => self.request(Request::new(Source::Osc, action, timing), asker(receipt), room),
                    Err(text) => self.shared.send(from, asker(receipt).refusal("bad_recipe", &text)),
                }
            }
            Parsed::Ignored { receipt: None } => {}
            Parsed::Ignored { receipt } => {
                let text = "0 lets the button go: nothing was done";
                self.shared.send(from, asker(receipt).refusal("ignored", text));
            }
            Parsed::CancelOwn { number, receipt } => {
                let found = self.shared.receipts().find(from, number);
                match found {
                    Some(id) => {
                        let cancel = Action::Cancel { pending: Pending::Request(id) };
                        self.request(Request::new(Source::Osc, cancel, ActionTiming::Immediate), asker(receipt), room);
                    }
                    None => {
                        let text = format!("nothing that you asked for with id {number} is pending");
                        self.shared.send(from, asker(receipt).refusal("not_pending", &text));
                    }
                }
            }
            Parsed::Act { action, timing, receipt, note } => {
                if let Some(note) = note {
                    let args = vec![source.addr.as_str().into(), note.into()];
                    self.shared.send(from, message("/warn", args));
                }
                self.request(Request::new(Source::Osc, action, timing), asker(receipt), room);
            }
        }
    }

    /// Hands something on to the control thread; `false` if that has too much to see to.
    fn ask(&self, what: Heard, from: SocketAddr, room: &mut Room) -> bool {
        let is_taken = self.ask.try_send(Asking { from, what, shared: self.shared.clone() }).is_ok();
        if is_taken {
            // It is to be woken.
            if *room == Room::Unknown {
                *room = Room::Asked;
            }
        } else {
            count(&self.shared.counters.dropped);
        }
        is_taken
    }

    fn list_recipes(&self, from: SocketAddr) {
        for recipe in shipped() {
            let args = [recipe.id, recipe.file.name(), recipe.file.about()].map(Into::into).to_vec();
            self.shared.send(from, message("/recipe/list", args));
        }
        let count = i32::try_from(shipped().len()).unwrap_or(i32::MAX);
        self.shared.send(from, message("/recipe/list/end", vec![count.into()]));
    }

    /// Queues a request.
    fn request(&mut self, request: Request, asker: Asker, room: &mut Room) {
        let id = request.id;
        // First: the answer may be there before `push` returns.
        let oldest = self.shared.receipts().insert(id, asker);
        if let Some(oldest) = oldest {
            count(&self.shared.counters.dropped);
            let text = "too many actions wait for an outcome: this one is no longer followed";
            self.shared.send(oldest.from, oldest.refusal("forgotten", text));
        }
        let Err(full) = self.push(request, *room) else {
            *room = Room::Yes;
            return;
        };
        *room = Room::No;
        count(&self.shared.counters.dropped);
        let asker = self.shared.receipts().remove(id);
        if let Some(asker) = asker {
            self.shared.send(asker.from, asker.refusal("queue_full", &full.to_string()));
        }
    }

    /// The first action of a packet is refused if there is no room, the others wait for it.
    fn push(&mut self, mut request: Request, room: Room) -> Result<(), QueueFull> {
        let mut retries = match room {
            Room::Unknown | Room::Asked => 0,
            Room::Yes => BUNDLE_RETRIES,
            Room::No => return Err(QueueFull(Box::new(request))),
        };
        loop {
            match self.sender.send(request) {
                Ok(()) => return Ok(()),
                Err(full) if retries == 0 || self.shared.is_ending() => return Err(full),
                Err(full) => request = *full.0,
            }
            retries -= 1;
            (self.wake)();
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Whether the queue took the actions of a packet so far: a bundle is not begun when there is no room for its first,
/// and not torn when there is none for the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Room {
    Unknown,
    /// Nothing but questions so far.
    Asked,
    Yes,
    No,
}
