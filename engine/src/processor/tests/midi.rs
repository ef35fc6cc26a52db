//! A controller's hands on both halves together.

use super::*;
use crate::action::{Gesture, Trigger};
use crate::midi::{
    Binding, GestureEnds, Light, MidiHeard, MidiSource, MidiTable, MidiTarget, Mode, Relative, Shift, SourceKind,
    Takeover, Travel,
};
use crate::mixer::Knob;
use crate::safety::ActionMask;

const A: DeckId = DeckId::A;

fn source(kind: SourceKind, number: u16) -> MidiSource {
    MidiSource::new(kind, 0, number).unwrap()
}

fn button(note: u16, target: MidiTarget) -> Binding {
    Binding::new(source(SourceKind::Note, note), Mode::Button, target)
}

fn knob(number: u16, mode: Mode, target: MidiTarget, travel: Travel) -> Binding {
    Binding { travel, ..Binding::new(source(SourceKind::Controller, number), mode, target) }
}

const fn part(control: Control) -> (MidiTarget, Travel) {
    (MidiTarget::Control(control), Travel::linear(0.0, 1.0, 0.5))
}

fn crossfader(mode: Mode, takeover: Takeover) -> Binding {
    let (target, travel) = part(Control::Crossfader);
    Binding { takeover, ..knob(8, mode, target, travel) }
}

fn mapped(bindings: Vec<Binding>) -> Bench {
    let mut bench = Bench::loaded(120.0);
    bench.console.set_midi(MidiTable::new(bindings));
    bench.process(1, &[]);
    bench.console.tick(&mut bench.turn);
    bench
}

/// What came out for the lights, by the frame on which it was sent.
type Shown = Vec<(u64, [u8; 3])>;

/// Plays messages on their frames, in blocks of a size.
fn play_midi(bench: &mut Bench, events: &[(u64, [u8; 3])], until: u64, block: u32) -> Shown {
    let mut shown = vec![];
    while bench.frame < until {
        let (from, frames) = (bench.frame, (until - bench.frame).min(u64::from(block)) as u32);
        let here = events.iter().filter(|(frame, _)| (from..from + u64::from(frames)).contains(frame));
        let inputs: Vec<_> = here
            .map(|(frame, bytes)| TimedInput { frame: (frame - from) as u32, input: HostInput::Midi(*bytes) })
            .collect();
        bench.process(frames, &inputs);
        shown.extend(bench.processor.midi_out().iter().map(|out| (from + u64::from(out.frame), out.bytes)));
        bench.console.tick(&mut bench.turn);
    }
    shown
}

const fn on(note: u8) -> [u8; 3] {
    [0x90, note, 127]
}

const fn off(note: u8) -> [u8; 3] {
    [0x90, note, 0]
}

const fn cc(number: u8, value: u8) -> [u8; 3] {
    [0xB0, number, value]
}

