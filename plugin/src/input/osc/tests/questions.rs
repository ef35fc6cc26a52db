//! Recipes, questions and commands for the bridge: from the message to what it means.

use echelon_engine::action::{Action, ActionTiming, Grid, Roles};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::units::DeckId;
use rosc::OscType;

use super::super::{Asked, ParseError, Parsed, Query, answers, bridge_state, parse};
use crate::bridge::{BridgeView, Command, Role};

fn error(address: &str, args: &[OscType]) -> String {
    parse(address, args).unwrap_err().to_string()
}

const CUT: &str = r#"{ "echelon_recipe": 1, "name": "cut", "unit": "bars",
  "steps": [
    { "at": 1, "action": "stop_deck", "deck": "from" } ] }"#;

#[test]
fn a_recipe_is_run_by_its_name_or_its_text() {
    let args: Vec<OscType> = ["quick_cut", "a", "B"].map(OscType::from).to_vec();
    let Ok(Parsed::Recipe { recipe, timing, receipt }) = parse("/recipe/run", &args) else { panic!() };
    assert_eq!((recipe.file.name(), recipe.roles), ("Quick cut", Roles::new(DeckId::A, DeckId::B)));
    assert_eq!((timing, receipt), (ActionTiming::Default, None));
    let args = [&args[..], &["4bars".into(), "id".into(), 7.into()]].concat();
    let Ok(Parsed::Recipe { timing, receipt, .. }) = parse("/recipe/run", &args) else { panic!() };
    assert_eq!((timing, receipt), (ActionTiming::NextLine(Grid::Bars(4)), Some(7)));
    let text: Vec<OscType> = [CUT, "c", "d"].map(OscType::from).to_vec();
    let Ok(Parsed::Recipe { recipe, timing, .. }) = parse("/recipe/run/text/bar", &text) else { panic!() };
    assert_eq!(timing, ActionTiming::NextBar);
    let Ok(Action::RunRecipe { recipe }) = recipe.action(3.5) else { panic!() };
    assert_eq!(
        (recipe.steps[0].after_beats, recipe.steps[0].action.clone()),
        (3.5, Action::StopDeck { deck: DeckId::C })
    );
}

#[test]
fn what_is_wrong_with_a_recipe_is_said() {
    let s = |texts: &[&str]| texts.iter().map(|text| OscType::from(*text)).collect::<Vec<_>>();
    let unknown = error("/recipe/run", &s(&["no_such", "a", "b"]));
    assert_eq!(
        unknown,
        "there is no recipe 'no_such'; there are crossfade_16, mix_in_16, bass_swap_8, blend_8, quick_cut, fade_out_4, echo_out_2, tease_4"
    );
    assert!(
        error("/recipe/run", &s(&["quick_cut", "a"])).contains("wrong number of arguments (2); expected: s recipe")
    );
    assert!(error("/recipe/run", &s(&["quick_cut", "a", "e"])).starts_with("there is no deck 'e'"));
    assert!(error("/recipe/run", &[1.into(), "a".into(), "b".into()]).starts_with("argument 1 is a number"));
    let same = error("/recipe/run", &s(&["quick_cut", "a", "a"]));
    assert!(same.starts_with("the recipe cannot be run: line ") && same.ends_with("name two decks"), "{same}");
    let wrong = CUT.replace("stop_deck", "bass_swap");
    let wrong = error("/recipe/run/text", &s(&[&wrong, "a", "b"]));
    assert!(wrong.starts_with("the recipe cannot be run: line 3: unknown variant `bass_swap`"), "{wrong}");
    let no_crossfader = error("/recipe/run", &s(&["quick_cut", "a", "c"]));
    assert!(no_crossfader.contains("deck C is not on the crossfader"));
    let code = parse("/recipe/run", &s(&["x", "a", "b"])).unwrap_err().code();
    assert_eq!(code, "unknown_recipe");
}

#[test]
fn every_action_can_be_asked_about() {
    let ask = |wish, receipt, address: &str| Ok(Parsed::Ask(Query::Can { address: address.to_owned(), wish, receipt }));
    let play = Action::PlayDeck { deck: DeckId::B, position_secs: None };
    let asked = |timing| Asked::Action { action: play.clone(), timing };
    let address = "/can/deck/b/play";
    assert_eq!(parse(address, &[]), ask(asked(ActionTiming::Default), None, address));
    let args = ["bar".into(), "id".into(), 3.into()];
    assert_eq!(parse(address, &args), ask(asked(ActionTiming::NextBar), Some(3), address));
    assert_eq!(parse(address, &[0.into()]), ask(Asked::Nothing, None, address));
    assert_eq!(parse("/can/deck/b/play/bar", &[]), ask(asked(ActionTiming::NextBar), None, "/can/deck/b/play/bar"));
    assert_eq!(parse("/can/cancel", &[4.into()]), ask(Asked::CancelOwn(4), None, "/can/cancel"));
    assert_eq!(parse("/can/crossfader", &["x".into()]), parse("/crossfader", &["x".into()]));
    for none in [
        "/can",
        "/can/",
        "/can/ping",
        "/can/info",
        "/can/telemetry",
        "/can/subscribe",
        "/can/instance/list",
        "/can/can/deck/a/play",
        "/candeck/a/play",
    ] {
        assert!(matches!(parse(none, &[]), Err(ParseError::UnknownPath { .. })), "{none}");
    }
}

