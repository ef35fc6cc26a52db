//! The samples of a track, which may still be coming: one thread appends, others read what is there.

#![allow(unsafe_code, reason = "a slice of what is there must be as cheap to read as that of a whole track")]

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Track;

type Cells = Box<[UnsafeCell<MaybeUninit<f32>>]>;

/// Two channels in memory that never moves. Frames below `published` are there for good; those from it on belong to
/// the one [`TrackWriter`], and to nobody once that is gone.
pub(super) struct Samples {
    left: Cells,
    right: Cells,
    published: AtomicUsize,
    /// As many as there will be, by all that is known.
    expected: AtomicUsize,
    /// No more will come.
    is_whole: AtomicBool,
}

// SAFETY: a cell is written at most once, by the only `TrackWriter` (it takes `&mut self` to append, cannot be cloned, and
// is made together with the samples), while its index is not below `published`. Only cells below `published` are read;
// the writer's Release store after writing and the readers' Acquire load order the two. So no cell is ever read and
// written at the same time. `f32` may be read from any thread.
unsafe impl Sync for Samples {}

/// What is there of a track at one moment, for reading it frame by frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sound<'a> {
    pub left: &'a [f32],
    pub right: &'a [f32],
    /// The track's length in frames; what is between the slices' end and there is still to come.
    pub num_frames: usize,
}

impl Sound<'_> {
    /// Whether nothing is to come.
    #[inline]
    pub(super) const fn is_whole(&self) -> bool {
        self.left.len() >= self.num_frames
    }

    /// The frame that is heard for one beyond an edge of the track: there it turns back, so that what is played on tears
    /// nowhere.
    pub(super) fn mirrored(&self, frame: f64) -> f64 {
        let (first, last) = (-0.5, self.num_frames as f64 - 0.5);
        if frame > last {
            2.0 * last - frame
        } else if frame < first {
            2.0 * first - frame
        } else {
            frame
        }
    }

    /// Whether all is there that is needed to hear the track up to this frame.
    pub(super) fn reaches(&self, frame: f64) -> bool {
        self.is_whole() || frame <= self.left.len() as f64
    }
}

impl Samples {
    /// All there already. Channels of equal length.
    pub(super) fn whole(left: Vec<f32>, right: Vec<f32>) -> Self {
        let frames = left.len();
        Self {
            left: cells(left.into()),
            right: cells(right.into()),
            published: AtomicUsize::new(frames),
            expected: AtomicUsize::new(frames),
            is_whole: AtomicBool::new(true),
        }
    }

    /// None there yet, room for `capacity`. `None` if the system does not give that much memory.
    pub(super) fn coming(expected: usize, capacity: usize) -> Option<Self> {
        Some(Self {
            left: room(capacity)?,
            right: room(capacity)?,
            published: AtomicUsize::new(0),
            expected: AtomicUsize::new(expected),
            is_whole: AtomicBool::new(false),
        })
    }

    pub(super) fn capacity(&self) -> usize {
        self.left.len()
    }

    pub(super) fn published(&self) -> usize {
        self.published.load(Ordering::Acquire)
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_whole.load(Ordering::Acquire)
    }

    /// The length: what is expected until it is known.
    pub(super) fn num_frames(&self) -> usize {
        self.expected.load(Ordering::Acquire)
    }

    #[inline]
    pub(super) fn sound(&self) -> Sound<'_> {
        // The frames first: a length that is corrected after the last of them must not make the end look like a gap.
        let published = self.published();
        let num_frames = self.num_frames();
        Sound { left: read(&self.left, published), right: read(&self.right, published), num_frames }
    }

    pub(super) fn left(&self) -> &[f32] {
        read(&self.left, self.published())
    }

    pub(super) fn right(&self) -> &[f32] {
        read(&self.right, self.published())
    }
}

impl std::fmt::Debug for Samples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Samples").field("published", &self.published()).field("expected", &self.num_frames()).finish()
    }
}

#[inline]
fn read(cells: &Cells, published: usize) -> &[f32] {
    debug_assert!(published <= cells.len());
    // SAFETY: `published` came out of `Samples::published`, which is never more than the cells. Those before it were
    // initialised before that was stored, and nobody writes to them any more, so a shared slice of plain floats is right
    // for as long as the cells live. `UnsafeCell` and `MaybeUninit` have the layout of what is in them.
    unsafe { std::slice::from_raw_parts(cells.as_ptr().cast::<f32>(), published) }
}

fn cells(samples: Box<[f32]>) -> Cells {
    let raw = Box::into_raw(samples) as *mut [UnsafeCell<MaybeUninit<f32>>];
    // SAFETY: both wrappers are `repr(transparent)`, so it is the same allocation with the same layout and length, and
    // every `f32` is a valid `MaybeUninit<f32>`. The box was given up just before.
    unsafe { Box::from_raw(raw) }
}

/// Memory that nobody has touched: the system gives pages as they are written.
fn room(frames: usize) -> Option<Cells> {
    let mut cells = Vec::new();
    cells.try_reserve_exact(frames).ok()?;
    // SAFETY: there is room for so many, and a cell of `MaybeUninit` need not be initialised.
    unsafe { cells.set_len(frames) };
    Some(cells.into_boxed_slice())
}

/// Appends to a track that others may be playing already. There is one for each such track. Dropped, it says that
/// nothing more comes: the track is as long as what is there.
#[derive(Debug)]
pub struct TrackWriter {
    track: Arc<Track>,
}

impl TrackWriter {
    /// Only for the samples that were made with it.
    pub(super) const fn new(track: Arc<Track>) -> Self {
        Self { track }
    }

    /// The track.
    #[must_use]
    pub const fn track(&self) -> &Arc<Track> {
        &self.track
    }

    /// Whether nobody has the track any more but this.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        Arc::strong_count(&self.track) == 1
    }

    /// How many more frames there is room for.
    #[must_use]
    pub fn room(&self) -> usize {
        let samples = self.track.samples();
        samples.capacity() - samples.published.load(Ordering::Relaxed)
    }

    /// Appends frames; whoever plays the track has them from now on. Samples that are not finite become silence. Gives how
    /// many there was room for. Channels of different length count as long as the shorter one.
    pub fn append(&mut self, left: &[f32], right: &[f32]) -> usize {
        let samples = self.track.samples();
        // Nobody else changes it.
        let from = samples.published.load(Ordering::Relaxed);
        let frames = left.len().min(right.len()).min(samples.capacity() - from);
        for (cells, new) in [(&samples.left, left), (&samples.right, right)] {
            for (cell, sample) in cells[from..from + frames].iter().zip(new) {
                let sample = if sample.is_finite() { *sample } else { 0.0 };
                // SAFETY: the cell is not below `published`, so no slice of `read` has it; there is no other writer, and
                // `&mut self` keeps this one from running twice.
                unsafe { *cell.get() = MaybeUninit::new(sample) };
            }
        }
        if from + frames > samples.num_frames() {
            // Longer than was said: how long, the end will tell. Before the frames are, so that none seems to be past it.
            samples.expected.store(samples.capacity(), Ordering::Release);
        }
        samples.published.store(from + frames, Ordering::Release);
        frames
    }
}

impl Drop for TrackWriter {
    fn drop(&mut self) {
        let samples = self.track.samples();
        samples.expected.store(samples.published(), Ordering::Release);
        samples.is_whole.store(true, Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