#[test]
fn messages_act_on_their_frames_and_are_the_same_sound_in_blocks_of_any_size() {
    let (gain, _) = part(Control::Gain(A));
    let bindings = vec![
        Binding { at: Some(At::Now), ..button(60, MidiTarget::Control(Control::Play(A))) },
        crossfader(Mode::Absolute, Takeover::Jump),
        knob(9, Mode::Relative(Relative::TwosComplement, 0.01), gain, Travel::middle(-100.0, 12.0, -12.0, 0.0)),
        button(61, MidiTarget::Gesture { deck: A, gesture: Gesture::BeatJump, value: 1.0, ends: GestureEnds::Stroke }),
    ];
    let events = [
        (1_003, on(60)),
        (1_500, off(60)),
        (2_001, cc(8, 20)),
        (2_050, cc(8, 64)),
        (3_000, cc(9, 127)),
        (3_000, cc(9, 127)),
        (3_000, cc(9, 126)),
        (4_096, cc(9, 3)),
        (5_001, on(61)),
        (9_000, on(60)),
    ];
    let mut reference = None;
    for block in [1, 64, 100, 4_096] {
        let mut bench = mapped(bindings.clone());
        play_midi(&mut bench, &events, 16_000, block);
        assert_eq!(bench.onset(A), Some(1_003), "blocks of {block}");
        assert_eq!(bench.decks[0][9_000 + 144], 0.0, "a second press stops");
        assert_ne!(bench.decks[0][9_000 + 100], 0.0);
        let reference = reference.get_or_insert_with(|| (bench.master.clone(), bench.moves.clone()));
        assert!(bench.master.iter().zip(&reference.0).all(|(a, b)| a.to_bits() == b.to_bits()), "blocks of {block}");
        assert_eq!(bench.moves, reference.1, "blocks of {block}");
    }
    let (_, moves) = reference.unwrap();
    let of = |control| moves.iter().filter(move |m| m.1 == control).map(|m| (m.0, m.2)).collect::<Vec<_>>();
    assert_eq!(of(Control::Play(A)), [(1_003, 1.0), (9_000, 0.0)]);
    assert_eq!(of(Control::Crossfader), [(2_001, 20.0 / 128.0), (2_050, 0.5)]);
    let gains = of(Control::Gain(A));
    assert_eq!(gains.len(), 4, "each turn of one frame counts: {gains:?}");
    let way = Travel::middle(-100.0, 12.0, -12.0, 0.0);
    assert!((way.part(gains[2].1) - (way.part(0.0) - 0.04)).abs() < 1e-4, "four steps down in all: {gains:?}");
    assert!(gains.is_sorted_by(|a, b| a.0 <= b.0) && gains[2].1 < gains[1].1 && gains[3].1 > gains[2].1);
}

#[test]
fn a_fader_picks_up_what_another_hand_has_moved() {
    let mut bench = mapped(vec![crossfader(Mode::Absolute, Takeover::PickUp)]);
    play_midi(&mut bench, &[(100, cc(8, 64)), (200, cc(8, 30))], 1_000, 64);
    assert_eq!(bench.console.snapshot().crossfader, 30.0 / 128.0);
    bench.ask(Action::SetCrossfader { position: 0.9 }, ActionTiming::Immediate);
    bench.run_to(10_000, 64);
    play_midi(&mut bench, &[(11_000, cc(8, 40)), (12_000, cc(8, 80))], 13_000, 64);
    assert!((bench.console.snapshot().crossfader - 0.9).abs() < 1e-6, "it waits");
    assert_eq!(bench.console.snapshot().midi.waiting, 2);
    play_midi(&mut bench, &[(14_000, cc(8, 127)), (14_100, cc(8, 0))], 15_000, 64);
    assert_eq!(bench.console.snapshot().crossfader, 0.0, "it went past, and has it");
}

#[test]
fn fourteen_bits_move_in_one_step_and_turn_the_way_they_were_told() {
    let (target, travel) = part(Control::Crossfader);
    let fine = Binding {
        travel,
        takeover: Takeover::Jump,
        ..Binding::new(source(SourceKind::Controller14, 8), Mode::Absolute, target)
    };
    let mut bench = mapped(vec![Binding { invert: true, ..fine }]);
    play_midi(&mut bench, &[(5, cc(8, 64)), (6, cc(40, 0)), (500, cc(8, 32)), (500, cc(40, 1))], 600, 64);
    let moved: Vec<_> = bench.moves.iter().filter(|m| m.0 == 500).map(|m| m.2).collect();
    assert_eq!(moved.len(), 1, "once for both halves: {:?}", bench.moves);
    assert!((moved[0] - (1.0 - (32.0 * 128.0 + 1.0) / 16_384.0)).abs() < 1e-6);
}

