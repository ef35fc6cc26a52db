//! Hosts that stop, by each policy, and what other threads see.

use echelon_engine::clock::{
    BeatClock, BeatSource, BlockClock, ClockPolicy, ClockSource, Discontinuity, HostClock, HostTransport,
    LocalBeatClock, StopPolicy,
};
use echelon_engine::units::{Bpm, TimeSignature};

use crate::host::{Random, SR};

fn said(playing: bool, bpm: f64, song_beat: f64) -> HostTransport {
    HostTransport { playing, tempo: Bpm::new(bpm), song_beats: Some(song_beat), ..HostTransport::SILENT }
}

fn with(stop: StopPolicy) -> HostClock {
    let mut clock = HostClock::new(SR);
    clock.set_policy(ClockPolicy { stop, ..ClockPolicy::default() });
    clock
}

#[test]
fn free_running_goes_on_at_the_last_tempo_and_phase_without_a_gap() {
    for policy in [StopPolicy::FreeRun, StopPolicy::StopDecks] {
        let (mut clock, mut random) = (with(policy), Random::new(1));
        clock.begin_block(&said(true, 127.3, 0.0), 48_000);
        let (mut frame, mut line) = (48_000_u64, 3_u32);
        let beat = |frame: u64| frame as f64 * 127.3 / (60.0 * SR);
        while frame < 28_800_000 {
            let frames = random.block();
            let host = HostTransport { tempo: None, ..said(false, 0.0, 2.0) };
            let (now, why) = clock.begin_block(&host, frames);
            assert_eq!(why, (frame == 48_000).then_some(Discontinuity::Stopped));
            assert!(!now.is_synchronized() && now.source() == ClockSource::Local);
            while let Some(at) = now.frame_of(now.to_performance(f64::from(line))) {
                let hit = frame + u64::from(at);
                assert!(beat(hit) >= f64::from(line) - 1e-6 && beat(hit - 1) < f64::from(line), "beat {line}");
                line += 1;
            }
            frame += u64::from(frames);
        }
        assert!(line >= 1273, "{line} in ten minutes");
    }
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
fn a_tempo_change_while_stopped_bends_and_does_not_break() {
    let mut clock = HostClock::new(SR);
    clock.begin_block(&said(true, 120.0, 0.0), 24_000);
    clock.begin_block(&said(false, 120.0, 1.0), 24_000);
    let (now, why) = clock.begin_block(&said(false, 60.0, 1.0), 24_000);
    assert_eq!(why, None);
    assert_eq!((now.song_beat_at(0), now.song_beat_at(24_000)), (2.0, 2.5));
    let (on, why) = clock.begin_block(&said(true, 60.0, 1.0), 24_000);
    assert_eq!(why, Some(Discontinuity::Started { beats: -1.5 }));
    assert_eq!((on.song_beat_at(0), on.performance_beat_at(0)), (1.0, 2.5));
}

#[test]
fn frozen_time_makes_nothing_due_and_goes_on_with_the_host() {
    let mut clock = with(StopPolicy::Freeze);
    clock.begin_block(&said(true, 120.0, 0.0), 36_000);
    let pending = 2.0;
    for block in 0..1000 {
        let (now, why) = clock.begin_block(&said(false, 120.0, 1.5), 512);
        assert_eq!(why, (block == 0).then_some(Discontinuity::Stopped));
        assert!(now.stands_still());
        assert_eq!((now.performance_beat_at(0), now.performance_beat_at(512)), (1.5, 1.5));
        assert_eq!((now.frame_of(pending), now.frames_to(pending)), (None, f64::INFINITY));
        assert_eq!((now.frame_of(1.5), now.frame_of(1.0)), (Some(0), Some(0)), "what is asked for now is done now");
        assert_eq!((now.frames_to(1.0), now.frames_late(1.5, 100)), (-12_000.0, 0));
        assert_eq!((now.tempo_bpm(), now.half_frame_beats()), (120.0, 0.5 / 24_000.0));
        assert_eq!((now.time_to_next_beat(), now.time_to_next_bar()), (f64::INFINITY, f64::INFINITY));
        let view = now.view_at_end();
        assert_eq!((view.beat_after_frames(1e6), view.time_to_next_beat()), (1.5, f64::INFINITY));
    }
    let (on, why) = clock.begin_block(&said(true, 120.0, 1.5), 24_000);
    assert_eq!(why, Some(Discontinuity::Started { beats: 0.0 }));
    assert_eq!(on.frame_of(pending), Some(12_000));
}

#[test]
fn a_policy_may_change_while_the_host_is_stopped() {
    let mut clock = HostClock::new(SR);
    let mut end = 0.0;
    for (stop, passes) in [(StopPolicy::Freeze, 0.0), (StopPolicy::FreeRun, 1.0), (StopPolicy::Freeze, 0.0)] {
        clock.set_policy(ClockPolicy { stop, ..ClockPolicy::default() });
        let (now, _) = clock.begin_block(&said(false, 120.0, 0.0), 24_000);
        assert_eq!((now.performance_beat_at(0), now.performance_beat_at(24_000)), (end, end + passes));
        end += passes;
    }
}

#[test]
fn a_host_without_a_transport_is_not_a_stopped_one() {
    let mut clock = with(StopPolicy::Freeze);
    let (now, why) = clock.begin_block(&HostTransport::SILENT, 24_000);
    assert_eq!((now.performance_beat_at(24_000), now.stands_still(), why), (1.0, false, None));
}

/// A reader on another thread is late by some frames, and asks for the beat as many frames later.
#[test]
fn a_view_tells_the_beat_between_two_snapshots() {
    let mut clock = HostClock::new(SR);
    let signature = TimeSignature::new(7, 8);
    let host = |frame: f64| HostTransport { signature, ..said(true, 127.3, 5.0 + frame * 127.3 / (60.0 * SR)) };
    let (first, _) = clock.begin_block(&host(0.0), 4_800);
    let view = first.view_at_end();
    let (second, _) = clock.begin_block(&host(4_800.0), 4_800);
    for frames in [0_u32, 1, 500, 4_800] {
        let after = f64::from(frames);
        assert!((view.beat_after_frames(after) - second.song_beat_at(frames)).abs() < 1e-9);
        assert!((view.performance_beat_after_frames(after) - second.performance_beat_at(frames)).abs() < 1e-9);
        assert!((view.beat_after_secs(after / SR) - second.song_beat_at(frames)).abs() < 1e-9);
    }
    assert_eq!((view.frame, view.sample_rate, second.first_frame()), (4_800, SR, 4_800));
    let (ours, theirs): (&dyn BeatClock, &dyn BeatClock) = (&second, &view);
    for ask in [
        |clock: &dyn BeatClock| clock.current_beat(),
        |clock: &dyn BeatClock| clock.phase(),
        |clock: &dyn BeatClock| clock.tempo_bpm(),
        |clock: &dyn BeatClock| clock.time_to_next_beat(),
        |clock: &dyn BeatClock| clock.time_to_next_bar(),
    ] {
        assert!((ask(ours) - ask(theirs)).abs() < 1e-9, "{} and {}", ask(ours), ask(theirs));
    }
    assert!(theirs.is_synchronized() && theirs.num_peers() == 0);
}

#[test]
fn on_a_ramp_the_view_goes_on_at_the_tempo_of_its_end() {
    let mut clock = HostClock::new(SR);
    let ramp = HostTransport { tempo_step_bpm: 60.0 / SR, ..said(true, 120.0, 0.0) };
    let (now, _) = clock.begin_block(&ramp, 48_000);
    let view = now.view_at_end();
    assert!((view.song_beat - 2.5).abs() < 1e-9 && (view.beat_after_secs(1.0) - 5.5).abs() < 1e-9);
    assert!((now.time_to_next_beat() - 0.0).abs() < 1e-12);
    assert!((now.frames_until(2.5) - 48_000.0).abs() < 1e-6, "along the ramp");
}

/// One source after the other: performance beats go on, whoever leads.
#[test]
fn sources_take_over_from_each_other_without_a_gap() {
    let mut host = HostClock::new(SR);
    let mut local = LocalBeatClock::new(SR, Bpm::new(90.0).unwrap(), TimeSignature::COMMON);
    let (mut end, mut random) = (0.0_f64, Random::new(2));
    let mut last: Option<BlockClock> = None;
    for round in 0..40 {
        for block in 0..10 {
            let frames = random.block();
            let host_leads = round % 2 == 0;
            if let Some(last) = last.filter(|_| block == 0) {
                if host_leads { host.take_over(&last) } else { local.take_over(&last) }
            }
            let song = f64::from(round * 10 + block) * 0.5;
            let (now, why) = if host_leads {
                BeatSource::begin_block(&mut host, &said(true, 120.0, song), frames)
            } else {
                local.begin_block(&(), frames)
            };
            assert_eq!(now.performance_beat_at(0).to_bits(), end.to_bits(), "round {round}, block {block}");
            assert_eq!(matches!(why, Some(Discontinuity::Started { .. })), host_leads && block == 0);
            end = now.performance_beat_at(frames);
            last = Some(now);
        }
    }
}
