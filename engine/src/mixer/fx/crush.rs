//! Fewer samples and fewer bits. Depth: each sample is held for 1 to 32 of those at 48 kHz. Tone: 16 to 2 bits, from left
//! to right.

use super::{Effect, Now, Sound};

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

    fn make(&mut self, [left, right]: &mut Sound, now: &Now) {
        // Made when the first sample is taken: most single frames take none.
        let mut design = None;
        for (left, right) in left[..now.frames].iter_mut().zip(right) {
            if self.left < 1.0 {
                let (hold, levels) = *design.get_or_insert_with(|| {
                    let hold = (32.0_f32.powf(now.depth) * self.frames_at_48k).max(1.0);
                    (hold, (16.0 - 14.0 * now.tone - 1.0).exp2())
                });
                self.left += hold;
                self.held = [*left, *right].map(|x| (x * levels).round() / levels);
            }
            self.left -= 1.0;
            [*left, *right] = self.held;
        }
    }

    fn lasts(&self) -> usize {
        usize::from(self.held != [0.0; 2])
    }

    fn clear(&mut self) {
        (self.held, self.left) = ([0.0; 2], 0.0);
    }
}
