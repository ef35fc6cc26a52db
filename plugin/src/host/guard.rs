//! The line that a panic does not cross.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work`; if it panics, gives `otherwise`. Unwinding into a host's C or COM frames would abort the whole DAW.
///
/// What `work` touches must stay usable after a panic in its middle: atomics, cells that free their borrow when
/// unwound, plain data that the next block overwrites.
pub(crate) fn guard<T>(otherwise: T, work: impl FnOnce() -> T) -> T {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(value) => value,
        Err(payload) => {
            // Left to leak: dropping it would free memory on the audio thread, and may itself panic.
            std::mem::forget(payload);
            otherwise
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_the_other_value() {
        assert_eq!(guard(1, || 2), 2);
        assert_eq!(guard(1, || std::panic::panic_any(0_u8)), 1);
    }
}
