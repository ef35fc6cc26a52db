//! Counts what the audio thread must not do: memory, locks, waits, files, sockets, threads.
//!
//! The C functions behind all of these are interposed for the whole test program (see `hooks`), and count on the
//! calling thread while it is inside [`watch`]. Where the kernel can stop a thread's system calls (`kernel`), those that
//! go past the C library are seen too. Blind to a lock that nobody else holds: that is one atomic instruction, for Rust
//! as for C++.
//!
//! Linux with glibc only; elsewhere [`watch`] counts nothing and [`is_active`] says so.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod hooks;
#[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
mod kernel;
#[cfg(not(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64")))]
#[path = "no_kernel.rs"]
mod kernel;

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::fmt;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Memory was asked for: malloc, calloc, realloc and their aligned kin.
    Alloc,
    /// Memory was given back.
    Free,
    /// A mutex of the C library was taken, or tried.
    Lock,
    /// The thread let others run: futex wait, condition variable, sleep, yield, poll.
    Wait,
    /// Another thread was woken through the kernel: futex wake, condition variable.
    Wake,
    /// A file or socket was used.
    Io,
    /// A thread was started.
    Spawn,
    /// Another system call by number.
    Syscall,
    /// The kernel was entered past the C library.
    Kernel,
}

impl Kind {
    /// Every kind, in the order of the counters.
    pub const ALL: [Self; 9] = [
        Self::Alloc,
        Self::Free,
        Self::Lock,
        Self::Wait,
        Self::Wake,
        Self::Io,
        Self::Spawn,
        Self::Syscall,
        Self::Kernel,
    ];
}

/// How often each [`Kind`] happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Kind::ALL.len()]);

impl Counts {
    /// How often this happened.
    #[must_use]
    pub const fn of(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// How often anything happened.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Adds another watch's counts.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine += theirs;
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for kind in Kind::ALL.into_iter().filter(|kind| self.of(*kind) > 0) {
            write!(f, "{separator}{} {kind:?}", self.of(kind))?;
            separator = ", ";
        }
        if separator.is_empty() { f.write_str("nothing") } else { Ok(()) }
    }
}

/// The first forbidden thing of a watch, and where.
#[derive(Debug)]
pub struct Offence {
    /// What was done.
    pub kind: Kind,
    /// By whom.
    pub backtrace: Backtrace,
}

/// What a [`watch`] saw.
#[derive(Debug, Default)]
pub struct Report {
    /// Counts by kind.
    pub counts: Counts,
    /// The first offender.
    pub first: Option<Box<Offence>>,
}

thread_local! {
    // None of these may need a destructor or run code on first use: `malloc` reads them.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static PAUSED: Cell<u32> = const { Cell::new(0) };
    static COUNTS: [Cell<u64>; Kind::ALL.len()] = const { [const { Cell::new(0) }; Kind::ALL.len()] };
    // Touched only while paused.
    static FIRST: RefCell<Option<Box<Offence>>> = const { RefCell::new(None) };
}

/// Restores a counter when it goes, also when the watched code panics.
struct Raised(&'static std::thread::LocalKey<Cell<u32>>);

impl Raised {
    fn new(counter: &'static std::thread::LocalKey<Cell<u32>>) -> Self {
        counter.set(counter.get() + 1);
        Self(counter)
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// Whether this build counts at all.
#[must_use]
pub const fn is_active() -> bool {
    cfg!(all(target_os = "linux", target_env = "gnu"))
}

/// Whether system calls are seen that go past the C library.
#[must_use]
pub fn stops_at_the_kernel() -> bool {
    kernel::is_armed()
}

/// Runs `body` and reports what it did on this thread that an audio thread must not do.
pub fn watch<R>(body: impl FnOnce() -> R) -> (R, Report) {
    COUNTS.with(|counts| counts.iter().for_each(|count| count.set(0)));
    // A thread's first watch asks the kernel, and may have to wait for another thread that does: not the body's doing.
    kernel::is_armed();
    let result = {
        let _inside = Raised::new(&DEPTH);
        let _door = kernel::Door::shut();
        body()
    };
    let mut report = Report::default();
    COUNTS.with(|counts| {
        for (sum, count) in report.counts.0.iter_mut().zip(counts) {
            *sum = count.get();
        }
    });
    if report.counts.total() > 0 {
        report.first = FIRST.take();
    }
    (result, report)
}

/// Runs `body` without counting: the host's own code that the plugin calls back.
pub fn pause<R>(body: impl FnOnce() -> R) -> R {
    let _paused = Raised::new(&PAUSED);
    let _door = kernel::Door::open();
    body()
}

/// Whether this watch has counted nothing so far.
fn first_of_watch() -> bool {
    COUNTS.with(|counts| counts.iter().all(|count| count.get() == 0))
}

/// Called by every hook, before the real function.
fn note(kind: Kind) {
    if DEPTH.get() == 0 || PAUSED.get() != 0 {
        return;
    }
    let is_first = COUNTS.with(|counts| {
        let is_first = first_of_watch();
        counts[kind as usize].set(counts[kind as usize].get() + 1);
        is_first
    });
    if is_first {
        pause(|| {
            // While a panic is being reported, the report holds the lock that a backtrace needs.
            let panicking = std::thread::panicking();
            let backtrace = if panicking { Backtrace::disabled() } else { Backtrace::force_capture() };
            let offence = Box::new(Offence { kind, backtrace });
            FIRST.with(|first| *first.borrow_mut() = Some(offence));
        });
    }
}
