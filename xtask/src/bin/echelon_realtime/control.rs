//! What the machine itself does to a piece of work that is always the same: the calls of the plugin are seen beside it.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// About what a call of the plugin takes, alone on a processor.
const LENGTH: Duration = Duration::from_micros(100);
/// Steps of the first try; and of how many tries the shortest counts.
const FIRST_STEPS: u32 = 10_000;
const TRIES: usize = 50;

/// Arithmetic in registers: no memory, no branch that anyone could foresee wrongly, nothing of ours.
#[derive(Clone, Copy, Debug)]
pub struct FixedWork {
    steps: u32,
}

impl FixedWork {
    /// Of a tenth of a millisecond, by what this processor does when nobody disturbs it.
    pub fn new() -> Self {
        let first = Self { steps: FIRST_STEPS };
        let least = (0..TRIES).map(|_| first.took()).min().unwrap_or(LENGTH).max(Duration::from_nanos(1));
        let ratio = LENGTH.as_secs_f64() / least.as_secs_f64();
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a processor does less than 1e12 a second"
        )]
        Self { steps: (f64::from(FIRST_STEPS) * ratio).max(1.0) as u32 }
    }

    /// Does it, and says how long that took by the clock on the wall.
    pub fn took(self) -> Duration {
        let began = Instant::now();
        let mut state = black_box(0x9e37_79b9_u32);
        for _ in 0..self.steps {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
        }
        black_box(state);
        began.elapsed()
    }
}
