use echelon_engine::deck::BeatGrid;

use super::super::Analysis;
use super::analysis;
use super::synth::{Drum, Music, Noise};

const RATE: f64 = 44_100.0;

/// Drums at this tempo that begin after `start` seconds.
fn drums(bpm: f64, start: f64, swing: f64, secs: f64) -> Analysis {
    let mut music = Music::new(RATE, secs, 7);
    music.drums(&|beat| start + beat * 60.0 / bpm, swing);
    music.hiss(0.001);
    analysis(&music.track())
}

/// By how many milliseconds the grid's beats are off these at most, and by how many beats it counts more or fewer.
fn errors(grid: &BeatGrid, beats_secs: &[f64]) -> (f64, f64) {
    let at = |secs: &f64| grid.beat_at(secs * RATE);
    let off = |secs: &f64| (at(secs) - at(secs).round()).abs() * grid.frames_per_beat_at(secs * RATE) / RATE * 1e3;
    let counted = at(&beats_secs[beats_secs.len() - 1]) - at(&beats_secs[0]);
    (beats_secs.iter().map(off).fold(0.0, f64::max), counted - (beats_secs.len() - 1) as f64)
}

fn beats(secs_of: impl Fn(f64) -> f64, secs: f64) -> Vec<f64> {
    (0..).map(|beat| secs_of(f64::from(beat))).take_while(|at| *at < secs).collect()
}

#[test]
fn steady_tempi_to_two_hundredths_of_a_bpm_and_their_beats_to_six_milliseconds() {
    for (bpm, start) in [(86.0, 0.4), (97.31, 0.0), (120.0, 0.013), (127.97, 1.7), (140.0, 0.25), (174.0, 0.0)] {
        let found = drums(bpm, start, 0.5, 45.0);
        let grid = found.grid.as_ref().unwrap();
        assert!(grid.is_steady() && (found.bpm.unwrap() - bpm).abs() < 0.02, "{bpm}: {:?}", found.bpm);
        let (off_ms, miscount) = errors(grid, &beats(|beat| start + beat * 60.0 / bpm, 45.0));
        assert!(off_ms < 6.0 && miscount.abs() < 0.1, "{bpm}: {off_ms} ms, {miscount} beats");
        let bar = grid.beat_in_bar(grid.nearest_beat(start * RATE));
        assert_eq!(bar, 0.0, "{bpm}: the bar begins on the kick and the crash");
        assert!(found.confidence > 0.5);
    }
}

#[test]
fn slow_is_not_taken_for_fast_nor_fast_for_slow() {
    for bpm in [67.0, 72.0, 78.5, 168.0, 176.0] {
        let found = drums(bpm, 0.3, 0.5, 45.0);
        assert!((found.bpm.unwrap() - bpm).abs() < 0.02, "{bpm}: {:?}", found.bpm);
    }
}

#[test]
fn a_shuffle_keeps_its_beat() {
    for (bpm, swing) in [(84.0, 0.667), (100.0, 0.6), (126.0, 0.64), (150.0, 0.58)] {
        let found = drums(bpm, 0.1, swing, 45.0);
        assert!((found.bpm.unwrap() - bpm).abs() < 0.02, "{bpm} {swing}: {:?}", found.bpm);
        let (off_ms, _) = errors(&found.grid.unwrap(), &beats(|beat| 0.1 + beat * 60.0 / bpm, 45.0));
        assert!(off_ms < 6.0, "{bpm} {swing}: {off_ms} ms");
    }
}

#[test]
fn clicks_alone_are_enough() {
    let mut music = Music::new(RATE, 30.0, 3);
    let clicks = beats(|beat| 0.5 + beat * 0.5, 30.0);
    clicks.iter().for_each(|at| music.hit(Drum::Click, *at, 0.8));
    let found = analysis(&music.track());
    assert!((found.bpm.unwrap() - 120.0).abs() < 0.02, "{:?}", found.bpm);
    assert!(errors(&found.grid.unwrap(), &clicks).0 < 6.0);
}

#[test]
fn a_metronome_s_clicks_are_its_beats() {
    for bpm in [75.0, 100.0, 126.0, 150.0, 174.0] {
        let mut music = Music::new(RATE, 96.0 * 60.0 / bpm, 3);
        for beat in 0..96 {
            // One sample, as metronomes of programs have it; the first of four is louder.
            let level = if beat % 4 == 0 { 1.0 } else { 0.5 };
            music.add(f64::from(beat) * 60.0 / bpm, 1.5 / RATE, 0.0, |_, secs| if secs <= 0.0 { level } else { 0.0 });
        }
        let found = analysis(&music.track());
        assert!(found.bpm.is_some_and(|found| (found - bpm).abs() < 0.02), "{bpm}: {:?}", found.bpm);
    }
}

#[test]
fn a_loop_of_two_bars_is_as_long_as_its_file() {
    let bpm = 126.7;
    let found = drums(bpm, 0.0, 0.5, 8.0 * 60.0 / bpm);
    assert!((found.bpm.unwrap() - bpm).abs() < 0.02, "{:?}", found.bpm);
}

