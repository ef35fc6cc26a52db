//! Files: what is written is read again, and what is wrong is named by its line.

use echelon_engine::action::Target;
use echelon_engine::midi::{MidiTarget, SourceKind};

use crate::input::midi::{MidiMap, SHIPPED, To, aim, shipped};

#[test]
fn the_shipped_mappings_are_read_written_again_and_meet_no_one_twice() {
    assert_eq!(shipped().count(), SHIPPED.len());
    for text in SHIPPED {
        let map = MidiMap::read(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(MidiMap::read(&map.write()).unwrap(), map, "{}", map.name);
        assert_eq!(map.write(), MidiMap::read(&map.write()).unwrap().write(), "byte for byte");
        assert!(!map.about.is_empty(), "{}: where its facts are from", map.name);
        for (place, line) in map.lines.iter().enumerate() {
            let doubles = map.lines[..place].iter().filter(|other| other.meets(line)).count();
            assert_eq!(doubles, 0, "{}: {line:?}", map.name);
            let To::Target(target) = line.to else { continue };
            assert!(aim(target).is_some(), "{}: {} is not done on the audio thread", map.name, target.name());
        }
        assert!(map.compile().elsewhere.is_empty());
    }
}

#[test]
fn the_generic_mapping_is_what_a_new_rig_has() {
    let ours = MidiMap::default().compile().table;
    let engine = echelon_engine::midi::MidiTable::generic();
    assert_eq!(ours.bindings().len(), engine.bindings().len());
    for (ours, engines) in ours.bindings().iter().zip(engine.bindings()) {
        assert_eq!(ours.source, engines.source);
        let is_play = matches!(engines.target, MidiTarget::Play(_));
        assert_eq!(matches!(ours.target, MidiTarget::Set(_, 1.0)), is_play, "{:?}", ours.source);
        assert_eq!(ours.target.deck(), engines.target.deck());
    }
}

#[test]
fn every_target_of_the_table_can_be_mapped() {
    let elsewhere: Vec<String> = Target::all()
        .filter(|target| aim(*target).is_none())
        .map(Target::name)
        .filter(|name| !name.contains("echo"))
        .collect();
    // What needs files, or changes a setting, goes by the control side.
    assert!(
        elsewhere
            .iter()
            .all(|name| name.ends_with("/eject") || name.starts_with("source/") || name.starts_with("safety/")),
        "{elsewhere:?}"
    );
}

const GOOD: &str = r#"{
  "echelon_midi": 1,
  "name": "Mine",
  "bindings": [
    { "from": "note 1 11", "to": "deck/a/play", "when": "bar", "light": { "on": 100, "at": "note 2 12" } },
    { "from": "cc 1 7", "to": "deck/a/fader", "takeover": "scale" },
    { "from": "cc 1 8", "to": "deck/a/filter", "mode": "relative64", "step": 0.01 },
    { "from": "bend 3", "to": "deck/b/rate", "invert": true },
    { "from": "nrpn any 300", "to": "shift", "mode": "toggle", "shift": false }
  ]
}"#;

#[test]
fn what_is_wrong_is_named_by_its_line() {
    assert_eq!(MidiMap::read(GOOD).unwrap().lines[4].from.kind, SourceKind::Nrpn);
    for (from, to, line, words) in [
        ("note 1 11", "note 17 11", 5, "\"17\" is no channel: they are 1 to 16, or any"),
        ("note 1 11", "note 1 128", 5, "there is no note 128"),
        ("note 1 11", "knob 1 11", 5, "is no kind of message"),
        ("deck/a/play", "deck/e/play", 5, "\"deck/e/play\" is nothing that can be mapped"),
        ("\"bar\"", "\"soon\"", 5, "\"soon\" is no time"),
        ("100", "300", 5, ""),
        ("100", "200", 5, "\"on\" is from 0 to 127, not 200"),
        ("note 2 12", "bend 2", 5, "\"bend 2\" is no place of a light"),
        ("scale", "soft", 6, "\"soft\" is no takeover: there are pickup, scale, jump"),
        ("\"to\": \"deck/a/fader\"", "\"too\": 1", 6, "unknown field `too`"),
        ("0.01", "0", 7, "\"step\" is for turned knobs"),
        ("cc 1 8", "note 1 8", 7, "cannot be turned"),
        ("bend 3", "bend 3 1", 8, "one word too many"),
        ("true }", "true, }", 8, ""),
        ("nrpn any 300", "nrpn any", 9, "names no number"),
        ("\"echelon_midi\": 1", "\"echelon_midi\": 2", 2, "version 2 of mappings is not known"),
        ("\"echelon_midi\": 1,", "", 1, "this is no mapping"),
        ("\"name\"", "\"nam\"", 3, "unknown field `nam`"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let error = MidiMap::read(&GOOD.replacen(from, to, 1)).unwrap_err();
        assert_eq!(error.line, line, "{error}");
        assert!(error.reason.contains(words), "{error}");
    }
    let whole = GOOD.len();
    for cut in (0..whole).step_by(7).filter(|cut| GOOD.is_char_boundary(*cut)) {
        let error = MidiMap::read(&GOOD[..cut]).unwrap_err();
        assert!((1..=11).contains(&error.line), "{error}");
    }
}

#[test]
fn a_file_of_too_much_is_not_read() {
    let line = r#"{ "from": "note any 1", "to": "panic" }"#;
    let map =
        |count| format!("{{\"echelon_midi\": 1, \"name\": \"x\",\n\"bindings\": [{}]}}", vec![line; count].join(","));
    assert!(MidiMap::read(&map(64)).is_ok());
    let too_many = MidiMap::read(&map(65)).unwrap_err();
    assert!(too_many.line == 2 && too_many.reason.contains("sixteen"), "{too_many}");
    let huge = " ".repeat(MidiMap::MAX_BYTES + 1);
    assert!(MidiMap::read(&huge).unwrap_err().reason.contains("at most"));
}
