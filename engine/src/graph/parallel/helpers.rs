//! Resident helper threads. `rayon` owns them; the audio path never calls it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::gang::Gang;
use crate::graph::GraphControl;

/// The threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the graph's helper threads could not be started: {0}")]
pub struct HelpersFailed(#[from] rayon::ThreadPoolBuildError);

/// Threads that help one graph, in a pool of their own. They end when this is dropped; drop it off the audio thread.
#[derive(Debug)]
pub struct Helpers {
    gang: Arc<Gang>,
    _pool: rayon::ThreadPool,
}

impl Helpers {
    /// Starts so many helpers, at least one. `on_start` runs first on each: to raise its priority, for example.
    ///
    /// # Errors
    /// [`HelpersFailed`] if the system gives no thread.
    pub fn start(
        graph: &GraphControl,
        threads: usize,
        on_start: impl Fn(usize) + Send + Sync + 'static,
    ) -> Result<Self, HelpersFailed> {
        let gang = graph.gang();
        gang.set_stop(false);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads.max(1))
            .thread_name(|index| format!("echelon-lane-{index}"))
            .start_handler(on_start)
            .build()?;
        let shared = gang.clone();
        pool.spawn_broadcast(move |_| {
            shared.enter();
            watch(&shared);
            shared.leave();
        });
        Ok(Self { gang, _pool: pool })
    }

    /// Whether they all watch for work by now.
    #[must_use]
    pub fn are_ready(&self) -> bool {
        self.gang.num_helpers() >= self._pool.current_num_threads()
    }
}

impl Drop for Helpers {
    fn drop(&mut self) {
        self.gang.set_stop(true);
        while self.gang.num_helpers() > 0 {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
}

fn watch(gang: &Gang) {
    let mut pace = Pace::new();
    while !gang.stops() {
        if gang.has_work() {
            pace.work_came();
            gang.help();
        } else {
            pace.wait();
        }
    }
}

/// Being awake when the next block comes, and asleep otherwise, without being woken: blocks come regularly.
struct Pace {
    /// When the block before began, and the time from block to block.
    block_start: Instant,
    period: Duration,
    last_work: Instant,
    spins: u32,
}

/// Work after a pause of this length is a new block, not the next sub-block.
const PAUSE: Duration = Duration::from_micros(60);
/// Awake this long before a block is due: sleeping threads wake late.
const EARLY: Duration = Duration::from_micros(150);
/// Asleep again when a block is this late.
const LATE: Duration = Duration::from_micros(400);
/// Between looks while nothing comes.
const NAP: Duration = Duration::from_micros(500);

impl Pace {
    fn new() -> Self {
        let now = Instant::now();
        Self { block_start: now, period: NAP, last_work: now, spins: 0 }
    }

    fn work_came(&mut self) {
        let now = Instant::now();
        if now - self.last_work > PAUSE {
            self.period = now - self.block_start;
            self.block_start = now;
        }
        self.last_work = now;
        self.spins = 0;
    }

    fn wait(&mut self) {
        self.spins += 1;
        if !self.spins.is_multiple_of(64) {
            return std::hint::spin_loop();
        }
        let now = Instant::now();
        let due = self.block_start + self.period;
        if now - self.last_work < PAUSE {
            // Perhaps another sub-block.
        } else if now > due + LATE {
            std::thread::sleep(NAP);
        } else if now + EARLY < due {
            std::thread::sleep((due - now).saturating_sub(EARLY));
        }
    }
}
