//! What the pointer does with its other button, with a double click or with its wheel: the keyboard does it too, on the
//! control that Tab has reached.

use echelon::editor::ids::{self, Part};
use echelon_engine::action::{Action, ActionTiming, Gesture};
use echelon_engine::mixer::{EqBand, Knob};
use echelon_engine::units::{Decibels, DeckId};
use egui::{Id, Key};

use crate::bench::Bench;
use crate::scenes::scene;
use crate::stand::Stand;

fn bench(name: &str) -> Bench {
    Bench::new(scene(name, 0.0).unwrap())
}

/// With the keyboard on a control, as Tab leaves it.
fn reach(bench: &mut Bench, id: Id) {
    bench.wait(1.0);
    bench.ctx.memory_mut(|memory| memory.request_focus(id));
    bench.frame(vec![]);
    bench.frame(vec![]);
    bench.asked();
}

fn pressed(bench: &mut Bench, id: Id, key: Key) -> Vec<Action> {
    reach(bench, id);
    bench.key(key);
    assert_eq!(bench.ctx.memory(|memory| memory.focused()), Some(id), "{key:?} leaves it where it is");
    let asked = bench.asked();
    assert!(asked.iter().all(|(_, timing)| *timing == ActionTiming::Default));
    asked.into_iter().map(|(action, _)| action).collect()
}

const fn gesture(deck: DeckId, gesture: Gesture, value: f64) -> Action {
    Action::Gesture { deck, gesture, value }
}

#[test]
fn delete_puts_every_knob_and_fader_back() {
    let mut bench = bench("playing");
    let b = DeckId::B;
    bench.view.snapshot.decks[1].motion.rate = 1.05;
    let fader = Knob::of_deck(b, "fader").unwrap();
    let filter = Knob::of_deck(b, "filter").unwrap();
    for (id, wanted) in [
        (ids::deck(b, Part::Gain), Action::SetGain { deck: b, gain: Decibels::ZERO }),
        (ids::eq(b, EqBand::Low), Action::SetEq { deck: b, band: EqBand::Low, gain: Decibels::ZERO }),
        (ids::knob(filter), Action::SetKnob { knob: filter, value: 0.0 }),
        (ids::knob(fader), Action::SetKnob { knob: fader, value: 1.0 }),
        (ids::gesture(b, Gesture::Rate), gesture(b, Gesture::Rate, 1.0)),
        (ids::crossfader(), Action::SetCrossfader { position: 0.5 }),
        (ids::master(), Action::SetMasterGain { gain: Decibels::ZERO }),
    ] {
        assert_eq!(pressed(&mut bench, id, Key::Delete), [wanted]);
        assert_eq!(pressed(&mut bench, id, Key::Backspace), [], "that is undo elsewhere, and nothing here");
    }
}

#[test]
fn delete_forgets_a_hot_cue_and_gives_a_track_its_own_key() {
    let mut bench = bench("playing");
    for deck in DeckId::ALL {
        for number in [1_u8, 8] {
            let asked = pressed(&mut bench, ids::hot_cue(deck, number), Key::Delete);
            assert_eq!(asked, [gesture(deck, Gesture::HotCueClear, f64::from(number))]);
        }
        for id in [ids::deck(deck, Part::KeyDown), ids::deck(deck, Part::KeyUp)] {
            assert_eq!(pressed(&mut bench, id, Key::Delete), [gesture(deck, Gesture::KeyShift, 0.0)]);
        }
    }
}

