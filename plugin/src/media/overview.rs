//! A track at a glance: its waveform in a fixed number of columns.

/// One column of the waveform.
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
