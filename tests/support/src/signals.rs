//! Sounds that tell where they are.

use std::f64::consts::TAU;

use crate::blocks::Random;
use crate::sound::Sound;
use crate::transport::due_frame;

/// One step of a [`ramp`].
const STEP: f32 = 1.0 / (1 << 24) as f32;

/// Frame k is `(k + 1) * 2^-24` on the left and its negative on the right: exact in `f32`, never zero, and unlike every
/// other frame, so that a place in the file can be read from a bit-exact output. At most 2^24 - 1 frames (349 s at
/// 48 kHz); quiet at its start, full scale at the longest.
#[must_use]
pub fn ramp(frames: usize) -> Sound {
    assert!(frames < 1 << 24, "a ramp of {frames} frames is not exact");
    Sound::generate(frames, |frame| {
        let value = (frame + 1) as f32 * STEP;
        [value, -value]
    })
}

/// Which frame of a [`ramp`] this pair of samples is, if it is one bit for bit.
#[must_use]
pub fn ramp_frame([left, right]: [f32; 2]) -> Option<u64> {
    let step = left / STEP;
    (right == -left && step >= 1.0 && step.fract() == 0.0).then(|| step as u64 - 1)
}

/// A click of one frame, full scale, on every beat from frame 0; lower (0.5) on all but each fourth. Clicks are on the
/// first frame that is not before their beat.
#[must_use]
pub fn clicks(sample_rate: f64, bpm: f64, beats: u32) -> Sound {
    let frame_of = |beat: u32| due_frame(beat.into(), bpm, sample_rate) as usize;
    let mut sound = Sound::generate(frame_of(beats), |_| [0.0; 2]);
    for beat in 0..beats {
        let level = if beat % 4 == 0 { 1.0 } else { 0.5 };
        (sound.left[frame_of(beat)], sound.right[frame_of(beat)]) = (level, level);
    }
    sound
}

/// A full-scale impulse on one frame.
#[must_use]
pub fn impulse(frames: usize, at: usize) -> Sound {
    Sound::generate(frames, |frame| if frame == at { [1.0; 2] } else { [0.0; 2] })
}

/// A sine, the same on both channels, starting at 0.
#[must_use]
pub fn sine(sample_rate: f64, hz: f64, level: f64, frames: usize) -> Sound {
    Sound::generate(frames, |frame| {
        let value = (level * (TAU * hz * frame as f64 / sample_rate).sin()) as f32;
        [value, value]
    })
}

/// White noise within `-level..level`, different on the two channels; the same for the same seed.
#[must_use]
pub fn noise(seed: u64, level: f64, frames: usize) -> Sound {
    let mut random = Random::new(seed);
    let mut sample = move || ((random.next_f64() * 2.0 - 1.0) * level) as f32;
    Sound::generate(frames, |_| [sample(), sample()])
}

/// The same value on every frame.
#[must_use]
pub fn constant(left: f32, right: f32, frames: usize) -> Sound {
    Sound::generate(frames, |_| [left, right])
}
