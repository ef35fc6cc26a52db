//! The example `midi_learn`, fed with the bytes that controllers send: where there is no MIDI of the system it is the way
//! to try it, and what it learns is a mapping that the plugin takes and plays by.

use echelon::input::midi::To;
use echelon_engine::units::DeckId;
use serde_json::json;
use support::signals::constant;
use support::{Event, Format, Setup, TempDir, for_each_format};

use crate::stage::Stage;

#[path = "../../plugin/examples/midi_learn.rs"]
#[expect(dead_code, unexpected_cfgs, reason = "its `main` is for people, and the feature the plugin's")]
mod example;

/// A mapping file that was learnt from a recording.
fn learnt(target: &str, recording: &str) -> (String, bool) {
    let burst = example::recording(recording).expect("a recording");
    let (map, is_sure) = example::learn(To::named(target).expect("a target"), &burst).expect("a control");
    (map.write(), is_sure)
}

#[test]
fn what_the_example_learns_plays_the_deck() {
    let folder = TempDir::new("midi_learn");
    let file = folder.wav("x.wav", 48_000, &constant(0.5, 0.5, 100_000));
    let (map, is_sure) = learnt("deck/a/play", "0.0 95 20 7f\n0.12 85 20 00\n1.0 95 20 7f\n1.1 85 20 00");
    assert!(is_sure && map.contains("note 6 32"), "{map}");
    for_each_format(|format: Format| {
        let mut host = Setup::new().create(format);
        let mut state = host.state_json();
        let midi: serde_json::Value = serde_json::from_str(&map).expect("JSON");
        state["fields"]["rig"] = json!({"version": 2, "midi": midi, "osc_port": null}).to_string().into();
        assert!(host.load_json(&state));
        host.activate();
        let osc = host.osc();
        let mut stage = Stage { host, osc };
        stage.load('a', &file);
        stage.host.at(0, Event::param("quantize", 0.0));
        stage.host.at(1_000, Event::Midi([0x95, 32, 127]));
        assert_eq!(stage.host.render(8_192).deck(DeckId::A).first_nonzero(), Some(1_000));
    });
}

#[test]
fn the_example_tells_the_kinds_of_control_apart_and_names_the_line_of_a_bad_recording() {
    let pair = "0.000 b0 13 02\n0.000 b0 33 10\n0.009 b0 13 05\n0.009 b0 33 44\n0.018 b0 13 09\n0.018 b0 33 01";
    assert!(learnt("deck/a/fader", pair).0.contains("cc14 1 19"));
    let knob = "0.0 b2 10 41\n0.02 b2 10 41\n0.04 b2 10 42\n0.5 b2 10 3f\n0.52 b2 10 3e";
    let (text, is_sure) = learnt("deck/b/filter", knob);
    assert!(is_sure && text.contains("relative64"), "{text}");
    assert_eq!(example::recording("0.0 b0 13 02\n0.1 nonsense").map(|_| ()), Err("line 2: no message".to_owned()));
}
