//! Numbers in the words of a DJ. Pure text, no drawing.

use echelon_engine::message::ClockView;
use echelon_engine::units::{Bpm, Decibels};

/// What is shown for a value that is not a finite number.
const UNKNOWN: &str = "--";

/// Rounding slack, in the unit of the value: a beat that is due at 127.999_999_999 is beat 128 for everyone.
const SLACK: f64 = 1e-6;

/// Seconds as `mm:ss.d`, rounded down as a clock does; minutes go on past 99.
#[must_use]
pub fn time(secs: f64) -> String {
    if !secs.is_finite() {
        return UNKNOWN.to_owned();
    }
    let sign = if secs < -SLACK { "-" } else { "" };
    let tenths = whole(secs.abs() * 10.0 + SLACK);
    format!("{sign}{:02}:{:02}.{}", tenths / 600, tenths / 10 % 60, tenths % 10)
}

/// Seconds as `m:ss`.
#[must_use]
pub fn minutes(secs: f64) -> String {
    if !secs.is_finite() {
        return UNKNOWN.to_owned();
    }
    let whole = whole(secs.max(0.0) + SLACK);
    format!("{}:{:02}", whole / 60, whole % 60)
}

/// What is left of a track, as `-mm:ss.d`.
#[must_use]
pub fn remaining(position_secs: f64, length_secs: f64) -> String {
    match length_secs - position_secs {
        left if left.is_finite() => format!("-{}", time(left.max(0.0))),
        _ => UNKNOWN.to_owned(),
    }
}

/// A place in the song: bar and beat, both counted from 1. Bars before the song's start are 0, -1, ...
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BarBeat {
    /// Bar, 1 at song beat 0.
    pub bar: i64,
    /// Quarter note in the bar, from 1.
    pub beat: i64,
}

impl std::fmt::Display for BarBeat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.bar, self.beat)
    }
}

/// Where a song beat is, taking the clock's present signature for granted. `None` if the clock makes no sense.
#[must_use]
pub fn bar_beat(song_beat: f64, clock: &ClockView) -> Option<BarBeat> {
    let finite = song_beat.is_finite() && clock.bar_start_beat.is_finite() && clock.bar_beats.is_finite();
    if !finite || clock.bar_beats <= 0.0 {
        return None;
    }
    let bars_from_here = ((song_beat - clock.bar_start_beat + SLACK) / clock.bar_beats).floor();
    let bar_start = clock.bar_start_beat + bars_from_here * clock.bar_beats;
    let bar_index = (clock.bar_start_beat / clock.bar_beats).round() + bars_from_here;
    let beat_index = (song_beat - bar_start + SLACK).floor().max(0.0);
    Some(BarBeat { bar: signed(bar_index) + 1, beat: signed(beat_index) + 1 })
}

/// [`bar_beat`] as text.
#[must_use]
pub fn bar_beat_text(song_beat: f64, clock: &ClockView) -> String {
    bar_beat(song_beat, clock).map_or_else(|| UNKNOWN.to_owned(), |place| place.to_string())
}

/// A level: `-6.0 dB`, `+3.0 dB`, `0.0 dB`, `-inf dB` when closed.
#[must_use]
pub fn decibels(db: f32) -> String {
    let tenths = (db * 10.0).round() / 10.0;
    match tenths {
        db if db.is_nan() => UNKNOWN.to_owned(),
        db if db <= Decibels::SILENCE.0 => "-inf dB".to_owned(),
        0.0 => "0.0 dB".to_owned(),
        db => format!("{db:+.1} dB"),
    }
}

/// A level for a small place: `pk -3.2`.
#[must_use]
pub fn short_db(what: &str, db: f32) -> String {
    if db.is_finite() && db > -99.0 { format!("{what} {db:.1}") } else { format!("{what} -inf") }
}

/// A tempo with its unit.
#[must_use]
pub fn tempo(bpm: f64) -> String {
    format!("{bpm:.2} BPM")
}

/// Beats left as one counts them down aloud: 4, 3, 2, 1, and 0 on the line. `None` if nobody knows.
#[must_use]
pub fn countdown(beats_left: f64) -> Option<u64> {
    beats_left.is_finite().then(|| whole((beats_left - SLACK).ceil().max(0.0)))
}

/// How long until something is due: `4 beats, 1.8 s`, `1 beat, 0.2 s`, `now`.
#[must_use]
pub fn wait(beats_left: f64, tempo: Bpm) -> String {
    let secs = beats_left * 60.0 / tempo.get();
    match countdown(beats_left) {
        None => UNKNOWN.to_owned(),
        Some(0) => "now".to_owned(),
        Some(1) => format!("1 beat, {secs:.1} s"),
        Some(beats) if secs < 100.0 => format!("{beats} beats, {secs:.1} s"),
        Some(beats) => format!("{beats} beats"),
    }
}

/// The quantize setting (an index into `Grid::CHOICES`) in words.
#[must_use]
pub const fn quantize(choice: usize) -> &'static str {
    match choice {
        0 => "off",
        1 => "1 beat",
        2 => "1 bar",
        3 => "2 bars",
        4 => "4 bars",
        _ => UNKNOWN,
    }
}

