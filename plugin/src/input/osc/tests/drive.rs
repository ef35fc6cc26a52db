//! Drives that hang until they are told to answer, by the file that is on them.

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

/// The drive of this file hangs until it is told to answer, or this is dropped. One test at a time has one, to its end:
/// while a port with such a drive ends, no other port is opened.
pub struct Hanging {
    file: PathBuf,
    _one: MutexGuard<'static, ()>,
}

impl Hanging {
    pub fn new(file: &Path) -> Self {
        static ONE: Mutex<()> = Mutex::new(());
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        hanging().push(file.to_owned());
        Self { file: file.to_owned(), _one: one }
    }

    pub fn answer(&self) {
        hanging().retain(|file| *file != self.file);
        HANGING.1.notify_all();
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        self.answer();
    }
}
