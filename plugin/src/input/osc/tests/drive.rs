//! Drives that hang until they are told to answer: each test has its own, by the file that is on it.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

static HANGING: (Mutex<Vec<PathBuf>>, Condvar) = (Mutex::new(Vec::new()), Condvar::new());

fn hanging() -> MutexGuard<'static, Vec<PathBuf>> {
    HANGING.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whoever looks at a file waits here while its drive hangs.
pub(in super::super) fn hang_on(path: &Path) {
    drop(HANGING.1.wait_while(hanging(), |hanging| hanging.iter().any(|file| file == path)));
}

/// The drive of this file hangs until this is dropped.
pub struct Hanging(PathBuf);

impl Hanging {
    pub fn new(file: &Path) -> Self {
        hanging().push(file.to_owned());
        Self(file.to_owned())
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        hanging().retain(|file| *file != self.0);
        HANGING.1.notify_all();
    }
}
