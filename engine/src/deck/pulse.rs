//! The clock's beat on each frame, as a deck keeps it.
//!
//! A host tells its place anew for each block, with the rounding of that. As long as the tempo stays and the host is
//! where it was to be, a deck goes on along the same line: then the beat of a frame is the same number, to the last bit,
//! at any block size.

use crate::clock::BlockClock;

/// As near as this to where it was to be, in beats, the clock is there: less than a thousandth of a frame.
const SAME_BEAT: f64 = 1e-8;
/// As near as this to its nominal speed, in parts of it, the clock goes at that.
const SAME_SPEED: f64 = 1e-6;
/// Song beats minus performance beats are taken in steps of this.
const OFFSET_STEP: f64 = 1.0 / (1 << 26) as f64;

/// A line from frames to performance beats.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pulse {
    anchor: f64,
    /// Frames from the anchor to the present segment.
    base: u64,
    /// The next frame to be made, counted in the segment.
    pub frame: u32,
    /// Beats in the anchor's frame, and their change with each frame.
    speed: (f64, f64),
    stands_still: bool,
    song_offset: f64,
    tempo_bpm: f64,
}

impl Pulse {
    /// At a frame of a segment of the clock. `before` is the pulse at the end of the last segment.
    pub(super) fn new(clock: &BlockClock, frame: u32, before: Option<&Self>) -> Self {
        let (told, stands_still) = (clock.performance_beat_at(0), clock.stands_still());
        let anchor = before.map(|before| before.beat(0)).filter(|beat| (beat - told).abs() < SAME_BEAT).unwrap_or(told);
        let nominal = clock.tempo().beats_per_frame(clock.sample_rate());
        let own = (clock.performance_beat_at(1) - told, clock.beats_per_frame_step());
        let is_nominal = stands_still || (own.1 == 0.0 && (own.0 - nominal).abs() <= SAME_SPEED * nominal);
        let speed = if is_nominal { (nominal, 0.0) } else { (own.0 - 0.5 * own.1, own.1) };
        let is_there = |before: &&Self| (before.beat(0) - told).abs() < SAME_BEAT;
        let goes_on = |before: &&Self| before.speed == speed && !before.stands_still && !stands_still;
        let line = before.filter(is_there).filter(goes_on).filter(|_| speed.1 == 0.0);
        let (anchor, base) = line.map_or((anchor, 0), |line| (line.anchor, line.base + u64::from(line.frame)));
        let song_offset = (clock.to_song(0.0) / OFFSET_STEP).round() * OFFSET_STEP;
        Self { anchor, base, frame, speed, stands_still, song_offset, tempo_bpm: clock.tempo().get() }
    }

    /// Performance beat so many frames from now.
    pub(super) fn beat(&self, ahead: u32) -> f64 {
        if self.stands_still {
            return self.anchor;
        }
        let frames = (self.base + u64::from(self.frame) + u64::from(ahead)) as f64;
        self.anchor + frames * (self.speed.0 + 0.5 * self.speed.1 * frames)
    }

    /// The song beat of a performance beat.
    pub(super) fn song_beat(&self, performance_beat: f64) -> f64 {
        performance_beat + self.song_offset
    }

    /// Quarter notes a minute.
    pub(super) const fn tempo_bpm(&self) -> f64 {
        self.tempo_bpm
    }
}
