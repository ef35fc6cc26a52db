//! The front end of the rhythm analysis: how much each part of the spectrum rises, every three milliseconds.

use std::sync::Arc;

use echelon_engine::deck::Track;
use rayon::prelude::*;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use super::thin::Thinner;
use super::watch::Part;

/// Parts of the spectrum: kicks, bass, bodies of drums and voices, attacks, hats.
pub const GROUPS: usize = 5;
/// Where the groups begin, in Hz; the last one ends at the top.
const GROUP_STARTS_HZ: [f64; GROUPS] = [25.0, 130.0, 450.0, 1800.0, 5000.0];
/// Bands of each octave above 300 Hz; below, a band is as narrow as the transform allows.
const BANDS_PER_OCTAVE: f64 = 3.0;
/// The rate that the analysis works at, more or less.
const TARGET_HZ: f64 = 22_050.0;
/// Hops of one piece of work.
const PIECE_HOPS: usize = 2048;
/// How many times its mean power a band is multiplied before its logarithm is taken.
const QUIET: f64 = 1000.0;
const LOUD: f64 = 1.0;
/// How far back the energy is that a rise is measured against, in hops.
pub const RISE_HOPS: usize = 3;

/// How much each group of bands rises, over time.
#[derive(Clone, Debug, Default)]
pub struct Rises {
    /// One curve for each group.
    pub groups: [Vec<f32>; GROUPS],
    /// The same of what is loud alone: there a kick is no snare.
    pub louds: [Vec<f32>; GROUPS],
    /// Loudness of the group in the same hops: mean of the logarithms of its bands.
    pub levels: [Vec<f32>; GROUPS],
    /// Values a second.
    pub rate_hz: f64,
}

impl Rises {
    /// Values of each curve.
    pub fn len(&self) -> usize {
        self.groups[0].len()
    }
}

/// Power of bands, hop by hop.
struct Spectra {
    fft: Arc<dyn Fft<f32>>,
    window: Vec<f32>,
    hop: usize,
    /// First bin of each band, and the end of the last.
    edges: Vec<usize>,
    /// Group of each band.
    group_of: Vec<usize>,
}

impl Spectra {
    #[allow(clippy::cast_possible_truncation, reason = "window values are f32")]
    fn new(rate_hz: f64) -> Self {
        let size = if rate_hz < 16_000.0 { 256 } else { 512 };
        let window = (0..size).map(|i| {
            let phase = std::f64::consts::TAU * (i as f64 + 0.5) / size as f64;
            (0.5 - 0.5 * phase.cos()) as f32
        });
        let (edges, group_of) = bands(size, rate_hz);
        Self { fft: FftPlanner::new().plan_fft_forward(size), window: window.collect(), hop: size / 8, edges, group_of }
    }

    fn num_bands(&self) -> usize {
        self.group_of.len()
    }

    /// The bands' power in `hops` hops from `first` on, hop after hop.
    fn piece(&self, thinner: &Thinner<'_>, first: usize, hops: usize) -> Vec<f32> {
        let size = self.window.len();
        let mut signal = vec![Complex::default(); (hops - 1) * self.hop + size];
        thinner.fill((first * self.hop).cast_signed() - (size / 2).cast_signed(), &mut signal);
        let mut scratch = vec![Complex::default(); self.fft.get_inplace_scratch_len()];
        let mut bins = vec![Complex::default(); size];
        let mut out = Vec::with_capacity(hops * self.num_bands());
        for hop in 0..hops {
            let frame = &signal[hop * self.hop..][..size];
            for ((bin, sample), window) in bins.iter_mut().zip(frame).zip(&self.window) {
                *bin = sample * window;
            }
            self.fft.process_with_scratch(&mut bins, &mut scratch);
            for band in self.edges.windows(2) {
                // Left and right together: |L|² + |R|² = (|Z[k]|² + |Z[-k]|²) / 2.
                let power: f32 = (band[0]..band[1]).map(|k| bins[k].norm_sqr() + bins[size - k].norm_sqr()).sum();
                out.push(power);
            }
        }
        out
    }
}

