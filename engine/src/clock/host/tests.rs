//! The clock against hosts of known habits.

use super::*;
use crate::action::Grid;

const SR: f64 = 48_000.0;

fn rolling(bpm: f64, song_beat: f64) -> HostTransport {
    HostTransport { playing: true, tempo: Bpm::new(bpm), song_beats: Some(song_beat), ..HostTransport::SILENT }
}

/// Small, fixed pseudo-random block sizes, 1..=1024.
struct Blocks(u32);

impl Blocks {
    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 16) % 1024 + 1
    }
}

/// Frames on which each quarter-beat line falls over `seconds`, by way of random blocks and a host that rounds as `word` does.
fn fired(bpm: f64, seconds: f64, word: impl Fn(f64) -> f64) -> Vec<(i64, u64)> {
    let mut clock = HostClock::new(SR);
    let mut blocks = Blocks(7);
    let (mut frame, mut line, mut hits) = (0_u64, 0_i64, Vec::new());
    while (frame as f64) < seconds * SR {
        let frames = blocks.next();
        let song_beat = frame as f64 * bpm / (60.0 * SR);
        let (block, jump) = clock.begin_block(&rolling(bpm, word(song_beat)), frames);
        assert!(jump.is_none() || frame == 0, "no jump at frame {frame}");
        while let Some(at) = block.frame_of(block.to_performance(line as f64 / 4.0)) {
            hits.push((line, frame + u64::from(at)));
            line += 1;
        }
        frame += u64::from(frames);
    }
    hits
}

fn worst_error(bpm: f64, hits: &[(i64, u64)]) -> i64 {
    let due = |line: i64| (line as f64 / 4.0 * 60.0 / bpm * SR - super::super::ON_FRAME_TOLERANCE).ceil() as i64;
    hits.iter().map(|&(line, frame)| (frame as i64 - due(line)).abs()).max().unwrap()
}

#[test]
fn every_line_once_and_on_its_frame_with_an_exact_host() {
    for bpm in [60.0, 126.0, 127.3, 174.0, 999.0] {
        let hits = fired(bpm, 600.0, |beat| beat);
        assert_eq!(worst_error(bpm, &hits), 0, "{bpm} BPM");
        assert_eq!(hits.len(), hits.last().unwrap().0 as usize + 1, "each line once");
    }
}

#[test]
fn fixed_point_beats_lose_nothing() {
    let scale = f64::from(1_u32 << 31);
    let hits = fired(127.3, 600.0, |beat| (beat * scale).round() / scale);
    assert_eq!(worst_error(127.3, &hits), 0);
}

#[test]
fn beats_in_ticks_of_1920_stay_within_eight_frames() {
    let hits = fired(127.0, 600.0, |beat| (beat * 1920.0).round() / 1920.0);
    assert!(worst_error(127.0, &hits) <= 8, "{}", worst_error(127.0, &hits));
}

#[test]
fn performance_beats_have_no_gap_and_never_turn_back() {
    let mut clock = HostClock::new(SR);
    let mut blocks = Blocks(3);
    let (mut end, mut song) = (0.0, 0.0);
    for i in 0..2000 {
        let frames = blocks.next();
        let host = match i % 7 {
            2..=4 => HostTransport { tempo: Bpm::new(99.0), ..HostTransport::SILENT },
            5 => rolling(140.0, song - 20.0),
            _ => rolling(140.0, song),
        };
        let (block, _) = clock.begin_block(&host, frames);
        assert_eq!(block.performance_beat_at(0).to_bits(), f64::to_bits(end), "block {i}");
        assert!(block.performance_beat_at(frames) > end);
        end = block.performance_beat_at(frames);
        song += f64::from(frames) * 140.0 / (60.0 * SR);
    }
}

#[test]
fn a_host_loop_moves_the_song_and_not_the_performance() {
    let mut clock = HostClock::new(SR);
    clock.begin_block(&rolling(120.0, 15.0), 24_000);
    let (block, why) = clock.begin_block(&rolling(120.0, 0.0), 512);
    assert_eq!(why, Some(Discontinuity::Jumped));
    assert_eq!(block.song_beat_at(0), 0.0);
    assert_eq!(block.performance_beat_at(0), 1.0);
}

#[test]
fn a_stopped_host_leaves_the_clock_running_at_its_tempo() {
    let mut clock = HostClock::new(SR);
    clock.begin_block(&rolling(120.0, 0.0), 24_000);
    let stopped = HostTransport { playing: false, ..rolling(60.0, 1.0) };
    let (block, why) = clock.begin_block(&stopped, 48_000);
    assert_eq!(why, Some(Discontinuity::Stopped));
    assert!(!block.host_leads());
    assert_eq!(block.song_beat_at(0), 1.0);
    assert!((block.song_beat_at(48_000) - 2.0).abs() < 1e-12, "one second at 60 BPM");
    let (block, why) = clock.begin_block(&rolling(120.0, 8.0), 512);
    assert_eq!((why, block.song_beat_at(0)), (Some(Discontinuity::Started), 8.0));
}

#[test]
fn free_running_beats_do_not_depend_on_the_block_size() {
    let end = |block: u32| {
        let mut clock = HostClock::new(44_100.0);
        let mut last = 0.0;
        for _ in 0..(1 << 16) / block {
            last = clock.begin_block(&HostTransport::SILENT, block).0.performance_beat_at(block);
        }
        last
    };
    assert_eq!(end(1).to_bits(), end(4096).to_bits());
}

