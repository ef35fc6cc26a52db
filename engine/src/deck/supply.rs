//! A playhead whose track is still being decoded: it goes silent before it comes to what is not there yet, and is heard
//! again when it is, on its place in time.

use super::motion::Place;
use super::samples::Sound;

/// Frames after a place that are needed to read it: half of the interpolator's taps, and what rounding adds.
pub(super) const TAPS_AHEAD: f64 = 34.0;

/// How much of one playhead is heard for what is there of its track.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Supply {
    /// 0..1; `None` before its first frame: it begins at once with what is there.
    gain: Option<f32>,
    starved: u64,
}

impl Supply {
    /// Whether nothing is missing, now or later.
    #[inline]
    pub(super) fn is_full(&self, sound: &Sound<'_>) -> bool {
        sound.is_whole() && self.gain.is_none_or(|gain| gain >= 1.0)
    }

    /// The gain of the next frame, which is on a place. It goes from one to the other in `fade_frames` of the host, and
    /// starts so long before the first frame that is missing.
    pub(super) fn next_gain(&mut self, sound: &Sound<'_>, place: &Place, fade_frames: f32) -> f32 {
        let ahead = place.rate.max(0.0) * f64::from(fade_frames) + TAPS_AHEAD;
        let is_there = sound.reaches(place.frame + ahead);
        self.starved += u64::from(!is_there);
        let goal = if is_there { 1.0 } else { 0.0 };
        let step = 1.0 / fade_frames.max(1.0);
        let gain = self.gain.map_or(goal, |gain| gain + (goal - gain).clamp(-step, step));
        self.gain = Some(gain);
        gain
    }

    /// Frames that were wanted too early since this was asked last.
    pub(super) const fn take_starved(&mut self) -> u64 {
        std::mem::replace(&mut self.starved, 0)
    }
}
