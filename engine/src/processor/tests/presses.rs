//! Loops, rolls, jumps and pushes as the host's parameters: pressed by the host, and recorded from others' hands.

use super::*;
use crate::action::{Gesture, Trigger};

const A: DeckId = DeckId::A;
/// Frames of a beat at 120 BPM.
const BEAT: u64 = 24_000;

/// Deck A has half a minute at 120 BPM, and nothing cools down.
fn bench() -> Bench {
    let mut bench = Bench::new(120.0);
    let mut safety = SafetySettings::default();
    ActionKind::ALL.into_iter().for_each(|kind| safety.set_cooldown_beats(kind, 0.0));
    bench.console.set_safety(safety);
    bench.load_track(A, crate::deck::tests::track(120.0, 30.0, SR));
    bench.moves.clear();
    bench
}

const fn press(trigger: Trigger) -> Control {
    Control::Trigger(A, trigger)
}

/// The host sends these on a frame, in one block of 64.
fn send(bench: &mut Bench, controls: &[(Control, f32)]) {
    let input = |&(control, value): &(Control, f32)| TimedInput { frame: 3, input: HostInput::Control(control, value) };
    let inputs: Vec<_> = controls.iter().map(input).collect();
    bench.process(64, &inputs);
    bench.console.tick(&mut bench.turn);
}

/// Down, and up again later.
fn tap(bench: &mut Bench, trigger: Trigger) {
    send(bench, &[(press(trigger), 1.0)]);
    send(bench, &[(press(trigger), 0.0)]);
}

fn motion(bench: &Bench) -> crate::deck::MotionView {
    bench.console.snapshot().decks[0].motion
}

/// In beats of the track.
fn looped(bench: &Bench) -> Option<[f64; 2]> {
    motion(bench).loop_secs.filter(|_| motion(bench).looping).map(|ends| ends.map(|secs| secs * 2.0))
}

/// It plays from its start, without quantize, up to beat 2.
fn playing() -> Bench {
    let mut bench = bench();
    send(&mut bench, &[(Control::Quantize, 0.0), (Control::Play(A), 1.0)]);
    bench.run_to(2 * BEAT + 64, 64);
    assert!(bench.moves.is_empty(), "{:?}", bench.moves);
    bench
}

#[test]
fn the_loop_switch_makes_four_beats_until_it_is_told_another_length() {
    let mut bench = playing();
    send(&mut bench, &[(press(Trigger::Loop), 1.0)]);
    assert_eq!(looped(&bench), Some([2.0, 6.0]));
    send(&mut bench, &[(press(Trigger::Loop), 0.0)]);
    send(&mut bench, &[(Control::LoopLength(A), 5.0), (press(Trigger::Loop), 1.0)]);
    assert_eq!(looped(&bench), Some([2.0, 3.0]));
    send(&mut bench, &[(Control::LoopLength(A), 99.0)]);
    assert_eq!((motion(&bench).loop_beats, looped(&bench)), (64.0, Some([2.0, 3.0])), "of the next loop");
    assert!(bench.moves.is_empty(), "the host knows its own moves: {:?}", bench.moves);
}

#[test]
fn a_host_sets_halves_doubles_leaves_and_takes_up_a_loop_by_buttons() {
    let mut bench = playing();
    tap(&mut bench, Trigger::LoopIn);
    bench.run_to(4 * BEAT, 64);
    tap(&mut bench, Trigger::LoopOut);
    assert_eq!(looped(&bench), Some([2.0, 4.0]));
    tap(&mut bench, Trigger::LoopHalve);
    assert_eq!(looped(&bench), Some([2.0, 3.0]));
    tap(&mut bench, Trigger::LoopDouble);
    tap(&mut bench, Trigger::LoopDouble);
    assert_eq!(looped(&bench), Some([2.0, 6.0]));
    tap(&mut bench, Trigger::Reloop);
    assert_eq!(looped(&bench), None, "it leaves the loop that is on");
    tap(&mut bench, Trigger::Reloop);
    assert_eq!(looped(&bench), Some([2.0, 6.0]));
    let told: Vec<_> = bench.moves.iter().map(|(_, control, value)| (*control, *value)).collect();
    let switch = press(Trigger::Loop);
    assert_eq!(
        told,
        [(switch, 1.0), (switch, 0.0), (switch, 1.0)],
        "what the presses made is shown by the switch alone"
    );
}

