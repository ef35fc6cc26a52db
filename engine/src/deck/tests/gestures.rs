//! Cues, loops, jumps and slip.

use super::*;

fn playing() -> Booth {
    let mut booth = Booth::new(track(120.0, 60.0, SR), 120.0);
    booth.deck.play(None, 0);
    booth
}

#[test]
fn a_thousand_wraps_of_four_beats_at_127_3_drift_less_than_a_frame() {
    // At 8 kHz, for the time that the test takes; what is left of drift is held against frames of 48 kHz.
    let rate = 8_000.0;
    let length = 4.0 * 60.0 / 127.3 * rate;
    let mut samples = vec![0.0; 30_000];
    samples[3_000] = 1.0;
    let grid = BeatGrid::steady(0.0, length / 4.0).unwrap();
    let track = Track::new(samples.clone(), samples, rate).unwrap().with_grid(grid);
    let mut booth = Booth::at(rate, Arc::new(track), 127.3);
    booth.deck.play(None, 0);
    booth.deck.beat_loop(4.0, false, 0.0).unwrap();
    let (mut made, mut rounds, mut worst) = (0_usize, 0, 0.0_f64);
    while rounds < 1_000 {
        let block = booth.run(15_000, 4_096).to_vec();
        for (n, _) in block.iter().enumerate().filter(|(_, sample)| **sample > 0.5) {
            let heard = (made + n) as f64;
            let nearest = ((heard - 3_000.0) / length).round();
            worst = worst.max((heard - 3_000.0 - nearest * length).abs());
            rounds = rounds.max(nearest as usize);
        }
        made += block.len();
        booth.out.clear();
    }
    assert!(worst < 1.0, "{worst} frames");
    let drift = (booth.place() - (made as f64 % length) / rate).abs() * SR;
    println!("after {rounds} wraps: {drift:.2e} frames of drift");
    assert!(drift < 1e-3, "{drift}");
}

#[test]
fn a_loop_is_left_halved_doubled_moved_and_taken_up_again() {
    let mut booth = playing();
    booth.run(24_000 * 8 + 100, 512);
    booth.deck.beat_loop(4.0, false, 0.0).unwrap();
    let loop_secs = |booth: &Booth| booth.deck.marks().loop_secs.unwrap();
    assert_eq!(loop_secs(&booth), [4.0, 6.0], "from the beat before");
    booth.run(96_000, 512);
    assert!((booth.place() - 4.0 - 100.0 / SR).abs() < 1e-9);
    booth.deck.loop_scale(0.5).unwrap();
    assert_eq!(loop_secs(&booth), [4.0, 5.0]);
    booth.deck.loop_scale(2.0).unwrap();
    booth.deck.beat_jump(4.0).unwrap();
    assert_eq!(loop_secs(&booth), [6.0, 8.0], "a jump inside a loop moves the loop");
    assert!((booth.place() - 6.0 - 100.0 / SR).abs() < 1e-9, "and the playhead in it");
    booth.deck.loop_exit();
    booth.run(96_000, 512);
    assert!((booth.place() - 8.0 - 100.0 / SR).abs() < 1e-9, "out of it");
    booth.deck.reloop().unwrap();
    assert!((booth.place() - 6.0).abs() < 1e-9);
    booth.run(96_000 + 10, 512);
    assert!((booth.place() - 6.0 - 10.0 / SR).abs() < 1e-9);
    assert_eq!(booth.deck.loop_scale(1e6), Err(GestureRefused::OutsideTrack));
    assert_eq!(booth.deck.loop_scale(0.001), Err(GestureRefused::LoopLength));
}

