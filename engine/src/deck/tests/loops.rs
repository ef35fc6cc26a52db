//! Loops and rolls where they meet something else: slip, jumps, a host that jumps, the track's edges.

use super::*;
use crate::dsp::testing::{above_db, energy};

const BEAT: usize = 24_000;

/// At 120 beats a minute, on the track's own tempo; so many beats in.
fn playing(synced: bool, beats: usize) -> Booth {
    let mut booth = Booth::new(track(120.0, 60.0, SR), 120.0);
    booth.deck.set_sync(synced).unwrap();
    booth.deck.play(None, 0);
    booth.run(beats * BEAT + 100, 512);
    booth.see_time();
    booth
}

fn loop_secs(booth: &Booth) -> Option<[f64; 2]> {
    booth.deck.marks().loop_secs
}

fn is_at(booth: &Booth, secs: f64) -> bool {
    (booth.place() - secs).abs() < 1e-6
}

#[test]
fn a_loop_that_is_off_changes_its_length_and_nothing_is_heard_of_it() {
    for synced in [false, true] {
        for factor in [0.5, 2.0] {
            let mut booths = [(); 2].map(|()| playing(synced, 8));
            for booth in &mut booths {
                booth.deck.beat_loop(4.0, false, 0.0).unwrap();
                booth.deck.loop_exit();
                booth.run(32 * BEAT, 512);
            }
            let [plain, booth] = &mut booths;
            booth.deck.loop_scale(factor).unwrap();
            plain.run(BEAT, 512);
            booth.run(BEAT, 512);
            assert_eq!(booth.out, plain.out, "times {factor}, synced {synced}");
            assert!(!booth.deck.is_looping());
            assert_eq!(loop_secs(booth), Some([4.0, 4.0 + 2.0 * factor]));
            booth.deck.reloop().unwrap();
            assert!(booth.deck.is_looping() && is_at(booth, 4.0) || synced);
        }
    }
    let mut booth = playing(false, 8);
    booth.deck.beat_loop(4.0, false, 0.0).unwrap();
    booth.deck.loop_exit();
    assert_eq!(booth.deck.loop_scale(1e6), Err(GestureRefused::OutsideTrack));
    assert_eq!(booth.deck.loop_scale(0.001), Err(GestureRefused::LoopLength));
}

#[test]
fn a_roll_inside_a_loop_goes_on_in_the_loop() {
    for synced in [false, true] {
        let mut booths = [(); 2].map(|()| playing(synced, 8));
        for booth in &mut booths {
            booth.deck.beat_loop(4.0, false, 0.0).unwrap();
            booth.run(BEAT, 512);
        }
        let [plain, booth] = &mut booths;
        booth.deck.beat_loop(0.125, true, 0.0).unwrap();
        assert_eq!(loop_secs(booth), Some([4.0, 6.0]), "the roll is not the DJ's loop");
        plain.run(5 * BEAT, 512);
        booth.run(5 * BEAT, 512);
        assert!((4.5..4.563).contains(&booth.place()), "in the roll");
        booth.deck.roll_exit();
        for booth in [&mut *plain, &mut *booth] {
            booth.run(9 * BEAT, 512);
        }
        let tail = booth.out.len() - 8 * BEAT;
        assert_eq!(booth.out[tail..], plain.out[tail..], "synced {synced}");
        assert!(booth.deck.is_looping() && loop_secs(booth) == Some([4.0, 6.0]));
        booth.deck.loop_exit();
        booth.run(5 * BEAT, 512);
        assert!(!booth.deck.is_looping() && booth.place() > 6.0, "one exit leaves it");
    }
}

#[test]
fn a_roll_is_not_remembered() {
    let mut booth = playing(false, 8);
    booth.deck.beat_loop(0.5, true, 0.0).unwrap();
    booth.run(BEAT, 512);
    booth.deck.roll_exit();
    assert_eq!((loop_secs(&booth), booth.deck.reloop()), (None, Err(GestureRefused::NoLoop)));
    let mut booth = playing(false, 8);
    booth.deck.beat_loop(4.0, false, 0.0).unwrap();
    booth.deck.loop_exit();
    booth.run(8 * BEAT, 512);
    booth.deck.beat_loop(0.5, true, 0.0).unwrap();
    booth.deck.loop_scale(0.5).unwrap();
    booth.run(BEAT, 512);
    assert_eq!(loop_secs(&booth), Some([4.0, 6.0]));
    booth.deck.loop_exit();
    assert!(is_at(&booth, (9 * BEAT + 8 * BEAT + 100) as f64 / SR), "{}", booth.place());
    booth.deck.reloop().unwrap();
    assert!(is_at(&booth, 4.0) && booth.deck.is_looping());
}

