//! Grooves whose level, meter or beat is hard to tell.

use super::super::Analysis;
use super::analysis;
use super::synth::{Drum, Music};

const RATE: f64 = 44_100.0;
const SECS: f64 = 45.0;
/// The first bar begins then.
const START_SECS: f64 = 0.2;

/// A pattern of sixteenths, `x` loud and `o` soft, twelve to a bar of three beats; and a note of the bass.
type Lines<'a> = (&'a [(Drum, &'a str)], &'a str);

/// What is found in a groove that plays on, with another chord in each bar.
fn groove(bpm: f64, (drums, bass): Lines<'_>) -> Analysis {
    let mut music = Music::new(RATE, SECS, 31);
    let sixteenth = 15.0 / bpm;
    let steps = drums[0].1.len();
    let loud = |pattern: &str, step: usize| match pattern.as_bytes()[step % pattern.len()] {
        b'x' => 1.0,
        b'o' => 0.45,
        _ => 0.0,
    };
    let mut step = 0;
    while START_SECS + step as f64 * sixteenth < SECS {
        let at = START_SECS + step as f64 * sixteenth;
        let root = [0.0, 9.0, 5.0, 7.0][step / steps % 4];
        for (drum, pattern) in drums {
            let gain = loud(pattern, step);
            if gain > 0.0 {
                music.hit(*drum, at, gain);
            }
        }
        if loud(bass, step) > 0.0 {
            music.note(36.0 + root, at, 1.5 * sixteenth, 0.2);
        }
        if step % steps == 0 {
            [0.0, 4.0, 7.0]
                .iter()
                .for_each(|above| music.note(60.0 + root + above, at, steps as f64 * sixteenth, 0.05));
        }
        step += 1;
    }
    music.hiss(0.001);
    analysis(&music.track())
}

/// The tempo, its beats to six milliseconds, and the first beat of the bar.
fn check(name: &str, bpm: f64, beats_per_bar: u8, lines: Lines<'_>) {
    let found = groove(bpm, lines);
    assert!(found.bpm.is_some_and(|found| (found - bpm).abs() < 0.02), "{name} at {bpm}: {:?}", found.bpm);
    let grid = found.grid.unwrap();
    let beat = grid.beat_at(START_SECS * RATE);
    let off_ms = (beat - beat.round()).abs() * 60e3 / bpm;
    assert!(off_ms < 6.0, "{name} at {bpm}: {off_ms} ms");
    assert_eq!((grid.beats_per_bar(), grid.beat_in_bar(beat.round())), (beats_per_bar, 0.0), "{name} at {bpm}");
}

#[test]
fn a_waltz_has_three_beats() {
    for bpm in [96.0, 126.0] {
        let drums = [(Drum::Kick, "x..........."), (Drum::Snare, "....x...x..."), (Drum::Hat, "x.x.x.x.x.x.")];
        check("a waltz", bpm, 3, (&drums, "x-----------"));
    }
}

#[test]
fn slow_rock_has_its_snare_on_the_second_and_fourth_beat() {
    for bpm in [64.0, 70.0, 78.0] {
        let drums =
            [(Drum::Kick, "x......xx......."), (Drum::Snare, "....x.......x..."), (Drum::Hat, "x.x.x.x.x.x.x.x.")];
        check("slow rock", bpm, 4, (&drums, "x.x.x.x.x.x.x.x."));
    }
}

#[test]
fn what_is_struck_between_the_kicks_is_not_the_beat() {
    for bpm in [136.0, 149.0] {
        let drums = [
            (Drum::Kick, "x...x...x...x..."),
            (Drum::Click, "..x...x...x...x."),
            (Drum::Hat, "xoxoxoxoxoxoxoxo"),
            (Drum::Snare, "....x.......x..."),
        ];
        check("off-beats", bpm, 4, (&drums, "..x...x...x...x."));
    }
}

#[test]
fn a_bossa_keeps_its_beat_though_nothing_but_the_first_is_struck_together() {
    for bpm in [116.0, 128.0, 139.0] {
        let drums =
            [(Drum::Click, "x..x..x...x..x.."), (Drum::Kick, "x..xx..xx..xx..x"), (Drum::Hat, "oooooooooooooooo")];
        check("a bossa", bpm, 4, (&drums, "x..xx..xx..xx..x"));
    }
}

#[test]
fn a_beat_of_three_eighths_is_no_bar_of_three_beats() {
    // Twelve steps are four beats of three eighths: the steps' tempo is three quarters of the beat's.
    let kicks = (Drum::Kick, "x.....x.....");
    let snares = (Drum::Snare, "...x.....x..");
    for (name, bpm, hats) in [("6/8", 69.0, "xooxooxooxoo"), ("12/8", 64.0, "x.xx.xx.xx.x")] {
        let found = groove(0.75 * bpm, (&[kicks, snares, (Drum::Hat, hats)], "x-----x-----"));
        assert!(found.bpm.is_some_and(|found| (found - bpm).abs() < 0.02), "{name} at {bpm}: {:?}", found.bpm);
        let grid = found.grid.unwrap();
        let beat = grid.beat_at(START_SECS * RATE);
        assert!((beat - beat.round()).abs() * 60e3 / bpm < 6.0, "{name} at {bpm}: {beat}");
        assert_eq!(grid.beats_per_bar(), 4, "{name} at {bpm}");
    }
}
