//! The last hundredths of a steady tempo: the one at which what is struck at the same place of each bar falls together most
//! sharply, over the whole track.
//!
//! Every place of the bar stands for itself, in every part of the spectrum. So a part whose sounds come a little early or
//! late, as a break without drums, does not bend the tempo; and of sounds that begin softly, which are anywhere, there is
//! little in the sum.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

use super::front::{GROUPS, RISE_HOPS, Rises};
use super::meter::Meter;

/// Places of a bar that the curves are folded to, and how many of its harmonics are looked at.
const PLACES: usize = 512;
const HARMONICS: usize = 128;
/// Faster than that the curves do not move, in Hz.
const TOP_HZ: f64 = 45.0;
/// By how much the end of the track may come to be earlier or later than it was taken for, in seconds.
const REACH_SECS: f64 = 0.03;

/// The bars of a track, two in a piece, as spectra.
#[derive(Debug)]
pub struct Exact {
    /// Middle of each piece, in seconds.
    middles_secs: Vec<f64>,
    /// Harmonics of the bar, of each piece and group.
    pieces: Vec<[Vec<Complex<f32>>; GROUPS]>,
    /// The bar's frequency.
    hz: f64,
    /// Beats of a bar.
    beats: f64,
    secs: f64,
}

impl Exact {
    /// Cuts the curves at about this tempo.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts and places, positive")]
    pub fn new(rises: &Rises, bpm: f64, meter: Meter) -> Self {
        let beats = f64::from(meter.beats());
        let hz = bpm / 60.0 / beats;
        let length = ((2.0 / hz * rises.rate_hz).round() as usize).max(1);
        let count = ((TOP_HZ / hz) as usize).clamp(1, HARMONICS);
        let fft = FftPlanner::new().plan_fft_forward(PLACES);
        let secs = rises.len() as f64 / rises.rate_hz;
        let mut bars = Self { middles_secs: Vec::new(), pieces: Vec::new(), hz, beats, secs };
        let scales =
            rises.groups.each_ref().map(|group| group.iter().map(|value| value * value).sum::<f32>().max(1e-9));
        for start in (0..rises.len()).step_by(length) {
            let end = (start + length).min(rises.len());
            bars.middles_secs.push((start + end) as f64 / 2.0 / rises.rate_hz);
            bars.pieces.push(std::array::from_fn(|group| {
                let mut places = vec![Complex::default(); PLACES];
                for index in start.max(RISE_HOPS)..end {
                    let bar = index as f64 / rises.rate_hz * hz;
                    let at = bar.fract() * PLACES as f64;
                    let (place, part) = (at as usize % PLACES, at.fract() as f32);
                    let value = rises.groups[group][index] / scales[group].sqrt();
                    places[place].re += value * (1.0 - part);
                    places[(place + 1) % PLACES].re += value * part;
                }
                fft.process(&mut places);
                places[1..=count].to_vec()
            }));
        }
        bars
    }

    /// How sharply bars fall together, were the tempo this one.
    #[allow(clippy::cast_possible_truncation, reason = "a phase")]
    pub fn fit(&self, bpm: f64) -> f64 {
        let off_hz = bpm / 60.0 / self.beats - self.hz;
        let count = self.pieces.first().map_or(0, |piece| piece[0].len());
        let mut sums = vec![Complex::<f32>::default(); count * GROUPS];
        for (middle, piece) in self.middles_secs.iter().zip(&self.pieces) {
            let step = Complex::from_polar(1.0, -std::f64::consts::TAU * (off_hz * middle).fract());
            let mut turn = Complex::new(1.0, 0.0);
            for harmonic in 0..count {
                turn *= step;
                let turn = Complex::new(turn.re as f32, turn.im as f32);
                for (group, piece) in piece.iter().enumerate() {
                    sums[harmonic * GROUPS + group] += piece[harmonic] * turn;
                }
            }
        }
        sums.iter().map(|sum| f64::from(sum.norm_sqr())).sum()
    }

    /// The tempo near to the one that it was cut at at which they do so most.
    pub fn refine(&self, bpm: f64) -> f64 {
        let mut best = (self.fit(bpm), bpm);
        let mut reach = bpm * REACH_SECS / self.secs.max(1.0);
        for _ in 0..3 {
            let start = best.1;
            for step in -12..=12 {
                let bpm = start + reach * f64::from(step) / 12.0;
                let fit = self.fit(bpm);
                if fit > best.0 {
                    best = (fit, bpm);
                }
            }
            reach /= 6.0;
        }
        best.1
    }
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places in a curve, positive")]
mod tests {
    use super::*;

    #[test]
    fn the_tempo_is_that_of_the_strokes_though_a_part_of_them_comes_late() {
        let (rate, bpm) = (344.5, 121.37);
        let mut rises = Rises { rate_hz: rate, ..Rises::default() };
        let mut curve = vec![0.0f32; (60.0 * rate) as usize];
        for beat in 0..118 {
            // The third quarter of the track comes 12 ms late.
            let late = if (60..90).contains(&beat) { 0.012 } else { 0.0 };
            let at = (f64::from(beat) * 60.0 / bpm + late + 0.2) * rate;
            for (step, value) in [0.4, 1.0, 0.4].into_iter().enumerate() {
                curve[at.round() as usize + step] += value;
            }
        }
        rises.groups.iter_mut().for_each(|group| group.clone_from(&curve));
        for off in [-0.04, 0.0, 0.03] {
            let found = Exact::new(&rises, bpm + off, Meter::Four).refine(bpm + off);
            assert!((found - bpm).abs() < 0.01, "{off}: {found}");
        }
    }
}
