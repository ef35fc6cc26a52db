//! Sound between nodes.

/// Frames that a node makes at most in one call: everything stays in the first cache.
pub const SUB_BLOCK_FRAMES: usize = 64;

/// Up to [`SUB_BLOCK_FRAMES`] stereo frames.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct StereoBlock {
    /// Left samples.
    pub left: [f32; SUB_BLOCK_FRAMES],
    /// Right samples.
    pub right: [f32; SUB_BLOCK_FRAMES],
}

impl StereoBlock {
    /// Silence.
    pub const SILENT: Self = Self { left: [0.0; SUB_BLOCK_FRAMES], right: [0.0; SUB_BLOCK_FRAMES] };

    /// Silences the first `frames` frames.
    pub fn silence(&mut self, frames: usize) {
        self.left[..frames].fill(0.0);
        self.right[..frames].fill(0.0);
    }

    /// Whether the first `frames` frames hold neither NaN nor infinity.
    #[must_use]
    pub fn is_finite(&self, frames: usize) -> bool {
        // A sum of magnitudes is finite only if all are; an overflow of finite samples is no music either.
        let sum = |samples: &[f32]| samples.iter().map(|s| s.abs()).sum::<f32>();
        sum(&self.left[..frames]).is_finite() && sum(&self.right[..frames]).is_finite()
    }

    /// Adds the first `frames` frames of another block.
    pub fn add(&mut self, other: &Self, frames: usize) {
        for (mine, theirs) in self.left[..frames].iter_mut().zip(&other.left) {
            *mine += theirs;
        }
        for (mine, theirs) in self.right[..frames].iter_mut().zip(&other.right) {
            *mine += theirs;
        }
    }
}
