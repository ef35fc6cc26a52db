//! Repeats on the beat. Depth: how much of each comes back as the next. Tone: how much of its highs.

use super::{Effect, Now, Ring, Sound, frames_of, loud};

/// The longest time between repeats, in seconds.
const MAX_SECS: f64 = 2.0;
/// From one time to another, in milliseconds: the repeats of both are heard meanwhile.
const CHANGE_MS: f64 = 50.0;

#[derive(Debug, Default)]
pub(in crate::mixer) struct Echo {
    rings: [Ring; 2],
    low: [f32; 2],
    /// Frames between repeats: from, to, and how much of the way is done.
    times: [f32; 2],
    way: f32,
    step: f32,
    used: bool,
}

impl Echo {
    /// A frame passes. Whether the time that it goes by, or goes to, is the one that is wanted.
    fn follow(&mut self, period_frames: f32) -> bool {
        // Longer than there is room for: half of it as often as it takes, which is on the beat too.
        let most = self.rings[0].reach();
        let mut time = period_frames.round().max(1.0);
        while time > most {
            time *= 0.5;
        }
        if !self.used {
            (self.times, self.way, self.used) = ([time; 2], 1.0, true);
        } else if self.way >= 1.0 && time != self.times[1] {
            (self.times, self.way) = ([self.times[1], time], 0.0);
        }
        self.way = (self.way + self.step).min(1.0);
        time == self.times[1]
    }

    /// A frame on the way from one time to another.
    fn cross(&mut self, x: [&mut f32; 2], feedback: f32, bright: f32) {
        for (channel, x) in x.into_iter().enumerate() {
            let ring = &mut self.rings[channel];
            let [from, to] = self.times.map(|time| ring.ago(time));
            let repeat = from + self.way * (to - from);
            self.low[channel] = loud(self.low[channel] + bright * (repeat - self.low[channel]));
            ring.push(*x + feedback * self.low[channel]);
            *x = repeat;
        }
    }

    /// Frames with one time between repeats, at most as many as that.
    fn repeat(&mut self, sound: [&mut [f32]; 2], feedback: f32, bright: f32) {
        let [left, right] = sound;
        let mut repeats = [[0.0; super::SUB_BLOCK_FRAMES]; 2];
        let [of_left, of_right] = repeats.each_mut().map(|repeat| &mut repeat[..left.len()]);
        self.rings[0].read(self.times[1], of_left);
        self.rings[1].read(self.times[1], of_right);
        let [mut low_left, mut low_right] = self.low;
        // Both in one loop: each waits for itself.
        for ((x, y), (repeat_x, repeat_y)) in
            left.iter_mut().zip(right.iter_mut()).zip(of_left.iter().zip(of_right.iter()))
        {
            low_left = loud(low_left + bright * (repeat_x - low_left));
            low_right = loud(low_right + bright * (repeat_y - low_right));
            *x += feedback * low_left;
            *y += feedback * low_right;
        }
        self.low = [low_left, low_right];
        self.rings[0].write(left);
        self.rings[1].write(right);
        left.copy_from_slice(of_left);
        right.copy_from_slice(of_right);
    }
}

impl Echo {
    /// What goes in becomes its repeats. Of each, `feedback` comes back as the next, with so much of its highs: 0..1.
    pub(in crate::mixer) fn repeat_every(
        &mut self,
        period_frames: f32,
        [left, right]: [&mut [f32]; 2],
        (feedback, bright): (f32, f32),
    ) {
        let (mut from, frames) = (0, left.len());
        while from < frames {
            let is_there = self.follow(period_frames);
            if self.way < 1.0 {
                self.cross([&mut left[from], &mut right[from]], feedback, bright);
                from += 1;
            } else {
                let readable = if is_there { self.rings[0].readable(self.times[1]) } else { 1 };
                let to = frames.min(from + readable);
                self.repeat([&mut left[from..to], &mut right[from..to]], feedback, bright);
                from = to;
            }
        }
    }
}

impl Effect for Echo {
    fn prepare(&mut self, sample_rate: f64) {
        self.rings.iter_mut().for_each(|ring| ring.prepare(frames_of(MAX_SECS, sample_rate)));
        #[expect(clippy::cast_possible_truncation, reason = "a small part of 1")]
        let step = (1000.0 / (CHANGE_MS * sample_rate)) as f32;
        self.step = step;
        self.clear();
    }

    fn make(&mut self, [left, right]: &mut Sound, now: &Now) {
        let sound = [&mut left[..now.frames], &mut right[..now.frames]];
        self.repeat_every(now.period_frames, sound, (0.95 * now.depth, 0.1 + 0.9 * now.tone));
    }

    fn lasts(&self) -> usize {
        let rings = self.rings.iter().map(Ring::lasts).max().unwrap_or(0);
        rings.max(usize::from(self.low != [0.0; 2]))
    }

    fn clear(&mut self) {
        self.rings.iter_mut().for_each(Ring::clear);
        (self.low, self.used) = ([0.0; 2], false);
    }
}