#[test]
fn buttons_turn_switches_over_and_latching_buttons_set_them() {
    let slip = MidiTarget::Control(Control::Trigger(A, Trigger::Slip));
    let pfl = MidiTarget::Control(Control::Knob(Knob::of_deck(A, "pfl").unwrap()));
    let toggle = Binding { mode: Mode::Toggle, ..button(62, slip) };
    let reverse = MidiTarget::Control(Control::Trigger(A, Trigger::Reverse));
    let held = Binding { hold: true, ..button(64, reverse) };
    let mut bench = mapped(vec![button(60, slip), toggle, button(63, pfl), held]);
    let mut after = |bytes, until| {
        play_midi(&mut bench, &[(until - 50, bytes)], until, 64);
        let view = bench.console.snapshot();
        (
            view.decks[0].motion.slip,
            view.decks[0].knobs.get(Knob::of_deck(A, "pfl").unwrap()),
            view.decks[0].motion.reverse,
        )
    };
    assert_eq!(after(on(60), 100), (true, 0.0, false));
    assert_eq!(after(off(60), 200), (true, 0.0, false), "the release of a button is nothing to a switch");
    assert_eq!(after(on(60), 300), (false, 0.0, false));
    assert_eq!(after(on(62), 400), (true, 0.0, false));
    assert_eq!(after(on(62), 500), (true, 0.0, false), "a latching button says what it is");
    assert_eq!(after(off(62), 600), (false, 0.0, false));
    assert_eq!(after(on(63), 700), (false, 1.0, false));
    assert_eq!(after(on(64), 800), (false, 1.0, true));
    assert_eq!(after(off(64), 900), (false, 1.0, false), "only while it is held");
    let told: Vec<_> = bench.moves.iter().map(|m| (m.0, m.1, m.2)).collect();
    assert_eq!(told[0], (50, Control::Trigger(A, Trigger::Slip), 1.0), "the host records it on its frame");
    assert_eq!(told.len(), 7);
}

#[test]
fn a_held_cue_is_the_host_s_held_cue() {
    let mut bench = mapped(vec![button(60, MidiTarget::Control(Control::Trigger(A, Trigger::Cue)))]);
    play_midi(&mut bench, &[(1_000, on(60)), (3_000, off(60))], 6_000, 512);
    assert_eq!(bench.onset(A), Some(1_000));
    assert_eq!(bench.decks[0][3_000 + 150], 0.0);
    let cue = Control::Trigger(A, Trigger::Cue);
    let told: Vec<_> = bench.moves.iter().filter(|m| m.1 == cue).map(|m| (m.0, m.2)).collect();
    assert_eq!(told, [(1_000, 1.0), (3_000, 0.0)]);
}

#[test]
fn shift_is_another_layer_and_a_release_finds_what_it_began() {
    let cue = MidiTarget::Control(Control::Trigger(A, Trigger::Cue));
    let shifted = Binding { shift: Shift::Held, ..button(60, MidiTarget::Panic) };
    let mut bench = mapped(vec![button(59, MidiTarget::Shift), button(60, cue), shifted]);
    // The cue is held, shift comes, the cue is let go.
    play_midi(&mut bench, &[(1_000, on(60)), (2_000, on(59)), (3_000, off(60))], 5_000, 64);
    assert_eq!(bench.decks[0][3_000 + 150], 0.0, "let go though shift is held");
    bench.ask(play(A), ActionTiming::Immediate);
    bench.run_to(6_000, 64);
    play_midi(&mut bench, &[(7_000, on(60)), (7_100, off(60)), (7_200, off(59))], 9_000, 64);
    assert_ne!(bench.decks[0][6_990], 0.0);
    assert_eq!(bench.decks[0][7_000 + 500], 0.0, "with shift it is the panic");
}

#[test]
fn a_wheel_lets_go_when_it_stands_still() {
    let jog = MidiTarget::Gesture { deck: A, gesture: Gesture::Nudge, value: 0.5, ends: GestureEnds::Stroke };
    let wheel = knob(33, Mode::Relative(Relative::Offset64, 0.01), jog, Travel::SWITCH);
    for block in [64, 1_000] {
        let mut bench = mapped(vec![wheel]);
        bench.ask(play(A), ActionTiming::Immediate);
        bench.run_to(1_000, block);
        let speed = |bench: &Bench| bench.console.snapshot().decks[0].motion.speed;
        play_midi(&mut bench, &[(2_000, cc(33, 68)), (4_000, cc(33, 66))], 4_000 + 2_880, block);
        assert!((speed(&bench) - 1.01).abs() < 1e-6, "not before 60 ms: {}", speed(&bench));
        bench.run_to(12_000, block);
        assert!((speed(&bench) - 1.0).abs() < 1e-6, "{}", speed(&bench));
    }
}

