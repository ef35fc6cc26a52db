//! What is held comes up on the deck on which it went down, and Shift with Escape is panic, whatever has the keyboard.

use echelon::editor::ids::{self, Part};
use echelon::editor::page::Page;
use echelon::editor::pane::input::Input;
use echelon_engine::action::{Action, ActionTiming, Gesture};
use echelon_engine::mixer::Knob;
use echelon_engine::units::DeckId;
use egui::{Id, Key, Modifiers};

use crate::bench::Bench;
use crate::browser::Music;
use crate::scenes::scene;

type Asked = (Action, ActionTiming);

const fn by_default(deck: DeckId, gesture: Gesture, value: f64) -> Asked {
    (Action::Gesture { deck, gesture, value }, ActionTiming::Default)
}

const fn at_once(deck: DeckId, gesture: Gesture, value: f64) -> Asked {
    (Action::Gesture { deck, gesture, value }, ActionTiming::Immediate)
}

fn bench() -> Bench {
    Bench::new(scene("playing", 0.0).unwrap())
}

/// The keys that are held, and what comes up with them.
const HELD: [(Key, Gesture, f64); 4] = [
    (Key::A, Gesture::Cue, 0.0),
    (Key::OpenBracket, Gesture::Nudge, 0.0),
    (Key::CloseBracket, Gesture::Nudge, 0.0),
    (Key::W, Gesture::HotCueRelease, 2.0),
];

/// Holds each key on deck A, lets `meanwhile` happen, and lets go.
fn comes_up_on_deck_a(meanwhile: impl Fn(&mut Bench)) {
    for (key, gesture, value) in HELD {
        let mut bench = bench();
        bench.key_down(key);
        assert_eq!(bench.asked().len(), 1, "{key:?} goes down");
        meanwhile(&mut bench);
        bench.asked();
        bench.key_up(key);
        assert_eq!(bench.asked(), [by_default(DeckId::A, gesture, value)], "{key:?}");
        bench.key_up(key);
        assert_eq!(bench.asked(), [], "{key:?}: once");
    }
}

#[test]
fn what_is_held_comes_up_on_its_own_deck_when_another_was_chosen() {
    comes_up_on_deck_a(|bench| bench.key(Key::Num2));
    comes_up_on_deck_a(|bench| {
        let corner = bench.rect(ids::deck(DeckId::C, Part::Panel)).left_top() + egui::vec2(3.0, 3.0);
        bench.click_at(corner);
        assert_eq!(bench.stage.chosen(), DeckId::C);
    });
}

#[test]
fn what_is_held_comes_up_on_every_page() {
    for page in Page::ALL {
        comes_up_on_deck_a(|bench| {
            bench.key(page.key());
            assert_eq!(bench.stage.page(), page);
        });
    }
}

#[test]
fn what_is_held_comes_up_although_something_else_has_the_keyboard() {
    comes_up_on_deck_a(|bench| {
        bench.key(Page::Osc.key());
        bench.frame(vec![]);
        bench.click(ids::once("osc name"));
        assert!(bench.ctx.egui_wants_keyboard_input());
    });
    comes_up_on_deck_a(|bench| {
        bench.ctx.memory_mut(|memory| memory.request_focus(ids::deck(DeckId::B, Part::Play)));
        bench.frame(vec![]);
    });
}

/// A hot cue is let go of with Shift held by then, or Ctrl.
#[test]
fn what_is_held_comes_up_whatever_is_held_beside_it() {
    for modifiers in [Modifiers::SHIFT, Modifiers::CTRL, Modifiers::ALT] {
        comes_up_on_deck_a(|bench| bench.hold(modifiers));
    }
    let mut bench = bench();
    let pad = bench.rect(ids::hot_cue(DeckId::B, 3)).center();
    bench.point(pad);
    bench.button(pad, true);
    bench.asked();
    bench.hold(Modifiers::SHIFT);
    bench.button(pad, false);
    assert_eq!(bench.asked(), [by_default(DeckId::B, Gesture::HotCueRelease, 3.0)]);
}

#[test]
fn a_key_that_was_not_the_rig_s_when_it_went_down_is_not_when_it_comes_up() {
    let mut bench = bench();
    bench.key(Page::Library.key());
    bench.frame(vec![]);
    bench.key_down(Key::A);
    bench.key(Page::Play.key());
    bench.key_up(Key::A);
    assert_eq!(bench.asked(), []);
}

