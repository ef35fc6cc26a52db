use echelon_engine::action::{ActionKind, RequestId};
use echelon_engine::message::{PendingView, Snapshot};
use echelon_engine::safety::DeckState;
use echelon_engine::units::DeckId;

use super::super::lead::Lead;
use super::super::{Message, Request};

fn rest() -> Snapshot {
    let mut snapshot = Snapshot::default();
    for deck in &mut snapshot.decks {
        (deck.state, deck.length_secs) = (DeckState::Stopped, 100.0);
    }
    snapshot
}

fn waiting(kind: ActionKind, deck: DeckId, due_beat: f64) -> Option<PendingView> {
    Some(PendingView { id: RequestId::next(), steps: 1, kind, deck: Some(deck), due_beat, beats_left: 1.0 })
}

fn leading() -> (Lead, Snapshot) {
    let mut lead = Lead::default();
    assert!(lead.follow(&rest(), 0.0).is_empty(), "what is there already is not told");
    (lead, rest())
}

#[test]
fn a_start_is_asked_for_ahead_and_once() {
    let (mut lead, mut seen) = leading();
    seen.pending[0] = waiting(ActionKind::Play, DeckId::B, 8.0);
    seen.decks[1].state = DeckState::Primed;
    let play = Message::Request(1, Request::Play { deck: DeckId::B, beat: 8.0 });
    assert_eq!(lead.follow(&seen, 0.1), [play]);
    assert!(lead.follow(&seen, 0.2).is_empty());
    (seen.pending[0], seen.decks[1].state) = (None, DeckState::Playing);
    assert!(lead.follow(&seen, 0.3).is_empty(), "it was foretold");
    seen.pending[0] = waiting(ActionKind::Stop, DeckId::B, 16.0);
    assert_eq!(lead.follow(&seen, 0.4), [Message::Request(2, Request::Stop { deck: DeckId::B, beat: 16.0 })]);
    (seen.pending[0], seen.decks[1].state) = (None, DeckState::Stopped);
    assert!(lead.follow(&seen, 0.5).is_empty());
}

#[test]
fn what_is_taken_back_is_revoked_and_what_is_put_off_asked_for_anew() {
    let (mut lead, mut seen) = leading();
    seen.pending[0] = waiting(ActionKind::Play, DeckId::A, 8.0);
    lead.follow(&seen, 0.1);
    seen.pending[0].as_mut().unwrap().due_beat = 12.0;
    assert_eq!(lead.follow(&seen, 0.2), [Message::Request(2, Request::Play { deck: DeckId::A, beat: 12.0 })]);
    seen.pending[0] = None;
    assert_eq!(lead.follow(&seen, 0.3), [Message::Revoke(2)]);
    assert!(lead.follow(&seen, 0.4).is_empty());
}

#[test]
fn what_did_not_wait_is_asked_for_after_the_fact() {
    let (mut lead, mut seen) = leading();
    seen.clock.song_beat = 3.3;
    seen.decks[2].state = DeckState::Playing;
    assert_eq!(lead.follow(&seen, 0.1), [Message::Request(1, Request::Play { deck: DeckId::C, beat: 3.3 })]);
    seen.decks[2].state = DeckState::Empty;
    assert_eq!(lead.follow(&seen, 0.2), [Message::Request(2, Request::Stop { deck: DeckId::C, beat: 3.3 })]);
    // A track that comes to its end is nobody's wish.
    seen.decks[0].state = DeckState::Playing;
    lead.follow(&seen, 0.3);
    (seen.decks[0].state, seen.decks[0].position_secs) = (DeckState::Stopped, 100.0);
    assert!(lead.follow(&seen, 0.4).is_empty());
}

#[test]
fn the_crossfader_is_told_now_and_then_and_its_last_place_always() {
    let (mut lead, mut seen) = leading();
    let mut told = vec![];
    for tick in 1_u8..=100 {
        seen.crossfader = 0.5 + f32::from(tick.min(50)) / 100.0;
        told.extend(lead.follow(&seen, f64::from(tick) * 0.01));
    }
    assert!((8..=12).contains(&told.len()), "half a second of moves: {}", told.len());
    assert!(matches!(told.last(), Some(Message::Request(_, Request::Crossfader { position: 1.0 }))));
}
