//! Hosts that jump, repeat themselves, stand still while they roll, or say seconds only.

use echelon_engine::clock::{BlockClock, ClockSource, Discontinuity, HostClock, HostTransport};
use echelon_engine::units::Bpm;

use crate::host::{Random, SR, TempoMap, run, words};

fn rolling(bpm: f64, song_beat: f64) -> HostTransport {
    HostTransport { playing: true, tempo: Bpm::new(bpm), song_beats: Some(song_beat), ..HostTransport::SILENT }
}

/// Beats at 120 BPM and 48 kHz.
fn beats(frames: u32) -> f64 {
    f64::from(frames) / 24_000.0
}

#[test]
fn a_locate_moves_the_song_and_not_the_performance() {
    for distance in [-300.0, -7.3, -0.0625, 0.0625, 0.5, 12.0, 1000.0] {
        let mut clock = HostClock::new(SR);
        for block in 0..10 {
            clock.begin_block(&rolling(120.0, 400.0 + beats(block * 512)), 512);
        }
        let song = 400.0 + beats(5120) + distance;
        let (now, why) = clock.begin_block(&rolling(120.0, song), 512);
        let Some(Discontinuity::Jumped { beats: told, wrapped: None }) = why else { panic!("{why:?}") };
        assert!((told - distance).abs() < 1e-9, "{told} for {distance}");
        assert!((now.song_beat_at(0) - song).abs() < 1e-9);
        assert!((now.performance_beat_at(0) - beats(5120)).abs() < 1e-9);
        let (next, why) = clock.begin_block(&rolling(120.0, song + beats(512)), 512);
        assert_eq!(why, None);
        assert!((next.song_beat_at(512) - song - beats(1024)).abs() < 1e-9);
    }
}

/// The three classes of difference, at 120 BPM in blocks of 512: adopted, leaked, jumped.
#[test]
fn a_difference_is_adopted_leaked_or_a_jump() {
    let after = |difference: f64| {
        let mut clock = HostClock::new(SR);
        for block in 0..10 {
            clock.begin_block(&rolling(120.0, beats(block * 512)), 512);
        }
        let (now, why) = clock.begin_block(&rolling(120.0, beats(5120) + difference), 512);
        (now.song_beat_at(512) - beats(5632), why)
    };
    let frame = 1.0 / 24_000.0;
    let (adopted, why) = after(0.45 * frame);
    assert!((adopted - 0.45 * frame).abs() < 1e-12 && why.is_none());
    let (leaked, why) = after(-0.0024);
    assert!((leaked + 0.0024 * 0.02).abs() < 1e-12 && why.is_none(), "{leaked}");
    let (_, why) = after(-0.1);
    assert!(matches!(why, Some(Discontinuity::Jumped { .. })));
}

/// Pro Tools says a new place every second block only; a host that cuts a driver's buffer in eight says one place for
/// all the parts.
#[test]
fn a_place_that_is_repeated_is_not_believed() {
    for parts in [2, 8] {
        let map = TempoMap::steady(SR, 127.3);
        let mut count = 0;
        let mut last = 0.0;
        let targets = (0..500).map(|i| f64::from(i) / 4.0);
        let outcome = run(
            &map,
            (0, 2_880_000),
            || 64,
            targets,
            |frame| {
                if count % parts == 0 {
                    last = frame;
                }
                count += 1;
                map.transport(last, words::exact)
            },
        );
        assert_eq!((outcome.worst(), outcome.breaks.len()), (0, 0), "{outcome:?}");
        assert!(outcome.fired > 480);
    }
}

/// One block's place said twice, and then on from there: the host lost a block, and says so by its next place.
#[test]
fn a_place_that_was_lost_is_one_jump() {
    let mut clock = HostClock::new(SR);
    let said = [0, 512, 512, 1024, 1536, 2048];
    let heard: Vec<_> = said.map(|frame| clock.begin_block(&rolling(120.0, beats(frame)), 512).1).to_vec();
    assert!(matches!(heard[3], Some(Discontinuity::Jumped { beats: far, .. }) if (far + beats(512)).abs() < 1e-9));
    assert_eq!([heard[1], heard[2], heard[4], heard[5]], [None; 4]);
}

#[test]
fn a_host_that_stands_still_while_it_rolls_does_not_lead() {
    let mut clock = HostClock::new(SR);
    let step = |clock: &mut HostClock, beat| clock.begin_block(&rolling(120.0, beat), 480);
    let blocks: Vec<(BlockClock, _)> = (0..100).map(|_| step(&mut clock, 2.0)).collect();
    let stopped: Vec<usize> = (0..100).filter(|i| blocks[*i].1 == Some(Discontinuity::Stopped)).collect();
    assert_eq!(stopped, [26], "after a quarter of a second, once");
    assert_eq!((blocks[25].0.source(), blocks[26].0.source()), (ClockSource::Host, ClockSource::Local));
    assert!((blocks[99].0.song_beat_at(480) - 4.0).abs() < 1e-9, "a second has passed");
    let (again, why) = step(&mut clock, 2.02);
    assert!(matches!(why, Some(Discontinuity::Started { .. })), "{why:?}");
    assert_eq!((again.source(), again.song_beat_at(0)), (ClockSource::Host, 2.02));
}

