//! What becomes of drums and band: the mix, the master, and what the years did to the recording.

use std::f64::consts::TAU;

use super::super::RATE_HZ;
use super::super::drawn::Lot;
use super::clock::Clock;
use super::piece::{Piece, Wear};
use crate::music::{Filter, Stereo, hall};

/// One turn of a record of 33 1/3 a minute.
const TURN_SECS: f64 = 1.8;
/// Where the clipper begins to bend.
const KNEE: f64 = 0.72;

/// Band below drums: kicks push it down, for half a beat at most.
pub fn mixed(piece: &Piece, mut drums: Stereo, band: &Stereo, kicks_secs: &[f64], beat_secs: f64) -> Stereo {
    let (room, drum_room) = (hall(band, RATE_HZ), hall(&drums, RATE_HZ));
    let release_secs = (0.55 * beat_secs).min(0.3);
    let (mut next, mut last) = (0, f64::MIN);
    for frame in 0..band.num_frames() {
        let secs = frame as f64 / RATE_HZ;
        while next < kicks_secs.len() && kicks_secs[next] <= secs {
            last = kicks_secs[next];
            next += 1;
        }
        let since = ((secs - last) / release_secs).min(1.0);
        // Down within 2 ms, as a compressor goes, then up along a curve.
        let down = (1.0 - since).powf(1.5) * ((secs - last) / 0.002).min(1.0);
        let gain = (1.0 - piece.duck * down) as f32;
        let (wet, drum_wet) = (piece.room as f32, 0.25 * piece.room as f32);
        let sum = |drum: f32, air: f32, band: f32, room: f32| drum + drum_wet * air + gain * (band + wet * room);
        drums.left[frame] = sum(drums.left[frame], drum_room.left[frame], band.left[frame], room.left[frame]);
        drums.right[frame] = sum(drums.right[frame], drum_room.right[frame], band.right[frame], room.right[frame]);
    }
    drums
}

/// From the mix to what is on the shelf.
pub fn finish(piece: &Piece, mut mix: Stereo, clock: &Clock, lot: &mut Lot) -> Stereo {
    press(&mut mix, if piece.wear == Wear::Hot { 0.3 } else { 0.19 });
    if clock.is_tape() {
        mix = copied(&mix, clock);
    }
    let frames = (piece.secs * RATE_HZ) as usize;
    mix.left.truncate(frames);
    mix.right.truncate(frames);
    match piece.wear {
        Wear::Clean | Wear::Hot => {}
        Wear::Vinyl => vinyl(&mut mix, lot),
        Wear::Dull(edge_hz) => dull(&mut mix, edge_hz),
        Wear::Bits(bits) => coarse(&mut mix, bits),
        Wear::Quiet(down_db) => each(&mut mix, |sample| sample * 10.0_f64.powf(-down_db / 20.0)),
    }
    // The end fades within a few milliseconds: a file that is cut has no click of its own.
    for (frame, index) in (0..frames).rev().take(400).enumerate() {
        let gain = frame as f32 / 400.0;
        mix.left[index] *= gain;
        mix.right[index] *= gain;
    }
    mix
}

fn each(mix: &mut Stereo, mut change: impl FnMut(f64) -> f64) {
    mix.left.iter_mut().chain(&mut mix.right).for_each(|sample| *sample = change(f64::from(*sample)) as f32);
}

