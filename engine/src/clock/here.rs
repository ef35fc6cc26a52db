//! Where a source is between two blocks.

use super::{BlockClock, GridLines};

/// The place at which the next block starts: what one source hands to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here {
    /// Frames made since the rig began.
    pub(super) frame: u64,
    pub(super) performance_beat: f64,
    /// Song beat minus performance beat.
    pub(super) song_offset: f64,
    pub(super) lines: GridLines,
}

impl Here {
    pub(super) const START: Self = Self {
        frame: 0,
        performance_beat: 0.0,
        song_offset: 0.0,
        lines: GridLines { bar_start_beat: 0.0, bar_beats: 4.0 },
    };

    pub(super) fn after(block: &BlockClock) -> Self {
        let end = block.frames();
        Self {
            frame: block.first_frame() + u64::from(end),
            performance_beat: block.performance_beat_at(end),
            song_offset: block.song_offset,
            lines: block.lines(),
        }
    }

    pub(super) fn song_beat(&self) -> f64 {
        self.performance_beat + self.song_offset
    }
}
