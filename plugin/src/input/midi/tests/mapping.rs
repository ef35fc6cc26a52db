//! Bindings in their shortest words, and the recorder that makes bindings.

use echelon_engine::action::{ActionTiming, Grid};
use echelon_engine::midi::{Relative, SourceKind};

use crate::input::midi::{Heard, MapLine, MapMode, MappingError, MidiLearn, MidiMap, MidiMapping, To, shipped};

fn to(name: &str) -> To {
    To::named(name).expect("a target")
}

const fn play_on(note: u8, action: To) -> MidiMapping {
    MidiMapping { channel: None, cc_number: None, note_number: Some(note), action, quantization: None }
}

#[test]
fn a_mapping_is_a_line_and_back_and_is_stored_with_the_others() {
    let button = MidiMapping { quantization: Some(ActionTiming::NextBar), ..play_on(36, to("deck/a/play")) };
    let fader = MidiMapping { channel: Some(2), cc_number: Some(7), note_number: None, ..play_on(0, to("xfader")) };
    let shift = play_on(63, To::Shift);
    let map = MidiMap::of_mappings("Mine", &[button, fader, shift]).unwrap();
    let modes: Vec<MapMode> = map.lines.iter().map(|line| line.mode).collect();
    assert_eq!(modes, [MapMode::Button, MapMode::Absolute, MapMode::Button]);
    let back: Vec<_> = map.lines.iter().map(|line| MidiMapping::try_from(line).unwrap()).collect();
    assert_eq!(back, [button, fader, shift]);
    // In a file, and from there.
    let text = map.write();
    assert!(text.contains(r#""from": "cc 3 7", "to": "xfader""#), "{text}");
    assert!(text.contains(r#""from": "note any 36", "to": "deck/a/play", "when": "bar""#), "{text}");
    assert_eq!(MidiMap::read(&text).unwrap(), map);
    // Looked up by what a controller sends.
    assert_eq!(map.mappings_for(SourceKind::Note, 9, 36).collect::<Vec<_>>(), [button]);
    assert_eq!(map.mappings_for(SourceKind::Controller, 2, 7).collect::<Vec<_>>(), [fader]);
    assert_eq!(map.mappings_for(SourceKind::Controller, 3, 7).count(), 0, "another channel");
    assert_eq!(map.mappings_for(SourceKind::Controller, 99, 200).count(), 0);
}

#[test]
fn what_is_no_mapping_is_told() {
    let play = play_on(36, to("deck/a/play"));
    let of = |mapping| MapLine::try_from(mapping).unwrap_err();
    assert_eq!(of(MidiMapping { cc_number: Some(7), ..play }), MappingError::NotOne);
    assert_eq!(of(MidiMapping { note_number: None, ..play }), MappingError::NotOne);
    assert_eq!(of(MidiMapping { note_number: Some(128), ..play }), MappingError::NoSuchNumber);
    assert_eq!(of(MidiMapping { channel: Some(16), ..play }), MappingError::NoSuchNumber);
    for when in [ActionTiming::CustomBeat(4.0), ActionTiming::AtFrame(1), ActionTiming::NextLine(Grid::Beats(0.7))] {
        assert_eq!(of(MidiMapping { quantization: Some(when), ..play }), MappingError::NoSuchTime);
    }
    assert!(MidiMap::of_mappings("x", &[play, MidiMapping { note_number: None, ..play }]).is_err());
    let line = MapLine::try_from(play).unwrap();
    let back = |line: MapLine| MidiMapping::try_from(&line).unwrap_err();
    assert_eq!(back(MapLine { shift: Some(true), ..line }), MappingError::SaysMore);
    assert_eq!(back(MapLine { mode: MapMode::Relative(Relative::Offset64), ..line }), MappingError::SaysMore);
    let mut pair = line;
    pair.from.kind = SourceKind::Controller14;
    assert_eq!(back(pair), MappingError::OtherControl);
    pair.from.kind = SourceKind::Nrpn;
    pair.from.number = 300;
    assert_eq!(back(pair), MappingError::OtherControl);
}

#[test]
fn every_line_of_the_maps_that_come_with_it_is_a_mapping_or_says_why_not() {
    let mut plain = 0;
    for line in shipped().flat_map(|map| map.lines) {
        match MidiMapping::try_from(&line) {
            Ok(mapping) => {
                assert_eq!(MapLine::try_from(mapping), Ok(line));
                plain += 1;
            }
            Err(error) => assert!(matches!(error, MappingError::OtherControl | MappingError::SaysMore), "{error}"),
        }
    }
    assert!(plain >= 8, "the generic one's at least: {plain}");
}

#[test]
fn a_binding_is_recorded_once_the_control_rests() {
    let mut learn = MidiLearn::new(to("deck/b/filter")).in_layer(Some(true));
    assert_eq!((learn.messages(), learn.line(), learn.to().name().as_str()), (0, None, "deck/b/filter"));
    learn.settle(1_000.0);
    assert!(learn.learned().is_none(), "nothing came");
    for (i, value) in [3, 7, 12, 20, 29, 41].into_iter().enumerate() {
        learn.hear(Heard { secs: 1_000.0 + 0.01 * i as f64, bytes: [0xB2, 16, value] });
    }
    assert_eq!((learn.messages(), learn.line()), (6, None));
    learn.settle(1_000.3);
    assert!(learn.line().is_none(), "it may go on");
    // Another control, later: the first is learnt by then, and stays.
    learn.hear(Heard { secs: 1_001.0, bytes: [0x90, 1, 1] });
    let line = learn.line().unwrap();
    assert_eq!((line.from.kind, line.from.number, line.from.channel), (SourceKind::Controller, 16, Some(2)));
    assert_eq!((line.mode, line.shift, line.light), (MapMode::Absolute, Some(true), None));
    assert!(learn.learned().is_some_and(|learned| learned.is_sure));
}

#[test]
fn what_means_no_control_is_forgotten_and_the_next_counts() {
    let mut learn = MidiLearn::new(to("deck/a/play"));
    learn.hear(Heard { secs: 0.0, bytes: [0xF8, 0, 0] });
    learn.settle(10.0);
    assert_eq!((learn.messages(), learn.line()), (0, None));
    learn.hear(Heard { secs: 11.0, bytes: [0x90, 36, 100] });
    learn.hear(Heard { secs: 11.1, bytes: [0x80, 36, 0] });
    learn.settle(12.0);
    let line = learn.line().unwrap();
    assert!(line.mode == MapMode::Button && line.light.is_some());
}
