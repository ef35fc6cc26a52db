//! Ten minutes, blocks of 1 to 1024 frames, 20,000 triggers: how many frames beside the music they come.

use crate::host::{Outcome, Random, TempoMap, Wording, run, words};

const SECS: f64 = 600.0;
const TRIGGERS: usize = 20_000;

fn ten_minutes(sample_rate: f64, bpm: f64, from: u64, seed: u32, word: Wording) -> Outcome {
    let map = TempoMap::steady(sample_rate, bpm);
    let to = from + (SECS * sample_rate) as u64;
    let (first, last) = (map.beat(from as f64), map.beat(to as f64));
    let targets = (0..TRIGGERS).map(|i| first + (last - first) * i as f64 / TRIGGERS as f64);
    let mut random = Random::new(seed);
    run(&map, (from, to), || random.block(), targets, |frame| map.transport(frame, word))
}

/// Prints a row and checks what holds for all: every trigger once, no jump.
fn row(name: &str, sample_rate: f64, bpm: f64, outcomes: &[Outcome], bound: i64) {
    let earliest = outcomes.iter().map(|outcome| outcome.earliest).min().unwrap();
    let latest = outcomes.iter().map(|outcome| outcome.latest).max().unwrap();
    println!("{name:<24} {sample_rate:>6} Hz {bpm:>6} BPM: {earliest:>3} .. {latest:>2} frames (bound {bound})");
    for outcome in outcomes {
        assert_eq!(outcome.fired, TRIGGERS, "{name}, {bpm} BPM: each once");
        assert_eq!(outcome.breaks, [], "{name}, {bpm} BPM");
        assert!(outcome.worst() <= bound, "{name}, {bpm} BPM: {outcome:?}");
    }
}

#[test]
fn exact_and_fixed_point_hosts_are_met_to_the_frame() {
    let hosts: [(&str, Wording); 3] =
        [("exact", words::exact), ("CLAP 2^-31, rounded", words::clap_rounded), ("CLAP 2^-31, cut", words::clap_cut)];
    for (name, word) in hosts {
        for bpm in [60.0, 127.3, 174.0, 999.0] {
            row(name, 48_000.0, bpm, &[ten_minutes(48_000.0, bpm, 0, 7, word)], 0);
        }
        for sample_rate in [44_100.0, 96_000.0, 192_000.0] {
            row(name, sample_rate, 127.3, &[ten_minutes(sample_rate, 127.3, 0, 8, word)], 0);
        }
    }
}

#[test]
fn hosts_that_round_are_met_within_their_grain() {
    let hosts: [(&str, Wording, i64, i64); 4] = [
        ("1/1920 beat, rounded", words::ticks_1920, 8, 16),
        ("1/1920 beat, cut", words::ticks_1920_cut, 12, 25),
        ("1/960 beat f32, rounded", words::float_960, 15, 30),
        ("1/960 beat f32, cut", words::float_960_cut, 24, 50),
    ];
    for (name, word, at_127, at_60) in hosts {
        for (bpm, bound) in [(127.0, at_127), (127.3, at_127), (60.0, at_60)] {
            // From the song's start, and from places off every tick.
            let places = [(0, 7), (12_345, 11), (77_777, 13), (4_321_987, 17)];
            let outcomes = places.map(|(from, seed)| ten_minutes(48_000.0, bpm, from, seed, word));
            row(name, 48_000.0, bpm, &outcomes, bound);
        }
    }
}

#[test]
fn one_frame_blocks_are_met_as_well() {
    let map = TempoMap::steady(48_000.0, 127.3);
    for (word, bound) in [(words::exact as Wording, 0), (words::clap_cut, 0), (words::ticks_1920, 8)] {
        let targets = (0..400).map(|i| f64::from(i) / 8.0);
        let outcome = run(&map, (0, 1_200_000), || 1, targets, |frame| map.transport(frame, word));
        assert_eq!((outcome.fired, outcome.breaks.len()), (400, 0));
        assert!(outcome.worst() <= bound, "{outcome:?}");
    }
}

/// Hosts of one block size beat with their own ticks: the rounding is no noise then.
#[test]
fn rounding_that_keeps_step_with_the_blocks_does_no_more() {
    let mut worst = 0;
    for bpm in [120.0, 126.0, 127.0, 127.3, 128.0, 131.072] {
        for block in [32, 64, 128, 256, 441, 512, 1024] {
            let map = TempoMap::steady(48_000.0, bpm);
            let targets = (0..900).map(|i| f64::from(i) / 8.0);
            let outcome = run(&map, (0, 2_400_000), || block, targets, |frame| map.transport(frame, words::ticks_1920));
            assert_eq!(outcome.breaks, [], "{bpm} BPM, blocks of {block}");
            worst = worst.max(outcome.worst());
        }
    }
    println!("1/1920 beat, rounded, blocks of one size: {worst} frames at worst");
    assert!(worst <= 8, "{worst}");
}
