//! Key lock on a deck: the pitch stays, the beats stay where the clock has them, and nothing clicks.

use std::f32::consts::TAU;
use std::sync::Arc;

use crate::deck::{DeckNode, Track};
use crate::dsp::SincBank;
use crate::graph::{IoSetup, StereoBlock};

const SR: f64 = 48_000.0;
const SECOND: usize = 48_000;

fn sine(hz: f32, secs: f32, sample_rate: f32) -> Arc<Track> {
    let samples: Vec<f32> =
        (0..(secs * sample_rate) as usize).map(|i| 0.5 * (TAU * (hz * i as f32 / sample_rate).fract()).sin()).collect();
    Arc::new(Track::new(samples.clone(), samples, f64::from(sample_rate)).unwrap())
}

/// A short knock every half second.
fn knocks(secs: f32, sample_rate: f32) -> Arc<Track> {
    let every = (sample_rate / 2.0) as usize;
    let knock = |i: usize| {
        let t = (i % every) as f32 / sample_rate;
        (TAU * 180.0 * t).sin() * (-t * 90.0).exp()
    };
    let samples: Vec<f32> = (0..(secs * sample_rate) as usize).map(knock).collect();
    Arc::new(Track::new(samples.clone(), samples, f64::from(sample_rate)).unwrap())
}

fn locked(track: Arc<Track>, rate: f64) -> DeckNode {
    let mut deck = DeckNode::new(SincBank::shared(), SR);
    deck.load(Some(track), 1).unwrap();
    deck.set_key_lock(true);
    deck.set_rate(rate);
    deck
}

fn run(deck: &mut DeckNode, frames: usize, block: usize) -> Vec<f32> {
    let mut out = Vec::new();
    while out.len() < frames {
        let now = block.min(frames - out.len()).min(64);
        let mut buffer = StereoBlock::SILENT;
        IoSetup::new(&[&StereoBlock::SILENT], &mut buffer, now).run(deck);
        let is_centred = |(left, right): (&f32, &f32)| (left - right).abs() < 1e-3;
        assert!(buffer.left().iter().zip(buffer.right()).take(now).all(is_centred));
        out.extend_from_slice(&buffer.left()[..now]);
    }
    out
}

/// From the first to the last upward crossing of zero.
fn pitch_hz(samples: &[f32]) -> f64 {
    let crossings: Vec<f64> = samples
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0] < 0.0 && pair[1] >= 0.0)
        .map(|(i, pair)| i as f64 + f64::from(pair[0] / (pair[0] - pair[1])))
        .collect();
    (crossings.len() - 1) as f64 * SR / (crossings.last().unwrap() - crossings[0])
}

/// Where the energy of a knock around a frame is centred.
fn centre(samples: &[f32], around: usize) -> f64 {
    let from = around - 1_500;
    let part = &samples[from..around + 4_500];
    let energy: f64 = part.iter().map(|s| f64::from(s * s)).sum();
    from as f64 + part.iter().enumerate().map(|(i, s)| i as f64 * f64::from(s * s)).sum::<f64>() / energy
}

