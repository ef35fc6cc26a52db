//! The tones of a track: peaks of its spectrum, look by look.

use std::sync::Arc;

use echelon_engine::deck::Track;
use rayon::prelude::*;
use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use super::super::thin::Thinner;
use super::super::watch::Part;

/// The rate that notes are looked for at, more or less, and the length of a look: a third of a
/// second, as long as most notes are; a longer one tells low notes apart better, and takes rhythm for notes.
const TARGET_HZ: f64 = 5_500.0;
const LOOK_SECS: f64 = 0.375;
/// Looks of one piece of work.
const PIECE_LOOKS: usize = 64;
/// Tones that count: E1 to C7.
pub const LOWEST_HZ: f64 = 40.0;
const HIGHEST_HZ: f64 = 2_100.0;
/// What is around a tone: the median of so many bins on both sides is noise, whatever other tones there are.
const FLOOR_BINS: usize = 40;
/// Peaks of noise rise that far over their median (natural logarithm of power), tones further; beyond the most it says
/// nothing more.
const NOISE: f64 = 1.5;
const MOST: f64 = 5.0;

/// A tone: semitones above C0, with their fraction, and how far it rises over the noise, 0..5: neither drums nor level
/// count.
pub type Tone = (f64, f64);

/// Semitones above C0.
pub fn semitones(hz: f64) -> f64 {
    12.0 * (hz / 16.351_597_831_287_414).log2()
}

/// All the looks at a track.
pub struct Looks {
    pub tones: Vec<Vec<Tone>>,
    /// From one look's middle to the next; the first one's is at 0.
    pub hop_secs: f64,
}

impl Looks {
    /// `None` if it was cancelled.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a transform's size, positive")]
    pub fn at(track: &Track, watch: &Part<'_>) -> Option<Self> {
        let thinner = Thinner::new(track, TARGET_HZ);
        let rate = thinner.rate_hz();
        let size = ((LOOK_SECS * rate) as usize).next_power_of_two();
        let hop = size / 2;
        let count = track.num_frames() / thinner.factor() / hop + 1;
        let glass = Glass::new(size, rate);
        let firsts: Vec<usize> = (0..count).step_by(PIECE_LOOKS).collect();
        let total = firsts.len() as f32;
        let pieces = firsts.into_par_iter().map(|first| {
            if watch.cancelled() {
                return None;
            }
            let looks = PIECE_LOOKS.min(count - first);
            let mut signal = vec![Complex::default(); (looks - 1) * hop + size];
            thinner.fill((first * hop).cast_signed() - hop.cast_signed(), &mut signal);
            let tones: Vec<Vec<Tone>> = (0..looks).map(|look| glass.tones(&signal[look * hop..][..size])).collect();
            watch.advance(1.0 / total);
            Some(tones)
        });
        let pieces: Vec<Vec<Vec<Tone>>> = pieces.collect::<Option<_>>()?;
        Some(Self { tones: pieces.into_iter().flatten().collect(), hop_secs: hop as f64 / rate })
    }
}

/// What is looked through.
struct Glass {
    fft: Arc<dyn Fft<f32>>,
    window: Vec<f32>,
    bin_hz: f64,
}

impl Glass {
    #[allow(clippy::cast_possible_truncation, reason = "window values are f32")]
    fn new(size: usize, rate_hz: f64) -> Self {
        let hann = |i: usize| 0.5 - 0.5 * (std::f64::consts::TAU * (i as f64 + 0.5) / size as f64).cos();
        Self {
            fft: FftPlanner::new().plan_fft_forward(size),
            window: (0..size).map(|i| hann(i) as f32).collect(),
            bin_hz: rate_hz / size as f64,
        }
    }

    /// The peaks that stand out of what is around them.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a bin, positive")]
    fn tones(&self, frame: &[Complex<f32>]) -> Vec<Tone> {
        let size = frame.len();
        let mut bins: Vec<Complex<f32>> = frame.iter().zip(&self.window).map(|(sample, w)| sample * w).collect();
        self.fft.process(&mut bins);
        let first = ((LOWEST_HZ / self.bin_hz) as usize).max(3);
        let last = ((HIGHEST_HZ / self.bin_hz) as usize).min(size / 2 - 4);
        // Left and right together: |L|² + |R|² = (|Z[k]|² + |Z[-k]|²) / 2.
        let powers: Vec<f64> =
            (0..last + 4).map(|k| f64::from(bins[k].norm_sqr() + bins[(size - k) % size].norm_sqr())).collect();
        let floors = floors(&powers);
        let mut tones = Vec::new();
        for bin in first..last {
            let (before, own, after) = (powers[bin - 1], powers[bin], powers[bin + 1]);
            if own <= before || own < after || own < 1e-9 {
                continue;
            }
            let rises = (own / floors[bin / FLOOR_BINS].max(1e-12)).ln() - NOISE;
            if rises > 0.0 {
                let (a, b, c) = (before.max(1e-20).ln(), own.ln(), after.max(1e-20).ln());
                let lean = ((a - c) / (2.0 * (a - 2.0 * b + c))).clamp(-0.5, 0.5);
                tones.push((semitones((bin as f64 + lean) * self.bin_hz), rises.min(MOST)));
            }
        }
        tones
    }
}

/// The median around each [`FLOOR_BINS`].
fn floors(powers: &[f64]) -> Vec<f64> {
    let mut near = Vec::with_capacity(3 * FLOOR_BINS);
    let starts = (0..powers.len()).step_by(FLOOR_BINS);
    starts
        .map(|start| {
            near.clear();
            near.extend_from_slice(
                &powers[start.saturating_sub(FLOOR_BINS / 2)..(start + FLOOR_BINS * 3 / 2).min(powers.len())],
            );
            let middle = near.len() / 2;
            *near.select_nth_unstable_by(middle, f64::total_cmp).1
        })
        .collect()
}
