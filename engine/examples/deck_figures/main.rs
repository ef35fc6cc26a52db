//! What the decks and the mixer cost: `cargo xtask bench decks`, or
//! `cargo run --release -p echelon_engine --example deck_figures`.
//!
//! A rig of four synced decks at another tempo than their tracks', every control of the mixer in use, in blocks of 64
//! and 512 frames at 48 kHz. Each block's work is timed (the
//! thread's own, without what else runs on its core); figures are parts of the time that a block has. The same music is
//! played three times: the last column is the dearest block when each one counts by its cheapest turn, so it is work that
//! the music asks for, and not the machine's. The two effect slots of each deck have an echo and a reverb in them; what each
//! effect costs is printed too.
//!
//! `--plain` prints the first line only.

#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small figures")]

mod bare;
mod stage;

use echelon_engine::action::Gesture;
use echelon_engine::mixer::{Knob, Unit};
use stage::{Costs, Stage};

/// Blocks timed in each turn of a line.
const BLOCKS: usize = 30_000;
/// How often the same blocks are played.
const TURNS: usize = 3;

fn main() {
    println!("part of a block's time, 48 kHz, one core      mean     p50     p99   p99.9     max    work");
    if std::env::args().any(|arg| arg == "--plain") {
        return println!("{:46}{}", "", measure(64, 4, false, false));
    }
    let mut lines = Vec::new();
    for frames in [64, 512] {
        for (name, locked, busy) in [
            ("plain", false, false),
            ("key lock", true, false),
            ("key lock, a gesture every 500 ms a deck", true, true),
        ] {
            let costs = measure(frames, 4, locked, busy);
            println!("{frames:4} frames, 4 decks, {name:<26.26}{costs}");
            lines.push((frames, locked, busy, costs));
        }
        let one = [0, 1].map(|decks| measure(frames, decks, false, false).mean);
        println!("{frames:4} frames: a deck more costs {:.2} %", 100.0 * (one[1] - one[0]));
    }
    effects();
    bare::compare();
    let bars = lines.iter().filter(|line| line.0 == 64).map(|(_, locked, busy, costs)| match (locked, busy) {
        (false, _) => ("mean under 4 %", costs.mean < 0.04),
        (true, false) => ("with key lock mean under 10 %", costs.mean < 0.10),
        (true, true) => ("with starts and seeks p99.9 under 35 %", costs.p999 < 0.35),
    });
    for (bar, holds) in bars {
        println!("{} {bar}", if holds { "pass" } else { "FAIL" });
    }
}

/// Words of the effects, from the first that is none, by their place.
fn effect_words() -> &'static [&'static str] {
    Knob::all()
        .into_iter()
        .find_map(|knob| match (knob.row().id, knob.row().unit) {
            ("fx1", Unit::Choice(words)) => Some(words),
            _ => None,
        })
        .unwrap_or(&[])
}

/// What one slot of a deck costs with each effect in it: of eight slots, against eight that are off, in turns.
fn effects() {
    let mut stage = Stage::new(4, 64);
    stage.play();
    let mut median = |effect: u8| {
        stage.set_effects([effect; 2]);
        stage.warm_up();
        Costs::new(&[(0..BLOCKS / 10).map(|_| stage.timed_block()).collect()], 64.0 / 48_000.0).p50
    };
    for (place, word) in (0..).zip(effect_words()).skip(1) {
        // The least of some turns: what else runs only adds.
        let [with, without] = [place, 0].map(|effect| [0; 3].map(|_| median(effect)).into_iter().fold(1.0, f64::min));
        println!("  64 frames: an effect slot, {word:<8} {:.3} %", 100.0 * (with - without) / 8.0);
    }
}

/// The rig with so many decks playing, the same music a few times.
fn measure(frames: usize, decks: usize, locked: bool, busy: bool) -> Costs {
    let turns: Vec<_> = (0..TURNS).map(|_| played(frames, decks, locked, busy)).collect();
    Costs::new(&turns, frames as f64 / 48_000.0)
}

/// What each block took, in seconds.
fn played(frames: usize, decks: usize, locked: bool, busy: bool) -> Vec<f64> {
    let mut stage = Stage::new(decks, frames);
    stage.every_deck(Gesture::KeyLock, f64::from(u8::from(locked)));
    stage.play();
    stage.warm_up();
    let every = 24_000 / frames;
    let mut block = 0;
    let times = std::iter::repeat_with(|| {
        if busy && block % every == 0 {
            stage.next_gesture(block / every);
        }
        block += 1;
        stage.timed_block()
    });
    let times = times.take(BLOCKS * 64 / frames.max(64)).collect();
    assert!(decks == 0 || stage.heard > 0.01, "silence costs little");
    times
}
