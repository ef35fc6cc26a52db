//! Effect slots: each has every effect ready, so that a switch allocates nothing; what was in the way before rings out.
//!
//! An effect is a file here and a row in [`KINDS`].

mod crush;
mod echo;
mod flanger;
mod gate;
mod phaser;
mod reverb;
mod ring;
mod slot;

pub(in crate::mixer) use echo::Echo;
use ring::Ring;
pub use slot::FxSlotNode;

use crate::graph::SUB_BLOCK_FRAMES;

/// How many slots a deck has.
pub const NUM_SLOTS: usize = 2;

/// Both channels of a stretch of frames.
pub(crate) type Sound = [[f32; SUB_BLOCK_FRAMES]; 2];

/// What an effect goes by over a stretch of frames: nothing moves in it but the music.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Now {
    /// Frames of the stretch, `1..=SUB_BLOCK_FRAMES`.
    frames: usize,
    /// 0..1: see the effect.
    depth: f32,
    /// 0..1: see the effect.
    tone: f32,
    /// The slot's time in frames, at the tempo.
    period_frames: f32,
    /// The same in beats.
    period_beats: f64,
    beat: Beat,
}

/// The song's beat on a frame, and how it goes on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Beat {
    start: f64,
    per_frame: f64,
    /// Frames since then.
    frames: u64,
}

impl Beat {
    fn after(&self, frames: usize) -> f64 {
        self.start + (self.frames + frames as u64) as f64 * self.per_frame
    }
}

impl Now {
    /// Where in the slot's time the music is on a frame of the stretch: 0..1, counted from the song's start.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "a part of 1")]
    fn phase(&self, frame: usize) -> f32 {
        let periods = self.beat.after(frame) / self.period_beats;
        // Its fraction, as `rem_euclid` has it, without the library's division bit by bit.
        let fraction = periods - (periods as i64) as f64;
        let part = if fraction < 0.0 { fraction + 1.0 } else { fraction };
        (part as f32).min(0.999_999_9)
    }
}

/// An effect: makes what is wet, a stretch of frames at a time. However frames are cut into stretches, it makes the same.
pub(crate) trait Effect: Send + std::fmt::Debug {
    /// Makes room. Not real-time.
    fn prepare(&mut self, sample_rate: f64);

    /// What goes in becomes what is wet, up to the stretch's last frame.
    ///
    /// # Real-time
    /// Audio thread: no allocation.
    fn make(&mut self, sound: &mut Sound, now: &Now);

    /// For how many frames something is certainly left in it, if nothing goes in any more; 0 once nothing is: silence in
    /// would be silence out, exactly.
    fn lasts(&self) -> usize;

    /// Whether nothing is left in it.
    fn is_empty(&self) -> bool {
        self.lasts() == 0
    }

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

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a delay")]
fn frames_of(secs: f64, sample_rate: f64) -> usize {
    (secs * sample_rate).ceil() as usize
}

#[cfg(test)]
mod tests;
