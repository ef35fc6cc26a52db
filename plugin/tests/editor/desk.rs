//! Every control of the performance page, with the pointer and with the keyboard, and what it asks for.

use echelon::editor::ids::{self, Part};
use echelon::editor::page::Page;
use echelon_engine::action::{Action, ActionTiming, Gesture, Pending};
use echelon_engine::mixer::{EqBand, Knob};
use echelon_engine::units::{Decibels, DeckId};
use egui::{Event, Id, Key, Modifiers, PointerButton, vec2};

use crate::bench::Bench;
use crate::scenes::scene;

fn bench(name: &str) -> Bench {
    Bench::new(scene(name, 0.0).unwrap())
}

fn gesture(deck: DeckId, gesture: Gesture, value: f64) -> (Action, ActionTiming) {
    (Action::Gesture { deck, gesture, value }, ActionTiming::Default)
}

/// What a click on it asks for.
fn clicked(bench: &mut Bench, id: Id) -> Vec<(Action, ActionTiming)> {
    bench.click(id);
    bench.asked()
}

#[test]
fn switches_ask_for_what_they_are_not() {
    let mut bench = bench("playing");
    for deck in [DeckId::A, DeckId::B, DeckId::C] {
        for what in [Gesture::Sync, Gesture::KeyLock, Gesture::Slip, Gesture::Reverse, Gesture::Snap] {
            let motion = &bench.view.snapshot.decks[deck.index()].motion;
            let on = match what {
                Gesture::Sync => motion.sync,
                Gesture::KeyLock => motion.key_lock,
                Gesture::Snap => motion.snap,
                _ => false,
            };
            let wanted = gesture(deck, what, f64::from(u8::from(!on)));
            assert_eq!(clicked(&mut bench, ids::gesture(deck, what)), [wanted], "{deck} {what:?}");
        }
    }
}

#[test]
fn loops_are_set_left_and_changed() {
    let mut bench = bench("playing");
    let a = DeckId::A;
    assert_eq!(clicked(&mut bench, ids::gesture(a, Gesture::LoopIn)), [gesture(a, Gesture::LoopIn, 0.0)]);
    assert_eq!(clicked(&mut bench, ids::gesture(a, Gesture::LoopOut)), [gesture(a, Gesture::LoopOut, 0.0)]);
    assert_eq!(clicked(&mut bench, ids::deck(a, Part::Loop)), [gesture(a, Gesture::LoopOn, 0.0)]);
    assert_eq!(clicked(&mut bench, ids::deck(a, Part::Halve)), [gesture(a, Gesture::LoopLength, 2.0)]);
    assert_eq!(clicked(&mut bench, ids::deck(a, Part::JumpBack)), [gesture(a, Gesture::JumpBack, 0.0)]);
    assert_eq!(clicked(&mut bench, ids::deck(a, Part::JumpOn)), [gesture(a, Gesture::JumpOn, 0.0)]);
    assert_eq!(clicked(&mut bench, ids::gesture(a, Gesture::Reloop)), [gesture(a, Gesture::Reloop, 0.0)]);
    // Deck C loops.
    let c = DeckId::C;
    assert_eq!(clicked(&mut bench, ids::deck(c, Part::Loop)), [gesture(c, Gesture::LoopExit, 0.0)]);
    assert_eq!(clicked(&mut bench, ids::deck(c, Part::Halve)), [gesture(c, Gesture::LoopHalve, 0.0)]);
    assert_eq!(clicked(&mut bench, ids::deck(c, Part::Double)), [gesture(c, Gesture::LoopDouble, 0.0)]);
    assert_eq!(clicked(&mut bench, ids::gesture(c, Gesture::LoopExit)), [gesture(c, Gesture::LoopExit, 0.0)]);
}

