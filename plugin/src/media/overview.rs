//! A track at a glance: its waveform in a fixed number of columns.

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
            let start = (index * frames / columns).min(frames - 1);
            let end = ((index + 1) * frames / columns).max(start + 1);
            Peak::of(&track.left()[start..end], &track.right()[start..end])
        };
        Self { columns: (0..columns).map(column).collect() }
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
