//! What waits for its beat and is of no deck: it has a ring, and can be taken back.

use echelon::editor::ids;
use echelon_engine::action::{Action, ActionKind, ActionTiming, Pending, RequestId};
use echelon_engine::message::PendingView;
use echelon_engine::units::DeckId;
use egui::Key;

use crate::bench::Bench;
use crate::scenes::scene;
use crate::stand::Stand;

/// Four beats before it is due.
fn bench(kind: ActionKind) -> Bench {
    let mut view = scene("stopped", 0.0).unwrap();
    let due_beat = view.snapshot.clock.song_beat + 3.5;
    let undo = PendingView { id: RequestId::HOST, steps: 1, kind, deck: None, due_beat, beats_left: 3.5 };
    view.snapshot.pending[0] = Some(undo);
    Bench::new(view)
}

fn taken_back() -> (Action, ActionTiming) {
    (Action::Cancel { pending: Pending::Rig }, ActionTiming::Immediate)
}

#[test]
fn a_pending_undo_is_no_move_of_the_crossfader() {
    for (kind, word) in [(ActionKind::Undo, "UNDO on "), (ActionKind::Mixer, "MIX on ")] {
        let mut bench = bench(kind);
        assert!(!bench.says("moves on"), "{kind:?}");
        assert!(bench.says(word), "{kind:?} is told");
        let ring = bench.rect(ids::once("cancel"));
        let texts = bench.texts();
        let number = texts.iter().find(|(text, rect, _)| ring.contains_rect(*rect) && text == "4");
        assert!(number.is_some(), "its beats are counted down: {texts:?}");
        assert!(!bench.ctx.read_response(ids::crossfader()).unwrap().rect.contains(ring.center()));
    }
}

#[test]
fn it_is_taken_back_by_its_ring_and_by_the_key() {
    let mut bench = bench(ActionKind::Undo);
    bench.click(ids::once("cancel"));
    assert_eq!(bench.asked(), [taken_back()]);
    bench.key(Key::X);
    assert_eq!(bench.asked(), [taken_back()], "nothing waits on deck A");
    let due_beat = bench.view.snapshot.clock.song_beat + 1.0;
    let play = PendingView {
        id: RequestId::HOST,
        steps: 1,
        kind: ActionKind::Play,
        deck: Some(DeckId::A),
        due_beat,
        beats_left: 1.0,
    };
    bench.view.snapshot.pending[1] = Some(play);
    bench.key(Key::X);
    let of_the_deck = Action::Cancel { pending: Pending::Deck(DeckId::A) };
    assert_eq!(bench.asked(), [(of_the_deck, ActionTiming::Immediate)], "first what waits on the deck");
}

/// It is still seen when the crossfader's place shows an effect's knobs.
#[test]
fn its_ring_is_there_beside_an_effect_s_knobs() {
    let mut bench = bench(ActionKind::Undo);
    crate::desk::open_effect(&mut bench, echelon_engine::mixer::Knob::of_deck(DeckId::A, "fx1_depth").unwrap());
    bench.click(ids::once("cancel"));
    assert_eq!(bench.asked(), [taken_back()]);
}

#[test]
fn an_undo_that_waits_is_taken_back_in_the_rig() {
    let mut stand = Stand::new("waits");
    let of = |view: &echelon::view::RigView| view.snapshot.decks[0];
    let waits = |view: &echelon::view::RigView| view.snapshot.pending.iter().flatten().any(|one| one.deck.is_none());
    stand.bench_act(Action::EjectDeck { deck: DeckId::A });
    stand.until("ejected", move |view| of(view).length_secs == 0.0);
    for by_key in [false, true] {
        stand.until_a_bar_begins();
        stand.typed(Key::Backspace, "an undo waits", waits);
        if by_key {
            stand.typed(Key::X, "no longer", move |view| !waits(view));
        } else {
            stand.clicked(ids::once("cancel"), "no longer", move |view| !waits(view));
        }
    }
    let began = stand.bench.view.snapshot.clock.song_beat;
    stand.until("the bar line has passed", move |view| view.snapshot.clock.song_beat > began + 5.0);
    assert_eq!(of(&stand.bench.view).length_secs, 0.0, "it stays ejected");
}
