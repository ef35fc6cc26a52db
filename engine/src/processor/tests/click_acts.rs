//! No action clicks: every action and every gesture there is, on all decks at once, at any block size, as a record, in
//! sync and under key lock, while music plays that has nothing above 1 kHz.

use super::clicks::{Heard, SEEN, other_blocks};
use super::*;
use crate::action::{GESTURES, Gesture};
use crate::deck::Marks;
use crate::mixer::EqBand;
use crate::safety::OnAirRule;

/// When the deck is made ready, and made ready further.
const READY: [u64; 2] = [4_000, 5_500];
/// When it is done: on no beat, in no block's first frame, and key lock is in by then.
const DONE: u64 = 8_011;
/// What is looked at: the fades that follow are in its middle.
const MIDDLE: u64 = DONE + 600;

/// What the decks play like.
#[derive(Clone, Copy, Debug)]
enum Scene {
    Record,
    Synced,
    KeyLocked,
}

type Asks = fn(DeckId) -> Vec<Action>;

/// What is asked before, in two turns, and what is looked at.
struct Act {
    name: &'static str,
    before: [Asks; 2],
    act: Asks,
}

fn gesture(deck: DeckId, gesture: Gesture, value: f64) -> Action {
    Action::Gesture { deck, gesture, value }
}

fn nothing(_: DeckId) -> Vec<Action> {
    vec![]
}

const fn plain(name: &'static str, act: Asks) -> Act {
    Act { name, before: [nothing, nothing], act }
}

const fn after(name: &'static str, before: Asks, act: Asks) -> Act {
    Act { name, before: [before, nothing], act }
}

fn stop(deck: DeckId) -> Vec<Action> {
    vec![Action::StopDeck { deck }]
}

fn looped(deck: DeckId) -> Vec<Action> {
    vec![gesture(deck, Gesture::BeatLoop, 0.25)]
}

