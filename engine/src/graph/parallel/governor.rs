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
/// Each trial that soon fails doubles the rest, up to so many times [`REST_FRAMES`]: on a busy machine the trials are
/// what puts deadlines at risk.
const MOST_RESTS: u64 = 32;

/// Frames of memory for how long work takes.
const WORK_MEMORY: f64 = 2048.0;
/// And for how often blocks come: much longer than any block, so that a block in pieces, of which only the last is
/// followed by a pause, counts as a whole.
const PERIOD_MEMORY: f64 = 48_000.0;
/// A shared call that takes so much longer than one thread would, as part of its period, was held up: a helper lost its
/// processor in the middle of a strip.
const HELD_UP: f64 = 0.25;
/// So much longer, and once is enough.
const HELD_UP_LONG: f64 = 0.5;
/// So many of these within [`HELD_UP_FRAMES`] are not chance.
const MOST_HELD_UP: u32 = 3;
const HELD_UP_FRAMES: u64 = 48_000;

/// Ticks a frame, with weight on what was last.
#[derive(Clone, Copy, Debug, Default)]
struct Rate {
    ticks: f64,
    frames: f64,
}

impl Rate {
    /// Each frame weighs the same, in however many pieces they come.
    fn add(&mut self, ticks: u64, frames: f64, memory: f64) {
        let keep = memory / (memory + frames);
        self.ticks = self.ticks * keep + ticks as f64;
        self.frames = self.frames * keep + frames;
    }

    fn get(&self) -> Option<f64> {
        (self.frames > 0.0).then(|| self.ticks / self.frames)
    }
}

/// Chooses the way for each block and learns from how long it took.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Governor {
    pub(in super::super) mode: Parallel,
    alone: Rate,
    together: Rate,
    /// From the start of one call to the start of the next: in the long run, from block to block.
    period: Rate,
    last_start: Option<(u64, f64)>,
    /// Blocks since the last change of mind.
    blocks: u32,
    uses_lanes: bool,
    /// Frames before lanes are tried again.
    rest: u64,
    /// Rests that the next failure costs, less one; frames since lanes came into use.
    failures: u64,
    in_use: u64,
    /// Shared calls that were held up, and the frames until they are forgotten.
    held_up: u32,
    forgets_in: u64,
}