#[test]
fn lights_show_what_changes_and_all_of_it_on_request() {
    let light = |note| Some(Light { pending: 64, locked: 9, ..Light::plain(source(SourceKind::Note, note)) });
    let mut bench = mapped(vec![
        Binding { light: light(60), ..button(60, MidiTarget::Control(Control::Play(A))) },
        Binding { light: light(61), ..button(61, MidiTarget::Lock(A)) },
        Binding { light: light(62), ..button(62, MidiTarget::Control(Control::Play(DeckId::C))) },
    ]);
    let first = play_midi(&mut bench, &[], 1_000, 64);
    let bytes = |shown: &Shown| shown.iter().map(|(_, bytes)| *bytes).collect::<Vec<_>>();
    assert!(first.is_empty(), "all were sent with the first block: {first:?}");
    let pending = play_midi(&mut bench, &[(6_000, on(60)), (6_100, off(60))], 95_000, 64);
    assert!(
        pending.len() >= 6 && pending.iter().all(|(_, b)| *b == [0x90, 60, 64] || *b == [0x90, 60, 0]),
        "it blinks"
    );
    assert!(pending.windows(2).all(|pair| pair[0].1 != pair[1].1), "only changes");
    let on_air = play_midi(&mut bench, &[], 97_000, 64);
    assert_eq!(bytes(&on_air).last(), Some(&[0x90, 60, 127]));
    assert_eq!(play_midi(&mut bench, &[], 190_000, 64), [], "nothing changes");
    bench.console.show_lights();
    let all = play_midi(&mut bench, &[], 191_000, 64);
    assert_eq!(bytes(&all), [[0x90, 60, 127], [0x90, 61, 0], [0x90, 62, 0]]);
    let refused = play_midi(&mut bench, &[(192_000, on(62))], 240_000, 64);
    assert!(refused.len() >= 4 && refused.iter().all(|(_, b)| b[1] == 62), "an empty deck: it flickers");
    assert_eq!(refused.last().unwrap().1, [0x90, 62, 0]);
    bench.ask(Action::StopDeck { deck: A }, ActionTiming::Immediate);
    bench.run_to(242_000, 64);
    let locked = play_midi(&mut bench, &[(243_000, on(61))], 246_000, 64);
    assert_eq!(bytes(&locked), [[0x90, 60, 9], [0x90, 61, 127]], "a locked deck's buttons are dimmed");
}

#[test]
fn a_block_sends_no_more_lights_than_it_may() {
    let light = |note| Some(Light::plain(source(SourceKind::Note, note)));
    let all = (0..128).map(|note| Binding { light: light(note), ..button(note, MidiTarget::Panic) });
    let mut bench = mapped(all.collect());
    bench.console.show_lights();
    let mut sent = 0;
    for _ in 0..16 {
        bench.process(256, &[]);
        let out = bench.processor.midi_out().len();
        assert!(out <= crate::midi::Lights::SENT);
        sent += out;
    }
    assert_eq!(sent, 128 - 32 + 32, "and in the end each of them once");
}

