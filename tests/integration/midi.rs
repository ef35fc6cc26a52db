//! Controllers: MIDI in, on its frame, by the mapping of the project; MIDI out, for their lights. In both formats.

use echelon_engine::units::DeckId;
use serde_json::{Value, json};
use support::compare::assert_identical;
use support::signals::{noise, ramp};
use support::{Blocks, Event, Format, OutKind, Recording, Setup, TempDir, for_each_format};

use crate::stage::Stage;

/// A stage whose project has a mapping of these bindings, and a file on deck A.
fn stage(setup: &Setup, format: Format, file: &str, bindings: &Value) -> Stage {
    let mut host = setup.create(format);
    let mut json = host.state_json();
    let midi = json!({"echelon_midi": 1, "name": "test", "bindings": bindings});
    json["fields"]["rig"] = json!({"version": 2, "midi": midi, "osc_port": null}).to_string().into();
    assert!(host.load_json(&json));
    host.activate();
    let osc = host.osc();
    let mut stage = Stage { host, osc };
    stage.load('a', file);
    stage
}

/// What went to the controllers' lights.
fn lights(recording: &Recording) -> Vec<(u64, [u8; 3])> {
    let message = |kind: &OutKind| match *kind {
        OutKind::Midi(bytes) => Some(bytes),
        OutKind::NoteOn(note) => Some([0x90 | note.channel, note.key, (note.velocity * 127.0).round() as u8]),
        OutKind::NoteOff(note) => Some([0x90 | note.channel, note.key, 0]),
        _ => None,
    };
    recording.events.iter().filter_map(|event| Some((event.frame, message(&event.kind)?))).collect()
}

#[test]
fn a_note_sounds_on_its_own_frame_and_the_host_records_it_with_no_editor_open() {
    let folder = TempDir::new("midi_note");
    let file = folder.wav("ramp.wav", 48_000, &ramp(100_000));
    let bindings = json!([{"from": "note 3 11", "to": "deck/a/play", "when": "now", "light": true}]);
    for_each_format(|format| {
        for blocks in [Blocks::Fixed(64), Blocks::Fixed(2_048), Blocks::Random { seed: 5, range: 1..=777 }] {
            let mut stage = stage(&Setup::new().blocks(blocks), format, &file, &bindings);
            stage.host.at(12_345, Event::Midi([0x92, 11, 100]));
            stage.host.at(12_400, Event::Midi([0x82, 11, 0]));
            stage.host.at(20_001, Event::Midi([0x92, 11, 1]));
            let recording = stage.host.render(30_000);
            let heard = recording.deck(DeckId::A);
            assert_eq!((heard.first_nonzero(), heard.last_nonzero()), (Some(12_345), Some(20_001 + 142)));
            assert_eq!(recording.param_moves("play_1"), [(12_345, 1.0), (20_001, 0.0)]);
            let shown = lights(&recording);
            let shown: Vec<_> = shown.iter().map(|(_, bytes)| *bytes).collect();
            assert_eq!(shown, [[0x92, 11, 127], [0x92, 11, 0]], "only what changed since the project was opened");
            assert!(recording.events.iter().map(|event| event.frame).is_sorted(), "in order: {:?}", recording.events);
        }
    });
}

