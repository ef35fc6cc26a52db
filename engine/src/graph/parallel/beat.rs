//! When the next block is due, for helpers to be awake. Audio side.

/// Work that begins so long after the call before has ended is a new block, and not a piece of the same, in nanoseconds.
const PAUSE_NS: f64 = 60_000.0;
/// Blocks that come less often are not waited for, in nanoseconds.
const LONGEST_NS: f64 = 25_000_000.0;

/// The rhythm of the host's blocks, in ticks.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Beat {
    pause: u64,
    longest: u64,
    block_start: u64,
    last_end: u64,
    /// The last two times from block to block.
    periods: [u64; 2],
}

impl Beat {
    /// Without a counter nothing is ever due.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some millions of ticks")]
    pub(in super::super) fn new(ticks_per_ns: Option<f64>) -> Self {
        let ticks = |ns: f64| (ns * ticks_per_ns.unwrap_or(0.0)) as u64;
        Self { pause: ticks(PAUSE_NS), longest: ticks(LONGEST_NS), ..Self::default() }
    }

    /// A call begins. Returns when the block after this one is due; 0 if that cannot be told: one long pause says nothing,
    /// and long blocks are worth coming late to.
    pub(in super::super) fn begin(&mut self, now: u64) -> u64 {
        if now.saturating_sub(self.last_end) > self.pause {
            self.periods = [now.saturating_sub(self.block_start), self.periods[0]];
            self.block_start = now;
        }
        let [last, before] = self.periods;
        let is_steady = last.max(before) <= 2 * last.min(before) && last < self.longest;
        if is_steady { self.block_start + last } else { 0 }
    }

    /// It ends.
    pub(in super::super) const fn end(&mut self, now: u64) {
        self.last_end = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block at each of these times in microseconds, in two calls of 20 us. What is due after each.
    fn due(times: &[u64]) -> Vec<u64> {
        let mut beat = Beat::new(Some(1.0));
        let mut block = |at: u64| {
            let first = beat.begin(at * 1000);
            beat.end((at + 20) * 1000);
            assert_eq!(beat.begin((at + 21) * 1000), first, "a piece of the same block");
            beat.end((at + 41) * 1000);
            first / 1000
        };
        times.iter().map(|&at| block(at)).collect()
    }

    #[test]
    fn the_next_block_is_due_after_as_long_as_the_last_one() {
        assert_eq!(due(&[100_000, 101_333, 102_666, 104_000])[2..], [103_999, 105_334]);
        assert_eq!(due(&[100_000, 101_333, 102_666, 900_000, 901_333, 902_666])[3..], [0, 0, 903_999], "a long pause");
        assert_eq!(due(&[100_000, 200_000, 300_000])[2], 0, "too long to wait for");
    }

    #[test]
    fn without_a_counter_nothing_is_due() {
        let mut beat = Beat::new(None);
        assert_eq!([0; 5].map(|now| (beat.begin(now), beat.end(now)).0), [0; 5]);
    }
}
