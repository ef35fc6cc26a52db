//! How far an analysis is, and whether it is still wanted.

use std::sync::atomic::{AtomicU32, Ordering};

/// Told by all the parts of one analysis, from several threads.
pub struct Watch<'a> {
    progress: &'a (dyn Fn(f32) + Sync),
    cancelled: &'a (dyn Fn() -> bool + Sync),
    /// Millionths.
    done: AtomicU32,
}

impl<'a> Watch<'a> {
    /// Nothing is done yet.
    pub fn new(progress: &'a (dyn Fn(f32) + Sync), cancelled: &'a (dyn Fn() -> bool + Sync)) -> Self {
        Self { progress, cancelled, done: AtomicU32::new(0) }
    }

    /// One part, which is this share of all.
    pub fn part(&self, share: f32) -> Part<'_> {
        Part { watch: self, share }
    }

    /// Whether it may stop.
    pub fn cancelled(&self) -> bool {
        (self.cancelled)()
    }
}

/// One part of an analysis.
pub struct Part<'a> {
    watch: &'a Watch<'a>,
    share: f32,
}

impl Part<'_> {
    /// Whether it may stop.
    pub fn cancelled(&self) -> bool {
        self.watch.cancelled()
    }

    /// That much more of the part is done, 0..1.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..1,000,000")]
    pub fn advance(&self, ratio: f32) {
        let more = (ratio.max(0.0) * self.share * 1e6) as u32;
        let done = self.watch.done.fetch_add(more, Ordering::Relaxed) + more;
        (self.watch.progress)((done as f32 / 1e6).min(1.0));
    }
}
