//! The thread that reads the socket: datagrams to requests, and answers to what is wrong with them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rosc::{OscMessage, OscTime};

use super::clerk::{Clerk, Files};
use super::client::{Client, split_instance, split_token};
use super::dispatch::{Addressed, Dispatch, no_answer};
use super::limits::{Beyond, Limits, beyond};
use super::namespace::is_reply;
use super::packet::{Due, MAX_PACKET_BYTES, address_of, decode};
use super::receipts::{error, message};
use super::shared::{READ_TIMEOUT, Shared, count};
use super::waiting::{Fate, PATIENCE, Waiting};

/// The largest that UDP carries, so that a packet above our own limit is seen as such.
const RECEIVE_BYTES: usize = 65_536;
/// Datagrams that are read at most from a port that is being left: more than its buffer holds.
const MAX_REST: u32 = 4096;
/// While last values wait for their turn the thread looks this often.
const KEPT_TIMEOUT: Duration = Duration::from_millis(5);
/// And while packets wait for the clerk.
const FILES_TIMEOUT: Duration = Duration::from_millis(1);

fn now() -> OscTime {
    OscTime::try_from(SystemTime::now()).unwrap_or(OscTime { seconds: u32::MAX, fractional: u32::MAX })
}

/// The thread's side.
pub(super) struct Listener {
    shared: Arc<Shared>,
    limits: Limits,
    /// Looks at files.
    clerk: Clerk,
    /// What waits for it.
    waiting: Waiting,
    /// When last values were looked at.
    released: Instant,
    /// The socket's present patience.
    timeout: Duration,
}

impl Listener {
    pub fn new(shared: Arc<Shared>) -> Self {
        let limits = Limits::new(shared.access.rate_per_sec, Instant::now());
        let (clerk, waiting) = (Clerk::new(), Waiting::default());
        Self { shared, limits, clerk, waiting, released: Instant::now(), timeout: READ_TIMEOUT }
    }

    /// Until it shall end.
    pub fn run(&mut self) {
        let mut buffer = vec![0; RECEIVE_BYTES];
        while !self.shared.stop.load(Ordering::Acquire) {
            self.receive(&mut buffer);
            self.release_kept();
            self.see_to_waiting();
            self.set_patience();
        }
        self.receive_the_rest(&mut buffer);
    }

