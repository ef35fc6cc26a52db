//! A transport some frames on, for blocks that are larger than the host announced.

use echelon_engine::clock::HostTransport;
use echelon_engine::units::Bpm;

/// The transport `frames` after the one given, if nothing happens between. A loop's end is not looked at: the host
/// tells of the jump when it makes it.
pub(super) fn advanced(mut transport: HostTransport, frames: u32, sample_rate: f64) -> HostTransport {
    let (true, Some(tempo)) = (transport.playing && sample_rate > 0.0, transport.tempo) else { return transport };
    let frames = f64::from(frames);
    let end_bpm = tempo.get() + transport.tempo_step_bpm * frames;
    let beats = (tempo.get() + end_bpm) / 2.0 * frames / (60.0 * sample_rate);
    transport.song_beats = transport.song_beats.map(|song| song + beats);
    transport.song_secs = transport.song_secs.map(|song| song + frames / sample_rate);
    transport.tempo = Bpm::new(end_bpm).or(transport.tempo);
    if let (Some(song), Some(bar), Some(signature)) =
        (transport.song_beats, transport.bar_start_beats, transport.signature)
    {
        let bars = ((song - bar) / signature.bar_beats()).floor().max(0.0);
        transport.bar_start_beats = Some(bar + bars * signature.bar_beats());
    }
    transport
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::units::TimeSignature;

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
