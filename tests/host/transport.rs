//! The transport's arithmetic against closed formulas, and what hosts say of it.

use proptest::prelude::*;
use support::blocks::Random;
use support::transport::{Signatures, Timeline, due_frame};
use support::{Blocks, Edges, Move, Quirk, Setup, Transport, for_each_format};

const RATE: f64 = 48_000.0;
const TEMPI: [f64; 5] = [60.0, 126.0, 127.3, 174.0, 999.0];

#[track_caller]
fn assert_close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found} instead of {expected}");
}

#[test]
fn a_steady_tempo_is_one_multiplication_at_any_distance() {
    for bpm in TEMPI {
        let timeline = Transport::rolling(bpm).from_beat(-4.0).timeline(RATE);
        for frame in [0_u32, 1, 511, 48_000, 28_800_000, 4_000_000_000] {
            assert_close(timeline.beats_at(frame.into()), -4.0 + f64::from(frame) * bpm / (60.0 * RATE));
        }
    }
}

#[test]
fn a_beat_is_due_on_the_frame_of_the_contract() {
    for bpm in TEMPI {
        for rate in [44_100.0, 48_000.0, 96_000.0] {
            let timeline = Transport::rolling(bpm).timeline(rate);
            for beat in 0..1000 {
                let due = Some(due_frame(beat.into(), bpm, rate));
                assert_eq!(timeline.frame_of_beat(beat.into(), 0), due, "{bpm} BPM, beat {beat}");
            }
        }
    }
    // 126 BPM: bar 3 starts between two frames; the first frame that is not before it is due.
    let timeline = Transport::rolling(126.0).timeline(RATE);
    assert_eq!(due_frame(8.0, 126.0, RATE), 182_858);
    assert_eq!(timeline.frame_of_beat(8.0, 0), Some(182_858));
    assert_eq!(timeline.frame_of_beat(8.0, 182_859), None);
}

#[test]
fn a_ramp_is_the_integral_of_its_tempo() {
    let (from, to, frames) = (120.0, 140.0, 192_000_u64);
    let timeline = Transport::rolling(from).at(48_000, Move::Ramp { bpm: to, frames }).timeline(RATE);
    assert_close(timeline.bpm_at(48_000), from);
    assert_close(timeline.bpm_at(48_000 + frames / 2), 130.0);
    assert_close(timeline.bpm_at(48_000 + frames), to);
    assert_close(timeline.bpm_at(1_000_000), to);
    // Two beats at 120, then 4 s at 130 on average, then 140.
    assert_close(timeline.beats_at(48_000), 2.0);
    assert_close(timeline.beats_at(48_000 + frames), 2.0 + 4.0 * 130.0 / 60.0);
    assert_close(timeline.beats_at(48_000 + frames + 48_000), 2.0 + 4.0 * 130.0 / 60.0 + 140.0 / 60.0);
    // The inverse: where the integral reaches a beat.
    for beat in [3.0, 6.5, 10.0, 20.0] {
        let frame = timeline.frame_of_beat(beat, 0).unwrap();
        assert!(timeline.beats_at(frame) >= beat - 1e-6 && timeline.beats_at(frame - 1) < beat, "beat {beat}");
    }
    let said = timeline.said_at(48_000, None).unwrap();
    assert_close(said.tempo_step, 20.0 / 192_000.0);
    assert_eq!(timeline.said_at(0, None).unwrap().tempo_step, 0.0);
    assert_eq!(timeline.next_edge(0), Some(48_000));
    assert_eq!(timeline.next_edge(48_000), Some(48_000 + frames));
}