const ACTS: [Act; 54] = [
    after("play", stop, |deck| vec![play(deck)]),
    after("play from", stop, |deck| vec![Action::PlayDeck { deck, position_secs: Some(2.013) }]),
    plain("stop", stop),
    plain("needle drop", |deck| vec![Action::SeekDeck { deck, position_secs: 3.123 }]),
    plain("load", |deck| vec![Action::LoadDeck { deck, path: "y.wav".into() }]),
    plain("eject", |deck| vec![Action::EjectDeck { deck }]),
    after("undo of a stop", stop, |deck| vec![Action::Undo { deck: Some(deck) }]),
    after(
        "undo of a needle drop",
        |deck| vec![Action::SeekDeck { deck, position_secs: 3.123 }],
        |deck| vec![Action::Undo { deck: Some(deck) }],
    ),
    after("undo of an eject", |deck| vec![Action::EjectDeck { deck }], |deck| vec![Action::Undo { deck: Some(deck) }]),
    plain("panic", |deck| if deck == DeckId::A { vec![Action::Panic] } else { vec![] }),
    plain("gain", |deck| vec![Action::SetGain { deck, gain: Decibels(-30.0) }]),
    plain("EQ", |deck| EqBand::ALL.map(|band| Action::SetEq { deck, band, gain: Decibels(-26.0) }).to_vec()),
    plain("echo", |deck| vec![Action::SetEcho { deck, send: 1.0 }]),
    plain("crossfader", |deck| match deck {
        DeckId::A => vec![Action::SetCrossfader { position: 1.0 }],
        _ => vec![],
    }),
    plain("master", |deck| match deck {
        DeckId::A => vec![Action::SetMasterGain { gain: Decibels(-40.0) }],
        _ => vec![],
    }),
    plain("marks", |deck| vec![Action::SetMarks { deck, marks: Box::default() }]),
    plain("lock", |deck| vec![Action::SetLock { deck, locked: true }]),
    plain("cue, playing", |deck| vec![gesture(deck, Gesture::Cue, 1.0)]),
    after("cue, held", |deck| vec![gesture(deck, Gesture::Cue, 1.0)], |deck| vec![gesture(deck, Gesture::Cue, 1.0)]),
    Act {
        name: "cue, let go",
        before: [|deck| vec![gesture(deck, Gesture::Cue, 1.0)], |deck| vec![gesture(deck, Gesture::Cue, 1.0)]],
        act: |deck| vec![gesture(deck, Gesture::Cue, 0.0)],
    },
    plain("hot cue", |deck| vec![gesture(deck, Gesture::HotCue, 1.0)]),
    after("hot cue, held", stop, |deck| vec![gesture(deck, Gesture::HotCue, 1.0)]),
    Act {
        name: "hot cue, let go",
        before: [stop, |deck| vec![gesture(deck, Gesture::HotCue, 1.0)]],
        act: |deck| vec![gesture(deck, Gesture::HotCueRelease, 1.0)],
    },
    after(
        "hot cue, slipping back",
        |deck| vec![gesture(deck, Gesture::Slip, 1.0), gesture(deck, Gesture::HotCue, 1.0)],
        |deck| vec![gesture(deck, Gesture::HotCueRelease, 1.0)],
    ),
    plain("hot cue set", |deck| vec![gesture(deck, Gesture::HotCueSet, 2.0)]),
    plain("hot cue clear", |deck| vec![gesture(deck, Gesture::HotCueClear, 1.0)]),
    plain("loop in", |deck| vec![gesture(deck, Gesture::LoopIn, 0.0)]),
    after(
        "loop out",
        |deck| vec![gesture(deck, Gesture::Snap, 0.0), gesture(deck, Gesture::LoopIn, 0.0)],
        |deck| vec![gesture(deck, Gesture::LoopOut, 0.0)],
    ),
    plain("loop", |deck| vec![gesture(deck, Gesture::BeatLoop, 0.5)]),
    plain("short loop", |deck| vec![gesture(deck, Gesture::BeatLoop, 1.0 / 32.0)]),
    after("loop, another length", looped, |deck| vec![gesture(deck, Gesture::BeatLoop, 0.125)]),
    plain("roll", |deck| vec![gesture(deck, Gesture::LoopRoll, 0.125)]),
    after(
        "roll end",
        |deck| vec![gesture(deck, Gesture::LoopRoll, 0.125)],
        |deck| vec![gesture(deck, Gesture::LoopRollEnd, 0.0)],
    ),
    after("loop exit", looped, |deck| vec![gesture(deck, Gesture::LoopExit, 0.0)]),
    after(
        "loop exit, slipping back",
        |deck| vec![gesture(deck, Gesture::Slip, 1.0), gesture(deck, Gesture::BeatLoop, 0.25)],
        |deck| vec![gesture(deck, Gesture::LoopExit, 0.0)],
    ),
    plain("reloop", |deck| vec![gesture(deck, Gesture::Reloop, 0.0)]),
    after("halve", looped, |deck| vec![gesture(deck, Gesture::LoopHalve, 0.0)]),
    after("double", looped, |deck| vec![gesture(deck, Gesture::LoopDouble, 0.0)]),
    after("loop move", looped, |deck| vec![gesture(deck, Gesture::LoopMove, 2.0)]),
    plain("beat jump", |deck| vec![gesture(deck, Gesture::BeatJump, 4.0)]),
    after("sync off", |deck| vec![gesture(deck, Gesture::Sync, 1.0)], |deck| vec![gesture(deck, Gesture::Sync, 0.0)]),
    plain("sync on", |deck| vec![gesture(deck, Gesture::Sync, 1.0)]),
    plain("rate", |deck| vec![gesture(deck, Gesture::Rate, 0.94)]),
    plain("nudge", |deck| vec![gesture(deck, Gesture::Nudge, 8.0)]),
    plain("reverse", |deck| vec![gesture(deck, Gesture::Reverse, 1.0)]),
    after(
        "reverse off, slipping back",
        |deck| vec![gesture(deck, Gesture::Slip, 1.0), gesture(deck, Gesture::Reverse, 1.0)],
        |deck| vec![gesture(deck, Gesture::Reverse, 0.0)],
    ),
    plain("scratch", |deck| vec![gesture(deck, Gesture::Scratch, -1.3)]),
    after(
        "scratch end",
        |deck| vec![gesture(deck, Gesture::Scratch, 0.0)],
        |deck| vec![gesture(deck, Gesture::ScratchEnd, 0.0)],
    ),
    plain("key lock", |deck| vec![gesture(deck, Gesture::KeyLock, 1.0)]),
    plain("key shift", |deck| vec![gesture(deck, Gesture::KeyShift, 3.0)]),
    after(
        "loop on",
        |deck| vec![gesture(deck, Gesture::LoopLength, 0.5)],
        |deck| vec![gesture(deck, Gesture::LoopOn, 0.0)],
    ),
    after(
        "roll on",
        |deck| vec![gesture(deck, Gesture::LoopLength, 0.125)],
        |deck| vec![gesture(deck, Gesture::RollOn, 0.0)],
    ),
    after(
        "jump on",
        |deck| vec![gesture(deck, Gesture::JumpSize, 2.0)],
        |deck| vec![gesture(deck, Gesture::JumpOn, 0.0)],
    ),
    after(
        "jump back",
        |deck| vec![gesture(deck, Gesture::JumpSize, 2.0)],
        |deck| vec![gesture(deck, Gesture::JumpBack, 0.0)],
    ),
];

