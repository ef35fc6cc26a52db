//! A pad that is tapped, in front of a real rig as it is new: quantize is one bar.

use echelon::editor::ids::{self, Part};
use echelon::view::RigView;
use echelon_engine::safety::DeckState;
use echelon_engine::units::DeckId;
use egui::Key;

use crate::stand::Stand;

fn plays_before(view: &RigView, secs: f64) -> bool {
    let deck = view.snapshot.decks[0];
    deck.state == DeckState::Playing && deck.position_secs < secs
}

#[test]
fn a_tapped_pad_jumps_on_a_playing_deck_and_one_that_is_not_set_is_set() {
    let mut stand = Stand::new("taps");
    let marks = |view: &RigView| view.snapshot.decks[0].motion.marks.hot_cues_secs;
    stand.clicked(ids::hot_cue(DeckId::A, 1), "set at rest", |view| marks(view)[0].is_some());
    stand.clicked(ids::deck(DeckId::A, Part::Play), "plays", |view| plays_before(view, 9.0));
    for by_key in [false, true] {
        stand.until("on its way", |view| view.snapshot.decks[0].position_secs > 3.0);
        // Between two beats: the hand has let go long before the next.
        stand.until_a_bar_begins();
        if by_key {
            stand.typed(Key::Q, "back at its start", |view| plays_before(view, 2.0));
        } else {
            stand.clicked(ids::hot_cue(DeckId::A, 1), "back at its start", |view| plays_before(view, 2.0));
        }
    }
    stand.clicked(ids::hot_cue(DeckId::A, 2), "set while it plays", |view| marks(view)[1].is_some());
    assert!(plays_before(&stand.bench.view, 39.0));
}
