//! Orders and floods that are unlucky.

use super::*;
use crate::action::Gesture;

/// A track that cannot be taken for the other: every sample is -1/4.
fn another_track() -> Arc<Track> {
    let samples = vec![-0.25; TRACK_FRAMES as usize];
    Arc::new(Track::new(samples.clone(), samples, SR).unwrap())
}

#[test]
fn a_deck_can_be_changed_over_on_one_line() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(30_000, 512);
    let stop = bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::NextBar);
    let load = bench.ask(Action::LoadDeck { deck: DeckId::A, path: "y.wav".into() }, ActionTiming::NextBar);
    bench.console.track_ready(load, another_track(), &mut bench.turn);
    let start = bench.ask(play(DeckId::A), ActionTiming::NextBar);
    bench.run_to(100_000, 512);
    assert_eq!([stop, load, start].map(|id| bench.done(id)), [Some((4.0, 0)); 3], "{:?}", bench.turn.receipts);
    assert_eq!(bench.decks[0][95_999], sample(95_999));
    assert_ne!(bench.decks[0][96_000 + 100], -0.25, "the old track is still fading out");
    assert_eq!(bench.decks[0][96_000 + 144..97_000], [-0.25; 856]);
}

#[test]
fn a_recipe_has_room_of_its_own_on_a_full_timeline() {
    use crate::action::{Recipe, RecipeStep};
    let mut bench = Bench::loaded(120.0);
    for i in 0..Timeline::MIXER_CAPACITY as u32 {
        let position = i as f32 / 1000.0;
        bench.ask(Action::SetCrossfader { position }, ActionTiming::CustomBeat(100.0 + f64::from(i)));
        bench.process(1, &[]);
    }
    let gain = |deck| Action::SetGain { deck, gain: Decibels(-6.0) };
    let steps = [gain(DeckId::A), gain(DeckId::A), play(DeckId::B), play(DeckId::A)].map(|action| RecipeStep {
        after_beats: 0.0,
        over_beats: 0.0,
        action,
    });
    let recipe = Recipe { name: "four".into(), steps: steps.into() };
    let id = bench.ask(Action::RunRecipe { recipe }, ActionTiming::NextBeat);
    bench.run_to(60_000, 512);
    assert_eq!(bench.done(id), Some((1.0, 0)), "{:?}", bench.refusal(id));
    assert_eq!((bench.onset(DeckId::A), bench.onset(DeckId::B)), (Some(24_000), Some(24_000)));
    assert_eq!(bench.console.snapshot().decks[0].gain_db, -6.0);
}

#[test]
fn a_recipe_is_taken_back_as_a_whole_while_the_host_makes_no_blocks() {
    use crate::action::{Pending, Recipe, RecipeStep};
    let mut bench = Bench::loaded(120.0);
    for i in 0..MAX_COMMANDS_PER_TICK as u32 {
        bench.ask(Action::SetCrossfader { position: 0.5 }, ActionTiming::CustomBeat(100.0 + f64::from(i)));
    }
    let steps = [DeckId::A, DeckId::B].map(|deck| RecipeStep { after_beats: 0.0, over_beats: 0.0, action: play(deck) });
    let recipe = Recipe { name: "two".into(), steps: steps.into() };
    let id = bench.ask(Action::RunRecipe { recipe }, ActionTiming::NextBeat);
    let cancel = bench.ask(Action::Cancel { pending: Pending::Deck(DeckId::A) }, ActionTiming::Immediate);
    bench.run_to(60_000, 512);
    assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id }) && bench.done(cancel).is_some());
    assert_eq!((bench.onset(DeckId::A), bench.onset(DeckId::B)), (None, None), "all or none");
}

