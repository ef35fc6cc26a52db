//! The song's position, as CLAP wants it at the head of each block.

use clack_host::events::EventFlags;
use clack_host::events::EventHeader;
use clack_host::events::event_types::{TransportEvent, TransportFlags};
use clack_host::utils::{BeatTime, SecondsTime};

const BEATS_PER_BAR: i64 = 4;

/// A 4/4 transport at `frame` frames after beat 0, rolling or standing.
pub fn transport(frame: u64, sample_rate: f64, bpm: f64, rolls: bool) -> TransportEvent {
    let secs = frame as f64 / sample_rate;
    let beat = frame as f64 * bpm / (60.0 * sample_rate);
    let song_pos_beats = BeatTime::from_float(beat);
    let bar = song_pos_beats.to_int().div_euclid(BEATS_PER_BAR);
    let mut flags = TransportFlags::HAS_TEMPO
        | TransportFlags::HAS_BEATS_TIMELINE
        | TransportFlags::HAS_SECONDS_TIMELINE
        | TransportFlags::HAS_TIME_SIGNATURE;
    flags.set(TransportFlags::IS_PLAYING, rolls);
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags,
        song_pos_beats,
        song_pos_seconds: SecondsTime::from_float(secs),
        tempo: bpm,
        tempo_inc: 0.0,
        loop_start_beats: BeatTime::from_int(0),
        loop_end_beats: BeatTime::from_int(0),
        loop_start_seconds: SecondsTime::from_int(0),
        loop_end_seconds: SecondsTime::from_int(0),
        bar_start: BeatTime::from_int(bar * BEATS_PER_BAR),
        bar_number: i32::try_from(bar).unwrap_or(i32::MAX),
        time_signature_numerator: 4,
        time_signature_denominator: 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_beats_follow_the_frames() {
        // At 120 BPM and 48 kHz a beat has 24000 frames.
        let at = transport(24_000 * 9 + 12_000, 48_000.0, 120.0, true);
        assert_eq!((at.song_pos_beats.to_float(), at.bar_number, at.bar_start.to_int()), (9.5, 2, 8));
        assert_eq!(at.song_pos_seconds.to_float(), 4.75);
        assert!(at.flags.contains(TransportFlags::IS_PLAYING));
        assert!(!transport(0, 48_000.0, 120.0, false).flags.contains(TransportFlags::IS_PLAYING));
    }
}
