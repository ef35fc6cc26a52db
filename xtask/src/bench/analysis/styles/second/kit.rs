//! Drums and percussion of the second blind set: none of them is one of the other sets' sounds. Each begins at its time.

use std::f64::consts::TAU;

use super::super::RATE_HZ;
use super::super::sounds::add;
use crate::music::{Filter, Noise, Stereo};

/// What is struck, shaken or scraped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// Long and round, as of a TR-808.
    Kick808,
    /// Short and hard, as of a TR-909.
    Kick909,
    /// A pedal's beater and a skin.
    KickLive,
    /// Driven until it is a note.
    KickHard,
    Snare909,
    SnareLive,
    /// Brushes on a snare.
    Brush,
    Clap,
    Snap,
    Hat,
    OpenHat,
    Ride,
    Crash,
    Shaker,
    Tambourine,
    Cowbell,
    /// The hand's edge, closed.
    Conga,
    /// The open tone.
    Tumba,
    Tom,
    Timbale,
    Clave,
    Guiro,
    Surdo,
    Sticks,
}

use Hit::*;

impl Hit {
    /// Whether the rest ducks below it.
    pub const fn is_kick(self) -> bool {
        matches!(self, Kick808 | Kick909 | KickLive | KickHard | Surdo)
    }

    /// Whether it is heard where the kick and the snare are not.
    pub const fn is_light(self) -> bool {
        matches!(self, Hat | OpenHat | Ride | Shaker | Tambourine | Clave | Guiro | Conga | Tumba | Sticks)
    }
}

/// The overtones of cymbals and of the hats of drum machines, in Hz.
const METAL: [f64; 6] = [2_053.0, 3_047.0, 3_696.0, 5_221.0, 5_403.0, 8_001.0];

/// Strikes. `knob`, 0..1, is what kits differ by.
pub fn hit(out: &mut Stereo, what: Hit, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    match what {
        Kick808 | Kick909 | KickLive | KickHard | Surdo | Tom => low(out, what, knob, at_secs, gain, noise),
        Snare909 | SnareLive | Brush | Clap | Snap => snare(out, what, knob, at_secs, gain, noise),
        Hat | OpenHat | Ride | Crash | Tambourine => metal(out, what, knob, at_secs, gain, noise),
        Shaker | Guiro => scrape(out, what, at_secs, gain, noise),
        Cowbell | Conga | Tumba | Timbale | Clave | Sticks => tuned(out, what, knob, at_secs, gain, noise),
    }
}

fn low(out: &mut Stereo, what: Hit, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    // Hz, turns that the sweep adds and its speed, decay, click, drive, length.
    let (hz, turns, speed, decay, click, drive, secs) = match what {
        Kick808 => (44.0 + 8.0 * knob, 1.1, 45.0, 4.0 + 3.0 * knob, 0.12, 1.2, 0.9),
        Kick909 => (49.0 + 6.0 * knob, 2.4, 55.0, 9.0 + 5.0 * knob, 0.5, 2.2, 0.45),
        KickLive => (62.0 + 14.0 * knob, 0.5, 70.0, 16.0 + 8.0 * knob, 0.7, 1.0, 0.35),
        KickHard => (47.0 + 8.0 * knob, 4.2, 40.0, 6.0, 0.6, 9.0, 0.36),
        Surdo => (58.0 + 10.0 * knob, 0.25, 30.0, 7.0, 0.15, 1.0, 0.6),
        _ => (95.0 + 90.0 * knob, 0.6, 18.0, 9.0, 0.3, 1.0, 0.5),
    };
    let mut beater = Filter::default();
    add(out, at_secs, secs, 0.0, |t| {
        let phase = TAU * (hz * t + turns * (1.0 - (-t * speed).exp()));
        let body = (drive * phase.sin() * (-t * decay).exp()).tanh() / drive.tanh();
        let tap = beater.next(noise.next(), 3_400.0, 0.8, RATE_HZ).band * (-t * 260.0).exp();
        gain * ((t * 1_800.0).min(1.0) * 0.85 * body + click * tap) * ((secs - t) * 60.0).min(1.0)
    });
}