#[test]
fn a_stop_is_the_last_word() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(6000, 64);
    let stop = Action::StopDeck { deck: DeckId::A };
    bench.ask(stop.clone(), ActionTiming::Immediate);
    let again = bench.ask(play(DeckId::A), ActionTiming::Immediate);
    let last = bench.ask(stop, ActionTiming::Immediate);
    bench.run_to(7000, 64);
    assert!(bench.done(last).is_some());
    assert!(bench.turn.receipts.contains(&Receipt::Cancelled { id: again }));
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Stopped);
}

#[test]
fn a_full_timeline_has_room_for_a_stop() {
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    for i in 0..300 {
        bench.ask(Action::SetCrossfader { position: 0.5 }, ActionTiming::CustomBeat(1000.0));
        if i % 50 == 0 {
            bench.run_to(bench.frame + 64, 64);
        }
    }
    bench.run_to(bench.frame + 640, 64);
    let stop = bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::Immediate);
    bench.run_to(bench.frame + 64, 64);
    assert!(bench.done(stop).is_some(), "{:?}", bench.refusal(stop));
}

#[test]
fn a_flood_of_host_input_loses_no_receipt() {
    let mut bench = Bench::loaded(120.0);
    let off = TimedInput { frame: 0, input: HostInput::Control(Control::Quantize, 0.0) };
    let press = |i: u32| TimedInput { frame: i, input: HostInput::Control(Control::Play(DeckId::B), (i % 2) as f32) };
    let flood: Vec<_> = std::iter::once(off).chain((1..1000).map(press)).collect();
    let id = bench.ask(play(DeckId::A), ActionTiming::CustomBeat(1010.0 / 24_000.0));
    bench.process(1024, &flood);
    bench.console.tick(&mut bench.turn);
    assert!(bench.done(id).is_some());
}

#[test]
fn what_nobody_takes_does_not_pile_up() {
    // The host has the plugin, but makes no blocks.
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(64, 64);
    let at = |i: u16| ActionTiming::CustomBeat(0.001 + f64::from(i) / 200_000.0);
    let ids: Vec<_> = (0..10_000).map(|i| bench.ask(Action::SetCrossfader { position: 0.25 }, at(i))).collect();
    let stop = bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::Immediate);
    let refused = bench.turn.receipts.iter().filter(|r| matches!(r, Receipt::Refused { code: "full", .. })).count();
    assert!(refused > 8_000, "{refused}");
    bench.run_to(10_000, 64);
    assert!(bench.done(stop).is_some(), "there is room for a stop: {:?}", bench.refusal(stop));
    assert!(ids.iter().all(|id| bench.turn.receipts.iter().any(|r| r.id() == *id && r.is_final())));
}

#[test]
fn a_host_that_was_told_to_play_hears_that_the_wait_is_over() {
    let mut bench = Bench::loaded(120.0);
    bench.run_to(6000, 64);
    bench.process(64, &[TimedInput { frame: 0, input: HostInput::Control(Control::Play(DeckId::A), 1.0) }]);
    bench.console.tick(&mut bench.turn);
    let stop = bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::Immediate);
    bench.run_to(7000, 64);
    assert!(bench.done(stop).is_some());
    assert_eq!(bench.moves, [(6064, Control::Play(DeckId::A), 0.0)], "its control shows what the deck does");
}

#[test]
fn a_stop_at_once_is_not_put_off_by_the_host_s_own() {
    // A project is opened while a deck plays: its play parameter goes to 0, and the control side stops the deck.
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(6000, 64);
    let stop = bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::Immediate);
    let eject = bench.ask(Action::EjectDeck { deck: DeckId::A }, ActionTiming::Immediate);
    bench.process(64, &[TimedInput { frame: 0, input: HostInput::Control(Control::Play(DeckId::A), 0.0) }]);
    bench.run_to(100_000, 512);
    assert!(bench.done(stop).is_some(), "{:?}", bench.turn.receipts);
    assert!(bench.done(eject).is_some(), "{:?}", bench.refusal(eject));
    assert_eq!(bench.refusal(RequestId::HOST), None, "nothing is left to be stopped later");
}

