//! Hot cues that are tapped: the hand lets go long before the beat for which the press waits.

use super::*;
use crate::action::{Gesture, Trigger};
use crate::midi::{Binding, MidiSource, MidiTable, MidiTarget, Mode, SourceKind};

const A: DeckId = DeckId::A;
/// Frames of a beat at 120 BPM.
const BEAT: u64 = 24_000;
/// How long a hand stays on a pad: 100 ms.
const TAP: u64 = 4_800;

/// Deck A has a minute at 120 BPM; its hot cue 1 is on beat 1. As a new rig is: quantize is one bar.
fn resting() -> Bench {
    let mut bench = Bench::new(120.0);
    bench.load_track(A, crate::deck::tests::track(120.0, 60.0, SR));
    let marks = crate::deck::Marks { hot_cues_secs: hot([(1, 0.5)]), ..Default::default() };
    bench.ask(Action::SetMarks { deck: A, marks: Box::new(marks) }, ActionTiming::Immediate);
    bench
}

/// The same, and plays from beat 0 on.
fn playing() -> Bench {
    let mut bench = resting();
    bench.ask(play(A), ActionTiming::CustomBeat(0.0));
    bench.run_to(4 * BEAT, 512);
    bench.moves.clear();
    bench
}

fn hot<const N: usize>(cues: [(usize, f64); N]) -> [Option<f64>; crate::deck::NUM_HOT_CUES] {
    let mut hot = [None; crate::deck::NUM_HOT_CUES];
    cues.into_iter().for_each(|(number, secs)| hot[number - 1] = Some(secs));
    hot
}

fn ask(bench: &mut Bench, gesture: Gesture, number: u8) -> RequestId {
    let timing = if gesture == Gesture::HotCueRelease { ActionTiming::Immediate } else { ActionTiming::Default };
    bench.ask(Action::Gesture { deck: A, gesture, value: number.into() }, timing)
}

/// A pad goes down, and up again; the press and the release.
fn tap(bench: &mut Bench, number: u8) -> [RequestId; 2] {
    let press = ask(bench, Gesture::HotCue, number);
    bench.run_to(bench.frame + TAP, 512);
    let release = ask(bench, Gesture::HotCueRelease, number);
    bench.run_to(bench.frame + 512, 512);
    [press, release]
}

fn motion(bench: &Bench) -> crate::deck::MotionView {
    bench.console.snapshot().decks[0].motion
}

/// Where the deck is, in frames of its track.
fn place(bench: &Bench) -> f64 {
    (bench.console.snapshot().decks[0].position_secs * SR).round()
}

fn plays(bench: &Bench) -> bool {
    bench.console.deck_state(A) == DeckState::Playing
}

#[test]
fn a_tapped_hot_cue_jumps_on_the_next_beat_wherever_in_the_beat_it_is_tapped() {
    for part in 0..8 {
        let mut bench = playing();
        bench.run_to(4 * BEAT + 100 + part * 3_000, 512);
        let next = bench.frame.next_multiple_of(BEAT);
        let [press, release] = tap(&mut bench, 1);
        bench.run_to(6 * BEAT, 512);
        assert_eq!(bench.done(press), Some(((next / BEAT) as f64, 0)), "{part}");
        assert!(bench.done(release).is_some() && plays(&bench), "{part}");
        assert_eq!(place(&bench), (BEAT + 6 * BEAT - next) as f64, "{part}");
        assert!(bench.console.snapshot().pending[0].is_none());
    }
}

#[test]
fn a_hot_cue_that_is_not_set_is_set_at_once_on_the_nearest_beat_however_soon_after_another() {
    let mut bench = playing();
    bench.run_to(4 * BEAT + 3_000, 512);
    let down = ask(&mut bench, Gesture::HotCue, 2);
    bench.run_to(bench.frame + 512, 512);
    assert!(bench.done(down).is_some());
    assert_eq!(motion(&bench).marks.hot_cues_secs, hot([(1, 0.5), (2, 2.0)]), "before the hand lets go");
    ask(&mut bench, Gesture::HotCueRelease, 2);
    bench.run_to(4 * BEAT + 20_000, 512);
    let [set, _] = tap(&mut bench, 3);
    assert!(bench.done(set).is_some(), "{:?}", bench.refusal(set));
    assert_eq!(motion(&bench).marks.hot_cues_secs, hot([(1, 0.5), (2, 2.0), (3, 2.5)]));
    let [jump, _] = tap(&mut bench, 1);
    bench.run_to(7 * BEAT, 512);
    assert!(bench.done(jump).is_some(), "a mark that was set holds no jump back: {:?}", bench.refusal(jump));
}

