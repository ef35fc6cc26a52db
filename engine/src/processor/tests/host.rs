//! The host's hand: switched off it moves nothing, and its parameters show what is.

use super::*;
use crate::action::{Gesture, Trigger};
use crate::mixer::{EqBand, Knob};

fn controls() -> Vec<(Control, f32)> {
    let knob = Knob::all().find(|knob| knob.path() == "/deck/a/fader").unwrap();
    vec![
        (Control::Crossfader, 0.25),
        (Control::MasterGain, -3.0),
        (Control::Gain(DeckId::A), -6.0),
        (Control::Eq(DeckId::A, EqBand::Mid), -9.0),
        (Control::Knob(knob), knob.row().min),
        (Control::Rate(DeckId::B), 1.1),
        (Control::KeyShift(DeckId::B), 2.0),
        (Control::Echo(DeckId::A), 0.5),
        (Control::Quantize, 0.0),
        (Control::Play(DeckId::A), 1.0),
        (Control::Trigger(DeckId::A, Trigger::Slip), 1.0),
        (Control::Trigger(DeckId::A, Trigger::Snap), 0.0),
    ]
}

fn switch(bench: &mut Bench, on: bool) {
    let mut settings = *bench.console.policy().settings();
    settings.source_mut(Source::Host).enabled = on;
    bench.console.set_safety(settings);
}

fn send(bench: &mut Bench, controls: &[(Control, f32)]) {
    let frame = bench.frame;
    let input = |(i, &(control, value)): (usize, &(Control, f32))| TimedInput {
        frame: i as u32,
        input: HostInput::Control(control, value),
    };
    let inputs: Vec<_> = controls.iter().enumerate().map(input).collect();
    bench.moves.clear();
    bench.process(512, &inputs);
    bench.console.tick(&mut bench.turn);
    assert_eq!(bench.frame, frame + 512);
}

#[test]
fn a_host_that_is_switched_off_moves_nothing_and_its_parameters_spring_back() {
    let mut bench = Bench::loaded(120.0);
    switch(&mut bench, false);
    bench.process(512, &[]);
    bench.console.tick(&mut bench.turn);
    let before: Vec<f32> = controls().iter().map(|(control, _)| bench.processor.control_now(*control)).collect();
    let all = controls();
    send(&mut bench, &all);
    let after: Vec<f32> = all.iter().map(|(control, _)| bench.processor.control_now(*control)).collect();
    assert_eq!(after, before);
    for ((control, _), now) in all.iter().zip(&before) {
        let told = bench.moves.iter().rev().find(|(_, moved, _)| moved == control).map(|(.., value)| *value);
        assert_eq!(told, Some(*now), "{control:?} springs back");
    }
    let tally = *bench.console.safety_telemetry().source(Source::Host);
    let count = all.len() as u64;
    assert_eq!((tally.received, tally.accepted, tally.refused), (count, 0, count));
    assert_eq!(bench.console.safety_telemetry().rejected_from(Source::Host), count);
    // It repeats what it was told, as some hosts do: that is no request.
    let told: Vec<_> = all.iter().zip(&before).map(|((control, _), now)| (*control, *now)).collect();
    send(&mut bench, &told);
    assert!(bench.moves.is_empty(), "{:?}", bench.moves);
    assert_eq!(bench.console.safety_telemetry().source(Source::Host).received, count);
    switch(&mut bench, true);
    send(&mut bench, &all);
    let now: Vec<f32> = all.iter().map(|(control, _)| bench.processor.control_now(*control)).collect();
    let wanted: Vec<f32> = all.iter().map(|(_, value)| *value).collect();
    assert_eq!(now, wanted);
    let tally = *bench.console.safety_telemetry().source(Source::Host);
    assert_eq!((tally.received, tally.accepted, tally.refused), (2 * count, count, count));
}

#[test]
fn a_host_that_is_switched_off_may_still_stop() {
    let mut bench = Bench::loaded(120.0);
    send(&mut bench, &[(Control::Quantize, 0.0), (Control::Play(DeckId::A), 1.0)]);
    switch(&mut bench, false);
    send(&mut bench, &[(Control::Play(DeckId::A), 0.0)]);
    bench.process(512, &[]);
    bench.console.tick(&mut bench.turn);
    assert_eq!(bench.console.deck_state(DeckId::A), DeckState::Stopped);
}