#[test]
fn what_is_held_goes_down_and_comes_up() {
    let mut bench = bench("playing");
    for deck in DeckId::ALL {
        let held = [
            (ids::gesture(deck, Gesture::Cue), (Gesture::Cue, 1.0), (Gesture::Cue, 0.0)),
            (ids::gesture(deck, Gesture::LoopRoll), (Gesture::LoopRoll, 0.5), (Gesture::LoopRollEnd, 0.0)),
            (ids::deck(deck, Part::NudgeBack), (Gesture::Nudge, -4.0), (Gesture::Nudge, 0.0)),
            (ids::deck(deck, Part::NudgeOn), (Gesture::Nudge, 4.0), (Gesture::Nudge, 0.0)),
            (ids::hot_cue(deck, 2), (Gesture::HotCue, 2.0), (Gesture::HotCueRelease, 2.0)),
        ];
        for (id, down, up) in held {
            bench.wait(1.0);
            let at = bench.rect(id).center();
            bench.point(at);
            bench.button(at, true);
            assert_eq!(bench.asked(), [gesture(deck, down.0, down.1)]);
            bench.frame(vec![]);
            assert_eq!(bench.asked(), [], "once");
            bench.button(at, false);
            assert_eq!(bench.asked(), [gesture(deck, up.0, up.1)]);
        }
    }
}

#[test]
fn a_window_that_closes_lets_go_of_what_is_held() {
    let mut bench = bench("playing");
    let at = bench.rect(ids::deck(DeckId::B, Part::NudgeOn)).center();
    bench.point(at);
    bench.button(at, true);
    bench.key_down(Key::A);
    bench.asked();
    bench.close();
    let up = |deck, what| (Action::Gesture { deck, gesture: what, value: 0.0 }, ActionTiming::Immediate);
    assert_eq!(bench.asked(), [up(DeckId::B, Gesture::Nudge), up(DeckId::B, Gesture::Cue)]);
    bench.close();
    assert_eq!(bench.asked(), []);
}

#[test]
fn hot_cues_are_set_anew_with_shift_and_forgotten_with_the_right_button() {
    let mut bench = bench("stopped");
    let pad = ids::hot_cue(DeckId::A, 1);
    bench.with_shift(|bench| bench.click(pad));
    assert_eq!(bench.asked(), [gesture(DeckId::A, Gesture::HotCueSet, 1.0)]);
    bench.click_with(pad, PointerButton::Secondary);
    assert_eq!(bench.asked(), [gesture(DeckId::A, Gesture::HotCueClear, 1.0)]);
}

#[test]
fn key_shift_goes_by_semitones() {
    let mut bench = bench("playing");
    bench.view.snapshot.decks[0].motion.key_shift = 2.0;
    let (up, down) = (ids::deck(DeckId::A, Part::KeyUp), ids::deck(DeckId::A, Part::KeyDown));
    assert_eq!(clicked(&mut bench, up), [gesture(DeckId::A, Gesture::KeyShift, 3.0)]);
    assert_eq!(clicked(&mut bench, down), [gesture(DeckId::A, Gesture::KeyShift, 1.0)]);
    bench.click_with(down, PointerButton::Secondary);
    assert_eq!(bench.asked(), [gesture(DeckId::A, Gesture::KeyShift, 0.0)]);
}

#[test]
fn the_pitch_fader_is_faster_downwards_and_catches_its_own_speed() {
    let mut bench = bench("stopped");
    bench.view.snapshot.decks[0].motion.rate = 1.0;
    bench.frame(vec![]);
    let id = ids::gesture(DeckId::A, Gesture::Rate);
    let rect = bench.rect(id);
    let asked = bench.drag(rect.center(), vec2(0.0, rect.height()));
    let Some(Action::Gesture { gesture: Gesture::Rate, value, .. }) = asked.last() else { panic!("{asked:?}") };
    assert!((value - 1.16).abs() < 1e-6, "{value}");
    bench.double_click(id);
    assert_eq!(bench.asked(), [gesture(DeckId::A, Gesture::Rate, 1.0)]);
}