#[test]
fn loads_that_went_stale_leave_room_for_others() {
    let mut bench = Bench::loaded(120.0);
    for i in 0..MAX_COMMANDS_PER_TICK as u32 {
        bench.ask(Action::SetCrossfader { position: 0.5 }, ActionTiming::CustomBeat(100.0 + f64::from(i)));
    }
    let load = || Action::LoadDeck { deck: DeckId::C, path: "y.wav".into() };
    for _ in 0..crate::action::ActionExecutor::MAX_LIVE_TRACKS {
        let id = bench.ask(load(), ActionTiming::Immediate);
        bench.console.track_ready(id, track(), &mut bench.turn);
    }
    bench.turn.now_secs = 11.0;
    bench.console.tick(&mut bench.turn);
    bench.run_to(64, 64);
    let id = bench.ask(load(), ActionTiming::Immediate);
    bench.console.track_ready(id, track(), &mut bench.turn);
    bench.run_to(128, 64);
    assert!(bench.done(id).is_some(), "{:?}", bench.refusal(id));
}

#[test]
fn a_seek_and_a_play_sent_together_are_both_done() {
    for timing in [ActionTiming::Immediate, ActionTiming::NextBeat] {
        let mut bench = Bench::loaded(120.0);
        bench.run_to(6000, 64);
        let seek = bench.ask(Action::SeekDeck { deck: DeckId::A, position_secs: 1.0 }, timing);
        let start = bench.ask(play(DeckId::A), timing);
        bench.run_to(30_000, 64);
        assert!(bench.done(seek).is_some(), "{timing:?}: {:?}", bench.refusal(seek));
        assert!(bench.done(start).is_some());
        let onset = bench.onset(DeckId::A).unwrap();
        assert_eq!(bench.decks[0][onset + 200], sample(48_000 + 200));
    }
}

#[test]
fn a_panic_is_never_too_late_and_waits_for_nothing() {
    for timing in [ActionTiming::CustomBeat(-4.0), ActionTiming::NextBar] {
        let mut bench = Bench::loaded(120.0);
        bench.ask(play(DeckId::A), ActionTiming::Immediate);
        bench.run_to(6000, 64);
        let id = bench.ask(Action::Panic, timing);
        bench.run_to(7000, 64);
        assert!(bench.done(id).is_some(), "{:?}", bench.refusal(id));
        assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Stopped);
    }
}

#[test]
fn a_load_that_has_to_wait_for_a_fade_stops_nothing_yet() {
    let mut bench = Bench::loaded(120.0);
    let rule = crate::safety::OnAirRule::StopFirst;
    bench.ask(Action::Configure { setting: crate::action::Setting::OnAir { rule } }, ActionTiming::Immediate);
    let load = |bench: &mut Bench| {
        let id = bench.ask(Action::LoadDeck { deck: DeckId::A, path: "y.wav".into() }, ActionTiming::Immediate);
        bench.console.track_ready(id, track(), &mut bench.turn);
        id
    };
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(12_000, 64);
    let first = load(&mut bench);
    bench.run_to(12_032, 32);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(12_064, 32);
    let second = load(&mut bench);
    bench.run_to(12_128, 32);
    assert!(bench.done(first).is_some() && bench.done(second).is_none());
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Playing, "it may still be refused");
    bench.run_to(12_500, 32);
    assert!(bench.done(second).is_some(), "{:?}", bench.refusal(second));
    assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Stopped);
}

