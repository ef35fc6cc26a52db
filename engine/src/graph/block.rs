//! Sound between nodes.

/// Frames that a node makes at most in one call: everything stays in the first cache, and the recurrences of
/// neighbouring nodes overlap in the processor.
pub const SUB_BLOCK_FRAMES: usize = 64;

/// Channels of a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Width {
    /// One channel: the left side of a block.
    Mono,
    /// Two channels.
    Stereo,
}

impl Width {
    /// 1 or 2.
    #[must_use]
    pub const fn channels(self) -> usize {
        match self {
            Self::Mono => 1,
            Self::Stereo => 2,
        }
    }
}

/// What a node knows about the sound it made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Anything.
    Audio,
    /// Every sample of a channel is the same.
    Constant,
    /// Zeros. The node need not write them.
    Silent,
    /// The node's state is not finite any more: it is silenced, counted and reset.
    Broken,
}

/// Up to [`SUB_BLOCK_FRAMES`] stereo frames. A mono signal is the left side; the right one then means nothing.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct StereoBlock {
    pub(super) left: [f32; SUB_BLOCK_FRAMES],
    pub(super) right: [f32; SUB_BLOCK_FRAMES],
    /// `Silent` only if both channels are zero over their whole length.
    pub(super) status: Status,
}

impl StereoBlock {
    /// Silence.
    pub const SILENT: Self =
        Self { left: [0.0; SUB_BLOCK_FRAMES], right: [0.0; SUB_BLOCK_FRAMES], status: Status::Silent };

    /// The left channel, or the only one.
    #[must_use]
    pub const fn left(&self) -> &[f32; SUB_BLOCK_FRAMES] {
        &self.left
    }

    /// The right channel.
    #[must_use]
    pub const fn right(&self) -> &[f32; SUB_BLOCK_FRAMES] {
        &self.right
    }

    /// What is known about the sound.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Both channels, to be written; the block then counts as audio.
    pub const fn channels_mut(&mut self) -> [&mut [f32; SUB_BLOCK_FRAMES]; 2] {
        self.status = Status::Audio;
        [&mut self.left, &mut self.right]
    }

    /// Zeros over the whole length.
    pub fn silence(&mut self) {
        if self.status != Status::Silent {
            *self = Self::SILENT;
        }
    }

    /// Whether the first `frames` frames hold neither NaN nor infinity.
    #[must_use]
    pub fn is_finite(&self, frames: usize, width: Width) -> bool {
        let frames = frames.min(SUB_BLOCK_FRAMES);
        let right = if width == Width::Stereo { &self.right[..frames] } else { &[] };
        all_finite(&self.left[..frames]) && all_finite(right)
    }
}

/// On the bit patterns, without a branch for each sample: the compiler makes vectors of it.
fn all_finite(samples: &[f32]) -> bool {
    /// Exponent all ones: infinity and every NaN are at or above it.
    const INFINITY_BITS: u32 = 0x7F80_0000;
    let bad = samples.iter().fold(0, |bad, s| bad | u32::from(s.to_bits() & !(1 << 31) >= INFINITY_BITS));
    bad == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finite_is_told_from_nan_and_infinity_in_each_channel_that_counts() {
        let mut block = StereoBlock::SILENT;
        block.channels_mut()[0][5] = -f32::MAX;
        assert!(block.is_finite(64, Width::Stereo));
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            block.right[63] = bad;
            assert!(!block.is_finite(64, Width::Stereo));
            assert!(block.is_finite(63, Width::Stereo));
            assert!(block.is_finite(64, Width::Mono));
        }
        block.silence();
        assert!(block.is_finite(64, Width::Stereo) && block.status() == Status::Silent);
    }
}
