//! Wakes those who wait for something to do.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A bell that several threads hear. Clones are the same bell. Never on the audio thread while the host is in real
/// time.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// How often it was rung.
    rings: Mutex<u64>,
    rung: Condvar,
}

impl Bell {
    /// Wakes everyone who waits. Blocks no longer than it takes to count.
    pub(crate) fn ring(&self) {
        *self.0.rings.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.rung.notify_all();
    }

    /// Waits until it has been rung more often than the `heard` times that the caller knows of, or for so long.
    pub(crate) fn wait(&self, heard: &mut u64, patience: Duration) {
        let rings = self.0.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.rung.wait_timeout_while(rings, patience, |rings| *rings == *heard);
        *heard = *waited.unwrap_or_else(PoisonError::into_inner).0;
    }
}
