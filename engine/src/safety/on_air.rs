//! On air: what the audience may hear, or heard a moment ago.

use crate::units::ms_to_frames;

/// A deck whose own path lets less than this through is not heard: -60 dB.
pub const ON_AIR_GAIN: f32 = 0.001;
/// A deck counts as on air for this long after it was heard last.
const HOLD_MS: f64 = 250.0;

/// Whether one deck is on air. Audio thread; counted in frames since the rig began.
#[derive(Clone, Copy, Debug)]
pub struct OnAir {
    hold_frames: u64,
    /// The frame after the last that was heard.
    heard_until: u64,
}

impl OnAir {
    /// Not heard so far. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        Self { hold_frames: u64::from(ms_to_frames(HOLD_MS, sample_rate)), heard_until: 0 }
    }

    /// Another sample rate, in Hz.
    pub fn set_sample_rate(&mut self, sample_rate: f64) {
        self.hold_frames = u64::from(ms_to_frames(HOLD_MS, sample_rate));
    }

    /// The deck played up to a frame through a path (channel and crossfader) that lets it be heard.
    ///
    /// The path counts, not the signal: a break in the music is on air.
    pub fn heard(&mut self, until: u64) {
        self.heard_until = self.heard_until.max(until);
    }

    /// Whether it is on air on a frame.
    #[must_use]
    pub const fn is_on_air(&self, frame: u64) -> bool {
        self.heard_until > 0 && frame < self.heard_until + self.hold_frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_for_a_quarter_of_a_second_after_it_was_heard() {
        let mut on_air = OnAir::new(48_000.0);
        assert!(!on_air.is_on_air(0), "a deck that was never heard");
        on_air.heard(1_000);
        assert!(on_air.is_on_air(0) && on_air.is_on_air(12_999));
        assert!(!on_air.is_on_air(13_000));
        on_air.heard(500);
        assert!(on_air.is_on_air(12_999), "the latest counts");
    }
}