#[test]
fn a_full_timeline_has_room_for_a_panic_a_cancel_and_a_lock() {
    use crate::action::Pending;
    let cancel = Action::Cancel { pending: Pending::All };
    for last in [Action::Panic, cancel.clone(), Action::SetLock { deck: DeckId::B, locked: true }] {
        let mut bench = Bench::loaded(120.0);
        bench.ask(play(DeckId::A), ActionTiming::Immediate);
        let at = |i: u32| ActionTiming::CustomBeat(1000.0 + f64::from(i));
        for i in 0..300 {
            bench.ask(Action::SetCrossfader { position: 0.5 }, at(i));
            // For later too: even a heap of these keeps no panic out.
            bench.ask(cancel.clone(), at(i));
            if i % 20 == 0 {
                bench.run_to(bench.frame + 64, 64);
            }
        }
        bench.run_to(bench.frame + 1280, 64);
        let is_panic = last == Action::Panic;
        let id = bench.ask(last, ActionTiming::Immediate);
        bench.run_to(bench.frame + 64, 64);
        assert!(bench.done(id).is_some() || !is_panic, "{:?}", bench.refusal(id));
        if is_panic {
            bench.run_to(bench.frame + 640, 64);
            assert_eq!(bench.console.snapshot().pending[0], None);
            assert_eq!(bench.console.snapshot().decks[0].state, DeckState::Stopped);
        }
    }
    // Faders alone leave room for all three.
    for last in [Action::Panic, cancel, Action::SetLock { deck: DeckId::B, locked: true }] {
        let mut bench = Bench::loaded(120.0);
        for i in 0..300 {
            bench.ask(Action::SetCrossfader { position: 0.5 }, ActionTiming::CustomBeat(1000.0 + f64::from(i)));
            if i % 20 == 0 {
                bench.run_to(bench.frame + 64, 64);
            }
        }
        bench.run_to(bench.frame + 640, 64);
        let id = bench.ask(last, ActionTiming::Immediate);
        bench.run_to(bench.frame + 64, 64);
        assert!(bench.done(id).is_some(), "{:?}", bench.refusal(id));
    }
}

#[test]
fn a_panic_finds_room_among_stops_that_nobody_takes() {
    // The host makes no blocks, and someone holds the stop button.
    let mut bench = Bench::loaded(120.0);
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.run_to(64, 64);
    for _ in 0..1500 {
        bench.ask(Action::StopDeck { deck: DeckId::A }, ActionTiming::NextBar);
    }
    let panics = [(); 100].map(|()| bench.ask(Action::Panic, ActionTiming::Immediate));
    bench.run_to(640, 64);
    assert!(bench.done(panics[99]).is_some(), "{:?}", bench.refusal(panics[99]));
    assert!(panics.iter().all(|id| bench.refusal(*id).is_none()));
}

/// Every queue full of what cannot be merged, and more of it with every turn: what is urgent does not wait behind it.
#[test]
fn in_a_flood_a_stop_and_a_panic_are_done_in_the_second_block_after_the_turn_that_admitted_them() {
    for urgent in [Action::StopDeck { deck: DeckId::A }, Action::Panic] {
        for nudges in [DeckId::A, DeckId::B] {
            let mut bench = Bench::loaded(120.0);
            bench.ask(play(DeckId::A), ActionTiming::Immediate);
            bench.ask(play(DeckId::B), ActionTiming::Immediate);
            bench.run_to(4_096, 64);
            let flood = |bench: &mut Bench| {
                for n in 0..8_u32 {
                    let jump = Action::Gesture { deck: nudges, gesture: Gesture::BeatJump, value: f64::from(n % 2) };
                    bench.ask(jump, ActionTiming::Immediate);
                    let mix = Action::SetEcho { deck: DeckId::C, send: n as f32 / 8.0 };
                    bench.ask(mix, ActionTiming::Immediate);
                }
            };
            for _ in 0..200 {
                flood(&mut bench);
            }
            let id = bench.ask(urgent.clone(), ActionTiming::Immediate);
            for _ in 0..2 {
                flood(&mut bench);
                bench.process(512, &[]);
                bench.console.tick(&mut bench.turn);
            }
            assert!(bench.done(id).is_some(), "{urgent:?} behind {nudges}: {:?}", bench.refusal(id));
            let end = bench.decks[0].len();
            assert!(bench.decks[0][end - 16..].iter().all(|s| *s == 0.0), "{urgent:?} behind {nudges}");
        }
    }
}
