//! How long a deck's loops and jumps are: what the deck has, wherever it was set, and what a hand makes of it.

use echelon::editor::ids::{self, Part};
use echelon_engine::action::{Action, ActionTiming, Gesture};
use echelon_engine::units::DeckId;
use egui::{Id, Key};

use crate::bench::Bench;
use crate::scenes::scene;
use crate::stand::Stand;

fn bench() -> Bench {
    Bench::new(scene("stopped", 0.0).unwrap())
}

fn gesture(deck: DeckId, gesture: Gesture, value: f64) -> (Action, ActionTiming) {
    (Action::Gesture { deck, gesture, value }, ActionTiming::Default)
}

fn clicked(bench: &mut Bench, part: Part) -> Vec<(Action, ActionTiming)> {
    bench.click(ids::deck(DeckId::B, part));
    bench.asked()
}

/// What stands on a control.
fn said(bench: &mut Bench, id: Id) -> Vec<String> {
    let rect = bench.rect(id);
    bench.texts().into_iter().filter(|(_, at, _)| rect.contains_rect(*at)).map(|(text, ..)| text).collect()
}

#[test]
fn the_lengths_of_a_deck_are_shown_each_by_itself() {
    for deck in DeckId::ALL {
        let mut bench = bench();
        let motion = &mut bench.view.snapshot.decks[deck.index()].motion;
        (motion.loop_beats, motion.jump_beats) = (64.0, 32.0);
        bench.frame(vec![]);
        let roll = ids::gesture(deck, Gesture::LoopRoll);
        let controls = [(ids::deck(deck, Part::Loop), "64"), (ids::deck(deck, Part::JumpSize), "32"), (roll, "ROLL 8")];
        for (id, word) in controls {
            assert_eq!(said(&mut bench, id), [word], "{deck}");
        }
    }
}

#[test]
fn loops_and_jumps_are_as_long_as_the_deck_says() {
    let (mut bench, b) = (bench(), DeckId::B);
    assert_eq!(clicked(&mut bench, Part::Loop), [gesture(b, Gesture::LoopOn, 0.0)]);
    assert_eq!(clicked(&mut bench, Part::JumpBack), [gesture(b, Gesture::JumpBack, 0.0)]);
    assert_eq!(clicked(&mut bench, Part::JumpOn), [gesture(b, Gesture::JumpOn, 0.0)]);
    bench.view.snapshot.decks[1].motion.loop_beats = 8.0;
    assert_eq!(clicked(&mut bench, Part::Halve), [gesture(b, Gesture::LoopLength, 4.0)]);
    assert_eq!(clicked(&mut bench, Part::Double), [gesture(b, Gesture::LoopLength, 16.0)]);
    bench.view.snapshot.decks[1].motion.loop_beats = 64.0;
    assert_eq!(clicked(&mut bench, Part::Double), [], "there is none that is longer");
}

#[test]
fn quick_presses_add_up_although_the_deck_has_not_answered() {
    let (mut bench, b) = (bench(), DeckId::B);
    bench.key(Key::Num2);
    for _ in 0..3 {
        bench.key(Key::Minus);
    }
    let wanted = [2.0, 1.0, 0.5].map(|beats| gesture(b, Gesture::LoopLength, beats));
    assert_eq!(bench.asked(), wanted);
    assert!(bench.says("1/2"));
    bench.wait(1.0);
    bench.key(Key::Equals);
    assert_eq!(bench.asked(), [gesture(b, Gesture::LoopLength, 8.0)], "the deck never took it");
}

/// The loop that is on may have another length than the next one.
#[test]
fn a_loop_that_is_on_says_how_long_it_is() {
    let (mut bench, b) = (bench(), DeckId::B);
    let motion = &mut bench.view.snapshot.decks[1].motion;
    (motion.looping, motion.track_bpm) = (true, Some(120.0));
    for (beats, word) in [(16.0, "16"), (0.25, "1/4"), (3.0, "3"), (2.5, "2.5"), (0.75, "0.75")] {
        bench.view.snapshot.decks[1].motion.marks.loop_secs = Some([10.0, 10.0 + beats * 0.5]);
        assert_eq!(said(&mut bench, ids::deck(b, Part::Loop)), [word]);
    }
    assert_eq!(clicked(&mut bench, Part::Halve), [gesture(b, Gesture::LoopHalve, 0.0)]);
    assert_eq!(clicked(&mut bench, Part::Loop), [gesture(b, Gesture::LoopExit, 0.0)]);
}

/// Set from elsewhere, looped by hand: the length stays, and is that of the loop.
#[test]
fn a_length_that_someone_else_set_is_looped_and_kept() {
    let mut stand = Stand::new("lengths");
    let of = |view: &echelon::view::RigView| view.snapshot.decks[0];
    let set = |gesture, value| Action::Gesture { deck: DeckId::A, gesture, value };
    stand.bench_act(set(Gesture::LoopLength, 16.0));
    stand.bench_act(set(Gesture::JumpSize, 2.0));
    stand.until("set", move |view| (of(view).motion.loop_beats, of(view).motion.jump_beats) == (16.0, 2.0));
    stand.clicked(ids::deck(DeckId::A, Part::Loop), "loops", move |view| of(view).motion.looping);
    let [from, to] = of(&stand.bench.view).motion.marks.loop_secs.unwrap();
    assert!((to - from - 8.0).abs() < 0.1, "16 beats at 120 BPM: {} s", to - from);
    assert_eq!((of(&stand.bench.view).motion.loop_beats, of(&stand.bench.view).motion.jump_beats), (16.0, 2.0));
    stand.clicked(ids::deck(DeckId::A, Part::Loop), "out", move |view| !of(view).motion.looping);
    let before = of(&stand.bench.view).position_secs;
    stand.clicked(ids::deck(DeckId::A, Part::JumpOn), "two beats on", move |view| {
        (of(view).position_secs - before - 1.0).abs() < 0.1
    });
    assert_eq!(of(&stand.bench.view).motion.loop_beats, 16.0);
}