#[test]
fn locks_ejects_and_pending_things() {
    let mut bench = bench("pending");
    let lock = Action::SetLock { deck: DeckId::D, locked: true };
    assert_eq!(clicked(&mut bench, ids::deck(DeckId::D, Part::Lock)), [(lock, ActionTiming::Default)]);
    let eject = Action::EjectDeck { deck: DeckId::D };
    assert_eq!(clicked(&mut bench, ids::deck(DeckId::D, Part::Eject)), [(eject, ActionTiming::Default)]);
    let cancel = Action::Cancel { pending: Pending::Deck(DeckId::C) };
    assert_eq!(clicked(&mut bench, ids::deck(DeckId::C, Part::Cancel)), [(cancel, ActionTiming::Immediate)]);
    assert_eq!(clicked(&mut bench, ids::once("undo")), [(Action::Undo { deck: None }, ActionTiming::Default)]);
    assert_eq!(clicked(&mut bench, ids::once("panic")), [(Action::Panic, ActionTiming::Immediate)]);
}

/// Every control of the mixer's table that is on the page: turned by the pointer, or switched, or chosen from its menu.
#[test]
fn every_control_of_the_mixer_moves_and_only_that() {
    let mut bench = bench("playing");
    for knob in Knob::all().filter(|knob| knob.row().id != "out") {
        let (id, row) = (ids::knob(knob), knob.row());
        open_effect(&mut bench, knob);
        let asked: Vec<Action> = match row.choices() {
            Some([_, _]) if !["eq_model", "isolator_slope"].contains(&row.id) => {
                clicked(&mut bench, id).into_iter().map(|(action, _)| action).collect()
            }
            Some(words) => {
                bench.click(id);
                bench.frame(vec![]);
                let now = bench.view.snapshot.knob(knob);
                let other = if now == 0.0 { words.len() - 1 } else { 0 };
                let asked = clicked(&mut bench, ids::entry(id, other));
                asked.into_iter().map(|(action, _)| action).collect()
            }
            None => {
                let at = bench.rect(id).center();
                let down = if bench.view.snapshot.knob(knob) > row.min { 30.0 } else { -30.0 };
                bench.drag(at, vec2(0.0, down))
            }
        };
        assert!(!asked.is_empty(), "{}: nothing", knob.path());
        for action in asked {
            let Action::SetKnob { knob: moved, value } = action else { panic!("{}: {action:?}", knob.path()) };
            assert_eq!(moved, knob);
            assert!((row.min..=row.max).contains(&value) && value != bench.view.snapshot.knob(knob), "{}", knob.path());
        }
    }
}

/// Depth, tone and time of an effect are behind its button, and stand where the crossfader is.
pub fn open_effect(bench: &mut Bench, knob: Knob) {
    let part = knob.row().id.split_once('_').filter(|(_, part)| ["depth", "tone", "time"].contains(part));
    bench.frame(vec![]);
    let on_screen = bench.ctx.read_response(ids::knob(knob)).is_some();
    match (part, knob.deck()) {
        (Some(_), Some(_)) if on_screen => {}
        (Some((slot, _)), Some(deck)) => {
            bench.click(ids::entry(ids::knob(Knob::of_deck(deck, slot).unwrap()), 100));
        }
        _ if bench.ctx.read_response(ids::once("fx close")).is_some() => bench.click(ids::once("fx close")),
        _ => {}
    }
    bench.frame(vec![]);
    bench.frame(vec![]);
}

#[test]
fn an_effect_s_other_knobs_are_behind_its_button() {
    let mut bench = bench("playing");
    for slot in ["fx1", "fx2"] {
        let knob = |name: &str| Knob::of_deck(DeckId::B, name).unwrap();
        let depth = knob(&format!("{slot}_depth"));
        let is_there = |bench: &Bench| bench.ctx.read_response(ids::knob(depth)).is_some();
        assert!(!is_there(&bench));
        bench.click(ids::entry(ids::knob(knob(slot)), 100));
        (0..2).for_each(|_| drop(bench.frame(vec![])));
        assert!(is_there(&bench), "{slot}");
        let at = bench.rect(ids::knob(depth)).center();
        let asked = bench.drag(at, vec2(0.0, -30.0));
        assert!(matches!(asked[..], [Action::SetKnob { knob, .. }, ..] if knob == depth), "{slot}: {asked:?}");
        bench.click(ids::once("fx close"));
        (0..2).for_each(|_| drop(bench.frame(vec![])));
        assert!(!is_there(&bench) && bench.ctx.read_response(ids::crossfader()).is_some(), "{slot}");
    }
}

