//! The keyboard.

use echelon::editor::ids::{self, Part};
use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::safety::DeckState;
use echelon_engine::units::DeckId;
use egui::{Event, Key, Modifiers};

use crate::bench::Bench;
use crate::scenes::scene;

fn bench(name: &str) -> Bench {
    Bench::new(scene(name, 0.0).unwrap())
}

fn play(deck: DeckId) -> Action {
    Action::PlayDeck { deck, position_secs: None }
}

#[test]
fn space_plays_and_stops_the_chosen_deck() {
    let mut bench = bench("stopped");
    bench.key(Key::Space);
    assert_eq!(bench.asked(), [(play(DeckId::A), ActionTiming::Default)]);
    bench.view.snapshot.decks[0].state = DeckState::Playing;
    bench.key(Key::Space);
    assert_eq!(bench.asked(), [(Action::StopDeck { deck: DeckId::A }, ActionTiming::Default)]);
    bench.key_with(Key::Space, Modifiers::SHIFT);
    assert_eq!(bench.asked(), [(Action::StopDeck { deck: DeckId::A }, ActionTiming::Immediate)]);
}

#[test]
fn a_key_that_is_held_down_plays_once() {
    let mut bench = bench("stopped");
    let held =
        Event::Key { key: Key::Space, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE };
    for _ in 0..5 {
        bench.frame(vec![held.clone()]);
    }
    assert_eq!(bench.asked().len(), 1);
}

#[test]
fn numbers_and_clicks_choose_the_deck_for_the_space_bar() {
    let mut bench = bench("stopped");
    for (key, deck) in [(Key::Num2, DeckId::B), (Key::Num4, DeckId::D), (Key::Num3, DeckId::C), (Key::Num1, DeckId::A)]
    {
        bench.key(key);
        assert_eq!(bench.stage.chosen(), deck);
        bench.key(Key::Space);
        assert_eq!(bench.asked(), [(play(deck), ActionTiming::Default)]);
    }
    bench.click(ids::deck(DeckId::B, Part::Play));
    bench.asked();
    bench.key(Key::Space);
    assert_eq!(bench.asked(), [(play(DeckId::B), ActionTiming::Default)], "the last one touched, once");
    let corner = bench.rect(ids::deck(DeckId::C, Part::Panel)).left_top() + egui::vec2(3.0, 3.0);
    bench.click_at(corner);
    assert_eq!(bench.stage.chosen(), DeckId::C);
    bench.click(ids::deck(DeckId::D, Part::Strip));
    bench.key(Key::Space);
    assert_eq!(bench.asked(), [(play(DeckId::D), ActionTiming::Default)], "by its zoomed waveform");
}

#[test]
fn arrows_move_the_crossfader_and_quick_presses_add_up() {
    let mut bench = bench("empty");
    for _ in 0..3 {
        bench.key(Key::ArrowRight);
    }
    bench.key(Key::ArrowLeft);
    let places: Vec<_> = bench.asked().into_iter().map(|(action, _)| action).collect();
    let expected = [0.55, 0.6, 0.65, 0.6].map(|position| Action::SetCrossfader { position });
    assert_eq!(places, expected, "although the engine still says 0.5");
    bench.view.snapshot.crossfader = 0.98;
    bench.wait(1.0);
    bench.key(Key::ArrowRight);
    assert_eq!(bench.asked(), [(Action::SetCrossfader { position: 1.0 }, ActionTiming::Default)]);
}

#[test]
fn shortcuts_of_the_host_are_left_alone() {
    let mut bench = bench("stopped");
    bench.key_with(Key::Space, Modifiers::CTRL);
    bench.key_with(Key::ArrowLeft, Modifiers::ALT);
    bench.key_with(Key::Num2, Modifiers::COMMAND);
    assert_eq!(bench.asked(), []);
    assert_eq!(bench.stage.chosen(), DeckId::A);
}

#[test]
fn a_button_reached_by_tab_is_pressed_by_space_and_only_that() {
    let mut bench = bench("stopped");
    bench.ctx.memory_mut(|memory| memory.request_focus(ids::deck(DeckId::B, Part::Play)));
    bench.frame(vec![]);
    bench.key(Key::Space);
    assert_eq!(bench.asked(), [(play(DeckId::B), ActionTiming::Default)], "deck A stays as it is");
}