impl Governor {
    /// At the start of a block: whether to use lanes.
    pub(in super::super) fn begin(&mut self, start: u64, frames: u32) -> bool {
        if let Some((before, frames)) = self.last_start
            && start > before
        {
            self.period.add(start - before, frames, PERIOD_MEMORY);
        }
        self.last_start = Some((start, f64::from(frames.max(1))));
        self.rest = self.rest.saturating_sub(u64::from(frames));
        self.forgets_in = self.forgets_in.saturating_sub(u64::from(frames));
        self.in_use = self.in_use.saturating_add(u64::from(frames));
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

    /// Whether lanes are in use, but for single blocks that only serve to learn.
    pub(in super::super) const fn wants_lanes(&self) -> bool {
        match self.mode {
            Parallel::Off => false,
            Parallel::On => true,
            Parallel::Auto => self.uses_lanes,
        }
    }

    fn judge(&mut self) {
        let Some(alone) = self.alone.get() else { return };
        let is_heavy = self.period.get().is_some_and(|period| alone > MIN_LOAD * period);
        if self.uses_lanes {
            let pays = self.together.get().is_none_or(|together| together < MAX_RATIO * alone);
            if !is_heavy || !pays {
                self.give_up();
            }
        } else if is_heavy && self.rest == 0 {
            (self.uses_lanes, self.together, self.blocks) = (true, Rate::default(), 0);
            (self.held_up, self.forgets_in, self.in_use) = (0, 0, 0);
        }
    }

    fn give_up(&mut self) {
        if self.in_use > REST_FRAMES {
            self.failures = 0;
        }
        let rests = (self.failures + 1).min(MOST_RESTS);
        self.failures = 2 * rests - 1;
        (self.uses_lanes, self.rest, self.blocks) = (false, REST_FRAMES * rests, 0);
    }

    /// At the end of a block.
    pub(in super::super) fn end(&mut self, used_lanes: bool, ticks: u64, frames: u32) {
        let frames = f64::from(frames);
        if !used_lanes {
            return self.alone.add(ticks, frames, WORK_MEMORY);
        }
        self.together.add(ticks, frames, WORK_MEMORY);
        if let (Some(alone), Some(period)) = (self.alone.get(), self.period.get())
            && ticks as f64 > (alone + HELD_UP * period) * frames
        {
            let is_long = ticks as f64 > (alone + HELD_UP_LONG * period) * frames;
            self.count_held_up(if is_long { MOST_HELD_UP } else { 1 });
        }
    }

    /// A mean does not show what is rare and late. One thread alone is late only when it is held up itself.
    fn count_held_up(&mut self, times: u32) {
        if self.forgets_in == 0 {
            (self.held_up, self.forgets_in) = (0, HELD_UP_FRAMES);
        }
        self.held_up = self.held_up.saturating_add(times);
        if self.held_up >= MOST_HELD_UP && self.uses_lanes {
            self.give_up();
        }
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

    /// As `lived`, but each block of 512 frames comes in these pieces.
    fn lived_in_pieces(period: u64, alone: u64, together: u64, pieces: &[u32]) -> usize {
        let mut governor = Governor::default();
        let mut used = 0;
        for block in 1..=1000 {
            let mut now = block * period;
            for &frames in pieces {
                let lanes = governor.begin(now, frames);
                let ticks = if lanes { together } else { alone } * u64::from(frames) / 512;
                now += ticks;
                governor.end(lanes, ticks, frames);
                used += usize::from(lanes && block > 800);
            }
        }
        used
    }

    #[test]
    fn blocks_that_are_cut_at_events_come_no_more_often() {
        for pieces in [&[512][..], &[100, 412], &[1, 63, 64, 100, 284], &[128; 4]] {
            let all = 200 * pieces.len();
            assert!(lived_in_pieces(80_000, 40_000, 22_000, pieces) > all * 9 / 10, "half of the time: {pieces:?}");
            assert_eq!(lived_in_pieces(80_000, 4_000, 2_200, pieces), 0, "a twentieth of the time: {pieces:?}");
        }
    }

    #[test]
    fn lanes_that_are_held_up_now_and_then_are_left_although_the_mean_is_better() {
        let late_every = |every: u64, late: u64| {
            let mut governor = Governor::default();
            let mut used = vec![];
            for block in 1..8000_u64 {
                let lanes = governor.begin(block * 1000, 64);
                let late = if block > 1000 && block.is_multiple_of(every) { late } else { 0 };
                governor.end(lanes, if lanes { 260 + late } else { 500 }, 64);
                used.push(lanes);
            }
            used
        };
        assert!(late_every(150, 600)[2000..].iter().all(|lanes| !lanes), "five times a second");
        assert!(late_every(2000, 600)[2000..].iter().filter(|lanes| **lanes).count() > 5500, "once in three seconds");
        assert!(late_every(2000, 900)[2001..].iter().all(|lanes| !lanes), "by more than half of the period");
    }

    #[test]
    fn trials_that_fail_again_and_again_become_rare() {
        let mut governor = Governor::default();
        let mut starts = vec![];
        let mut before = false;
        for block in 1..200_000_u64 {
            let lanes = governor.begin(block * 1000, 64);
            governor.end(lanes, if lanes { 600 } else { 500 }, 64);
            if lanes && !before && governor.in_use < 128 {
                starts.push(block);
            }
            before = lanes;
        }
        let rests: Vec<u64> = starts.windows(2).map(|pair| (pair[1] - pair[0]) * 64 / REST_FRAMES).collect();
        assert_eq!(rests, [1, 2, 4, 8], "in tens of seconds");
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
