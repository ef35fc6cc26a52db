//! Opens at the start of each of the slot's times and closes within it. Depth: how much it closes. Tone: how early (0 an
//! eighth of the time is open, 1 all of it).

use super::{Effect, Now, Sound};

/// It opens and closes within so many milliseconds.
const EDGE_MS: f32 = 3.0;

#[derive(Debug, Default)]
pub(super) struct Gate {
    level: f32,
    step: f32,
}

impl Effect for Gate {
    fn prepare(&mut self, sample_rate: f64) {
        #[expect(clippy::cast_possible_truncation, reason = "a small part of 1")]
        let step = (1000.0 / (f64::from(EDGE_MS) * sample_rate)) as f32;
        self.step = step;
        self.clear();
    }

    fn make(&mut self, [left, right]: &mut Sound, now: &Now) {
        let open_for = 0.125 + 0.875 * now.tone;
        for (n, (left, right)) in left[..now.frames].iter_mut().zip(right).enumerate() {
            let wanted = if now.phase(n) < open_for { 1.0 } else { 0.0 };
            self.level += (wanted - self.level).clamp(-self.step, self.step);
            let gain = 1.0 - now.depth * (1.0 - self.level);
            *left *= gain;
            *right *= gain;
        }
    }

    fn lasts(&self) -> usize {
        0
    }

    fn clear(&mut self) {
        self.level = 1.0;
    }
}
