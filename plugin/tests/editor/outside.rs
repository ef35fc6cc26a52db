//! What the window hears, as X11 and the others say it, and what the editor makes of it.

use baseview::dpi::PhysicalPosition;
use baseview::{DropData, MouseButton, MouseEvent, WindowEvent};
use echelon::editor::ids::{self, Part};
use echelon::editor::keys::HELP;
use echelon::editor::pane::input::{Input, is_paste};
use echelon_engine::action::{Action, ActionTiming, Gesture};
use echelon_engine::units::DeckId;
use egui::{Event, Key, Modifiers, Pos2, pos2, vec2};
use keyboard_types::{Code, Key as Sign, KeyState, KeyboardEvent, Modifiers as Held, NamedKey};

use crate::bench::Bench;
use crate::scenes::scene;

/// Where a key of the editor is, and what it writes without and with Shift: as X11 tells it on an American keyboard.
const WRITING: [(Code, &str, &str, Key); 38] = [
    (Code::Space, " ", " ", Key::Space),
    (Code::Digit1, "1", "!", Key::Num1),
    (Code::Digit2, "2", "@", Key::Num2),
    (Code::Digit3, "3", "#", Key::Num3),
    (Code::Digit4, "4", "$", Key::Num4),
    (Code::Digit5, "5", "%", Key::Num5),
    (Code::Digit6, "6", "^", Key::Num6),
    (Code::Digit7, "7", "&", Key::Num7),
    (Code::Digit8, "8", "*", Key::Num8),
    (Code::Digit9, "9", "(", Key::Num9),
    (Code::Digit0, "0", ")", Key::Num0),
    (Code::KeyQ, "q", "Q", Key::Q),
    (Code::KeyW, "w", "W", Key::W),
    (Code::KeyE, "e", "E", Key::E),
    (Code::KeyR, "r", "R", Key::R),
    (Code::KeyT, "t", "T", Key::T),
    (Code::KeyY, "y", "Y", Key::Y),
    (Code::KeyU, "u", "U", Key::U),
    (Code::KeyI, "i", "I", Key::I),
    (Code::KeyA, "a", "A", Key::A),
    (Code::KeyS, "s", "S", Key::S),
    (Code::KeyD, "d", "D", Key::D),
    (Code::KeyF, "f", "F", Key::F),
    (Code::KeyG, "g", "G", Key::G),
    (Code::KeyL, "l", "L", Key::L),
    (Code::KeyX, "x", "X", Key::X),
    (Code::Minus, "-", "_", Key::Minus),
    (Code::Equal, "=", "+", Key::Equals),
    (Code::Comma, ",", "<", Key::Comma),
    (Code::Period, ".", ">", Key::Period),
    (Code::BracketLeft, "[", "{", Key::OpenBracket),
    (Code::BracketRight, "]", "}", Key::CloseBracket),
    // Other alphabets: by its place.
    (Code::KeyQ, "й", "Й", Key::Q),
    (Code::KeyL, "д", "Д", Key::L),
    (Code::BracketLeft, "х", "Х", Key::OpenBracket),
    (Code::Digit1, "&", "1", Key::Num1),
    (Code::KeyQ, "a", "A", Key::A),
    (Code::Semicolon, "m", "M", Key::M),
];
const NAMED: [(Code, NamedKey, Key); 18] = [
    (Code::Backspace, NamedKey::Backspace, Key::Backspace),
    (Code::Escape, NamedKey::Escape, Key::Escape),
    (Code::Enter, NamedKey::Enter, Key::Enter),
    (Code::Tab, NamedKey::Tab, Key::Tab),
    (Code::ArrowLeft, NamedKey::ArrowLeft, Key::ArrowLeft),
    (Code::ArrowRight, NamedKey::ArrowRight, Key::ArrowRight),
    (Code::ArrowUp, NamedKey::ArrowUp, Key::ArrowUp),
    (Code::ArrowDown, NamedKey::ArrowDown, Key::ArrowDown),
    (Code::PageUp, NamedKey::PageUp, Key::PageUp),
    (Code::PageDown, NamedKey::PageDown, Key::PageDown),
    (Code::Home, NamedKey::Home, Key::Home),
    (Code::Delete, NamedKey::Delete, Key::Delete),
    (Code::F1, NamedKey::F1, Key::F1),
    (Code::F2, NamedKey::F2, Key::F2),
    (Code::F3, NamedKey::F3, Key::F3),
    (Code::F4, NamedKey::F4, Key::F4),
    (Code::F5, NamedKey::F5, Key::F5),
    (Code::F6, NamedKey::F6, Key::F6),
];