#[test]
fn wrong_bar_starts_are_not_believed() {
    let mut clock = HostClock::new(SR);
    let ardour = HostTransport { bar_start_beats: Some(4.0), ..rolling(120.0, 0.0) };
    assert_eq!(clock.begin_block(&ardour, 64).0.lines().bar_start_beat, 0.0);
    let qtractor = HostTransport { bar_start_beats: Some(5.123), ..rolling(120.0, 5.123) };
    assert_eq!(clock.begin_block(&qtractor, 64).0.lines().bar_start_beat, 4.0);
    let after_a_bar_of_three = HostTransport { bar_start_beats: Some(3.0), ..rolling(120.0, 5.0) };
    assert_eq!(clock.begin_block(&after_a_bar_of_three, 64).0.lines().bar_start_beat, 3.0);
}

#[test]
fn seven_eight_and_pre_roll() {
    let mut clock = HostClock::new(SR);
    let host = HostTransport { signature: TimeSignature::new(7, 8), ..rolling(120.0, -1.0) };
    let (block, _) = clock.begin_block(&host, 64);
    assert_eq!(block.lines().bar_start_beat, -3.5);
    assert_eq!(block.lines().next(Grid::BAR, block.song_beat_at(0), 1e-9), 0.0);
}

#[test]
fn ramps_without_a_slope_are_followed_within_a_frame() {
    // 120 -> 140 BPM in 4 s, told once per 512 frames as VST3 hosts do; beats are the integral of the tempo.
    let per_frame = 5.0 / SR;
    let beat = |n: f64| (120.0 * n + 0.5 * per_frame * n * n) / (60.0 * SR);
    let mut clock = HostClock::new(SR);
    let mut worst = 0.0_f64;
    for block in 0..375_u32 {
        let n = f64::from(block * 512);
        let (now, jump) = clock.begin_block(&rolling(120.0 + per_frame * n, beat(n)), 512);
        assert!(jump.is_none() || block == 0);
        let error_beats = now.song_beat_at(512) - beat(n + 512.0);
        worst = worst.max((error_beats / now.tempo().beats_per_frame(SR)).abs());
    }
    assert!(worst <= 1.0, "{worst} frames");
}

#[test]
fn a_host_that_rounds_back_does_not_turn_time_back() {
    let mut clock = HostClock::new(SR);
    let mut end = 0.0;
    for frame in 0..20_000_u32 {
        let slip = if frame % 1000 == 999 { 0.0024 } else { 0.0 };
        let song_beat = f64::from(frame) / 24_000.0 - slip;
        let (block, jump) = clock.begin_block(&rolling(120.0, song_beat), 1);
        assert!(jump.is_none() || frame == 0);
        assert!(block.performance_beat_at(1) > end, "frame {frame}");
        end = block.performance_beat_at(1);
    }
    assert!((end - 20_000.0 / 24_000.0).abs() < 1e-4, "{end}");
}

#[test]
fn blocks_of_no_frames_change_nothing() {
    let mut clock = HostClock::new(SR);
    clock.begin_block(&rolling(120.0, 0.0), 480);
    let (empty, _) = clock.begin_block(&rolling(120.0, 0.02), 0);
    assert_eq!(empty.frame_of(0.0), None);
    let (block, jump) = clock.begin_block(&rolling(120.0, 0.02), 480);
    assert!(jump.is_none());
    assert!((block.song_beat_at(0) - 0.02).abs() < 1e-12);
}

mod whatever_a_host_says {
    use proptest::prelude::*;

    use super::*;

    fn anything() -> impl Strategy<Value = (HostTransport, u32)> {
        let number = prop_oneof![Just(f64::NAN), Just(f64::INFINITY), any::<f64>(), -100.0..1000.0];
        let maybe = prop::option::of(number.clone());
        let signature = prop::option::of((any::<u16>(), any::<u16>()));
        (any::<bool>(), maybe.clone(), number, maybe.clone(), maybe, signature, 0..5000_u32).prop_map(
            |(playing, tempo, step, song_beats, bar_start_beats, signature, frames)| {
                let host = HostTransport {
                    playing,
                    tempo: tempo.and_then(Bpm::new),
                    tempo_step_bpm: step,
                    song_beats,
                    bar_start_beats,
                    signature: signature.and_then(|(n, d)| TimeSignature::new(n, d)),
                    loop_beats: None,
                };
                (host, frames)
            },
        )
    }

    proptest! {
        #[test]
        fn time_goes_on_and_frames_are_in_the_block(blocks in prop::collection::vec(anything(), 1..50)) {
            let mut clock = HostClock::new(SR);
            let mut end = 0.0_f64;
            for (host, frames) in blocks {
                let (block, _) = clock.begin_block(&host, frames);
                prop_assert_eq!(block.performance_beat_at(0).to_bits(), end.to_bits());
                for frame in [0, frames / 2, frames.saturating_sub(1)].into_iter().filter(|frame| *frame < frames) {
                    let beat = block.performance_beat_at(frame);
                    prop_assert!(beat >= end && beat < block.performance_beat_at(frame + 1));
                    prop_assert_eq!(block.frame_of(beat), Some(frame));
                    let line = block.lines().next(Grid::BAR, block.to_song(beat), block.half_frame_beats());
                    prop_assert!(line.is_finite() && line >= block.to_song(beat) - block.half_frame_beats());
                }
                end = block.performance_beat_at(frames);
                prop_assert!(end.is_finite());
            }
        }
    }
}
