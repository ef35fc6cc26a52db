//! Bar lines: by the host, by the signature, and by hosts that say wrong ones.

use echelon_engine::action::Grid;
use echelon_engine::clock::{BeatClock, BlockClock, Discontinuity, HostClock, HostTransport};
use echelon_engine::units::{Bpm, TimeSignature};

use crate::host::SR;

const FRAMES: u32 = 2_400;

/// A host at 120 BPM: a tenth of a beat in each block.
fn said(block: u32, signature: (u16, u16), bar_start: impl Fn(f64) -> Option<f64>) -> HostTransport {
    let song_beat = f64::from(block) * 0.1;
    HostTransport {
        playing: true,
        tempo: Bpm::new(120.0),
        song_beats: Some(song_beat),
        signature: TimeSignature::new(signature.0, signature.1),
        bar_start_beats: bar_start(song_beat),
        ..HostTransport::SILENT
    }
}

/// The blocks of a song from `from` on.
fn play(
    from: u32,
    blocks: u32,
    signature: impl Fn(f64) -> (u16, u16),
    bar_start: impl Fn(f64) -> Option<f64> + Copy,
) -> Vec<(BlockClock, Option<Discontinuity>)> {
    let mut clock = HostClock::new(SR);
    (from..from + blocks)
        .map(|block| clock.begin_block(&said(block, signature(f64::from(block) * 0.1 + 1e-9), bar_start), FRAMES))
        .collect()
}

/// The bar that a place is in, by bars of a length from the song's start.
fn bar_of(song_beat: f64, bar_beats: f64) -> f64 {
    ((song_beat + 1e-6) / bar_beats).floor() * bar_beats
}

fn bar_starts(blocks: &[(BlockClock, Option<Discontinuity>)]) -> Vec<(f64, f64)> {
    blocks.iter().map(|(now, _)| (now.song_beat_at(0), now.lines().bar_start_beat)).collect()
}

#[test]
fn every_signature_has_its_bars() {
    for signature in [(4, 4), (3, 4), (7, 8), (6, 8), (5, 4), (15, 16), (1, 4), (13, 8)] {
        let bar_beats = f64::from(signature.0) * 4.0 / f64::from(signature.1);
        for (beat, start) in bar_starts(&play(0, 300, |_| signature, |_| None)) {
            assert!((start - bar_of(beat, bar_beats)).abs() < 1e-9, "{signature:?}: beat {beat} in bar {start}");
        }
    }
}

#[test]
fn seconds_to_the_next_beat_and_bar() {
    for (signature, place, beat, bar) in [
        ((4, 4), 5, 0.25, 1.75),
        ((3, 4), 5, 0.25, 1.25),
        ((3, 4), 30, 0.0, 0.0),
        ((7, 8), 5, 0.25, 1.5),
        ((7, 8), 35, 0.25, 0.0),
        ((7, 8), 40, 0.0, 1.5),
    ] {
        let blocks = play(place, 2, |_| signature, |_| None);
        let (now, view) = (blocks[0].0, blocks[0].0.view_at_end());
        assert!((now.time_to_next_beat() - beat).abs() < 1e-9, "{signature:?}, beat {}", now.current_beat());
        assert!((now.time_to_next_bar() - bar).abs() < 1e-9, "{signature:?}, beat {}", now.current_beat());
        let later = blocks[1].0;
        assert!((view.time_to_next_bar() - later.time_to_next_bar()).abs() < 1e-9);
        assert!((view.time_to_next_beat() - later.time_to_next_beat()).abs() < 1e-9);
    }
}

/// Two bars of 4/4, then 7/8, by a host that says no bar starts: the new bars begin where the last old one ended.
#[test]
fn a_change_of_signature_begins_with_its_bar() {
    let blocks = play(0, 200, |beat| if beat < 8.0 { (4, 4) } else { (7, 8) }, |_| None);
    for (now, why) in &blocks {
        let beat = now.song_beat_at(0);
        let start = if beat < 8.0 - 1e-6 { bar_of(beat, 4.0) } else { 8.0 + bar_of(beat - 8.0, 3.5) };
        assert!((now.lines().bar_start_beat - start).abs() < 1e-6, "beat {beat}");
        let regridded = (beat - 8.0).abs() < 1e-6;
        assert_eq!(*why == Some(Discontinuity::Regridded), regridded, "beat {beat}: {why:?}");
    }
    let to_bar = |block: usize| blocks[block].0.time_to_next_bar();
    assert!((to_bar(75) - 0.25).abs() < 1e-9, "from beat 7.5 to 8");
    assert!((to_bar(85) - 1.5).abs() < 1e-9, "from beat 8.5 to 11.5");
}

