//! The deck by itself, frame by frame.

use super::*;
use crate::deck::Track;
use crate::graph::{DspNode, IoSetup, SUB_BLOCK_FRAMES, StereoBlock};

const SR: f64 = 48_000.0;

/// Sample k of the left channel is k+1 in units that `f32` holds exactly; the right channel is its negative.
fn ramp_track(frames: u16, sample_rate: f64) -> Arc<Track> {
    let left: Vec<f32> = (0..frames).map(|k| (f32::from(k) + 1.0) / 65_536.0).collect();
    let right = left.iter().map(|s| -s).collect();
    Arc::new(Track::new(left, right, sample_rate).unwrap())
}

fn deck_with(track: Arc<Track>) -> DeckNode {
    let mut deck = DeckNode::new(Arc::new(SincBank::default()), SR);
    assert!(deck.load(Some(track), 1).unwrap().is_none());
    deck
}

/// Left channel of the next frames, made in calls of `block` frames.
fn run(deck: &mut DeckNode, frames: usize, block: usize) -> Vec<f32> {
    let mut out = Vec::new();
    while out.len() < frames {
        let now = block.min(frames - out.len()).min(SUB_BLOCK_FRAMES);
        let mut buffer = StereoBlock::SILENT;
        IoSetup::new(&[&StereoBlock::SILENT], &mut buffer, now).run(deck);
        for n in 0..now {
            assert_eq!(buffer.right()[n], -buffer.left()[n]);
        }
        out.extend_from_slice(&buffer.left()[..now]);
    }
    out
}

fn biggest_step(samples: &[f32]) -> f32 {
    samples.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max)
}

#[test]
fn from_the_top_the_samples_are_the_files_own() {
    let track = ramp_track(1000, SR);
    let mut deck = deck_with(track.clone());
    deck.play(None, 0);
    assert_eq!(run(&mut deck, 1000, 64), track.left());
    assert!(!deck.take_reached_end() || !deck.is_playing());
    run(&mut deck, 1, 1);
    assert!(!deck.is_playing());
    assert_eq!(deck.position_secs(), 0.0, "ready to start again");
}

#[test]
fn the_end_is_told_once() {
    let mut deck = deck_with(ramp_track(100, SR));
    deck.play(None, 0);
    run(&mut deck, 200, 64);
    assert!(deck.take_reached_end());
    assert!(!deck.take_reached_end());
}

#[test]
fn any_split_into_calls_gives_the_same_samples() {
    let render = |block: usize, rate: f64| {
        let mut deck = deck_with(ramp_track(20_000, rate));
        deck.play(None, 0);
        let mut out = run(&mut deck, 3_001, block);
        deck.seek(0.1);
        out.extend(run(&mut deck, 1_000, block));
        deck.stop();
        out.extend(run(&mut deck, 1_000, block));
        out
    };
    for rate in [44_100.0, 48_000.0, 96_000.0] {
        let whole = render(64, rate);
        for block in [1, 7, 63] {
            let split = render(block, rate);
            assert!(whole.iter().zip(&split).all(|(a, b)| a.to_bits() == b.to_bits()), "{block} at {rate} Hz");
        }
    }
}

#[test]
fn a_stop_fades_over_three_milliseconds_and_keeps_the_place() {
    let mut deck = deck_with(ramp_track(48_000, SR));
    deck.play(Some(0.5), 0);
    run(&mut deck, 1_000, 64);
    deck.stop();
    assert!(!deck.is_playing());
    let tail = run(&mut deck, 200, 64);
    assert!(tail[142] > 0.0);
    assert!(tail[143..].iter().all(|s| *s == 0.0), "144 frames are 3 ms");
    assert!((deck.position_secs() - 0.5 - 1_000.0 / SR).abs() < 1e-9);
    assert!(biggest_step(&tail) < 0.01);
}

#[test]
fn starting_in_the_middle_and_seeking_do_not_click() {
    let flat = Arc::new(Track::new(vec![0.5; 48_000], vec![-0.5; 48_000], SR).unwrap());
    let mut deck = deck_with(flat);
    deck.play(Some(0.5), 0);
    let start = run(&mut deck, 480, 64);
    assert!(biggest_step(&start) < 0.01 && start[0] > 0.0 && start[200] == 0.5);
    deck.seek(0.1);
    let over = run(&mut deck, 480, 64);
    assert!(biggest_step(&over) < 0.01);
    assert!(over.iter().all(|s| *s < 0.5 * 1.415), "equal power of two equal signals");
}