#[test]
fn with_slip_a_press_that_has_not_begun_is_taken_back_and_one_that_has_is_held() {
    let mut bench = playing();
    bench.ask(Action::Gesture { deck: A, gesture: Gesture::Slip, value: 1.0 }, ActionTiming::Immediate);
    bench.run_to(4 * BEAT + 3_000, 512);
    let [press, release] = tap(&mut bench, 1);
    bench.run_to(5 * BEAT + 3_000, 512);
    assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id: press }) && bench.done(release).is_some());
    assert_eq!(place(&bench), (5 * BEAT + 3_000) as f64, "nothing was heard of it");
    ask(&mut bench, Gesture::HotCue, 1);
    bench.run_to(6 * BEAT + 1_000, 512);
    assert_eq!(place(&bench), (BEAT + 1_000) as f64);
    ask(&mut bench, Gesture::HotCueRelease, 1);
    bench.run_to(7 * BEAT, 512);
    assert_eq!(place(&bench), (7 * BEAT) as f64, "back, as if nothing had been");
}

#[test]
fn who_lets_go_of_another_pad_or_of_the_cue_button_takes_no_press_back() {
    for (gesture, value) in [(Gesture::HotCueRelease, 2.0), (Gesture::Cue, 0.0), (Gesture::HotCueClear, 5.0)] {
        let mut bench = playing();
        bench.run_to(4 * BEAT + 3_000, 512);
        let press = ask(&mut bench, Gesture::HotCue, 1);
        bench.run_to(bench.frame + TAP, 512);
        bench.ask(Action::Gesture { deck: A, gesture, value }, ActionTiming::Immediate);
        bench.run_to(6 * BEAT, 512);
        assert_eq!(bench.done(press), Some((5.0, 0)), "{gesture:?}");
    }
}

#[test]
fn a_newer_tap_takes_the_place_of_an_older() {
    let mut bench = playing();
    let marks = crate::deck::Marks { hot_cues_secs: hot([(1, 0.5), (2, 1.0)]), ..Default::default() };
    bench.ask(Action::SetMarks { deck: A, marks: Box::new(marks) }, ActionTiming::Immediate);
    bench.run_to(4 * BEAT + 3_000, 512);
    let [first, _] = tap(&mut bench, 1);
    let [again, _] = tap(&mut bench, 1);
    let [second, _] = tap(&mut bench, 2);
    bench.run_to(6 * BEAT, 512);
    for id in [first, again] {
        assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id }));
    }
    assert_eq!((bench.done(second), place(&bench)), (Some((5.0, 0)), (3 * BEAT) as f64));
}

#[test]
fn a_deck_that_is_stopped_after_the_tap_does_not_start_again() {
    let mut bench = playing();
    bench.run_to(4 * BEAT + 3_000, 512);
    tap(&mut bench, 1);
    bench.ask(Action::StopDeck { deck: A }, ActionTiming::Immediate);
    bench.run_to(6 * BEAT, 512);
    assert!(!plays(&bench) && !motion(&bench).held);
}

#[test]
fn a_press_and_a_release_for_later_both_happen_on_a_deck_that_rests() {
    let mut bench = resting();
    bench.run_to(3_000, 512);
    let at = |beat| ActionTiming::CustomBeat(beat);
    let hand = |gesture| Action::Gesture { deck: A, gesture, value: 1.0 };
    let press = bench.ask(hand(Gesture::HotCue), at(2.0));
    let release = bench.ask(hand(Gesture::HotCueRelease), at(4.0));
    bench.run_to(6 * BEAT, 512);
    assert_eq!((bench.done(press), bench.done(release)), (Some((2.0, 0)), Some((4.0, 0))));
    let heard = |frame: u64| bench.decks[0][frame as usize..][..500].iter().any(|sample| *sample != 0.0);
    assert_eq!([2 * BEAT - 600, 2 * BEAT, 4 * BEAT - 600, 4 * BEAT + 200].map(heard), [false, true, true, false]);
    assert_eq!(place(&bench), BEAT as f64);
    let press = bench.ask(hand(Gesture::HotCue), at(10.0));
    bench.run_to(bench.frame + 512, 512);
    bench.ask(hand(Gesture::HotCueRelease), ActionTiming::Immediate);
    bench.run_to(11 * BEAT, 512);
    assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id: press }) && !plays(&bench));
}

#[test]
fn a_roll_and_its_end_for_later_both_happen() {
    let mut bench = playing();
    let hand = |gesture, value| Action::Gesture { deck: A, gesture, value };
    let roll = bench.ask(hand(Gesture::LoopRoll, 0.5), ActionTiming::CustomBeat(5.0));
    let end = bench.ask(hand(Gesture::LoopRollEnd, 0.0), ActionTiming::CustomBeat(7.0));
    bench.run_to(6 * BEAT, 512);
    assert!(motion(&bench).rolling);
    bench.run_to(8 * BEAT, 512);
    assert_eq!((bench.done(roll), bench.done(end)), (Some((5.0, 0)), Some((7.0, 0))));
    assert_eq!((motion(&bench).rolling, place(&bench)), (false, (8 * BEAT) as f64));
}

