//! The clock as the rest of the program asks it.

use super::{BlockClock, GridLines};
use crate::message::ClockView;
use crate::units::{Bpm, TimeSignature};

/// Musical time, whoever keeps it.
pub trait BeatClock {
    /// Song position in quarter notes.
    fn current_beat(&self) -> f64;
    /// Place in the bar, 0..1.
    fn phase(&self) -> f64;
    /// Quarter notes a minute.
    fn tempo_bpm(&self) -> f64;
    /// Whether it follows someone (a host that rolls, a Link session) rather than running free.
    fn is_synchronized(&self) -> bool;
    /// How many others share the beat; 0 when not in a session.
    fn num_peers(&self) -> usize;
    /// The bars around [`BeatClock::current_beat`].
    fn lines(&self) -> GridLines;

    /// Seconds to the next beat; 0 on it.
    fn time_to_next_beat(&self) -> f64 {
        let beat = self.current_beat();
        (beat.ceil() - beat) * 60.0 / self.tempo_bpm()
    }

    /// Seconds to the next bar; 0 on its first beat.
    fn time_to_next_bar(&self) -> f64 {
        let beats = self.lines().next(crate::action::Grid::BAR, self.current_beat(), 0.0) - self.current_beat();
        beats * 60.0 / self.tempo_bpm()
    }
}

impl BeatClock for BlockClock {
    fn current_beat(&self) -> f64 {
        self.song_beat_at(0)
    }
    fn phase(&self) -> f64 {
        self.lines.bar_phase(self.current_beat())
    }
    fn tempo_bpm(&self) -> f64 {
        self.tempo().get()
    }
    fn is_synchronized(&self) -> bool {
        self.host_leads
    }
    fn num_peers(&self) -> usize {
        0
    }
    fn lines(&self) -> GridLines {
        self.lines
    }
}

impl BeatClock for ClockView {
    fn current_beat(&self) -> f64 {
        self.song_beat
    }
    fn phase(&self) -> f64 {
        self.lines().bar_phase(self.song_beat)
    }
    fn tempo_bpm(&self) -> f64 {
        self.tempo.get()
    }
    fn is_synchronized(&self) -> bool {
        self.host_leads
    }
    fn num_peers(&self) -> usize {
        0
    }
    fn lines(&self) -> GridLines {
        GridLines { bar_start_beat: self.bar_start_beat, bar_beats: self.bar_beats }
    }
}

/// A clock that one moves by hand: for offline work and tests.
#[derive(Clone, Debug)]
pub struct LocalBeatClock {
    beat: f64,
    tempo: Bpm,
    signature: TimeSignature,
}

impl LocalBeatClock {
    /// At beat 0.
    #[must_use]
    pub const fn new(tempo: Bpm, signature: TimeSignature) -> Self {
        Self { beat: 0.0, tempo, signature }
    }

    /// Lets so many seconds pass.
    pub fn advance_secs(&mut self, secs: f64) {
        self.beat += secs * self.tempo.get() / 60.0;
    }
}

impl BeatClock for LocalBeatClock {
    fn current_beat(&self) -> f64 {
        self.beat
    }
    fn phase(&self) -> f64 {
        self.lines().bar_phase(self.beat)
    }
    fn tempo_bpm(&self) -> f64 {
        self.tempo.get()
    }
    fn is_synchronized(&self) -> bool {
        false
    }
    fn num_peers(&self) -> usize {
        0
    }
    fn lines(&self) -> GridLines {
        let bar_beats = self.signature.bar_beats();
        GridLines { bar_start_beat: (self.beat / bar_beats).floor() * bar_beats, bar_beats }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_local_clock_counts_bars_of_three() {
        let mut clock = LocalBeatClock::new(Bpm::new(120.0).unwrap(), TimeSignature::new(3, 4).unwrap());
        assert_eq!((clock.time_to_next_beat(), clock.time_to_next_bar()), (0.0, 0.0));
        clock.advance_secs(0.25);
        assert_eq!(clock.current_beat(), 0.5);
        assert_eq!(clock.time_to_next_beat(), 0.25);
        assert_eq!(clock.time_to_next_bar(), 1.25);
        assert!((clock.phase() - 0.5 / 3.0).abs() < 1e-12);
        assert!(!clock.is_synchronized());
    }
}
