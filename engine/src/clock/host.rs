//! The host's transport as a clock, with a free-running one for when the host stands still or says nothing.
//!
//! The host is predicted, not trusted: each block its word is compared with where the song must be by now.
//!
//! ```text
//! words     what the host says of its place, if it says anything new
//! follower  where the host really is: its word without the rounding; how fast it goes; whether it jumped
//! told      the tempo it tells, and the slope of a ramp
//! measured  the tempo by its own beats, for hosts whose word on tempo does not agree with them
//! bars      where the bar lines are
//! ```

mod bars;
mod follower;
mod measured;
mod told;
mod words;

use super::here::Here;
use super::{
    BeatSource, BlockClock, ClockPolicy, ClockSource, Discontinuity, HostTransport, LocalBeatClock, Quality, StopPolicy,
};
use crate::units::{Bpm, TimeSignature};
use bars::Bars;
use follower::{Follower, Heard};
use words::{Word, Words};

/// A word of the host that differs from the prediction by more than this is a jump. Below, it is the host's rounding
/// (Ardour rounds to 1/1920 beat, qtractor to 32-bit floats).
const JUMP_BEATS: f64 = 1.0 / 400.0;

/// To catch up with the host time runs faster or slower by at most this part.
const MAX_CATCH_UP: f64 = 0.4;

/// Follows the host's transport block by block. Audio thread.
#[derive(Clone, Debug)]
pub struct HostClock {
    sample_rate: f64,
    policy: ClockPolicy,
    /// The next block's start.
    here: Here,
    /// The host's last.
    tempo: Bpm,
    signature: TimeSignature,
    led: bool,
    words: Words,
    follower: Follower,
    bars: Bars,
    /// Keeps time while the host does not lead.
    local: LocalBeatClock,
}

impl HostClock {
    /// A clock at performance beat 0, before the host has said anything. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        Self {
            sample_rate,
            policy: ClockPolicy::default(),
            here: Here::START,
            tempo: Bpm::DEFAULT,
            signature: TimeSignature::COMMON,
            led: false,
            words: Words::default(),
            follower: Follower::new(sample_rate),
            bars: Bars::default(),
            local: LocalBeatClock::new(sample_rate, Bpm::DEFAULT, TimeSignature::COMMON),
        }
    }

    /// In Hz.
    #[must_use]
    pub const fn sample_rate(&self) -> f64 {
        self.sample_rate
    }

    /// Another sample rate; the beat goes on where it is.
    pub fn set_sample_rate(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        self.words = Words::default();
        self.follower = Follower::new(sample_rate);
        self.follower.restart(self.here.performance_beat, self.tempo);
        self.local = LocalBeatClock::new(sample_rate, self.tempo, self.signature);
        self.local.resume(self.here);
    }

    /// Other settings, from the next block on.
    pub const fn set_policy(&mut self, policy: ClockPolicy) {
        self.policy = policy;
    }

    /// The settings.
    #[must_use]
    pub const fn policy(&self) -> ClockPolicy {
        self.policy
    }

    /// The clock of the next `frames` frames, given what the host says of the first of them.
    ///
    /// # Real-time
    /// Constant time, no allocation.
    pub fn begin_block(&mut self, host: &HostTransport, frames: u32) -> (BlockClock, Option<Discontinuity>) {
        let host = &believable(host);
        self.signature = host.signature.unwrap_or(self.signature);
        let word = if host.playing { self.words.hear(host, self.sample_rate) } else { self.words.stop() };
        self.follower.tell(host);
        let (clock, discontinuity) = match word {
            Some(word) => self.led_block(host, word, frames),
            None => self.free_block(host, frames),
        };
        self.words.pass(frames);
        self.here = Here::after(&clock);
        self.led = clock.host_leads();
        (clock, discontinuity)
    }

    fn led_block(&mut self, host: &HostTransport, word: Word, frames: u32) -> (BlockClock, Option<Discontinuity>) {
        let moved = self.hear(host, word);
        let song_beat = self.here.song_beat();
        let regridded =
            self.bars.follow(&mut self.here.lines, host.bar_start_beats, self.signature, song_beat, moved.is_some());
        let behind = self.follower.host_is_at() - self.here.performance_beat;
        let ahead = self.follower.advance(frames);
        self.tempo = ahead.tempo;
        let nominal = ahead.tempo.beats_per_frame(self.sample_rate);
        // The correction is spread over the block: its start stays where the last one ended.
        let limit = MAX_CATCH_UP * nominal;
        let clock = BlockClock {
            first_frame: self.here.frame,
            anchor: self.here.performance_beat,
            frames_since_anchor: 0.0,
            song_offset: self.here.song_offset,
            beats_per_frame: nominal + (behind / f64::from(frames.max(1))).clamp(-limit, limit),
            beats_per_frame_step: ahead.step,
            stands_still: false,
            frames,
            sample_rate: self.sample_rate,
            tempo: ahead.tempo,
            lines: self.here.lines,
            source: ClockSource::Host,
            quality: self.follower.quality(),
            peers: 0,
        };
        (clock, moved.or(regridded.then_some(Discontinuity::Regridded)))
    }

    /// Takes the host's word in; says whether it went elsewhere.
    fn hear(&mut self, host: &HostTransport, word: Word) -> Option<Discontinuity> {
        let song_beat = match word {
            Word::Beat(song_beat) => song_beat,
            Word::GoesOn => self.follower.host_is_at() + self.here.song_offset,
            Word::Repeated => return None,
        };
        let beats = song_beat - self.here.song_beat();
        if !self.led {
            self.here.song_offset = song_beat - self.here.performance_beat;
            self.follower.restart(self.here.performance_beat, self.tempo);
            return Some(Discontinuity::Started { beats });
        }
        match self.follower.hear(song_beat - self.here.song_offset) {
            Heard::InFlow => None,
            Heard::Elsewhere { beats } => {
                let wrap = host.loop_beats.and_then(|range| whole_wrap(beats, range));
                let rounded = || (self.follower.quality() == Quality::Coarse).then(|| whole_quarters(beats)).flatten();
                let told = wrap.or_else(rounded);
                match told {
                    // The length is known better than the places: what is left over is the host's rounding.
                    Some(distance) => {
                        self.here.song_offset += distance;
                        self.follower.moved_by(beats - distance);
                    }
                    None => {
                        self.here.song_offset = song_beat - self.here.performance_beat;
                        self.follower.moved_to(self.here.performance_beat);
                    }
                }
                let ago = |(from, _): (f64, f64)| (song_beat - from).max(0.0);
                let wrapped = host.loop_beats.filter(|_| wrap.is_some()).map(ago);
                Some(Discontinuity::Jumped { beats: told.unwrap_or(beats), wrapped })
            }
        }
    }

    fn free_block(&mut self, host: &HostTransport, frames: u32) -> (BlockClock, Option<Discontinuity>) {
        self.tempo = host.tempo.unwrap_or(self.tempo);
        if self.led {
            self.local.resume(self.here);
        }
        // A host without any transport has not stopped.
        let has_transport = host.tempo.is_some() || host.song_beats.is_some() || host.song_secs.is_some();
        let freezes = self.policy.stop == StopPolicy::Freeze && !host.playing && has_transport;
        self.local.set_stands_still(freezes);
        self.local.set_tempo(self.tempo);
        self.local.set_signature(self.signature);
        let (clock, _) = self.local.begin_block(&(), frames);
        let regridded = !clock.lines().agrees_with(&self.here.lines);
        let discontinuity =
            if self.led { Some(Discontinuity::Stopped) } else { regridded.then_some(Discontinuity::Regridded) };
        (clock, discontinuity)
    }
}

