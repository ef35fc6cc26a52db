//! What holds whatever a host says: time has no gap, never turns back, and every frame is found again by its beat.

use echelon_engine::action::Grid;
use echelon_engine::clock::{BeatClock, ClockPolicy, Discontinuity, HostClock, HostTransport, StopPolicy};
use echelon_engine::units::{Bpm, TimeSignature};
use proptest::prelude::*;

use crate::host::SR;

/// A host that mostly plays, and now and then does anything.
#[derive(Clone, Debug)]
enum Act {
    /// Blocks of a size, in flow.
    Roll {
        blocks: u32,
        frames: u32,
    },
    Tempo(f64),
    Ramp(f64),
    Locate(f64),
    Stop {
        blocks: u32,
        frames: u32,
    },
    Signature(u16, u16),
    /// A transport of any numbers.
    Nonsense(Box<HostTransport>, u32),
    Policy(StopPolicy),
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![Just(f64::NAN), Just(f64::INFINITY), any::<f64>(), -100.0..1000.0]
}

fn nonsense() -> impl Strategy<Value = HostTransport> {
    let maybe = || prop::option::of(number());
    let pair = prop::option::of((number(), number()));
    let signature = prop::option::of((any::<u16>(), any::<u16>()));
    (any::<bool>(), maybe(), number(), maybe(), maybe(), maybe(), signature, pair).prop_map(
        |(playing, tempo, tempo_step_bpm, song_beats, song_secs, bar_start_beats, signature, loop_beats)| {
            HostTransport {
                playing,
                tempo: tempo.and_then(Bpm::new),
                tempo_step_bpm,
                song_beats,
                song_secs,
                bar_start_beats,
                signature: signature.and_then(|(n, d)| TimeSignature::new(n, d)),
                loop_beats,
            }
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (1..20_u32, 0..1500_u32).prop_map(|(blocks, frames)| Act::Roll { blocks, frames }),
        1 => (20.0..999.0).prop_map(Act::Tempo),
        1 => (-0.01..0.01).prop_map(Act::Ramp),
        1 => (-64.0..64.0).prop_map(Act::Locate),
        1 => (1..20_u32, 0..1500_u32).prop_map(|(blocks, frames)| Act::Stop { blocks, frames }),
        1 => (1..16_u16, prop_oneof![Just(4_u16), Just(8), Just(16)]).prop_map(|(n, d)| Act::Signature(n, d)),
        1 => (nonsense(), 0..3000_u32).prop_map(|(host, frames)| Act::Nonsense(Box::new(host), frames)),
        1 => prop_oneof![Just(StopPolicy::FreeRun), Just(StopPolicy::Freeze)].prop_map(Act::Policy),
    ]
}

/// Runs a clock through what a host does, and checks each block.
struct Watch {
    clock: HostClock,
    end: f64,
    frame: u64,
    bpm: f64,
    slope: f64,
    song: f64,
    signature: Option<TimeSignature>,
}

impl Watch {
    fn new() -> Self {
        Self { clock: HostClock::new(SR), end: 0.0, frame: 0, bpm: 120.0, slope: 0.0, song: 0.0, signature: None }
    }

    fn act(&mut self, act: Act) -> Result<(), TestCaseError> {
        match act {
            Act::Roll { blocks, frames } => {
                for _ in 0..blocks {
                    let host = self.said(true);
                    self.block(&host, frames)?;
                    let n = f64::from(frames);
                    self.song += n * (self.bpm + 0.5 * self.slope * n) / (60.0 * SR);
                    self.bpm = (self.bpm + self.slope * n).clamp(20.0, 999.0);
                }
            }
            Act::Stop { blocks, frames } => {
                for _ in 0..blocks {
                    self.block(&self.said(false), frames)?;
                }
            }
            Act::Tempo(bpm) => (self.bpm, self.slope) = (bpm, 0.0),
            Act::Ramp(slope) => self.slope = slope,
            Act::Locate(beats) => self.song += beats,
            Act::Signature(numerator, denominator) => self.signature = TimeSignature::new(numerator, denominator),
            Act::Nonsense(host, frames) => self.block(&host, frames)?,
            Act::Policy(stop) => self.clock.set_policy(ClockPolicy { stop, ..ClockPolicy::default() }),
        }
        Ok(())
    }

    fn said(&self, playing: bool) -> HostTransport {
        HostTransport {
            playing,
            tempo: Bpm::new(self.bpm),
            tempo_step_bpm: self.slope,
            song_beats: Some(self.song),
            signature: self.signature,
            ..HostTransport::SILENT
        }
    }

    fn block(&mut self, host: &HostTransport, frames: u32) -> Result<(), TestCaseError> {
        let (now, why) = self.clock.begin_block(host, frames);
        prop_assert_eq!(now.performance_beat_at(0).to_bits(), self.end.to_bits(), "no gap");
        prop_assert_eq!(now.first_frame(), self.frame);
        for frame in [0, 1, frames / 3, frames / 2, frames.saturating_sub(1)] {
            if frame >= frames {
                continue;
            }
            let beat = now.performance_beat_at(frame);
            if now.stands_still() {
                prop_assert_eq!((beat, now.frame_of(beat)), (self.end, Some(0)));
            } else {
                prop_assert!(beat >= self.end && beat < now.performance_beat_at(frame + 1), "forwards");
                prop_assert_eq!(now.frame_of(beat), Some(frame));
                prop_assert_eq!(now.frames_late(beat, frame), 0);
            }
            for grid in [Grid::BEAT, Grid::BAR, Grid::Bars(4), Grid::Beats(1.0 / 3.0)] {
                let (song, half) = (now.song_beat_at(frame), now.half_frame_beats());
                let line = now.lines().next(grid, song, half);
                prop_assert!(line.is_finite() && line >= song - half * (1.0 + 1e-6) - song.abs() * 1e-12);
            }
        }
        prop_assert!(now.time_to_next_bar() >= 0.0 && now.time_to_next_beat() >= 0.0);
        prop_assert!((0.0..1.0).contains(&now.phase()));
        if let Some(Discontinuity::Jumped { beats, .. } | Discontinuity::Started { beats }) = why {
            prop_assert!(beats.is_finite());
        }
        let view = now.view_at_end();
        prop_assert!(view.beats_per_frame.is_finite() && view.beats_per_frame >= 0.0);
        self.end = now.performance_beat_at(frames);
        prop_assert!(self.end.is_finite());
        self.frame += u64::from(frames);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn time_has_no_gap_and_every_frame_its_beat(acts in prop::collection::vec(act(), 1..40)) {
        let mut watch = Watch::new();
        for act in acts {
            watch.act(act)?;
        }
    }

    /// A steady, exact host from any place at any tempo and rate, in any blocks: every beat on its frame.
    #[test]
    fn a_steady_host_is_met_to_the_frame(
        bpm in 20.0..999.0,
        from in -200.0..5000.0,
        rate in prop_oneof![Just(44_100.0), Just(48_000.0), Just(96_000.0), Just(192_000.0)],
        blocks in prop::collection::vec(1..2048_u32, 1..200),
    ) {
        let mut clock = HostClock::new(rate);
        let per_frame = bpm / (60.0 * rate);
        let (mut frame, mut line): (u64, f64) = (0, f64::ceil(from * 8.0));
        for frames in blocks {
            let song_beats = Some(from + frame as f64 * per_frame);
            let host = HostTransport { playing: true, tempo: Bpm::new(bpm), song_beats, ..HostTransport::SILENT };
            let (now, why) = clock.begin_block(&host, frames);
            prop_assert_eq!(why.is_some(), frame == 0);
            while let Some(at) = now.frame_of(now.to_performance(line / 8.0)) {
                let due = f64::ceil((line / 8.0 - from) / per_frame - 1.0 / 1024.0);
                prop_assert_eq!((frame + u64::from(at)) as f64, due.max(0.0), "beat {}", line / 8.0);
                line += 1.0;
            }
            frame += u64::from(frames);
        }
    }
}
