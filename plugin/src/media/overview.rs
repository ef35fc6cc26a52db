//! A track at a glance: its waveform in a fixed number of columns.

use std::sync::Arc;

use echelon_engine::deck::Track;

/// Columns of a track's waveform in the editor.
pub const OVERVIEW_COLUMNS: usize = 1200;

/// One column of the waveform, of both channels together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Peak {
    /// Lowest sample, -1..0.
    pub low: f32,
    /// Highest sample, 0..1.
    pub high: f32,
    /// Root mean square, 0..1.
    pub rms: f32,
}

/// The waveform of a whole track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// Columns of equal length, from the track's start to its end.
    pub columns: Vec<Peak>,
}

impl Overview {
    /// The waveform in `columns` columns. A track with fewer frames than that shows frames more than once.
    #[must_use]
    pub fn of(track: &Track, columns: usize) -> Self {
        let frames = track.num_frames();
        let column = |index: usize| {
            let (start, end) = bounds(index, columns, frames);
            Peak::of(&track.left()[start..end], &track.right()[start..end])
        };
        Self { columns: (0..columns).map(column).collect() }
    }
}

/// First frame of a column, and the first behind it.
fn bounds(column: usize, columns: usize, frames: usize) -> (usize, usize) {
    let start = (column * frames / columns).min(frames - 1);
    (start, ((column + 1) * frames / columns).max(start + 1))
}

/// The waveform of a track whose samples are coming: columns that are not there yet are silent. Media threads.
#[derive(Debug)]
pub(super) struct Growing {
    overview: Arc<Overview>,
    /// Length of the track as its file says, at least 1.
    frames: usize,
    /// Columns that are there.
    done: usize,
}

impl Growing {
    /// Of a track of which nothing is there.
    pub(super) fn new(frames: usize, columns: usize) -> Self {
        Self { overview: Arc::new(Overview { columns: vec![Peak::default(); columns] }), frames, done: 0 }
    }

    /// Takes in what has come since. Who was given an older state keeps that.
    pub(super) fn grow(&mut self, track: &Track) {
        let columns = self.overview.columns.len();
        let left = track.left();
        let right = &track.right()[..left.len()];
        while self.done < columns {
            let (start, end) = bounds(self.done, columns, self.frames);
            if end > left.len() {
                break;
            }
            Arc::make_mut(&mut self.overview).columns[self.done] = Peak::of(&left[start..end], &right[start..end]);
            self.done += 1;
        }
    }

    /// As it is now.
    pub(super) const fn so_far(&self) -> &Arc<Overview> {
        &self.overview
    }

    /// That of the whole track: nothing is looked at twice if it is as long as its file said.
    pub(super) fn of_whole(mut self, track: &Track) -> Arc<Overview> {
        if track.num_frames() != self.frames {
            return Arc::new(Overview::of(track, self.overview.columns.len()));
        }
        self.grow(track);
        self.overview
    }
}

impl Peak {
    /// Of two channels of equal length. What is louder than full scale is shown as full scale.
    #[allow(clippy::cast_possible_truncation, reason = "drawn, so f32 is plenty")]
    fn of(left: &[f32], right: &[f32]) -> Self {
        let (mut low, mut high, mut energy) = (0.0f32, 0.0f32, 0.0f64);
        for &sample in left.iter().chain(right) {
            low = low.min(sample);
            high = high.max(sample);
            energy += f64::from(sample) * f64::from(sample);
        }
        let rms = (energy / (left.len() + right.len()) as f64).sqrt() as f32;
        Self { low: low.max(-1.0), high: high.min(1.0), rms: rms.min(1.0) }
    }
}
