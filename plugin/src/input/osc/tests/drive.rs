//! A drive that hangs until it is told to answer: every file whose name has `on-a-hanging-drive` in it is on it.

use std::path::Path;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

static HANGS: (Mutex<bool>, Condvar) = (Mutex::new(false), Condvar::new());

/// Whoever looks at a file of the drive waits here while it hangs.
pub(in super::super) fn hang_on(path: &Path) {
    if path.to_string_lossy().contains("on-a-hanging-drive") {
        let (hangs, answers) = &HANGS;
        let hangs = hangs.lock().unwrap_or_else(PoisonError::into_inner);
        drop(answers.wait_while(hangs, |hangs| *hangs));
    }
}

/// It hangs until this is dropped. One test at a time has it.
pub struct Hanging(#[expect(dead_code, reason = "held for as long as it hangs")] MutexGuard<'static, ()>);

impl Hanging {
    pub fn new() -> Self {
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        *HANGS.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        Self(one)
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        *HANGS.0.lock().unwrap_or_else(PoisonError::into_inner) = false;
        HANGS.1.notify_all();
    }
}
