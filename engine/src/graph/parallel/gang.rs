//! Lanes at work on a sub-block.
#![allow(unsafe_code, reason = "lanes share the plan's ops, each strip by the one that has claimed it")]

use std::panic::AssertUnwindSafe;
use std::ptr::null_mut;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use super::claim::Claim;
use super::ticks::now;
use crate::dsp::FloatMode;
use crate::graph::plan::{Op, Plan, Strip};
use crate::graph::run::Run;
use crate::graph::streak::Streak;

/// Most strips of a plan.
pub(in super::super) const MAX_STRIPS: usize = 1024;

/// The epoch in which a strip was last run; alone in its cache line, because one lane writes it while others watch.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Stamp(AtomicU32);

/// What lanes need of a sub-block. Lives on the audio thread's stack until every strip is stamped.
struct Job {
    ops: *mut Op,
    streaks: *const Streak,
    strips: *const Strip,
    deps: *const u32,
    run: *const Run,
    mode: FloatMode,
}

/// What all lanes of a graph share.
#[derive(Debug)]
pub(in super::super) struct Gang {
    claim: Claim,
    job: AtomicPtr<Job>,
    stamps: Box<[Stamp]>,
    epoch: AtomicU32,
    /// When the next block is expected, in ticks; 0 if that is not known, or lanes are not in use.
    due: AtomicU64,
    /// A node panicked in this sub-block.
    panicked: AtomicBool,
    /// Helper threads that watch for work.
    helpers: AtomicUsize,
    /// Helper threads shall end.
    #[cfg(feature = "parallel")]
    stop: AtomicBool,
}

impl Default for Gang {
    fn default() -> Self {
        Self {
            claim: Claim::default(),
            job: AtomicPtr::new(null_mut()),
            stamps: (0..MAX_STRIPS).map(|_| Stamp::default()).collect(),
            epoch: AtomicU32::new(0),
            due: AtomicU64::new(0),
            panicked: AtomicBool::new(false),
            helpers: AtomicUsize::new(0),
            #[cfg(feature = "parallel")]
            stop: AtomicBool::new(false),
        }
    }
}

impl Gang {
    /// Runs a plan's strips with whoever helps. Audio thread. `ask` may bring in other lanes before this one starts.
    ///
    /// Returns when every strip is done: it waits for helpers only as long as the strips they are at take.
    pub(in super::super) fn run(&self, plan: &mut Plan, run: &Run, ask: impl FnOnce()) {
        let Ok(count) = u16::try_from(plan.strips.len()) else { return plan.run_all(run) };
        let mut job = Job {
            ops: plan.ops.as_mut_ptr(),
            streaks: plan.streaks.as_ptr(),
            strips: plan.strips.as_ptr(),
            deps: plan.deps.as_ptr(),
            run,
            mode: FloatMode::current(),
        };
        // 0 is what stamps are before the first sub-block.
        let epoch = self.epoch.load(Ordering::Relaxed).wrapping_add(1).max(1);
        self.epoch.store(epoch, Ordering::Relaxed);
        self.job.store(&raw mut job, Ordering::Relaxed);
        self.claim.open(epoch, count);
        ask();
        self.work();
        // The others have been waited for by the strips that need them.
        for &strip in &*plan.last_strips {
            wait_for(&self.stamps[strip as usize], epoch);
        }
        // Now that nobody uses the job any more, as if one thread had run it.
        assert!(!self.panicked.swap(false, Ordering::Relaxed), "a node panicked");
    }

    /// Runs strips until all are claimed.
    fn work(&self) {
        while let Some((epoch, strip)) = self.claim.next() {
            // SAFETY: just claimed.
            unsafe { self.run_claimed(epoch, usize::from(strip)) };
        }
    }

