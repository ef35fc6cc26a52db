//! The host's own input: parameters and notes, each on its frame; and what the host hears of others' moves.

use echelon_engine::units::DeckId;
use rosc::OscType;
use support::TempDir;
use support::signals::ramp;
use support::{Blocks, Event, OutKind, Setup, for_each_format};

use crate::stage::Stage;

#[test]
fn an_automated_play_acts_on_its_frame_in_its_block() {
    let folder = TempDir::new("automated_play");
    let file = folder.wav("ramp.wav", 48_000, &ramp(40_000));
    for_each_format(|format| {
        for blocks in [Blocks::Fixed(64), Blocks::Fixed(4096), Blocks::Random { seed: 2, range: 1..=999 }] {
            let mut stage = Stage::with_track(&Setup::new().blocks(blocks), format, &file);
            stage.host.at(0, Event::param("quantize", 0.0));
            stage.host.at(12_345, Event::param("play_1", 1.0));
            stage.host.at(12_400, Event::param("play_1", 1.0));
            stage.host.at(20_000, Event::param("play_1", 0.0));
            let heard = stage.host.render(30_000).deck(DeckId::A).clone();
            assert_eq!(heard.first_nonzero(), Some(12_345));
            assert_eq!(heard.last_nonzero(), Some(20_000 + 142), "the repeated value started nothing again");
        }
    });
}

#[test]
fn an_automated_play_waits_for_the_quantize_setting() {
    let folder = TempDir::new("automated_bar");
    let file = folder.wav("ramp.wav", 48_000, &ramp(40_000));
    for_each_format(|format| {
        for (choice, due) in [(1.0, 72_000), (2.0, 96_000), (3.0, 192_000), (4.0, 384_000)] {
            let mut stage = Stage::with_track(&Setup::new(), format, &file);
            stage.host.at(10, Event::param("quantize", choice));
            stage.host.at(60_000, Event::param("play_1", 1.0));
            let heard = stage.host.render(400_000).deck(DeckId::A).clone();
            assert_eq!(heard.first_nonzero(), Some(due), "choice {choice}");
        }
    });
}

#[test]
fn a_note_plays_and_stops() {
    let folder = TempDir::new("notes");
    let file = folder.wav("ramp.wav", 48_000, &ramp(100_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        stage.host.at(0, Event::param("quantize", 1.0));
        stage.host.at(20_000, Event::note_on(36, 0.8));
        stage.host.at(60_000, Event::note_on(37, 0.8));
        let heard = stage.host.render(120_000).deck(DeckId::A).clone();
        assert_eq!((heard.first_nonzero(), heard.last_nonzero()), (Some(24_000), Some(72_000 + 142)));
    });
}

#[test]
fn the_host_records_what_osc_moves_with_no_editor_open() {
    let folder = TempDir::new("recorded");
    let file = folder.wav("ramp.wav", 48_000, &ramp(100_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        stage.schedule("/crossfader", &[0.25_f32.into(), OscType::Double(2.0)]);
        stage.schedule("/deck/a/play", &[1.into(), OscType::Double(2.5)]);
        stage.schedule("/deck/c/gain", &[(-12.0_f32).into(), OscType::Double(3.0)]);
        let recording = stage.host.render(96_000);
        assert_eq!(recording.param_moves("xfader"), [(48_000, 0.25)]);
        assert_eq!(recording.param_moves("play_1"), [(60_000, 1.0)]);
        let [(frame, gain)] = recording.param_moves("gain_3")[..] else { panic!("{:?}", recording.events) };
        assert!(frame == 72_000 && (gain + 12.0).abs() < 1e-3, "{frame}: {gain}");
        stage.host.idle();
        assert_eq!(stage.host.get("xfader"), 0.25, "the parameter itself has moved");
        assert!((stage.host.get("gain_3") + 12.0).abs() < 1e-3);
        let frames: Vec<u64> = recording.events.iter().map(|event| event.frame).collect();
        assert!(frames.is_sorted(), "{:?}", recording.events);
        if format == support::Format::Clap {
            let kinds = recording.events.iter().filter(|event| event.frame == 48_000).map(|event| &event.kind);
            assert!(matches!(
                kinds.collect::<Vec<_>>()[..],
                [OutKind::GestureBegin { .. }, OutKind::Param { .. }, OutKind::GestureEnd { .. }]
            ));
        }
    });
}

#[test]
fn what_the_host_moves_itself_is_not_told_back() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        host.at(100, Event::param("xfader", 0.75)).at(600, Event::param("gain_2", -3.0));
        assert_eq!(host.render(2048).events, []);
    });
}

#[test]
fn a_value_set_while_nothing_is_processed_is_heard_in_the_next_block() {
    for_each_format(|format| {
        let mut host = Setup::new().open(format);
        host.set_input(DeckId::C, support::signals::constant(0.5, 0.5, 10_000));
        host.deactivate();
        host.set("gain_3", -100.0);
        host.activate();
        let recording = host.render(10_000);
        assert_eq!(recording.deck(DeckId::C).at(9_999), [0.0, 0.0]);
    });
}
