//! A session as a source of beats.

use super::super::here::Here;
use super::super::{BeatClock, BeatSource, BlockClock, ClockSource, Discontinuity, GridLines, Quality};
use crate::units::Bpm;

/// So far off, in seconds, is made up for by going faster or slower; further is a jump.
pub const SLEW_LIMIT_SECS: f64 = 0.02;
/// By at most this part faster or slower: what is heard bends by less than a tenth of a semitone.
pub const SLEW_RATIO: f64 = 0.005;
/// A small way off is made up for in about so many seconds: the wobble of the measured time is not heard.
const SLEW_SECS: f64 = 0.1;

/// What a session says of a block's first frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkWord {
    /// The session's beat when that frame is heard.
    pub beat: f64,
    /// Its beats in a frame; above zero.
    pub beats_per_frame: f64,
    /// Its tempo.
    pub tempo: Bpm,
    /// Beats in a bar: bars begin at their multiples.
    pub bar_beats: f64,
    /// Others in the session.
    pub peers: u32,
    /// How well time is known.
    pub quality: Quality,
}

/// Follows a session block by block. Audio thread.
///
/// Performance beats go on without a gap, whatever the session does: a jump of the session's is another song beat from
/// there on.
#[derive(Clone, Debug)]
pub struct LinkClock {
    sample_rate: f64,
    here: Here,
    tempo: Bpm,
    beats_per_frame: f64,
    peers: u32,
    leads: bool,
}

impl LinkClock {
    /// At beat 0, before the session has said anything. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let tempo = Bpm::DEFAULT;
        let beats_per_frame = tempo.beats_per_frame(sample_rate);
        Self { sample_rate, here: Here::START, tempo, beats_per_frame, peers: 0, leads: false }
    }

    /// How far the session is ahead of the rig, in beats; takes a jump over.
    fn hear(&mut self, word: &LinkWord) -> (f64, Option<Discontinuity>) {
        let ahead = word.beat - self.here.song_beat();
        let took_over = !std::mem::replace(&mut self.leads, true);
        let secs = ahead * 60.0 / word.tempo.get();
        if !took_over && secs.abs() < SLEW_LIMIT_SECS {
            return (ahead, None);
        }
        self.here.song_offset = word.beat - self.here.performance_beat;
        let what = if took_over {
            Discontinuity::Switched { beats: ahead }
        } else {
            Discontinuity::Jumped { beats: ahead, wrapped: None }
        };
        (0.0, Some(what))
    }

    /// Beats in a frame, with what it takes to make up for being `ahead` beats off.
    fn speed(&self, word: &LinkWord, ahead: f64, frames: u32) -> f64 {
        let secs = ahead * 60.0 / word.tempo.get();
        let over = SLEW_SECS.max(f64::from(frames) / self.sample_rate);
        word.beats_per_frame * (1.0 + (secs / over).clamp(-SLEW_RATIO, SLEW_RATIO))
    }
}

impl BeatSource for LinkClock {
    type Word = LinkWord;

    fn begin_block(&mut self, word: &LinkWord, frames: u32) -> (BlockClock, Option<Discontinuity>) {
        let (ahead, moved) = self.hear(word);
        let lines = GridLines { bar_start_beat: 0.0, bar_beats: word.bar_beats };
        let regridded = !lines.agrees_with(&self.here.lines);
        self.here.lines = lines.around(self.here.song_beat());
        let clock = BlockClock {
            first_frame: self.here.frame,
            anchor: self.here.performance_beat,
            frames_since_anchor: 0.0,
            song_offset: self.here.song_offset,
            beats_per_frame: self.speed(word, ahead, frames),
            beats_per_frame_step: 0.0,
            stands_still: false,
            frames,
            sample_rate: self.sample_rate,
            tempo: word.tempo,
            lines: self.here.lines,
            source: ClockSource::Link,
            quality: word.quality,
            peers: word.peers,
        };
        (self.tempo, self.beats_per_frame, self.peers) = (word.tempo, clock.beats_per_frame, word.peers);
        self.here = Here::after(&clock);
        (clock, moved.or(regridded.then_some(Discontinuity::Regridded)))
    }

    fn take_over(&mut self, last: &BlockClock) {
        (self.here, self.leads) = (Here::after(last), false);
    }
}

/// At the next block's first frame.
impl BeatClock for LinkClock {
    fn current_beat(&self) -> f64 {
        self.here.song_beat()
    }
    fn tempo_bpm(&self) -> f64 {
        self.tempo.get()
    }
    fn is_synchronized(&self) -> bool {
        self.leads && self.peers > 0
    }
    fn num_peers(&self) -> usize {
        self.peers as usize
    }
    fn lines(&self) -> GridLines {
        self.here.lines.around(self.here.song_beat())
    }
    fn beats_per_frame(&self) -> f64 {
        self.beats_per_frame
    }
    fn sample_rate(&self) -> f64 {
        self.sample_rate
    }
}
