//! OSCQuery: the namespace as JSON over HTTP, for surfaces that find their controls by themselves. Read-only, on this
//! machine alone, bounded in connections, sizes and time, and joined when the port is given back.
//!
//! The parser is `httparse`; the server around it is ours because it has to end: server crates keep threads of their own
//! that nobody can join, and a host may unload the library.

mod document;
mod http;

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::shared::Shared;

/// Someone who connects is waited for no longer than this before the thread looks whether it shall end.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The server of one port.
pub(super) struct QueryServer {
    stop: Arc<AtomicBool>,
    port: u16,
    thread: Option<JoinHandle<()>>,
}

impl QueryServer {
    /// On the same number as the UDP port if that is free for TCP, else on one of the system's choice; `None` if there is
    /// none. Tells the port what it is.
    pub fn start(shared: Arc<Shared>) -> Option<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, shared.port))
            .or_else(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .ok()?;
        let port = listener.local_addr().ok()?.port();
        let stop = Arc::new(AtomicBool::new(false));
        let its_stop = stop.clone();
        shared.query_port.store(port.into(), Ordering::Relaxed);
        let thread = thread::Builder::new()
            .name("echelon-oscquery".to_owned())
            .spawn(move || run(&listener, &its_stop, &shared))
            .ok()?;
        Some(Self { stop, port, thread: Some(thread) })
    }
}

impl Drop for QueryServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // Wakes it; should nobody get through, a connection that is served ends by its time limit.
        let _ = TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, self.port).into(), LOOK_EVERY);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One connection after the other: whoever waits does so in the system's own short queue.
fn run(listener: &TcpListener, stop: &AtomicBool, shared: &Shared) {
    while !stop.load(Ordering::Acquire) {
        match listener.accept() {
            Ok((stream, from)) if from.ip().is_loopback() && !stop.load(Ordering::Acquire) => {
                http::serve(stream, stop, |path, query| document::answer(shared, path, query));
            }
            Ok(_) => {}
            Err(_) => thread::sleep(LOOK_EVERY),
        }
    }
}

#[cfg(test)]
mod tests;
