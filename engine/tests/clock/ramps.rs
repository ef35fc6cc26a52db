//! Tempo ramps, by hosts that tell of them and by hosts that do not.

use echelon_engine::clock::{Discontinuity, HostClock, HostTransport, Quality};
use echelon_engine::units::Bpm;

use crate::host::{Outcome, Random, SR, TempoMap, Wording, off_by, run, words};

/// What the host says of its tempo.
#[derive(Clone, Copy, Debug)]
enum Tells {
    /// Tempo and slope on each block's first frame (CLAP).
    Slope,
    /// The tempo on each block's first frame (VST3).
    Tempo,
    /// The tempo of the section's start, all through the ramp (Ardour).
    Section,
    /// No tempo at all.
    Nothing,
    /// A tempo that is a tenth too low (REAPER at another play rate).
    Tenth,
}

fn said(map: &TempoMap, tells: Tells, word: Wording, frame: f64) -> HostTransport {
    let host = map.transport(frame, word);
    let bpm = map.bpm(frame);
    match tells {
        Tells::Slope => HostTransport { tempo_step_bpm: map.bpm(frame + 1.0) - bpm, ..host },
        Tells::Tempo => host,
        Tells::Section => HostTransport { tempo: Bpm::new(map.bpm_of_section(frame)), ..host },
        Tells::Nothing => HostTransport { tempo: None, ..host },
        Tells::Tenth => HostTransport { tempo: Bpm::new(bpm * 0.9), ..host },
    }
}

/// A second of one tempo, the ramp, two seconds of the other; targets on every eighth of a beat.
fn ramp(from: f64, to: f64, secs: f64, block: impl FnMut() -> u32, tells: Tells, word: Wording) -> Outcome {
    let map = TempoMap::steady(SR, from).ramp(1.0, to, secs);
    let end = ((secs + 3.0) * SR) as u64;
    let targets = (0..).map(|i| f64::from(i) / 8.0);
    let outcome = run(&map, (0, end), block, targets, |frame| said(&map, tells, word, frame));
    let all = (map.beat(end as f64) * 8.0).floor() as usize;
    assert!(outcome.fired >= all, "{outcome:?}: each of {all} once");
    assert_eq!(outcome.breaks, [], "{from} to {to} in {secs} s, {tells:?}");
    outcome
}

/// As [`ramp`], but the distance from the music at each block's end, as a real number of frames.
fn distance(from: f64, to: f64, secs: f64, block: u32, tells: Tells) -> f64 {
    let map = TempoMap::steady(SR, from).ramp(1.0, to, secs);
    let mut clock = HostClock::new(SR);
    let (mut frame, mut worst) = (0.0, 0.0_f64);
    while frame < (secs + 3.0) * SR {
        let (now, _) = clock.begin_block(&said(&map, tells, words::exact, frame), block);
        worst = worst.max(off_by(&map, &now, frame));
        frame += f64::from(block);
    }
    worst
}

/// The slope that is told in a block comes too late for a ramp that began inside the block before.
#[test]
fn a_ramp_that_is_told_is_followed_within_the_bounds() {
    for (from, to, secs, block, bound, bound_with_slope) in [
        (120.0, 140.0, 4.0, 512, 1.0, 0.01),
        (174.0, 87.0, 2.0, 64, 1.0, 0.01),
        (60.0, 180.0, 8.0, 2048, 21.0, 4.0),
        (60.0, 180.0, 1.0, 2048, 148.0, 30.0),
    ] {
        let told = distance(from, to, secs, block, Tells::Tempo);
        let with_slope = distance(from, to, secs, block, Tells::Slope);
        println!("{from} to {to} BPM in {secs} s, {block}: {told:.3} frames, with the slope told {with_slope:.4}");
        assert!(told <= bound, "{told}");
        assert!(with_slope <= bound_with_slope, "{with_slope}");
        ramp(from, to, secs, || block, Tells::Tempo, words::exact);
        ramp(from, to, secs, || block, Tells::Slope, words::exact);
    }
}

#[test]
fn a_ramp_in_blocks_of_any_size_misses_nothing() {
    for (name, tells) in [("slope told", Tells::Slope), ("tempo told", Tells::Tempo)] {
        for (from, to, secs) in [(120.0, 140.0, 4.0), (174.0, 87.0, 2.0), (60.0, 180.0, 8.0)] {
            let mut random = Random::new(3);
            let outcome = ramp(from, to, secs, || random.block(), tells, words::exact);
            println!("{from} to {to} in {secs} s, random blocks, {name}: {} .. {}", outcome.earliest, outcome.latest);
            assert!(outcome.worst() <= 8, "{outcome:?}");
        }
    }
}

/// A host whose tempo stays as it was while its beats go faster and faster neither jumps nor misses. That its tempo is
/// not to be relied on shows after 1/400 beat, which is 60 frames at 120 BPM.
#[test]
fn a_frozen_tempo_is_seen_through() {
    let hosts: [(&str, Wording); 3] =
        [("exact", words::exact), ("1/1920 beat", words::ticks_1920), ("1/960 beat f32", words::float_960)];
    for (name, word) in hosts {
        for (from, to, secs, bound) in
            [(120.0, 150.0, 4.0, 60), (120.0, 150.0, 16.0, 60), (174.0, 87.0, 2.0, 60), (60.0, 180.0, 8.0, 100)]
        {
            let mut worst = [0; 2];
            for block in [0, 64, 256, 512, 1024, 2048] {
                let mut random = Random::new(5);
                let size = || if block == 0 { random.block() } else { block };
                let outcome = ramp(from, to, secs, size, Tells::Section, word);
                let large = usize::from(block > 512);
                worst[large] = outcome.worst().max(worst[large]);
            }
            let [small, large] = worst;
            println!("tempo frozen, {name}, {from} to {to} in {secs} s: {small} frames, blocks above 512: {large}");
            assert!(small <= bound && large <= 160, "{small} {large}");
        }
    }
}