const PAD: Control = Control::Trigger(A, Trigger::HotCue(1));

/// What the host was told of the pad.
fn told(bench: &Bench) -> Vec<(u64, f32)> {
    bench.moves.iter().filter(|(_, control, _)| *control == PAD).map(|&(frame, _, value)| (frame, value)).collect()
}

/// The host sends an input on a frame of the next block of 64.
fn send(bench: &mut Bench, inputs: &[(u32, HostInput)]) {
    let inputs: Vec<_> = inputs.iter().map(|&(frame, input)| TimedInput { frame, input }).collect();
    bench.process(64, &inputs);
    bench.console.tick(&mut bench.turn);
}

#[test]
fn the_host_s_parameter_is_tapped() {
    let mut bench = playing();
    bench.run_to(4 * BEAT + 3_000, 512);
    send(&mut bench, &[(3, HostInput::Control(PAD, 1.0))]);
    bench.run_to(bench.frame + TAP, 512);
    send(&mut bench, &[(7, HostInput::Control(PAD, 0.0))]);
    bench.run_to(6 * BEAT, 512);
    assert_eq!((place(&bench), plays(&bench)), ((2 * BEAT) as f64, true));
    assert_eq!(told(&bench), [], "the host knows its own moves");
}

#[test]
fn a_press_and_a_release_of_the_host_on_one_frame_are_a_tap() {
    let both = [(3, HostInput::Control(PAD, 1.0)), (3, HostInput::Control(PAD, 0.0))];
    let mut bench = resting();
    send(&mut bench, &both);
    bench.run_to(3_000, 512);
    assert_eq!((plays(&bench), place(&bench)), (false, BEAT as f64), "it does not play on for ever");
    let mut bench = playing();
    send(&mut bench, &both);
    bench.run_to(6 * BEAT, 512);
    assert_eq!(place(&bench), (2 * BEAT) as f64);
}

#[test]
fn a_controller_s_pad_is_tapped_and_the_host_sees_a_short_press_on_the_beat() {
    let mut bench = playing();
    let source = MidiSource::new(SourceKind::Note, 0, 60).unwrap();
    let pad = Binding::new(source, Mode::Button, MidiTarget::Control(PAD));
    bench.console.set_midi(MidiTable::new(vec![pad]));
    bench.run_to(4 * BEAT + 3_000, 512);
    send(&mut bench, &[(3, HostInput::Midi([0x90, 60, 100]))]);
    bench.run_to(bench.frame + TAP, 512);
    send(&mut bench, &[(7, HostInput::Midi([0x80, 60, 0]))]);
    bench.run_to(6 * BEAT, 512);
    assert_eq!((place(&bench), plays(&bench)), ((2 * BEAT) as f64, true));
    assert_eq!(told(&bench), [(5 * BEAT, 1.0), (5 * BEAT + 480, 0.0)]);
}

#[test]
fn every_jump_of_a_message_without_a_release_is_told_to_the_host_and_leaves_its_button_up() {
    let mut bench = playing();
    let mut safety = SafetySettings::default();
    safety.set_cooldown_beats(ActionKind::Cue, 0.0);
    bench.console.set_safety(safety);
    for beat in [5, 6] {
        bench.run_to((beat - 1) * BEAT + 3_000, 512);
        ask(&mut bench, Gesture::HotCue, 1);
        bench.run_to(beat * BEAT + 3_000, 512);
    }
    let shown = [5, 6].map(|beat| [(beat * BEAT, 1.0), (beat * BEAT + 480, 0.0)]);
    assert_eq!(told(&bench), shown.as_flattened());
    bench.moves.clear();
    // What it was told comes back from some hosts as their own; a press of its own is one.
    send(&mut bench, &[(0, HostInput::Control(PAD, 1.0)), (9, HostInput::Control(PAD, 0.0))]);
    bench.run_to(7 * BEAT + 3_000, 512);
    assert_eq!(place(&bench), (2 * BEAT + 3_000) as f64, "the echo of the second is no third");
    send(&mut bench, &[(0, HostInput::Control(PAD, 1.0))]);
    bench.run_to(8 * BEAT + 3_000, 512);
    assert_eq!((place(&bench), told(&bench)), ((BEAT + 3_000) as f64, vec![]));
}

#[test]
fn a_pad_that_is_held_is_shown_as_long_as_it_is() {
    let mut bench = resting();
    ask(&mut bench, Gesture::HotCue, 1);
    bench.run_to(TAP, 512);
    ask(&mut bench, Gesture::HotCueRelease, 1);
    bench.run_to(2 * TAP, 512);
    assert_eq!(told(&bench), [(0, 1.0), (TAP, 0.0)]);
}
