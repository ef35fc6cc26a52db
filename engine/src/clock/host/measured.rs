//! The tempo by the host's own beats.

use super::told::SLOPE_AGREEMENT;

/// Speed is taken over at least this long, so that the rounding of single words does not count for much.
const WINDOW_SECS: f64 = 0.04;

/// Measures how fast the host's words go, in beats a frame. Places are performance beats: jumps are taken out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    window_frames: f64,
    /// Frames since it was made.
    frame: f64,
    /// Ends of the last two windows, the newer first, and the last word.
    marks: [Option<Mark>; 2],
    last: Option<Mark>,
    /// Mean speed of the last whole window, and its middle.
    window: Option<Mark>,
    /// Change of the speed with each frame.
    slope: f64,
    /// Two such agreed.
    is_ramp: bool,
}

/// A value at a frame.
#[derive(Clone, Copy, Debug)]
struct Mark {
    frame: f64,
    value: f64,
}

/// The way to the host's next places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Speed {
    pub(super) beats_per_frame: f64,
    pub(super) step: f64,
}

impl Measured {
    pub(super) fn new(sample_rate: f64) -> Self {
        let window_frames = WINDOW_SECS * sample_rate;
        Self { window_frames, frame: 0.0, marks: [None; 2], last: None, window: None, slope: 0.0, is_ramp: false }
    }

    pub(super) fn pass(&mut self, frames: u32) {
        self.frame += f64::from(frames);
    }

    pub(super) fn hear(&mut self, beat: f64) {
        let now = Mark { frame: self.frame, value: beat };
        self.last = Some(now);
        let Some(newer) = self.marks[0] else {
            self.marks = [Some(now), None];
            return;
        };
        if now.frame - newer.frame < self.window_frames {
            return;
        }
        let window = between(newer, now);
        if let Some(before) = self.window.replace(window) {
            let slope = (window.value - before.value) / (window.frame - before.frame);
            let last = std::mem::replace(&mut self.slope, slope);
            self.is_ramp = (slope - last).abs() <= SLOPE_AGREEMENT * last.abs();
        }
        self.marks = [Some(now), Some(newer)];
    }

    /// All places are other ones by so many beats.
    pub(super) fn shift(&mut self, beats: f64) {
        for mark in self.marks.iter_mut().chain([&mut self.last]).flatten() {
            mark.value += beats;
        }
    }

    /// Speed at the last word; `None` before there are two.
    pub(super) fn speed(&self) -> Option<Speed> {
        let (last, from) = (self.last?, self.marks[1].or(self.marks[0])?);
        if last.frame <= from.frame {
            return None;
        }
        let mean = between(from, last);
        let step = if self.is_ramp { self.slope } else { 0.0 };
        Some(Speed { beats_per_frame: mean.value + step * (self.frame - mean.frame), step })
    }
}

/// Mean speed between two places, and the middle.
fn between(a: Mark, b: Mark) -> Mark {
    Mark { frame: (a.frame + b.frame) / 2.0, value: (b.value - a.value) / (b.frame - a.frame) }
}