/// A compressor over both sides, then a clipper with a soft knee. `loud` is the level of its loud parts, of full scale.
fn press(mix: &mut Stereo, loud: f64) {
    let block = (0.4 * RATE_HZ) as usize;
    let power = |block: (&[f32], &[f32])| {
        let sum = |side: &[f32]| side.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
        (sum(block.0) + sum(block.1)) / (2.0 * block.0.len() as f64)
    };
    let mut powers: Vec<f64> = mix.left.chunks(block).zip(mix.right.chunks(block)).map(power).collect();
    powers.sort_by(f64::total_cmp);
    let scale = loud / powers[powers.len() * 9 / 10].sqrt().max(1e-6);
    let follow = |secs: f64| 1.0 - (-1.0 / (secs * RATE_HZ)).exp();
    let (rise, fall) = (follow(0.008), follow(0.16));
    let mut level = 0.0_f64;
    for frame in 0..mix.num_frames() {
        let sides = [f64::from(mix.left[frame]) * scale, f64::from(mix.right[frame]) * scale];
        let peak = sides[0].abs().max(sides[1].abs());
        level += if peak > level { rise } else { fall } * (peak - level);
        // 2.5 : 1 above a third of full scale.
        let gain = if level > 0.33 { (level / 0.33).powf(1.0 / 2.5 - 1.0) } else { 1.0 };
        let clip = |x: f64| {
            let over = (x.abs() - KNEE).max(0.0) / (0.97 - KNEE);
            (x.abs().min(KNEE) + (0.97 - KNEE) * over.tanh()).copysign(x)
        };
        mix.left[frame] = clip(sides[0] * gain * 1.25) as f32;
        mix.right[frame] = clip(sides[1] * gain * 1.25) as f32;
    }
}

/// As a machine plays it whose motor does not run true.
fn copied(mix: &Stereo, clock: &Clock) -> Stereo {
    let mut out = Stereo::silence(mix.num_frames());
    for frame in 0..mix.num_frames() {
        let at = clock.on_tape_secs(frame as f64 / RATE_HZ) * RATE_HZ;
        let index = at.floor().max(1.0) as usize;
        let part = (at - index as f64).clamp(0.0, 1.0) as f32;
        let side = |from: &[f32]| {
            // A cubic through four frames (Catmull and Rom).
            let Some(&[a, b, c, d]) = from.get(index - 1..index + 3).and_then(|four| four.first_chunk()) else {
                return 0.0;
            };
            b + 0.5 * part * (c - a + part * (2.0 * a - 5.0 * b + 4.0 * c - d + part * (3.0 * (b - c) + d - a)))
        };
        out.left[frame] = side(&mix.left);
        out.right[frame] = side(&mix.right);
    }
    out
}

/// Dust, a scratch that comes round, the motor, and hiss.
fn vinyl(mix: &mut Stereo, lot: &mut Lot) {
    let scratch_secs = lot.within(0.0, TURN_SECS);
    let (mut low, mut crackle, mut dust) = (Filter::default(), Filter::default(), [0.0_f64; 2]);
    for frame in 0..mix.num_frames() {
        let secs = frame as f64 / RATE_HZ;
        if lot.chance(9.0 / RATE_HZ) {
            dust = [0.4 * lot.part().powi(3) * lot.noise().next(), 0.4 * lot.part().powi(3) * lot.noise().next()];
        }
        if (secs - scratch_secs).rem_euclid(TURN_SECS) < 1.0 / RATE_HZ {
            dust = [0.1, -0.08];
        }
        let rumble = 0.05 * low.next(lot.noise().next(), 28.0, 1.0, RATE_HZ).low + 0.003 * (TAU * 50.0 * secs).sin();
        let hiss = 0.002 * crackle.next(lot.noise().next(), 2_500.0, 0.6, RATE_HZ).high;
        mix.left[frame] = (0.8 * mix.left[frame]) + (dust[0] + rumble + hiss) as f32;
        mix.right[frame] = (0.8 * mix.right[frame]) + (dust[1] + rumble - hiss) as f32;
        dust = dust.map(|grain| -0.55 * grain);
    }
    each(mix, |sample| sample.clamp(-1.0, 1.0));
}

fn dull(mix: &mut Stereo, edge_hz: f64) {
    for side in [&mut mix.left, &mut mix.right] {
        let mut filter = Filter::default();
        for sample in side {
            *sample = (0.95 * filter.next(f64::from(*sample), edge_hz, 0.6, RATE_HZ).low) as f32;
        }
    }
}

fn coarse(mix: &mut Stereo, bits: f64) {
    let steps = (bits - 1.0).exp2();
    for side in [&mut mix.left, &mut mix.right] {
        let mut held = 0.0_f32;
        for (frame, sample) in side.iter_mut().enumerate() {
            if frame.is_multiple_of(2) {
                held = ((f64::from(*sample) * steps).round() / steps) as f32;
            }
            *sample = held;
        }
    }
}