#[test]
fn many_seeks_at_once_neither_fail_nor_grow() {
    let mut deck = deck_with(ramp_track(48_000, SR));
    deck.play(None, 0);
    for i in 0..50 {
        deck.seek(f64::from(i) * 0.01);
        run(&mut deck, 3, 3);
    }
    run(&mut deck, 480, 64);
    assert!(!deck.is_fading_out() && deck.is_playing());
}

#[test]
fn late_means_further_into_the_track() {
    let track = ramp_track(48_000, SR);
    let mut deck = deck_with(track.clone());
    deck.play(None, 100);
    let out = run(&mut deck, 300, 64);
    assert_eq!(out[200..], track.left()[300..400]);
}

#[test]
fn a_track_of_another_rate_keeps_its_pitch_and_length() {
    let sine = |n: u32| (2.0 * std::f64::consts::PI * 1_000.0 / 44_100.0 * f64::from(n)).sin() as f32 * 0.5;
    let left: Vec<f32> = (0..44_100).map(sine).collect();
    let right = left.iter().map(|s| -s).collect();
    let mut deck = deck_with(Arc::new(Track::new(left, right, 44_100.0).unwrap()));
    deck.play(None, 0);
    let out = run(&mut deck, 48_100, 64);
    let worst = (100..47_900)
        .map(|n| (f64::from(out[n]) - 0.5 * (2.0 * std::f64::consts::PI * 1_000.0 / SR * n as f64).sin()).abs())
        .fold(0.0, f64::max);
    assert!(worst < 1e-4, "{worst}");
    assert!(out[48_000..].iter().all(|s| *s == 0.0), "one second");
}

#[test]
fn on_a_playing_deck_a_new_track_takes_over_in_fifty_milliseconds() {
    let flat = |level: f32| Arc::new(Track::new(vec![level; 48_000], vec![-level; 48_000], SR).unwrap());
    let mut deck = deck_with(flat(0.5));
    deck.play(None, 0);
    run(&mut deck, 64, 64);
    assert!(deck.load(Some(flat(0.25)), 2).unwrap().is_none());
    assert!(deck.is_playing());
    let over = run(&mut deck, 2_400, 64);
    assert!(biggest_step(&over) < 0.01 && over[1_200] > 0.25);
    assert_eq!(run(&mut deck, 1, 1), [0.25]);
    assert!(deck.take_left().is_none(), "it can be brought back");
    deck.forget();
    assert!(deck.take_left().is_some());
}

#[test]
fn a_track_taken_off_while_it_fades_fades_on_and_comes_back_once() {
    let mut deck = deck_with(ramp_track(48_000, SR));
    let other = ramp_track(10, SR);
    deck.play(None, 0);
    run(&mut deck, 64, 64);
    deck.stop();
    assert!(deck.load(Some(other.clone()), 2).unwrap().is_none());
    deck.forget();
    assert!(deck.take_left().is_none(), "the one before is still fading");
    let mut fading = run(&mut deck, 144, 64);
    assert!(fading[0] > 0.0 && fading.pop() == Some(0.0));
    assert!(deck.take_left().is_some() && deck.take_left().is_none(), "the one before comes back once");
    assert!(deck.load(None, 3).unwrap().is_none());
    deck.forget();
    assert!(deck.take_left().is_some_and(|track| Arc::ptr_eq(&track, &other)));
}

#[test]
fn an_undo_after_a_stop_goes_on_where_it_would_be_by_now() {
    for block in [1, 63, 64] {
        let track = ramp_track(48_000, SR);
        let mut deck = deck_with(track.clone());
        deck.play(None, 0);
        run(&mut deck, 1_000, block);
        deck.stop();
        assert!(run(&mut deck, 5_000, block)[200..].iter().all(|s| *s == 0.0));
        assert_eq!(deck.undo(), Some(Undone { restored: None }));
        let back = run(&mut deck, 1_000, block);
        assert_eq!(back[240..], track.left()[6_240..7_000], "5 ms later it is as if nothing had been");
        assert_eq!(deck.undo(), None, "once");
    }
}

#[test]
fn an_undo_brings_a_replaced_and_an_ejected_track_back_in_phase() {
    for replaced in [true, false] {
        let track = ramp_track(48_000, SR);
        let mut deck = deck_with(track.clone());
        deck.play(None, 0);
        run(&mut deck, 1_000, 64);
        deck.stop();
        run(&mut deck, 500, 64);
        deck.load(replaced.then(|| ramp_track(100, SR)), 2).unwrap();
        run(&mut deck, 500, 64);
        assert_eq!(deck.undo(), Some(Undone { restored: Some(1) }));
        assert_eq!(run(&mut deck, 1_000, 64)[240..], track.left()[2_240..3_000]);
        assert_eq!(deck.take_left().is_some(), replaced, "the other one goes");
    }
}

