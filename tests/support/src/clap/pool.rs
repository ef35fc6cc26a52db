//! A CLAP host's thread pool, in the ways that hosts have of answering a plugin that asks for it.

use std::cell::Cell;
use std::hint::black_box;
use std::process::abort;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use clap_sys::ext::thread_pool::{CLAP_EXT_THREAD_POOL, clap_plugin_thread_pool};
use clap_sys::plugin::clap_plugin;

use super::clap_call;
use super::plugin::Plugin;
use crate::guard::{self, Counts};
use crate::sides::is_audio;
use crate::wait::PATIENCE;

/// How a pool answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Threads,
    Serial { spoils: bool },
    Refuses,
    Lies,
}

/// A pool for one instance, and what came of it.
#[derive(Clone, Debug)]
pub struct ThreadPool(Arc<Owner>);

/// Ends the threads when nobody has the pool any more.
#[derive(Debug)]
struct Owner {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    kind: Kind,
    /// The plugin whose tasks are run; null before there is one and after.
    plugin: AtomicPtr<clap_plugin>,
    extension: AtomicPtr<clap_plugin_thread_pool>,
    /// The asking thread is in a request.
    is_asked: AtomicBool,
    requests: AtomicU64,
    tasks: AtomicU64,
    /// Tasks after which their thread flushed small numbers to zero as it had not before.
    spoilt: AtomicU64,
    seen: Mutex<Counts>,
    round: Mutex<Round>,
    changed: Condvar,
}

/// Tasks under way.
#[derive(Debug, Default)]
struct Round {
    next: u32,
    tasks: u32,
    unfinished: u32,
    stop: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ThreadPool {
    /// Tasks run on so many threads of the pool, all at once; the asking thread waits.
    #[must_use]
    pub fn threads(count: usize) -> Self {
        let mut pool = Self::new(Kind::Threads);
        let owner = Arc::get_mut(&mut pool.0).expect("just made");
        for index in 0..count {
            let shared = Arc::clone(&owner.shared);
            let thread = std::thread::Builder::new().name(format!("pool {index}"));
            owner.threads.push(thread.spawn(move || shared.work()).expect("a thread"));
        }
        pool
    }

    /// Tasks run one after the other on the asking thread, the last one first.
    #[must_use]
    pub fn serial() -> Self {
        Self::new(Kind::Serial { spoils: false })
    }

    /// As [`ThreadPool::serial`], and when it comes back the asking thread rounds towards zero. Whatever the plugin
    /// calculates after the tasks comes out different.
    #[must_use]
    pub fn spoiling() -> Self {
        Self::new(Kind::Serial { spoils: true })
    }

    /// Says no, every time.
    #[must_use]
    pub fn refusing() -> Self {
        Self::new(Kind::Refuses)
    }

    /// Says yes and does nothing.
    #[must_use]
    pub fn lying() -> Self {
        Self::new(Kind::Lies)
    }

    fn new(kind: Kind) -> Self {
        let shared = Shared {
            kind,
            plugin: AtomicPtr::default(),
            extension: AtomicPtr::default(),
            is_asked: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            tasks: AtomicU64::new(0),
            spoilt: AtomicU64::new(0),
            seen: Mutex::default(),
            round: Mutex::default(),
            changed: Condvar::new(),
        };
        Self(Arc::new(Owner { shared: Arc::new(shared), threads: vec![] }))
    }

    /// How often the plugin asked.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.0.shared.requests.load(Ordering::SeqCst)
    }

    /// How many tasks were run, strays included.
    #[must_use]
    pub fn tasks(&self) -> u64 {
        self.0.shared.tasks.load(Ordering::SeqCst)
    }

    /// What tasks did that an audio thread must not do.
    #[must_use]
    pub fn seen(&self) -> Counts {
        *lock(&self.0.shared.seen)
    }

    /// How many tasks left their thread with another way of treating small numbers.
    #[must_use]
    pub fn spoilt(&self) -> u64 {
        self.0.shared.spoilt.load(Ordering::SeqCst)
    }

    /// Runs a task that nobody asked for on the calling thread, as a confused host might.
    pub fn stray(&self, task: u32) {
        self.0.shared.run(task);
    }

