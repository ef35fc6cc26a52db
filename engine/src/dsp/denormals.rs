//! Denormals off while sound is made.

/// Runs `make_sound` with flush-to-zero and denormals-are-zero set, and puts the float mode back.
///
/// Wraps a whole block's work, never one expression: the optimiser may move arithmetic out of a small closure.
///
/// # Real-time
/// Two register moves.
#[expect(unsafe_code, reason = "the processor's float mode has no safe interface")]
pub fn without_denormals<R>(make_sound: impl FnOnce() -> R) -> R {
    // SAFETY: only the treatment of subnormal numbers changes, rounding and traps do not; the mode is restored before
    // anything outside the closure runs, and nothing in it depends on subnormals being kept.
    unsafe { no_denormals::no_denormals(make_sound) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn tiny_numbers_become_zero_inside_and_stay_outside() {
        let halve = || black_box(f32::MIN_POSITIVE) * black_box(0.5);
        assert_eq!(without_denormals(halve), 0.0);
        assert!(halve() > 0.0);
    }
}