    /// Runs a strip and stamps it, even if a node panics: without its stamp the others would wait for ever, and the
    /// audio thread must not leave while lanes use its job.
    ///
    /// # Safety
    /// The caller has claimed the strip in this epoch, which keeps the audio thread in `run`, with the job and the
    /// plan, until it is stamped here.
    unsafe fn run_claimed(&self, epoch: u32, strip: usize) {
        // SAFETY: as promised.
        let run = || unsafe { self.run_strip(epoch, strip) };
        if std::panic::catch_unwind(AssertUnwindSafe(run)).is_err() {
            self.panicked.store(true, Ordering::Relaxed);
        }
        self.stamps[strip].0.store(epoch, Ordering::Release);
    }

    /// # Safety
    /// The caller has claimed the strip in this epoch.
    unsafe fn run_strip(&self, epoch: u32, strip: usize) {
        // SAFETY: as promised, the job is alive; its tables are those of the plan, and strips and deps are in range.
        unsafe {
            let job = &*self.job.load(Ordering::Relaxed);
            let (index, strip, run) = (strip, *job.strips.add(strip), &*job.run);
            for dep in 0..strip.num_deps as usize {
                let needed = *job.deps.add(strip.first_dep as usize + dep);
                wait_for(&self.stamps[needed as usize], epoch);
            }
            let start = if run.samples { now() } else { 0 };
            strip.run(job.streaks, job.ops, run);
            if run.samples {
                (*run.costs).add(index, now().saturating_sub(start), run.frames);
            }
        }
    }

    /// Takes part as a lane in whatever is open. Any thread but the audio thread.
    pub(in super::super) fn help(&self) {
        while let Some((epoch, strip)) = self.claim.next() {
            // SAFETY: just claimed, so that the job is alive.
            unsafe {
                let mode = (*self.job.load(Ordering::Relaxed)).mode;
                mode.with(|| self.run_claimed(epoch, usize::from(strip)));
            }
        }
    }

    #[cfg(feature = "parallel")]
    pub(super) fn has_work(&self) -> bool {
        self.claim.is_open()
    }

    /// Audio thread.
    pub(in super::super) fn set_due(&self, due: u64) {
        self.due.store(due, Ordering::Relaxed);
    }

    #[cfg(feature = "parallel")]
    pub(super) fn due(&self) -> u64 {
        self.due.load(Ordering::Relaxed)
    }

    pub(in super::super) fn num_helpers(&self) -> usize {
        self.helpers.load(Ordering::Relaxed)
    }

    #[cfg(feature = "parallel")]
    pub(super) fn enter(&self) {
        self.helpers.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg(feature = "parallel")]
    pub(super) fn leave(&self) {
        self.helpers.fetch_sub(1, Ordering::Relaxed);
    }

    #[cfg(feature = "parallel")]
    pub(super) fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    #[cfg(feature = "parallel")]
    pub(super) fn set_stop(&self, stop: bool) {
        self.stop.store(stop, Ordering::Relaxed);
    }
}

/// Watches a strip that another lane has claimed.
fn wait_for(stamp: &Stamp, epoch: u32) {
    while stamp.0.load(Ordering::Acquire) != epoch {
        std::hint::spin_loop();
    }
}

/// Threads that a host lends for the length of a call, such as CLAP's thread pool.
pub trait LanePool {
    /// Asks for [`LaneEntry::exec`] to be called `lanes` times, on any threads or one after the other, and returns when
    /// that is done; `false` if the host will not.
    fn request_exec(&mut self, lanes: u32) -> bool;
}

/// What a host's thread calls: takes part in the block that is being made.
#[derive(Clone, Debug)]
pub struct LaneEntry(pub(in super::super) Arc<Gang>);

impl LaneEntry {
    /// Runs strips until there are no more. Right on any thread at any time: without a block under way it does nothing.
    ///
    /// # Real-time
    /// As the nodes. Leaves the thread's float mode as it was.
    pub fn exec(&self, _lane: u32) {
        self.0.help();
    }
}
