//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

/// How long any wait of a test may last before the test fails. Generous: a loaded machine is no bug.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How long to leave the other threads alone between two looks.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// Looks until `look` finds something.
///
/// # Panics
/// If it has not after [`PATIENCE`]; `what` says what was awaited.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Looks until `is_so` is true.
///
/// # Panics
/// If it is not after [`PATIENCE`]; `what` says what was awaited.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    wait_for(what, || is_so().then_some(()));
}
