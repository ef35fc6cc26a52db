//! A session's beat over its time.

/// A line from time to beats. Exact for as long as the session's tempo and place stay: who looks late is not wrong.
///
/// Time is in microseconds of the clock that all peers on a machine share; its zero means nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeatMap {
    /// A moment.
    pub at_micros: f64,
    /// The beat at that moment, in quarter notes.
    pub beat: f64,
    /// How long a quarter note is; above zero.
    pub micros_per_beat: f64,
}

impl BeatMap {
    /// The beat at a time.
    #[must_use]
    pub fn beat_at(&self, micros: f64) -> f64 {
        self.beat + (micros - self.at_micros) / self.micros_per_beat
    }

    /// The time of a beat.
    #[must_use]
    pub fn micros_of(&self, beat: f64) -> f64 {
        self.at_micros + (beat - self.beat) * self.micros_per_beat
    }

    /// Quarter notes a minute.
    #[must_use]
    pub fn tempo_bpm(&self) -> f64 {
        60e6 / self.micros_per_beat
    }

    /// Whether it makes sense: a host or a peer may send anything.
    #[must_use]
    pub fn is_sane(&self) -> bool {
        self.at_micros.is_finite()
            && self.beat.is_finite()
            && self.beat.abs() < 1e9
            && (1e3..=60e6).contains(&self.micros_per_beat)
    }

    /// A tempo as a session carries it: in whole microseconds a beat.
    #[must_use]
    pub fn rounded_micros_per_beat(bpm: f64) -> f64 {
        (60e6 / bpm).round()
    }
}

/// What became of a session since the last look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionChange {
    /// Nothing but time.
    None,
    /// The session was joined, or left.
    Membership,
    /// Peers came or went.
    Peers,
    /// The tempo is another.
    Tempo,
    /// It was started or stopped.
    Playing,
}

/// What the thread that looks after a session tells, several times a second and on every change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeatClockUpdate {
    /// The session's beat over time: not "the beat now", which would be wrong by the time it is read.
    pub map: BeatMap,
    /// Beats in a bar for which that was asked.
    pub bar_beats: f64,
    /// Whether the session is joined.
    pub enabled: bool,
    /// Others in it, without instances of this program in this process.
    pub peers: usize,
    /// Whether someone has started the session.
    pub playing: bool,
    /// Since when, or until when: in the map's time.
    pub playing_micros: f64,
    /// What is new.
    pub change: SessionChange,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_both_ways() {
        let map = BeatMap { at_micros: 1e6, beat: 8.0, micros_per_beat: 500_000.0 };
        assert_eq!((map.beat_at(2e6), map.micros_of(10.0), map.tempo_bpm()), (10.0, 2e6, 120.0));
        assert_eq!(map.micros_of(map.beat_at(123_456.0)), 123_456.0);
    }

    #[test]
    fn tempo_travels_in_whole_microseconds() {
        assert_eq!(BeatMap::rounded_micros_per_beat(127.3), 471_328.0);
        let heard = BeatMap { at_micros: 0.0, beat: 0.0, micros_per_beat: 471_328.0 }.tempo_bpm();
        assert!((heard - 127.299_884_58).abs() < 1e-8);
    }

    #[test]
    fn nonsense_is_known() {
        let sane = BeatMap { at_micros: 0.0, beat: -3.0, micros_per_beat: 5e5 };
        assert!(sane.is_sane());
        for map in [
            BeatMap { at_micros: f64::NAN, ..sane },
            BeatMap { beat: f64::INFINITY, ..sane },
            BeatMap { micros_per_beat: 0.0, ..sane },
            BeatMap { micros_per_beat: -5e5, ..sane },
        ] {
            assert!(!map.is_sane(), "{map:?}");
        }
    }
}
