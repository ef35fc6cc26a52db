//! Beats and frames of one block.

use super::{ClockSource, GridLines, ON_FRAME_TOLERANCE, Quality};
use crate::units::Bpm;

/// Beats <-> frames for every frame of one block, tempo ramps included. Made once for a block; plain data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlockClock {
    /// Frames that the rig had made before frame 0.
    pub(super) first_frame: u64,
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
    /// Every frame is at the anchor; the speed only tells how late what is past is.
    pub(super) stands_still: bool,
    pub(super) frames: u32,
    pub(super) sample_rate: f64,
    /// At frame 0, without what it takes to catch up with the source.
    pub(super) tempo: Bpm,
    pub(super) lines: GridLines,
    pub(super) source: ClockSource,
    pub(super) quality: Quality,
    /// Others in the session; 0 if none leads.
    pub(super) peers: u32,
}

impl BlockClock {
    /// Frames in the block.
    #[must_use]
    pub const fn frames(&self) -> u32 {
        self.frames
    }

    /// Frames that the rig had made before frame 0.
    #[must_use]
    pub const fn first_frame(&self) -> u64 {
        self.first_frame
    }

    /// Performance beat at a frame, `frames` included: there the next block starts.
    #[must_use]
    pub fn performance_beat_at(&self, frame: u32) -> f64 {
        if self.stands_still {
            return self.anchor;
        }
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

    /// Frames from frame 0 to a performance beat, as a real number; negative for a beat that is past, and endless for
    /// one that never comes.
    #[must_use]
    pub fn frames_to(&self, performance_beat: f64) -> f64 {
        if self.stands_still {
            // What is asked for now is due now, in spite of rounding; what is to come is not.
            let frames = (performance_beat - self.anchor) / self.beats_per_frame;
            return if frames <= ON_FRAME_TOLERANCE { frames } else { f64::INFINITY };
        }
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
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    pub fn frames_late(&self, performance_beat: f64, frame: u32) -> i64 {
        let due = (self.frames_to(performance_beat) - ON_FRAME_TOLERANCE).ceil();
        // While time stands still nothing gets later.
        let here = if self.stands_still { 0.0 } else { f64::from(frame) };
        (here - due) as i64
    }

    /// Change of the beats in a frame with each frame: 0 but in a ramp.
    #[must_use]
    pub const fn beats_per_frame_step(&self) -> f64 {
        self.beats_per_frame_step
    }

    /// Bars at frame 0.
    #[must_use]
    pub const fn lines(&self) -> GridLines {
        self.lines
    }

    /// Half a frame in beats: closer than this to a line is on it.
    #[must_use]
    pub fn half_frame_beats(&self) -> f64 {
        0.5 * self.tempo.beats_per_frame(self.sample_rate)
    }

    /// Tempo at frame 0.
    #[must_use]
    pub const fn tempo(&self) -> Bpm {
        self.tempo
    }

    /// Beats in a frame by the tempo at the block's end.
    pub(super) fn beats_per_frame_after(&self) -> f64 {
        self.tempo.beats_per_frame(self.sample_rate) + self.beats_per_frame_step * f64::from(self.frames)
    }

    /// Whether musical time stands still: every frame has the beat of frame 0, and only what is past is due.
    #[must_use]
    pub const fn stands_still(&self) -> bool {
        self.stands_still
    }

    /// Whose beat it is.
    #[must_use]
    pub const fn source(&self) -> ClockSource {
        self.source
    }

    /// How near that is to the source's music.
    #[must_use]
    pub const fn quality(&self) -> Quality {
        self.quality
    }

    /// Whether the host's transport leads; otherwise the rig runs free.
    #[must_use]
    pub fn host_leads(&self) -> bool {
        self.source == ClockSource::Host
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
            first_frame: 0,
            anchor: start,
            frames_since_anchor: 0.0,
            song_offset: 100.0,
            beats_per_frame: 1.0,
            beats_per_frame_step: step,
            stands_still: false,
            frames,
            sample_rate: 1.0,
            tempo: Bpm::new(60.0).unwrap(),
            lines: GridLines { bar_start_beat: 0.0, bar_beats: 4.0 },
            source: ClockSource::Host,
            quality: Quality::Exact,
            peers: 0,
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

    #[test]
    fn while_time_stands_still_only_what_is_past_is_due() {
        let clock = BlockClock { stands_still: true, ..clock(10.0, 0.0, 4) };
        assert_eq!((clock.performance_beat_at(0), clock.performance_beat_at(4)), (10.0, 10.0));
        assert_eq!(
            (clock.frame_of(10.0), clock.frame_of(10.0 + 1e-12), clock.frame_of(7.0)),
            (Some(0), Some(0), Some(0))
        );
        assert_eq!((clock.frame_of(10.01), clock.frame_of(1e300)), (None, None));
        assert_eq!((clock.frames_to(7.0), clock.frames_to(11.0)), (-3.0, f64::INFINITY));
        assert_eq!((clock.frames_late(10.0, 3), clock.frames_late(7.0, 3)), (0, 3), "nothing gets later");
    }
}
