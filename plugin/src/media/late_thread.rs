//! A thread that begins with the first question.

use std::thread::{self, JoinHandle};

/// See the module. Its owner tells it to end, then joins it.
#[derive(Debug)]
pub(super) struct LateThread {
    name: &'static str,
    thread: Option<JoinHandle<()>>,
}

impl LateThread {
    /// Costs no thread yet.
    pub const fn new(name: &'static str) -> Self {
        Self { name, thread: None }
    }

    /// Begins, unless it has. Where the system gives no thread, the next question asks for one again.
    pub fn begin(&mut self, run: impl FnOnce() + Send + 'static) {
        if self.thread.is_none() {
            self.thread = thread::Builder::new().name(self.name.to_owned()).spawn(run).ok();
        }
    }

    /// Whether it has begun.
    #[cfg(test)]
    pub const fn has_begun(&self) -> bool {
        self.thread.is_some()
    }

    /// Waits until it has ended, as it was told before.
    pub fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // One that panicked has nothing left to say.
            let _ = thread.join();
        }
    }
}
