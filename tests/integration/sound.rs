//! What the decks and the mixer sound like, sample by sample.

use echelon_engine::units::DeckId;
use rosc::OscType;
use support::TempDir;
use support::compare::{assert_identical, assert_silent};
use support::signals::{constant, noise, ramp, sine};
use support::{Blocks, Event, Format, Recording, Setup, Sound, for_each_format};

use crate::stage::Stage;

/// A small set, asked for before the host rolls: every beat is given.
fn play_a_set(setup: &Setup, format: Format, folder: &TempDir) -> Recording {
    let one = folder.wav("one.wav", 48_000, &noise(1, 0.5, 200_000));
    let two = folder.wav("two.wav", 44_100, &sine(44_100.0, 440.0, 0.5, 200_000));
    let mut stage = Stage::open(setup, format);
    stage.load('a', &one);
    stage.load('b', &two);
    let beat = |beat: f64| OscType::Double(beat);
    stage.schedule("/deck/a/play", &[1.into(), beat(1.5)]);
    stage.schedule("/deck/b/play", &[1.into(), beat(2.0 + 1.0 / 3.0)]);
    stage.schedule("/crossfader", &[0.2_f32.into(), beat(3.0)]);
    stage.schedule("/deck/a/seek", &[0.25_f32.into(), beat(4.0)]);
    stage.schedule("/deck/b/gain", &[(-7.5_f32).into(), beat(4.25)]);
    stage.schedule("/deck/a/stop", &[1.into(), beat(6.0)]);
    stage.host.render(200_000)
}

#[test]
fn the_same_set_gives_the_same_samples_at_any_block_size() {
    let folder = TempDir::new("same_samples");
    let reference = play_a_set(&Setup::new(), Format::Clap, &folder);
    assert!(reference.master().peak() > 0.3);
    for_each_format(|format| {
        for blocks in [
            Blocks::Fixed(64),
            Blocks::Fixed(127),
            Blocks::Fixed(8192),
            Blocks::Pattern(vec![1, 511, 0, 33]),
            Blocks::Random { seed: 3, range: 0..=1000 },
        ] {
            let again = play_a_set(&Setup::new().blocks(blocks), format, &folder);
            for (found, expected) in again.buses.iter().zip(&reference.buses) {
                assert_identical(found, expected);
            }
        }
    });
}

#[test]
fn the_pace_and_the_host_s_habits_change_nothing() {
    let folder = TempDir::new("habits");
    let reference = play_a_set(&Setup::new(), Format::Clap, &folder);
    for_each_format(|format| {
        for setup in [
            Setup::new().offline(),
            Setup::new().hopping(3, 5),
            Setup::new().restart_every_block(),
            Setup::new().in_place(),
            Setup::new().max_block(4096),
        ] {
            let again = play_a_set(&setup, format, &folder);
            for (found, expected) in again.buses.iter().zip(&reference.buses) {
                assert_identical(found, expected);
            }
        }
    });
}

#[test]
fn a_deck_output_carries_the_file_and_a_stop_fades_in_three_milliseconds() {
    let folder = TempDir::new("bit_exact");
    let sound = noise(9, 0.9, 100_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        stage.schedule("/deck/a/play", &[1.into(), OscType::Double(1.0)]);
        stage.schedule("/deck/a/stop", &[1.into(), OscType::Double(3.0)]);
        let heard = stage.host.render(96_000).deck(DeckId::A).clone();
        assert_silent(&heard.part(0..24_000));
        assert_identical(&heard.part(24_000..72_000).moved_to(0), &sound.part(0..48_000));
        assert_eq!(heard.last_nonzero(), Some(72_000 + 142), "144 frames, the last of them silent");
    });
}

#[test]
fn a_track_of_another_rate_keeps_its_pitch() {
    let folder = TempDir::new("rates");
    for_each_format(|format| {
        for rate in [22_050_u32, 44_100, 96_000] {
            let file = folder.wav("sine.wav", rate, &sine(f64::from(rate), 1000.0, 0.5, rate as usize));
            let mut stage = Stage::with_track(&Setup::new(), format, &file);
            stage.schedule("/deck/a/play", &[1.into(), OscType::Double(1.0)]);
            let heard = stage.host.render(96_000).deck(DeckId::A).part(24_000 + 500..24_000 + 47_000);
            let expected = sine(48_000.0, 1000.0, 0.5, 47_000).part(500..47_000).moved_to(24_500);
            support::compare::assert_close(&heard, &expected, 2e-4);
        }
    });
}

