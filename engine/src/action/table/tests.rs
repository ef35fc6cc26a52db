use std::collections::HashSet;

use super::*;
use crate::action::GESTURES;
use crate::input::Control;
use crate::mixer::{DECK_ROWS, MASTER_ROWS};

#[test]
fn every_row_is_whole_and_alone() {
    let mut paths = HashSet::new();
    for row in catalog() {
        assert!(!row.name.is_empty() && row.help.ends_with('.'), "{row:?}");
        assert!(row.path.is_empty() || paths.insert(row.path), "{row:?} is there twice");
        assert!(!row.button || row.args.is_empty(), "{row:?}: a button has no argument of its own");
        assert!(row.path.is_empty() == matches!(row.makes, Makes::Parameter), "{row:?}");
        for arg in row.args.iter() {
            if let Arg::Number { min, max, .. } = arg {
                assert!(min.is_finite() && min < max, "{row:?}");
            }
        }
    }
    for path in GESTURES.iter().map(|row| row.path).chain(DECK_ROWS.iter().chain(&MASTER_ROWS).map(|row| row.path)) {
        assert!(paths.contains(path), "{path} is missing");
    }
}

#[test]
fn rows_do_what_they_say() {
    for row in catalog().filter(|row| !row.path.is_empty()) {
        let Some(action) = row.action(DeckId::C, 1.0) else {
            assert_eq!(row.path, "/cancel");
            continue;
        };
        assert_eq!(action.kind(), row.class, "{row:?}");
        assert_eq!(action.deck(), row.of_deck().then_some(DeckId::C), "{row:?}");
        assert!(action.validated().is_ok(), "{row:?}");
    }
}

#[test]
fn targets_have_names_of_their_own_and_come_back_by_them() {
    let names: Vec<String> = Target::all().map(Target::name).collect();
    let unique: HashSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    for (target, name) in Target::all().zip(&names) {
        assert_eq!(Target::named(name), Some(target));
        assert!(!name.contains(['{', '}', ' ']) && !name.starts_with('/'), "{name}");
    }
    for name in [
        "deck/a/fader",
        "deck/b/play",
        "deck/c/hotcue/3",
        "deck/a/loop/1/8",
        "deck/d/beatjump/-4",
        "xfader",
        "deck/a/eq/low",
        "master/gain",
        "panic",
        "deck/b/lock",
        "quantize",
        "limiter/threshold",
    ] {
        assert!(unique.contains(&name.to_owned()), "{name}");
    }
    assert_eq!(Target::named("deck/a/fader").unwrap().on(DeckId::C).name(), "deck/c/fader");
    assert_eq!(Target::named("deck/b/hotcue/3").unwrap().label(), "Deck B Hot Cue 3");
}

#[test]
fn a_turn_is_a_parameter_s_move_where_there_is_one_and_else_an_action() {
    let turn = |name: &str, norm| Target::named(name).unwrap().turn(norm);
    let deck = DeckId::B;
    assert_eq!(turn("deck/b/play", 1.0), Some(Move::Control(Control::Play(deck), 1.0)));
    assert_eq!(turn("xfader", 0.25), Some(Move::Control(Control::Crossfader, 0.25)));
    let hot_cue = Control::Trigger(deck, crate::action::Trigger::HotCue(3));
    assert_eq!(turn("deck/b/hotcue/3", 0.0), Some(Move::Control(hot_cue, 0.0)));
    let gesture = |gesture, value| Some(Move::Act(Action::Gesture { deck, gesture, value }, gesture_when(gesture)));
    assert_eq!(turn("deck/b/loop/1/8", 1.0), gesture(Gesture::BeatLoop, 0.125));
    assert_eq!(turn("deck/b/loop/1/8", 0.0), None, "its release does nothing");
    assert_eq!(turn("deck/b/roll/4", 0.0), gesture(Gesture::LoopRollEnd, 0.0));
    assert_eq!(turn("deck/b/nudge/-2", 0.0), gesture(Gesture::Nudge, 0.0));
    assert_eq!(turn("deck/b/nudge", 0.5), gesture(Gesture::Nudge, 0.0));
    assert_eq!(turn("panic", 1.0), Some(Move::Act(Action::Panic, ActionTiming::Immediate)));
    assert_eq!(turn("panic", 0.0), None);
    let cancel = Action::Cancel { pending: crate::action::Pending::All };
    assert_eq!(turn("cancel", 1.0), Some(Move::Act(cancel, ActionTiming::Immediate)));
}

/// The release of a roll is immediate though the roll waits for the beat: the row of the press says when.
fn gesture_when(gesture: Gesture) -> ActionTiming {
    if matches!(gesture, Gesture::Nudge) { ActionTiming::Immediate } else { ActionTiming::Default }
}

#[test]
fn every_parameter_has_one_target_and_its_value_shows_where_it_stands() {
    let snapshot = Snapshot::default();
    let mut moved = HashSet::new();
    for target in Target::all() {
        let name = target.name();
        for norm in [0.0, 0.3, 1.0] {
            if let Some(Move::Control(control, value)) = target.turn(norm) {
                assert!(value.is_finite(), "{name}");
                moved.insert(control);
            }
        }
        let shown = target.shown(&snapshot);
        assert!(shown.is_none_or(|norm| (0.0..=1.0).contains(&norm)), "{name}: {shown:?}");
        if matches!(target.kind(), TargetKind::Continuous(_) | TargetKind::Choice(_)) {
            let momentary = name.ends_with("/nudge") || name.ends_with("/scratch");
            assert_eq!(shown.is_some(), !momentary, "{name}");
        }
    }
    // A press, or a push, is mapped as what it does.
    let by_gesture = |control: Control| match control {
        Control::Trigger(_, trigger) => trigger.is_press(),
        control => matches!(control, Control::Nudge(_)),
    };
    for param in params() {
        let is_mapped = moved.contains(&param.control) != by_gesture(param.control);
        assert!(is_mapped, "{} cannot be mapped, or twice", param.id);
        let shown = param.scale.value_at(param.scale.norm_of(param.default));
        assert!((shown - param.default).abs() < 1e-3, "{}", param.id);
        let text = param.scale.text(param.default);
        assert!(param.scale.value(&text).is_some(), "{}: {text}", param.id);
    }
}

#[test]
fn a_loop_s_button_is_lit_by_its_length() {
    let mut snapshot = Snapshot::default();
    let motion = &mut snapshot.decks[0].motion;
    (motion.looping, motion.track_bpm) = (true, Some(120.0));
    motion.loop_secs = Some([1.0, 3.000_000_1]);
    motion.marks.hot_cues_secs[2] = Some(4.0);
    let lit = |name: &str| Target::named(name).unwrap().shown(&snapshot);
    assert_eq!([lit("deck/a/loop/4"), lit("deck/a/loop/2"), lit("deck/b/loop/4")], [Some(1.0), Some(0.0), Some(0.0)]);
    assert_eq!([lit("deck/a/loop"), lit("deck/a/hotcue/3"), lit("deck/a/hotcue/4")], [Some(1.0), Some(1.0), Some(0.0)]);
}
