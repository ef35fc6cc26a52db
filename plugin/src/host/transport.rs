//! A transport some frames on, for blocks that are larger than the host announced.

use echelon_engine::clock::HostTransport;

/// The transport `frames` after the one given, if nothing happens between.
pub(super) fn advanced(transport: HostTransport, frames: u32, sample_rate: f64) -> HostTransport {
    transport.advanced(frames, sample_rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::units::{Bpm, TimeSignature};

    fn rolling() -> HostTransport {
        HostTransport {
            playing: true,
            tempo: Bpm::new(120.0),
            song_beats: Some(3.0),
            song_secs: Some(1.5),
            bar_start_beats: Some(0.0),
            signature: Some(TimeSignature::COMMON),
            ..HostTransport::SILENT
        }
    }

    #[test]
    fn a_rolling_transport_moves_on_into_the_next_bar() {
        let later = advanced(rolling(), 48_000, 48_000.0);
        assert_eq!((later.song_beats, later.song_secs), (Some(5.0), Some(2.5)));
        assert_eq!(later.bar_start_beats, Some(4.0));
        assert_eq!(later.tempo, Bpm::new(120.0));
    }

    #[test]
    fn a_ramp_moves_by_its_mean_tempo() {
        let ramp = HostTransport { tempo_step_bpm: 60.0 / 48_000.0, ..rolling() };
        let later = advanced(ramp, 48_000, 48_000.0);
        assert!((later.song_beats.unwrap() - 5.5).abs() < 1e-9);
        assert!((later.tempo.unwrap().get() - 180.0).abs() < 1e-9);
    }

    #[test]
    fn a_stopped_or_silent_transport_stays() {
        let stopped = HostTransport { playing: false, ..rolling() };
        assert_eq!(advanced(stopped, 100, 48_000.0), stopped);
        assert_eq!(advanced(HostTransport::SILENT, 100, 48_000.0), HostTransport::SILENT);
    }
}