    /// The tasks of this plugin are run from now on.
    pub(super) fn adopt(&self, plugin: &Plugin) {
        let extension: *const clap_plugin_thread_pool = plugin.extension(CLAP_EXT_THREAD_POOL);
        assert!(!extension.is_null(), "the plugin has no tasks to run");
        self.0.shared.extension.store(extension.cast_mut(), Ordering::SeqCst);
        let before = self.0.shared.plugin.swap(plugin.raw().cast_mut(), Ordering::SeqCst);
        assert!(before.is_null(), "a pool is for one instance at a time");
    }

    pub(super) fn abandon(&self) {
        self.0.shared.plugin.store(std::ptr::null_mut(), Ordering::SeqCst);
    }

    /// What the plugin gets for an answer; else the rule that it broke.
    pub(super) fn request(&self, tasks: u32) -> Result<bool, &'static str> {
        let shared = &self.0.shared;
        if !is_audio() || IN_TASK.get() {
            return Err("CLAP request_exec called off the audio thread");
        }
        if shared.is_asked.swap(true, Ordering::SeqCst) {
            return Err("CLAP request_exec called during another");
        }
        shared.requests.fetch_add(1, Ordering::SeqCst);
        match shared.kind {
            Kind::Threads => guard::pause(|| shared.run_round(tasks)),
            Kind::Serial { spoils } => {
                (0..tasks).rev().for_each(|task| shared.call(task));
                if spoils {
                    round_towards_zero();
                }
            }
            Kind::Refuses | Kind::Lies => {}
        }
        shared.is_asked.store(false, Ordering::SeqCst);
        Ok(shared.kind != Kind::Refuses)
    }
}

thread_local! {
    static IN_TASK: Cell<bool> = const { Cell::new(false) };
}

impl Shared {
    /// Gives the tasks to the threads and waits for all of them.
    fn run_round(&self, tasks: u32) {
        let mut round = lock(&self.round);
        *round = Round { tasks, unfinished: tasks, ..Round::default() };
        self.changed.notify_all();
        let waited = self.changed.wait_timeout_while(round, PATIENCE, |round| round.unfinished > 0);
        let (_round, wait) = waited.unwrap_or_else(PoisonError::into_inner);
        if wait.timed_out() {
            // This is a C function: no panic may leave it.
            eprintln!("a task of the plugin does not come back");
            abort();
        }
    }

    /// A thread's life.
    fn work(&self) {
        let mut round = lock(&self.round);
        while !round.stop {
            if round.next < round.tasks {
                let task = round.next;
                round.next += 1;
                drop(round);
                self.run(task);
                round = lock(&self.round);
                round.unfinished -= 1;
                self.changed.notify_all();
            } else {
                round = self.changed.wait(round).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// Runs a task on a thread of its own, under the guard.
    fn run(&self, task: u32) {
        let before = keeps_small_numbers();
        let ((), report) = guard::watch(|| self.call(task));
        lock(&self.seen).add(&report.counts);
        if keeps_small_numbers() != before {
            self.spoilt.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn call(&self, task: u32) {
        let (plugin, extension) = (self.plugin.load(Ordering::SeqCst), self.extension.load(Ordering::SeqCst));
        if !plugin.is_null() {
            IN_TASK.set(true);
            // SAFETY: the plugin and its extension are alive until `abandon`, which comes when nothing is processed.
            unsafe { clap_call!(extension.cast_const() => exec(plugin, task)) };
            IN_TASK.set(false);
            self.tasks.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        lock(&self.shared.round).stop = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Whether half of the smallest normal number is not zero on this thread.
fn keeps_small_numbers() -> bool {
    black_box(f32::MIN_POSITIVE) * black_box(0.5) != 0.0
}

/// Leaves this thread rounding towards zero, where we know how.
fn round_towards_zero() {
    #[cfg(target_arch = "x86_64")]
    {
        let mut mxcsr = 0_u32;
        // SAFETY: reads and writes the control register; every bit pattern kept or set is a valid one.
        unsafe {
            std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags));
            mxcsr |= 0x6000;
            std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const mxcsr, options(nostack, preserves_flags));
        }
    }
}