fn biggest_step(samples: &[f32]) -> f32 {
    samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

#[test]
fn the_pitch_stays_and_the_tempo_goes() {
    for rate in [0.6, 0.92, 1.06, 1.5] {
        let mut deck = locked(sine(1_000.0, 8.0, 48_000.0), rate);
        deck.play(None, 0);
        run(&mut deck, SECOND / 2, 64);
        let pitch = pitch_hz(&run(&mut deck, SECOND, 64));
        assert!((pitch - 1_000.0).abs() < 1.0, "{rate}: {pitch} Hz");
        assert!((deck.position_secs() - 1.5 * rate).abs() < 0.01, "{rate}: {}", deck.position_secs());
        deck.set_key_lock(false);
        run(&mut deck, SECOND / 10, 64);
        let pitch = pitch_hz(&run(&mut deck, SECOND, 64));
        assert!((pitch - 1_000.0 * rate).abs() < 1.0, "{rate}: {pitch} Hz as a record");
    }
}

#[test]
fn the_key_moves_without_the_tempo() {
    for (semitones, keep, rate, hz) in [(12.0, true, 1.0, 1_000.0), (-5.0, true, 1.1, 374.6), (3.0, false, 1.1, 654.1)]
    {
        let mut deck = locked(sine(500.0, 6.0, 44_100.0), rate);
        deck.set_key_lock(keep);
        deck.set_key_shift(semitones);
        deck.play(None, 0);
        run(&mut deck, SECOND / 2, 64);
        let pitch = pitch_hz(&run(&mut deck, SECOND, 64));
        assert!((pitch / hz - 1.0).abs() < 0.008, "{semitones} at {rate}: {pitch} Hz");
    }
}

#[test]
fn knocks_come_where_the_playhead_is() {
    for (rate, sample_rate) in [(0.92, 48_000.0), (1.08, 48_000.0), (1.03, 44_100.0)] {
        let mut plain = locked(knocks(10.0, sample_rate), rate);
        plain.set_key_lock(false);
        let mut deck = locked(knocks(10.0, sample_rate), rate);
        for deck in [&mut plain, &mut deck] {
            deck.play(None, 0);
        }
        let (plain, sound) = (run(&mut plain, 5 * SECOND, 64), run(&mut deck, 5 * SECOND, 64));
        for knock in 1..9 {
            let at = (f64::from(knock) * 0.5 * SR / rate) as usize;
            let off_ms = (centre(&sound, at) - centre(&plain, at)) / 48.0;
            assert!(off_ms.abs() < 2.0, "knock {knock} at {rate}, {sample_rate} Hz: {off_ms} ms");
        }
    }
}

#[test]
fn at_its_own_tempo_the_track_is_untouched() {
    let track = knocks(2.0, 48_000.0);
    let mut deck = locked(track.clone(), 1.0);
    deck.play(None, 0);
    assert_eq!(run(&mut deck, SECOND, 64), track.left()[..SECOND]);
}

/// Everything that may happen to a playing deck.
fn a_session(block: usize) -> Vec<f32> {
    let mut deck = locked(sine(300.0, 20.0, 44_100.0), 1.04);
    let mut out = run(&mut deck, 100, block);
    deck.play(None, 0);
    out.extend(run(&mut deck, 20_011, block));
    deck.seek(3.0);
    out.extend(run(&mut deck, 101, block));
    deck.seek(5.0);
    out.extend(run(&mut deck, 15_000, block));
    deck.set_rate(0.97);
    out.extend(run(&mut deck, 9_999, block));
    // What it has heard ahead is then too much for a while.
    deck.set_rate(0.75);
    out.extend(run(&mut deck, 19_999, block));
    deck.set_rate(0.97);
    out.extend(run(&mut deck, 9_999, block));
    deck.set_reverse(true);
    out.extend(run(&mut deck, 9_999, block));
    deck.set_reverse(false);
    out.extend(run(&mut deck, 15_000, block));
    deck.load(Some(sine(200.0, 20.0, 48_000.0)), 2).unwrap();
    out.extend(run(&mut deck, 15_000, block));
    assert!(deck.take_left().is_none(), "it can be brought back");
    deck.forget();
    assert!(deck.take_left().is_some());
    deck.set_key_lock(false);
    out.extend(run(&mut deck, 5_000, block));
    deck.set_key_lock(true);
    out.extend(run(&mut deck, 15_000, block));
    deck.stop();
    out.extend(run(&mut deck, 5_000, block));
    out
}

#[test]
fn it_is_the_same_at_any_block_size_and_again() {
    let whole = a_session(64);
    for block in [64, 1, 7, 63] {
        let again = a_session(block);
        let first = whole.iter().zip(&again).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(first, None, "blocks of {block}");
    }
}

/// The library would draw its phases by chance there, from a seed that each instance has of its own.
#[test]
fn a_deck_that_brakes_sounds_the_same_again() {
    let brake = |later: usize| {
        let samples: Vec<f32> =
            (0..500_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / 1.7e7 - 0.5).collect();
        let track = Arc::new(Track::new(samples.clone(), samples, 44_100.0).unwrap());
        let mut deck = locked(track, 1.24);
        deck.set_key_shift(1.0);
        deck.play(None, 0);
        let mut out = run(&mut deck, SECOND + later, 64);
        deck.set_rate(0.97);
        out.extend(run(&mut deck, SECOND, 64));
        assert_eq!(deck.key.part(), 1.0, "it was followed, not left");
        out
    };
    // Wherever in a hop it happens.
    for later in (0..1_920).step_by(240) {
        let (first, again) = (brake(later), brake(later));
        let other = first.iter().zip(&again).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(other, None, "{later} frames later");
    }
}

#[test]
fn nothing_that_happens_clicks() {
    let sound = a_session(64);
    // A full sine of 300 Hz at 1.04 makes steps of 0.0204.
    let (at, step) = sound
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).abs())
        .enumerate()
        .fold((0, 0.0), |a, b| if b.1 > a.1 { b } else { a });
    assert!(step < 0.035, "a step of {step} at {at}");
    assert!(biggest_step(&sound[sound.len() - 4_000..]) == 0.0, "it has stopped");
}