#[test]
fn a_loop_wraps_without_a_gap() {
    // 127.3 BPM: no beat but the first is on a frame.
    let (from, to) = (4.0, 7.25);
    let timeline = Transport::rolling(127.3).looping(from, to).timeline(RATE);
    let step = 127.3 / (60.0 * RATE);
    let mut wraps = Vec::new();
    let mut edge = 0;
    while let Some(next) = timeline.next_edge(edge).filter(|next| *next < 3_000_000) {
        wraps.push(next);
        edge = next;
    }
    for (round, wrap) in wraps.iter().enumerate() {
        let unrolled = to + round as f64 * (to - from);
        assert_eq!(*wrap, due_frame(unrolled, 127.3, RATE));
        assert!((from..from + step).contains(&timeline.beats_at(*wrap)), "{}", timeline.beats_at(*wrap));
        assert!((to - step..to).contains(&timeline.beats_at(wrap - 1)));
    }
    assert!(wraps.len() > 30);
    for frame in (0..3_000_000_u64).step_by(997) {
        let unrolled = frame as f64 * step;
        let expected = if unrolled < to { unrolled } else { from + (unrolled - from).rem_euclid(to - from) };
        assert_close(timeline.beats_at(frame), expected);
    }
    // Beat 6 in the fourth round: found by walking.
    let walked = (wraps[3]..wraps[4]).find(|frame| timeline.beats_at(*frame) >= 6.0 - step / 1024.0);
    assert_eq!(timeline.frame_of_beat(6.0, wraps[3]), walked);
    assert_eq!(timeline.frame_of_beat(9.0, 0), None, "a loop never gets behind its end");
}

#[test]
fn a_snapped_loop_starts_each_round_exactly_on_its_start() {
    let timeline = Transport::rolling(127.3).looping(0.0, 4.0).snapped_loop().timeline(RATE);
    let round = due_frame(4.0, 127.3, RATE);
    let mut edge = 0;
    for count in 1..50 {
        edge = timeline.next_edge(edge).unwrap();
        assert_eq!(edge, count * round);
        assert_eq!(timeline.beats_at(edge), 0.0);
    }
}

#[test]
fn a_transport_behind_its_loop_goes_on() {
    let timeline = Transport::rolling(120.0).from_beat(10.0).looping(0.0, 8.0).timeline(RATE);
    assert_eq!(timeline.next_edge(0), None);
    assert_close(timeline.beats_at(96_000), 14.0);
}

#[test]
fn jumps_stops_starts_and_tempo_changes_are_on_their_frames() {
    let timeline = Transport::rolling(120.0)
        .at(24_000, Move::Jump(-2.0))
        .at(48_000, Move::Stop)
        .at(60_000, Move::Jump(32.0))
        .at(72_000, Move::Start)
        .at(96_000, Move::Tempo(60.0))
        .at(144_000, Move::Loop(Some((33.0, 34.0))))
        .timeline(RATE);
    assert_close(timeline.beats_at(23_999), 23_999.0 / 24_000.0);
    assert_eq!(timeline.beats_at(24_000), -2.0);
    assert_close(timeline.beats_at(48_000), -1.0);
    assert_close(timeline.beats_at(59_999), -1.0);
    assert_eq!(timeline.beats_at(60_000), 32.0);
    assert_eq!(timeline.beats_at(71_999), 32.0);
    assert!(!timeline.playing_at(71_999) && timeline.playing_at(72_000));
    assert_close(timeline.beats_at(96_000), 33.0);
    assert_close(timeline.beats_at(144_000), 34.0);
    let edges = std::iter::successors(Some(0), |frame| timeline.next_edge(*frame));
    let edges: Vec<_> = edges.take_while(|edge| *edge <= 96_000).collect();
    assert_eq!(edges, [0, 24_000, 48_000, 60_000, 72_000, 96_000]);
}

#[test]
fn a_song_position_is_found_across_jumps_and_stops() {
    let timeline = Transport::rolling(120.0)
        .at(24_000, Move::Stop)
        .at(48_000, Move::Start)
        .at(72_000, Move::Jump(100.0))
        .timeline(RATE);
    assert_eq!(timeline.frame_of_beat(1.5, 0), Some(60_000));
    assert_eq!(timeline.frame_of_beat(101.0, 0), Some(96_000));
    assert_eq!(timeline.frame_of_beat(50.0, 0), None);
}

#[test]
fn bars_count_by_their_signatures_before_the_song_too() {
    let common = Signatures::new(4, 4);
    assert_eq!((common.bar_at(0.0).number, common.bar_at(7.9).number, common.bar_at(-0.1).number), (0, 1, -1));
    assert_eq!(common.bar_at(-0.1).start_beats, -4.0);
    let mut mixed = Signatures::new(7, 8);
    mixed.push(14.0, 3, 4);
    assert_eq!(mixed.bar_at(13.9).start_beats, 10.5);
    assert_eq!((mixed.bar_at(14.0).number, mixed.bar_at(14.0).signature), (4, (3, 4)));
    assert_eq!((mixed.bar_at(17.5).number, mixed.bar_at(17.5).start_beats), (5, 17.0));
    // A change that cuts a bar short.
    let mut cut = Signatures::new(4, 4);
    cut.push(6.0, 4, 4);
    assert_eq!((cut.bar_at(5.9).number, cut.bar_at(6.0).number), (1, 2));
}

