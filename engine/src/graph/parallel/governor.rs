//! Whether lanes pay, by measurement.

/// How a graph may use its helpers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Parallel {
    /// Never.
    Off,
    /// When it was measured to be faster.
    #[default]
    Auto,
    /// Always, when there is someone to help. For tests and offline renders.
    On,
}

/// Below this part of the time between blocks a second thread is not worth waking.
const MIN_LOAD: f64 = 0.08;
/// Lanes must take less than this part of the time that one thread takes.
const MAX_RATIO: f64 = 0.9;
/// Blocks in a trial of one way.
const TRIAL_BLOCKS: u32 = 32;
/// While lanes are in use, one block in so many is made by one thread, to know what that would cost.
const PROBE_EVERY: u32 = 64;
/// After lanes did not pay: frames before the next trial. Ten seconds at 48 kHz.
const REST_FRAMES: u64 = 480_000;

/// A running mean of ticks a frame.
#[derive(Clone, Copy, Debug, Default)]
struct Mean(Option<f64>);

impl Mean {
    fn add(&mut self, value: f64) {
        self.0 = Some(self.0.map_or(value, |mean| mean + (value - mean) / 16.0));
    }
}

/// Chooses the way for each block and learns from how long it took.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Governor {
    pub(in super::super) mode: Parallel,
    alone: Mean,
    together: Mean,
    /// Ticks a frame from the start of one block to the start of the next.
    period: Mean,
    last_start: Option<(u64, f64)>,
    /// Blocks since the last change of mind.
    blocks: u32,
    uses_lanes: bool,
    /// Frames before lanes are tried again.
    rest: u64,
}

impl Governor {
    /// At the start of a block: whether to use lanes.
    pub(in super::super) fn begin(&mut self, start: u64, frames: u32) -> bool {
        if let Some((before, frames)) = self.last_start
            && start > before
        {
            self.period.add((start - before) as f64 / frames);
        }
        self.last_start = Some((start, f64::from(frames.max(1))));
        self.rest = self.rest.saturating_sub(u64::from(frames));
        match self.mode {
            Parallel::Off => false,
            Parallel::On => true,
            Parallel::Auto => self.choose(start),
        }
    }

    fn choose(&mut self, start: u64) -> bool {
        self.blocks += 1;
        if start == 0 || (self.uses_lanes && self.blocks.is_multiple_of(PROBE_EVERY)) {
            return false;
        }
        if self.blocks >= TRIAL_BLOCKS && self.blocks.is_multiple_of(TRIAL_BLOCKS) {
            self.judge();
        }
        self.uses_lanes
    }

    fn judge(&mut self) {
        let Some(alone) = self.alone.0 else { return };
        let is_heavy = self.period.0.is_some_and(|period| alone > MIN_LOAD * period);
        if self.uses_lanes {
            let pays = self.together.0.is_none_or(|together| together < MAX_RATIO * alone);
            if !is_heavy || !pays {
                (self.uses_lanes, self.rest, self.blocks) = (false, REST_FRAMES, 0);
            }
        } else if is_heavy && self.rest == 0 {
            (self.uses_lanes, self.together, self.blocks) = (true, Mean::default(), 0);
        }
    }

    /// At the end of a block.
    pub(in super::super) fn end(&mut self, used_lanes: bool, ticks: u64, frames: u32) {
        let per_frame = ticks as f64 / f64::from(frames.max(1));
        if used_lanes { self.together.add(per_frame) } else { self.alone.add(per_frame) }
    }

    /// Another plan: what was measured no longer holds.
    pub(in super::super) fn forget(&mut self) {
        *self = Self { mode: self.mode, ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of 64 frames once in `period` ticks that take so many ticks alone and together. Returns how many of the
    /// last thousand used lanes.
    fn lived(period: u64, alone: u64, together: u64, blocks: u64) -> usize {
        let mut governor = Governor::default();
        let mut used = 0;
        for block in 1..=blocks {
            let lanes = governor.begin(block * period, 64);
            governor.end(lanes, if lanes { together } else { alone }, 64);
            used += usize::from(lanes && block > blocks - 1000);
        }
        used
    }

    #[test]
    fn lanes_are_used_when_they_pay_and_are_needed() {
        assert!(lived(1000, 500, 260, 3000) > 950, "half the time, and a heavy load");
        assert_eq!(lived(1000, 50, 30, 3000), 0, "too little work to bother");
        assert_eq!(lived(1000, 500, 600, 3000), 0, "slower: tried once, then left alone");
    }

    #[test]
    fn off_is_off_and_on_is_on() {
        for (mode, uses) in [(Parallel::Off, false), (Parallel::On, true)] {
            let mut governor = Governor { mode, ..Governor::default() };
            assert!((1..500).all(|block| governor.begin(block * 100, 64) == uses));
        }
    }

    #[test]
    fn lanes_that_stop_paying_are_left_for_ten_seconds() {
        let mut governor = Governor::default();
        let mut together = 250;
        let mut used = vec![];
        for block in 1..20_000_u64 {
            if block == 5000 {
                together = 2000;
            }
            let lanes = governor.begin(block * 1000, 64);
            governor.end(lanes, if lanes { together } else { 500 }, 64);
            used.push(lanes);
        }
        assert!(used[4000..4900].iter().filter(|lanes| **lanes).count() > 850);
        let back = 5100 + 7000;
        assert!(used[5100..back].iter().all(|lanes| !lanes), "7500 blocks are ten seconds");
        assert!(used[back..].iter().any(|lanes| *lanes), "then it tries again");
    }
}
