//! What only the system can say or give: priority, the thread's own time, a sleep until a moment.

/// Asks for real-time priority (`SCHED_FIFO`) for this thread alone; whether it was given.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "a question to the system")]
pub fn ask_for_this_thread() -> bool {
    let param = libc::sched_param { sched_priority: 70 };
    // Threads that the plugin starts from here keep ordinary priority.
    // SAFETY: the parameter outlives the call; 0 is the calling thread.
    unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO | libc::SCHED_RESET_ON_FORK, &raw const param) == 0 }
}

#[cfg(not(target_os = "linux"))]
pub const fn ask_for_this_thread() -> bool {
    false
}

/// Nanoseconds that this thread has run so far; 0 where the system does not tell.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "a question to the system")]
pub fn own_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the place for the answer outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    time.tv_sec.unsigned_abs() * 1_000_000_000 + time.tv_nsec.unsigned_abs()
}

#[cfg(not(target_os = "linux"))]
pub const fn own_ns() -> u64 {
    0
}