#[test]
fn a_signature_that_changes_while_the_host_is_stopped_counts_as_well() {
    let mut clock = HostClock::new(SR);
    let stopped = |signature| HostTransport { playing: false, ..said(0, signature, |_| None) };
    for _ in 0..25 {
        clock.begin_block(&stopped((4, 4)), FRAMES);
    }
    let (now, why) = clock.begin_block(&stopped((3, 4)), FRAMES);
    assert_eq!((now.lines().bar_beats, now.lines().bar_start_beat, why), (3.0, 0.0, Some(Discontinuity::Regridded)));
    assert!((now.time_to_next_bar() - 0.25).abs() < 1e-9);
}

/// Odd bars, as a song with changes of signature has them: the host knows better.
#[test]
fn a_host_that_knows_its_bars_is_believed() {
    let bars =
        |beat: f64| Some(if beat < 11.0 - 1e-6 { bar_of(beat, 4.0).max(0.0) } else { 11.0 + bar_of(beat - 11.0, 4.0) });
    for from in [0, 115] {
        for (beat, start) in bar_starts(&play(from, 300, |_| (4, 4), bars)) {
            assert!((start - bars(beat).unwrap()).abs() < 1e-9, "beat {beat} in bar {start}");
        }
    }
}

#[test]
fn a_bar_that_starts_later_is_not_believed() {
    // Ardour 7: the next bar's start.
    let next = |beat: f64| Some(bar_of(beat, 4.0) + 4.0);
    for (beat, start) in bar_starts(&play(0, 300, |_| (4, 4), next)) {
        assert!((start - bar_of(beat, 4.0)).abs() < 1e-9, "beat {beat} in bar {start}");
    }
}

#[test]
fn ones_own_place_is_no_bar() {
    // qtractor: its own position, also where that is on a beat.
    let blocks = play(3, 300, |_| (4, 4), Some);
    for (beat, start) in bar_starts(&blocks) {
        assert!((start - bar_of(beat, 4.0)).abs() < 1e-9, "beat {beat} in bar {start}");
    }
    // If it starts on a beat it is believed for one block, and never again.
    let blocks = play(20, 300, |_| (4, 4), Some);
    for (beat, start) in bar_starts(&blocks[1..]) {
        assert!((start - bar_of(beat, 4.0)).abs() < 1e-9, "beat {beat} in bar {start}");
    }
    assert_eq!(blocks[1].1, Some(Discontinuity::Regridded), "what waits for a bar is told");
}

/// Blocks of an eighth of a beat: every one begins where a bar could.
#[test]
fn ones_own_place_is_no_bar_even_if_it_could_be_one() {
    let mut clock = HostClock::new(SR);
    for block in 0..300_u32 {
        let song_beat = 2.0 + f64::from(block) / 8.0;
        let host = HostTransport { song_beats: Some(song_beat), ..said(0, (4, 4), |_| Some(song_beat)) };
        let (now, _) = clock.begin_block(&host, 3_000);
        assert!(block == 0 || (now.lines().bar_start_beat - bar_of(song_beat, 4.0)).abs() < 1e-9, "beat {song_beat}");
    }
}

#[test]
fn bars_of_five_counted_as_bars_of_four_are_seen_through() {
    // Ardour's VST3 host: the number of the bar times four, whatever the signature.
    for (signature, bar_beats) in [((5, 4), 5.0), ((3, 4), 3.0), ((7, 8), 3.5), ((6, 8), 3.0)] {
        let four = |beat: f64| Some(((beat + 1e-6) / bar_beats).floor() * 4.0);
        for (beat, start) in bar_starts(&play(0, 600, |_| signature, four)) {
            assert!((start - bar_of(beat, bar_beats)).abs() < 1e-9, "{signature:?}: beat {beat} in bar {start}");
        }
    }
}

#[test]
fn bars_before_the_song_are_bars() {
    let mut clock = HostClock::new(SR);
    for block in -40..0_i32 {
        let song_beat = f64::from(block) * 0.1;
        let host = HostTransport { song_beats: Some(song_beat), ..said(0, (3, 4), |_| None) };
        let (now, _) = clock.begin_block(&host, FRAMES);
        assert!((now.lines().bar_start_beat - bar_of(song_beat, 3.0)).abs() < 1e-6);
        let next = now.lines().next(Grid::BAR, song_beat, 1e-6);
        assert!((next - (bar_of(song_beat - 1e-5, 3.0) + 3.0)).abs() < 1e-6, "{song_beat}: {next}");
    }
}
