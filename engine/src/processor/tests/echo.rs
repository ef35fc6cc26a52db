//! A channel's echo keeps the beat, whatever the tempo and the host do.

use super::*;

/// Where knocks of a single frame are.
const KNOCKS: [usize; 2] = [24_000, 120_000];

/// Deck A plays knocks into its open echo.
fn knocking(bpm: f64) -> Bench {
    let mut bench = Bench::new(bpm);
    let mut samples = vec![0.0; 400_000];
    KNOCKS.into_iter().for_each(|at| samples[at] = 0.5);
    bench.load_track(DeckId::A, Arc::new(Track::new(samples.clone(), samples, SR).unwrap()));
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.ask(Action::SetEcho { deck: DeckId::A, send: 1.0 }, ActionTiming::Immediate);
    bench
}

/// Where a knock's first repeat is, after it.
fn repeat(bench: &Bench, knock: usize) -> usize {
    let at = KNOCKS[knock] + 1_000;
    let after = &bench.decks[0][at..at + 30_000];
    1_000 + (0..after.len()).max_by(|a, b| after[*a].total_cmp(&after[*b])).unwrap()
}

#[test]
fn an_open_echo_goes_with_the_tempo() {
    for (bpm, expected) in [(128.0, 16_875), (90.0, 24_000)] {
        let renders = [64, 511, 4_096].map(|block| {
            let mut bench = knocking(120.0);
            bench.run_to(100_000, block);
            bench.bpm = bpm;
            bench.run_to(160_000, block);
            assert_eq!([0, 1].map(|knock| repeat(&bench, knock)), [18_000, expected], "{bpm}");
            bench.decks[0].clone()
        });
        assert!(renders.iter().all(|render| *render == renders[0]), "{bpm}: at any block size");
    }
}

#[test]
fn what_is_in_an_echo_goes_over_to_another_tempo_without_a_click() {
    let mut bench = Bench::new(120.0);
    let samples: Vec<f32> = (0..400_000).map(|n| 0.3 * (n as f32 * 0.02).sin()).collect();
    bench.load_track(DeckId::A, Arc::new(Track::new(samples.clone(), samples, SR).unwrap()));
    bench.ask(play(DeckId::A), ActionTiming::Immediate);
    bench.ask(Action::SetEcho { deck: DeckId::A, send: 1.0 }, ActionTiming::Immediate);
    for (until, bpm) in [(100_000, 120.0), (150_000, 121.0), (151_000, 140.0), (250_000, 60.0)] {
        bench.bpm = bpm;
        bench.run_to(until, 256);
    }
    let steps = bench.decks[0][1_000..].windows(2).map(|pair| (pair[1] - pair[0]).abs());
    let worst = steps.fold(0.0_f32, f32::max);
    // The sine's own steps are 0.006; of the sound and its repeats together at most 2.5 times as large.
    assert!(worst < 0.017, "{worst}");
}

#[test]
fn a_host_that_sets_up_its_audio_anew_leaves_an_open_echo_on_the_beat() {
    let mut bench = knocking(128.0);
    bench.run_to(100_000, 512);
    bench.processor.prepare(SR);
    bench.run_to(200_000, 512);
    assert_eq!([0, 1].map(|knock| repeat(&bench, knock)), [16_875, 16_875]);
}
