//! The tempo that the host tells.

use super::super::HostTransport;
use crate::units::Bpm;

/// Consecutive slopes that agree within this ratio make a tempo ramp, for hosts that give no slope.
pub(super) const SLOPE_AGREEMENT: f64 = 0.25;

/// The host's word on its tempo, and the slope of a ramp as far as it can be told from the last blocks.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) tempo: Option<Bpm>,
    /// Change with each frame, in BPM, as the host says it; 0 when it does not.
    said_slope_bpm: f64,
    /// It has said one: its silence means that there is none.
    says_slopes: bool,
    /// The same between the last two words.
    seen_slope_bpm: f64,
    /// Two such agreed.
    is_ramp: bool,
    /// Since the word before this one.
    frames: u32,
}

impl Told {
    pub(super) fn hear(&mut self, host: &HostTransport) {
        let Some(tempo) = host.tempo.filter(|_| host.playing) else {
            *self = Self::default();
            return;
        };
        self.said_slope_bpm = host.tempo_step_bpm;
        self.says_slopes |= host.tempo_step_bpm != 0.0;
        match self.tempo {
            // A block without frames tells nothing of the slope.
            Some(last) if self.frames > 0 => {
                let seen = (tempo.get() - last.get()) / f64::from(self.frames);
                let before = std::mem::replace(&mut self.seen_slope_bpm, seen);
                self.is_ramp = (seen - before).abs() <= SLOPE_AGREEMENT * before.abs();
            }
            Some(_) => {}
            None => (self.seen_slope_bpm, self.is_ramp) = (0.0, false),
        }
        (self.tempo, self.frames) = (Some(tempo), 0);
    }

    pub(super) const fn pass(&mut self, frames: u32) {
        self.frames = self.frames.saturating_add(frames);
    }

    /// Frames since the word before.
    pub(super) const fn frames_since(&self) -> u32 {
        self.frames
    }

    /// Change of the tempo with each frame, in BPM.
    pub(super) fn slope_bpm(&self) -> f64 {
        if self.is_ramp && !self.says_slopes { self.seen_slope_bpm } else { self.said_slope_bpm }
    }
}