#[test]
fn a_loop_in_a_roll_s_place_is_the_dj_s() {
    let mut booth = playing(false, 8);
    booth.deck.beat_loop(0.5, true, 0.0).unwrap();
    booth.run(BEAT, 512);
    booth.deck.beat_loop(1.0, false, 0.0).unwrap();
    booth.deck.roll_exit();
    booth.run(8 * BEAT, 512);
    assert!(booth.deck.is_looping() && loop_secs(&booth) == Some([4.0, 4.5]));
    let before = booth.place();
    booth.deck.loop_exit();
    assert!(is_at(&booth, before), "nothing slipped: from {before} to {}", booth.place());
}

#[test]
fn a_stop_in_a_roll_and_its_undo_leave_the_loop_as_it_was() {
    let mut booth = playing(false, 8);
    booth.deck.beat_loop(4.0, false, 0.0).unwrap();
    booth.deck.beat_loop(0.25, true, 0.0).unwrap();
    booth.run(BEAT, 512);
    booth.deck.stop();
    booth.run(BEAT, 512);
    booth.deck.undo().unwrap();
    booth.run(4 * BEAT, 512);
    assert!(booth.deck.is_looping() && loop_secs(&booth) == Some([4.0, 6.0]));
    assert!(is_at(&booth, 5.0 + 100.0 / SR), "{}", booth.place());
}

#[test]
fn one_exit_leaves_a_loop_whatever_slips() {
    for synced in [false, true] {
        let mut booth = playing(synced, 8);
        booth.deck.beat_loop(4.0, false, 0.0).unwrap();
        booth.deck.set_slip(true);
        booth.deck.beat_loop(1.0, false, 0.0).unwrap();
        booth.run(7 * BEAT, 512);
        booth.deck.loop_exit();
        assert!(!booth.deck.is_looping());
        assert!(is_at(&booth, 4.0 + 1.5 + 100.0 / SR), "beneath it was the loop before: {}", booth.place());
        booth.run(8 * BEAT, 512);
        assert!(!booth.deck.is_looping() && is_at(&booth, 4.0 + 5.5 + 100.0 / SR), "{}", booth.place());
        // Under a hand it ends for what runs on beneath, too.
        let mut booth = playing(synced, 8);
        booth.deck.beat_loop(4.0, false, 0.0).unwrap();
        booth.deck.set_slip(true);
        booth.deck.set_reverse(true);
        booth.deck.loop_exit();
        booth.run(BEAT, 512);
        booth.deck.set_reverse(false);
        booth.run(5 * BEAT, 512);
        assert!(!booth.deck.is_looping() && booth.place() > 6.0, "{}", booth.place());
    }
}

#[test]
fn a_hot_cue_that_outlasts_a_roll_does_not_stop_the_deck() {
    let mut booth = playing(false, 8);
    booth.deck.hot_cue_set(1, 0.0).unwrap();
    booth.run(8 * BEAT, 512);
    booth.deck.beat_loop(0.5, true, 0.0).unwrap();
    booth.deck.hot_cue_press(1, 0.0).unwrap();
    booth.run(BEAT, 512);
    booth.deck.roll_exit();
    booth.run(BEAT, 512);
    booth.deck.hot_cue_release(1).unwrap();
    booth.run(BEAT, 512);
    assert!(booth.deck.is_playing() && is_at(&booth, (19 * BEAT + 100) as f64 / SR), "{}", booth.place());
    assert!(!booth.deck.motion_view().rolling && !booth.deck.is_looping());
    // Nor does one whose slip was taken away.
    booth.deck.set_slip(true);
    booth.deck.hot_cue_press(1, 0.0).unwrap();
    booth.deck.set_slip(false);
    booth.deck.hot_cue_release(1).unwrap();
    assert!(booth.deck.is_playing());
}