#[test]
fn under_a_hand_it_is_heard_as_a_record() {
    let mut deck = locked(sine(1_000.0, 20.0, 48_000.0), 1.06);
    deck.play(None, 0);
    run(&mut deck, SECOND, 64);
    assert_eq!(deck.key.part(), 1.0);
    for speed in [1.2, 0.6, 2.0] {
        deck.scratch(Some(speed)).unwrap();
        run(&mut deck, SECOND / 20, 64);
        let pitch = pitch_hz(&run(&mut deck, SECOND / 2, 64));
        // A hand's speed is on top of nothing: not of the pitch fader's.
        assert!((pitch / (1_000.0 * speed) - 1.0).abs() < 1e-3, "{speed}: {pitch} Hz");
    }
    deck.scratch(None).unwrap();
    run(&mut deck, SECOND / 4, 64);
    let pitch = pitch_hz(&run(&mut deck, SECOND / 2, 64));
    assert!((pitch - 1_000.0).abs() < 1.0 && deck.key.part() == 1.0, "{pitch} Hz");
}

#[test]
fn it_follows_down_to_half_speed_without_a_break() {
    for (rate, sample_rate) in [(0.5, 48_000.0), (0.5, 44_100.0), (0.505, 48_000.0), (0.51, 44_100.0), (0.52, 48_000.0)]
    {
        let mut deck = locked(sine(1_000.0, 20.0, sample_rate), rate);
        deck.play(None, 0);
        run(&mut deck, SECOND / 2, 64);
        for _ in 0..100 {
            let pitch = pitch_hz(&run(&mut deck, SECOND / 5, 64));
            assert!((pitch - 1_000.0).abs() < 1.0, "{rate} of {sample_rate} Hz: {pitch} Hz");
            assert_eq!(deck.key.part(), 1.0, "{rate} of {sample_rate} Hz");
        }
    }
}

/// From a faster speed it has heard too much by then, which it cannot make up for there.
#[test]
fn braked_to_half_speed_its_knocks_come_where_the_playhead_is() {
    for rate in [0.5, 0.52, 0.55] {
        let [plain, sound] = [false, true].map(|key_lock| {
            let mut deck = locked(knocks(12.0, 48_000.0), 1.0);
            deck.set_key_lock(key_lock);
            deck.set_rate(1.08);
            deck.play(None, 0);
            let mut out = run(&mut deck, SECOND, 64);
            deck.set_rate(rate);
            out.extend(run(&mut deck, 8 * SECOND, 64));
            assert!(!key_lock || deck.key.part() == 1.0, "{rate}");
            out
        });
        for knock in 6..9 {
            let at = SECOND + ((f64::from(knock) * 0.5 - 1.08) / rate * SR) as usize;
            let off_ms = (centre(&sound, at) - centre(&plain, at)) / 48.0;
            assert!(off_ms.abs() < 2.0, "knock {knock} at {rate}: {off_ms} ms");
        }
    }
}

#[test]
fn at_half_speed_it_sounds_the_same_again() {
    for (host_rate, rate) in [(48_000.0, 0.5), (44_100.0, 0.5), (44_100.0, 0.507), (11_025.0, 0.5)] {
        let play = || {
            let samples: Vec<f32> =
                (0..500_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 8) as f32 / 1.7e7 - 0.5).collect();
            let track = Arc::new(Track::new(samples.clone(), samples, 44_100.0).unwrap());
            let mut deck = DeckNode::new(SincBank::shared(), host_rate);
            deck.load(Some(track), 1).unwrap();
            deck.set_key_lock(true);
            deck.set_rate(0.9);
            deck.play(None, 0);
            let mut out = run(&mut deck, SECOND, 64);
            deck.set_rate(rate);
            out.extend(run(&mut deck, 4 * SECOND, 64));
            out
        };
        let (first, again) = (play(), play());
        let other = first.iter().zip(&again).position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(other, None, "{rate} at {host_rate} Hz");
    }
}

#[test]
fn a_seek_is_heard_for_five_milliseconds_and_the_track_waits_for_it() {
    let mut deck = locked(sine(300.0, 20.0, 48_000.0), 1.04);
    deck.play(None, 0);
    run(&mut deck, SECOND, 64);
    assert_eq!(deck.key.part(), 1.0);
    deck.stop();
    assert!(deck.is_fading_out());
    run(&mut deck, 143, 64);
    assert!(deck.is_fading_out());
    run(&mut deck, 2, 64);
    assert!(!deck.is_fading_out());
}
