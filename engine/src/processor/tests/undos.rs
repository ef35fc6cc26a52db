//! What an undo takes back, and what leaves nothing to take back.

use super::*;
use crate::action::Gesture;
use crate::safety::OnAirRule;

const A: DeckId = DeckId::A;
const B: DeckId = DeckId::B;
/// Frames of a beat at 120 BPM.
const BEAT: u64 = 24_000;

/// Deck A plays a minute at 120 BPM from beat 0 on, deck B rests at its cue; it is beat 4. Nothing waits.
fn booth() -> Bench {
    let mut bench = Bench::new(120.0);
    for deck in [A, B] {
        bench.load_track(deck, crate::deck::tests::track(120.0, 60.0, SR));
    }
    bench.ask(Action::SetQuantize { choice: 0 }, ActionTiming::Immediate);
    bench.ask(play(A), ActionTiming::CustomBeat(0.0));
    bench.run_to(4 * BEAT, 512);
    let mut safety = SafetySettings::default();
    ActionKind::ALL.into_iter().for_each(|kind| safety.set_cooldown_beats(kind, 0.0));
    bench.console.set_safety(safety);
    bench
}

/// Asks, and lets a while pass: not a whole beat.
fn act(bench: &mut Bench, action: Action) -> RequestId {
    let id = bench.ask(action, ActionTiming::Immediate);
    bench.run_to(bench.frame + 5_000, 512);
    id
}

fn hand(bench: &mut Bench, deck: DeckId, gesture: Gesture, value: f64) {
    let id = act(bench, Action::Gesture { deck, gesture, value });
    assert!(bench.done(id).is_some(), "{gesture:?}: {:?}", bench.refusal(id));
}

fn undo(bench: &mut Bench) -> RequestId {
    act(bench, Action::Undo { deck: None })
}

fn plays(bench: &Bench, deck: DeckId) -> bool {
    bench.console.deck_state(deck) == DeckState::Playing
}

/// Whether deck A is where it would be had nobody touched it.
fn is_as_if_nothing_had_been(bench: &Bench) -> bool {
    let place = bench.console.snapshot().decks[0].position_secs * SR;
    plays(bench, A) && (place - bench.frame as f64).abs() < 1.0
}

#[test]
fn a_preview_on_another_deck_does_not_hide_a_wrong_stop() {
    let previews = [[Gesture::Cue; 2], [Gesture::HotCue, Gesture::HotCueRelease]];
    for [down, up] in previews {
        let up_value = if up == Gesture::Cue { 0.0 } else { 1.0 };
        let mut bench = booth();
        hand(&mut bench, B, Gesture::HotCueSet, 1.0);
        hand(&mut bench, B, down, 1.0);
        assert!(plays(&bench, B));
        act(&mut bench, Action::StopDeck { deck: A });
        hand(&mut bench, B, up, up_value);
        let back = undo(&mut bench);
        assert!(bench.done(back).is_some() && is_as_if_nothing_had_been(&bench), "{down:?}");
        assert!(!plays(&bench, B), "{down:?}: what was only held is nothing to bring back");
    }
}

#[test]
fn a_stop_by_the_cue_button_can_be_undone_after_the_button_was_hit_again() {
    let mut bench = booth();
    for _ in 0..2 {
        hand(&mut bench, A, Gesture::Cue, 1.0);
        hand(&mut bench, A, Gesture::Cue, 0.0);
    }
    assert!(!plays(&bench, A));
    let back = undo(&mut bench);
    assert!(bench.done(back).is_some() && is_as_if_nothing_had_been(&bench));
}

#[test]
fn a_preview_that_is_stopped_or_moved_leaves_nothing() {
    let mut bench = booth();
    act(&mut bench, Action::StopDeck { deck: A });
    hand(&mut bench, B, Gesture::Cue, 1.0);
    hand(&mut bench, B, Gesture::BeatJump, 8.0);
    act(&mut bench, Action::SeekDeck { deck: B, position_secs: 9.0 });
    act(&mut bench, Action::StopDeck { deck: B });
    undo(&mut bench);
    assert!(is_as_if_nothing_had_been(&bench) && !plays(&bench, B));
}

#[test]
fn a_preview_that_was_started_is_a_deck_that_plays() {
    let mut bench = booth();
    hand(&mut bench, B, Gesture::Cue, 1.0);
    act(&mut bench, play(B));
    hand(&mut bench, B, Gesture::Cue, 0.0);
    let nothing = undo(&mut bench);
    assert!(bench.refusal(nothing).is_some_and(|text| text.contains("nothing to undo")), "nothing was taken away");
    act(&mut bench, Action::StopDeck { deck: B });
    undo(&mut bench);
    assert!(plays(&bench, B));
}