#[test]
fn a_roll_is_held_and_jumps_go_by_their_size_and_a_push_is_one_until_zero() {
    let mut bench = playing();
    send(&mut bench, &[(Control::LoopLength(A), 3.0), (press(Trigger::Roll), 1.0)]);
    assert!(motion(&bench).rolling);
    assert_eq!(looped(&bench), Some([2.0, 2.25]));
    bench.run_to(3 * BEAT, 64);
    send(&mut bench, &[(press(Trigger::Roll), 0.0)]);
    assert!(!motion(&bench).rolling && looped(&bench).is_none());
    let place = |bench: &Bench| bench.console.snapshot().decks[0].position_secs;
    let before = place(&bench);
    send(&mut bench, &[(Control::JumpSize(A), 8.0)]);
    send(&mut bench, &[(press(Trigger::JumpOn), 1.0)]);
    assert!((place(&bench) - before - 4.0).abs() < 0.01, "eight beats on: {before}, {}", place(&bench));
    send(&mut bench, &[(press(Trigger::JumpOn), 0.0), (press(Trigger::JumpBack), 1.0)]);
    assert!((place(&bench) - before).abs() < 0.01, "and back: {before}, {}", place(&bench));
    send(&mut bench, &[(Control::Nudge(A), 8.0)]);
    assert_eq!(motion(&bench).nudge, 8.0);
    let now = bench.frame;
    bench.run_to(now + 2_000, 64);
    assert!((motion(&bench).speed - 1.08).abs() < 1e-3, "{}", motion(&bench).speed);
    send(&mut bench, &[(Control::Nudge(A), f32::NAN), (Control::Nudge(A), 0.0)]);
    assert_eq!(motion(&bench).nudge, 0.0);
}

#[test]
fn a_refused_press_comes_up_and_a_host_that_is_switched_off_may_let_go() {
    let mut bench = playing();
    for trigger in [Trigger::LoopHalve, Trigger::LoopDouble, Trigger::Reloop, Trigger::LoopOut] {
        send(&mut bench, &[(press(trigger), 1.0)]);
        assert_eq!(bench.moves.pop().map(|(_, control, value)| (control, value)), Some((press(trigger), 0.0)));
    }
    send(&mut bench, &[(Control::Nudge(A), -4.0)]);
    bench.ask(Action::SetLock { deck: A, locked: true }, ActionTiming::Immediate);
    bench.process(64, &[]);
    let turned = [(Control::LoopLength(A), 2.0, 7.0), (Control::JumpSize(A), 2.0, 7.0), (Control::Nudge(A), 4.0, -4.0)];
    for (control, value, stays) in turned {
        send(&mut bench, &[(control, value)]);
        assert_eq!(bench.moves.pop().map(|(_, moved, value)| (moved, value)), Some((control, stays)), "{control:?}");
    }
    bench.ask(Action::SetLock { deck: A, locked: false }, ActionTiming::Immediate);
    bench.process(64, &[]);
    let mut settings = *bench.console.policy().settings();
    settings.source_mut(Source::Host).enabled = false;
    bench.console.set_safety(settings);
    bench.process(64, &[]);
    send(&mut bench, &[(Control::Nudge(A), 4.0)]);
    assert_eq!(bench.moves.pop().map(|(_, moved, value)| (moved, value)), Some((Control::Nudge(A), -4.0)));
    send(&mut bench, &[(Control::Nudge(A), 0.0)]);
    assert_eq!(motion(&bench).nudge, 0.0, "letting go passes");
}

#[test]
fn others_presses_are_shown_as_short_ones_with_the_length_that_they_had() {
    for block in [64, 100, 1024] {
        let mut bench = playing();
        bench.moves.clear();
        let jump = Action::Gesture { deck: A, gesture: Gesture::BeatJump, value: -2.0 };
        bench.ask(jump, ActionTiming::CustomBeat(3.0));
        let length = Action::Gesture { deck: A, gesture: Gesture::LoopRoll, value: 0.25 };
        bench.ask(length, ActionTiming::CustomBeat(4.0));
        let end = Action::Gesture { deck: A, gesture: Gesture::LoopRollEnd, value: 0.0 };
        bench.run_to(4 * BEAT + 64, block);
        bench.ask(end, ActionTiming::CustomBeat(5.0));
        bench.run_to(6 * BEAT, block);
        let mut told = bench.moves.clone();
        told.sort_by_key(|(frame, control, value)| (*frame, control.rank(), *value > 0.5));
        let (at, back) = (3 * BEAT, press(Trigger::JumpBack));
        let sizes = [(at, Control::JumpSize(A), 6.0), (at + 480, back, 0.0)];
        assert!(sizes.iter().all(|moved| told.contains(moved)) && told.contains(&(at, back, 1.0)), "{block}: {told:?}");
        let (on, off) = (4 * BEAT, 5 * BEAT);
        for moved in [
            (on, Control::LoopLength(A), 3.0),
            (on, press(Trigger::Roll), 1.0),
            (on, press(Trigger::Loop), 1.0),
            (off, press(Trigger::Roll), 0.0),
            (off, press(Trigger::Loop), 0.0),
            (off, Control::LoopLength(A), 7.0),
        ] {
            assert!(told.contains(&moved), "{block}: {moved:?} of {told:?}");
        }
        assert_eq!(told.len(), 9, "{block}: {told:?}");
    }
}

