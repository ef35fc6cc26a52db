//! A port: its socket, who sits at it, and what went through.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rosc::{OscMessage, OscPacket};

use super::access::Access;
use super::client::Client;
use super::kernel;
use super::line::Line;
use super::names;
use super::server::OscError;

/// The thread looks this often whether it shall end, should the datagram that wakes it be lost.
pub(super) const READ_TIMEOUT: Duration = Duration::from_millis(100);
/// A client that does not read must not hold up the control thread.
const WRITE_TIMEOUT: Duration = Duration::from_millis(10);
/// Other ends of bridges that are remembered.
const MOST_BRIDGES: usize = 64;

/// See [`super::OscCounters`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub packets: AtomicU64,
    pub errors: AtomicU64,
    pub dropped: AtomicU64,
    pub unsent: AtomicU64,
    pub late: AtomicU64,
    pub coalesced: AtomicU64,
    pub denied: AtomicU64,
}

pub(super) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// An instance's place at a port.
#[derive(Debug)]
struct Seat {
    name: Arc<str>,
    line: Arc<Line>,
}

/// The instances at a port.
#[derive(Debug, Default)]
pub(super) struct House {
    /// In the order in which they came.
    seats: Vec<Seat>,
    /// Where plain addresses go; the first if nobody was selected.
    selected: Option<u64>,
    /// Whose bridge leads where: the other end does not name an instance.
    bridges: HashMap<SocketAddr, u64>,
}

impl House {
    /// Takes a seat; gives the name that it got.
    pub fn sit(&mut self, line: Arc<Line>, name: &str) -> Arc<str> {
        let name: Arc<str> = names::unique(name, |name| self.named(name).is_some()).into();
        self.seats.push(Seat { name: name.clone(), line });
        name
    }

    pub fn leave(&mut self, id: u64) {
        self.seats.retain(|seat| seat.line.id != id);
        self.unbridge(id);
        self.selected = self.selected.filter(|selected| *selected != id);
    }

    /// The instance with this name.
    pub fn named(&self, name: &str) -> Option<Arc<Line>> {
        self.seats.iter().find(|seat| *seat.name == *name).map(|seat| seat.line.clone())
    }

    /// The instance that plain addresses go to.
    pub fn plain(&self) -> Option<Arc<Line>> {
        let selected = self.seats.iter().find(|seat| Some(seat.line.id) == self.selected);
        selected.or(self.seats.first()).map(|seat| seat.line.clone())
    }

    /// The instance whose bridge leads there.
    pub fn bridged(&self, other: SocketAddr) -> Option<Arc<Line>> {
        let id = self.bridges.get(&other)?;
        self.seats.iter().find(|seat| seat.line.id == *id).map(|seat| seat.line.clone())
    }

    /// From here on what comes from there is for this instance's bridge.
    ///
    /// # Errors
    /// The name of the instance at this port that has its bridge there already: the other end sees one port, and could not
    /// tell the two apart.
    pub fn bridge(&mut self, other: SocketAddr, id: u64) -> Result<(), Arc<str>> {
        if let Some(holder) = self.bridges.get(&other).filter(|holder| **holder != id)
            && let Some(name) = self.name_of(*holder)
        {
            return Err(name);
        }
        if self.bridges.len() < MOST_BRIDGES || self.bridges.contains_key(&other) {
            self.bridges.insert(other, id);
        }
        Ok(())
    }

    /// The instance's bridge leads nowhere any more.
    pub fn unbridge(&mut self, id: u64) {
        self.bridges.retain(|_, seat| *seat != id);
    }

    /// Lets plain addresses go to this instance; `false` if there is none of the name.
    pub fn select(&mut self, name: &str) -> bool {
        let found = self.named(name).map(|line| line.id);
        self.selected = found.or(self.selected);
        found.is_some()
    }

    pub fn name_of(&self, id: u64) -> Option<Arc<str>> {
        self.seats.iter().find(|seat| seat.line.id == id).map(|seat| seat.name.clone())
    }

    /// Gives an instance another name; gives the one that it got.
    pub fn rename(&mut self, id: u64, name: &str) -> Option<Arc<str>> {
        let others = |name: &str| self.seats.iter().any(|seat| *seat.name == *name && seat.line.id != id);
        let name: Arc<str> = names::unique(name, others).into();
        let seat = self.seats.iter_mut().find(|seat| seat.line.id == id)?;
        seat.name = name;
        Some(seat.name.clone())
    }

    /// Names in the order in which they came, and whether plain addresses go there.
    pub fn list(&self) -> Vec<(Arc<str>, bool)> {
        let plain = self.plain().map(|line| line.id);
        self.seats.iter().map(|seat| (seat.name.clone(), Some(seat.line.id) == plain)).collect()
    }
}

/// What all threads use of a port.
#[derive(Debug)]
pub(super) struct Shared {
    pub socket: UdpSocket,
    pub port: u16,
    pub access: Access,
    pub counters: Counters,
    /// Nothing more is received here.
    pub stop: AtomicBool,
    house: Mutex<House>,
    /// Where OSCQuery listens; 0 if it does not.
    pub query_port: AtomicU64,
}

impl Shared {
    pub fn new(socket: UdpSocket, access: Access) -> Result<Arc<Self>, OscError> {
        socket.set_read_timeout(Some(READ_TIMEOUT)).map_err(OscError::Start)?;
        socket.set_write_timeout(Some(WRITE_TIMEOUT)).map_err(OscError::Start)?;
        kernel::widen(&socket);
        let port = socket.local_addr().map_err(OscError::Start)?.port();
        Ok(Arc::new(Self {
            socket,
            port,
            access,
            counters: Counters::default(),
            stop: AtomicBool::new(false),
            house: Mutex::default(),
            query_port: AtomicU64::new(0),
        }))
    }

    /// Receives no more.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        // Wakes the thread at once; should it be lost, the read timeout does.
        let _ = self.socket.send_to(&[], (Ipv4Addr::LOCALHOST, self.port));
    }

    pub fn house(&self) -> MutexGuard<'_, House> {
        self.house.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an answer. What cannot be sent is counted.
    pub fn send(&self, to: &Client, message: OscMessage) {
        self.send_packet(to.from, &OscPacket::Message(to.addressed(message)));
    }

    pub fn send_packet(&self, to: SocketAddr, packet: &OscPacket) {
        let sent = rosc::encoder::encode(packet)
            .is_ok_and(|bytes| self.socket.send_to(&bytes, to).is_ok_and(|n| n == bytes.len()));
        if !sent {
            count(&self.counters.unsent);
        }
    }
}
