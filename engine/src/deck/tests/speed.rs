//! The sound at other speeds: pitch fader, scratch, other sample rates.

use std::f64::consts::TAU;

use super::*;
use crate::dsp::testing::{above_db, beside_sine, beside_sine_db, energy};

fn sine_track(hz: f64, sample_rate: f64, secs: f64) -> Arc<Track> {
    let samples: Vec<f32> =
        (0..(secs * sample_rate) as usize).map(|n| (0.5 * (TAU * hz * n as f64 / sample_rate).sin()) as f32).collect();
    Arc::new(Track::new(samples.clone(), samples, sample_rate).unwrap())
}

/// Distortion and noise of a sine, in dB of it.
fn rest_db(out: &[f32], hz: f64) -> f64 {
    beside_sine_db(out, hz, SR)
}

/// The deck at a rate, once it has settled.
fn at_rate(track: Arc<Track>, rate: f64, reverse: bool) -> Vec<f32> {
    let mut booth = Booth::new(track, 120.0);
    booth.deck.set_rate(rate);
    booth.deck.set_reverse(reverse);
    booth.deck.play(Some(3.0), 0);
    booth.run(1_000, 64);
    booth.run(48_000, 64).to_vec()
}

#[test]
fn a_sine_stays_a_sine_at_every_speed_in_both_directions() {
    for (hz, bar) in [(1_000.0, -100.0), (10_000.0, -90.0)] {
        let mut worst = f64::NEG_INFINITY;
        for rate in [0.92, 0.94, 0.97, 1.0 - 1e-4, 1.0, 1.0 + 1e-4, 1.03, 1.06, 1.08, 0.5, 2.0] {
            for (sample_rate, reverse) in [(SR, false), (SR, true), (44_100.0, false)] {
                let out = at_rate(sine_track(hz, sample_rate, 8.0), rate, reverse);
                let db = rest_db(&out, hz * rate);
                worst = worst.max(db);
                assert!(db < bar, "{hz} Hz at {rate} of {sample_rate} Hz: {db:.1} dB");
            }
        }
        println!("{hz} Hz: {worst:.1} dB");
    }
}

/// What else than the sine can be heard, below 20 kHz, in dB of it: images, aliases, noise. A sine that the host's rate
/// does not carry leaves nothing but what else there is.
fn else_db(out: &[f32], hz: f64) -> f64 {
    let carried = hz < SR / 2.0;
    let rest: Vec<f32> =
        if carried { beside_sine(out, hz, SR).0.into_iter().map(|rest| rest as f32).collect() } else { out.to_vec() };
    let audible = 1.0 - 10.0_f64.powf(above_db(&rest, 20_000.0, SR) / 10.0);
    10.0 * (energy(&rest) / rest.len() as f64 * audible.max(1e-9) / 0.125).log10()
}

#[test]
fn nothing_that_can_be_heard_aliases() {
    let mut worst = (f64::NEG_INFINITY, 0.0, 0.0, 0.0);
    // The pitch fader's way, a track of another rate, a scratch; up to 22 kHz.
    for (rate, sample_rate) in
        [(0.92, SR), (1.08, SR), (1.0, 44_100.0), (0.92, 44_100.0), (1.08, 44_100.0), (0.5, SR), (1.5, SR), (2.0, SR)]
    {
        for part in [0.05, 0.2, 0.4, 0.6, 0.75, 0.85, 0.92, 0.98] {
            let hz = (part * sample_rate / 2.0).min(22_000.0);
            let out = at_rate(sine_track(hz, sample_rate, 8.0), rate, false);
            let db = else_db(&out[..32_768], hz * rate);
            worst = if db > worst.0 { (db, hz, rate, sample_rate) } else { worst };
        }
    }
    let (db, hz, rate, sample_rate) = worst;
    println!("the most that is heard beside a sine: {db:.1} dB, {hz:.0} Hz of {sample_rate} at {rate}");
    assert!(db < -90.0, "{worst:?}");
}

#[test]
fn at_its_own_speed_the_samples_are_the_files_own() {
    let track = sine_track(440.0, SR, 8.0);
    let mut booth = Booth::new(track.clone(), 120.0);
    booth.deck.set_rate(1.3);
    booth.deck.play(None, 0);
    booth.run(10_000, 64);
    booth.deck.seek(1.0);
    booth.deck.set_rate(1.0);
    booth.run(1_000, 64);
    booth.deck.seek(2.0);
    booth.run(1_000, 64);
    let tail = booth.out.len() - 700;
    assert_eq!(booth.out[tail..], track.left()[96_300..97_000]);
}

#[test]
fn a_scratch_makes_no_zipper_noise() {
    // A hand at 1 kHz: another speed every 48 frames, along a sine of 4 Hz between -1.5 and 1.5.
    let mut booth = Booth::new(sine_track(200.0, SR, 20.0), 120.0);
    booth.deck.play(Some(10.0), 0);
    booth.run(1_000, 64);
    for n in 0..1_000 {
        booth.deck.scratch(Some(1.5 * (TAU * 4.0 * f64::from(n) / 1_000.0).cos())).unwrap();
        booth.run(48, 48);
    }
    let high = above_db(&booth.out[2_000..], 5_000.0, SR);
    assert!(high < -60.0, "{high:.1} dB above 5 kHz");
    booth.deck.scratch(None).unwrap();
    booth.run(1_000, 64);
    assert_eq!(booth.deck.motion_view().speed, 1.0);
}

#[test]
fn the_speed_is_reached_in_five_milliseconds_in_a_straight_line() {
    let mut booth = Booth::new(track(120.0, 20.0, SR), 120.0);
    booth.deck.play(Some(1.0), 0);
    booth.run(1_000, 64);
    let before = booth.place();
    booth.deck.set_rate(1.5);
    booth.run(120, 64);
    assert!((booth.deck.motion_view().speed - 1.25).abs() < 1e-9);
    booth.run(120, 64);
    assert!((booth.place() - before) * SR - 240.0 * 1.25 < 1e-6);
    assert_eq!(booth.deck.motion_view().speed, 1.5);
    booth.deck.nudge(-4.0);
    booth.run(240, 64);
    assert!((booth.deck.motion_view().speed - 1.44).abs() < 1e-9);
}
