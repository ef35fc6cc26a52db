use super::*;

const CROSSFADE: &str = r#"{
  "echelon_recipe": 1,
  "name": "Crossfade",
  "about": "All of it.",
  "unit": "bars",
  "steps": [
    { "at": 0, "action": "play_deck", "deck": "to", "position_secs": 1.5 },
    { "at": 0, "over": 16, "action": "set_crossfader", "position": "to" },
    { "at": 8, "over": 4, "action": "set_gain", "deck": "from", "gain_db": -100 },
    { "at": 16, "action": "stop_deck", "deck": "from" },
    { "at": 16.5, "action": "set_master_gain", "gain_db": -3.5 }
  ]
}"#;

const A_TO_B: Roles = Roles::new(DeckId::A, DeckId::B);

#[test]
fn roles_and_bars_are_filled_in() {
    let file = RecipeFile::read(CROSSFADE).unwrap();
    assert_eq!((file.name(), file.about()), ("Crossfade", "All of it."));
    let step = |after_beats, over_beats, action| RecipeStep { after_beats, over_beats, action };
    let steps = |from, to, end, bar: f64| {
        vec![
            step(0.0, 0.0, Action::PlayDeck { deck: to, position_secs: Some(1.5) }),
            step(0.0, 16.0 * bar as f32, Action::SetCrossfader { position: end }),
            step(8.0 * bar, 4.0 * bar as f32, Action::SetGain { deck: from, gain: Decibels::SILENCE }),
            step(16.0 * bar, 0.0, Action::StopDeck { deck: from }),
            step(16.5 * bar, 0.0, Action::SetMasterGain { gain: Decibels(-3.5) }),
        ]
    };
    assert_eq!(file.fill(A_TO_B, 4.0).unwrap().steps, steps(DeckId::A, DeckId::B, 1.0, 4.0));
    let back = Roles::new(DeckId::B, DeckId::A);
    assert_eq!(file.fill(back, 3.5).unwrap().steps, steps(DeckId::B, DeckId::A, 0.0, 3.5));
    let in_beats = RecipeFile::read(&CROSSFADE.replace("bars", "beats")).unwrap();
    assert_eq!(in_beats.fill(A_TO_B, 3.5).unwrap().steps, steps(DeckId::A, DeckId::B, 1.0, 1.0));
}

#[test]
fn eq_and_echo_are_filled_in() {
    let text = r#"{ "echelon_recipe": 1, "name": "x", "unit": "beats", "steps": [
        { "at": 0, "over": 2, "action": "set_eq", "deck": "from", "band": "low", "gain_db": -26 },
        { "at": 1, "over": 4, "action": "set_echo", "deck": "to", "send": 0.5 } ] }"#;
    let recipe = RecipeFile::read(text).unwrap().fill(A_TO_B, 4.0).unwrap();
    let eq = Action::SetEq { deck: DeckId::A, band: EqBand::Low, gain: Decibels(-26.0) };
    assert_eq!((recipe.steps[0].action.clone(), recipe.steps[0].over_beats), (eq, 2.0));
    let echo = Action::SetEcho { deck: DeckId::B, send: 0.5 };
    assert_eq!((recipe.steps[1].action.clone(), recipe.steps[1].over_beats), (echo, 4.0));
}

#[test]
fn decks_that_do_not_fit_are_told_with_their_line() {
    let file = RecipeFile::read(CROSSFADE).unwrap();
    let reason = |from, to, bar| file.fill(Roles::new(from, to), bar).unwrap_err().to_string();
    assert_eq!(reason(DeckId::A, DeckId::A, 4.0), "line 7: \"from\" and \"to\" are both deck A: name two decks");
    let not_there = "line 8: deck C is not on the crossfader: run it between decks A and B, or take a recipe that moves \
                     the channels' gains";
    assert_eq!(reason(DeckId::A, DeckId::C, 4.0), not_there);
    assert!(file.fill(Roles::new(DeckId::C, DeckId::B), 4.0).is_ok(), "the fader goes to B's end");
    let too_late = "line 11: step 5: a time in beats is from 0 to 1024";
    assert_eq!(reason(DeckId::A, DeckId::B, 63.0), too_late);
    let fixed = CROSSFADE.replace("\"to\"", "\"b\"").replace("\"from\"", "\"D\"");
    let fixed = RecipeFile::read(&fixed).unwrap().fill(Roles::new(DeckId::A, DeckId::A), 4.0).unwrap();
    assert_eq!(fixed.steps[3].action, Action::StopDeck { deck: DeckId::D });
}