#[test]
fn a_loop_by_hand_lands_on_beats_or_where_it_is_set() {
    for (snap, expected) in [(true, [1.0, 2.0]), (false, [1.0 + 100.0 / SR, 2.0 + 4_100.0 / SR])] {
        let mut booth = playing();
        booth.deck.set_snap(snap);
        assert_eq!(booth.deck.loop_out(0.0), Err(GestureRefused::NoLoop));
        booth.run(48_100, 512);
        booth.deck.loop_in(0.0).unwrap();
        booth.run(52_000, 512);
        booth.deck.loop_out(0.0).unwrap();
        let marks = booth.deck.marks().loop_secs.unwrap();
        assert!(marks.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{marks:?}");
        booth.run(64, 64);
        assert!((1.0..2.1).contains(&booth.place()));
    }
}

/// A grid is rarely on the frame: a cue at a track's start must not land a beat later for that.
#[test]
fn a_beat_a_hair_before_the_start_is_the_start() {
    for (grid_frame, expected) in [(-42.0, 0.0), (-6_000.0, 18_000.0 / SR)] {
        let grid = BeatGrid::steady(grid_frame, 24_000.0).unwrap();
        let silence = vec![0.0; 480_000];
        let track = Track::new(silence.clone(), silence, SR).unwrap().with_grid(grid);
        let mut booth = Booth::new(Arc::new(track), 120.0);
        booth.deck.hot_cue_set(1, 0.0).unwrap();
        assert_eq!(
            booth.deck.marks().hot_cues_secs[0],
            Some(expected),
            "the beat is {grid_frame} frames off the start"
        );
    }
}

#[test]
fn the_cue_button_is_a_cdj_s() {
    let mut booth = Booth::new(track(120.0, 60.0, SR), 120.0);
    booth.deck.seek(3.01);
    booth.deck.cue_press().unwrap();
    assert_eq!((booth.place(), booth.deck.marks().cue_secs), (3.0, 3.0), "elsewhere: set, on the beat");
    booth.deck.cue_release();
    booth.deck.cue_press().unwrap();
    assert!(booth.deck.is_playing() && booth.deck.is_held(), "at the cue: plays while held");
    booth.run(4_800, 64);
    booth.deck.cue_release();
    assert!(!booth.deck.is_playing());
    assert_eq!(booth.place(), 3.0);
    booth.deck.cue_press().unwrap();
    booth.run(4_800, 64);
    booth.deck.play(None, 0);
    booth.deck.cue_release();
    booth.run(4_800, 64);
    assert!(booth.deck.is_playing() && (booth.place() - 3.2).abs() < 1e-9, "play while it is held: plays on");
    booth.deck.cue_press().unwrap();
    assert!(!booth.deck.is_playing());
    assert_eq!(booth.place(), 3.0, "while playing: back, and stopped");
}

#[test]
fn hot_cues_are_set_jumped_to_previewed_and_forgotten() {
    let mut booth = playing();
    booth.run(48_010, 512);
    booth.deck.hot_cue_press(3, 0.0).unwrap();
    assert_eq!(booth.deck.marks().hot_cues_secs[2], Some(1.0));
    booth.run(48_000, 512);
    booth.deck.hot_cue_press(3, 0.0).unwrap();
    booth.run(4_800, 512);
    assert!((booth.place() - 1.1).abs() < 1e-9);
    booth.deck.hot_cue_release(3).unwrap();
    assert!(booth.deck.is_playing(), "on a playing deck a press is enough");
    booth.deck.stop();
    booth.deck.hot_cue_press(3, 0.0).unwrap();
    assert!(booth.deck.is_held());
    booth.run(4_800, 512);
    booth.deck.hot_cue_release(3).unwrap();
    assert_eq!((booth.deck.is_playing(), booth.place()), (false, 1.0));
    booth.deck.hot_cue_clear(3).unwrap();
    assert_eq!(booth.deck.marks().hot_cues_secs, [None; 8]);
    assert_eq!(booth.deck.hot_cue_press(9, 0.0), Err(GestureRefused::NoCue));
    assert_eq!(booth.deck.hot_cue_press(0, 0.0), Err(GestureRefused::NoCue));
}

#[test]
fn what_is_held_of_a_track_ends_with_the_undo_that_takes_it_away() {
    let mut booth = Booth::new(track(120.0, 30.0, 48_000.0), 120.0);
    booth.run(100, 64);
    booth.deck.beat_loop(1.0, false, 0.0).unwrap();
    booth.deck.load(Some(track(120.0, 30.0, 48_000.0)), 2).unwrap();
    booth.deck.play(None, 0);
    booth.run(48_000, 512);
    booth.deck.beat_loop(0.25, true, 0.0).unwrap();
    booth.run(1_000, 512);
    assert!(booth.deck.undo().is_some(), "the track that rested comes back");
    booth.deck.roll_exit();
    booth.run(1_000, 512);
    assert!(!booth.deck.is_playing());
}

#[test]
fn a_roll_and_what_slips_come_back_as_if_nothing_had_been() {
    for case in 0..4 {
        let (mut plain, mut booth) = (playing(), playing());
        plain.run(48_000, 512);
        booth.run(48_000, 512);
        booth.deck.hot_cue_set(1, 0.0).unwrap();
        match case {
            0 => booth.deck.beat_loop(0.25, true, 0.0).unwrap(),
            1 => {
                booth.deck.set_slip(true);
                booth.deck.set_reverse(true);
            }
            2 => {
                booth.deck.set_slip(true);
                booth.deck.scratch(Some(-2.0)).unwrap();
            }
            _ => {
                booth.deck.set_slip(true);
                booth.run(10_000, 512);
                plain.run(10_000, 512);
                booth.deck.hot_cue_press(1, 0.0).unwrap();
            }
        }
        plain.run(30_000, 512);
        booth.run(30_000, 512);
        assert!((booth.place() - plain.place()).abs() > 0.01, "{case}: it is elsewhere");
        match case {
            0 => booth.deck.roll_exit(),
            1 => booth.deck.set_reverse(false),
            2 => booth.deck.scratch(None).unwrap(),
            _ => booth.deck.hot_cue_release(1).unwrap(),
        }
        plain.run(1_000, 512);
        booth.run(1_000, 512);
        let tail = booth.out.len() - 700;
        assert_eq!(booth.out[tail..], plain.out[tail..], "{case}");
        assert!(booth.deck.active_loop().is_none() && booth.deck.slipped.is_none());
    }
}

#[test]
fn reverse_goes_back_to_the_start_and_rests_there() {
    let mut booth = playing();
    booth.run(4_800, 512);
    booth.deck.set_reverse(true);
    booth.run(2_400, 512);
    assert!((booth.place() - 0.05).abs() < 1e-9);
    booth.run(4_800, 512);
    assert!(!booth.deck.is_playing() && booth.deck.take_reached_end());
    assert_eq!(booth.place(), 0.0);
}

#[test]
fn what_needs_beats_or_a_playing_deck_says_so() {
    let bare = Arc::new(Track::new(vec![0.1; 48_000], vec![0.1; 48_000], SR).unwrap());
    let mut booth = Booth::new(bare, 120.0);
    assert_eq!(booth.deck.beat_loop(4.0, false, 0.0), Err(GestureRefused::NoGrid));
    assert_eq!(booth.deck.beat_jump(1.0), Err(GestureRefused::NoGrid));
    assert_eq!(booth.deck.reloop(), Err(GestureRefused::NoLoop));
    assert_eq!(booth.deck.scratch(Some(1.0)), Err(GestureRefused::NotPlaying));
    let mut booth = playing();
    assert_eq!(booth.deck.beat_jump(-4.0), Err(GestureRefused::OutsideTrack));
    assert_eq!(booth.deck.beat_loop(64.0, true, 0.0), Ok(()));
    let mut empty = DeckNode::new(SincBank::shared(), SR);
    assert_eq!(empty.cue_press(), Err(GestureRefused::NoTrack));
    assert_eq!(empty.loop_in(0.0), Err(GestureRefused::NoTrack));
    assert_eq!(empty.beat_loop(1.0, false, 0.0), Err(GestureRefused::NoGrid));
}

#[test]
fn marks_stay_with_their_track() {
    let mut booth = playing();
    booth.run(48_000, 512);
    booth.deck.hot_cue_press(1, 0.0).unwrap();
    let marks = booth.deck.marks();
    booth.deck.stop();
    booth.run(480, 64);
    booth.deck.load(Some(track(100.0, 10.0, SR)), 2).unwrap();
    assert_eq!(booth.deck.marks(), Marks::default());
    booth.deck.undo().unwrap();
    assert_eq!(booth.deck.marks(), marks);
}
