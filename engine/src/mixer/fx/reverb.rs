//! A room: eight delays that feed each other. It dies away in four of the slot's times. Depth: shorter (a quarter) or
//! longer (four times) than that. Tone: how long the highs stay.

use super::{Effect, Now, Ring, frames_of, loud};

/// Lengths of the delays in milliseconds: without a common measure.
const LENGTHS_MS: [f64; 8] = [29.7, 37.1, 41.1, 43.7, 53.3, 59.9, 67.1, 73.3];
/// A room of one delay dies away in so many of the slot's times, to -60 dB.
const TIMES: f32 = 4.0;

#[derive(Debug, Default)]
pub(super) struct Reverb {
    rings: [Ring; 8],
    lengths: [f32; 8],
    low: [f32; 8],
    /// Feedback by delay, and what it is for.
    feedback: [f32; 8],
    designed: [f32; 2],
}

impl Effect for Reverb {
    #[expect(clippy::cast_possible_truncation, reason = "frames of a short delay")]
    fn prepare(&mut self, sample_rate: f64) {
        for (n, ms) in LENGTHS_MS.into_iter().enumerate() {
            self.rings[n].prepare(frames_of(ms / 1000.0, sample_rate) + 4);
            self.lengths[n] = (ms / 1000.0 * sample_rate).round() as f32;
        }
        self.designed = [0.0; 2];
        self.clear();
    }

    fn next(&mut self, x: [f32; 2], now: &Now) -> [f32; 2] {
        let wanted = [now.period_frames, now.depth];
        if wanted != self.designed {
            self.designed = wanted;
            let frames = now.period_frames.max(1.0) * TIMES * 16.0_f32.powf(now.depth - 0.5);
            // -60 dB after so many frames.
            self.feedback = self.lengths.map(|length| 10.0_f32.powf(-3.0 * length / frames));
        }
        let bright = 0.08 + 0.92 * now.tone;
        let mut out: [f32; 8] = std::array::from_fn(|n| self.rings[n].ago(self.lengths[n]));
        let wet = [out[0] + out[2] + out[4] + out[6], out[1] + out[3] + out[5] + out[7]].map(|sum| 0.35 * sum);
        for ((out, low), feedback) in out.iter_mut().zip(&mut self.low).zip(&self.feedback) {
            *low = loud(*low + bright * (*out - *low));
            *out = *low * feedback;
        }
        // Hadamard's matrix: everything goes everywhere, and no energy is lost or won.
        for half in [1, 2, 4] {
            for n in (0..8).filter(|n| n & half == 0) {
                (out[n], out[n + half]) = (out[n] + out[n + half], out[n] - out[n + half]);
            }
        }
        let gain = 1.0 / 8.0_f32.sqrt();
        for (n, (ring, out)) in self.rings.iter_mut().zip(out).enumerate() {
            ring.push(out * gain + 0.5 * x[n % 2]);
        }
        wet
    }

    fn is_empty(&self) -> bool {
        self.rings.iter().all(Ring::is_empty) && self.low == [0.0; 8]
    }

    fn clear(&mut self) {
        self.rings.iter_mut().for_each(Ring::clear);
        self.low = [0.0; 8];
    }
}