#[test]
fn a_jump_moves_only_a_loop_that_holds_the_playhead() {
    let mut booth = playing(false, 2);
    booth.deck.hot_cue_set(1, 0.0).unwrap();
    booth.run(30 * BEAT, 512);
    booth.deck.beat_loop(4.0, false, 0.0).unwrap();
    assert_eq!(loop_secs(&booth), Some([16.0, 18.0]));
    booth.deck.hot_cue_press(1, 0.0).unwrap();
    assert!(booth.deck.is_looping(), "it comes to it again");
    booth.deck.beat_jump(16.0).unwrap();
    assert_eq!(loop_secs(&booth), Some([16.0, 18.0]), "the loop stays");
    assert!(is_at(&booth, 9.0), "the playhead jumps: {}", booth.place());
    booth.deck.beat_jump(16.0).unwrap();
    assert!(booth.deck.is_looping() && is_at(&booth, 17.0), "into it");
    booth.deck.beat_jump(-16.0).unwrap();
    assert_eq!(loop_secs(&booth), Some([8.0, 10.0]), "inside it comes along");
    // Moved behind the playhead, it does not call it back.
    booth.deck.hot_cue_press(1, 0.0).unwrap();
    booth.run(4 * BEAT, 512);
    booth.deck.loop_move(-14.0).unwrap();
    assert_eq!(loop_secs(&booth), Some([1.0, 3.0]));
    assert!(is_at(&booth, 3.0) && !booth.deck.is_looping(), "{}", booth.place());
}

#[test]
fn a_jump_over_a_loop_leaves_it() {
    let mut booth = playing(false, 2);
    booth.deck.hot_cue_set(1, 0.0).unwrap();
    booth.run(6 * BEAT, 512);
    booth.deck.beat_loop(4.0, false, 0.0).unwrap();
    booth.deck.hot_cue_press(1, 0.0).unwrap();
    booth.deck.beat_jump(16.0).unwrap();
    assert!(!booth.deck.is_looping() && is_at(&booth, 9.0), "{}", booth.place());
}

#[test]
fn a_host_that_jumps_leaves_the_deck_in_its_loop() {
    for (beats, expected) in [(1.5, 0.5), (-1.75, 0.25), (0.25, 0.25)] {
        let mut booth = playing(false, 8);
        booth.deck.beat_loop(1.0, false, 0.0).unwrap();
        booth.deck.shift(beats * 0.5);
        assert!(booth.deck.is_looping(), "{beats} beats");
        assert!(is_at(&booth, 4.0 + expected * 0.5 + 100.0 / SR), "{beats} beats: {}", booth.place());
    }
    // From before the loop over it: into it.
    let mut booth = playing(false, 8);
    booth.deck.beat_loop(1.0, false, 0.0).unwrap();
    booth.deck.seek(3.75);
    booth.deck.shift(1.0);
    assert!(booth.deck.is_looping() && is_at(&booth, 4.25), "{}", booth.place());
}

#[test]
fn a_host_that_jumps_in_a_roll_takes_along_what_runs_beneath() {
    for beats in [1.5, -1.75] {
        let mut booth = playing(false, 8);
        booth.deck.beat_loop(0.5, true, 0.0).unwrap();
        booth.run(BEAT, 512);
        booth.deck.shift(beats * 0.5);
        assert!(booth.deck.motion_view().rolling);
        booth.run(BEAT, 512);
        booth.deck.roll_exit();
        assert!(!booth.deck.motion_view().rolling && booth.deck.slipped.is_none());
        let expected = 0.5 * (10.0 + beats) + 100.0 / SR;
        assert!(is_at(&booth, expected), "{beats} beats: {} not {expected}", booth.place());
    }
}

/// So many frames of a cosine, which ends in the middle of a swing, with a grid from a frame on.
fn file(frames: usize, grid_frame: f64, beat: f64, sample_rate: f64) -> Arc<Track> {
    let wave = |n: usize| (0.5 * (std::f64::consts::TAU * 200.0 * n as f64 / sample_rate).cos()) as f32;
    let samples: Vec<f32> = (0..frames).map(wave).collect();
    let grid = BeatGrid::steady(grid_frame, beat).unwrap();
    Arc::new(Track::new(samples.clone(), samples, sample_rate).unwrap().with_grid(grid))
}

