//! CLAP's transport as ours.

use clap_sys::events::{
    CLAP_TRANSPORT_HAS_BEATS_TIMELINE, CLAP_TRANSPORT_HAS_SECONDS_TIMELINE, CLAP_TRANSPORT_HAS_TEMPO,
    CLAP_TRANSPORT_HAS_TIME_SIGNATURE, CLAP_TRANSPORT_IS_LOOP_ACTIVE, CLAP_TRANSPORT_IS_PLAYING, clap_event_transport,
};
use clap_sys::fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR};
use echelon_engine::clock::HostTransport;
use echelon_engine::units::{Bpm, TimeSignature};

/// What the flags vouch for; the rest is not looked at.
pub(super) fn read(event: &clap_event_transport) -> HostTransport {
    let has = |flag| event.flags & flag != 0;
    let tempo = has(CLAP_TRANSPORT_HAS_TEMPO).then(|| Bpm::new(event.tempo)).flatten();
    let has_beats = has(CLAP_TRANSPORT_HAS_BEATS_TIMELINE);
    let loop_range = (beats(event.loop_start_beats), beats(event.loop_end_beats));
    HostTransport {
        playing: has(CLAP_TRANSPORT_IS_PLAYING),
        tempo,
        tempo_step_bpm: if tempo.is_some() && event.tempo_inc.is_finite() { event.tempo_inc } else { 0.0 },
        song_beats: has_beats.then(|| beats(event.song_pos_beats)),
        song_secs: has(CLAP_TRANSPORT_HAS_SECONDS_TIMELINE).then(|| secs(event.song_pos_seconds)),
        bar_start_beats: has_beats.then(|| beats(event.bar_start)),
        signature: has(CLAP_TRANSPORT_HAS_TIME_SIGNATURE)
            .then(|| TimeSignature::new(event.tsig_num, event.tsig_denom))
            .flatten(),
        loop_beats: (has_beats && has(CLAP_TRANSPORT_IS_LOOP_ACTIVE) && loop_range.1 > loop_range.0)
            .then_some(loop_range),
    }
}

/// Quarter notes from 32.31 fixed point. Exact up to four million beats.
#[allow(clippy::cast_precision_loss, reason = "beats beyond 2^22 lose the last of 31 fractional bits")]
fn beats(fixed: i64) -> f64 {
    fixed as f64 / CLAP_BEATTIME_FACTOR as f64
}

/// Seconds from the same.
#[allow(clippy::cast_precision_loss, reason = "exact for songs of up to 48 days")]
fn secs(fixed: i64) -> f64 {
    fixed as f64 / CLAP_SECTIME_FACTOR as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(flags: u32) -> clap_event_transport {
        // SAFETY: plain numbers; all zero is a valid value.
        let mut event: clap_event_transport = unsafe { std::mem::zeroed() };
        event.flags = flags;
        event.tempo = 128.0;
        event.tempo_inc = 0.001;
        event.song_pos_beats = -(CLAP_BEATTIME_FACTOR + CLAP_BEATTIME_FACTOR / 2);
        event.song_pos_seconds = -3 * CLAP_SECTIME_FACTOR / 4;
        event.bar_start = -4 * CLAP_BEATTIME_FACTOR;
        event.loop_end_beats = 8 * CLAP_BEATTIME_FACTOR;
        event.tsig_num = 7;
        event.tsig_denom = 8;
        event
    }

    const ALL: u32 = CLAP_TRANSPORT_HAS_TEMPO
        | CLAP_TRANSPORT_HAS_BEATS_TIMELINE
        | CLAP_TRANSPORT_HAS_SECONDS_TIMELINE
        | CLAP_TRANSPORT_HAS_TIME_SIGNATURE
        | CLAP_TRANSPORT_IS_PLAYING
        | CLAP_TRANSPORT_IS_LOOP_ACTIVE;

    #[test]
    fn everything_said_is_taken_over() {
        let expected = HostTransport {
            playing: true,
            tempo: Bpm::new(128.0),
            tempo_step_bpm: 0.001,
            song_beats: Some(-1.5),
            song_secs: Some(-0.75),
            bar_start_beats: Some(-4.0),
            signature: TimeSignature::new(7, 8),
            loop_beats: Some((0.0, 8.0)),
        };
        assert_eq!(read(&event(ALL)), expected);
    }

    #[test]
    fn what_no_flag_vouches_for_is_not_said() {
        assert_eq!(read(&event(0)), HostTransport::SILENT);
        let no_beats = read(&event(ALL & !CLAP_TRANSPORT_HAS_BEATS_TIMELINE));
        assert_eq!((no_beats.song_beats, no_beats.bar_start_beats, no_beats.loop_beats), (None, None, None));
        assert_eq!(no_beats.song_secs, Some(-0.75));
        assert_eq!(read(&event(ALL & !CLAP_TRANSPORT_HAS_SECONDS_TIMELINE)).song_secs, None);
    }

    #[test]
    fn nonsense_is_not_said() {
        let mut nonsense = event(ALL);
        nonsense.tempo = f64::NAN;
        nonsense.tempo_inc = f64::INFINITY;
        nonsense.tsig_denom = 0;
        nonsense.loop_end_beats = -1;
        let said = read(&nonsense);
        assert_eq!((said.tempo, said.tempo_step_bpm, said.signature, said.loop_beats), (None, 0.0, None, None));
    }
}