#[test]
fn a_daw_track_is_heard_through_its_deck() {
    let live = noise(4, 0.5, 10_000);
    for_each_format(|format| {
        for deck in DeckId::ALL {
            let recording = Setup::new().input(deck, live.clone()).open(format).render(10_000);
            assert_identical(recording.deck(deck), &live);
            for other in DeckId::ALL.into_iter().filter(|other| *other != deck) {
                assert_silent(recording.deck(other));
            }
        }
    });
}

#[test]
fn the_crossfader_has_constant_power_and_the_far_decks_pass_by() {
    let level = |position: f64, deck: DeckId, format: Format| {
        let mut host = Setup::new().input(deck, constant(0.5, 0.5, 20_000)).open(format);
        host.at(0, Event::param("xfader", position));
        host.render(20_000).master().at(19_999)[0] / 0.5
    };
    for_each_format(|format| {
        for position in [0.0, 0.25, 0.5, 0.9, 1.0] {
            let (a, b) = (level(position, DeckId::A, format), level(position, DeckId::B, format));
            assert!((a * a + b * b - 1.0).abs() < 1e-5, "{position}: {a} {b}");
            assert_eq!(level(position, DeckId::C, format), 1.0);
        }
        assert_eq!((level(0.0, DeckId::A, format), level(0.0, DeckId::B, format)), (1.0, 0.0));
    });
}

#[test]
fn not_a_number_from_the_host_stops_at_its_input() {
    let mut poison = ramp(5000);
    poison.left[1000] = f32::NAN;
    poison.right[2000] = f32::INFINITY;
    for_each_format(|format| {
        let mut host = Setup::new().input(DeckId::A, poison.clone()).open(format);
        host.set_input(DeckId::B, constant(0.25, 0.25, 5000));
        let recording = host.render(5000);
        assert!(recording.buses.iter().all(|bus| bus.frames().all(|(_, pair)| pair.iter().all(|s| s.is_finite()))));
        assert_eq!(recording.deck(DeckId::B).at(1000), [0.25, 0.25], "the other decks play on");
        assert_eq!(recording.deck(DeckId::A).at(3000), poison.at(3000), "and so does this one");
    });
}

#[test]
fn tiny_numbers_do_not_linger() {
    let tiny = Sound::generate(4096, |_| [1e-40, -1e-40]);
    for_each_format(|format| {
        let recording = Setup::new().input(DeckId::A, tiny.clone()).open(format).render(4096);
        assert_silent(recording.master());
    });
}

/// Every output is late by the same, which the host is told before it processes; it puts that right.
#[test]
fn with_the_limiter_all_is_late_by_what_the_host_is_told_and_nothing_goes_over() {
    let live = noise(4, 0.25, 10_000);
    for_each_format(|format| {
        for rate in [44_100.0, 48_000.0, 96_000.0] {
            let setup = Setup::new().limiter().sample_rate(rate).input(DeckId::C, live.clone());
            let mut host = setup.open(format);
            assert_eq!(u64::from(host.latency_frames()), (rate * 0.0015).round() as u64 + 16);
            let mut recording = host.render(5_000);
            recording.append(host.render(5_000));
            let end = 10_000 - u64::from(host.latency_frames());
            assert_identical(recording.deck(DeckId::C), &live.part(0..end));
            assert_identical(recording.master(), &live.part(0..end));
        }
        let mut host = Setup::new().limiter().input(DeckId::C, constant(3.0, -3.0, 30_000)).open(format);
        host.at(15_000, Event::param("limiter", -12.0));
        let recording = host.render(30_000);
        let peak = |part: &Sound| part.left.iter().chain(&part.right).fold(0.0_f32, |peak, s| peak.max(s.abs()));
        let [before, after] = [5_000..14_000, 16_000..29_000].map(|part| peak(&recording.master().part(part)));
        assert!((0.9..0.9661).contains(&before) && (0.23..0.2512).contains(&after), "{before} {after}");
        assert_eq!(peak(recording.deck(DeckId::C)), 3.0, "a deck's own output is not limited");
    });
}

#[test]
fn a_deck_with_its_fader_closed_is_heard_on_the_cue_alone() {
    let live = noise(4, 0.5, 10_000);
    for_each_format(|format| {
        let mut host = Setup::new().input(DeckId::D, live.clone()).open(format);
        host.at(0, Event::param("fader_4", 0.0)).at(0, Event::param("pfl_4", 1.0));
        let recording = host.render(10_000);
        assert_identical(&recording.cue().part(240..10_000), &live.part(240..10_000));
        assert_silent(&recording.master().part(240..10_000));
        assert_silent(&recording.deck(DeckId::D).part(240..10_000));
    });
}
