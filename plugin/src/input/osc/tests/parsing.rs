use std::path::PathBuf;

use echelon_engine::action::{Action, ActionTiming, Grid};
use echelon_engine::units::{Decibels, DeckId};
use rosc::{OscArray, OscType};

use super::super::{ParseError, Parsed, parse};

const PLAY_A: Action = Action::PlayDeck { deck: DeckId::A, position_secs: None };
const STOP_B: Action = Action::StopDeck { deck: DeckId::B };

fn act(action: Action, timing: ActionTiming) -> Result<Parsed, ParseError> {
    Ok(Parsed::Act { action, timing, receipt: None, note: None })
}

fn s(text: &str) -> OscType {
    text.into()
}

fn f(number: f32) -> OscType {
    number.into()
}

fn i(number: i32) -> OscType {
    number.into()
}

fn d(number: f64) -> OscType {
    number.into()
}

type Case = (&'static str, Vec<OscType>, Result<Parsed, ParseError>);

fn check(cases: Vec<Case>) {
    for (address, args, expected) in cases {
        assert_eq!(parse(address, &args), expected, "{address} {args:?}");
    }
}

#[test]
fn addresses_and_decks() {
    use ActionTiming::{Default, Immediate};
    let play = |deck| Action::PlayDeck { deck, position_secs: None };
    check(vec![
        ("/deck/a/play", vec![], act(PLAY_A, Default)),
        ("/deck/d/play", vec![], act(play(DeckId::D), Default)),
        ("/deck/C/play", vec![], act(play(DeckId::C), Default)),
        ("/deck/b/stop", vec![], act(STOP_B, Default)),
        (
            "/deck/a/play/from",
            vec![f(12.5)],
            act(Action::PlayDeck { deck: DeckId::A, position_secs: Some(12.5) }, Default),
        ),
        ("/deck/c/seek", vec![i(3)], act(Action::SeekDeck { deck: DeckId::C, position_secs: 3.0 }, Immediate)),
        ("/deck/b/gain", vec![f(-6.5)], act(Action::SetGain { deck: DeckId::B, gain: Decibels(-6.5) }, Immediate)),
        ("/crossfader", vec![d(0.25)], act(Action::SetCrossfader { position: 0.25 }, Immediate)),
        ("/crossfader", vec![true.into()], act(Action::SetCrossfader { position: 1.0 }, Immediate)),
        ("/crossfader", vec![OscType::Long(0)], act(Action::SetCrossfader { position: 0.0 }, Immediate)),
        ("/deck/c/fader", vec![f(0.5)], act(knob("/deck/c/fader", 0.5), Immediate)),
        ("/master/gain", vec![i(0)], act(Action::SetMasterGain { gain: Decibels(0.0) }, Immediate)),
        ("/ping", vec![], Ok(Parsed::Ping)),
        ("/info", vec![], Ok(Parsed::Info)),
    ]);
}

#[cfg(unix)]
#[test]
fn a_load_takes_a_full_path() {
    let load = Action::LoadDeck { deck: DeckId::A, path: PathBuf::from("/music/ä b.wav") };
    check(vec![
        ("/deck/a/load", vec![s("/music/ä b.wav")], act(load.clone(), ActionTiming::Immediate)),
        ("/deck/a/load", vec![s("/music/ä b.wav"), s("bar")], act(load, ActionTiming::NextBar)),
        ("/deck/a/load", vec![s("b.wav")], Err(ParseError::NotAFullPath("b.wav".into()))),
        ("/deck/a/load", vec![s("")], Err(ParseError::NotAFullPath(String::new()))),
    ]);
}

#[test]
fn when_as_a_trailing_argument() {
    use ActionTiming::{CustomBeat, Immediate, NextBar, NextBeat, NextLine};
    let seek = Action::SeekDeck { deck: DeckId::A, position_secs: 1.0 };
    check(vec![
        ("/deck/a/play", vec![s("now")], act(PLAY_A, Immediate)),
        ("/deck/a/play", vec![s("beat")], act(PLAY_A, NextBeat)),
        ("/deck/a/play", vec![s("bar")], act(PLAY_A, NextBar)),
        ("/deck/a/play", vec![s("2bars")], act(PLAY_A, NextLine(Grid::Bars(2)))),
        ("/deck/a/play", vec![s("4bars")], act(PLAY_A, NextLine(Grid::Bars(4)))),
        ("/deck/a/play", vec![f(12.5)], act(PLAY_A, CustomBeat(12.5))),
        ("/deck/a/play", vec![d(-4.0)], act(PLAY_A, CustomBeat(-4.0))),
        ("/deck/a/seek", vec![f(1.0), s("bar")], act(seek.clone(), NextBar)),
        ("/deck/a/seek", vec![f(1.0), d(33.25)], act(seek.clone(), CustomBeat(33.25))),
        ("/deck/a/seek", vec![f(1.0), i(33)], act(seek, CustomBeat(33.0))),
        ("/deck/a/play", vec![s("Bar")], Err(ParseError::BadWhen("Bar".into()))),
        ("/deck/a/seek", vec![f(1.0), f(f32::NAN)], Err(ParseError::NotFinite { position: 2 })),
    ]);
}

#[test]
fn when_in_the_address() {
    use ActionTiming::{Immediate, NextBar, NextBeat, NextLine};
    check(vec![
        ("/deck/a/play/now", vec![], act(PLAY_A, Immediate)),
        ("/deck/a/play/beat", vec![], act(PLAY_A, NextBeat)),
        ("/deck/b/stop/bar", vec![], act(STOP_B, NextBar)),
        ("/deck/b/stop/2bars", vec![i(1)], act(STOP_B, NextLine(Grid::Bars(2)))),
        ("/deck/b/stop/4bars", vec![], act(STOP_B, NextLine(Grid::Bars(4)))),
        ("/deck/c/fader/bar", vec![f(0.0)], act(knob("/deck/c/fader", 0.0), NextBar)),
        ("/crossfader/bar", vec![f(0.5)], act(Action::SetCrossfader { position: 0.5 }, NextBar)),
        ("/deck/a/play/bar", vec![s("bar")], act(PLAY_A, NextBar)),
        ("/deck/a/play/bar", vec![s("beat")], Err(ParseError::WhenTwice)),
        ("/deck/a/play/bar", vec![f(33.0)], Err(ParseError::WhenTwice)),
        ("/deck/a/play/bar", vec![i(1), f(33.0)], Err(ParseError::WhenTwice)),
        ("/crossfader/now", vec![f(0.5), s("bar")], Err(ParseError::WhenTwice)),
    ]);
}

#[test]
fn a_button_fires_above_zero() {
    use ActionTiming::{CustomBeat, Default, NextBar};
    let ignored = || Ok(Parsed::Ignored { receipt: None });
    check(vec![
        ("/deck/a/play", vec![i(1)], act(PLAY_A, Default)),
        ("/deck/a/play", vec![i(127)], act(PLAY_A, Default)),
        ("/deck/a/play", vec![OscType::Long(5)], act(PLAY_A, Default)),
        ("/deck/a/play", vec![true.into()], act(PLAY_A, Default)),
        ("/deck/a/play", vec![f(1.0)], act(PLAY_A, Default)),
        ("/deck/a/play", vec![d(1.0)], act(PLAY_A, CustomBeat(1.0))),
        ("/deck/a/play", vec![i(0)], ignored()),
        ("/deck/a/play", vec![i(-1)], ignored()),
        ("/deck/a/play", vec![false.into()], ignored()),
        ("/deck/a/play", vec![f(0.0)], ignored()),
        ("/deck/a/play", vec![f(-0.0)], ignored()),
        ("/deck/b/stop/bar", vec![f(0.0)], ignored()),
        // A pad's pressure: only with a time in the address can it not be a song beat.
        ("/deck/a/play/bar", vec![f(0.73)], act(PLAY_A, NextBar)),
        ("/deck/a/play", vec![f(0.73)], act(PLAY_A, CustomBeat(f64::from(0.73f32)))),
        ("/deck/a/play", vec![i(1), s("bar")], act(PLAY_A, NextBar)),
        ("/deck/a/play", vec![f(0.73), d(8.0)], act(PLAY_A, CustomBeat(8.0))),
        ("/deck/a/play", vec![i(0), s("bar")], ignored()),
        ("/deck/a/play", vec![f(0.0), d(8.0)], ignored()),
        ("/deck/a/play", vec![i(0), s("soon")], Err(ParseError::BadWhen("soon".into()))),
        ("/deck/a/play", vec![f(f32::INFINITY)], Err(ParseError::NotFinite { position: 1 })),
        ("/deck/a/play/from", vec![i(0)], {
            act(Action::PlayDeck { deck: DeckId::A, position_secs: Some(0.0) }, Default)
        }),
    ]);
}

#[test]
fn receipts_are_the_last_two_arguments() {
    let with = |timing, receipt| Ok(Parsed::Act { action: PLAY_A, timing, receipt: Some(receipt), note: None });
    check(vec![
        ("/deck/a/play", vec![s("id"), i(7)], with(ActionTiming::Default, 7)),
        ("/deck/a/play", vec![s("bar"), s("id"), i(-7)], with(ActionTiming::NextBar, -7)),
        ("/deck/a/play", vec![i(1), d(4.0), s("id"), f(8.0)], with(ActionTiming::CustomBeat(4.0), 8)),
        ("/deck/a/play", vec![i(1), s("id"), OscType::Long(9)], with(ActionTiming::Default, 9)),
        ("/deck/a/play", vec![i(0), s("id"), i(3)], Ok(Parsed::Ignored { receipt: Some(3) })),
        ("/deck/a/play", vec![s("id")], Err(ParseError::BadReceipt)),
        ("/deck/a/play", vec![s("id"), s("7")], Err(ParseError::BadReceipt)),
        ("/deck/a/play", vec![s("id"), f(7.5)], Err(ParseError::BadReceipt)),
        ("/deck/a/play", vec![s("id"), OscType::Long(1 << 40)], Err(ParseError::BadReceipt)),
        ("/deck/a/play", vec![s("id"), d(f64::NAN)], Err(ParseError::BadReceipt)),
    ]);
}

#[test]
fn out_of_range_is_clamped_and_said() {
    let clamped = |action, note: &str| {
        Ok(Parsed::Act { action, timing: ActionTiming::Immediate, receipt: None, note: Some(note.to_owned()) })
    };
    let gain = |db| Action::SetGain { deck: DeckId::A, gain: Decibels(db) };
    check(vec![
        ("/deck/a/gain", vec![f(12.3)], clamped(gain(12.0), "12.3 is out of range: clamped to 12 dB")),
        ("/deck/a/gain", vec![d(-1e300)], clamped(gain(-100.0), "-1e300 is out of range: clamped to -100 dB")),
        (
            "/crossfader",
            vec![f(1.5)],
            clamped(Action::SetCrossfader { position: 1.0 }, "1.5 is out of range: clamped to 1"),
        ),
        (
            "/deck/a/seek",
            vec![i(-2)],
            clamped(
                Action::SeekDeck { deck: DeckId::A, position_secs: 0.0 },
                "-2 is out of range: clamped to 0 seconds",
            ),
        ),
        ("/deck/a/gain", vec![f(f32::NEG_INFINITY)], Err(ParseError::NotFinite { position: 1 })),
        ("/crossfader", vec![d(f64::NAN)], Err(ParseError::NotFinite { position: 1 })),
    ]);
}

#[test]
fn errors_say_what_was_expected() {
    let array = OscType::Array(OscArray { content: vec![] });
    let cases: Vec<(&str, Vec<OscType>, &str, &str)> = vec![
        ("/deck/b/paly", vec![], "unknown_address", "there is no address /deck/b/paly; did you mean /deck/b/play?"),
        ("/xfader", vec![f(0.0)], "unknown_address", "there is no address /xfader; did you mean /crossfader?"),
        ("/deck/a/play/", vec![], "unknown_address", "there is no address /deck/a/play/; did you mean /deck/a/play?"),
        ("/ping/bar", vec![], "unknown_address", "there is no address /ping/bar; did you mean /ping?"),
        ("", vec![], "unknown_address", "there is no address ; did you mean /undo?"),
        ("/deck/e/play", vec![], "unknown_deck", "there is no deck 'e': the decks are a, b, c and d"),
        (
            "/deck/*/stop",
            vec![],
            "address_pattern",
            "address patterns (* ? [] {}) are not taken: name one address at a time",
        ),
        ("/*", vec![], "address_pattern", "address patterns (* ? [] {}) are not taken: name one address at a time"),
        (
            "/deck/a/seek",
            vec![s("bar")],
            "wrong_type",
            "argument 1 is text; expected a number (type i, h, f, d, T or F)",
        ),
        (
            "/deck/a/load",
            vec![f(1.0)],
            "wrong_type",
            "argument 1 is a number; expected the full path of a file (type s)",
        ),
        (
            "/crossfader",
            vec![f(0.5), true.into()],
            "wrong_type",
            "argument 2 is a truth value; expected when: now, beat, bar, 2bars, 4bars or a song beat (a number)",
        ),
        (
            "/deck/a/play",
            vec![array],
            "wrong_type",
            "argument 1 is an array; expected when: now, beat, bar, 2bars, 4bars or a song beat (a number)",
        ),
        (
            "/deck/a/seek",
            vec![],
            "wrong_count",
            "wrong number of arguments (0); expected: f seconds, 0 or more [when] [\"id\" i]",
        ),
        (
            "/crossfader",
            vec![f(0.5), s("now"), i(1)],
            "wrong_count",
            "wrong number of arguments (3); expected: f 0 to 1 [when] [\"id\" i]",
        ),
        ("/ping", vec![i(1)], "wrong_count", "wrong number of arguments (1); expected: no arguments"),
        (
            "/deck/a/play",
            vec![i(1), s("soon")],
            "bad_when",
            "'soon' is no time; expected now, beat, bar, 2bars, 4bars or a song beat (a number)",
        ),
    ];
    for (address, args, code, text) in cases {
        let error = parse(address, &args).unwrap_err();
        assert_eq!((error.code(), error.to_string().as_str()), (code, text), "{address} {args:?}");
    }
}

#[test]
fn an_error_stays_short_whatever_came() {
    let address = format!("/deck/a/{}", "ä".repeat(4000));
    let error = parse(&address, &[]).unwrap_err();
    assert!(error.to_string().chars().count() < 250, "{error}");
}

/// A control of the mixer's table, moved.
fn knob(path: &str, value: f32) -> Action {
    Action::SetKnob { knob: echelon_engine::mixer::Knob::from_path(path).unwrap(), value }
}

#[test]
fn a_control_s_value_is_clamped_with_a_warning_and_nonsense_refused() {
    let Parsed::Act { action, note, .. } = parse("/deck/a/fader", &[f(1.5)]).unwrap() else { panic!() };
    assert_eq!((action, note.as_deref()), (knob("/deck/a/fader", 1.0), Some("1.5 is out of range: clamped to 1")));
    assert!(matches!(parse("/deck/a/fader", &[f(f32::NAN)]), Err(ParseError::NotFinite { position: 1 })));
    assert!(matches!(parse("/deck/a/fader", &[]), Err(ParseError::WrongCount { .. })));
}