#[test]
fn a_locked_deck_s_pitch_fader_springs_back() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(Action::SetLock { deck: DeckId::A, locked: true }, ActionTiming::Immediate);
    bench.process(64, &[]);
    send(&mut bench, &[(Control::Rate(DeckId::A), 1.5)]);
    assert!(bench.moves.contains(&(64, Control::Rate(DeckId::A), 1.0)), "{:?}", bench.moves);
}

#[test]
fn quantize_is_set_by_anyone_and_the_host_s_parameter_shows_it() {
    let mut bench = Bench::loaded(120.0);
    let id = bench.ask(Action::SetQuantize { choice: 1 }, ActionTiming::Immediate);
    send(&mut bench, &[]);
    assert!(bench.done(id).is_some());
    assert_eq!(bench.moves, [(0, Control::Quantize, 1.0)]);
    assert_eq!(bench.console.snapshot().quantize, 1);
    let beyond = bench.ask(Action::SetQuantize { choice: 200 }, ActionTiming::Immediate);
    send(&mut bench, &[]);
    assert!(bench.done(beyond).is_some());
    assert_eq!(bench.console.snapshot().quantize, 4, "above the last is the last");
}

#[test]
fn an_echo_that_anyone_moves_is_told_to_the_host_which_takes_it_over() {
    let mut bench = Bench::loaded(120.0);
    let echo = Control::Echo(DeckId::A);
    bench.ask(Action::SetEcho { deck: DeckId::A, send: 0.75 }, ActionTiming::Immediate);
    send(&mut bench, &[]);
    assert_eq!(bench.moves, [(0, echo, 0.75)]);
    // The host's hand is the last one, and no cooldown holds an automation curve.
    send(&mut bench, &[(echo, 0.25)]);
    assert_eq!((bench.console.snapshot().decks[0].echo_send, bench.moves.len()), (0.25, 0));
    send(&mut bench, &[(echo, f32::NAN)]);
    assert_eq!(bench.console.snapshot().decks[0].echo_send, 0.0);
}

#[test]
fn snap_is_on_until_someone_switches_it_off_and_the_host_hears_of_that() {
    let mut bench = Bench::loaded(120.0);
    let snap = Control::Trigger(DeckId::B, Trigger::Snap);
    send(&mut bench, &[]);
    assert!(bench.moves.is_empty(), "a new deck snaps, and the host knows: {:?}", bench.moves);
    let off = Action::Gesture { deck: DeckId::B, gesture: Gesture::Snap, value: 0.0 };
    bench.ask(off, ActionTiming::Immediate);
    send(&mut bench, &[]);
    assert_eq!(bench.moves, [(512, snap, 0.0)]);
    send(&mut bench, &[(snap, 1.0)]);
    assert!(bench.console.snapshot().decks[1].motion.snap);
}

#[test]
fn what_waited_from_before_the_block_comes_before_what_is_due_on_its_first_frame() {
    // As a project sends its values: those of the mixer, and that no deck plays.
    let values = [(Control::Crossfader, 0.25), (Control::Play(DeckId::A), 0.0)];
    for (input, plays) in [
        // The start was asked for since.
        (HostInput::Waited as fn(Control, f32) -> HostInput, true),
        // The host's hand on the very frame: a fader comes behind a start, and what it sends after that comes too.
        (HostInput::Control, false),
    ] {
        let mut bench = Bench::loaded(120.0);
        bench.process(1, &[TimedInput { frame: 0, input: input(Control::Quantize, 0.0) }]);
        bench.ask(Action::PlayDeck { deck: DeckId::A, position_secs: None }, ActionTiming::Immediate);
        bench.process(64, &values.map(|(control, value)| TimedInput { frame: 0, input: input(control, value) }));
        bench.process(64, &[]);
        assert_eq!(bench.processor.state(DeckId::A) == DeckState::Playing, plays);
        assert_eq!(bench.processor.control_now(Control::Crossfader), 0.25);
    }
}