fn said(transport: Transport, frame: u64) -> support::transport::Said {
    transport.timeline(RATE).said_at(frame, frame.checked_sub(512)).expect("words")
}

#[test]
fn an_honest_host_says_everything() {
    let said = said(Transport::rolling(126.0).signature(7, 8).from_beat(-3.5).looping(0.0, 7.0), 0);
    assert!(said.playing && said.preroll);
    assert_eq!((said.tempo, said.beats, said.signature), (Some(126.0), Some(-3.5), Some((7, 8))));
    assert_eq!((said.bar_start_beats, said.bar_number, said.loop_beats), (Some(-3.5), -1, Some((0.0, 7.0))));
    assert_close(said.secs.unwrap(), -3.5 * 60.0 / 126.0);
    assert_eq!(said.frames, -80_000);
}

#[test]
fn quirks_change_the_words_and_not_the_course() {
    let quirk = |quirk| said(Transport::rolling(127.3).from_beat(1.0).quirk(quirk), 1000);
    let truth = said(Transport::rolling(127.3).from_beat(1.0), 1000);
    let beats = truth.beats.unwrap();
    assert_eq!(quirk(Quirk::Ticks(1920)).beats, Some((beats * 1920.0).floor() / 1920.0));
    assert_eq!(quirk(Quirk::BeatsAsF32).beats, Some(f64::from(1.044_201_4_f32)));
    assert_eq!(quirk(Quirk::TempoAsF32).tempo, Some(f64::from(127.3_f32)));
    assert_eq!(quirk(Quirk::NoTempo).tempo, None);
    assert_eq!(quirk(Quirk::NoBeats).beats, None);
    assert_eq!(quirk(Quirk::NoSecs).secs, None);
    assert_eq!(quirk(Quirk::NoSignature).signature, None);
    assert_eq!(quirk(Quirk::NoBarStart).bar_start_beats, None);
    assert_eq!(quirk(Quirk::BarStartOff(4.0)).bar_start_beats, Some(4.0));
    assert_eq!(quirk(Quirk::BarStartIsPosition).bar_start_beats, Some(beats));
    assert_eq!(quirk(Quirk::BeatsOff(8.0)).beats, Some(beats + 8.0));
    let late = quirk(Quirk::OneBlockLate).beats.unwrap();
    assert_close(late, 1.0 + 488.0 * 127.3 / (60.0 * RATE));
    let silent = Transport::rolling(120.0).quirk(Quirk::NoTransport).timeline(RATE);
    assert_eq!(silent.said_at(0, None), None);
    assert_close(silent.beats_at(24_000), 1.0);
    let untold = said(Transport::rolling(120.0).looping(0.0, 4.0).quirk(Quirk::LoopUntold), 120_000);
    assert_eq!((untold.loop_beats, untold.beats), (None, Some(1.0)));
    // Whole ticks stay where they are.
    assert_eq!(said(Transport::rolling(120.0).quirk(Quirk::Ticks(960)), 24_000).beats, Some(1.0));
    let ramp = |quirk: &[Quirk]| {
        let ramp = Transport::rolling(120.0).at(0, Move::Ramp { bpm: 240.0, frames: 48_000 });
        said(quirk.iter().fold(ramp, |ramp, quirk| ramp.quirk(*quirk)), 24_000)
    };
    assert_eq!((ramp(&[]).tempo, ramp(&[]).tempo_step), (Some(180.0), 120.0 / 48_000.0));
    let frozen = ramp(&[Quirk::TempoFrozenInRamps]);
    assert_eq!((frozen.tempo, frozen.tempo_step, frozen.beats), (Some(120.0), 0.0, ramp(&[]).beats));
    let stepped = ramp(&[Quirk::NoTempoStep]);
    assert_eq!((stepped.tempo, stepped.tempo_step), (Some(180.0), 0.0));
}

