//! A track's waveform in three colours, at several zooms.

use echelon_engine::deck::Track;
use rayon::prelude::*;

use super::watch::Part;

/// Where lows end and highs begin.
const LOW_HZ: f64 = 200.0;
const HIGH_HZ: f64 = 2_500.0;
/// Bins of the finest level, for each second, at least; twice as many at most.
const BINS_PER_SEC: f64 = 200.0;
/// Each level has this many times fewer bins than the one before.
const ZOOM: usize = 4;
/// The coarsest level has at most this many bins.
const COARSEST_BINS: usize = 1024;
/// Frames of one piece of work; what its filters hear before it, so that pieces fit together.
const PIECE_FRAMES: usize = 1 << 19;
const LEAD_SECS: f64 = 0.1;

/// The highest sample of a bin in each band, of either sign and channel: 255 is full scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bands {
    /// Below 200 Hz.
    pub low: u8,
    /// Between.
    pub mid: u8,
    /// Above 2.5 kHz.
    pub high: u8,
}

impl Bands {
    fn with(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), mid: self.mid.max(other.mid), high: self.high.max(other.high) }
    }
}

/// One zoom of a waveform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Frames of the track that a bin stands for; of the last one maybe fewer.
    pub frames_per_bin: usize,
    /// From the start of the track to its end.
    pub bins: Vec<Bands>,
}

/// The waveform at every zoom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waveform {
    levels: Vec<Level>,
}

impl Waveform {
    /// Draws a track. `None` if it was cancelled.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a frame count, positive")]
    pub fn of(track: &Track, watch: &Part<'_>) -> Option<Self> {
        let frames_per_bin = 1 << ((track.sample_rate() / BINS_PER_SEC).log2() as u32);
        let starts: Vec<usize> = (0..track.num_frames()).step_by(PIECE_FRAMES).collect();
        let total = starts.len() as f32;
        let pieces = starts.into_par_iter().map(|start| {
            if watch.cancelled() {
                return None;
            }
            let bins = piece(track, start, frames_per_bin);
            watch.advance(1.0 / total);
            Some(bins)
        });
        let pieces: Vec<Vec<Bands>> = pieces.collect::<Option<_>>()?;
        Some(Self::from_finest(frames_per_bin, pieces.concat()))
    }

    /// All zooms from the finest.
    #[must_use]
    pub fn from_finest(frames_per_bin: usize, bins: Vec<Bands>) -> Self {
        let mut levels = vec![Level { frames_per_bin, bins }];
        while let Some(last) = levels.last().filter(|level| level.bins.len() > COARSEST_BINS) {
            let merge = |bins: &[Bands]| bins.iter().copied().reduce(Bands::with).unwrap_or_default();
            let bins = last.bins.chunks(ZOOM).map(merge).collect();
            levels.push(Level { frames_per_bin: last.frames_per_bin * ZOOM, bins });
        }
        Self { levels }
    }

    /// Every zoom, the finest first. Never empty for a track.
    #[must_use]
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The coarsest zoom whose bins are no longer than `frames`, for instance those of one pixel; else the finest.
    #[must_use]
    pub fn level_for(&self, frames: f64) -> Option<&Level> {
        self.levels.iter().rev().find(|level| level.frames_per_bin as f64 <= frames).or(self.levels.first())
    }
}

/// Filters of a sample that work side by side: those that split off the lows, what is above them, and the highs, each
/// left and right; and those that take the highs off what is above the lows, one sample later.
const LANES: usize = 8;

struct Split {
    b: [[f32; LANES]; 3],
    a: [[f32; LANES]; 2],
    /// Two equal second-order stages: 24 dB an octave.
    z: [[[f32; LANES]; 2]; 2],
    /// What is above the lows, of the sample before.
    above: [f32; 2],
}

impl Split {
    #[allow(clippy::cast_possible_truncation, reason = "coefficients for a drawing")]
    fn new(rate_hz: f64) -> Self {
        let pass = |hz: f64, high| butterworth(hz.min(rate_hz * 0.45), rate_hz, high).map(|c| c as f32);
        let filters = [pass(LOW_HZ, false), pass(LOW_HZ, true), pass(HIGH_HZ, true), pass(HIGH_HZ, false)];
        let lanes = |index: usize| std::array::from_fn(|lane| filters[lane / 2][index]);
        Self { b: [lanes(0), lanes(1), lanes(2)], a: [lanes(3), lanes(4)], z: [[[0.0; LANES]; 2]; 2], above: [0.0; 2] }
    }

    /// Lows, what is above, highs and mids, each left and right.
    #[inline]
    fn run(&mut self, left: f32, right: f32) -> [f32; LANES] {
        let mut x = [left, right, left, right, left, right, self.above[0], self.above[1]];
        for z in &mut self.z {
            let mut y = [0.0; LANES];
            for lane in 0..LANES {
                y[lane] = self.b[0][lane] * x[lane] + z[0][lane];
                z[0][lane] = self.b[1][lane] * x[lane] - self.a[0][lane] * y[lane] + z[1][lane];
                z[1][lane] = self.b[2][lane] * x[lane] - self.a[1][lane] * y[lane];
            }
            x = y;
        }
        self.above = [x[2], x[3]];
        x
    }

    fn flush(&mut self) {
        for z in self.z.iter_mut().flatten().flatten() {
            if z.abs() < 1e-20 {
                *z = 0.0;
            }
        }
    }
}

/// b0, b1, b2, a1, a2 of a second-order filter.
fn butterworth(hz: f64, rate_hz: f64, high: bool) -> [f64; 5] {
    let k = (std::f64::consts::PI * hz / rate_hz).tan();
    let a0 = 1.0 + std::f64::consts::SQRT_2 * k + k * k;
    let a = [2.0 * (k * k - 1.0) / a0, (1.0 - std::f64::consts::SQRT_2 * k + k * k) / a0];
    if high {
        [1.0 / a0, -2.0 / a0, 1.0 / a0, a[0], a[1]]
    } else {
        [k * k / a0, 2.0 * k * k / a0, k * k / a0, a[0], a[1]]
    }
}

/// The bins of one piece.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a frame count, positive")]
fn piece(track: &Track, start: usize, frames_per_bin: usize) -> Vec<Bands> {
    let (left, right) = (track.left(), track.right());
    let mut split = Split::new(track.sample_rate());
    let lead = start.saturating_sub((LEAD_SECS * track.sample_rate()) as usize);
    for frame in lead..start {
        split.run(left[frame], right[frame]);
    }
    let end = (start + PIECE_FRAMES).min(left.len());
    let bins = left[start..end].chunks(frames_per_bin).zip(right[start..end].chunks(frames_per_bin));
    bins.map(|(left, right)| {
        let mut highest = [0.0f32; LANES];
        for (left, right) in left.iter().zip(right) {
            for (highest, value) in highest.iter_mut().zip(split.run(*left, *right)) {
                *highest = if value.abs() > *highest { value.abs() } else { *highest };
            }
        }
        split.flush();
        let band = |lane: usize| byte(highest[lane].max(highest[lane + 1]));
        Bands { low: band(0), mid: band(6), high: band(4) }
    })
    .collect()
}

/// Whatever is not silent is at least 1.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..=255")]
fn byte(value: f32) -> u8 {
    (value * 255.0).ceil().clamp(0.0, 255.0) as u8
}
