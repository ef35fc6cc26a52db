//! Fewer samples and fewer bits. Depth: each sample is held for 1 to 32 of those at 48 kHz. Tone: 16 to 2 bits, from left
//! to right.

use super::{Effect, Now};

#[derive(Debug, Default)]
pub(super) struct Crush {
    held: [f32; 2],
    left: f32,
    frames_at_48k: f32,
}

impl Effect for Crush {
    fn prepare(&mut self, sample_rate: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "a sample rate's part of another")]
        let frames_at_48k = (sample_rate / 48_000.0) as f32;
        self.frames_at_48k = frames_at_48k;
        self.clear();
    }

    fn next(&mut self, x: [f32; 2], now: &Now) -> [f32; 2] {
        if self.left < 1.0 {
            self.left += (32.0_f32.powf(now.depth) * self.frames_at_48k).max(1.0);
            let levels = (16.0 - 14.0 * now.tone - 1.0).exp2();
            self.held = x.map(|x| (x * levels).round() / levels);
        }
        self.left -= 1.0;
        self.held
    }

    fn is_empty(&self) -> bool {
        self.held == [0.0; 2]
    }

    fn clear(&mut self) {
        (self.held, self.left) = ([0.0; 2], 0.0);
    }
}