#[test]
fn a_fast_ramp_in_large_blocks_with_a_frozen_tempo_is_no_jump() {
    for (block, secs) in [(2048, 1.0), (4096, 2.0), (8192, 4.0)] {
        let outcome = ramp(60.0, 180.0, secs, || block, Tells::Section, words::exact);
        println!("60 to 180 in {secs} s, {block}, tempo frozen: {} .. {} frames", outcome.earliest, outcome.latest);
    }
}

#[test]
fn a_host_without_a_tempo_is_measured() {
    for bpm in [60.0, 127.3, 174.0] {
        let map = TempoMap::steady(SR, bpm);
        let mut random = Random::new(9);
        let targets = (8..800).map(|i| f64::from(i) / 8.0);
        let say = |frame| said(&map, Tells::Nothing, words::exact, frame);
        let outcome = run(&map, (0, (90.0 * SR) as u64), || random.block(), targets, say);
        println!("no tempo, {bpm} BPM: {} .. {} frames", outcome.earliest, outcome.latest);
        assert_eq!((outcome.worst(), outcome.breaks.len()), (0, 0), "from the second beat on: {outcome:?}");
    }
    let outcome = ramp(120.0, 150.0, 4.0, || 512, Tells::Nothing, words::exact);
    assert!(outcome.worst() <= 4, "{outcome:?}");
}

/// A loop from the start of a ramp: the tempo falls back with each wrap, and is told as it is at the ramp's start.
#[test]
fn a_loop_with_a_frozen_ramp_in_it_wraps_and_does_nothing_else() {
    let map = TempoMap::steady(SR, 120.0).ramp(0.0, 150.0, 4.0);
    let length = 192_000_u64;
    for (word, large) in [(words::exact as Wording, false), (words::ticks_1920, false), (words::exact, true)] {
        let (mut clock, mut random) = (HostClock::new(SR), Random::new(12));
        let (mut frame, mut jumps) = (0_u64, 0);
        while frame < 20 * length {
            let place = frame % length;
            let frames = if large { 8192 } else { u64::from(random.block()) }.min(length - place);
            let (_, why) = clock.begin_block(&said(&map, Tells::Section, word, place as f64), frames as u32);
            match why {
                Some(Discontinuity::Jumped { beats, .. }) => {
                    assert!(place == 0 && (beats + 9.0).abs() < 0.01, "{beats} at frame {place}");
                    jumps += 1;
                }
                why => assert!(why.is_none() || frame == 0, "{why:?}"),
            }
            frame += frames;
        }
        assert_eq!(jumps, 19);
    }
}

/// A host at another play rate: its beats go faster than its tempo says, all the time.
#[test]
fn a_tempo_that_is_wrong_is_not_relied_on() {
    for (bpm, block) in [(120.0, 64), (127.3, 512), (174.0, 1024)] {
        let map = TempoMap::steady(SR, bpm);
        let targets = (8..1600).map(|i| f64::from(i) / 8.0);
        let say = |frame| said(&map, Tells::Tenth, words::exact, frame);
        let outcome = run(&map, (0, (120.0 * SR) as u64), || block, targets, say);
        println!("tempo a tenth too low, {bpm} BPM, {block}: {} .. {} frames", outcome.earliest, outcome.latest);
        assert!(outcome.worst() <= 1, "from the second beat on: {outcome:?}");
    }
}

/// When the host's tempo and its beats agree again, its tempo is relied on again.
#[test]
fn after_the_ramp_the_tempo_is_the_hosts() {
    let map = TempoMap::steady(SR, 120.0).ramp(1.0, 150.0, 4.0);
    let mut clock = HostClock::new(SR);
    let mut tempi = vec![];
    for block in 0..900_u32 {
        let frame = f64::from(block * 512);
        let (now, _) = clock.begin_block(&said(&map, Tells::Section, words::exact, frame), 512);
        tempi.push((frame / SR, now.tempo().get(), now.quality()));
    }
    let at = |secs: f64| *tempi.iter().rev().find(|(then, ..)| *then <= secs).unwrap();
    assert_eq!((at(0.9).1, at(0.9).2), (120.0, Quality::Exact));
    assert!((at(3.0).1 - 135.0).abs() < 0.5, "{:?}: by its beats", at(3.0));
    assert_eq!(at(3.0).2, Quality::Coarse);
    assert_eq!(at(9.0).1.to_bits(), 150.0_f64.to_bits());
    assert_eq!(at(9.0).2, Quality::Exact);
}

/// A tempo step in the middle of a block that the host does not split is no jump.
#[test]
fn a_tempo_step_inside_a_block_is_caught_up_with() {
    for block in [512_u32, 4096, 8192] {
        let step = f64::from(block) * 5.0 + 300.0;
        let map = TempoMap::steady(SR, 90.0).ramp(step / SR, 140.0, 0.0);
        let targets = (0..160).map(|i| f64::from(i) / 8.0);
        let outcome = run(&map, (0, 600_000), || block, targets, |frame| map.transport(frame, words::exact));
        println!("90 to 140 BPM inside a block of {block}: {} .. {} frames", outcome.earliest, outcome.latest);
        assert_eq!((outcome.fired, outcome.breaks.len()), (160, 0), "{outcome:?}");
    }
}
