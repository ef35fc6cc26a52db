//! The clock of Link on Linux: CLOCK_MONOTONIC_RAW. The standard library's instants are of another one.

use std::time::Instant;

/// Now, in microseconds.
pub fn now_micros() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a valid place for the result.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC_RAW, &raw mut now) };
    now.tv_sec as f64 * 1e6 + now.tv_nsec as f64 / 1e3
}

/// An instant of the last moments, or the next, on that clock: over a short time both run alike.
pub fn micros_of(instant: Instant) -> f64 {
    // The nearest pair of looks: the thread may be held up between the two.
    let pair = || {
        let before = Instant::now();
        let raw = now_micros();
        (before.elapsed(), before, raw)
    };
    let (_, at, raw) = (0..5).map(|_| pair()).min_by_key(|(gap, ..)| *gap).expect("five looks");
    let since = instant
        .checked_duration_since(at)
        .map_or_else(|| -at.saturating_duration_since(instant).as_secs_f64(), |ahead| ahead.as_secs_f64());
    raw + since * 1e6
}