#[test]
fn a_host_that_sends_a_press_back_as_its_own_does_not_press_twice() {
    let mut bench = playing();
    send(&mut bench, &[(press(Trigger::Loop), 1.0)]);
    assert_eq!(looped(&bench), Some([2.0, 6.0]));
    let halve = Action::Gesture { deck: A, gesture: Gesture::LoopHalve, value: 0.0 };
    bench.ask(halve, ActionTiming::Immediate);
    bench.moves.clear();
    bench.process(2048, &[]);
    bench.console.tick(&mut bench.turn);
    let told: Vec<_> = bench.moves.iter().map(|(_, control, value)| (*control, *value)).collect();
    let button = press(Trigger::LoopHalve);
    assert_eq!(told, [(button, 1.0), (button, 0.0)]);
    send(&mut bench, &told);
    assert_eq!(looped(&bench), Some([2.0, 4.0]), "once");
    let now = bench.frame;
    bench.run_to(now + 12_000, 64);
    tap(&mut bench, Trigger::LoopHalve);
    assert_eq!(looped(&bench), Some([2.0, 3.0]), "a press of its own, later");
}

/// What the hands do, and on which beat.
fn session() -> Vec<(f64, Action)> {
    let hand = |gesture, value| Action::Gesture { deck: A, gesture, value };
    vec![
        (0.0, play(A)),
        (0.75, hand(Gesture::HotCue, 1.0)),
        (2.0, hand(Gesture::BeatLoop, 1.0)),
        (3.5, hand(Gesture::LoopHalve, 0.0)),
        (4.0, hand(Gesture::LoopExit, 0.0)),
        (5.0, hand(Gesture::Reloop, 0.0)),
        (5.25, hand(Gesture::LoopDouble, 0.0)),
        (6.0, hand(Gesture::LoopExit, 0.0)),
        (7.0, hand(Gesture::BeatJump, 8.0)),
        (8.0, hand(Gesture::LoopRoll, 0.25)),
        (8.625, hand(Gesture::LoopRollEnd, 0.0)),
        (9.25, hand(Gesture::Nudge, 4.0)),
        (9.75, hand(Gesture::Nudge, 0.0)),
        (10.0, hand(Gesture::BeatJump, -2.0)),
        (10.25, hand(Gesture::Snap, 0.0)),
        (10.5, hand(Gesture::LoopIn, 0.0)),
        (11.25, hand(Gesture::LoopOut, 0.0)),
        (12.0, hand(Gesture::LoopExit, 0.0)),
        (12.5, Action::SetEcho { deck: A, send: 0.5 }),
        (13.0, hand(Gesture::BeatLoop, 2.0)),
        (14.0, hand(Gesture::BeatJump, 2.0)),
        (16.0, hand(Gesture::LoopExit, 0.0)),
        (17.0, hand(Gesture::HotCue, 1.0)),
    ]
}

const END: u64 = 18 * BEAT;

fn played_by_hands(block: u32) -> Bench {
    let mut bench = bench();
    let mut hands = session().into_iter().peekable();
    while bench.frame < END {
        while let Some((beat, action)) = hands.next_if(|(beat, _)| beat * (BEAT as f64) < bench.frame as f64 + 12_000.0)
        {
            bench.ask(action, ActionTiming::CustomBeat(beat));
        }
        let to = bench.frame + u64::from(block);
        bench.run_to(to.min(END), block);
    }
    let refused: Vec<_> = bench.turn.receipts.iter().filter(|r| matches!(r, Receipt::Refused { .. })).collect();
    assert!(refused.is_empty(), "{refused:?}");
    bench
}

/// The host plays back what it recorded, in blocks of a size.
fn played_back(moves: &[(u64, Control, f32)], block: u32) -> Bench {
    let mut bench = bench();
    let mut moves = moves.to_vec();
    // As the host's layer sorts them, and from a host that lists its lanes the other way round.
    moves.reverse();
    moves.sort_by_key(|(frame, control, _)| (*frame, control.rank()));
    while bench.frame < END {
        let (from, frames) = (bench.frame, (END - bench.frame).min(u64::from(block)));
        let now = moves.iter().filter(|(frame, ..)| (from..from + frames).contains(frame));
        let input = |&(frame, control, value): &(u64, Control, f32)| TimedInput {
            frame: (frame - from) as u32,
            input: HostInput::Control(control, value),
        };
        let inputs: Vec<_> = now.map(input).collect();
        bench.process(frames as u32, &inputs);
        bench.console.tick(&mut bench.turn);
    }
    bench
}

#[test]
fn what_hands_do_is_recorded_so_that_the_host_plays_the_same_again_to_the_bit() {
    let first = played_by_hands(64);
    assert!(first.decks[0].iter().any(|sample| *sample != 0.0));
    for block in [64, 257, 2048] {
        let again = played_back(&first.moves, block);
        let other = first.decks[0].iter().zip(&again.decks[0]).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(
            other.map(|frame| frame as f64 / BEAT as f64),
            None,
            "the first beat that is another, block {block}"
        );
        assert_eq!(again.moves, [], "and nothing has to be put right");
    }
}