fn key(code: Code, key: Sign, modifiers: Held, state: KeyState) -> baseview::Event {
    baseview::Event::Keyboard(KeyboardEvent { code, key, modifiers, state, ..KeyboardEvent::default() })
}

fn sign(text: &str) -> Sign {
    Sign::Character(text.to_owned())
}

/// What egui is told in the next frame.
fn told(input: &mut Input) -> Vec<Event> {
    input.take(0.0, vec2(1280.0, 800.0), 1.0).events
}

fn keys(events: &[Event]) -> Vec<(Key, bool, bool)> {
    let key = |event: &Event| match event {
        Event::Key { key, pressed, repeat, .. } => Some((*key, *pressed, *repeat)),
        _ => None,
    };
    events.iter().filter_map(key).collect()
}

#[test]
fn every_key_of_the_editor_arrives_with_and_without_shift() {
    let mut input = Input::new(4096);
    for (code, plain, _, expected) in WRITING {
        input.hear(key(code, sign(plain), Held::empty(), KeyState::Down), 1.0, None);
        input.hear(key(code, sign(plain), Held::empty(), KeyState::Up), 1.0, None);
        let events = told(&mut input);
        assert_eq!(keys(&events), [(expected, true, false), (expected, false, false)], "{plain}");
        assert!(events.contains(&Event::Text(plain.to_owned())), "{plain}");
    }
    // What Shift does is looked for on the editor's keys that have a meaning with it.
    for (code, _, shifted, expected) in
        WRITING.into_iter().filter(|(code, ..)| *code == Code::Space || format!("{code}").starts_with("Key"))
    {
        input.hear(key(code, sign(shifted), Held::SHIFT, KeyState::Down), 1.0, None);
        let events = told(&mut input);
        let found = events.iter().any(|event| {
            matches!(event, Event::Key { key, modifiers, pressed: true, .. } if *key == expected && modifiers.shift)
        });
        assert!(found, "{shifted}: {events:?}");
        input.hear(key(code, sign(shifted), Held::SHIFT, KeyState::Up), 1.0, None);
        told(&mut input);
    }
    for (code, name, expected) in NAMED {
        input.hear(key(code, Sign::Named(name), Held::empty(), KeyState::Down), 1.0, None);
        assert_eq!(keys(&told(&mut input)), [(expected, true, false)]);
        input.hear(key(code, Sign::Named(name), Held::empty(), KeyState::Up), 1.0, None);
        assert_eq!(keys(&told(&mut input)), [(expected, false, false)]);
    }
}

