//! Sound between nodes.
#![allow(unsafe_code, reason = "larger registers, where the processor has them")]

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
    /// Something in it may be no sound: NaN, infinite or louder than [`LOUDEST`]. The scheduler looks for the frame.
    Broken,
}

/// No sound has samples of a higher magnitude: 240 dB above full scale. What does is silenced as NaN and infinity are,
/// so that gains and sums after it have room before they overflow.
pub const LOUDEST: f32 = (1_u64 << 40) as f32;

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

    /// The first of so many frames that is no sound: NaN, infinite or louder than [`LOUDEST`].
    #[must_use]
    #[inline]
    pub fn first_bad_frame(&self, frames: usize, width: Width) -> Option<usize> {
        // Whole channels, whose length the compiler knows, are the rule.
        if frames == SUB_BLOCK_FRAMES
            && is_whole_sound(&self.left)
            && (width == Width::Mono || is_whole_sound(&self.right))
        {
            return None;
        }
        self.find_bad_frame(frames.min(SUB_BLOCK_FRAMES), width)
    }

    #[inline(never)]
    fn find_bad_frame(&self, frames: usize, width: Width) -> Option<usize> {
        let right = if width == Width::Stereo { &self.right[..frames] } else { &[] };
        if all_sound(&self.left[..frames]) && all_sound(right) {
            return None;
        }
        let first = |samples: &[f32]| samples.iter().position(|sample| !is_sound(*sample));
        [first(&self.left[..frames]), first(right)].into_iter().flatten().min()
    }

    /// Zeros from a frame on; silence if that is the first.
    pub(super) fn silence_from(&mut self, frame: usize) {
        if frame == 0 {
            *self = Self::SILENT;
        } else {
            self.left[frame..].fill(0.0);
            self.right[frame..].fill(0.0);
            self.status = Status::Audio;
        }
    }
}

const fn is_sound(sample: f32) -> bool {
    // Magnitudes sort as their bits do, infinity and NaN at the end.
    sample.to_bits() & !(1 << 31) <= LOUDEST.to_bits()
}

#[inline]
fn is_whole_sound(channel: &[f32; SUB_BLOCK_FRAMES]) -> bool {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx") {
        // SAFETY: the processor has AVX.
        return unsafe { is_whole_sound_avx(channel) };
    }
    all_sound(channel)
}

/// In half as many steps.
///
/// # Safety
/// The processor has AVX.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
unsafe fn is_whole_sound_avx(channel: &[f32; SUB_BLOCK_FRAMES]) -> bool {
    use std::arch::x86_64::*;
    let (sign, loudest) = (_mm256_set1_ps(-0.0), _mm256_set1_ps(LOUDEST));
    let mut bad = [_mm256_setzero_ps(); 2];
    for (n, eight) in channel.as_chunks::<8>().0.iter().enumerate() {
        // SAFETY: eight floats, at any address.
        let magnitude = _mm256_andnot_ps(sign, unsafe { _mm256_loadu_ps(eight.as_ptr()) });
        bad[n % 2] = _mm256_or_ps(bad[n % 2], _mm256_cmp_ps::<_CMP_NLE_UQ>(magnitude, loudest));
    }
    _mm256_movemask_ps(_mm256_or_ps(bad[0], bad[1])) == 0
}

/// Without a branch for each sample: the compiler makes vectors of it.
#[inline(always)]
fn all_sound(samples: &[f32]) -> bool {
    samples.iter().fold(0, |bad, sample| bad | u32::from(!is_sound(*sample))) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_is_told_from_what_is_none_in_each_channel_that_counts() {
        let mut block = StereoBlock::SILENT;
        block.channels_mut()[0][5] = -LOUDEST;
        assert_eq!(block.first_bad_frame(64, Width::Stereo), None);
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -LOUDEST.next_up()] {
            block.right[61..].fill(bad);
            assert_eq!(block.first_bad_frame(64, Width::Stereo), Some(61));
            assert_eq!(block.first_bad_frame(61, Width::Stereo), None);
            assert_eq!(block.first_bad_frame(64, Width::Mono), None);
            block.left[20] = bad;
            assert_eq!(block.first_bad_frame(64, Width::Mono), Some(20));
            block.left[20] = 1.0;
        }
        block.silence_from(6);
        assert_eq!((block.left[5], block.left[20], block.right[61]), (-LOUDEST, 0.0, 0.0));
        block.silence_from(0);
        assert_eq!(block.status(), Status::Silent);
    }
}