#[test]
fn commands_for_the_bridge() {
    let ask = |command| Ok(Parsed::Ask(Query::Bridge(command)));
    assert_eq!(parse("/bridge/connect", &[8001.into()]), ask(Command::Connect(8001)));
    assert_eq!(parse("/bridge/disconnect", &[]), ask(Command::Disconnect));
    assert_eq!(parse("/bridge/role", &["follow".into()]), ask(Command::SetRole(Role::Follow)));
    assert_eq!(parse("/bridge/state", &[]), ask(Command::Tell));
    assert_eq!(error("/bridge/role", &["king".into()]), "'king' is not taken here; expected none, lead, follow");
    assert!(parse("/bridge/connect", &[]).is_err() && parse("/bridge/state", &["connected".into()]).is_err());
    let none = bridge_state(&BridgeView::default());
    let args: Vec<OscType> = vec!["disconnected".into(), "none".into(), 0.into(), "".into(), "".into()];
    assert_eq!((none.addr.as_str(), none.args), ("/bridge/state", args));
}

#[test]
fn questions_are_answered_and_change_nothing() {
    let (console, _) = Rig::new(RigConfig::new(48_000.0)).unwrap();
    let answer = |address: &str, args: &[OscType]| {
        let Ok(Parsed::Ask(query)) = parse(address, args) else { panic!("{address}") };
        answers(&console, &query, &[], |number| number == 5)
    };
    let before = (console.telemetry(), console.safety_telemetry());
    let no = answer("/can/deck/a/play", &["id".into(), 9.into()]);
    let reason = "deck A is empty: load a track first";
    assert_eq!(no[0].addr, "/can/deck/a/play");
    assert_eq!(no[0].args, vec![0.into(), "not_allowed".into(), reason.into(), 9.into()]);
    assert_eq!(answer("/can/crossfader", &[0.5.into()])[0].args, vec![1.into()]);
    assert_eq!(answer("/can/deck/a/load", &["/x.wav".into()])[0].args, vec![1.into()]);
    assert_eq!(answer("/can/cancel", &[5.into()])[0].args, vec![1.into()]);
    assert_eq!(answer("/can/cancel", &[6.into()])[0].args[1], "not_pending".into());
    let recipe = answer("/recipe/preview", &["quick_cut".into(), "a".into(), "b".into()]);
    assert_eq!(recipe[0].addr, "/recipe/preview");
    let reason = "step 1 of \"Quick cut\": deck A is empty: load a track first";
    assert_eq!(recipe[0].args, vec![0.into(), "not_allowed".into(), reason.into()]);
    let meters = answer("/meters", &[]);
    let names: Vec<_> = meters.iter().map(|m| (m.addr.as_str(), m.args[0].clone())).collect();
    let silent = |name: &str| ("/meter", OscType::from(name));
    assert_eq!(names[..5], ["master", "a", "b", "c", "d"].map(silent));
    assert_eq!((names.len(), names[5].clone()), (6, ("/meters/end", 5.into())));
    assert!(
        meters[..5].iter().all(|m| m.args[1..] == [OscType::Float(-100.0), (-100.0_f32).into(), (-100.0_f32).into()])
    );
    let figures = answer("/telemetry", &[]);
    let (last, figures) = figures.split_last().unwrap();
    assert_eq!(
        (last.addr.as_str(), &last.args[..]),
        ("/telemetry/end", &[i32::try_from(figures.len()).unwrap().into()][..])
    );
    assert!((30..80).contains(&figures.len()) && figures.iter().all(|m| m.addr == "/telemetry" && m.args.len() == 2));
    let mut names: Vec<_> = figures.iter().map(|figure| figure.args[0].clone().string().unwrap()).collect();
    for name in
        ["scheduler/done", "scheduler/error_frames/max", "safety/rejected/cooldown", "safety/rejected_from/bridge"]
    {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), figures.len());
    assert_eq!((console.telemetry(), console.safety_telemetry()), before);
}
