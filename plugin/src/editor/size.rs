//! The window's size: kept while it is closed, read and set by whoever saves the project.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::theme::{DEFAULT_SIZE, MIN_SIZE, Theme};

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
    /// Zoom in per cent above the theme's bit.
    look: AtomicU32,
}

/// How the editor looks, by choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The size of everything, in per cent.
    pub zoom_percent: u16,
    /// Its colours.
    pub theme: Theme,
}

impl Look {
    /// The zooms that there are, in per cent.
    pub const ZOOMS: [u16; 5] = [100, 125, 150, 175, 200];

    /// The zoom as a factor.
    #[must_use]
    pub fn zoom(self) -> f32 {
        f32::from(self.zoom_percent) / 100.0
    }

    /// As two numbers, for a project.
    #[must_use]
    pub const fn packed(self) -> u32 {
        ((self.zoom_percent as u32) << 1) | matches!(self.theme, Theme::Light) as u32
    }

    /// From [`Look::packed`]; what is none is the nearest.
    #[must_use]
    pub fn unpacked(packed: u32) -> Self {
        let zoom = u16::try_from(packed >> 1).unwrap_or(u16::MAX).clamp(100, 200);
        Self { zoom_percent: zoom, theme: if packed & 1 == 1 { Theme::Light } else { Theme::Dark } }
    }
}

impl Default for Look {
    fn default() -> Self {
        Self { zoom_percent: 100, theme: Theme::Dark }
    }
}

impl Default for EditorSize {
    fn default() -> Self {
        let shared = Shared {
            logical: AtomicU64::new(pack(DEFAULT_SIZE)),
            scale: AtomicU64::new(1.0_f64.to_bits()),
            look: AtomicU32::new(Look::default().packed()),
        };
        Self(Arc::new(shared))
    }
}

impl EditorSize {
    /// Width and height in logical points, before the zoom.
    #[must_use]
    pub fn get(&self) -> [u32; 2] {
        unpack(self.0.logical.load(Ordering::Relaxed))
    }

    /// Sets the size for the next opening; too small is the smallest, absurd is the largest.
    pub fn set(&self, [width, height]: [u32; 2]) {
        let size = [width.clamp(MIN_SIZE[0], MAX_SIDE), height.clamp(MIN_SIZE[1], MAX_SIDE)];
        self.0.logical.store(pack(size), Ordering::Relaxed);
    }

    /// How the editor looks.
    #[must_use]
    pub fn look(&self) -> Look {
        Look::unpacked(self.0.look.load(Ordering::Relaxed))
    }

    /// Sets how it looks, from the next frame on.
    pub fn set_look(&self, look: Look) {
        self.0.look.store(look.packed(), Ordering::Relaxed);
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
    fn looks_come_back_and_hostile_ones_are_the_nearest() {
        let size = EditorSize::default();
        for theme in Theme::ALL {
            for zoom_percent in Look::ZOOMS {
                let look = Look { zoom_percent, theme };
                size.set_look(look);
                assert_eq!(size.look(), look);
            }
        }
        assert_eq!(Look::unpacked(0), Look::default());
        assert_eq!(Look::unpacked(u32::MAX), Look { zoom_percent: 200, theme: Theme::Light });
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
