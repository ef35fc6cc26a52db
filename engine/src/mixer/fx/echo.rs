//! Repeats on the beat. Depth: how much of each comes back as the next. Tone: how much of its highs.

use super::{Effect, Now, Ring, frames_of, loud};

/// The longest time between repeats, in seconds.
const MAX_SECS: f64 = 2.0;
/// From one time to another, in milliseconds: the repeats of both are heard meanwhile.
const CHANGE_MS: f64 = 50.0;

#[derive(Debug, Default)]
pub(super) struct Echo {
    rings: [Ring; 2],
    low: [f32; 2],
    /// Frames between repeats: from, to, and how much of the way is done.
    times: [f32; 2],
    way: f32,
    step: f32,
    used: bool,
}

impl Effect for Echo {
    fn prepare(&mut self, sample_rate: f64) {
        self.rings.iter_mut().for_each(|ring| ring.prepare(frames_of(MAX_SECS, sample_rate)));
        #[expect(clippy::cast_possible_truncation, reason = "a small part of 1")]
        let step = (1000.0 / (CHANGE_MS * sample_rate)) as f32;
        self.step = step;
        self.clear();
    }

    fn next(&mut self, x: [f32; 2], now: &Now) -> [f32; 2] {
        // Longer than there is room for: half of it as often as it takes, which is on the beat too.
        let most = self.rings[0].samples.len() as f32 - 2.0;
        let mut time = now.period_frames.round().max(1.0);
        while time > most {
            time *= 0.5;
        }
        if !self.used {
            (self.times, self.way, self.used) = ([time; 2], 1.0, true);
        } else if self.way >= 1.0 && time != self.times[1] {
            (self.times, self.way) = ([self.times[1], time], 0.0);
        }
        self.way = (self.way + self.step).min(1.0);
        let (feedback, bright) = (0.95 * now.depth, 0.1 + 0.9 * now.tone);
        let mut wet = [0.0; 2];
        for channel in 0..2 {
            let ring = &self.rings[channel];
            let repeat = if self.way >= 1.0 {
                ring.ago(self.times[1])
            } else {
                let [from, to] = self.times.map(|time| ring.ago(time));
                from + self.way * (to - from)
            };
            self.low[channel] = loud(self.low[channel] + bright * (repeat - self.low[channel]));
            self.rings[channel].push(x[channel] + feedback * self.low[channel]);
            wet[channel] = repeat;
        }
        wet
    }

    fn is_empty(&self) -> bool {
        self.rings.iter().all(Ring::is_empty) && self.low == [0.0; 2]
    }

    fn clear(&mut self) {
        self.rings.iter_mut().for_each(Ring::clear);
        (self.low, self.used) = ([0.0; 2], false);
    }
}
