//! What a question to the safety policy costs, and a turn of the executor with 64 requests pending.
//!
//! `cargo run --release -p echelon_engine --example safety_figures` prints the times. For counts of instructions run it in
//! valgrind with `policy N`, `tick N` or `admit N`, for two N, and divide the difference.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "an example: small figures, short code")]

use std::hint::black_box;
use std::time::Instant;

use echelon_engine::action::{Action, ActionKind, ActionQueue, ActionSender, ActionTiming, Request, Turn};
use echelon_engine::clock::HostTransport;
use echelon_engine::console::Console;
use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::rig::{Rig, RigConfig};
use echelon_engine::safety::{Ask, DeckLock, DeckState, LockReason, Nature, SafetyPolicy, Source};
use echelon_engine::units::{Bpm, DeckId, NUM_DECKS};

const PENDING: usize = 64;

/// A policy with decks in every state, one locked, one cooling down, and questions of every kind from everyone.
fn policy() -> (SafetyPolicy, Vec<Ask>) {
    let mut policy = SafetyPolicy::default();
    for (deck, state) in DeckId::ALL.into_iter().zip(DeckState::ALL) {
        policy.deck_mut(deck).state = state;
    }
    policy.deck_mut(DeckId::D).on_air = true;
    policy.lock(DeckId::B, DeckLock { owner: Source::Editor, reason: LockReason::User }).unwrap();
    policy.done(DeckId::C, ActionKind::Load, 0.0, 120.0);
    let mut asks = vec![];
    for source in Source::ALL {
        for deck in DeckId::ALL {
            asks.extend(ActionKind::ALL.map(|action| Ask { source, deck, action, beat: 4.0, nature: Nature::Plain }));
        }
    }
    (policy, asks)
}

fn ask_all(policy: &SafetyPolicy, asks: &[Ask], times: usize) {
    for ask in asks.iter().cycle().take(times) {
        _ = black_box(policy.decide(black_box(ask)));
    }
}

/// A rig in which requests wait for beats far away.
struct Bench {
    console: Console,
    processor: RigProcessor,
    sender: ActionSender,
    turn: Turn,
}

impl Bench {
    fn new() -> Self {
        let (mut console, processor) = Rig::new(RigConfig::new(48_000.0)).unwrap();
        let (sender, receiver) = ActionQueue::new(256);
        console.connect(receiver);
        let mut bench = Self { console, processor, sender, turn: Turn::default() };
        for i in 0..PENDING {
            bench.ask(ActionTiming::CustomBeat(1e6 + i as f64));
        }
        bench.tick();
        bench.block();
        bench.tick();
        assert_eq!(bench.console.telemetry().open, PENDING);
        bench
    }

    fn ask(&mut self, timing: ActionTiming) {
        self.sender.send(Request::new(Source::Editor, Action::SetCrossfader { position: 0.25 }, timing)).unwrap();
    }

    fn tick(&mut self) {
        self.console.tick(&mut self.turn);
        self.turn.receipts.clear();
    }

    fn block(&mut self) {
        let silence = [0.0; 32];
        let mut out = [[0.0_f32; 32]; 2 + 2 * NUM_DECKS];
        let mut channels = out.iter_mut().map(|channel| &mut channel[..]);
        let mut pair = || [channels.next().unwrap(), channels.next().unwrap()];
        let mut io = BlockIo {
            inputs: [[&silence, &silence]; NUM_DECKS],
            master: pair(),
            decks: std::array::from_fn(|_| pair()),
            lanes: None,
        };
        let transport = HostTransport { tempo: Bpm::new(120.0), ..HostTransport::SILENT };
        self.processor.process(&mut io, BlockInput { frames: 32, transport, inputs: &[] }, &mut vec![]);
    }

    /// A turn in which nothing came.
    fn tick_times(&mut self, times: usize) {
        (0..times).for_each(|_| self.tick());
    }

    /// A turn that admits some requests, and the block and turn in which they are done, without the time of those.
    fn admit_times(&mut self, requests: usize, times: usize) -> f64 {
        let mut secs = 0.0;
        for _ in 0..times {
            (0..requests).for_each(|_| self.ask(ActionTiming::Immediate));
            let start = Instant::now();
            self.tick();
            secs += start.elapsed().as_secs_f64();
            self.block();
            self.tick();
        }
        secs
    }
}

/// The least of several runs, in seconds for one.
fn least(times: usize, mut run: impl FnMut(usize) -> f64) -> f64 {
    (0..15).map(|_| run(times)).fold(f64::INFINITY, f64::min) / times as f64
}

fn timed(body: impl FnOnce()) -> f64 {
    let start = Instant::now();
    body();
    start.elapsed().as_secs_f64()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let count = |text: &String| text.parse().expect("a number");
    let (policy, asks) = policy();
    let mut bench = Bench::new();
    match args.as_slice() {
        [what, times] if what == "policy" => ask_all(&policy, &asks, count(times)),
        [what, times] if what == "tick" => bench.tick_times(count(times)),
        [what, times] if what == "admit" => _ = bench.admit_times(1, count(times)),
        _ => {
            let check = least(100_000, |n| timed(|| ask_all(&policy, &asks, n)));
            let idle = least(2_000, |n| timed(|| bench.tick_times(n)));
            let admits = least(500, |n| bench.admit_times(1, n));
            let full = least(100, |n| bench.admit_times(PENDING, n));
            let row = |what: &str, ns: f64, goal: f64| {
                println!("{what:<46} {ns:>8.0} ns  goal {goal:>6.0} ns  {:>5.1} % of it", 100.0 * ns / goal);
            };
            row("policy check, mean over all kinds and sources", check * 1e9, 200.0);
            row("executor tick, 64 pending", idle * 1e9, 20_000.0);
            row("executor tick that admits one, 64 pending", admits * 1e9, 20_000.0);
            row("executor tick that admits 64, 64 pending", full * 1e9, 20_000.0);
        }
    }
}
