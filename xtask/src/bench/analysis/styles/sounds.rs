//! The instruments: each adds one sound that begins at a time in seconds.

use std::f64::consts::{PI, TAU};

use super::RATE_HZ;
use crate::music::{Filter, Noise, Saw, Stereo, note_hz};

/// Drums of a kit; kits sound differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drum {
    Kick,
    Snare,
    Clap,
    Hat,
    OpenHat,
    Ride,
    Rim,
}

/// How notes sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timbre {
    /// A sine with a little of its octave.
    Sub,
    /// A filtered saw that plucks.
    Pluck,
    /// Detuned saws that open slowly.
    Pad,
    /// The same, short.
    Stab,
    /// A string that is struck: inharmonic, dying away.
    Keys,
    /// A square wave, as of a game.
    Square,
}

/// Adds a sound. It begins between two frames if need be.
pub fn add(out: &mut Stereo, at_secs: f64, secs: f64, pan: f64, mut sound: impl FnMut(f64) -> f64) {
    let start = (at_secs * RATE_HZ).ceil().max(0.0) as usize;
    let end = (((at_secs + secs) * RATE_HZ) as usize).min(out.num_frames());
    for frame in start..end {
        let value = sound(frame as f64 / RATE_HZ - at_secs);
        out.left[frame] += (value * (1.0 - pan)) as f32;
        out.right[frame] += (value * (1.0 + pan)) as f32;
    }
}

/// Strikes a drum. `kit` turns its knobs.
pub fn strike(out: &mut Stereo, drum: Drum, kit: u64, at_secs: f64, gain: f64, noise: &mut Noise) {
    let knob = |of: u64| ((kit.wrapping_mul(0x9e37_79b9).wrapping_add(of * 0x85eb_ca6b) >> 7) % 1000) as f64 / 1000.0;
    let mut filter = Filter::default();
    match drum {
        Drum::Kick => {
            let (hz, sweep, decay) = (42.0 + 16.0 * knob(1), 2.0 + 5.0 * knob(2), 6.0 + 14.0 * knob(3));
            let click = 0.5 * knob(4);
            add(out, at_secs, 0.6, 0.0, |t| {
                let phase = TAU * (hz * t + sweep * (1.0 - (-t * 35.0).exp()));
                let attack = (t * 1500.0).min(1.0);
                gain * ((0.9 * attack * phase.sin() * (-t * decay).exp()) + click * noise.next() * (-t * 400.0).exp())
            });
        }
        Drum::Snare => {
            let (hz, decay) = (165.0 + 60.0 * knob(5), 12.0 + 18.0 * knob(6));
            add(out, at_secs, 0.35, 0.05, |t| {
                let rattle = filter.next(noise.next(), 1800.0, 0.7, RATE_HZ).high;
                gain * (0.45 * rattle * (-t * decay).exp() + 0.4 * (TAU * hz * t).sin() * (-t * 22.0).exp())
            });
        }
        Drum::Clap => add(out, at_secs, 0.3, -0.05, |t| {
            let burst = if t < 0.024 { (-(t % 0.008) * 250.0).exp() } else { (-(t - 0.024) * 18.0).exp() };
            1.1 * gain * burst * filter.next(noise.next(), 1250.0, 1.2, RATE_HZ).band
        }),
        Drum::Hat | Drum::OpenHat => {
            let decay = if drum == Drum::Hat { 70.0 + 60.0 * knob(7) } else { 9.0 + 6.0 * knob(8) };
            add(out, at_secs, if drum == Drum::Hat { 0.08 } else { 0.4 }, -0.25, |t| {
                0.4 * gain * filter.next(noise.next(), 7500.0, 0.8, RATE_HZ).high * (-t * decay).exp()
            });
        }
        Drum::Ride => add(out, at_secs, 0.9, 0.3, |t| {
            let ring: f64 = [3211.0, 4507.0, 5923.0].iter().map(|hz| (TAU * hz * t).sin()).sum();
            0.1 * gain * (ring * (-t * 5.0).exp() + 3.0 * noise.next() * (-t * 60.0).exp())
        }),
        Drum::Rim => add(out, at_secs, 0.06, 0.15, |t| {
            gain * 0.5 * ((TAU * 1720.0 * t).sin() + (TAU * 820.0 * t).sin()) * (-t * 90.0).exp()
        }),
    }
}

/// Plays a note of the piano.
pub fn play(out: &mut Stereo, timbre: Timbre, note: i32, at_secs: f64, secs: f64, gain: f64) {
    play_hz(out, timbre, (note_hz(note), if note % 2 == 0 { 0.3 } else { -0.3 }), at_secs, secs, gain);
}

/// Plays any pitch; with it goes the side that broad timbres are on, -1..1.
pub fn play_hz(out: &mut Stereo, timbre: Timbre, (hz, side): (f64, f64), at_secs: f64, secs: f64, gain: f64) {
    let release = |t: f64, fall: f64| ((secs - t) * fall).clamp(0.0, 1.0);
    let mut filter = Filter::default();
    match timbre {
        Timbre::Sub => add(out, at_secs, secs, 0.0, |t| {
            gain * (t * 200.0).min(1.0) * release(t, 60.0) * ((TAU * hz * t).sin() + 0.25 * (TAU * 2.0 * hz * t).sin())
        }),
        Timbre::Pluck => {
            let mut saw = Saw::new(hz, RATE_HZ, 0.0);
            add(out, at_secs, secs, 0.1, |t| {
                let cut = 250.0 + 3500.0 * (-t * 14.0).exp();
                gain * (t * 900.0).min(1.0) * release(t, 60.0) * filter.next(saw.next(), cut, 1.5, RATE_HZ).low
            });
        }
        Timbre::Pad | Timbre::Stab => {
            let mut saws = [0.994, 1.0, 1.007].map(|detune| Saw::new(hz * detune, RATE_HZ, detune.fract() * 7.3 % 1.0));
            let (rise, cut) = if timbre == Timbre::Pad { (2.5, 1400.0) } else { (400.0, 2600.0) };
            add(out, at_secs, secs, side, |t| {
                let sum: f64 = saws.iter_mut().map(Saw::next).sum();
                0.33 * gain * (t * rise).min(1.0) * release(t, 12.0) * filter.next(sum, cut, 0.8, RATE_HZ).low
            });
        }
        Timbre::Keys => add(out, at_secs, secs.max(0.3), 0.0, |t| {
            let partial = |n: f64| (TAU * hz * n * (1.0 + 0.000_4 * n * n) * t).sin() * (-t * (1.5 + n)).exp() / n;
            gain * (t * 700.0).min(1.0) * release(t, 25.0) * (1..=6).map(|n| partial(f64::from(n))).sum::<f64>()
        }),
        Timbre::Square => add(out, at_secs, secs, -0.1, |t| {
            let square: f64 = [1.0, 3.0, 5.0, 7.0].iter().map(|n| (TAU * hz * n * t).sin() / n).sum();
            gain * (t * 900.0).min(1.0) * release(t, 90.0) * square * (PI / 4.0)
        }),
    }
}
