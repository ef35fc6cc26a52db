//! Effect slots: each has every effect ready, so that a switch allocates nothing; what was in the way before rings out.
//!
//! An effect is a file here and a row in [`KINDS`].

mod crush;
mod echo;
mod flanger;
mod gate;
mod phaser;
mod reverb;
mod slot;

pub use slot::FxSlotNode;

/// How many slots a deck has.
pub const NUM_SLOTS: usize = 2;

/// What an effect goes by on a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Now {
    /// 0..1: see the effect.
    depth: f32,
    /// 0..1: see the effect.
    tone: f32,
    /// The slot's time in frames, at the tempo.
    period_frames: f32,
    /// Where in the slot's time the music is: 0..1, counted from the song's start.
    phase: f32,
}

/// An effect: makes what is wet, frame by frame.
pub(crate) trait Effect: Send + std::fmt::Debug {
    /// Makes room. Not real-time.
    fn prepare(&mut self, sample_rate: f64);

    /// The next frame.
    ///
    /// # Real-time
    /// Audio thread: no allocation.
    fn next(&mut self, x: [f32; 2], now: &Now) -> [f32; 2];

    /// Whether nothing is left in it: silence in would be silence out, exactly.
    fn is_empty(&self) -> bool;

    /// Forgets what has sounded.
    fn clear(&mut self);
}

/// How an effect is mixed with the sound itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It is sent a part of the sound, and rings on when nothing is sent any more.
    Send,
    /// It takes the place of a part of the sound.
    Insert,
}

/// One effect.
struct Kind {
    /// Its name in OSC, recipes and host parameters.
    word: &'static str,
    way: Way,
    make: fn() -> Box<dyn Effect>,
}

/// Every effect.
const KINDS: [Kind; 6] = [
    Kind { word: "echo", way: Way::Send, make: || Box::new(echo::Echo::default()) },
    Kind { word: "reverb", way: Way::Send, make: || Box::new(reverb::Reverb::default()) },
    Kind { word: "flanger", way: Way::Insert, make: || Box::new(flanger::Flanger::default()) },
    Kind { word: "phaser", way: Way::Insert, make: || Box::new(phaser::Phaser::default()) },
    Kind { word: "gate", way: Way::Insert, make: || Box::new(gate::Gate::default()) },
    Kind { word: "crush", way: Way::Insert, make: || Box::new(crush::Crush::default()) },
];

/// What a slot's control names: nothing, or an effect.
pub(super) const WORDS: [&str; KINDS.len() + 1] = {
    let mut words = ["off"; KINDS.len() + 1];
    let mut n = 0;
    while n < KINDS.len() {
        words[n + 1] = KINDS[n].word;
        n += 1;
    }
    words
};

/// The times that a slot's control names, in beats.
pub(super) const TIMES: [&str; 11] = ["1/8", "1/4", "3/8", "1/2", "3/4", "1", "3/2", "2", "4", "8", "16"];
const TIMES_BEATS: [f64; TIMES.len()] = [0.125, 0.25, 0.375, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0, 8.0, 16.0];
/// The time before anyone has chosen one: three quarters of a beat.
pub(super) const FIRST_TIME: f32 = 4.0;

/// What is softer than -120 dB is nothing: so a tail has an end, on its own frame.
#[inline]
fn loud(sample: f32) -> f32 {
    if sample.abs() > 1e-6 { sample } else { 0.0 }
}

/// A ring of samples, and how long ago one went in that was not zero.
#[derive(Debug, Default)]
struct Ring {
    samples: Vec<f32>,
    at: usize,
    quiet: usize,
}

impl Ring {
    fn prepare(&mut self, frames: usize) {
        (self.samples, self.at, self.quiet) = (vec![0.0; frames.max(4)], 0, frames.max(4));
    }

    /// The sample that went in so many frames ago, 1 or more: between two, by a straight line.
    #[inline]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the ring")]
    fn ago(&self, frames: f32) -> f32 {
        let frames = frames.clamp(1.0, (self.samples.len() - 2) as f32);
        let whole = frames as usize;
        let part = frames - whole as f32;
        let place = |ago: usize| {
            let place = self.at + self.samples.len() - ago;
            self.samples[if place >= self.samples.len() { place - self.samples.len() } else { place }]
        };
        place(whole) + part * (place(whole + 1) - place(whole))
    }

    #[inline]
    fn push(&mut self, sample: f32) {
        let sample = loud(sample);
        self.samples[self.at] = sample;
        self.at = if self.at + 1 == self.samples.len() { 0 } else { self.at + 1 };
        self.quiet = if sample == 0.0 { (self.quiet + 1).min(self.samples.len()) } else { 0 };
    }

    fn is_empty(&self) -> bool {
        self.quiet >= self.samples.len()
    }

    fn clear(&mut self) {
        if !self.is_empty() {
            self.samples.fill(0.0);
        }
        (self.at, self.quiet) = (0, self.samples.len());
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a delay")]
fn frames_of(secs: f64, sample_rate: f64) -> usize {
    (secs * sample_rate).ceil() as usize
}

#[cfg(test)]
mod tests;