impl BeatSource for HostClock {
    type Word = HostTransport;

    fn begin_block(&mut self, word: &HostTransport, frames: u32) -> (BlockClock, Option<Discontinuity>) {
        Self::begin_block(self, word, frames)
    }

    fn take_over(&mut self, last: &BlockClock) {
        (self.here, self.tempo) = (Here::after(last), last.tempo());
        self.local.resume(self.here);
        self.words.stop();
        self.led = false;
    }
}

/// The distance of a jump that is a loop's wrap, once or more often in a block.
fn whole_wrap(beats: f64, (from, to): (f64, f64)) -> Option<f64> {
    let length = to - from;
    let wraps = (-beats / length).round();
    let distance = -wraps * length;
    (wraps >= 1.0 && (beats - distance).abs() <= JUMP_BEATS).then_some(distance)
}

/// The distance of a jump in quarters of a beat, if it can be one.
fn whole_quarters(beats: f64) -> Option<f64> {
    let distance = (beats * 4.0).round() / 4.0;
    (distance != 0.0 && (beats - distance).abs() <= JUMP_BEATS).then_some(distance)
}

/// The host's word without what no host can mean: places that are not finite, or years away.
fn believable(host: &HostTransport) -> HostTransport {
    let place = |beats: &f64| beats.is_finite() && beats.abs() < 1e9;
    HostTransport {
        tempo_step_bpm: if host.tempo_step_bpm.is_finite() { host.tempo_step_bpm } else { 0.0 },
        song_beats: host.song_beats.filter(place),
        song_secs: host.song_secs.filter(place),
        bar_start_beats: host.bar_start_beats.filter(place),
        loop_beats: host.loop_beats.filter(|(from, to)| place(from) && place(to) && to > from),
        ..*host
    }
}
