use super::*;
use std::collections::HashSet;

#[test]
fn rows_are_sound_and_unique() {
    let rows: Vec<&KnobRow> = Knob::all().map(Knob::row).collect();
    for row in &rows {
        assert!(row.min < row.max, "{row:?}");
        assert!(row.defaults.iter().all(|default| row.clamp(*default) == *default), "{row:?}");
        assert!(row.help.ends_with('.') && !row.name.is_empty(), "{row:?}");
        if let Some(words) = row.choices() {
            assert_eq!((row.min, row.max), (0.0, words.len() as f32 - 1.0), "{row:?}");
        }
        if let Taper::Middle(middle) = row.taper {
            assert!(row.min < middle && middle < row.max, "{row:?}");
        }
        assert!(matches!(row.kind, ActionKind::Mixer | ActionKind::Effect), "{row:?}");
    }
    assert!(DECK_ROWS.iter().all(|row| row.path.contains("{deck}")));
    assert!(MASTER_ROWS.iter().all(|row| !row.path.contains("{deck}")));
    for of in [Knob::path, Knob::param_id, Knob::name] {
        let all: HashSet<String> = Knob::all().map(of).collect();
        assert_eq!(all.len(), Knob::COUNT);
    }
}

#[test]
fn knobs_know_their_place_address_and_id() {
    for (place, knob) in Knob::all().enumerate() {
        assert_eq!(knob.index(), place);
        assert_eq!(Knob::from_path(&knob.path()), Some(knob));
        assert_eq!(Knob::of_pattern(knob.row().path, knob.deck().unwrap_or(DeckId::C)), Some(knob));
        let json = serde_json::to_string(&knob).unwrap();
        assert_eq!(serde_json::from_str::<Knob>(&json).unwrap(), knob);
    }
    let fader = Knob::of_deck(DeckId::B, "fader").unwrap();
    assert_eq!(
        (fader.path(), fader.param_id(), fader.name()),
        ("/deck/b/fader".to_owned(), "fader_2".to_owned(), "Deck B Fader".to_owned())
    );
    let unknown = serde_json::from_str::<Knob>("\"/deck/e/fader\"").unwrap_err().to_string();
    assert!(unknown.contains("there is no control /deck/e/fader"), "{unknown}");
    assert_eq!((Knob::of_deck(DeckId::A, "nothing"), Knob::of_master("fader")), (None, None));
}

#[test]
fn text_has_its_unit_and_comes_back() {
    for knob in Knob::all() {
        let row = knob.row();
        for step in 0..=20 {
            let value = row.clamp(row.min + (row.max - row.min) * step as f32 / 20.0);
            let text = row.text(value);
            let back = row.value(&text).unwrap_or_else(|| panic!("{row:?}: {text}"));
            assert_eq!(row.text(row.clamp(back)), text, "{row:?}");
        }
        for wrong in ["", "x", "nan", "inf", "-inf %", "1 furlong"] {
            assert_eq!(row.value(wrong), None, "{row:?}: {wrong}");
        }
    }
    let fader = Knob::of_deck(DeckId::A, "fader").unwrap().row();
    assert_eq!(
        (fader.text(0.5), fader.value("25 %"), fader.value("25")),
        ("50.0 %".to_owned(), Some(0.25), Some(0.25))
    );
    assert_eq!([f32::NAN, f32::INFINITY, -3.0, 0.25].map(|v| fader.clamp(v)), [1.0, 1.0, 0.0, 0.25]);
}