/// Asks all decks, and is done with it if it must be.
fn ask(bench: &mut Bench, asks: Asks, timing: ActionTiming) -> Vec<RequestId> {
    let mut ids = vec![];
    for deck in DeckId::ALL {
        for action in asks(deck) {
            let loads = matches!(action, Action::LoadDeck { .. });
            let id = bench.ask(action, timing);
            if loads {
                bench.console.track_ready(id, crate::deck::tests::track(110.0, 5.0, SR), &mut bench.turn);
            }
            ids.push(id);
        }
    }
    ids
}

/// Four decks that play the same, and an act on all of them.
fn render(scene: Scene, act: Option<&Act>, block: u32) -> Heard {
    let mut bench = Bench::new(123.0);
    let mut safety = SafetySettings::default();
    (safety.on_air, safety.play_toggle_ms) = (OnAirRule::Allow, 0.0);
    ActionKind::ALL.into_iter().for_each(|kind| safety.set_cooldown_beats(kind, 0.0));
    bench.console.set_safety(safety);
    for deck in DeckId::ALL {
        bench.load_track(deck, crate::deck::tests::track(120.0, 5.0, SR));
    }
    let start: Asks = |deck| {
        let marks = Marks { cue_secs: 1.0, loop_secs: Some([1.0, 1.5]), ..Marks::default() };
        let mut marks = Box::new(marks);
        marks.hot_cues_secs[0] = Some(2.0);
        vec![Action::SetMarks { deck, marks }, gesture(deck, Gesture::Rate, 1.04)]
    };
    ask(&mut bench, start, ActionTiming::Immediate);
    let scenery: Asks = match scene {
        Scene::Record => nothing,
        Scene::Synced => |deck| vec![gesture(deck, Gesture::Sync, 1.0)],
        Scene::KeyLocked => |deck| vec![gesture(deck, Gesture::KeyLock, 1.0)],
    };
    ask(&mut bench, scenery, ActionTiming::Immediate);
    let start: Asks = |deck| vec![Action::PlayDeck { deck, position_secs: Some(1.6) }];
    ask(&mut bench, start, ActionTiming::Immediate);
    let offset = bench.console.snapshot().frames;
    if let Some(act) = act {
        for (frame, asks) in READY.into_iter().zip(act.before) {
            bench.run_to(frame, block);
            ask(&mut bench, asks, ActionTiming::Immediate);
        }
        bench.run_to(DONE - 711, block);
        let ids = ask(&mut bench, act.act, ActionTiming::AtFrame(offset + DONE));
        bench.run_to(MIDDLE + SEEN as u64 / 2, block);
        for id in ids {
            let name = act.name;
            assert!(bench.done(id).is_some(), "{name}, {scene:?}, blocks of {block}: {:?}", bench.refusal(id));
        }
    }
    bench.run_to(MIDDLE + SEEN as u64 / 2, block);
    Heard::around(&bench, MIDDLE)
}

/// Each act, in blocks of 64 and of so many other sizes.
fn no_act_clicks(scene: Scene, sizes: usize) {
    let music = render(scene, None, 64);
    assert!(music.is_music());
    let mut worst = ("", f64::NEG_INFINITY);
    for (number, act) in ACTS.iter().enumerate() {
        let heard = render(scene, Some(act), 64);
        for block in other_blocks(number, sizes) {
            let same = render(scene, Some(act), block).is(&heard);
            assert!(same, "{scene:?} {}: other samples in blocks of {block}", act.name);
        }
        let high = heard.click_db(&music);
        worst = if high > worst.1 { (act.name, high) } else { worst };
    }
    println!("{scene:?}: the loudest click is {} with {:.1} dB", worst.0, worst.1);
    assert!(worst.1 < -60.0, "{scene:?} {}: {:.1} dB above 5 kHz", worst.0, worst.1);
}

#[test]
fn no_action_clicks_on_a_record() {
    no_act_clicks(Scene::Record, 2);
}

#[test]
fn no_action_clicks_in_sync() {
    no_act_clicks(Scene::Synced, 1);
}

#[test]
fn no_action_clicks_under_key_lock() {
    no_act_clicks(Scene::KeyLocked, 1);
}

#[test]
fn every_gesture_is_among_them() {
    for row in &GESTURES {
        let has = |act: &Act| {
            let of = |asks: Asks| {
                asks(DeckId::A)
                    .iter()
                    .any(|action| matches!(action, Action::Gesture { gesture, .. } if *gesture == row.gesture))
            };
            of(act.act) || act.before.iter().any(|asks| of(*asks))
        };
        assert!(ACTS.iter().any(has), "{}", row.title);
    }
}