#[test]
fn what_midi_may_not_do_it_does_not_and_a_mute_mapping_only_listens() {
    let bindings =
        || vec![crossfader(Mode::Absolute, Takeover::Jump), button(60, MidiTarget::Control(Control::Play(A)))];
    let mut bench = mapped(bindings());
    let mut safety = SafetySettings::default();
    safety.source_mut(Source::Midi).mask = ActionMask::NONE;
    bench.console.set_safety(safety);
    bench.run_to(1_000, 64);
    play_midi(&mut bench, &[(1_100, cc(8, 0)), (1_200, on(60))], 100_000, 512);
    assert_eq!(bench.console.snapshot().crossfader, 0.5);
    assert_eq!(bench.onset(A), None);
    let rejected = bench.console.safety_telemetry();
    assert!(format!("{rejected:?}").contains('1'), "counted: {rejected:?}");

    let mut bench = mapped(vec![]);
    let mut table = MidiTable::new(bindings());
    table.is_mute = true;
    bench.console.set_midi(table);
    play_midi(&mut bench, &[(100, cc(8, 0)), (200, [0x95, 1, 2])], 1_000, 64);
    assert_eq!(bench.console.snapshot().crossfader, 0.5);
    let heard: Vec<_> = std::iter::from_fn(|| bench.console.take_heard()).collect();
    let expected = [(100, cc(8, 0), true), (200, [0x95, 1, 2], false)];
    let expected = expected.map(|(frame, bytes, is_mapped)| MidiHeard { frame: frame + 3, bytes, is_mapped });
    assert_eq!(heard.len(), 2);
    assert_eq!(
        heard.iter().map(|h| (h.bytes, h.is_mapped)).collect::<Vec<_>>(),
        expected.map(|h| (h.bytes, h.is_mapped))
    );
    let counts = bench.console.snapshot().midi;
    assert_eq!((counts.received, counts.unmapped, counts.unheard), (2, 1, 0));
}

#[test]
fn a_button_that_is_held_as_the_mapping_changes_is_let_go_of_and_its_own_release_does_nothing() {
    let cue = MidiTarget::Control(Control::Trigger(A, Trigger::Cue));
    for is_muted in [false, true] {
        // The deck rests at its cue: it plays while the button is held.
        let mut bench = mapped(vec![button(60, cue)]);
        play_midi(&mut bench, &[(100, on(60))], 4_096, 512);
        assert_eq!(bench.console.deck_state(A), DeckState::Playing);
        let mut table = MidiTable::new(vec![button(60, MidiTarget::Stop(DeckId::B))]);
        table.is_mute = is_muted;
        bench.console.set_midi(table);
        play_midi(&mut bench, &[], 8_192, 512);
        assert_eq!(bench.console.deck_state(A), DeckState::Stopped, "let go of");
        assert!(bench.moves.contains(&(4_096, Control::Trigger(A, Trigger::Cue), 0.0)), "and the host shows it");
        play_midi(&mut bench, &[(9_000, off(60))], 12_288, 512);
        assert_eq!(bench.console.deck_state(A), DeckState::Stopped);
    }
}

#[test]
fn midi_that_is_switched_off_lets_go_of_what_it_holds_and_begins_nothing() {
    let cue = MidiTarget::Control(Control::Trigger(A, Trigger::Cue));
    let mut bench = mapped(vec![
        button(60, cue),
        button(61, MidiTarget::Play(DeckId::B)),
        crossfader(Mode::Absolute, Takeover::Jump),
    ]);
    play_midi(&mut bench, &[(100, on(60))], 4_096, 512);
    assert_eq!(bench.console.deck_state(A), DeckState::Playing);
    let mut settings = *bench.console.policy().settings();
    settings.source_mut(Source::Midi).enabled = false;
    bench.console.set_safety(settings);
    let before = *bench.console.safety_telemetry().source(Source::Midi);
    play_midi(&mut bench, &[(5_000, on(61)), (5_100, cc(8, 0)), (6_000, off(60))], 8_192, 512);
    assert_eq!([A, DeckId::B].map(|deck| bench.console.deck_state(deck)), [DeckState::Stopped; 2]);
    assert_eq!(bench.console.snapshot().crossfader, 0.5);
    let after = *bench.console.safety_telemetry().source(Source::Midi);
    let since = |count: fn(&crate::safety::SourceTally) -> u64| count(&after) - count(&before);
    assert_eq!([since(|t| t.received), since(|t| t.accepted), since(|t| t.refused)], [3, 1, 2]);
    assert!(after.last.is_some_and(|last| last.accepted && last.kind == ActionKind::Cue), "{after:?}");
}