/// When beats come whose tempo follows a function of the beat, in BPM.
fn moving(bpm: impl Fn(f64) -> f64) -> impl Fn(f64) -> f64 {
    const STEPS: f64 = 16.0;
    let mut times = vec![0.3];
    for step in 0..6_400u32 {
        times.push(times[times.len() - 1] + 60.0 / bpm(f64::from(step) / STEPS) / STEPS);
    }
    move |beat| {
        let (index, part) = ((beat * STEPS) as usize, (beat * STEPS).fract());
        times[index] + part * (times[index + 1] - times[index])
    }
}

#[test]
fn a_moving_tempo_is_followed() {
    type Curve = (&'static str, fn(f64) -> f64);
    let curves: [Curve; 4] = [
        ("a wave", |beat| 118.0 * (1.0 + 0.025 * (beat / 10.0).sin())),
        ("a ramp", |beat| 96.0 + 0.15 * beat),
        ("a fine wave", |beat| 124.0 * (1.0 + 0.003 * (beat / 12.0).sin())),
        ("a step", |beat| if beat < 64.0 { 122.0 } else { 126.0 }),
    ];
    for (name, bpm) in curves {
        let secs_of = moving(bpm);
        let mut music = Music::new(RATE, 70.0, 11);
        music.drums(&secs_of, 0.5);
        music.hiss(0.001);
        let found = analysis(&music.track());
        let grid = found.grid.unwrap();
        // The first and last bar have little on one side.
        let all = beats(&secs_of, 68.0);
        let (off_ms, miscount) = errors(&grid, &all[4..all.len() - 4]);
        assert!(!grid.is_steady() && off_ms < 25.0 && miscount.abs() < 0.2, "{name}: {off_ms} ms, {miscount} beats");
    }
}

#[test]
fn hands_that_are_some_milliseconds_off_make_no_moving_tempo() {
    let mut noise = Noise::new(5);
    let late: Vec<f64> = (0..400).map(|_| 0.008 * noise.next()).collect();
    let mut music = Music::new(RATE, 60.0, 13);
    let secs_of = |beat: f64| (0.2 + beat * 60.0 / 118.0 + late[(beat * 2.0) as usize % 400]).max(0.0);
    music.drums(&secs_of, 0.5);
    let found = analysis(&music.track());
    let grid = found.grid.unwrap();
    assert!(grid.is_steady() && (found.bpm.unwrap() - 118.0).abs() < 0.02, "{:?}", found.bpm);
    assert!(errors(&grid, &beats(|beat| 0.2 + beat * 60.0 / 118.0, 60.0)).0 < 6.0);
}

#[test]
fn what_has_no_beat_gets_no_grid() {
    let pad = |seed: u64| {
        let mut music = Music::new(RATE, 40.0, seed);
        let mut noise = Noise::new(seed);
        let mut at = 0.0;
        while at < 36.0 {
            let secs = 4.0 + 2.0 * noise.next();
            for third in [0.0, 4.0, 7.0] {
                let hz = 220.0 * ((third + (3.0 * noise.next()).round()) / 12.0).exp2();
                music.add(at, secs, 0.0, |t, _| {
                    0.1 * (std::f64::consts::PI * t / secs).sin().powi(2) * (std::f64::consts::TAU * hz * t).sin()
                });
            }
            at += secs * 0.6;
        }
        music
    };
    let mut hissing = Music::new(RATE, 30.0, 2);
    hissing.hiss(0.3);
    let mut scattered = Music::new(RATE, 40.0, 4);
    let mut noise = Noise::new(9);
    let mut at = 0.3;
    while at < 39.0 {
        scattered.hit(if noise.next() > 0.0 { Drum::Snare } else { Drum::Click }, at, 0.8);
        at += 0.6 * (1.2 + noise.next());
    }
    let mut single = Music::new(RATE, 12.0, 6);
    single.hit(Drum::Kick, 1.0, 1.0);
    let silence = Music::new(RATE, 10.0, 1);
    let tracks = [
        ("pads", pad(21)),
        ("other pads", pad(22)),
        ("noise", hissing),
        ("scattered hits", scattered),
        ("one hit", single),
        ("silence", silence),
    ];
    for (name, music) in tracks {
        let found = analysis(&music.track());
        assert!(found.grid.is_none() && found.bpm.is_none() && found.confidence == 0.0, "{name}: {:?}", found.bpm);
    }
}

#[test]
fn any_length_and_rate_will_do() {
    for rate in [8_000.0, 22_050.0, 48_000.0, 96_000.0, 192_000.0] {
        for frames in [1, 2, 100, 4_000, 60_000] {
            let mut music = Music::new(rate, f64::from(frames) / rate, 1);
            music.hiss(0.5);
            analysis(&music.track());
        }
        let mut music = Music::new(rate, 20.0, 8);
        music.drums(&|beat| 0.2 + beat * 0.5, 0.5);
        let found = analysis(&music.track());
        let grid = found.grid.unwrap();
        let beat = grid.beat_at(10.2 * rate);
        assert!((found.bpm.unwrap() - 120.0).abs() < 0.02 && (beat - beat.round()).abs() < 0.012, "{rate}: {beat}");
    }
}

#[test]
fn as_many_threads_as_there_are_find_the_same() {
    let mut music = Music::new(RATE, 25.0, 15);
    music.drums(&|beat| 0.1 + beat * 0.48, 0.5);
    let track = music.track();
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| analysis(&track))
    };
    assert_eq!(on(1), on(4));
}