fn snare(out: &mut Stereo, what: Hit, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    let (mut one, mut two) = (Filter::default(), Filter::default());
    match what {
        Snare909 => add(out, at_secs, 0.3, 0.0, |t| {
            let wires = one.next(noise.next(), 1_500.0 + 1_200.0 * knob, 0.6, RATE_HZ).high * (-t * 17.0).exp();
            let skin = (TAU * (182.0 + 25.0 * knob) * t).sin() + 0.7 * (TAU * 331.0 * t).sin();
            gain * (0.5 * wires + 0.32 * skin * (-t * 30.0).exp())
        }),
        SnareLive => add(out, at_secs, 0.35, 0.06, |t| {
            let wires = one.next(noise.next(), 3_100.0, 0.5, RATE_HZ).band * (-t * (13.0 + 6.0 * knob)).exp();
            let modes = [195.0, 283.0, 412.0].map(|hz| (TAU * (hz + 30.0 * knob) * t).sin());
            gain * (0.75 * wires + 0.2 * modes.iter().sum::<f64>() * (-t * 26.0).exp())
        }),
        Brush => add(out, at_secs, 0.2, 0.1, |t| {
            0.5 * gain * (t * 400.0).min(1.0) * one.next(noise.next(), 4_200.0, 0.5, RATE_HZ).band * (-t * 22.0).exp()
        }),
        Clap => add(out, at_secs, 0.32, -0.04, |t| {
            let hands =
                if t < 0.021 { (-(t % 0.007) * 300.0).exp() } else { (-(t - 0.021) * (14.0 + 8.0 * knob)).exp() };
            gain * hands * one.next(noise.next(), 1_100.0 + 400.0 * knob, 1.4, RATE_HZ).band
        }),
        _ => add(out, at_secs, 0.15, 0.08, |t| {
            let finger = one.next(noise.next(), 2_300.0, 3.5, RATE_HZ).band;
            let air = two.next(noise.next(), 5_000.0, 0.7, RATE_HZ).high;
            gain * (finger * (-t * 55.0).exp() + 0.2 * air * (-t * 130.0).exp())
        }),
    }
}

fn metal(out: &mut Stereo, what: Hit, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    // Lower edge, decay, part of the ring, level, length, side.
    let (edge_hz, decay, ring, level, secs, pan) = match what {
        Hat => (6_800.0, 55.0 + 60.0 * knob, 0.5, 0.3, 0.1, 0.2),
        OpenHat => (6_300.0, 8.0 + 6.0 * knob, 0.5, 0.3, 0.45, 0.2),
        Ride => (2_800.0, 4.0, 0.9, 0.16, 1.0, -0.3),
        Crash => (3_400.0, 2.2, 0.3, 0.3, 1.8, -0.1),
        _ => (5_600.0, 24.0, 0.7, 0.25, 0.2, -0.25),
    };
    let mut filter = Filter::default();
    let tune = 0.9 + 0.25 * knob;
    add(out, at_secs, secs, pan, |t| {
        let bars: f64 = METAL.iter().map(|hz| (TAU * hz * tune * t).sin().signum()).sum::<f64>() / 6.0;
        let sound = filter.next(ring * bars + (1.0 - ring) * noise.next(), edge_hz, 0.7, RATE_HZ).high;
        let stick = if what == Ride { 0.8 * noise.next() * (-t * 200.0).exp() } else { 0.0 };
        gain * level * (sound * (-t * decay).exp() + stick) * ((secs - t) * 20.0).min(1.0)
    });
}

fn scrape(out: &mut Stereo, what: Hit, at_secs: f64, gain: f64, noise: &mut Noise) {
    let mut filter = Filter::default();
    if what == Shaker {
        add(out, at_secs, 0.12, -0.3, |t| {
            let envelope = (t * 250.0).min(1.0) * (-t * 38.0).exp();
            0.3 * gain * envelope * filter.next(noise.next(), 6_500.0, 0.9, RATE_HZ).band
        });
    } else {
        // Notches under a stick, ninety a second.
        add(out, at_secs, 0.16, 0.25, |t| {
            let notch = (-(t * 90.0).fract() * 5.0).exp() * ((0.16 - t) * 30.0).min(1.0);
            0.35 * gain * notch * filter.next(noise.next(), 3_900.0, 1.6, RATE_HZ).band
        });
    }
}

fn tuned(out: &mut Stereo, what: Hit, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    // Two tones, their decay, the part of the skin's slap, level and side.
    let (tones, decay, slap, level, pan) = match what {
        Cowbell => ([540.0, 803.0], 14.0, 0.0, 0.22, -0.2),
        Conga => ([330.0, 520.0], 38.0, 0.8, 0.3, 0.3),
        Tumba => ([205.0, 318.0], 13.0, 0.25, 0.4, -0.3),
        Timbale => ([415.0, 668.0], 16.0, 0.4, 0.3, 0.25),
        Clave => ([2_480.0, 2_510.0], 60.0, 0.0, 0.3, 0.15),
        _ => ([1_450.0, 2_260.0], 95.0, 0.5, 0.35, -0.1),
    };
    let tune = 0.94 + 0.12 * knob;
    let mut filter = Filter::default();
    add(out, at_secs, 0.4, pan, |t| {
        let wave = |hz: f64| {
            let sine = (TAU * hz * tune * t).sin();
            if what == Cowbell { (4.0 * sine).tanh() } else { sine }
        };
        let skin = slap * filter.next(noise.next(), 2_600.0, 0.7, RATE_HZ).band * (-t * 120.0).exp();
        level * gain * ((wave(tones[0]) + 0.6 * wave(tones[1])) * (-t * decay).exp() + 2.0 * skin)
    });
}
