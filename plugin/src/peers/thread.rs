//! The thread that looks after a session: joins it, tells it what is to be told, watches it, and leaves it.
//!
//! It is never the source of time: the audio thread hears the session itself. What this one publishes is a line from
//! time to beats, which is right however late it is read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use echelon_engine::clock::{BeatClockUpdate, SessionChange};
use ringbuf::traits::{Consumer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use super::publish::{Own, Part, Publisher};
use super::{Command, LinkSession, Look};
use crate::control::Bell;

/// Updates that may wait to be read; beyond that they are counted and dropped: the next says the same.
const UPDATES: usize = 64;
/// Commands that may wait; beyond that the oldest is dropped.
const MOST_COMMANDS: usize = 64;

/// What the control thread knows that the session may have to be told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orders {
    /// What we are to the session.
    pub part: Part,
    /// Our beat.
    pub own: Own,
    /// Beats in our bar.
    pub bar_beats: f64,
    /// Whether starts and stops are shared.
    pub start_stop: bool,
}

impl Default for Orders {
    fn default() -> Self {
        let own = Own { map: None, tempo_bpm: None };
        Self { part: Part::Listener, own, bar_beats: 4.0, start_stop: false }
    }
}

#[derive(Debug, Default)]
struct Inbox {
    orders: Orders,
    commands: Vec<Command>,
}

/// The running thread. Dropped, it leaves the session and ends; that is waited for.
#[derive(Debug)]
pub struct LinkThread {
    inbox: Arc<Mutex<Inbox>>,
    stop: Arc<AtomicBool>,
    bell: Bell,
    thread: Option<JoinHandle<()>>,
}

impl LinkThread {
    /// How often it looks, unless told otherwise.
    pub const INTERVAL: Duration = Duration::from_millis(10);

    /// Joins the session, beginning one at so many BPM if there is none, and looks at it every `interval`. `changed` is
    /// called when there is news.
    ///
    /// # Errors
    /// The system's, if it gives no thread.
    pub fn start(
        session: LinkSession,
        bpm: f64,
        interval: Duration,
        changed: impl Fn() + Send + 'static,
    ) -> std::io::Result<(Self, HeapCons<BeatClockUpdate>)> {
        let (updates, reader) = HeapRb::new(UPDATES).split();
        let (inbox, stop, bell) = (Arc::<Mutex<Inbox>>::default(), Arc::<AtomicBool>::default(), Bell::default());
        let worker = Worker {
            session,
            inbox: inbox.clone(),
            updates,
            publisher: Publisher::default(),
            last: None,
            changed: Box::new(changed),
        };
        let (its_stop, its_bell) = (stop.clone(), bell.clone());
        let work = move || worker.run(bpm, interval, &its_stop, &its_bell);
        let thread = thread::Builder::new().name("echelon-link".to_owned()).spawn(work)?;
        Ok((Self { inbox, stop, bell, thread: Some(thread) }, reader))
    }

    /// What is to be told from now on.
    pub fn set_orders(&self, orders: Orders) {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner).orders = orders;
    }

    /// Something to be told at once.
    pub fn command(&self, command: Command) {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        if inbox.commands.len() >= MOST_COMMANDS {
            inbox.commands.remove(0);
        }
        inbox.commands.push(command);
        drop(inbox);
        self.bell.ring();
    }
}

impl Drop for LinkThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.bell.ring();
        if let Some(thread) = self.thread.take() {
            // One that panicked has left the session as it was; nothing else hangs on it.
            let _ = thread.join();
        }
    }
}

struct Worker {
    session: LinkSession,
    inbox: Arc<Mutex<Inbox>>,
    updates: HeapProd<BeatClockUpdate>,
    publisher: Publisher,
    last: Option<Look>,
    changed: Box<dyn Fn() + Send>,
}

impl Worker {
    fn run(mut self, bpm: f64, interval: Duration, stop: &AtomicBool, bell: &Bell) {
        self.session.enable(true, bpm);
        let mut heard = 0;
        while !stop.load(Ordering::Acquire) {
            self.turn();
            bell.wait(&mut heard, interval);
        }
        self.session.close();
    }

    fn turn(&mut self) {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let (orders, commands) = (inbox.orders, std::mem::take(&mut inbox.commands));
        drop(inbox);
        self.session.sync_start_stop(orders.start_stop);
        for command in commands {
            match command {
                Command::SetTempo(bpm) => self.session.set_tempo(bpm),
                Command::SetPlaying(playing) => self.session.set_playing(playing),
                Command::SetStartStop(_) | Command::SetTakeOver(_) | Command::Tell => {}
            }
        }
        let Some(look) = self.session.look(orders.bar_beats) else { return };
        let commit = self.publisher.look(orders.part, &orders.own, &look.map, orders.bar_beats, look.peers);
        if let Some(bpm) = commit.tempo_bpm {
            self.session.set_tempo(bpm);
        }
        if let Some((map, force)) = commit.place {
            self.session.set_beat(map, orders.bar_beats, force);
        }
        self.publish(look, orders.bar_beats);
    }

    fn publish(&mut self, look: Look, bar_beats: f64) {
        let change = self.last.replace(look).map_or(SessionChange::Membership, |last| look.change_since(&last));
        let Look { map, peers, playing, playing_micros } = look;
        let update = BeatClockUpdate { map, bar_beats, enabled: true, peers, playing, playing_micros, change };
        // A full ring: nobody reads, and the next update says the same.
        let _ = self.updates.try_push(update);
        if change != SessionChange::None {
            (self.changed)();
        }
    }
}

/// The newest of what waits, and whether there was any.
pub fn newest(updates: &mut HeapCons<BeatClockUpdate>) -> Option<BeatClockUpdate> {
    let mut newest = None;
    while let Some(update) = updates.try_pop() {
        newest = Some(update);
    }
    newest
}
