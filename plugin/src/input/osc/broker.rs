//! The ports of this process: one thread and one socket for all instances that share a port.
//!
//! Instances without a port of their own share one. A project that names another port gets that, if it is free, and
//! shares it with others that name it: surfaces find their rig where they were set up for it. A library that a host
//! loads beside this one (the other plugin format) has ports of its own.
//!
//! The first instance at a port starts its thread, the last one stops and joins it before it returns: a host may unload
//! the library then.

use std::io;
use std::net::UdpSocket;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::access::Access;
use super::line::Line;
use super::listener::Listener;
use super::oscquery::QueryServer;
use super::server::{OscError, PORTS_TO_TRY, Port};
use super::shared::Shared;

static PROCESS: Mutex<Vec<Running>> = Mutex::new(Vec::new());

/// A port with its thread.
struct Running {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// OSCQuery, if a port could be had for it.
    _query: Option<QueryServer>,
    seats: usize,
    /// New instances come here.
    is_common: bool,
    /// Nobody else comes here.
    is_own: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An instance's place at a port; given back when dropped.
#[derive(Debug)]
pub(super) struct Membership {
    pub shared: Arc<Shared>,
    id: u64,
}

impl Membership {
    /// Takes a place at a port, which is opened if nobody has yet. `access` is for a port that is opened.
    ///
    /// # Errors
    /// [`OscError`] if no port is free or no thread can be had.
    pub fn join(port: Port, line: &Arc<Line>, name: &str, access: impl FnOnce() -> Access) -> Result<Self, OscError> {
        let mut ports = process();
        let place = match find(&ports, port) {
            Some(place) => place,
            None => {
                let (socket_port, access) = (port, access());
                let opened = open(socket_port, access, &ports)?;
                match opened {
                    Opened::Known(place) => place,
                    Opened::New(running) => {
                        ports.push(*running);
                        ports.len() - 1
                    }
                }
            }
        };
        let running = &mut ports[place];
        running.seats += 1;
        running.shared.house().sit(line.clone(), name);
        Ok(Self { shared: running.shared.clone(), id: line.id })
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut ports = process();
        let Some(place) = ports.iter().position(|running| Arc::ptr_eq(&running.shared, &self.shared)) else { return };
        ports[place].seats -= 1;
        if ports[place].seats == 0 {
            // Joined while nobody can open the port anew. What had come before is still done: the seat is left after.
            drop(ports.swap_remove(place));
        }
        self.shared.house().leave(self.id);
    }
}

fn process() -> MutexGuard<'static, Vec<Running>> {
    PROCESS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A port of this process that will do.
fn find(ports: &[Running], port: Port) -> Option<usize> {
    match port {
        Port::Common(_) => ports.iter().position(|running| running.is_common),
        Port::From(wanted) | Port::Exactly(wanted) => {
            ports.iter().position(|running| !running.is_own && running.shared.port == wanted)
        }
        Port::Own => None,
    }
}

enum Opened {
    /// One of the process's own was the next free one.
    Known(usize),
    New(Box<Running>),
}

/// Opens a port. No address-reuse flags: a port that another program listens on is taken.
fn open(port: Port, access: Access, ports: &[Running]) -> Result<Opened, OscError> {
    let (first, last) = match port {
        Port::Common(first) | Port::From(first) => (first, first.saturating_add(PORTS_TO_TRY - 1)),
        Port::Exactly(port) => (port, port),
        Port::Own => (0, 0),
    };
    let mut reason = io::Error::from(io::ErrorKind::AddrInUse);
    for candidate in first..=last {
        if let Some(place) = ports.iter().position(|running| !running.is_own && running.shared.port == candidate) {
            return Ok(Opened::Known(place));
        }
        match UdpSocket::bind((access.bind_address(), candidate)) {
            Ok(socket) => return start(socket, access, port).map(|running| Opened::New(Box::new(running))),
            Err(error) => reason = error,
        }
    }
    Err(OscError::NoFreePort { first, last, reason })
}

fn start(socket: UdpSocket, access: Access, port: Port) -> Result<Running, OscError> {
    let shared = Shared::new(socket, access)?;
    let mut listener = Listener::new(shared.clone());
    let thread =
        thread::Builder::new().name("echelon-osc".to_owned()).spawn(move || listener.run()).map_err(OscError::Start)?;
    let query = QueryServer::start(shared.clone());
    let (is_common, is_own) = (matches!(port, Port::Common(_)), port == Port::Own);
    Ok(Running { shared, thread: Some(thread), _query: query, seats: 0, is_common, is_own })
}

/// How many ports the process has open.
#[cfg(test)]
pub(super) fn num_ports() -> usize {
    process().len()
}
