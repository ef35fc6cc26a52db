//! Every control, with the pointer.

use echelon::editor::ids::{self, Part};
use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::units::{Decibels, DeckId};
use egui::vec2;

use crate::bench::Bench;
use crate::scenes::scene;

fn bench(name: &str) -> Bench {
    Bench::new(scene(name, 0.0).unwrap())
}

#[test]
fn play_on_a_stopped_deck_plays_by_the_quantize_setting() {
    let mut bench = bench("stopped");
    bench.click(ids::deck(DeckId::A, Part::Play));
    let play = Action::PlayDeck { deck: DeckId::A, position_secs: None };
    assert_eq!(bench.asked(), [(play.clone(), ActionTiming::Default)]);
    bench.with_shift(|bench| bench.click(ids::deck(DeckId::A, Part::Play)));
    assert_eq!(bench.asked(), [(play, ActionTiming::Immediate)]);
}

#[test]
fn the_same_button_stops_a_playing_deck_and_takes_back_a_start() {
    let mut bench = bench("pending");
    bench.click(ids::deck(DeckId::A, Part::Play));
    assert_eq!(bench.asked(), [(Action::StopDeck { deck: DeckId::A }, ActionTiming::Default)]);
    bench.click(ids::deck(DeckId::B, Part::Play));
    assert_eq!(bench.asked(), [(Action::StopDeck { deck: DeckId::B }, ActionTiming::Immediate)]);
    bench.click(ids::deck(DeckId::D, Part::Play));
    let play = Action::PlayDeck { deck: DeckId::D, position_secs: None };
    assert_eq!(bench.asked(), [(play, ActionTiming::Default)]);
}

#[test]
fn an_empty_deck_lets_the_rig_refuse() {
    let mut bench = bench("empty");
    bench.click(ids::deck(DeckId::C, Part::Play));
    let play = Action::PlayDeck { deck: DeckId::C, position_secs: None };
    assert_eq!(bench.asked(), [(play, ActionTiming::Default)]);
}

#[test]
fn a_click_on_the_waveform_goes_to_that_second() {
    let mut bench = bench("stopped");
    for (deck, part) in [(DeckId::A, 0.25), (DeckId::B, 0.9)] {
        let rect = bench.rect(ids::deck(deck, Part::Overview));
        bench.click_at(rect.lerp_inside(vec2(part, 0.4)));
        let [(Action::SeekDeck { deck: on, position_secs }, ActionTiming::Default)] = bench.asked()[..] else {
            panic!("one jump")
        };
        let length_secs = bench.view.snapshot.decks[deck.index()].length_secs;
        assert_eq!(on, deck);
        // A pixel is about a second.
        assert!((position_secs - f64::from(part) * length_secs).abs() < 2.5, "{position_secs} s");
    }
}

#[test]
fn the_waveform_of_an_empty_deck_is_no_button() {
    let mut bench = bench("empty");
    let panel = bench.rect(ids::deck(DeckId::A, Part::Panel));
    bench.click_at(panel.lerp_inside(vec2(0.5, 0.4)));
    assert_eq!(bench.asked(), []);
}

#[test]
fn the_gain_follows_a_drag_and_a_double_click_is_unity() {
    let mut bench = bench("playing");
    let fader = ids::deck(DeckId::B, Part::Gain);
    let from = bench.rect(fader).center();
    let asked = bench.drag(from, vec2(0.0, 60.0));
    let levels: Vec<f32> = (asked.iter())
        .map(|action| match action {
            Action::SetGain { deck: DeckId::B, gain } => gain.0,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(levels.len() > 5 && levels.windows(2).all(|pair| pair[1] < pair[0]), "down and down: {levels:?}");
    assert!(levels[0] > -8.0, "it begins at -3.5 dB and does not jump to the pointer: {levels:?}");
    bench.double_click(fader);
    assert_eq!(bench.asked(), [(Action::SetGain { deck: DeckId::B, gain: Decibels::ZERO }, ActionTiming::Default)]);
}

#[test]
fn a_gain_stays_within_its_range_however_far_the_pointer_goes() {
    let mut bench = bench("playing");
    let from = bench.rect(ids::deck(DeckId::A, Part::Gain)).center();
    let last = |asked: Vec<Action>| match asked.last() {
        Some(Action::SetGain { gain, .. }) => *gain,
        other => panic!("{other:?}"),
    };
    assert_eq!(last(bench.drag(from, vec2(0.0, -500.0))), Decibels::MAX);
    assert_eq!(last(bench.drag(from, vec2(0.0, 900.0))), Decibels::SILENCE);
}

#[test]
fn a_single_click_changes_no_level() {
    let mut bench = bench("playing");
    for id in [ids::deck(DeckId::A, Part::Gain), ids::crossfader(), ids::master()] {
        bench.wait(1.0);
        let rect = bench.rect(id);
        bench.click_at(rect.lerp_inside(vec2(0.2, 0.8)));
        assert_eq!(bench.asked(), [], "{id:?}");
    }
}

#[test]
fn the_crossfader_follows_a_drag_to_its_end() {
    let mut bench = bench("empty");
    let rect = bench.rect(ids::crossfader());
    let asked = bench.drag(rect.center(), vec2(rect.width(), 0.0));
    let places: Vec<f32> = (asked.iter())
        .map(|action| match action {
            Action::SetCrossfader { position } => *position,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(places.windows(2).all(|pair| pair[0] <= pair[1]), "{places:?}");
    assert_eq!(places.last(), Some(&1.0));
    bench.double_click(ids::crossfader());
    assert_eq!(bench.asked(), [(Action::SetCrossfader { position: 0.5 }, ActionTiming::Default)]);
}

#[test]
fn the_crossfader_catches_in_the_middle() {
    let mut bench = bench("empty");
    bench.view.snapshot.crossfader = 0.45;
    bench.frame(vec![]);
    let rect = bench.rect(ids::crossfader());
    let asked = bench.drag(rect.center(), vec2(rect.width() * 0.11, 0.0));
    assert!(asked.contains(&Action::SetCrossfader { position: 0.5 }), "{asked:?}");
}

#[test]
fn shift_makes_a_drag_fine() {
    let mut bench = bench("empty");
    let rect = bench.rect(ids::crossfader());
    let mut asked = Vec::new();
    bench.with_shift(|bench| asked = bench.drag(rect.center(), vec2(rect.width(), 0.0)));
    let Some(Action::SetCrossfader { position }) = asked.last() else { panic!("{asked:?}") };
    assert!((0.55..0.65).contains(position), "a tenth of the way: {position}");
}

#[test]
fn the_master_follows_a_drag() {
    let mut bench = bench("empty");
    let rect = bench.rect(ids::master());
    let asked = bench.drag(rect.center(), vec2(0.0, 400.0));
    assert_eq!(asked.last(), Some(&Action::SetMasterGain { gain: Decibels::SILENCE }));
    bench.double_click(ids::master());
    assert_eq!(bench.asked(), [(Action::SetMasterGain { gain: Decibels::ZERO }, ActionTiming::Default)]);
}

#[test]
fn a_value_that_the_engine_has_not_taken_yet_is_shown_and_then_forgotten() {
    let mut bench = bench("empty");
    bench.double_click(ids::master());
    bench.view.snapshot.master_gain_db = -20.0;
    assert!(!bench.says("-20.0 dB"), "our own value for a moment");
    bench.wait(1.0);
    assert!(bench.says("-20.0 dB"), "then the engine's");
}
