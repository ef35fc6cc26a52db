//! Which strip is next: the one word that lanes share.

use std::sync::atomic::{AtomicU64, Ordering};

/// Epoch of the sub-block (32 bits), number of strips (16), next strip to claim (16).
///
/// All in one word: a lane that comes late, from a sub-block that is over, fails to swap it and has touched nothing.
/// Only a lane that sleeps through 2^32 sub-blocks, two months of audio, in the middle of a claim could be fooled.
#[derive(Debug, Default)]
pub(super) struct Claim(AtomicU64);

const fn pack(epoch: u32, count: u16, next: u16) -> u64 {
    (epoch as u64) << 32 | (count as u64) << 16 | next as u64
}

#[expect(clippy::cast_possible_truncation, reason = "takes the word apart")]
const fn unpack(word: u64) -> (u32, u16, u16) {
    ((word >> 32) as u32, (word >> 16) as u16, word as u16)
}

impl Claim {
    /// Offers `count` strips. What lanes need to run them is published before.
    pub(super) fn open(&self, epoch: u32, count: u16) {
        self.0.store(pack(epoch, count, 0), Ordering::Release);
    }

    /// Whether there is something to claim.
    #[cfg(any(test, feature = "parallel"))]
    pub(super) fn is_open(&self) -> bool {
        let (_, count, next) = unpack(self.0.load(Ordering::Relaxed));
        next < count
    }

    /// Claims a strip: its epoch and index. `None` when all are claimed.
    ///
    /// After this what was published for the epoch may be used until the strip is stamped.
    pub(super) fn next(&self) -> Option<(u32, u16)> {
        let mut word = self.0.load(Ordering::Acquire);
        loop {
            let (epoch, count, next) = unpack(word);
            if next >= count {
                return None;
            }
            let claimed = pack(epoch, count, next + 1);
            match self.0.compare_exchange_weak(word, claimed, Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => return Some((epoch, next)),
                Err(other) => word = other,
            }
        }
    }
}

#[cfg(test)]
mod tests;