#[test]
fn an_undo_of_a_needle_drop_and_of_an_eject_at_rest() {
    let track = ramp_track(48_000, SR);
    let mut deck = deck_with(track.clone());
    deck.play(None, 0);
    run(&mut deck, 1_000, 64);
    deck.seek(0.9);
    run(&mut deck, 1_000, 64);
    assert!(deck.undo().is_some());
    assert_eq!(run(&mut deck, 1_000, 64)[240..], track.left()[2_240..3_000]);
    deck.stop();
    deck.forget();
    let place = deck.position_secs();
    run(&mut deck, 200, 64);
    deck.load(None, 2).unwrap();
    run(&mut deck, 200, 64);
    assert!(deck.undo().is_some());
    assert_eq!((deck.position_secs(), deck.is_playing(), deck.has_track()), (place, false, true));
}

#[test]
fn a_ghost_that_ran_to_the_end_rests_at_the_start() {
    let mut deck = deck_with(ramp_track(1_000, SR));
    deck.play(None, 0);
    run(&mut deck, 500, 64);
    deck.stop();
    run(&mut deck, 600, 64);
    assert!(deck.undo().is_some());
    assert_eq!((deck.is_playing(), deck.position_secs()), (false, 0.0));
}

#[test]
fn two_tracks_before_cannot_both_fade() {
    let mut deck = deck_with(ramp_track(48_000, SR));
    for _ in 0..2 {
        deck.play(None, 0);
        run(&mut deck, 20, 20);
        deck.stop();
        let next = ramp_track(48_000, 96_000.0);
        if let Err(LoadRefused(next)) = deck.load(Some(next), 2) {
            run(&mut deck, 144, 64);
            assert!(deck.load(next, 3).unwrap().is_some(), "the first one goes");
            return;
        }
    }
    panic!("the second load within a fade must wait");
}

#[test]
fn an_ejected_deck_is_silent() {
    let mut deck = deck_with(ramp_track(100, SR));
    assert!(deck.load(None, 2).unwrap().is_none());
    deck.play(None, 0);
    assert!(!deck.is_playing() && !deck.has_track());
}

#[test]
fn live_sound_passes_through_an_empty_deck() {
    let mut deck = DeckNode::new(Arc::new(SincBank::default()), SR);
    let mut live = StereoBlock::SILENT;
    live.channels_mut()[0][3] = 0.25;
    let mut out = StereoBlock::SILENT;
    IoSetup::new(&[&live], &mut out, 8).run(&mut deck);
    assert_eq!(out.left()[..8], live.left()[..8]);
    deck.play(None, 0);
    assert!(!deck.is_playing(), "nothing to play");
}

#[test]
fn another_sample_rate_goes_on_at_the_same_place() {
    let mut deck = deck_with(ramp_track(48_000, SR));
    deck.play(None, 0);
    run(&mut deck, 24_000, 64);
    let before = deck.position_secs();
    deck.prepare(96_000.0);
    assert_eq!(deck.position_secs(), before);
    run(&mut deck, 9_600, 64);
    assert!((deck.position_secs() - before - 0.1).abs() < 1e-9);
}

#[test]
fn a_held_deck_stands_still_and_goes_on_where_it_was() {
    let track = ramp_track(48_000, SR);
    let mut deck = deck_with(track.clone());
    deck.play(None, 0);
    run(&mut deck, 1_000, 64);
    deck.hold(true);
    assert!(deck.is_playing());
    let still = run(&mut deck, 5_000, 64);
    assert!(still[0] > 0.0 && still[144..].iter().all(|s| *s == 0.0));
    deck.hold(false);
    let on = run(&mut deck, 500, 64);
    assert_eq!(on[144..], track.left()[1_144..1_500]);
    assert!(biggest_step(&on) < 0.01);
    deck.hold(true);
    run(&mut deck, 200, 64);
    deck.stop();
    assert!(run(&mut deck, 200, 64).iter().all(|s| *s == 0.0), "a stop of what stands still is silent");
}

#[test]
fn a_shift_moves_a_playing_deck_and_keeps_to_whole_frames() {
    let track = ramp_track(48_000, SR);
    let mut deck = deck_with(track.clone());
    deck.shift(0.5);
    assert!(!deck.is_playing());
    deck.play(None, 0);
    run(&mut deck, 1_000, 64);
    deck.shift(0.1);
    assert_eq!(run(&mut deck, 500, 64)[240..], track.left()[6_040..6_300]);
    deck.shift(-100.0);
    assert_eq!(run(&mut deck, 500, 64)[240..], track.left()[240..500], "not before its start");
}