#[test]
fn load_opens_the_library_for_its_deck() {
    for deck in DeckId::ALL {
        let mut bench = bench("stopped");
        bench.click(ids::deck(deck, Part::Load));
        bench.frame(vec![]);
        assert_eq!((bench.stage.page(), bench.stage.chosen()), (Page::Library, deck));
        assert!(bench.says(&format!("Load a track on deck {deck}")));
    }
}

#[test]
fn gain_eq_and_echo_turn() {
    let mut bench = bench("stopped");
    for deck in DeckId::ALL {
        for band in [EqBand::Low, EqBand::Mid, EqBand::High] {
            let at = bench.rect(ids::eq(deck, band)).center();
            let asked = bench.drag(at, vec2(0.0, 300.0));
            let all_out = Action::SetEq { deck, band, gain: Decibels(-26.0) };
            assert_eq!(asked.last(), Some(&all_out));
            bench.double_click(ids::eq(deck, band));
            let flat = Action::SetEq { deck, band, gain: Decibels::ZERO };
            assert_eq!(bench.asked(), [(flat, ActionTiming::Default)]);
        }
        let at = bench.rect(ids::deck(deck, Part::Echo)).center();
        let asked = bench.drag(at, vec2(0.0, -300.0));
        assert_eq!(asked.last(), Some(&Action::SetEcho { deck, send: 1.0 }));
    }
}

#[test]
fn the_wheel_and_the_arrows_turn_a_knob() {
    let mut bench = bench("stopped");
    let id = ids::eq(DeckId::B, EqBand::Mid);
    let down = |asked: &[(Action, ActionTiming)]| match asked.last() {
        Some((Action::SetEq { gain, .. }, _)) => gain.0,
        other => panic!("{other:?}"),
    };
    bench.point(bench.rect(id).center());
    bench.frame(vec![Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, -40.0),
        modifiers: Modifiers::NONE,
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
    }]);
    (0..30).for_each(|_| drop(bench.frame(vec![])));
    assert!(down(&bench.asked()) < 0.0);
    bench.wait(1.0);
    bench.ctx.memory_mut(|memory| memory.request_focus(id));
    bench.frame(vec![]);
    bench.frame(vec![]);
    bench.key(Key::ArrowUp);
    assert!(down(&bench.asked()) > 0.0);
    bench.key(Key::ArrowLeft);
    bench.asked();
    assert_eq!(bench.view.snapshot.crossfader, 0.5, "the arrows are the knob's as long as it has the keyboard");
}

