//! Decoding that stands still where a test wants it to: a disk or a network that is slow.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// For tests, of this crate and others. As long as it lives, a file is decoded up to a frame and no further. Other files
/// are not held up.
#[derive(Debug)]
pub struct Hold(PathBuf);

static ANY: AtomicBool = AtomicBool::new(false);
static HELD: Mutex<Vec<Held>> = Mutex::new(Vec::new());
static MOVED: Condvar = Condvar::new();

#[derive(Debug)]
struct Held {
    path: PathBuf,
    /// It stands still from here on.
    at: usize,
    /// How far it has come.
    reached: usize,
}

/// How long the loader waits before it looks after its other files.
const LOOK: Duration = Duration::from_millis(2);

impl Hold {
    /// From now on this file is decoded up to the packet with this frame. One hold for a file.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>, frame: usize) -> Self {
        let path = path.into();
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.push(Held { path: path.clone(), at: frame, reached: 0 });
        ANY.store(true, Ordering::Release);
        Self(path)
    }

    /// Now it may go on up to this frame.
    pub fn move_to(&self, frame: usize) {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter_mut().filter(|held| held.path == self.0).for_each(|held| held.at = frame);
        drop(held);
        MOVED.notify_all();
    }

    /// How many frames are decoded.
    #[must_use]
    pub fn reached(&self) -> usize {
        let held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().find(|held| held.path == self.0).map_or(0, |held| held.reached)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|held| held.path != self.0);
        ANY.store(!held.is_empty(), Ordering::Release);
        drop(held);
        MOVED.notify_all();
    }
}

/// Whether a file stands still at this frame. Then it has waited a moment for that to change.
pub(super) fn stands(path: &Path, frame: usize) -> bool {
    if !ANY.load(Ordering::Relaxed) {
        return false;
    }
    let look = |held: &mut Vec<Held>| {
        let mine = held.iter_mut().find(|held| held.path == path);
        mine.is_some_and(|held| {
            held.reached = frame;
            held.at <= frame
        })
    };
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    if !look(&mut held) {
        return false;
    }
    let (mut held, _) = MOVED.wait_timeout(held, LOOK).unwrap_or_else(PoisonError::into_inner);
    look(&mut held)
}
