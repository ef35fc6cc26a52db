//! Resident helper threads. `rayon` owns them; the audio path never calls it.

use std::sync::Arc;
use std::time::Duration;

use super::gang::Gang;
use super::ticks::now;
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
            pace.wait(gang);
        }
    }
}

/// Being awake when the next block comes, and asleep otherwise, without being woken: blocks come regularly. Only decides
/// who is awake, never what sounds; in ticks of the processor.
struct Pace {
    last_work: u64,
    ticks_per_us: u64,
    looks: u32,
}

/// Awake this long after work: perhaps there is another sub-block.
const PAUSE_US: u64 = 60;
/// Awake this long before a block is due: sleeping threads wake late.
const EARLY_US: u64 = 150;
/// Asleep again when a block is this late.
const LATE_US: u64 = 400;
/// Between looks while nothing comes.
const NAP: Duration = Duration::from_micros(500);
/// After this long without work there is no hurry.
const IDLE_US: u64 = 1_000_000;
/// Between looks then.
const LONG_NAP: Duration = Duration::from_millis(4);
/// Looks for work between two looks at the clock.
const LOOKS: u32 = 64;
/// How long the ticks are counted at the start.
const CALIBRATION_MS: u64 = 2;

impl Pace {
    fn new() -> Self {
        let start = now();
        std::thread::sleep(Duration::from_millis(CALIBRATION_MS));
        let end = now();
        let ticks_per_us = end.saturating_sub(start) / (CALIBRATION_MS * 1000);
        Self { last_work: end, ticks_per_us, looks: 0 }
    }

    fn work_came(&mut self) {
        self.last_work = now();
        self.looks = 0;
    }

    fn wait(&mut self, gang: &Gang) {
        self.looks = self.looks.wrapping_add(1);
        if !self.looks.is_multiple_of(LOOKS) {
            return std::hint::spin_loop();
        }
        if self.ticks_per_us == 0 {
            // Without a counter nothing is known of blocks.
            return std::thread::sleep(NAP);
        }
        let (now, due) = (now(), gang.due());
        if now < self.last_work + PAUSE_US * self.ticks_per_us {
            // Perhaps another sub-block.
        } else if now > due + LATE_US * self.ticks_per_us {
            let is_idle = now > self.last_work + IDLE_US * self.ticks_per_us;
            std::thread::sleep(if is_idle { LONG_NAP } else { NAP });
        } else if now + EARLY_US * self.ticks_per_us < due {
            std::thread::sleep(Duration::from_micros((due - now) / self.ticks_per_us - EARLY_US));
        }
    }
}
