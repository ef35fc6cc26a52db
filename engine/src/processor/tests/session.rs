//! A session with others takes over from the host, and gives back, while a deck is on air.

use super::*;
use crate::action::{Gesture, Setting};
use crate::clock::{BeatMap, ClockMode, ClockSource, SessionWord};
use crate::deck::BeatGrid;

const SESSION_BPM: f64 = 126.0;

/// The session's beat on a frame of the test: somewhere in a bar, while the host is on one.
fn session_beat(frame: u64) -> f64 {
    100.7 + frame as f64 / SR * SESSION_BPM / 60.0
}

/// Deck A is synced, deck B is not; both play from beat 0 on.
fn on_air() -> Bench {
    let mut bench = Bench::new(120.0);
    let samples: Vec<f32> = (0..1_000_000).map(sample).collect();
    let track = Track::new(samples.clone(), samples, SR).unwrap().with_grid(BeatGrid::steady(0.0, 24_000.0).unwrap());
    let track = Arc::new(track);
    bench.load_track(DeckId::A, track.clone());
    bench.load_track(DeckId::B, track);
    let sync = Action::Gesture { deck: DeckId::A, gesture: Gesture::Sync, value: 1.0 };
    bench.ask(sync, ActionTiming::Immediate);
    for deck in [DeckId::A, DeckId::B] {
        bench.ask(play(deck), ActionTiming::CustomBeat(0.0));
    }
    bench
}

/// Makes frames up to a place, with the session heard in every block.
fn run(bench: &mut Bench, to: u64, block: u32, offline: bool) {
    while bench.frame < to {
        let frames = (to - bench.frame).min(u64::from(block)) as u32;
        let now_micros = 7e9 + bench.frame as f64 * 1e6 / SR;
        let map =
            BeatMap { at_micros: now_micros, beat: session_beat(bench.frame), micros_per_beat: 60e6 / SESSION_BPM };
        let word =
            SessionWord { now_micros, map, bar_beats: bench.processor.bar_beats(), peers: 1, latency_micros: 0.0 };
        bench.processor.hear_session(Some(word), frames, offline, false);
        bench.process(frames, &[]);
        bench.console.tick(&mut bench.turn);
    }
}

fn set_mode(bench: &mut Bench, mode: ClockMode) {
    bench.ask(Action::Configure { setting: Setting::ClockMode { mode } }, ActionTiming::Immediate);
}

/// How far deck A is from its place in the session's bar, in beats.
fn off_phase(bench: &Bench) -> f64 {
    let beat = bench.console.snapshot().decks[0].position_secs * 2.0;
    let off = beat - session_beat(bench.frame);
    off - (off / 4.0).round() * 4.0
}

#[test]
fn what_is_on_air_is_the_same_to_the_bit_until_the_next_bar_and_then_comes_into_phase() {
    for block in [64, 100, 512] {
        let mut alone = on_air();
        alone.run_to(400_000, block);
        let mut bench = on_air();
        run(&mut bench, 30_000, block, false);
        set_mode(&mut bench, ClockMode::Link);
        run(&mut bench, 400_000, block, false);
        for deck in 0..2 {
            let differs = bench.decks[deck].iter().zip(&alone.decks[deck]).position(|(a, b)| a != b).unwrap();
            // Time is known at 1 s: the next bar begins at frame 96,000.
            assert!(differs >= 96_000, "deck {deck} in blocks of {block}: from frame {differs} on");
        }
        let clock = bench.console.snapshot().clock;
        assert_eq!((clock.source, clock.peers), (ClockSource::Link, 1));
        assert!(off_phase(&bench).abs() < 1e-3, "blocks of {block}: {} beats", off_phase(&bench));
    }
}

#[test]
fn what_is_asked_for_a_bar_waits_for_the_session_s() {
    let mut bench = on_air();
    set_mode(&mut bench, ClockMode::Link);
    run(&mut bench, 150_000, 256, false);
    let id = bench.ask(Action::SetCrossfader { position: 0.25 }, ActionTiming::NextBar);
    run(&mut bench, 300_000, 256, false);
    let (due, error) = bench.done(id).unwrap();
    assert!(error == 0 && (due / 4.0 - (due / 4.0).round()).abs() < 1e-9, "{due}");
    let frame = bench.moves.iter().find(|moved| moved.1 == Control::Crossfader).unwrap().0;
    let off_frames = (session_beat(frame) - due) * 60.0 / SESSION_BPM * SR;
    assert!((0.0..1.1).contains(&off_frames), "{off_frames} frames after the session's bar");
}

#[test]
fn an_offline_bounce_with_a_session_on_is_the_bounce_without_one() {
    let mut alone = on_air();
    alone.run_to(300_000, 512);
    let mut bench = on_air();
    set_mode(&mut bench, ClockMode::Link);
    run(&mut bench, 300_000, 512, true);
    assert!(bench.decks[0] == alone.decks[0] && bench.decks[1] == alone.decks[1] && bench.master == alone.master);
}

#[test]
fn the_host_gets_it_back_on_the_session_s_bar() {
    let mut bench = on_air();
    set_mode(&mut bench, ClockMode::Link);
    run(&mut bench, 200_000, 300, false);
    set_mode(&mut bench, ClockMode::Host);
    run(&mut bench, 210_000, 300, false);
    assert_eq!(bench.console.snapshot().clock.source, ClockSource::Link, "the bar is not over");
    let waits = bench.console.snapshot().link.switches_in_beats.unwrap();
    let at = session_beat(bench.frame) + waits;
    assert!((at / 4.0 - (at / 4.0).round()).abs() < 1e-3, "at beat {at}");
    run(&mut bench, 400_000, 300, false);
    assert_eq!(bench.console.snapshot().clock.source, ClockSource::Host);
    let beat = bench.console.snapshot().decks[0].position_secs * 2.0 - bench.song_beat();
    assert!((beat / 4.0 - (beat / 4.0).round()).abs() < 1e-3, "deck A is in phase with the host: {beat}");
}