#[test]
fn a_loop_at_a_track_s_edge_has_its_beats() {
    // Frames of the file, of its first beat and of a beat; where the press comes; the loop, from and to.
    for (frames, grid, beat, press, expected) in [
        // A beat that is half a millisecond before the file is its first; one that is half a beat before it is none.
        (480_000, -24.0, 24_000.0, 100, [0.0, 96_000.0]),
        (480_000, -12_000.0, 24_000.0, 100, [12_000.0, 108_000.0]),
        // The last bar, a bit late.
        (192_000, 5.0, 24_000.0, 100_000, [96_000.0, 192_000.0]),
        // A bar by itself, its beats a bit late, early or long.
        (96_000, 5.0, 24_000.0, 100, [0.0, 96_000.0]),
        (96_000, -5.0, 24_000.0, 100, [0.0, 96_000.0]),
        (96_000, 0.0, 24_001.0, 100, [0.0, 96_004.0]),
    ] {
        let mut booth = Booth::new(file(frames, grid, beat, SR), 120.0);
        booth.deck.play(None, 0);
        booth.run(press, 512);
        booth.deck.beat_loop(4.0, false, 0.0).unwrap();
        let found = loop_secs(&booth).unwrap().map(|secs| secs * SR);
        let is_near = found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6);
        assert!(is_near, "{frames} frames, beats from {grid}: {found:?}");
        booth.run(20 * BEAT, 512);
        assert!(booth.deck.is_looping() && booth.deck.is_playing());
    }
    let mut booth = Booth::new(file(96_000, 0.0, 24_000.0, SR), 120.0);
    booth.deck.play(None, 0);
    booth.run(30_000, 512);
    assert_eq!(booth.deck.beat_loop(4.0, false, 0.0), Err(GestureRefused::OutsideTrack), "a whole beat is missing");
    // Of a short one not much may be missing.
    let mut booth = Booth::new(file(480_000, -1_000.0, 24_000.0, SR), 120.0);
    booth.deck.play(None, 0);
    booth.run(100, 512);
    booth.deck.beat_loop(1.0 / 32.0, false, 0.0).unwrap();
    let from = loop_secs(&booth).unwrap()[0] * SR;
    assert!((from - 500.0).abs() < 1e-6, "{from}");
}

#[test]
fn a_synced_loop_of_a_whole_file_stays_in_phase_for_a_thousand_wraps() {
    for (grid, beat) in [(0.5, 3_770.2), (-0.5, 3_770.2), (0.0, 3_770.9), (0.0, 3_769.7)] {
        // At 8 kHz and twice the tempo of the track, for the time that the test takes.
        let rate = 8_000.0;
        let mut booth = Booth::at(rate, file(15_080, grid, beat, rate), 60.0 * rate / beat);
        booth.deck.set_sync(true).unwrap();
        booth.deck.play(None, 0);
        booth.run(3_000, 512);
        booth.deck.beat_loop(4.0, false, 0.0).unwrap();
        let mut worst = 0.0_f64;
        while booth.song < 4_000.0 {
            booth.run(100_000, 4_096);
            booth.out.clear();
            worst = worst.max(booth.off().abs() * beat);
        }
        assert!(booth.deck.is_looping() && worst < 1e-3, "{worst} frames off");
    }
}

#[test]
fn a_loop_of_a_whole_file_does_not_click() {
    let mut booth = Booth::new(file(96_000, 0.0, 24_000.0, SR), 120.0);
    booth.deck.play(None, 0);
    booth.run(1_000, 512);
    booth.deck.beat_loop(4.0, false, 0.0).unwrap();
    booth.run(300_000, 512);
    for reverse in [false, true] {
        let from = booth.out.len();
        booth.deck.set_reverse(reverse);
        booth.run(480 * 400, 512);
        let wrap = (from..booth.out.len() - 8_192).step_by(4_096).map(|at| {
            let part = &booth.out[at..at + 8_192];
            above_db(part, 5_000.0, SR) + 10.0 * (energy(part) / (0.125 * 8_192.0)).log10()
        });
        let worst = wrap.fold(f64::NEG_INFINITY, f64::max);
        assert!(worst < -60.0, "backwards {reverse}: {worst:.1} dB above 5 kHz");
    }
}

/// A hand that has turned the record beyond its start hears nothing there, nor when it lets go.
#[test]
fn beyond_the_track_s_ends_a_hand_hears_nothing() {
    for speed in [-2.0, 2.0] {
        let mut booth = Booth::new(file(96_000, 0.0, 24_000.0, SR), 120.0);
        booth.deck.play(Some(if speed < 0.0 { 0.1 } else { 1.9 }), 0);
        booth.run(1_000, 512);
        booth.deck.scratch(Some(speed)).unwrap();
        booth.run(20_000, 512);
        let from = booth.out.len();
        booth.deck.stop();
        booth.run(1_000, 512);
        assert!(booth.out[from..].iter().all(|sample| sample.abs() < 1e-3), "at {speed}");
    }
}

#[test]
fn a_loop_far_beyond_a_track_s_end_does_not_hold_it() {
    let mut booth = Booth::new(file(96_000, 0.0, 24_000.0, SR), 120.0);
    booth.deck.set_marks(Marks { loop_secs: Some([1.0, 1e6]), ..Marks::default() });
    booth.deck.play(Some(1.5), 0);
    booth.deck.reloop().unwrap();
    booth.run(200_000, 512);
    assert!(!booth.deck.is_playing() && booth.deck.take_reached_end());
}
