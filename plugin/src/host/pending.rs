//! Values that came while no block was in hand: the next block takes them. Lock-free from any thread.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Marks a slot that holds a value; the value's bits are below it.
const FULL: u64 = 1 << 32;

/// One waiting value for each slot; a later value replaces an earlier one.
pub(super) struct Pending {
    /// Something may wait. Saves the block from looking into every slot.
    any: AtomicBool,
    slots: Box<[AtomicU64]>,
}

impl Pending {
    pub(super) fn new(slots: usize) -> Self {
        Self { any: AtomicBool::new(false), slots: (0..slots).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Any thread.
    pub(super) fn post(&self, slot: usize, value: f32) {
        if let Some(cell) = self.slots.get(slot) {
            cell.store(FULL | u64::from(value.to_bits()), Ordering::Release);
            self.any.store(true, Ordering::Release);
        }
    }

    /// Gives a value back that could not be delivered, unless a newer one waits already.
    pub(super) fn post_older(&self, slot: usize, value: f32) {
        if let Some(cell) = self.slots.get(slot) {
            let word = FULL | u64::from(value.to_bits());
            if cell.compare_exchange(0, word, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                self.any.store(true, Ordering::Release);
            }
        }
    }

    /// Audio thread: something may wait, and the flag is lowered. To be followed by a [`Pending::take`] of every slot.
    pub(super) fn any(&self) -> bool {
        // A plain read first: the swap is a locked instruction.
        self.any.load(Ordering::Relaxed) && self.any.swap(false, Ordering::AcqRel)
    }

    /// Audio thread.
    #[allow(clippy::cast_possible_truncation, reason = "the value's bits are the lower half")]
    pub(super) fn take(&self, slot: usize) -> Option<f32> {
        let word = self.slots.get(slot)?.swap(0, Ordering::AcqRel);
        (word & FULL != 0).then(|| f32::from_bits(word as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_value_wins_and_is_taken_once() {
        let pending = Pending::new(2);
        assert!(!pending.any());
        pending.post(1, 0.25);
        pending.post(1, -0.0);
        assert!(pending.any());
        assert_eq!(pending.take(0), None);
        assert_eq!(pending.take(1).map(f32::to_bits), Some((-0.0_f32).to_bits()));
        assert_eq!(pending.take(1), None);
        assert!(!pending.any());
    }

    #[test]
    fn an_older_value_does_not_replace_a_newer_one() {
        let pending = Pending::new(1);
        pending.post(0, 2.0);
        pending.post_older(0, 1.0);
        assert_eq!(pending.take(0), Some(2.0));
        pending.post_older(0, 1.0);
        assert!(pending.any());
        assert_eq!(pending.take(0), Some(1.0));
    }

    #[test]
    fn a_slot_that_does_not_exist_is_ignored() {
        let pending = Pending::new(1);
        pending.post(7, 2.0);
        assert_eq!(pending.take(7), None);
    }
}
