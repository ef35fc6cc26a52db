//! What a plugin asked of its host outside of process calls.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::ThreadId;

use crate::guard;
use crate::sides::{RawOut, is_audio};

/// Something a plugin asks of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    /// To be called back on the main thread (CLAP).
    Callback,
    /// To be deactivated and activated again.
    Restart,
    /// To be processed (CLAP).
    Process,
    /// To have its parameters flushed (CLAP).
    Flush,
    /// That the project be marked as changed.
    Dirty,
    /// To have values, names or lists of parameters read again.
    Rescan,
    /// To have its latency read again.
    Latency,
    /// To have its editor's window resized.
    Resize,
}

/// Shared by a host and the callbacks that it hands out. All threads.
#[derive(Debug, Default)]
pub(crate) struct HostRecord {
    main: Mutex<Option<ThreadId>>,
    counts: Mutex<BTreeMap<Request, u64>>,
    callback_due: AtomicBool,
    restart_due: AtomicBool,
    flush_due: AtomicBool,
    edits: Mutex<Vec<RawOut>>,
    log: Mutex<Vec<String>>,
    misuse: Mutex<Vec<String>>,
}

impl HostRecord {
    /// The calling thread is the main thread from now on.
    pub fn adopt_main(&self) {
        *lock(&self.main) = Some(std::thread::current().id());
    }

    pub fn is_main(&self) -> bool {
        guard::pause(|| !is_audio() && *lock(&self.main) == Some(std::thread::current().id()))
    }

    /// The plugin asked for something.
    pub fn note(&self, request: Request) {
        guard::pause(|| *lock(&self.counts).entry(request).or_default() += 1);
        match request {
            Request::Callback => self.callback_due.store(true, Ordering::SeqCst),
            Request::Restart => self.restart_due.store(true, Ordering::SeqCst),
            Request::Flush => self.flush_due.store(true, Ordering::SeqCst),
            _ => {}
        }
    }

    pub fn count(&self, request: Request) -> u64 {
        lock(&self.counts).get(&request).copied().unwrap_or(0)
    }

    pub fn take_callback(&self) -> bool {
        self.callback_due.swap(false, Ordering::SeqCst)
    }

    pub fn take_restart(&self) -> bool {
        self.restart_due.swap(false, Ordering::SeqCst)
    }

    pub fn take_flush(&self) -> bool {
        self.flush_due.swap(false, Ordering::SeqCst)
    }

    /// A parameter edit told outside of process.
    pub fn edit(&self, edit: RawOut) {
        guard::pause(|| lock(&self.edits).push(edit));
    }

    pub fn take_edits(&self) -> Vec<RawOut> {
        std::mem::take(&mut *lock(&self.edits))
    }

    pub fn log(&self, line: String) {
        guard::pause(|| lock(&self.log).push(line));
    }

    pub fn logged(&self) -> Vec<String> {
        lock(&self.log).clone()
    }

    /// The plugin broke a rule of its format.
    pub fn misused(&self, what: &str) {
        guard::pause(|| lock(&self.misuse).push(what.to_owned()));
    }

    /// Records a misuse unless the calling thread is the main thread.
    pub fn expect_main(&self, what: &str) {
        if !self.is_main() {
            self.misused(&format!("{what} called off the main thread"));
        }
    }

    pub fn misuse(&self) -> Vec<String> {
        lock(&self.misuse).clone()
    }
}

/// A panic elsewhere does not make the lists wrong.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
