//! The window's size: kept while it is closed, read and set by whoever saves the project.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::theme::{DEFAULT_SIZE, MIN_SIZE};

/// No screen is larger than this, in logical points.
const MAX_SIDE: u32 = 16_384;

/// The size of the editor in logical points, and the scale of the screen it was last on. A handle: clones are the same
/// size. Any thread.
#[derive(Clone, Debug)]
pub struct EditorSize(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Width in the upper half, height in the lower.
    logical: AtomicU64,
    /// Bits of an `f64`.
    scale: AtomicU64,
}

impl Default for EditorSize {
    fn default() -> Self {
        let shared = Shared { logical: AtomicU64::new(pack(DEFAULT_SIZE)), scale: AtomicU64::new(1.0_f64.to_bits()) };
        Self(Arc::new(shared))
    }
}

impl EditorSize {
    /// Width and height in logical points.
    #[must_use]
    pub fn get(&self) -> [u32; 2] {
        unpack(self.0.logical.load(Ordering::Relaxed))
    }

    /// Sets the size for the next opening; too small is the smallest, absurd is the largest.
    pub fn set(&self, [width, height]: [u32; 2]) {
        let size = [width.clamp(MIN_SIZE[0], MAX_SIDE), height.clamp(MIN_SIZE[1], MAX_SIDE)];
        self.0.logical.store(pack(size), Ordering::Relaxed);
    }

    /// Pixels in a logical point, as the last window told.
    #[must_use]
    pub fn scale(&self) -> f64 {
        f64::from_bits(self.0.scale.load(Ordering::Relaxed))
    }

    /// Remembers the pixels in a logical point.
    pub fn set_scale(&self, scale: f64) {
        if scale.is_finite() && (0.25..=8.0).contains(&scale) {
            self.0.scale.store(scale.to_bits(), Ordering::Relaxed);
        }
    }
}

const fn pack([width, height]: [u32; 2]) -> u64 {
    ((width as u64) << 32) | height as u64
}

#[allow(clippy::cast_possible_truncation, reason = "the halves of what `pack` made")]
const fn unpack(both: u64) -> [u32; 2] {
    [(both >> 32) as u32, both as u32]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_the_same_size() {
        let size = EditorSize::default();
        assert_eq!(size.get(), DEFAULT_SIZE);
        size.clone().set([1300, 801]);
        assert_eq!(size.get(), [1300, 801]);
    }

    #[test]
    fn a_hostile_size_is_taken_at_the_nearest_bound() {
        let size = EditorSize::default();
        size.set([0, u32::MAX]);
        assert_eq!(size.get(), [MIN_SIZE[0], MAX_SIDE]);
        size.set_scale(f64::NAN);
        size.set_scale(1e9);
        assert_eq!(size.scale(), 1.0);
        size.set_scale(2.0);
        assert_eq!(size.scale(), 2.0);
    }
}