#[test]
fn a_song_in_seconds_is_followed_by_its_tempo() {
    let map = TempoMap::steady(SR, 127.3);
    let mut random = Random::new(4);
    let targets = (0..1000).map(|i| f64::from(i) / 8.0);
    let outcome = run(
        &map,
        (0, 2_880_000),
        || random.block(),
        targets,
        |frame| HostTransport {
            song_beats: None,
            // Cut to whole milliseconds' thousandths, as some hosts do.
            song_secs: Some((frame / SR * 1e6).floor() / 1e6),
            ..map.transport(frame, words::exact)
        },
    );
    assert_eq!((outcome.worst(), outcome.breaks.len()), (0, 0), "{outcome:?}");
}

/// In seconds alone a new tempo would be another place: 121 BPM has its beat 242 where 120 BPM has its beat 240.
#[test]
fn another_tempo_is_no_jump_for_a_song_in_seconds() {
    let mut clock = HostClock::new(SR);
    let say = |bpm, secs| HostTransport { song_secs: Some(secs), song_beats: None, ..rolling(bpm, 0.0) };
    clock.begin_block(&say(120.0, 120.0), 4800);
    let (now, why) = clock.begin_block(&say(121.0, 120.1), 4800);
    assert_eq!(why, None);
    assert!((now.song_beat_at(0) - 240.2).abs() < 1e-9);
    assert!((now.song_beat_at(4800) - 240.2 - 0.1 * 121.0 / 60.0).abs() < 1e-9);
    let (there, why) = clock.begin_block(&say(120.0, 10.0), 4800);
    assert!(matches!(why, Some(Discontinuity::Jumped { .. })));
    assert!((there.song_beat_at(0) - 20.0).abs() < 1e-9);
    let (_, why) = clock.begin_block(&HostTransport { tempo: None, ..say(120.0, 10.1) }, 4800);
    assert_eq!(why, Some(Discontinuity::Stopped), "seconds without a tempo are no beats");
}

#[test]
fn the_pre_roll_counts_up_to_the_song() {
    let mut clock = HostClock::new(SR);
    let mut random = Random::new(6);
    let (mut frame, mut hits) = (-96_000_i64, vec![]);
    let mut beat = -4_i32;
    while frame < 48_000 {
        let frames = random.block();
        let (now, why) = clock.begin_block(&rolling(120.0, frame as f64 / 24_000.0), frames);
        assert!(why.is_none() || frame == -96_000);
        while let Some(at) = now.frame_of(now.to_performance(f64::from(beat))) {
            hits.push((beat, frame + i64::from(at)));
            beat += 1;
        }
        frame += i64::from(frames);
    }
    let due: Vec<(i32, i64)> = (-4..beat).map(|beat| (beat, i64::from(beat) * 24_000)).collect();
    assert_eq!(hits, due);
}

#[test]
fn empty_blocks_leave_a_ramp_alone() {
    let map = TempoMap::steady(SR, 60.0).ramp(0.0, 180.0, 2.0);
    let end = |empty: bool| {
        let mut clock = HostClock::new(SR);
        let mut last = 0.0;
        for block in 0..40_u32 {
            let said = map.transport(f64::from(block * 1024), words::exact);
            if empty {
                assert_eq!(clock.begin_block(&said, 0).1.is_some(), block == 0);
            }
            last = clock.begin_block(&said, 1024).0.song_beat_at(1024);
        }
        last
    };
    assert!((end(true) - end(false)).abs() < 1e-12);
    assert!((end(true) - map.beat(40.0 * 1024.0)).abs() < 1e-9, "the slope is known");
}

#[test]
fn blocks_of_no_frames_change_nothing() {
    let mut clock = HostClock::new(SR);
    clock.begin_block(&rolling(120.0, 0.0), 480);
    for _ in 0..3 {
        let (empty, why) = clock.begin_block(&rolling(120.0, 0.02), 0);
        assert_eq!((empty.frame_of(0.0), why), (None, None));
    }
    let (now, why) = clock.begin_block(&rolling(120.0, 0.02), 480);
    assert!(why.is_none() && (now.song_beat_at(0) - 0.02).abs() < 1e-12);
}

#[test]
fn a_host_that_rounds_back_does_not_turn_time_back() {
    let mut clock = HostClock::new(SR);
    let mut end = 0.0;
    for frame in 0..20_000_u32 {
        let slip = if frame % 1000 == 999 { 0.0024 } else { 0.0 };
        let (now, jump) = clock.begin_block(&rolling(120.0, beats(frame) - slip), 1);
        assert!(jump.is_none() || frame == 0);
        assert!(now.performance_beat_at(1) > end, "frame {frame}");
        end = now.performance_beat_at(1);
    }
    assert!((end - beats(20_000)).abs() < 1e-4, "{end}");
}

/// Another sample rate in the middle of the song, as when the sound card is changed.
#[test]
fn another_sample_rate_goes_on_where_the_beat_is() {
    let mut clock = HostClock::new(SR);
    let (before, _) = clock.begin_block(&rolling(120.0, 0.0), 24_000);
    clock.set_sample_rate(96_000.0);
    let (now, why) = clock.begin_block(&rolling(120.0, 1.0), 48_000);
    assert_eq!(now.performance_beat_at(0).to_bits(), before.performance_beat_at(24_000).to_bits());
    assert_eq!((why, now.song_beat_at(48_000), now.frame_of(now.to_performance(1.5))), (None, 2.0, Some(24_000)));
}