    /// Waits for a datagram, not for long. `false` if none came.
    fn receive(&mut self, buffer: &mut [u8]) -> bool {
        match self.shared.socket.recv_from(buffer) {
            Ok((_, from)) if !self.shared.access.admits(from.ip()) => count(&self.shared.counters.denied),
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
        while let Some((from, message)) = self.limits.take_kept_at_last() {
            self.messages(vec![(message, Due::Now)], from);
        }
        // Who leaves the port waits for this: once, and not for each file.
        let end = Instant::now() + PATIENCE;
        while !self.waiting.is_empty() && Instant::now() < end {
            self.see_to_waiting();
            thread::sleep(FILES_TIMEOUT);
        }
        let rest = self.waiting.give_up();
        self.meet(rest);
    }

    /// Last values of controls whose sender is within its limit again.
    fn release_kept(&mut self) {
        let now = Instant::now();
        if now.saturating_duration_since(self.released) < Duration::from_millis(1) {
            return;
        }
        self.released = now;
        while self.limits.has_kept()
            && let Some((from, message)) = self.limits.take_kept(now)
        {
            self.messages(vec![(message, Due::Now)], from);
        }
    }

    /// What waited for the clerk, and need not any more.
    fn see_to_waiting(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let fates = self.waiting.turn(&mut self.clerk, Instant::now());
        self.meet(fates);
    }

    fn meet(&mut self, fates: Vec<(SocketAddr, Fate)>) {
        for (from, fate) in fates {
            match fate {
                Fate::Go(packet, files) => self.dispatch(from, &files).run(packet),
                Fate::NoAnswer(packet) => self.dispatch(from, &Files::new()).refuse_all(&packet, &no_answer()),
                Fate::Overtaken(packet) => {
                    let text = "a stop or a panic came while the drive of a file before it did not answer";
                    self.dispatch(from, &Files::new()).refuse_all(&packet, &("overtaken", text.to_owned()));
                }
            }
        }
    }

    /// How long it waits for the next datagram.
    fn set_patience(&mut self) {
        let wanted = match (self.waiting.is_empty(), self.limits.has_kept()) {
            (false, _) => FILES_TIMEOUT,
            (true, true) => KEPT_TIMEOUT,
            (true, false) => READ_TIMEOUT,
        };
        if wanted != self.timeout && self.shared.socket.set_read_timeout(Some(wanted)).is_ok() {
            self.timeout = wanted;
        }
    }

    fn packet(&mut self, bytes: &[u8], from: SocketAddr) {
        // Before it is read: what is beyond the limit costs as little as can be.
        let address = address_of(bytes);
        let is_message = bytes.first() == Some(&b'/') && bytes.len() <= MAX_PACKET_BYTES;
        if is_message && !self.limits.take(from, Instant::now()) && beyond(address) != Beyond::Passes {
            return self.too_many(bytes, from);
        }
        match decode(bytes, now()) {
            Ok(messages) if is_message => {
                if let [(message, _)] = &messages[..] {
                    self.limits.forget(from, &message.addr);
                }
                self.messages(messages, from);
            }
            Ok(messages) => self.bundle(messages, from),
            Err(reason) => self.malformed(address, &reason.to_string(), from),
        }
    }

    fn malformed(&mut self, address: &str, reason: &str, from: SocketAddr) {
        count(&self.shared.counters.errors);
        let may_hear = !self.shared.access.asks_token(from.ip());
        if may_hear && self.limits.take_error(from, Instant::now()) {
            self.shared.send(&Client::plain(from), error(address, reason));
        }
    }

    /// A single message beyond the limit.
    fn too_many(&mut self, bytes: &[u8], from: SocketAddr) {
        if beyond(address_of(bytes)) == Beyond::Coalesces
            && let Ok(messages) = decode(bytes, now())
            && let Some((message, _)) = messages.into_iter().next()
        {
            match self.limits.keep(from, message) {
                Ok(false) => return,
                Ok(true) => return count(&self.shared.counters.coalesced),
                Err(_) => {}
            }
        }
        self.dropped(1, from);
    }

    fn dropped(&mut self, how_many: u64, from: SocketAddr) {
        self.shared.counters.dropped.fetch_add(how_many, Ordering::Relaxed);
        if let Some(lost) = self.limits.dropped(from, how_many, Instant::now())
            && !self.shared.access.asks_token(from.ip())
        {
            let text = format!("too many messages: {lost} were dropped");
            self.shared.send(&Client::plain(from), error("", &text));
        }
    }

    /// A bundle is within the limit as a whole, or it is dropped as a whole.
    fn bundle(&mut self, messages: Vec<(OscMessage, Due)>, from: SocketAddr) {
        let now = Instant::now();
        let beyond_limit = messages.iter().filter(|_| !self.limits.take(from, now)).count();
        let all_pass = || messages.iter().all(|(message, _)| beyond(&message.addr) == Beyond::Passes);
        if beyond_limit > 0 && !all_pass() {
            return self.dropped(messages.len() as u64, from);
        }
        self.messages(messages, from);
    }

    /// All of a packet's messages are right and are done, or none is done.
    fn messages(&mut self, messages: Vec<(OscMessage, Due)>, from: SocketAddr) {
        let asks_token = self.shared.access.asks_token(from.ip());
        let mut addressed = Vec::with_capacity(messages.len());
        for (mut message, due) in messages {
            let token =
                split_token(&message.addr).map(|(token, rest)| (self.shared.access.is_token(token), rest.to_owned()));
            match token {
                // On this machine it may be left out, and a wrong one does no harm.
                Some((is_right, rest)) if is_right || !asks_token => message.addr = rest,
                None if !asks_token => {}
                _ => return count(&self.shared.counters.denied),
            }
            if !is_reply(&message.addr) {
                addressed.push(self.address(message, due, from));
            }
        }
        match self.waiting.take(from, addressed, &mut self.clerk, Instant::now()) {
            Ok(Some(packet)) => self.dispatch(from, &Files::new()).run(packet),
            Ok(None) => {}
            Err(packet) => {
                self.shared.counters.dropped.fetch_add(packet.len() as u64, Ordering::Relaxed);
                let no = ("queue_full", "too much waits for files already".to_owned());
                self.dispatch(from, &Files::new()).refuse_all(&packet, &no);
            }
        }
    }

    fn dispatch<'a>(&'a mut self, from: SocketAddr, files: &'a Files) -> Dispatch<'a> {
        Dispatch { shared: &self.shared, limits: &mut self.limits, from, files }
    }

    /// Whom a message is for.
    fn address(&self, mut message: OscMessage, due: Due, from: SocketAddr) -> Addressed {
        let house = self.shared.house();
        let split = split_instance(&message.addr).map(|(name, rest)| (name.to_owned(), rest.to_owned()));
        match split {
            Some((name, rest)) => {
                let prefix = message.addr[..message.addr.len() - rest.len()].into();
                message.addr = rest;
                let line = house.named(&name).ok_or_else(|| {
                    let known: Vec<_> = house.list().into_iter().map(|(name, _)| name.to_string()).collect();
                    format!(
                        "there is no instance '{}'; there are {}",
                        super::parse_error::short(&name),
                        known.join(", ")
                    )
                });
                Addressed { client: Client { from, prefix: Some(prefix) }, message, due, line }
            }
            None => {
                let bridged = if super::dispatch::is_bridge(&message) { house.bridged(from) } else { None };
                let line = bridged.or_else(|| house.plain()).ok_or_else(|| "there is no instance".to_owned());
                Addressed { client: Client::plain(from), message, due, line }
            }
        }
    }
}

/// What a client is told of the instances.
pub(super) fn instances(shared: &Shared) -> Vec<OscMessage> {
    let list = shared.house().list();
    let tell = |(name, is_plain): &(Arc<str>, bool)| {
        message("/instance", vec![name.to_string().into(), i32::from(*is_plain).into()])
    };
    let mut messages: Vec<OscMessage> = list.iter().map(tell).collect();
    let count = i32::try_from(list.len()).unwrap_or(i32::MAX);
    messages.push(message("/instance/end", vec![count.into()]));
    messages
}
