//! Threads that a host lends for the length of a call: CLAP's thread pool. VST3 has nothing like it.

use std::cell::Cell;
use std::sync::OnceLock;

use echelon_engine::graph::{LaneEntry, LanePool, Parallel};
use echelon_engine::units::NUM_DECKS;

use super::guard::guard;

/// Asks the host to call the lane entry so many times; `false` if it will not.
type Ask = Box<dyn Fn(u32) -> bool + Send + Sync>;

thread_local! {
    static LIMITER: Cell<bool> = const { Cell::new(true) };
    static PARALLEL: Cell<Parallel> = const { Cell::new(Parallel::Auto) };
}

/// How instances that are activated for the first time on this thread use the threads that their host lends. When it
/// pays, unless [`set_parallel`] says otherwise.
#[must_use]
pub fn parallel() -> Parallel {
    PARALLEL.get()
}

/// See [`parallel`]. For tests, which cannot wait until it pays.
pub fn set_parallel(mode: Parallel) {
    PARALLEL.set(mode);
}

/// Whether instances that are activated for the first time on this thread have the master's limiter, and with it its
/// latency. They do, unless [`set_limiter`] says otherwise.
#[must_use]
pub fn limiter() -> bool {
    LIMITER.get()
}

/// See [`limiter`]. For tests that look at bare samples.
pub fn set_limiter(on: bool) {
    LIMITER.set(on);
}

/// The host's threads and the rig's lanes, brought together. Each half is there from some time on and then stays.
#[derive(Default)]
pub struct HostThreads {
    /// `None` in a host that lends none.
    ask: OnceLock<Ask>,
    /// `None` until there is a rig.
    entry: OnceLock<LaneEntry>,
}

impl HostThreads {
    /// The host lends threads. Before the instance is activated.
    pub(super) fn offer(&self, ask: Ask) {
        _ = self.ask.set(ask);
    }

    /// How many lanes a rig should have: no more than it has decks.
    #[must_use]
    pub fn lanes(&self) -> usize {
        if self.ask.get().is_some() { NUM_DECKS } else { 1 }
    }

    /// The rig is made: from now on the host's threads find its lanes.
    pub fn connect(&self, entry: LaneEntry) {
        _ = self.entry.set(entry);
    }

    /// The host's threads for one block. None for a block that is rendered offline: CLAP lends them for real-time
    /// processing only.
    ///
    /// # Real-time
    /// No lock.
    pub fn lend(&self, offline: bool) -> Option<LentThreads<'_>> {
        self.ask.get().filter(|_| !offline).map(LentThreads)
    }

    /// One of the host's threads takes part in the block that is being made, if one is.
    ///
    /// # Real-time
    /// As the engine; any thread, at any time. A panic stays inside.
    pub(super) fn exec(&self, lane: u32) {
        if let Some(entry) = self.entry.get() {
            guard((), || entry.exec(lane));
        }
    }
}

impl std::fmt::Debug for HostThreads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostThreads").field("lanes", &self.lanes()).finish_non_exhaustive()
    }
}

/// The host's threads, for the length of a block.
pub struct LentThreads<'a>(&'a Ask);

impl LanePool for LentThreads<'_> {
    fn request_exec(&mut self, lanes: u32) -> bool {
        (self.0)(lanes)
    }
}