/// The crossfader in words: `centre`, `A alone`, `30 % to B`.
#[must_use]
pub fn crossfader(position: f32) -> String {
    match (position * 200.0 - 100.0).round() {
        p if p.is_nan() => UNKNOWN.to_owned(),
        0.0 => "centre".to_owned(),
        p if p <= -100.0 => "A alone".to_owned(),
        p if p >= 100.0 => "B alone".to_owned(),
        p if p < 0.0 => format!("{:.0} % to A", -p),
        p => format!("{p:.0} % to B"),
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative; past 2^64 it stays there, which is still a number to show"
)]
fn whole(value: f64) -> u64 {
    value as u64
}

#[allow(clippy::cast_possible_truncation, reason = "integral; past 2^63 it stays there, which is still a number")]
fn signed(value: f64) -> i64 {
    (value as i64).clamp(-999_999_999, 999_999_999)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(bar_start_beat: f64, bar_beats: f64) -> ClockView {
        ClockView { bar_start_beat, bar_beats, ..echelon_engine::message::Snapshot::default().clock }
    }

    #[test]
    fn times_are_minutes_seconds_and_tenths() {
        assert_eq!(time(0.0), "00:00.0");
        assert_eq!(time(59.999), "00:59.9");
        assert_eq!(time(2.3), "00:02.3");
        assert_eq!(time(61.25), "01:01.2");
        assert_eq!(time(6_000.0), "100:00.0");
        assert_eq!(time(-1.5), "-00:01.5");
        assert_eq!(time(f64::NAN), "--");
        assert!(!time(1e300).is_empty());
    }

    #[test]
    fn what_is_left_never_goes_below_zero() {
        assert_eq!(remaining(10.0, 70.5), "-01:00.5");
        assert_eq!(remaining(80.0, 70.5), "-00:00.0");
        assert_eq!(remaining(f64::INFINITY, 1.0), "--");
    }

    #[test]
    fn bars_and_beats_are_counted_from_one() {
        let common = clock(128.0, 4.0);
        assert_eq!(bar_beat_text(128.0, &common), "33.1");
        assert_eq!(bar_beat_text(131.99, &common), "33.4");
        assert_eq!(bar_beat_text(132.0, &common), "34.1");
        assert_eq!(bar_beat_text(131.999_999_999, &common), "34.1", "a hair before the line is the line");
        assert_eq!(bar_beat_text(127.0, &common), "32.4");
    }

    #[test]
    fn bars_before_the_song_are_zero_and_below() {
        let start = clock(0.0, 4.0);
        assert_eq!(bar_beat_text(0.0, &start), "1.1");
        assert_eq!(bar_beat_text(-1.0, &start), "0.4");
        assert_eq!(bar_beat_text(-4.0, &start), "0.1");
        assert_eq!(bar_beat_text(-4.5, &start), "-1.4");
        assert_eq!(bar_beat_text(-7.9, &clock(-8.0, 4.0)), "-1.1");
    }

    #[test]
    fn odd_signatures_have_a_short_last_beat() {
        let seven_eight = clock(7.0, 3.5);
        assert_eq!(bar_beat_text(7.0, &seven_eight), "3.1");
        assert_eq!(bar_beat_text(10.4, &seven_eight), "3.4");
        assert_eq!(bar_beat_text(10.5, &seven_eight), "4.1");
    }

    #[test]
    fn a_clock_without_sense_is_unknown() {
        assert_eq!(bar_beat(1.0, &clock(0.0, 0.0)), None);
        assert_eq!(bar_beat(f64::NAN, &clock(0.0, 4.0)), None);
        assert_eq!(bar_beat_text(1.0, &clock(f64::INFINITY, 4.0)), "--");
    }

    #[test]
    fn levels_carry_sign_and_unit() {
        assert_eq!(decibels(0.0), "0.0 dB");
        assert_eq!(decibels(-0.04), "0.0 dB");
        assert_eq!(decibels(-6.02), "-6.0 dB");
        assert_eq!(decibels(3.0), "+3.0 dB");
        assert_eq!(decibels(-100.0), "-inf dB");
        assert_eq!(decibels(f32::NEG_INFINITY), "-inf dB");
        assert_eq!(decibels(f32::NAN), "--");
    }

    #[test]
    fn beats_are_counted_down_as_one_counts_in() {
        assert_eq!(countdown(3.2), Some(4));
        assert_eq!(countdown(1.0), Some(1));
        assert_eq!(countdown(0.01), Some(1));
        assert_eq!(countdown(0.0), Some(0));
        assert_eq!(countdown(-0.5), Some(0));
        assert_eq!(countdown(f64::INFINITY), None);
    }

    #[test]
    fn the_wait_is_told_in_beats_and_seconds() {
        let tempo = Bpm::new(120.0).unwrap();
        assert_eq!(wait(3.6, tempo), "4 beats, 1.8 s");
        assert_eq!(wait(0.4, tempo), "1 beat, 0.2 s");
        assert_eq!(wait(1000.0, tempo), "1000 beats");
        assert_eq!(wait(-0.1, tempo), "now");
        assert_eq!(wait(f64::NAN, tempo), "--");
    }

    #[test]
    fn the_crossfader_has_words() {
        assert_eq!(crossfader(0.5), "centre");
        assert_eq!(crossfader(0.0), "A alone");
        assert_eq!(crossfader(1.0), "B alone");
        assert_eq!(crossfader(0.65), "30 % to B");
        assert_eq!(crossfader(0.25), "50 % to A");
    }
}