/// One change of the good text, and what is said of it.
#[test]
fn what_is_wrong_is_told_with_its_line() {
    let cases = [
        ("\"echelon_recipe\": 1,", "", "line 1: this is no recipe: \"echelon_recipe\": 1 is missing"),
        (
            "\"echelon_recipe\": 1,",
            "\"echelon_recipe\": 2,",
            "line 2: version 2 of recipes is not known; this Echelon reads 1",
        ),
        ("\"echelon_recipe\": 1,", "\"echelon_recipe\": \"1\",", "line 2: version \"1\" of recipes is not known"),
        ("\"name\": \"Crossfade\",", "\"name\": \"\",", "line 3: \"name\" has 1 to 400 bytes, not 0"),
        ("\"name\": \"Crossfade\",", "", "line 13: missing field `name`"),
        ("\"name\": \"Crossfade\",", "\"name\": \"x\", \"title\": 1,", "line 3: unknown field `title`"),
        ("\"bars\"", "\"seconds\"", "line 5: unknown variant `seconds`, expected `beats` or `bars`"),
        ("\"at\": 8,", "\"at\": -8,", "line 9: \"at\" is from 0 to 256 bars, not -8"),
        ("\"at\": 8,", "\"at\": 257,", "line 9: \"at\" is from 0 to 256 bars, not 257"),
        ("\"at\": 8,", "\"at\": \"8\",", "line 9: invalid type: string \"8\", expected f64"),
        ("\"at\": 8,", "", "line 9: missing field `at`"),
        ("\"at\": 8,", "\"at\": 8, \"at\": 9,", "line 9: duplicate field `at`"),
        ("\"at\": 8,", "\"at\": 17,", "line 10: this step comes before the one above it"),
        ("\"over\": 4,", "\"over\": 1000,", "line 9: \"over\" is from 0 to 256 bars, not 1000"),
        ("\"over\": 4,", "\"fast\": 4,", "line 9: unknown field `fast`"),
        ("\"gain_db\": -100", "\"gain_db\": 13", "line 9: \"gain_db\" is from -100 to 12, not 13"),
        (", \"gain_db\": -100", "", "line 9: set_gain needs \"gain_db\""),
        ("\"deck\": \"from\", \"gain_db\"", "\"gain_db\"", "line 9: set_gain needs \"deck\""),
        ("\"deck\": \"from\" }", "\"deck\": \"e\" }", "line 10: invalid value: string \"e\", expected a deck: "),
        ("\"deck\": \"from\" }", "\"deck\": \"from\", \"over\": 1 }", "line 10: stop_deck has no \"over\""),
        ("\"deck\": \"from\" }", "\"deck\": \"from\", \"position\": 1 }", "line 10: stop_deck has no \"position\""),
        ("\"position_secs\": 1.5", "\"position_secs\": -1", "line 7: \"position_secs\" is 0 or more, not -1"),
        (
            "\"position\": \"to\"",
            "\"position\": 1.5",
            "line 8: \"position\" is from 0 to 1, \"from\" or \"to\", not 1.5",
        ),
        ("\"position\": \"to\"", "\"position\": null", "line 8: set_crossfader needs \"position\""),
        ("\"stop_deck\"", "\"load_deck\"", "line 10: unknown variant `load_deck`"),
        ("\"stop_deck\"", "\"set_eq\"", "line 10: set_eq needs \"band\""),
        ("\"stop_deck\"", "\"set_echo\"", "line 10: set_echo needs \"send\""),
        ("\"stop_deck\"", "\"set_echo\", \"send\": 2", "line 10: \"send\" is from 0 to 1, not 2"),
        ("\"stop_deck\"", "\"stop_deck\", \"band\": \"low\"", "line 10: stop_deck has no \"band\""),
        ("\"set_gain\"", "\"set_eq\", \"band\": \"low\"", "line 9: \"gain_db\" is from -26 to 12, not -100"),
        ("\"set_gain\"", "\"set_eq\", \"band\": \"bass\"", "line 9: unknown variant `bass`"),
        ("    { \"at\": 16, \"action\"", "    { \"at\": 16,\n\n \"actio\"", "line 12: unknown field `actio`"),
        ("-3.5 }", "-3.5 },", "line 12: expected value"),
        ("  ]\n}", "  ]\n} x", "line 13: trailing characters"),
        ("  ]\n}", "", "line 12: EOF while parsing a list"),
    ];
    for (good, bad, expected) in cases {
        assert!(CROSSFADE.contains(good), "{good}");
        let error = RecipeFile::read(&CROSSFADE.replacen(good, bad, 1)).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{good} -> {bad}:\n{error}\n{expected}");
    }
    for (text, expected) in [
        ("", "line 1: EOF"),
        ("[]", "line 1: "),
        ("7", "line 1: "),
        (
            "{\"echelon_recipe\": 1, \"name\": \"x\", \"unit\": \"bars\", \"steps\": []}",
            "line 1: a recipe has 1 to 16 steps, not 0",
        ),
    ] {
        let error = RecipeFile::read(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
    let deep = "[".repeat(10_000);
    assert!(RecipeFile::read(&deep).is_err());
    assert!(RecipeFile::read(&" ".repeat(RecipeFile::MAX_BYTES + 1)).unwrap_err().reason.contains("65536"));
}

mod any_text {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is read can be run for any two decks, or says why not; and never panics.
        #[test]
        fn is_read_or_refused(
            places in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 0..4),
            numbers in prop::collection::vec(-10.0_f64..300.0, 5),
            bar in 0.03_f64..512.0,
        ) {
            let mut text: Vec<char> = CROSSFADE.chars().collect();
            for (place, with) in places {
                let place = place.index(text.len());
                text[place] = with;
            }
            let text: String = text.into_iter().collect();
            let text = text.replace("16.5", &numbers[0].to_string()).replace("8,", &format!("{},", numbers[1]));
            if let Ok(file) = RecipeFile::read(&text)
                && let Ok(recipe) = file.fill(A_TO_B, bar)
            {
                prop_assert_eq!(recipe.clone().validated(), Ok(recipe));
            }
        }
    }
}
