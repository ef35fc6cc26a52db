//! Packets that name files, and what came after them from the same source: they wait for the clerk, in their order. No
//! disk, no socket, no clock of its own.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::clerk::{Clerk, Files, Ticket};
use super::dispatch::{Addressed, files_of};
use super::limits::{Beyond, beyond};

/// Sources that may wait at once.
const MOST_SOURCES: usize = 32;
/// Packets of one source that may wait.
const MOST_PACKETS: usize = 64;
/// A disk that is well has answered by then. After that a stop or a panic waits no longer.
pub(super) const SOON: Duration = Duration::from_millis(20);
/// A drive that has not answered by then does not.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// What becomes of a packet.
pub(super) enum Fate {
    /// It is done now; of the files that it names this is known.
    Go(Vec<Addressed>, Files),
    /// It is not done: its drive does not answer.
    NoAnswer(Vec<Addressed>),
    /// It is not done: a stop or a panic did not wait for it.
    Overtaken(Vec<Addressed>),
}

/// The packets of one source. The first one is with the clerk.
struct Line {
    ticket: Ticket,
    since: Instant,
    packets: VecDeque<Vec<Addressed>>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Waiting(HashMap<SocketAddr, Line>);

impl Waiting {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a packet that has to wait; gives it back if it need not, with what is to be known of it, or an error if
    /// there is no room.
    pub fn take(
        &mut self,
        from: SocketAddr,
        packet: Vec<Addressed>,
        clerk: &mut Clerk,
        now: Instant,
    ) -> Result<Option<Vec<Addressed>>, Vec<Addressed>> {
        if let Some(line) = self.0.get_mut(&from) {
            if line.packets.len() >= MOST_PACKETS && !is_urgent(&packet) {
                return Err(packet);
            }
            line.packets.push_back(packet);
            return Ok(None);
        }
        let files = files_of(&packet);
        if files.is_empty() {
            return Ok(Some(packet));
        }
        if self.0.len() >= MOST_SOURCES {
            return Err(packet);
        }
        let line = Line { ticket: clerk.ask(files), since: now, packets: [packet].into() };
        self.0.insert(from, line);
        Ok(None)
    }

    /// What has waited long enough, in order.
    pub fn turn(&mut self, clerk: &mut Clerk, now: Instant) -> Vec<(SocketAddr, Fate)> {
        let mut fates = vec![];
        while let Some((ticket, files)) = clerk.answer() {
            let Some((from, line)) = self.0.iter_mut().find(|(_, line)| line.ticket == ticket) else { continue };
            if let Some(packet) = line.packets.pop_front() {
                fates.push((*from, Fate::Go(packet, files)));
            }
            line.go_on(*from, clerk, now, &mut fates);
        }
        for (from, line) in &mut self.0 {
            let age = now.saturating_duration_since(line.since);
            let urgent = line.packets.iter().rposition(|packet| is_urgent(packet)).filter(|_| age >= SOON);
            if let Some(last) = urgent {
                for packet in line.packets.drain(..=last).collect::<Vec<_>>() {
                    let fate =
                        if is_urgent(&packet) { Fate::Go(packet, Files::new()) } else { Fate::Overtaken(packet) };
                    fates.push((*from, fate));
                }
            } else if age >= PATIENCE {
                fates.extend(line.packets.pop_front().map(|packet| (*from, Fate::NoAnswer(packet))));
            } else {
                continue;
            }
            line.go_on(*from, clerk, now, &mut fates);
        }
        self.0.retain(|_, line| !line.packets.is_empty());
        fates
    }

    /// Nobody waits any longer, whatever the drives do: all of it, in order.
    pub fn give_up(&mut self) -> Vec<(SocketAddr, Fate)> {
        let fate = |packet: Vec<Addressed>| {
            if files_of(&packet).is_empty() { Fate::Go(packet, Files::new()) } else { Fate::NoAnswer(packet) }
        };
        let lines = std::mem::take(&mut self.0).into_iter();
        lines.flat_map(|(from, line)| line.packets.into_iter().map(move |packet| (from, fate(packet)))).collect()
    }
}

impl Line {
    /// The first packet is over: those behind it go, up to the next that names files.
    fn go_on(&mut self, from: SocketAddr, clerk: &mut Clerk, now: Instant, fates: &mut Vec<(SocketAddr, Fate)>) {
        while let Some(packet) = self.packets.front() {
            let files: Vec<PathBuf> = files_of(packet);
            if !files.is_empty() {
                (self.ticket, self.since) = (clerk.ask(files), now);
                return;
            }
            fates.extend(self.packets.pop_front().map(|packet| (from, Fate::Go(packet, Files::new()))));
        }
    }
}

/// Whether it is all stops, panics and the like, which nothing holds up.
fn is_urgent(packet: &[Addressed]) -> bool {
    !packet.is_empty() && packet.iter().all(|message| beyond(&message.message.addr) == Beyond::Passes)
}