#[test]
fn a_cue_and_a_hot_cue_in_a_loop_can_be_undone() {
    for (gesture, value) in [(Gesture::Cue, 1.0), (Gesture::HotCue, 1.0), (Gesture::HotCue, 2.0)] {
        let mut bench = booth();
        hand(&mut bench, A, Gesture::HotCueSet, 1.0);
        bench.run_to(9 * BEAT, 512);
        hand(&mut bench, A, Gesture::BeatLoop, 4.0);
        bench.run_to(10 * BEAT, 512);
        hand(&mut bench, A, Gesture::HotCueSet, 2.0);
        hand(&mut bench, A, gesture, value);
        let back = undo(&mut bench);
        assert!(bench.done(back).is_some(), "{gesture:?} {value}: {:?}", bench.refusal(back));
        assert!(is_as_if_nothing_had_been(&bench), "{gesture:?} {value}");
        bench.run_to(15 * BEAT, 512);
        let view = bench.console.snapshot().decks[0];
        assert!(
            view.motion.looping && (view.position_secs - 5.5).abs() < 1e-3,
            "{gesture:?} {value}: in its loop again"
        );
    }
}

#[test]
fn what_only_marks_or_slips_does_not_hide_a_wrong_stop() {
    let mut bench = booth();
    act(&mut bench, play(B));
    act(&mut bench, Action::StopDeck { deck: A });
    hand(&mut bench, B, Gesture::HotCue, 1.0);
    hand(&mut bench, B, Gesture::HotCueRelease, 1.0);
    hand(&mut bench, B, Gesture::Slip, 1.0);
    hand(&mut bench, B, Gesture::HotCue, 1.0);
    hand(&mut bench, B, Gesture::HotCueRelease, 1.0);
    let back = undo(&mut bench);
    assert!(bench.done(back).is_some() && is_as_if_nothing_had_been(&bench));
    assert!(plays(&bench, B));
}

#[test]
fn a_held_hot_cue_whose_slip_is_switched_off_plays_on_when_it_is_let_go() {
    let mut bench = booth();
    hand(&mut bench, A, Gesture::HotCueSet, 1.0);
    hand(&mut bench, A, Gesture::Slip, 1.0);
    hand(&mut bench, A, Gesture::HotCue, 1.0);
    hand(&mut bench, A, Gesture::Slip, 0.0);
    assert!(!bench.console.snapshot().decks[0].motion.held, "it is no preview");
    hand(&mut bench, A, Gesture::HotCueRelease, 1.0);
    assert!(plays(&bench, A));
}

/// Another track comes onto deck B, which rests, and is started.
fn another_starts(rule: OnAirRule) -> Bench {
    let mut bench = booth();
    let mut safety = *bench.console.policy().settings();
    safety.on_air = rule;
    bench.console.set_safety(safety);
    let load = bench.ask(Action::LoadDeck { deck: B, path: "y.wav".into() }, ActionTiming::Immediate);
    bench.console.track_ready(load, crate::deck::tests::track(120.0, 30.0, SR), &mut bench.turn);
    bench.run_to(bench.frame + 512, 512);
    assert!(bench.done(load).is_some());
    act(&mut bench, play(B));
    bench
}

fn length(bench: &Bench) -> f64 {
    bench.console.snapshot().decks[1].length_secs
}

#[test]
fn an_undo_does_not_cut_off_a_deck_that_is_on_air_to_bring_back_one_that_rested() {
    let mut bench = another_starts(OnAirRule::Refuse);
    let all = undo(&mut bench);
    let one = act(&mut bench, Action::Undo { deck: Some(B) });
    assert!(bench.refusal(all).is_some_and(|text| text.contains("nothing to undo")));
    let text = "deck B is on air, and an undo would bring back what rested: fade it out first";
    assert_eq!(bench.refusal(one), Some(text));
    assert!(plays(&bench, B) && length(&bench) == 30.0);
    // Stopped by mistake it comes back; that was the newest.
    act(&mut bench, Action::StopDeck { deck: B });
    undo(&mut bench);
    assert!(plays(&bench, B) && length(&bench) == 30.0);
}

#[test]
fn off_air_or_where_the_rules_allow_it_the_track_before_comes_back() {
    for rule in [OnAirRule::Refuse, OnAirRule::StopFirst, OnAirRule::Allow] {
        let mut bench = another_starts(rule);
        if rule == OnAirRule::Refuse {
            act(&mut bench, Action::SetGain { deck: B, gain: Decibels::SILENCE });
            bench.run_to(bench.frame + 24_000, 512);
        }
        let back = undo(&mut bench);
        assert!(bench.done(back).is_some() && !plays(&bench, B) && length(&bench) == 60.0, "{rule:?}");
    }
}
