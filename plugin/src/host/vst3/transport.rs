//! VST3's process context as our transport.

use echelon_engine::clock::HostTransport;
use echelon_engine::units::{Bpm, TimeSignature};
use vst3::Steinberg::Vst::ProcessContext;

use super::consts::context::{HAS_BAR, HAS_BEATS, HAS_LOOP, HAS_SIGNATURE, HAS_TEMPO, LOOPS, PLAYING};

/// What the flags vouch for. The place in frames is always valid.
pub(super) fn read(context: &ProcessContext, sample_rate: f64) -> HostTransport {
    let has = |flags| context.state & flags == flags;
    let tempo = has(HAS_TEMPO).then(|| Bpm::new(context.tempo)).flatten();
    let beats = |flag, beats: f64| (has(flag) && beats.is_finite()).then_some(beats);
    let loop_range = (context.cycleStartMusic, context.cycleEndMusic);
    let is_loop = loop_range.0.is_finite() && loop_range.1.is_finite() && loop_range.1 > loop_range.0;
    HostTransport {
        playing: has(PLAYING),
        tempo,
        tempo_step_bpm: 0.0,
        song_beats: beats(HAS_BEATS, context.projectTimeMusic),
        song_secs: (sample_rate > 0.0).then(|| secs_of_frames(context.projectTimeSamples, sample_rate)),
        bar_start_beats: beats(HAS_BAR, context.barPositionMusic),
        signature: has(HAS_SIGNATURE).then(|| signature(context)).flatten(),
        loop_beats: (has(HAS_LOOP | LOOPS) && is_loop).then_some(loop_range),
    }
}

fn signature(context: &ProcessContext) -> Option<TimeSignature> {
    let [numerator, denominator] =
        [context.timeSigNumerator, context.timeSigDenominator].map(|number| u16::try_from(number).ok());
    TimeSignature::new(numerator?, denominator?)
}

#[allow(clippy::cast_precision_loss, reason = "exact for songs of up to 2^53 frames")]
fn secs_of_frames(frames: i64, sample_rate: f64) -> f64 {
    frames as f64 / sample_rate
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: u32 = PLAYING | HAS_BEATS | HAS_TEMPO | HAS_BAR | HAS_SIGNATURE | HAS_LOOP | LOOPS;

    fn context(state: u32) -> ProcessContext {
        // SAFETY: plain numbers; all zero is a valid value.
        let mut context: ProcessContext = unsafe { std::mem::zeroed() };
        context.state = state;
        context.projectTimeSamples = 24_000;
        context.projectTimeMusic = -0.5;
        context.barPositionMusic = -4.0;
        context.cycleEndMusic = 16.0;
        context.tempo = 120.0;
        context.timeSigNumerator = 3;
        context.timeSigDenominator = 4;
        context
    }

    #[test]
    fn everything_said_is_taken_over() {
        let expected = HostTransport {
            playing: true,
            tempo: Bpm::new(120.0),
            tempo_step_bpm: 0.0,
            song_beats: Some(-0.5),
            song_secs: Some(0.5),
            bar_start_beats: Some(-4.0),
            signature: TimeSignature::new(3, 4),
            loop_beats: Some((0.0, 16.0)),
        };
        assert_eq!(read(&context(ALL), 48_000.0), expected);
    }

    #[test]
    fn what_no_flag_vouches_for_is_not_said() {
        assert_eq!(read(&context(0), 48_000.0), HostTransport { song_secs: Some(0.5), ..HostTransport::SILENT });
        assert_eq!(read(&context(ALL & !LOOPS), 48_000.0).loop_beats, None);
        assert_eq!(read(&context(ALL & !HAS_LOOP), 48_000.0).loop_beats, None);
    }

    #[test]
    fn nonsense_is_not_said() {
        let mut nonsense = context(ALL);
        nonsense.tempo = f64::INFINITY;
        nonsense.projectTimeMusic = f64::NAN;
        nonsense.barPositionMusic = f64::NEG_INFINITY;
        nonsense.timeSigNumerator = -3;
        nonsense.cycleEndMusic = f64::NAN;
        let expected = HostTransport { playing: true, song_secs: Some(0.5), ..HostTransport::SILENT };
        assert_eq!(read(&nonsense, 48_000.0), expected);
    }
}
