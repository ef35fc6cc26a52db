//! What a check of the policy and a turn of the executor cost: `cargo run --release -p echelon_engine --example
//! safety_figures`. Bars: 200 ns and, with 64 pending, 20 us.

use std::hint::black_box;
use std::time::Instant;

use echelon_engine::action::{Action, ActionKind, ActionQueue, ActionTiming, Request, Turn};
use echelon_engine::clock::HostTransport;
use echelon_engine::processor::{BlockInput, BlockIo};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::{Ask, DeckState, Nature, SafetyPolicy, Source};
use echelon_engine::units::{Decibels, DeckId};

fn main() {
    println!("policy check: {:.1} ns", policy_check_ns());
    let (quiet, busy) = ticks_us();
    println!("executor tick with 64 and more pending: {quiet:.2} us, with a new request {busy:.2} us");
}

/// The middle of 101 runs of every kind on every deck.
fn policy_check_ns() -> f64 {
    let mut policy = SafetyPolicy::default();
    for deck in DeckId::ALL {
        policy.deck_mut(deck).state = DeckState::Playing;
        policy.done(deck, ActionKind::Loop, 0.0, 120.0);
    }
    let mut runs: Vec<f64> = (0..101)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..100 {
                for deck in DeckId::ALL {
                    for action in ActionKind::ALL {
                        let ask = Ask { source: Source::Osc, deck, action, beat: 1.0, nature: Nature::Plain };
                        let _ = black_box(policy.decide(black_box(&ask)));
                    }
                }
            }
            start.elapsed().as_secs_f64() * 1e9 / (100 * 4 * ActionKind::COUNT) as f64
        })
        .collect();
    middle(&mut runs)
}

/// With 64 actions pending on the audio side: the middle of 101 turns with nothing new, and of 101 that admit one more
/// each.
fn ticks_us() -> (f64, f64) {
    let Ok((mut console, mut processor)) = Rig::new(RigConfig::new(48_000.0)) else { return (f64::NAN, f64::NAN) };
    let (mut sender, receiver) = ActionQueue::new(64);
    console.connect(receiver);
    let mut turn = Turn::default();
    let mut ask = |n: u32| {
        let action = Action::SetGain { deck: DeckId::ALL[(n % 4) as usize], gain: Decibels(-6.0) };
        let timing = ActionTiming::CustomBeat(f64::from(n) + 1e6);
        let _ = sender.send(Request::new(Source::Editor, action, timing));
    };
    let mut turns = [vec![], vec![]];
    (0..64).for_each(&mut ask);
    for run in 0..202_u32 {
        let mut io = BlockIo::over([], &[]);
        let block = BlockInput { frames: 64, transport: HostTransport::SILENT, inputs: &[] };
        console.tick(&mut turn);
        processor.process(&mut io, block, &mut Vec::new());
        console.tick(&mut turn);
        if run % 2 == 1 && run < 180 {
            ask(64 + run);
        }
        let start = Instant::now();
        console.tick(&mut turn);
        turns[(run % 2) as usize].push(start.elapsed().as_secs_f64() * 1e6);
    }
    let [mut quiet, mut busy] = turns;
    (middle(&mut quiet), middle(&mut busy))
}

fn middle(runs: &mut [f64]) -> f64 {
    runs.sort_by(f64::total_cmp);
    runs[runs.len() / 2]
}
