//! The host's transport as a clock, with a free-running one for when the host stands still or says nothing.
//!
//! The host is predicted, not trusted: each block its word is compared with where the song must be by now.

use super::{BlockClock, GridLines, HostTransport};
use crate::units::{Bpm, TimeSignature};

/// A word of the host that differs from the prediction by more than this is a jump. Below, it is the host's rounding
/// (Ardour rounds to 1/1920 beat, qtractor to 32-bit floats).
const JUMP_BEATS: f64 = 1.0 / 400.0;

/// Part of a rounding difference that is taken over in a block, so that rounding averages out.
const LEAK: f64 = 0.02;

/// Consecutive slopes that agree within this ratio make a tempo ramp, for hosts that give no slope.
const SLOPE_AGREEMENT: f64 = 0.25;

/// What broke the flow of song beats at a block's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discontinuity {
    /// The host started to roll.
    Started,
    /// The host stopped; the rig runs free from here.
    Stopped,
    /// The host looped or was moved.
    Jumped,
}

/// Follows the host's transport block by block. Audio thread.
#[derive(Clone, Debug)]
pub struct HostClock {
    sample_rate: f64,
    /// Performance beat at which the next block starts.
    next: f64,
    song_offset: f64,
    tempo: Bpm,
    signature: TimeSignature,
    bar_start_beat: f64,
    led: bool,
    free_run: FreeRun,
    slope: Slope,
}

/// Free running counts frames from an anchor, so that its beats do not depend on the block size.
#[derive(Clone, Copy, Debug, Default)]
struct FreeRun {
    /// Performance beat.
    anchor: f64,
    frames: u64,
    beats_per_frame: f64,
}

/// Tempo change per frame, as far as it can be told from the last blocks.
#[derive(Clone, Copy, Debug, Default)]
struct Slope {
    last_tempo: Option<f64>,
    last_frames: u32,
    bpm_per_frame: f64,
}

