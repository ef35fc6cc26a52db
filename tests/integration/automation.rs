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

#[test]
fn echo_and_snap_are_recorded_automated_and_saved() {
    let folder = TempDir::new("echo_and_snap");
    let file = folder.wav("ramp.wav", 48_000, &ramp(100_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        stage.schedule("/deck/a/echo", &[0.5_f32.into(), OscType::Double(2.0)]);
        stage.schedule("/deck/b/snap", &[0.into(), OscType::Double(2.5)]);
        let recording = stage.host.render(96_000);
        assert_eq!(recording.param_moves("echo_1"), [(48_000, 0.5)]);
        assert_eq!(recording.param_moves("snap_2"), [(60_000, 0.0)]);
        // Last touch wins: the host's own curve goes on from there.
        let frame = stage.host.frame() + 10;
        stage.host.at(frame, Event::param("echo_1", 0.125)).at(frame, Event::param("snap_3", 0.0));
        assert_eq!(stage.host.render(1024).events, []);
        stage.host.idle();
        let saved = stage.host.save();
        drop(stage);
        let host = Setup::new().create(format);
        assert_eq!(["echo_1", "snap_1", "snap_2", "snap_3"].map(|id| host.get(id)), [0.0, 1.0, 1.0, 1.0]);
        assert!(host.load(&saved));
        assert_eq!(["echo_1", "snap_1", "snap_2", "snap_3"].map(|id| host.get(id)), [0.125, 1.0, 0.0, 0.0]);
        // And the engine goes by what was loaded: it has nothing to correct.
        let mut host = host;
        host.activate();
        host.render(4096);
        assert_eq!(["echo_1", "snap_2"].map(|id| host.get(id)), [0.125, 0.0]);
    });
}

#[test]
fn a_start_that_waits_has_the_text_of_its_value_and_ends_without_a_word() {
    let folder = TempDir::new("waiting_text");
    let file = folder.wav("ramp.wav", 48_000, &ramp(200_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        stage.host.at(20_000, Event::param("play_1", 1.0));
        let waits = stage.host.render(40_000);
        assert_eq!((stage.host.get("play_1"), waits.events.len()), (1.0, 0));
        for (value, text) in [(1.0, "playing"), (0.0, "stopped")] {
            assert_eq!(stage.host.text("play_1", value).as_deref(), Some(text));
            assert_eq!(stage.host.from_text("play_1", text), Some(value));
        }
        let starts = stage.host.render(80_000);
        assert_eq!(starts.events, [], "the host hears nothing of the start that it asked for");
        assert_eq!(starts.deck(DeckId::A).first_nonzero(), Some(96_000));
    });
}

/// As the host has it now: the beats in words.
fn words(host: &support::MiniHost, id: &str) -> String {
    host.text(id, host.get(id)).expect("a text")
}

#[test]
fn loops_jumps_and_pushes_are_pressed_by_the_host_and_recorded_from_others() {
    let folder = TempDir::new("presses");
    let file = folder.wav("ramp.wav", 48_000, &ramp(900_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        assert_eq!((words(&stage.host, "loop_length_1").as_str(), stage.host.get("snap_1")), ("4 beats", 1.0));
        // What OSC will do: each is a move of a parameter, and a press is a short one.
        stage.schedule("/deck/a/nudge", &[(-2.0_f32).into(), OscType::Double(1.25)]);
        stage.schedule("/deck/a/loop/in", &[OscType::Double(1.75)]);
        stage.schedule("/deck/a/loop/length", &[8.0_f32.into(), OscType::Double(2.5)]);
        let half = stage.host.from_text("jump_size_1", "1/2").expect("half a beat");
        stage.host.at(0, Event::param("quantize", 0.0)).at(0, Event::param("play_1", 1.0));
        stage.host.at(20, Event::param("nudge_1", 4.0)).at(4_820, Event::param("nudge_1", 0.0));
        stage.host.at(20_000, Event::param("jump_size_1", half));
        assert_eq!(stage.host.render(24_000).events, [], "the host knows its own moves");
        assert_eq!(words(&stage.host, "jump_size_1"), "1/2 beat");
        let recording = stage.host.render(48_000);
        assert_eq!(recording.param_moves("nudge_1"), [(30_000, -2.0)]);
        assert_eq!(recording.param_moves("loop_in_1"), [(42_000, 1.0), (42_480, 0.0)]);
        let lengths = recording.param_moves("loop_length_1");
        assert_eq!(lengths.iter().map(|(frame, _)| *frame).collect::<Vec<_>>(), [60_000]);
        assert_eq!(words(&stage.host, "loop_length_1"), "8 beats");
        for press in ["loop_out_1", "loop_halve_1", "loop_double_1", "reloop_1"] {
            let frame = stage.host.frame() + 100;
            stage.host.at(frame, Event::param(press, 1.0)).at(frame + 500, Event::param(press, 0.0));
            stage.host.render(2_000);
            assert_eq!(stage.host.get(press), 0.0, "{press}");
        }
        stage.host.idle();
        // Lengths are the project's; what a hand holds is not.
        stage.host.at(stage.host.frame(), Event::param("nudge_1", 8.0));
        stage.host.render(64);
        let saved = stage.host.save();
        drop(stage);
        let host = Setup::new().create(format);
        assert!(host.load(&saved));
        let sizes = ["loop_length_1", "jump_size_1", "loop_length_2"].map(|id| words(&host, id));
        assert_eq!(sizes, ["8 beats", "1/2 beat", "4 beats"]);
        assert_eq!(["nudge_1", "loop_in_1", "roll_1", "reloop_1"].map(|id| host.get(id)), [0.0; 4]);
    });
}