#[test]
fn blocks_are_cut_at_edges_by_hosts_that_cut() {
    // 120 BPM, two beats: wraps every 48000 frames.
    let transport = || Transport::rolling(120.0).looping(0.0, 2.0);
    for_each_format(|format| {
        let setup = Setup::new().blocks(Blocks::Fixed(512)).transport(transport());
        let blocks = setup.open(format).render(48_512).blocks;
        assert_eq!(blocks[92..], [(47_104, 512), (47_616, 384), (48_000, 128), (48_128, 384)]);
        for edges in [Edges::MidBlock, Edges::Unsplit] {
            let setup = Setup::new().transport(transport().edges(edges));
            let blocks = setup.open(format).render(48_640).blocks;
            assert!(blocks.iter().all(|(_, frames)| *frames == 512), "{edges:?}");
        }
    });
}

#[test]
fn random_blocks_cover_their_range_and_repeat() {
    let rule = Blocks::Random { seed: 3, range: 0..=8 };
    let sizes: Vec<_> = rule.sizes().take(1000).collect();
    assert!((0..=8).all(|size| sizes.contains(&size)) && sizes.iter().all(|size| *size <= 8));
    assert_eq!(sizes, rule.sizes().take(1000).collect::<Vec<_>>());
    assert_eq!(rule.max(), 8);
    assert_eq!(Blocks::Pattern(vec![1, 2]).sizes().take(5).collect::<Vec<_>>(), [1, 2, 1, 2, 1]);
}

/// A transport with moves of every kind, and a rate.
fn any_timeline(seed: u64) -> Timeline {
    let mut random = Random::new(seed);
    let mut transport = Transport::rolling(20.0 + random.next_f64() * 300.0).from_beat(random.next_f64() * 20.0 - 10.0);
    let mut frame = 0;
    for _ in 0..random.next_u64() % 8 {
        frame += random.next_u64() % 50_000;
        let change = match random.next_u64() % 6 {
            0 => Move::Start,
            1 => Move::Stop,
            2 => Move::Jump(random.next_f64() * 64.0 - 16.0),
            3 => Move::Tempo(20.0 + random.next_f64() * 300.0),
            4 => Move::Ramp { bpm: 20.0 + random.next_f64() * 300.0, frames: 1 + random.next_u64() % 100_000 },
            _ => Move::Loop(Some((random.next_f64() * 8.0, 8.1 + random.next_f64() * 8.0))),
        };
        transport = transport.at(frame, change);
    }
    if random.next_u64().is_multiple_of(2) {
        transport = transport.snapped_loop();
    }
    transport.timeline([44_100.0, 48_000.0, 192_000.0][(random.next_u64() % 3) as usize])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// Between two edges the position advances by exactly what the tempo says, frame by frame; at rest not at all.
    #[test]
    fn positions_follow_the_tempo_between_edges(seed in any::<u64>()) {
        let timeline = any_timeline(seed);
        let mut frame = 0;
        while frame < 300_000 {
            let end = timeline.next_edge(frame).unwrap_or(u64::MAX).min(frame + 40_000);
            prop_assert!(end > frame, "an edge that is not ahead");
            let last = end - 1;
            let mean = (timeline.bpm_at(frame) + timeline.bpm_at(last)) / 2.0;
            let passed = (last - frame) as f64 * mean / (60.0 * timeline.sample_rate());
            let expected = if timeline.playing_at(frame) { passed } else { 0.0 };
            let found = timeline.beats_at(last) - timeline.beats_at(frame);
            // A wrap may be told up to a thousandth of a frame early.
            prop_assert!((found - expected).abs() < 1e-6, "{found} instead of {expected} from {frame} to {last}");
            frame = end;
        }
    }

    /// The frame found for a beat is the first that has reached it.
    #[test]
    fn a_found_frame_is_the_first_on_its_beat(seed in any::<u64>(), beat in -10.0..40.0_f64) {
        let timeline = any_timeline(seed);
        if let Some(frame) = timeline.frame_of_beat(beat, 0).filter(|frame| *frame < 10_000_000) {
            prop_assert!(timeline.playing_at(frame));
            prop_assert!(timeline.beats_at(frame) >= beat - 1e-6);
            let edge_before = frame == 0 || timeline.next_edge(frame - 1) == Some(frame);
            prop_assert!(edge_before || timeline.beats_at(frame - 1) < beat);
        }
    }
}