#[test]
fn a_button_that_goes_out_of_sight_comes_up_with_the_pointer() {
    for (id, gesture, value) in [
        (ids::deck(DeckId::B, Part::NudgeOn), Gesture::Nudge, 0.0),
        (ids::gesture(DeckId::D, Gesture::Cue), Gesture::Cue, 0.0),
        (ids::gesture(DeckId::A, Gesture::LoopRoll), Gesture::LoopRollEnd, 0.0),
        (ids::hot_cue(DeckId::C, 5), Gesture::HotCueRelease, 5.0),
    ] {
        let mut bench = bench();
        let at = bench.rect(id).center();
        bench.point(at);
        bench.button(at, true);
        let down = bench.asked();
        let [(Action::Gesture { deck, .. }, _)] = &down[..] else { panic!("{down:?}") };
        bench.key(Page::Safety.key());
        assert_eq!(bench.asked(), [], "as long as the pointer is down");
        bench.button(at, false);
        assert_eq!(bench.asked(), [at_once(*deck, gesture, value)]);
        bench.key(Page::Play.key());
        bench.frame(vec![]);
        assert_eq!(bench.asked(), [], "once");
    }
}

#[test]
fn a_window_that_loses_the_keyboard_lets_go_of_all_that_is_held() {
    let mut bench = bench();
    let at = bench.rect(ids::deck(DeckId::B, Part::NudgeOn)).center();
    bench.point(at);
    bench.button(at, true);
    bench.key_down(Key::A);
    bench.key(Key::Num4);
    bench.key_down(Key::W);
    bench.asked();
    let mut input = Input::new(4096);
    input.hear(baseview::Event::Window(baseview::WindowEvent::Unfocused), 1.0, None);
    bench.hear(&mut input);
    let up = [
        at_once(DeckId::B, Gesture::Nudge, 0.0),
        at_once(DeckId::B, Gesture::Cue, 0.0),
        at_once(DeckId::D, Gesture::HotCueRelease, 2.0),
    ];
    assert_eq!(bench.asked(), up);
}

/// Presses Shift and Escape, and whatever that closes beside.
fn panics(bench: &mut Bench, what: &str) {
    bench.asked();
    bench.key_with(Key::Escape, Modifiers::SHIFT);
    assert_eq!(bench.asked(), [(Action::Panic, ActionTiming::Immediate)], "{what}");
}

#[test]
fn shift_and_escape_is_panic_on_every_page() {
    for page in Page::ALL {
        let mut bench = bench();
        bench.key(page.key());
        bench.frame(vec![]);
        panics(&mut bench, page.word());
        assert_eq!(bench.stage.page(), page, "and nothing else");
    }
}

#[test]
fn shift_and_escape_is_panic_with_a_field_a_menu_or_a_control_in_hand() {
    let fields: [(Page, Id); 4] = [
        (Page::Library, ids::browser("filter")),
        (Page::Midi, ids::once("midi search")),
        (Page::Osc, ids::once("osc name")),
        (Page::Safety, ids::once("log filter")),
    ];
    for (page, field) in fields {
        let mut bench = bench();
        bench.key(page.key());
        bench.frame(vec![]);
        bench.click(field);
        assert!(bench.ctx.egui_wants_keyboard_input(), "{page:?}");
        panics(&mut bench, page.word());
        assert_eq!(bench.stage.page(), page);
    }
    let mut bench = bench();
    for menu in [ids::once("quantize"), ids::deck(DeckId::C, Part::Quantize), ids::knob(Knob::all().last().unwrap())] {
        bench.ctx.memory_mut(|memory| memory.request_focus(menu));
        bench.frame(vec![]);
        panics(&mut bench, "reached by Tab");
    }
    bench.click(ids::once("quantize"));
    bench.frame(vec![]);
    assert!(egui::Popup::is_any_open(&bench.ctx));
    panics(&mut bench, "a menu");
    bench.key(Key::Escape);
    bench.key(Page::Midi.key());
    bench.frame(vec![]);
    bench.click(ids::once("midi import"));
    bench.frame(vec![]);
    panics(&mut bench, "a panel");
    assert!(bench.ctx.read_response(ids::once("files close")).is_some(), "which stays open");
}

/// In a folder with files, one of them chosen.
#[test]
fn shift_and_escape_leaves_the_library_open() {
    let music = Music::new("panic");
    let mut bench = music.open();
    bench.click(ids::row(1));
    panics(&mut bench, "library");
    assert_eq!(bench.stage.page(), Page::Library);
    bench.hold(Modifiers::SHIFT | Modifiers::CTRL);
    bench.key_down(Key::Escape);
    assert_eq!(bench.asked(), [], "with Ctrl it is the host's");
}