/// A pad, or the host's parameter of the same button, is down for 100 ms: on a deck that plays that is enough, with the
/// quantize setting of a new rig.
#[test]
fn a_tapped_hot_cue_is_set_at_once_and_jumps_on_the_next_beat() {
    const BEAT: u64 = 24_000;
    let folder = TempDir::new("midi_tap");
    let sound = noise(9, 0.5, 200_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    let bindings = json!([
        {"from": "note 1 60", "to": "deck/a/hotcue/1"},
        {"from": "note 1 61", "to": "deck/a/play", "when": "now"}
    ]);
    for_each_format(|format| {
        for by_parameter in [false, true] {
            let mut stage = stage(&Setup::new(), format, &file, &bindings);
            let (snap, _) = stage.schedule("/deck/a/snap", &[0.into()]);
            stage.done(snap);
            stage.host.at(1_000, Event::Midi([0x90, 61, 100]));
            for press in [20_000, 3 * BEAT + 3_000] {
                let pad = |value: u8| Event::Midi([if value > 0 { 0x90 } else { 0x80 }, 60, value]);
                let (down, up) = if by_parameter {
                    (Event::param("hotcue1_1", 1.0), Event::param("hotcue1_1", 0.0))
                } else {
                    (pad(100), pad(0))
                };
                stage.host.at(press, down);
                stage.host.at(press + 4_800, up);
            }
            let recording = stage.host.render(6 * BEAT);
            let heard = recording.deck(DeckId::A);
            assert_identical(&heard.part(1_000..4 * BEAT).moved_to(0), &sound.part(0..4 * BEAT - 1_000).moved_to(0));
            let after = heard.part(4 * BEAT + 240..6 * BEAT).moved_to(0);
            assert_identical(&after, &sound.part(19_000 + 240..19_000 + 2 * BEAT).moved_to(0));
            let told = recording.param_moves("hotcue1_1");
            let presses = [(20_000, 1.0), (20_480, 0.0), (4 * BEAT, 1.0), (4 * BEAT + 480, 0.0)];
            assert_eq!(told, if by_parameter { &[][..] } else { &presses }, "for the host to record");
        }
    });
}

#[test]
fn controllers_move_parameters_on_their_frames_in_both_formats() {
    let folder = TempDir::new("midi_controllers");
    let file = folder.wav("noise.wav", 48_000, &noise(4, 0.5, 100_000));
    let bindings = json!([
        {"from": "cc 1 8", "to": "xfader", "takeover": "jump"},
        {"from": "cc14 2 19", "to": "deck/a/fader", "takeover": "jump"},
        {"from": "nrpn 16 133", "to": "deck/b/filter", "takeover": "jump"},
        {"from": "bend 4", "to": "deck/a/keyshift", "takeover": "jump"},
        {"from": "pressure 5", "to": "deck/a/fx/1/mix", "takeover": "jump"},
        {"from": "cc 6 22", "to": "deck/c/gain", "mode": "relative64", "step": 0.1}
    ]);
    let mut both = vec![];
    for_each_format(|format| {
        let mut stage = stage(&Setup::new(), format, &file, &bindings);
        let pair = |number: u8, value: u16| [[number, (value >> 7) as u8], [number + 32, (value & 127) as u8]];
        stage.host.at(1_000, Event::Midi([0xB0, 8, 32]));
        for [number, value] in pair(19, 8_192) {
            stage.host.at(2_000, Event::Midi([0xB1, number, value]));
        }
        for [number, value] in pair(19, 12_001) {
            stage.host.at(2_345, Event::Midi([0xB1, number, value]));
        }
        // As a controller sends it; a VST3 host gives the four to the plugin without their order.
        for [number, value] in [[99, 1], [98, 5], [6, 96], [38, 0]] {
            stage.host.at(3_000, Event::Midi([0xBF, number, value]));
        }
        stage.host.at(4_000, Event::Midi([0xE3, 0, 96]));
        stage.host.at(5_000, Event::Midi([0xD4, 127, 0]));
        stage.host.at(6_000, Event::Midi([0xB5, 22, 62]));
        let recording = stage.host.render(8_192);
        let last = |id: &str| *recording.param_moves(id).last().unwrap_or_else(|| panic!("{id} did not move"));
        assert_eq!(last("xfader"), (1_000, 0.25));
        let (frame, fader) = last("fader_1");
        let expected = 0.5 + 0.5 * (12_001.0 - 8_192.0) / (16_383.0 - 8_192.0);
        assert!(frame == 2_345 && (fader - expected).abs() < 1e-6, "{frame}: {fader}");
        let (frame, filter) = last("filter_2");
        assert!(frame == 3_000 && (filter - 0.5).abs() < 1e-3, "{frame}: {filter}");
        let (frame, semitones) = last("key_shift_1");
        assert!(frame == 4_000 && (semitones - 6.0).abs() < 1e-2, "{frame}: {semitones}");
        assert_eq!(last("fx1_mix_1"), (5_000, 1.0));
        let (frame, gain) = last("gain_3");
        assert!(frame == 6_000 && gain < -1.0, "{frame}: {gain}");
        stage.host.idle();
        assert_eq!(stage.host.get("xfader"), 0.25, "the parameter itself has moved");
        both.push(recording.events.iter().map(|event| event.frame).collect::<Vec<_>>().is_sorted());
    });
    assert_eq!(both, [true; 2]);
}

#[test]
fn the_last_touch_wins_and_the_fader_picks_up() {
    let folder = TempDir::new("midi_last_touch");
    let file = folder.wav("ramp.wav", 48_000, &ramp(1_000));
    let bindings = json!([{"from": "cc 1 8", "to": "xfader"}]);
    for_each_format(|format| {
        let mut stage = stage(&Setup::new(), format, &file, &bindings);
        stage.host.at(1_000, Event::Midi([0xB0, 8, 64]));
        stage.host.at(1_500, Event::Midi([0xB0, 8, 32]));
        stage.host.at(10_000, Event::param("xfader", 0.9));
        stage.host.at(20_000, Event::Midi([0xB0, 8, 40]));
        stage.host.at(30_000, Event::Midi([0xB0, 8, 120]));
        let recording = stage.host.render(40_000);
        let moves = recording.param_moves("xfader");
        let frames: Vec<u64> = moves.iter().map(|(frame, _)| *frame).collect();
        assert_eq!(frames, [1_000, 1_500, 30_000], "not at 20,000: {moves:?}");
    });
}

/// Notes and controllers without end, mapped and not, four in each frame.
fn flood(stage: &mut Stage, frames: u64, is_mapped: bool) {
    for frame in 0..frames {
        for k in 0..4 {
            let value = ((frame * 7 + k * 31) % 128) as u8;
            let (status, number) = match (is_mapped, k) {
                (false, _) => (0xBE, value),
                (true, 0) => (0xB0, 8),
                (true, 1) => (0xB1, 19),
                (true, 2) => (0xB1, 51),
                (true, _) => (0x90, value),
            };
            stage.host.at(frame, Event::Midi([status, number, value]));
        }
    }
}

#[test]
fn a_flood_neither_allocates_nor_is_heard() {
    let folder = TempDir::new("midi_flood");
    let sound = noise(8, 0.5, 60_000);
    let file = folder.wav("noise.wav", 48_000, &sound);
    let bindings = json!([
        {"from": "cc 1 8", "to": "deck/d/gain", "takeover": "jump"},
        {"from": "cc14 2 19", "to": "deck/c/fader"},
        {"from": "note any 60", "to": "deck/b/play", "light": true},
        {"from": "note any 61", "to": "deck/b/cue", "light": true}
    ]);
    // The guard of the mini-hosts fails the test for any allocation, lock or system call in a block.
    for_each_format(|format| {
        let quiet = {
            let mut stage = stage(&Setup::new(), format, &file, &bindings);
            stage.host.at(0, Event::param("quantize", 0.0)).at(1_000, Event::param("play_1", 1.0));
            stage.host.render(16_384).master().clone()
        };
        for is_mapped in [false, true] {
            let mut stage = stage(&Setup::new(), format, &file, &bindings);
            stage.host.at(0, Event::param("quantize", 0.0)).at(1_000, Event::param("play_1", 1.0));
            flood(&mut stage, 16_384, is_mapped);
            assert_identical(stage.host.render(16_384).master(), &quiet);
        }
    });
}

#[test]
fn a_project_without_a_mapping_has_the_generic_one_on_every_channel() {
    let folder = TempDir::new("midi_generic");
    let file = folder.wav("ramp.wav", 48_000, &ramp(100_000));
    for_each_format(|format| {
        let mut stage = Stage::with_track(&Setup::new(), format, &file);
        stage.host.at(0, Event::param("quantize", 0.0));
        stage.host.at(1_000, Event::Midi([0x9A, 36, 90]));
        stage.host.at(2_000, Event::Midi([0x9A, 36, 90]));
        stage.host.at(3_000, Event::Midi([0x95, 37, 90]));
        let heard = stage.host.render(8_192).deck(DeckId::A).clone();
        assert_eq!((heard.first_nonzero(), heard.last_nonzero()), (Some(1_000), Some(3_000 + 142)), "36 never stops");
    });
}
