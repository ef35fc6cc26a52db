//! Beats and frames of one block.

use super::{GridLines, ON_FRAME_TOLERANCE};
use crate::units::Bpm;

/// Beats <-> frames for every frame of one block, tempo ramps included. Made once for a block; plain data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockClock {
    /// Performance beat of the anchor: frame 0, or an earlier frame while the rig runs free.
    pub(super) anchor: f64,
    /// Frames from the anchor to frame 0.
    pub(super) frames_since_anchor: f64,
    /// Song beat minus performance beat.
    pub(super) song_offset: f64,
    /// Beats in the anchor's frame; above zero.
    pub(super) beats_per_frame: f64,
    /// Change of that with each frame.
    pub(super) beats_per_frame_step: f64,
    pub(super) frames: u32,
    pub(super) sample_rate: f64,
    pub(super) lines: GridLines,
    pub(super) host_leads: bool,
}

impl BlockClock {
    /// Frames in the block.
    #[must_use]
    pub const fn frames(&self) -> u32 {
        self.frames
    }

    /// Performance beat at a frame, `frames` included: there the next block starts.
    #[must_use]
    pub fn performance_beat_at(&self, frame: u32) -> f64 {
        let n = self.frames_since_anchor + f64::from(frame);
        self.anchor + n * (self.beats_per_frame + 0.5 * self.beats_per_frame_step * n)
    }

    /// Song beat at a frame.
    #[must_use]
    pub fn song_beat_at(&self, frame: u32) -> f64 {
        self.to_song(self.performance_beat_at(frame))
    }

    /// The song beat of a performance beat, as the host counts in this block.
    #[must_use]
    pub fn to_song(&self, performance_beat: f64) -> f64 {
        performance_beat + self.song_offset
    }

    /// The performance beat of a song beat, as the host counts in this block.
    #[must_use]
    pub fn to_performance(&self, song_beat: f64) -> f64 {
        song_beat - self.song_offset
    }

    /// Frames from frame 0 to a performance beat, as a real number; negative for a beat that is past.
    #[must_use]
    pub fn frames_to(&self, performance_beat: f64) -> f64 {
        self.frames_from_anchor_to(performance_beat) - self.frames_since_anchor
    }

    fn frames_from_anchor_to(&self, performance_beat: f64) -> f64 {
        let beats = performance_beat - self.anchor;
        let (v, a) = (self.beats_per_frame, self.beats_per_frame_step);
        if a == 0.0 {
            return beats / v;
        }
        // Inverse of n*v + a*n^2/2 in the form that stays exact for small a; a ramp that never gets there is endless.
        let discriminant = v * v + 2.0 * a * beats;
        if discriminant < 0.0 { f64::INFINITY } else { 2.0 * beats / (v + discriminant.sqrt()) }
    }

    /// The frame of this block on which a performance beat falls: the first at or after it. A beat that is past is due
    /// on frame 0; `None` if it comes after the block.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 <= frame < frames, a u32")]
    pub fn frame_of(&self, performance_beat: f64) -> Option<u32> {
        let frame = (self.frames_to(performance_beat) - ON_FRAME_TOLERANCE).ceil().max(0.0);
        (frame < f64::from(self.frames)).then_some(frame as u32)
    }

    /// Whole frames by which a beat was missed at `frame`; 0 on its frame.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "far below 2^63")]
    pub fn frames_late(&self, performance_beat: f64, frame: u32) -> i64 {
        let due = (self.frames_to(performance_beat) - ON_FRAME_TOLERANCE).ceil();
        (f64::from(frame) - due) as i64
    }

    /// Bars at frame 0.
    #[must_use]
    pub const fn lines(&self) -> GridLines {
        self.lines
    }

    /// Half a frame in beats: closer than this to a line is on it.
    #[must_use]
    pub fn half_frame_beats(&self) -> f64 {
        0.5 * self.beats_per_frame
    }

    /// Tempo at frame 0.
    #[must_use]
    pub fn tempo(&self) -> Bpm {
        Bpm::new(self.beats_per_frame * 60.0 * self.sample_rate).unwrap_or(Bpm::DEFAULT)
    }

    /// Whether the host's transport leads; otherwise the rig runs free.
    #[must_use]
    pub const fn host_leads(&self) -> bool {
        self.host_leads
    }

    /// In Hz.
    #[must_use]
    pub const fn sample_rate(&self) -> f64 {
        self.sample_rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sample rate 1 and 60 BPM: a beat is a frame.
    fn clock(start: f64, step: f64, frames: u32) -> BlockClock {
        BlockClock {
            anchor: start,
            frames_since_anchor: 0.0,
            song_offset: 100.0,
            beats_per_frame: 1.0,
            beats_per_frame_step: step,
            frames,
            sample_rate: 1.0,
            lines: GridLines { bar_start_beat: 0.0, bar_beats: 4.0 },
            host_leads: true,
        }
    }

    #[test]
    fn a_beat_between_frames_falls_on_the_later_one() {
        let clock = clock(10.0, 0.0, 4);
        assert_eq!(clock.frame_of(10.0), Some(0));
        assert_eq!(clock.frame_of(10.0009), Some(0), "within the tolerance");
        assert_eq!(clock.frame_of(10.0011), Some(1), "and beyond it");
        assert_eq!(clock.frame_of(10.5), Some(1));
        assert_eq!(clock.frame_of(13.0), Some(3));
        assert_eq!(clock.frame_of(13.5), None);
        assert_eq!(clock.frame_of(2.0), Some(0), "overdue");
        assert_eq!(clock.frames_late(8.0, 0), 2);
    }

    #[test]
    fn ramps_are_inverted_exactly() {
        let clock = clock(0.0, 0.125, 64);
        for frame in 0..64 {
            let beat = clock.performance_beat_at(frame);
            assert_eq!(clock.frame_of(beat), Some(frame));
        }
    }

    #[test]
    fn a_ramp_that_stands_still_before_the_beat_never_gets_there() {
        assert_eq!(clock(0.0, -0.1, 8).frame_of(100.0), None);
    }
}
