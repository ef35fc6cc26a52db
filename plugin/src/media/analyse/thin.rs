//! A track at a lower sample rate, for analysis.

use echelon_engine::deck::Track;
use rustfft::num_complex::Complex;

/// Both channels at a lower rate, as one complex signal: left is its real, right its imaginary part.
pub struct Thinner<'a> {
    track: &'a Track,
    factor: usize,
    taps: Vec<f32>,
}

impl<'a> Thinner<'a> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small ratio, positive")]
    /// At about `target_hz`; never at more than the track has.
    pub fn new(track: &'a Track, target_hz: f64) -> Self {
        let factor = ((track.sample_rate() / target_hz).round() as usize).max(1);
        Self { track, factor, taps: low_pass(factor) }
    }

    /// The lower rate.
    pub fn rate_hz(&self) -> f64 {
        self.track.sample_rate() / self.factor as f64
    }

    /// Frames of the track for each frame of the signal.
    pub const fn factor(&self) -> usize {
        self.factor
    }

    /// Fills `out` from thinned frame `start` on; outside the track there is silence.
    pub fn fill(&self, start: isize, out: &mut [Complex<f32>]) {
        let (left, right) = (self.track.left(), self.track.right());
        let half = self.taps.len() / 2;
        for (index, out) in out.iter_mut().enumerate() {
            let centre = (start + index.cast_signed()) * self.factor.cast_signed();
            let first = centre - half.cast_signed();
            let end = first + self.taps.len().cast_signed();
            let (mut re, mut im) = (0.0f32, 0.0f32);
            if first >= 0 && end <= left.len().cast_signed() {
                let range = first.cast_unsigned()..end.cast_unsigned();
                re = dot(&self.taps, &left[range.clone()]);
                im = dot(&self.taps, &right[range]);
            } else {
                for (tap, at) in self.taps.iter().zip(first..end) {
                    if let Ok(at) = usize::try_from(at)
                        && at < left.len()
                    {
                        re += tap * left[at];
                        im += tap * right[at];
                    }
                }
            }
            *out = Complex { re, im };
        }
    }
}

/// In eight lanes, so that it is done in SIMD registers.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (chunks, rest) = (a.chunks_exact(8), a.chunks_exact(8).remainder());
    for (a, b) in chunks.zip(b.chunks_exact(8)) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let tail: f32 = rest.iter().zip(&b[a.len() - rest.len()..]).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + tail
}

/// A windowed sinc that keeps what is below 0.9 of the new half rate; a single 1 where nothing is thinned.
#[allow(clippy::cast_possible_truncation, reason = "filter taps are f32")]
fn low_pass(factor: usize) -> Vec<f32> {
    if factor == 1 {
        return vec![1.0];
    }
    let half = 6 * factor;
    let cutoff = 0.9 / factor as f64;
    let tap = |index: usize| {
        let at = index as f64 - half as f64;
        let window = 0.5 + 0.5 * (std::f64::consts::PI * at / (half as f64 + 1.0)).cos();
        let x = std::f64::consts::PI * at * cutoff;
        let sinc = if at == 0.0 { 1.0 } else { x.sin() / x };
        window * cutoff * sinc
    };
    let taps: Vec<f64> = (0..=2 * half).map(tap).collect();
    let sum: f64 = taps.iter().sum();
    taps.iter().map(|tap| (tap / sum) as f32).collect()
}
