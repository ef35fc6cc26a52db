//! What the strips of a plan cost, measured while it plays, for the plan after it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use super::nodes::{Biquad, FilterMode};
use super::parallel::now;
use super::plan::NodeCell;
use super::{DspNode, IoSetup, SUB_BLOCK_FRAMES, StereoBlock, Width};

/// One sub-block in so many is measured.
pub(super) const SAMPLE_EVERY: u64 = 16;
/// Shorter sub-blocks say little about a whole one.
const MIN_FRAMES: u32 = 16;

/// Ticks that each strip of a plan takes for a whole sub-block. Written by the lane that has the strip.
#[derive(Debug, Default)]
pub(super) struct StripCosts(Box<[Cost]>);

#[derive(Debug, Default)]
struct Cost {
    ticks: AtomicU32,
    /// Samples so far, up to [`FIRST_SAMPLES`].
    samples: AtomicU32,
}

/// Of the first samples the least counts: any of them may have been held up.
const FIRST_SAMPLES: u32 = 4;

impl StripCosts {
    /// Nothing measured yet.
    pub(super) fn new(strips: usize) -> Self {
        Self((0..strips).map(|_| Cost::default()).collect())
    }

    /// Whether there is anything to measure.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A strip took so many ticks for so many frames. The figure goes up faster than down, to where about one sample in
    /// nine is above it: what a strip costs while it sounds counts, and not that a lane was once held up in it.
    ///
    /// # Real-time
    /// Bounded; nothing else.
    pub(super) fn add(&self, strip: usize, ticks: u64, frames: u32) {
        let Some(cost) = self.0.get(strip) else { return };
        if frames < MIN_FRAMES || ticks == 0 {
            return;
        }
        let now = u32::try_from(ticks * SUB_BLOCK_FRAMES as u64 / u64::from(frames)).unwrap_or(u32::MAX);
        let (before, samples) = (cost.ticks.load(Ordering::Relaxed), cost.samples.load(Ordering::Relaxed));
        let after = match samples {
            0 => now,
            1..FIRST_SAMPLES => before.min(now),
            _ if now > before => before.saturating_add(before / 8 + 1).min(now),
            _ => (before - before / 64).max(now),
        };
        cost.ticks.store(after.max(1), Ordering::Relaxed);
        cost.samples.store((samples + 1).min(FIRST_SAMPLES), Ordering::Relaxed);
    }

    fn ticks(&self, strip: usize) -> Option<u32> {
        self.0.get(strip).map(|cost| cost.ticks.load(Ordering::Relaxed)).filter(|ticks| *ticks > 0)
    }
}

/// What the compiler took the strips of a plan for. Control side.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) measured: Arc<StripCosts>,
    /// What it was taken to cost, in nanoseconds.
    pub(super) strips: Vec<Expected>,
}

/// A strip.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) cost_ns: u64,
    /// Its nodes, each with its own cost.
    pub(super) nodes: Vec<(Arc<NodeCell>, u64)>,
}

impl Ledger {
    /// Corrects the nodes' costs by what their strips took, given the ticks of a nanosecond. What a strip took is dealt
    /// out as it was expected: a node that is much dearer than it said soon has a strip of its own.
    pub(super) fn settle(&self, ticks_per_ns: f64) {
        for (strip, Expected { cost_ns, nodes }) in self.strips.iter().enumerate() {
            let Some(ticks) = self.measured.ticks(strip) else { continue };
            let factor = f64::from(ticks) / ticks_per_ns / (*cost_ns).max(1) as f64;
            for (cell, before_ns) in nodes {
                cell.set_cost_ns((*before_ns).max(1) as f64 * factor);
            }
        }
    }
}

/// Ticks of a nanosecond, as [`DspNode::cost_hint_ns`] counts them: a biquad's hint against how long one takes here.
/// `None` without a counter. Not real-time: the first time it runs some.
pub(super) fn ticks_per_ns() -> Option<f64> {
    static TICKS: OnceLock<Option<f64>> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let mut filter = Biquad::new(FilterMode::Peak, Width::Mono, 1000.0, 0.7, 1.0);
        let (mut input, mut output) = (StereoBlock::SILENT, StereoBlock::SILENT);
        input.channels_mut()[0].fill(0.5);
        let one = |_| {
            let start = now();
            filter.process(IoSetup::new(&[&input], &mut output, SUB_BLOCK_FRAMES).io());
            now().saturating_sub(start)
        };
        // The least of many: whatever else the machine does only adds.
        let ticks = (0..200).map(one).min().filter(|ticks| *ticks > 0)?;
        Some(ticks as f64 / f64::from(Biquad::new(FilterMode::Peak, Width::Mono, 1000.0, 0.7, 1.0).cost_hint_ns()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_goes_up_when_a_strip_sounds_and_is_not_led_astray_by_one_that_was_held_up() {
        let costs = StripCosts::new(1);
        costs.add(0, 900_000, 64);
        (0..3).for_each(|_| costs.add(0, 500, 32));
        assert_eq!(costs.ticks(0), Some(1000), "the first one was held up");
        costs.add(0, 1_000_000, 64);
        assert_eq!(costs.ticks(0), Some(1126));
        (0..100).for_each(|_| costs.add(0, 1000, 64));
        assert_eq!(costs.ticks(0), Some(1000));
        (0..30).for_each(|_| costs.add(0, 8000, 64));
        assert_eq!(costs.ticks(0), Some(8000));
        (0..20).for_each(|_| costs.add(0, 10, 64));
        assert!(costs.ticks(0).unwrap() > 5000, "a pause is not the end");
        costs.add(0, 9, 5);
        costs.add(3, 9, 64);
        assert_eq!(costs.ticks(3), None);
    }
}