/// Edges of the bands in bins, and the group that each is of.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bins are small and positive")]
fn bands(size: usize, rate_hz: f64) -> (Vec<usize>, Vec<usize>) {
    let bin_hz = rate_hz / size as f64;
    let (mut edges, mut group_of) = (vec![1], Vec::new());
    loop {
        let start = edges[edges.len() - 1];
        let end = ((start as f64 * (1.0 / BANDS_PER_OCTAVE).exp2()).round() as usize).max(start + 1).min(size / 2);
        if start >= size / 2 {
            return (edges, group_of);
        }
        let centre_hz = bin_hz * (start + end - 1) as f64 / 2.0;
        group_of.push(GROUP_STARTS_HZ.iter().rposition(|hz| centre_hz >= *hz).unwrap_or(0));
        edges.push(end);
    }
}

/// Measures a track. `None` if it was cancelled.
pub fn rises(track: &Track, watch: &Part<'_>) -> Option<Rises> {
    let thinner = Thinner::new(track, TARGET_HZ);
    let spectra = Spectra::new(thinner.rate_hz());
    let hops = track.num_frames() / thinner.factor() / spectra.hop + 1;
    let pieces: Vec<usize> = (0..hops).step_by(PIECE_HOPS).collect();
    let total = pieces.len();
    let bands = pieces.into_par_iter().map(|first| {
        if watch.cancelled() {
            return None;
        }
        let piece = spectra.piece(&thinner, first, PIECE_HOPS.min(hops - first));
        watch.advance(1.0 / total as f32);
        Some(piece)
    });
    let powers: Vec<Vec<f32>> = bands.collect::<Option<_>>()?;
    Some(rises_of(&powers.concat(), &spectra, thinner.rate_hz()))
}

/// The curves, from the power of the bands.
#[allow(clippy::cast_possible_truncation, reason = "levels are f32")]
fn rises_of(powers: &[f32], spectra: &Spectra, rate_hz: f64) -> Rises {
    let bands = spectra.num_bands();
    let hops = powers.len() / bands;
    let mut rises = Rises { rate_hz: rate_hz / spectra.hop as f64, ..Rises::default() };
    let sizes: Vec<usize> =
        (0..GROUPS).map(|group| spectra.group_of.iter().filter(|of| **of == group).count().max(1)).collect();
    for group in 0..GROUPS {
        rises.groups[group] = vec![0.0; hops];
        rises.louds[group] = vec![0.0; hops];
        rises.levels[group] = vec![0.0; hops];
    }
    let (mut logs, mut louds) = (vec![0.0f32; hops], vec![0.0f32; hops]);
    for band in 0..bands {
        let group = spectra.group_of[band];
        let weight = 1.0 / sizes[group] as f32;
        let column = powers.iter().skip(band).step_by(bands);
        let mean = column.clone().map(|power| f64::from(*power)).sum::<f64>() / hops as f64;
        // What is 30 dB below a band's mean and less counts as silence; not loud is what is below the mean.
        let scales = [QUIET, LOUD].map(|scale| (scale / mean.max(1e-12)) as f32);
        for ((log, loud), power) in logs.iter_mut().zip(&mut louds).zip(column) {
            *log = (scales[0] * power).ln_1p();
            *loud = (scales[1] * power).ln_1p();
        }
        let (curve, level, loud) = (&mut rises.groups[group], &mut rises.levels[group], &mut rises.louds[group]);
        for hop in 0..hops {
            level[hop] += weight * logs[hop];
            // Before the track there is silence.
            let before = |curve: &[f32]| if hop < RISE_HOPS { 0.0 } else { curve[hop - RISE_HOPS] };
            curve[hop] += weight * (logs[hop] - before(&logs)).max(0.0);
            loud[hop] += weight * (louds[hop] - before(&louds)).max(0.0);
        }
    }
    rises
}