#[test]
fn arrows_on_a_waveform_jump_and_home_is_its_start() {
    let mut bench = bench("playing");
    for deck in [DeckId::A, DeckId::B, DeckId::C] {
        let wave = ids::deck(deck, Part::Overview);
        for (key, what) in [(Key::ArrowLeft, Gesture::JumpBack), (Key::ArrowRight, Gesture::JumpOn)] {
            assert_eq!(pressed(&mut bench, wave, key), [gesture(deck, what, 0.0)]);
        }
        assert_eq!(pressed(&mut bench, wave, Key::Home), [Action::SeekDeck { deck, position_secs: 0.0 }]);
    }
    // Without beats there is nothing to jump by.
    let mut bench = self::bench("stopped");
    bench.view.tracks[0].grid = None;
    let here = 100.0;
    bench.view.snapshot.decks[0].position_secs = here;
    for (key, secs) in [(Key::ArrowLeft, -5.0), (Key::ArrowRight, 5.0)] {
        let asked = pressed(&mut bench, ids::deck(DeckId::A, Part::Overview), key);
        let [Action::SeekDeck { deck: DeckId::A, position_secs }] = asked[..] else { panic!("{asked:?}") };
        assert!((position_secs - here - secs).abs() < 1e-6, "{position_secs}");
    }
}

#[test]
fn plus_and_minus_zoom_and_so_do_the_page_keys() {
    let mut bench = bench("playing");
    let first = bench.stage.zoom_beats();
    for deck in DeckId::ALL {
        let row = ids::deck(deck, Part::Strip);
        assert_eq!(pressed(&mut bench, row, Key::Plus), []);
        assert_eq!(bench.stage.zoom_beats(), first / 2.0);
        assert_eq!(pressed(&mut bench, row, Key::Minus), []);
        assert_eq!(pressed(&mut bench, row, Key::Minus), []);
        assert_eq!(bench.stage.zoom_beats(), first * 2.0);
        assert_eq!(pressed(&mut bench, row, Key::Equals), []);
        assert_eq!(bench.stage.zoom_beats(), first);
    }
    bench.ctx.memory_mut(egui::Memory::stop_text_input);
    bench.frame(vec![]);
    bench.key(Key::PageUp);
    assert_eq!(bench.stage.zoom_beats(), first / 2.0);
    bench.key(Key::PageDown);
    bench.key(Key::PageDown);
    assert_eq!((bench.stage.zoom_beats(), bench.asked()), (first * 2.0, vec![]));
}

/// In the engine's own state.
#[test]
fn what_the_other_button_does_the_keyboard_does_in_the_rig() {
    let mut stand = Stand::new("by-keys");
    let d = DeckId::D;
    let of = move |view: &echelon::view::RigView| view.snapshot.decks[d.index()];
    let wave = ids::deck(d, Part::Overview);
    reach(&mut stand.bench, wave);
    stand.typed(Key::ArrowRight, "four beats on", move |view| (of(view).position_secs - 2.0).abs() < 0.2);
    stand.typed(Key::ArrowRight, "eight", move |view| (of(view).position_secs - 4.0).abs() < 0.2);
    stand.typed(Key::ArrowLeft, "four again", move |view| (of(view).position_secs - 2.0).abs() < 0.2);
    stand.typed(Key::Home, "the start", move |view| of(view).position_secs == 0.0);
    stand.clicked(ids::hot_cue(d, 2), "set", move |view| of(view).motion.marks.hot_cues_secs[1].is_some());
    reach(&mut stand.bench, ids::hot_cue(d, 2));
    stand.typed(Key::Delete, "forgotten", move |view| of(view).motion.marks.hot_cues_secs[1].is_none());
    stand.clicked(ids::deck(d, Part::KeyUp), "a semitone", move |view| of(view).motion.key_shift > 0.5);
    reach(&mut stand.bench, ids::deck(d, Part::KeyUp));
    stand.typed(Key::Delete, "its own key", move |view| of(view).motion.key_shift == 0.0);
    let filter = Knob::of_deck(d, "filter").unwrap();
    reach(&mut stand.bench, ids::knob(filter));
    stand.typed(Key::ArrowUp, "turned", move |view| view.snapshot.knob(filter) > 0.01);
    stand.typed(Key::Delete, "put back", move |view| view.snapshot.knob(filter).abs() < 1e-4);
}
