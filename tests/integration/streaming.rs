//! Decks that play files which are still being decoded: as a slow disk would have it, held back by the test.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use echelon::media::Hold;
use echelon_engine::units::DeckId;
use rosc::OscType;
use support::compare::{assert_identical, assert_silent};
use support::signals::noise;
use support::{Event, Format, OscClient, Setup, Sound, TempDir, for_each_format};

use crate::stage::Stage;

/// What is asked for at least to be ahead of the playhead; beyond it the decoder is held.
const AHEAD: usize = 96_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// More than half a minute: shorter files are decoded whole.
fn track() -> Sound {
    noise(9, 0.5, 1_500_000)
}

fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        std::thread::yield_now();
    }
}

/// A file on deck A of which so much is decoded, that plays from frame 0 on.
fn playing(format: Format, file: &str, ready: usize) -> (Stage, Hold) {
    let hold = Hold::at(file, ready);
    let mut stage = Stage::with_track(&Setup::new(), format, file);
    wait_for("the head", || hold.reached() >= ready);
    stage.host.at(0, Event::param("quantize", 0.0)).at(0, Event::param("play_1", 1.0));
    (stage, hold)
}

/// What the telemetry says now.
fn starved(osc: &mut OscClient) -> f64 {
    osc.take_replies();
    osc.send("/telemetry", &[]);
    let mut found = None;
    wait_for("the telemetry", || {
        osc.poll();
        let replies = osc.take_replies();
        let figure = replies.iter().find(|reply| {
            reply.addr == "/telemetry" && reply.args[0] == OscType::String("scheduler/starved_frames".to_owned())
        });
        found = found.or_else(|| figure.and_then(|reply| reply.args[1].clone().double()));
        found.is_some()
    });
    found.expect("a number")
}

/// The host's own checks are at work: the audio thread allocates nothing, waits for nothing and drops nothing.
#[test]
fn a_deck_plays_while_its_file_is_decoded_to_the_bit() {
    let (folder, sound) = (TempDir::new("streaming"), track());
    let file = folder.wav("long.wav", 48_000, &sound);
    for_each_format(|format| {
        let (mut stage, hold) = playing(format, &file, AHEAD);
        let recording = stage.host.render_with(400_000, |_, frame| {
            let wanted = frame as usize + AHEAD;
            hold.move_to(wanted);
            wait_for("the decoder", || hold.reached() >= wanted);
        });
        assert!(hold.reached() < 600_000, "most of it is yet to come");
        assert_identical(recording.deck(DeckId::A), &sound.part(0..400_000));
        assert_eq!(starved(&mut stage.osc), 0.0);
        // The plugin goes away with the end still to come.
    });
}

#[test]
fn what_comes_too_late_is_silent_counted_and_then_in_its_place() {
    let (folder, sound) = (TempDir::new("starving"), track());
    let file = folder.wav("long.wav", 48_000, &sound);
    for_each_format(|format| {
        let (mut stage, hold) = playing(format, &file, 100_000);
        let ready = hold.reached() as u64;
        let heard = stage.host.render(150_000).deck(DeckId::A).clone();
        // It goes silent within 3 ms before it, with what the interpolator needs to spare.
        assert_identical(&heard.part(0..ready - 200), &sound.part(0..ready - 200));
        assert_silent(&heard.part(ready..150_000));
        let expected = (150_000 - ready) as f64;
        let mut counted = 0.0;
        wait_for("the count", || {
            counted = starved(&mut stage.osc);
            counted >= expected
        });
        assert!(counted <= expected + 400.0, "{counted} of {expected}");
        hold.move_to(usize::MAX);
        wait_for("the rest", || hold.reached() >= 400_000);
        let heard = stage.host.render(20_000).deck(DeckId::A).clone();
        assert_identical(&heard.part(150_144..170_000), &sound.part(150_144..170_000));
    });
}

#[test]
fn an_offline_bounce_waits_for_all_of_it() {
    let (folder, sound) = (TempDir::new("offline_stream"), track());
    let file = folder.wav("long.wav", 48_000, &sound);
    for_each_format(|format| {
        let hold = Hold::at(&file, 100_000);
        let was_held = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                wait_for("the head", || hold.reached() >= 100_000);
                was_held.store(true, Ordering::Release);
                drop(hold);
            });
            let mut stage = Stage::with_track(&Setup::new().offline(), format, &file);
            stage.host.at(0, Event::param("quantize", 0.0)).at(0, Event::param("play_1", 1.0));
            let heard = stage.host.render(300_000).deck(DeckId::A).clone();
            assert_identical(&heard, &sound.part(0..300_000));
            assert_eq!(starved(&mut stage.osc), 0.0);
        });
        assert!(was_held.load(Ordering::Acquire));
    });
}
