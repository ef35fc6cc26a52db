//! Where the music is in this frame of the picture.
//!
//! Snapshots come once a block and reach the editor up to a turn of the control thread later: drawn as they come,
//! waveforms would tremble by a few pixels. The editor keeps a clock of its own that follows theirs slowly.

use echelon_engine::message::ClockView;

/// How much of a difference is taken over in a frame.
const FOLLOW: f64 = 0.06;
/// A difference above this is a jump, and taken over at once. Seconds.
const JUMP_SECS: f64 = 0.1;
/// Nothing is foretold further than this: audio that stopped stands still. Seconds.
const MAX_AHEAD_SECS: f64 = 0.05;

/// Follows the audio clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Glide {
    /// Audio time less the editor's.
    offset_secs: Option<f64>,
    ahead_secs: f64,
}

impl Glide {
    /// Takes in the newest snapshot's clock.
    pub fn update(&mut self, clock: &ClockView, now_secs: f64) {
        let audio_secs = clock.frame as f64 / clock.sample_rate.max(1.0);
        let measured = audio_secs - now_secs;
        let offset = match self.offset_secs {
            Some(offset) if (measured - offset).abs() < JUMP_SECS => offset + FOLLOW * (measured - offset),
            _ => measured,
        };
        self.offset_secs = Some(offset);
        self.ahead_secs = (now_secs + offset - audio_secs).clamp(-MAX_AHEAD_SECS, MAX_AHEAD_SECS);
    }

    /// How far the music is past the snapshot by now, in seconds.
    #[must_use]
    pub const fn ahead_secs(&self) -> f64 {
        self.ahead_secs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::message::Snapshot;

    fn clock(secs: f64) -> ClockView {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a short time")]
        let frame = (secs * 48_000.0) as u64;
        ClockView { frame, ..Snapshot::default().clock }
    }

    #[test]
    fn steps_of_the_snapshots_become_an_even_flow() {
        let mut glide = Glide::default();
        let mut places: Vec<f64> = Vec::new();
        for frame in 0..400_u32 {
            let now = f64::from(frame) / 60.0;
            // Blocks of 1024 frames, and a control thread that comes by every 10 ms.
            let block = (now * 48_000.0 / 1024.0).floor() * 1024.0 / 48_000.0;
            glide.update(&clock(block), now);
            places.push(block + glide.ahead_secs());
        }
        let steps: Vec<f64> = places[200..].windows(2).map(|pair| pair[1] - pair[0]).collect();
        let even = 1.0 / 60.0;
        assert!(steps.iter().all(|step| (step - even).abs() < 0.1 * even), "{steps:?}");
    }

    #[test]
    fn a_clock_that_stands_still_is_not_left_behind() {
        let mut glide = Glide::default();
        for frame in 0..100_u32 {
            glide.update(&clock(1.0), f64::from(frame) / 60.0);
            assert!(glide.ahead_secs().abs() <= MAX_AHEAD_SECS);
        }
    }
}
