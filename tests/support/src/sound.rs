//! A stretch of stereo sound on the absolute frame scale.

use std::ops::Range;

/// Stereo samples; frame `start` is the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sound {
    /// Absolute frame of the first sample.
    pub start: u64,
    /// Left channel.
    pub left: Vec<f32>,
    /// Right channel.
    pub right: Vec<f32>,
}

impl Sound {
    /// No sound yet, from `start` on.
    #[must_use]
    pub const fn empty(start: u64) -> Self {
        Self { start, left: Vec::new(), right: Vec::new() }
    }

    /// One sample pair for each frame from 0, made by `make`.
    #[must_use]
    pub fn generate(frames: usize, mut make: impl FnMut(usize) -> [f32; 2]) -> Self {
        let (left, right) = (0..frames).map(|frame| make(frame).into()).unzip();
        Self { start: 0, left, right }
    }

    /// Number of frames.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.left.len()
    }

    /// No frames at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// Absolute frame after the last.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.start + self.left.len() as u64
    }

    /// Left and right sample on an absolute frame.
    ///
    /// # Panics
    /// If the frame is not in this sound.
    #[must_use]
    pub fn at(&self, frame: u64) -> [f32; 2] {
        assert!((self.start..self.end()).contains(&frame), "frame {frame} is not in {}..{}", self.start, self.end());
        let index = (frame - self.start) as usize;
        [self.left[index], self.right[index]]
    }

    /// A part, by absolute frames.
    ///
    /// # Panics
    /// If the part is not in this sound.
    #[must_use]
    pub fn part(&self, frames: Range<u64>) -> Self {
        assert!(
            frames.start >= self.start && frames.end <= self.end() && frames.start <= frames.end,
            "{frames:?} is not in {}..{}",
            self.start,
            self.end()
        );
        let range = (frames.start - self.start) as usize..(frames.end - self.start) as usize;
        Self { start: frames.start, left: self.left[range.clone()].to_vec(), right: self.right[range].to_vec() }
    }

    /// Everything from an absolute frame on.
    #[must_use]
    pub fn since(&self, frame: u64) -> Self {
        self.part(frame..self.end())
    }

    /// The same samples with another first frame.
    #[must_use]
    pub fn moved_to(mut self, start: u64) -> Self {
        self.start = start;
        self
    }

    /// Appends a later stretch.
    ///
    /// # Panics
    /// If it does not start where this one ends.
    pub fn append(&mut self, later: &Self) {
        assert_eq!(self.end(), later.start, "a gap or overlap between two stretches of sound");
        self.left.extend_from_slice(&later.left);
        self.right.extend_from_slice(&later.right);
    }

    /// Sample pairs with their absolute frames.
    pub fn frames(&self) -> impl Iterator<Item = (u64, [f32; 2])> + '_ {
        (self.start..).zip(self.left.iter().zip(&self.right).map(|(left, right)| [*left, *right]))
    }

    /// Absolute frame of the first sample that is not zero in either channel. `-0.0` is zero; NaN is not.
    #[must_use]
    pub fn first_nonzero(&self) -> Option<u64> {
        self.frames().find(|(_, pair)| pair.iter().any(|sample| *sample != 0.0)).map(|(frame, _)| frame)
    }

    /// Absolute frame of the last sample that is not zero in either channel.
    #[must_use]
    pub fn last_nonzero(&self) -> Option<u64> {
        let nonzero = |index: &usize| self.left[*index] != 0.0 || self.right[*index] != 0.0;
        (0..self.len()).rev().find(nonzero).map(|index| self.start + index as u64)
    }

    /// Digital silence.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.first_nonzero().is_none()
    }

    /// Largest absolute sample; NaN if there is one.
    #[must_use]
    pub fn peak(&self) -> f32 {
        let louder = |peak: f32, sample: &f32| if sample.is_nan() || sample.abs() > peak { sample.abs() } else { peak };
        self.left.iter().chain(&self.right).fold(0.0, louder)
    }

    /// Absolute frames at which the sound rises to `threshold` after at least `gap` frames below it.
    #[must_use]
    pub fn onsets(&self, threshold: f32, gap: u64) -> Vec<u64> {
        let mut last_loud: Option<u64> = None;
        let mut onsets = Vec::new();
        for (frame, pair) in self.frames() {
            if pair.iter().any(|sample| sample.abs() >= threshold) {
                if last_loud.is_none_or(|last| frame - last > gap) {
                    onsets.push(frame);
                }
                last_loud = Some(frame);
            }
        }
        onsets
    }
}
