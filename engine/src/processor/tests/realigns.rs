//! The host jumps, and hands are on the decks before these are in phase again.

use super::*;
use crate::action::{Gesture, Pending};

const A: DeckId = DeckId::A;
/// Frames of a beat at 120 BPM.
const BEAT: u64 = 24_000;

/// Deck A plays in phase, but is not synced, and the host has jumped to a place between two beats.
fn jumped() -> Bench {
    let mut bench = Bench::new(120.0);
    bench.load_track(A, crate::deck::tests::track(120.0, 60.0, SR));
    bench.ask(Action::SetQuantize { choice: 0 }, ActionTiming::Immediate);
    bench.ask(play(A), ActionTiming::CustomBeat(0.0));
    bench.run_to(5 * BEAT, 512);
    bench.frame += 7_777;
    bench.run_to(bench.frame + 512, 512);
    assert!(off(&bench) > 0.1, "not yet: {}", off(&bench));
    bench
}

/// How far the track's beats are from the clock's.
fn off(bench: &Bench) -> f64 {
    let view = bench.console.snapshot();
    let off = view.decks[0].position_secs * 2.0 - view.clock.song_beat;
    (off - off.round()).abs()
}

#[test]
fn a_hand_s_jump_or_a_cancel_leaves_a_deck_its_way_back_into_phase() {
    let acts = [
        Action::Gesture { deck: A, gesture: Gesture::BeatJump, value: 4.0 },
        Action::Cancel { pending: Pending::Deck(A) },
        Action::Cancel { pending: Pending::All },
    ];
    for act in acts {
        let mut bench = jumped();
        let id = bench.ask(act.clone(), ActionTiming::Immediate);
        bench.run_to(9 * BEAT, 512);
        assert!(bench.done(id).is_some(), "{act:?}: {:?}", bench.refusal(id));
        assert!(off(&bench) < 1e-3, "{act:?}: {}", off(&bench));
    }
}

#[test]
fn a_seek_for_the_same_line_is_where_it_was_to_be() {
    // Asked for after the jump, and before it.
    for before in [false, true] {
        let mut bench = jumped();
        let seek = Action::SeekDeck { deck: A, position_secs: 10.0 };
        let id = bench.ask(seek, ActionTiming::NextBar);
        if before {
            bench.run_to(bench.frame + 1_000, 512);
            bench.frame += 1_111;
        }
        bench.run_to(9 * BEAT, 512);
        assert_eq!(bench.done(id), Some((8.0, 0)));
        let place = bench.console.snapshot().decks[0].position_secs;
        assert!((place - 10.5).abs() < 1e-3, "{before}: {place}");
    }
}

#[test]
fn the_way_back_is_nobody_s_and_is_not_shown_as_pending() {
    let bench = jumped();
    assert_eq!(bench.console.snapshot().pending, [None; crate::message::MAX_PENDING_VIEWS]);
}
