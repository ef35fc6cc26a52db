//! The processor's treatment of denormals, as something that one thread can take over from another.
#![allow(unsafe_code, reason = "the processor's float mode has no safe interface")]

/// A float mode: rounding, traps, and whether denormals count as zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatMode(pub(crate) u64);

#[cfg(target_arch = "x86_64")]
mod register {
    pub(super) fn read() -> u64 {
        let mut mode = 0_u32;
        // SAFETY: stores the register to a place of its size.
        unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut mode, options(nostack, preserves_flags)) };
        u64::from(mode)
    }

    pub(super) fn write(mode: u64) {
        let mode = u32::try_from(mode).unwrap_or_default();
        // SAFETY: the value was read from this register, on this or another thread of this process.
        unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &raw const mode, options(nostack, preserves_flags)) };
    }
}

#[cfg(target_arch = "aarch64")]
mod register {
    pub(super) fn read() -> u64 {
        let mode: u64;
        // SAFETY: only reads the register.
        unsafe { std::arch::asm!("mrs {}, fpcr", out(reg) mode, options(nomem, nostack, preserves_flags)) };
        mode
    }

    pub(super) fn write(mode: u64) {
        // SAFETY: the value was read from this register, on this or another thread of this process.
        unsafe { std::arch::asm!("msr fpcr, {}", in(reg) mode, options(nomem, nostack, preserves_flags)) };
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod register {
    pub(super) const fn read() -> u64 {
        0
    }

    pub(super) const fn write(_: u64) {}
}

impl FloatMode {
    /// This thread's.
    #[must_use]
    pub fn current() -> Self {
        Self(register::read())
    }

    /// Makes sound in this mode, and puts the thread's own back.
    pub fn with<R>(self, make_sound: impl FnOnce() -> R) -> R {
        let before = Self::current();
        register::write(self.0);
        let made = make_sound();
        register::write(before.0);
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::without_denormals;
    use std::hint::black_box;

    #[test]
    fn another_thread_takes_the_mode_over_and_gives_it_back() {
        let halve = || black_box(f32::MIN_POSITIVE) * black_box(0.5);
        let mode = without_denormals(FloatMode::current);
        let (inside, outside) = std::thread::spawn(move || (mode.with(halve), halve())).join().unwrap();
        assert_eq!(inside, 0.0);
        assert!(outside > 0.0 || !cfg!(any(target_arch = "x86_64", target_arch = "aarch64")));
    }
}
