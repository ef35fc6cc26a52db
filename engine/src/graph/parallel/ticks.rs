//! A clock for comparing durations, read without a system call.

/// Ticks of the processor's own counter; 0 where there is none.
#[cfg(target_arch = "x86_64")]
pub(in super::super) fn now() -> u64 {
    #[allow(unsafe_code, unused_unsafe, reason = "every x86-64 has the counter")]
    // SAFETY: reads a counter.
    unsafe {
        std::arch::x86_64::_rdtsc()
    }
}

/// Ticks of the processor's own counter; 0 where there is none.
#[cfg(target_arch = "aarch64")]
pub(in super::super) fn now() -> u64 {
    let ticks: u64;
    #[allow(unsafe_code, reason = "the counter is readable from programs")]
    // SAFETY: reads a counter.
    unsafe {
        std::arch::asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags));
    }
    ticks
}

/// Ticks of the processor's own counter; 0 where there is none.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(in super::super) const fn now() -> u64 {
    0
}