/// The list for people and the table above do not part.
#[test]
fn every_key_that_is_promised_is_one_of_these() {
    for (words, _) in HELP {
        for word in words.replace(',', " ,").split_whitespace() {
            let known = WRITING.iter().any(|(_, plain, ..)| plain.eq_ignore_ascii_case(word))
                || NAMED.iter().any(|(_, name, _)| name.to_string().trim_start_matches("Arrow") == word)
                || ["Space", "Shift", "then", "arrows"].contains(&word);
            assert!(known, "{word:?} of {words:?}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_key_that_is_held_on_x11_is_pressed_once_and_comes_up_once() {
    let mut input = Input::new(4096);
    let mut hear = |states: &[KeyState]| {
        for state in states {
            input.hear(key(Code::KeyA, sign("a"), Held::empty(), *state), 1.0, None);
        }
        keys(&told(&mut input))
    };
    assert_eq!(hear(&[KeyState::Down]), [(Key::A, true, false)]);
    for _ in 0..5 {
        assert_eq!(hear(&[KeyState::Up, KeyState::Down]), [(Key::A, true, true)]);
    }
    assert_eq!(hear(&[KeyState::Up]), [(Key::A, false, false)]);
    // Where the server does not pair them, and between two frames.
    assert_eq!(hear(&[KeyState::Down, KeyState::Down]), [(Key::A, true, false), (Key::A, true, true)]);
}

#[test]
fn what_went_down_comes_up_whatever_shift_did_meanwhile_and_when_the_keyboard_goes_elsewhere() {
    let mut input = Input::new(4096);
    input.hear(key(Code::BracketLeft, sign("["), Held::empty(), KeyState::Down), 1.0, None);
    input.hear(key(Code::ShiftLeft, Sign::Named(NamedKey::Shift), Held::empty(), KeyState::Down), 1.0, None);
    input.hear(key(Code::BracketLeft, sign("{"), Held::SHIFT, KeyState::Up), 1.0, None);
    let events = told(&mut input);
    assert!(keys(&events).contains(&(Key::OpenBracket, false, false)), "{events:?}");
    assert!(events.contains(&Event::ModifiersChanged(Modifiers::SHIFT)), "told with the key itself");
    input.hear(key(Code::KeyA, sign("A"), Held::SHIFT, KeyState::Down), 1.0, None);
    told(&mut input);
    input.hear(baseview::Event::Window(WindowEvent::Unfocused), 1.0, None);
    assert!(keys(&told(&mut input)).contains(&(Key::A, false, false)));
    input.hear(baseview::Event::Window(WindowEvent::Unfocused), 1.0, None);
    assert_eq!(keys(&told(&mut input)), []);
}

#[test]
fn the_clipboard_is_asked_for_by_its_shortcuts_and_letters_are_letters() {
    let command = if cfg!(target_os = "macos") { Held::META } else { Held::CONTROL };
    let mut input = Input::new(4096);
    let paste = key(Code::KeyV, sign("v"), command, KeyState::Down);
    assert!(is_paste(&paste) && !is_paste(&key(Code::KeyV, sign("v"), Held::empty(), KeyState::Down)));
    input.hear(paste.clone(), 1.0, Some("a path".to_owned()));
    input.hear(paste, 1.0, None);
    input.hear(key(Code::KeyC, sign("c"), command, KeyState::Down), 1.0, None);
    input.hear(key(Code::KeyX, sign("x"), command, KeyState::Down), 1.0, None);
    let mut events = told(&mut input);
    events.retain(|event| !matches!(event, Event::ModifiersChanged(_)));
    assert_eq!(events, [Event::Paste("a path".to_owned()), Event::Copy, Event::Cut]);
    input.hear(key(Code::KeyS, sign("s"), command, KeyState::Down), 1.0, None);
    input.hear(key(Code::KeyE, sign("é"), Held::empty(), KeyState::Down), 1.0, None);
    let events = told(&mut input);
    let texts: Vec<&Event> = events.iter().filter(|event| matches!(event, Event::Text(_))).collect();
    assert_eq!(texts, [&Event::Text("é".to_owned())], "a shortcut writes nothing");
}

fn at(x: f64, y: f64) -> PhysicalPosition<f64> {
    PhysicalPosition::new(x, y)
}

#[test]
fn pixels_become_points_and_a_button_is_pressed_where_the_pointer_is() {
    let mut input = Input::new(4096);
    let none = Held::empty();
    let button = MouseButton::Left;
    input.hear(baseview::Event::Mouse(MouseEvent::ButtonPressed { button, modifiers: none }), 1.5, None);
    assert_eq!(told(&mut input), [], "nobody knows where");
    input.hear(
        baseview::Event::Mouse(MouseEvent::CursorMoved { position: at(300.0, 150.0), modifiers: none }),
        1.5,
        None,
    );
    input.hear(baseview::Event::Mouse(MouseEvent::ButtonPressed { button, modifiers: Held::SHIFT }), 1.5, None);
    let pos = pos2(200.0, 100.0);
    let (button, modifiers) = (egui::PointerButton::Primary, Modifiers::SHIFT);
    let pressed = Event::PointerButton { pos, button, pressed: true, modifiers };
    assert_eq!(told(&mut input), [Event::PointerMoved(pos), Event::ModifiersChanged(modifiers), pressed]);
    input.hear(baseview::Event::Mouse(MouseEvent::CursorLeft), 1.5, None);
    assert_eq!(told(&mut input), [Event::PointerGone]);
}

/// What a drag of files says, at so many pixels in a point.
fn dragged(input: &mut Input, what: fn(PhysicalPosition<f64>, DropData) -> MouseEvent, at_points: Pos2, zoom: f64) {
    let position = at(f64::from(at_points.x) * zoom, f64::from(at_points.y) * zoom);
    let files = DropData::Files(vec!["/music/From elsewhere.flac".into(), "/music/Another.wav".into()]);
    input.hear(baseview::Event::Mouse(what(position, files)), zoom, None);
}

fn entered(position: PhysicalPosition<f64>, data: DropData) -> MouseEvent {
    MouseEvent::DragEntered { position, data, modifiers: Held::empty() }
}

fn dropped(position: PhysicalPosition<f64>, data: DropData) -> MouseEvent {
    MouseEvent::DragDropped { position, data, modifiers: Held::empty() }
}

#[test]
fn a_file_that_is_dragged_in_shows_its_deck_and_loads_there() {
    let mut bench = Bench::new(scene("stopped", 0.0).unwrap());
    let mut input = Input::new(4096);
    for zoom in [1.0, 1.5, 2.0] {
        for (id, deck) in [
            (ids::deck(DeckId::B, Part::Panel), DeckId::B),
            (ids::deck(DeckId::D, Part::Strip), DeckId::D),
            (ids::once("panic"), DeckId::A),
        ] {
            let place = bench.rect(id).center();
            let words = format!("Load on deck {deck}:");
            dragged(&mut input, entered, place, zoom);
            bench.hear(&mut input);
            assert!(bench.says(&words), "{words}");
            assert_eq!(bench.asked(), [], "it is not let go of yet");
            dragged(&mut input, dropped, place, zoom);
            bench.hear(&mut input);
            let path = "/music/From elsewhere.flac".into();
            assert_eq!(bench.asked(), [(Action::LoadDeck { deck, path }, ActionTiming::Default)]);
            bench.hear(&mut input);
            assert!(!bench.says(&words) && bench.asked().is_empty(), "once");
        }
    }
}

#[test]
fn a_drag_that_leaves_loads_nothing() {
    let mut bench = Bench::new(scene("stopped", 0.0).unwrap());
    let mut input = Input::new(4096);
    dragged(&mut input, entered, bench.rect(ids::deck(DeckId::B, Part::Panel)).center(), 1.0);
    bench.hear(&mut input);
    input.hear(baseview::Event::Mouse(MouseEvent::DragLeft), 1.0, None);
    bench.hear(&mut input);
    assert!(!bench.says("Load on deck") && bench.asked().is_empty());
}

/// From the window's words to what is asked of the rig.
#[test]
fn a_hot_cue_is_set_by_its_key_with_shift() {
    let mut bench = Bench::new(scene("stopped", 0.0).unwrap());
    let mut input = Input::new(4096);
    for state in [KeyState::Down, KeyState::Up] {
        input.hear(key(Code::KeyW, sign("W"), Held::SHIFT, state), 1.0, None);
    }
    bench.hear(&mut input);
    let set = Action::Gesture { deck: DeckId::A, gesture: Gesture::HotCueSet, value: 2.0 };
    assert_eq!(bench.asked(), [(set, ActionTiming::Default)]);
}
