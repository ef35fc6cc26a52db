//! Bouncing: a project that was just opened, rendered faster than anything beside the audio can follow.

use std::hash::{DefaultHasher, Hash, Hasher};

use echelon_engine::units::DeckId;
use rosc::OscType;
use support::compare::assert_identical;
use support::signals::noise;
use support::{Blocks, Event, Format, MiniHost, Quirk, Recording, Setup, TempDir, Transport, for_each_format};

use crate::stage::project;

/// Plays deck A from the first frame on.
fn play_at_once(host: &mut MiniHost) {
    host.at(0, Event::param("quantize", 0.0)).at(0, Event::param("play_1", 1.0));
}

fn hash(recording: &Recording) -> u64 {
    let mut hasher = DefaultHasher::new();
    for bus in &recording.buses {
        bus.left.iter().chain(&bus.right).for_each(|sample| sample.to_bits().hash(&mut hasher));
    }
    hasher.finish()
}

/// Offline and, as some hosts bounce, in what they say is real time.
fn both_ways() -> [Setup; 2] {
    [Setup::new().offline(), Setup::new()]
}

#[test]
fn the_first_frame_of_a_bounce_plays_the_project_s_track() {
    let folder = TempDir::new("first_frame");
    // Long enough that it is not decoded by chance.
    let sound = noise(3, 0.5, 1_500_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        for setup in both_ways() {
            let mut host = setup.state(project(format, &[&file])).open(format);
            play_at_once(&mut host);
            assert_identical(host.render(30_000).deck(DeckId::A), &sound.part(0..30_000));
        }
    });
}

#[test]
fn the_first_frame_is_on_its_bar_when_the_host_has_no_transport() {
    let folder = TempDir::new("first_bar");
    let sound = noise(3, 0.5, 200_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        let silent = Transport::rolling(120.0).quirk(Quirk::NoTransport);
        let mut host = Setup::new().offline().transport(silent).state(project(format, &[&file])).open(format);
        host.at(0, Event::param("quantize", 2.0)).at(0, Event::param("play_1", 1.0));
        host.at(96_000 - 10, Event::param("play_1", 0.0));
        let heard = host.render(100_000).deck(DeckId::A).clone();
        assert_identical(&heard.part(0..96_000), &sound.part(0..96_000));
        assert_eq!(heard.last_nonzero(), Some(96_000 + 142), "the second bar's line is where it was");
    });
}

#[test]
fn a_project_opened_in_a_running_instance_plays_from_the_next_frame() {
    let folder = TempDir::new("next_frame");
    let sounds = [4, 5].map(|seed| noise(seed, 0.5, 1_500_000));
    let [before, after] = [0, 1].map(|i| folder.wav(&format!("{i}.wav"), 48_000, &sounds[i]));
    for_each_format(|format| {
        for setup in both_ways() {
            let mut host = setup.state(project(format, &[&before])).open(format);
            play_at_once(&mut host);
            host.render(10_000);
            assert!(host.load(&project(format, &[&after])));
            host.at(10_000, Event::param("quantize", 0.0)).at(10_000, Event::param("play_1", 1.0));
            let heard = host.render(10_000).deck(DeckId::A).clone();
            // Before that the old one fades out, for 144 frames.
            assert_identical(&heard.part(10_144..20_000).moved_to(0), &sounds[1].part(144..10_000).moved_to(0));
        }
    });
}

/// A set that the host times, over three decks.
fn a_set(setup: &Setup, format: Format, files: &[&str]) -> Recording {
    let mut host = setup.clone().state(project(format, files)).open(format);
    play_at_once(&mut host);
    host.at(0, Event::param("xfader", 0.25));
    host.at(20_000, Event::param("quantize", 1.0));
    host.at(20_001, Event::param("play_2", 1.0)).at(30_000, Event::param("play_3", 1.0));
    for step in 0..100 {
        host.at(40_000 + step * 301, Event::param("xfader", step as f64 / 100.0));
    }
    host.at(90_000, Event::param("play_1", 0.0)).at(91_000, Event::param("gain_2", -6.0));
    host.render(120_000)
}

#[test]
fn the_same_project_is_the_same_samples_every_time() {
    let folder = TempDir::new("same_samples");
    let files = [(1, 48_000), (2, 44_100), (3, 96_000)].map(|(seed, rate)| {
        let file = format!("{seed}.wav");
        folder.wav(&file, rate, &noise(seed, 0.3, 400_000))
    });
    let files = files.each_ref().map(String::as_str);
    for_each_format(|format| {
        let offline = Setup::new().offline();
        let first = a_set(&offline, format, &files);
        assert!(DeckId::ALL[..3].iter().all(|deck| first.deck(*deck).peak() > 0.1), "every deck is heard");
        let setups = [
            offline.clone(),
            Setup::new(),
            offline.clone().blocks(Blocks::Random { seed: 6, range: 1..=777 }),
            Setup::new().blocks(Blocks::Fixed(64)),
            offline.hopping(3, 2),
        ];
        for setup in &setups {
            assert_eq!(hash(&a_set(setup, format, &files)), hash(&first), "{setup:?}");
        }
    });
}

#[test]
fn what_comes_by_osc_in_an_offline_bounce_is_done_at_the_next_block_s_border() {
    for_each_format(|format| {
        let mut host = Setup::new().offline().blocks(Blocks::Fixed(300)).open(format);
        let mut osc = host.osc();
        let mut sent = Vec::new();
        let recording = host.render_with(40 * 300, |_, frame| {
            let position = f64::from(u32::try_from(frame).unwrap()) / 16_384.0;
            osc.send("/crossfader", &[OscType::Double(position), "now".into()]);
            // The answer comes after the message has been put into the plugin's queue.
            osc.send("/ping", &[]);
            osc.expect("/pong");
            sent.push((frame, f64::from(position as f32)));
        });
        assert_eq!(recording.param_moves("xfader"), sent);
    });
}

#[test]
fn an_offline_bounce_waits_for_what_is_loaded_on_the_way() {
    let folder = TempDir::new("on_the_way");
    let sound = noise(8, 0.5, 1_500_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        let mut host = Setup::new().offline().open(format);
        let mut osc = host.osc();
        osc.send("/deck/a/load", &[file.as_str().into()]);
        osc.send("/ping", &[]);
        osc.expect("/pong");
        host.at(0, Event::param("quantize", 0.0)).at(512, Event::param("play_1", 1.0));
        let heard = host.render(20_000).deck(DeckId::A).clone();
        assert_identical(&heard.since(512).moved_to(0), &sound.part(0..20_000 - 512));
    });
}

#[test]
fn a_bounce_goes_on_without_a_file_that_is_missing() {
    let folder = TempDir::new("one_missing");
    let sound = noise(3, 0.5, 50_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        for setup in both_ways() {
            let mut host = setup.state(project(format, &[&file, "/nowhere/gone.wav"])).open(format);
            play_at_once(&mut host);
            assert_identical(host.render(20_000).deck(DeckId::A), &sound.part(0..20_000));
        }
    });
}