impl HostClock {
    /// A clock at performance beat 0, before the host has said anything. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        Self {
            sample_rate,
            next: 0.0,
            song_offset: 0.0,
            tempo: Bpm::DEFAULT,
            signature: TimeSignature::COMMON,
            bar_start_beat: 0.0,
            led: false,
            free_run: FreeRun::default(),
            slope: Slope::default(),
        }
    }

    /// Another sample rate; the beat goes on where it is.
    pub fn set_sample_rate(&mut self, sample_rate: f64) {
        self.sample_rate = sample_rate;
        self.free_run = FreeRun::default();
        self.slope = Slope::default();
    }

    /// The clock of the next `frames` frames, given what the host says of the first of them.
    ///
    /// # Real-time
    /// Constant time, no allocation.
    pub fn begin_block(&mut self, host: &HostTransport, frames: u32) -> (BlockClock, Option<Discontinuity>) {
        let host = &believable(host);
        let slope_bpm = self.slope.observe(host, frames);
        self.tempo = host.tempo.unwrap_or(self.tempo);
        self.signature = host.signature.unwrap_or(self.signature);
        let (clock, discontinuity) = match host.song_beats.filter(|_| host.playing) {
            Some(song_beat) => self.led_block(host, song_beat, slope_bpm, frames),
            None => self.free_block(frames),
        };
        self.next = clock.performance_beat_at(frames);
        self.led = clock.host_leads;
        (clock, discontinuity)
    }

    fn led_block(
        &mut self,
        host: &HostTransport,
        song_beat: f64,
        slope_bpm: f64,
        frames: u32,
    ) -> (BlockClock, Option<Discontinuity>) {
        let nominal = self.tempo.beats_per_frame(self.sample_rate);
        // A slope that would halve or double the tempo within the block is a host's slip: time must not stand still.
        let step = slope_bpm / (60.0 * self.sample_rate);
        let step = if (step * f64::from(frames)).abs() <= 0.5 * nominal { step } else { 0.0 };
        let difference = song_beat - (self.next + self.song_offset);
        let (correction, discontinuity) = if !self.led {
            self.song_offset = song_beat - self.next;
            (0.0, Some(Discontinuity::Started))
        } else if difference.abs() > JUMP_BEATS.max(0.5 * nominal) {
            self.song_offset = song_beat - self.next;
            (0.0, Some(Discontinuity::Jumped))
        } else if difference.abs() <= 0.5 * nominal {
            (difference, None)
        } else {
            (difference * LEAK, None)
        };
        self.bar_start_beat = self.bar_start(host, song_beat);
        // The correction is spread over the block: its start stays where the last one ended. Time may run at half or
        // one and a half of its speed for it, never backwards.
        let beats_per_frame = nominal + (correction / f64::from(frames.max(1))).clamp(-0.5 * nominal, 0.5 * nominal);
        let here = FreeRun { anchor: self.next, frames: 0, beats_per_frame };
        (self.clock(here, step, frames, true), discontinuity)
    }

    fn free_block(&mut self, frames: u32) -> (BlockClock, Option<Discontinuity>) {
        let beats_per_frame = self.tempo.beats_per_frame(self.sample_rate);
        if self.led || self.free_run.beats_per_frame != beats_per_frame {
            self.free_run = FreeRun { anchor: self.next, frames: 0, beats_per_frame };
        }
        let here = self.free_run;
        self.free_run.frames += u64::from(frames);
        let bar_beats = self.signature.bar_beats();
        let song_beat = self.next + self.song_offset;
        self.bar_start_beat += ((song_beat - self.bar_start_beat) / bar_beats).floor() * bar_beats;
        let discontinuity = self.led.then_some(Discontinuity::Stopped);
        (self.clock(here, 0.0, frames, false), discontinuity)
    }

    fn clock(&self, run: FreeRun, step: f64, frames: u32, host_leads: bool) -> BlockClock {
        BlockClock {
            anchor: run.anchor,
            frames_since_anchor: run.frames as f64,
            song_offset: self.song_offset,
            beats_per_frame: run.beats_per_frame,
            beats_per_frame_step: step,
            frames,
            sample_rate: self.sample_rate,
            lines: GridLines { bar_start_beat: self.bar_start_beat, bar_beats: self.signature.bar_beats() },
            host_leads,
        }
    }

    /// The host's bar start if it can be one (Ardour and qtractor say wrong ones), else by the signature from beat 0.
    fn bar_start(&self, host: &HostTransport, song_beat: f64) -> f64 {
        let bar_beats = self.signature.bar_beats();
        let plausible = |start: &f64| {
            (-1e-6..bar_beats).contains(&(song_beat - start)) && {
                // A host that says "the bar starts here" off every beat says its own position (qtractor).
                let beats = start * 8.0;
                (beats - beats.round()).abs() < 1e-3
            }
        };
        let derived = (song_beat / bar_beats + 1e-9).floor() * bar_beats;
        host.bar_start_beats.filter(plausible).unwrap_or(derived)
    }
}

/// The host's word without what no host can mean: places that are not finite, or years away.
fn believable(host: &HostTransport) -> HostTransport {
    let place = |beats: &f64| beats.is_finite() && beats.abs() < 1e9;
    HostTransport {
        tempo_step_bpm: if host.tempo_step_bpm.is_finite() { host.tempo_step_bpm } else { 0.0 },
        song_beats: host.song_beats.filter(place),
        bar_start_beats: host.bar_start_beats.filter(place),
        ..*host
    }
}

impl Slope {
    /// Tempo change per frame in this block, in BPM.
    fn observe(&mut self, host: &HostTransport, frames: u32) -> f64 {
        let Some(tempo) = host.tempo.filter(|_| host.playing).map(Bpm::get) else {
            *self = Self::default();
            return 0.0;
        };
        let before = self.bpm_per_frame;
        self.bpm_per_frame = match self.last_tempo {
            Some(last) if self.last_frames > 0 => (tempo - last) / f64::from(self.last_frames),
            _ => 0.0,
        };
        (self.last_tempo, self.last_frames) = (Some(tempo), frames);
        if host.tempo_step_bpm != 0.0 {
            return host.tempo_step_bpm;
        }
        let agrees = (self.bpm_per_frame - before).abs() <= SLOPE_AGREEMENT * before.abs();
        if agrees { self.bpm_per_frame } else { 0.0 }
    }
}

#[cfg(test)]
mod tests;