#[test]
fn keys_play_the_chosen_deck() {
    let mut bench = bench("playing");
    bench.key(Key::Num2);
    let b = DeckId::B;
    let pressed = |bench: &mut Bench, key| {
        bench.key(key);
        bench.asked()
    };
    assert_eq!(pressed(&mut bench, Key::S), [gesture(b, Gesture::Sync, 0.0)]);
    assert_eq!(pressed(&mut bench, Key::D), [gesture(b, Gesture::KeyLock, 1.0)]);
    assert_eq!(pressed(&mut bench, Key::F), [gesture(b, Gesture::Slip, 1.0)]);
    assert_eq!(pressed(&mut bench, Key::G), [gesture(b, Gesture::Reverse, 1.0)]);
    assert_eq!(pressed(&mut bench, Key::A), [gesture(b, Gesture::Cue, 1.0), gesture(b, Gesture::Cue, 0.0)]);
    let push = [gesture(b, Gesture::Nudge, 4.0), gesture(b, Gesture::Nudge, 0.0)];
    assert_eq!(pressed(&mut bench, Key::CloseBracket), push);
    assert_eq!(pressed(&mut bench, Key::L), [gesture(b, Gesture::LoopOn, 0.0)]);
    assert_eq!(pressed(&mut bench, Key::Minus), [gesture(b, Gesture::LoopLength, 2.0)]);
    assert_eq!(pressed(&mut bench, Key::Period), [gesture(b, Gesture::JumpOn, 0.0)]);
    assert_eq!(pressed(&mut bench, Key::Comma), [gesture(b, Gesture::JumpBack, 0.0)]);
    let keys = [Key::Q, Key::W, Key::E, Key::R, Key::T, Key::Y, Key::U, Key::I];
    for (key, number) in keys.into_iter().zip(1_u8..) {
        let number = f64::from(number);
        let both = [gesture(b, Gesture::HotCue, number), gesture(b, Gesture::HotCueRelease, number)];
        assert_eq!(pressed(&mut bench, key), both);
    }
    bench.key_with(Key::W, Modifiers::SHIFT);
    assert_eq!(bench.asked(), [gesture(b, Gesture::HotCueSet, 2.0)]);
    let cancel = Action::Cancel { pending: Pending::Deck(b) };
    assert_eq!(pressed(&mut bench, Key::X), [(cancel, ActionTiming::Immediate)]);
    assert_eq!(pressed(&mut bench, Key::Backspace), [(Action::Undo { deck: None }, ActionTiming::Default)]);
    bench.key_with(Key::Escape, Modifiers::SHIFT);
    assert_eq!(bench.asked(), [(Action::Panic, ActionTiming::Immediate)]);
}

#[test]
fn pages_are_chosen_by_tab_and_key() {
    let mut bench = bench("playing");
    for page in Page::ALL.into_iter().rev() {
        bench.click(ids::once(page.word()));
        assert_eq!(bench.stage.page(), page);
    }
    for page in [Page::Safety, Page::Midi, Page::Library, Page::Osc, Page::Setup, Page::Play] {
        bench.key(page.key());
        assert_eq!(bench.stage.page(), page);
        bench.key(Page::Library.function_key());
        assert_eq!(bench.stage.page(), Page::Library);
    }
    assert_eq!(bench.asked(), []);
}

#[test]
fn every_control_is_reached_by_tab() {
    let mut bench = bench("playing");
    let mut seen = std::collections::HashSet::new();
    for _ in 0..420 {
        bench.key(Key::Tab);
        seen.extend(bench.ctx.memory(|memory| memory.focused()));
    }
    let mut wanted: Vec<Id> = Knob::all()
        .filter(|knob| !["out", "depth", "tone", "time"].iter().any(|part| knob.row().id.ends_with(part)))
        .map(ids::knob)
        .collect();
    for deck in DeckId::ALL {
        let parts =
            [Part::Play, Part::Load, Part::Eject, Part::Gain, Part::Loop, Part::JumpOn, Part::Lock, Part::NudgeOn];
        wanted.extend(parts.map(|part| ids::deck(deck, part)));
        wanted
            .extend([Gesture::Cue, Gesture::Sync, Gesture::Rate, Gesture::LoopIn].map(|what| ids::gesture(deck, what)));
        wanted.extend((1..=8).map(|number| ids::hot_cue(deck, number)));
    }
    wanted.extend([ids::crossfader(), ids::master(), ids::once("undo"), ids::once("panic")]);
    let missed = wanted.iter().filter(|id| !seen.contains(id)).count();
    assert_eq!(missed, 0, "of {}", wanted.len());
}

#[test]
fn no_word_on_a_control_is_cut_short() {
    for size in [echelon::editor::theme::MIN_SIZE, echelon::editor::theme::DEFAULT_SIZE] {
        for name in ["empty", "playing", "pending"] {
            let mut bench = Bench::with_size(scene(name, 0.0).unwrap(), size, 1.0);
            for (words, ..) in bench.texts() {
                let may_be_cut = words.starts_with("Night")
                    || words.starts_with("Copper")
                    || words.starts_with("909")
                    || words.starts_with("Rain")
                    || words.starts_with("Space:")
                    || words.starts_with("Drop a file");
                assert!(may_be_cut || !words.contains('…'), "{name} at {size:?}: {words:?}");
            }
        }
    }
}
