//! Drums of the third blind set. Each is struck at its time; what is shaken swells up to it.

use std::f64::consts::TAU;

use anyhow::{Context, Result};

use super::super::RATE_HZ;
use super::super::sounds::add;
use crate::music::{Filter, Noise, Stereo};

/// What is struck or shaken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drum {
    /// Warm and short, of house.
    Kick,
    /// With a hard tip, of techno and trance.
    Punch,
    /// A long sine, of hip hop and trap.
    Boom,
    /// Skin, shell and a felt beater.
    Foot,
    /// Distorted until its tail has a tone, of hardstyle.
    Stomp,
    /// A machine's snare.
    Snare,
    /// A drummer's.
    Crack,
    /// Tight and high, of drum & bass.
    Tight,
    Rim,
    Clap,
    Snap,
    /// Wires that are swept.
    Sweep,
    Hat,
    Open,
    /// A drummer's closed hats.
    Tick,
    Ride,
    Crash,
    Shaker,
    Tamb,
    Cabasa,
    Tom,
    Floor,
    Bongo,
    Quinto,
    Djembe,
    Block,
    Bell,
    Triangle,
    /// A guitar's body that is knocked on.
    Knock,
}

use Drum::*;

pub const ALL: [Drum; 29] = [
    Kick, Punch, Boom, Foot, Stomp, Snare, Crack, Tight, Rim, Clap, Snap, Sweep, Hat, Open, Tick, Ride, Crash, Shaker,
    Tamb, Cabasa, Tom, Floor, Bongo, Quinto, Djembe, Block, Bell, Triangle, Knock,
];

impl Drum {
    pub fn named(name: &str) -> Result<Self> {
        let found = ALL.into_iter().find(|drum| format!("{drum:?}").eq_ignore_ascii_case(name));
        found.with_context(|| format!("{name} is not a drum"))
    }

    /// Of which layer it is: kicks, snares, hats, or percussion.
    pub const fn layer(self) -> char {
        match self {
            Kick | Punch | Boom | Foot | Stomp => 'k',
            Snare | Crack | Tight | Rim | Clap | Snap | Sweep => 's',
            Hat | Open | Tick | Ride | Crash | Shaker | Tamb | Cabasa => 'h',
            _ => 'p',
        }
    }
}

/// Strikes. `knob`, 0..1, is what kits differ by.
pub fn strike(out: &mut Stereo, drum: Drum, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    match drum {
        Kick | Punch | Boom | Foot | Stomp => kick(out, drum, knob, at_secs, gain, noise),
        Snare | Crack | Tight | Rim => snare(out, drum, knob, at_secs, gain, noise),
        Clap | Snap | Sweep | Shaker | Cabasa => rustle(out, drum, knob, at_secs, gain, noise),
        Hat | Open | Tick | Ride | Crash | Tamb => cymbal(out, drum, knob, at_secs, gain, noise),
        _ => skin(out, drum, knob, at_secs, gain, noise),
    }
}

/// A sine that falls from one pitch to another.
fn kick(out: &mut Stereo, drum: Drum, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    // From Hz, to Hz, how fast in seconds, length in seconds, tip, its Hz, drive.
    let (high_hz, low_hz, fall_secs, secs, tip, tip_hz, drive) = match drum {
        Kick => (210.0 + 90.0 * knob, 50.0 + 8.0 * knob, 0.022, 0.26 + 0.08 * knob, 0.18, 1_900.0, 1.4),
        Punch => (420.0 + 200.0 * knob, 47.0 + 9.0 * knob, 0.016, 0.22 + 0.1 * knob, 0.4, 3_800.0, 2.6),
        Boom => (150.0, 40.0 + 10.0 * knob, 0.03, 0.55 + 0.3 * knob, 0.1, 1_200.0, 1.8),
        Foot => (120.0 + 40.0 * knob, 62.0 + 14.0 * knob, 0.012, 0.16 + 0.06 * knob, 0.35, 2_600.0, 1.1),
        _ => (640.0, 52.0 + 6.0 * knob, 0.03, 0.33, 0.3, 3_000.0, 12.0),
    };
    let mut felt = Filter::default();
    add(out, at_secs, secs, 0.0, |t| {
        let turns = low_hz * t + (high_hz - low_hz) * fall_secs * (1.0 - (-t / fall_secs).exp());
        // Falls to nothing at its end.
        let body = (1.0 - t / secs).powi(2);
        let tap = felt.next(noise.next(), tip_hz, 1.1, RATE_HZ).band * (-t * 320.0).exp();
        let wave = (drive * body * (TAU * turns).sin()).tanh() / drive.tanh();
        gain * (0.8 * wave * (t * 2_500.0).min(1.0) + tip * tap)
    });
}

fn snare(out: &mut Stereo, drum: Drum, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    // Two tones of the skin, its decay; the wires' edge and decay, and both levels.
    let (tones, skin_decay, edge_hz, wire_decay, skin, wires, pan) = match drum {
        Snare => ([176.0, 318.0], 24.0, 1_300.0 + 900.0 * knob, 15.0, 0.34, 0.42, 0.0),
        Crack => ([204.0, 342.0], 19.0, 2_000.0, 11.0 + 5.0 * knob, 0.3, 0.4, 0.05),
        Tight => ([228.0, 401.0], 30.0, 2_400.0, 19.0 + 6.0 * knob, 0.42, 0.45, 0.0),
        _ => ([512.0, 1_710.0], 70.0, 3_000.0, 150.0, 0.5, 0.2, 0.15),
    };
    let tune = 0.93 + 0.16 * knob;
    let mut filter = Filter::default();
    add(out, at_secs, 0.36, pan, |t| {
        // The skin is tighter while it is struck.
        let bend = 0.35 * (1.0 - (-t * 90.0).exp()) / 90.0;
        let wave = |hz: f64| (TAU * hz * tune * (t + bend)).sin();
        let shell = (wave(tones[0]) + 0.55 * wave(tones[1])) * (-t * skin_decay).exp();
        let buzz = filter.next(noise.next(), edge_hz, 0.6, RATE_HZ).high;
        let tail = 0.75 * (-t * wire_decay).exp() + 0.25 * (-t * wire_decay * 0.4).exp();
        gain * (skin * shell + wires * buzz * tail) * ((0.36 - t) * 40.0).clamp(0.0, 1.0)
    });
}

fn rustle(out: &mut Stereo, drum: Drum, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    let mut filter = Filter::default();
    let mut band = |hz: f64, q: f64, input: f64| filter.next(input, hz, q, RATE_HZ).band;
    match drum {
        Clap => add(out, at_secs, 0.3, 0.03, |t| {
            // Three pairs of hands that are nearly together, then the room.
            let hands: f64 = [0.0, 0.0085, 0.0165]
                .iter()
                .map(|late| if t < *late { 0.0 } else { (-(t - late) * 210.0).exp() })
                .sum();
            let room = if t < 0.018 { 0.0 } else { 0.5 * (-(t - 0.018) * (16.0 + 9.0 * knob)).exp() };
            1.1 * gain * (hands + room) * band(1_250.0 + 500.0 * knob, 1.1, noise.next())
        }),
        Snap => add(out, at_secs, 0.12, -0.06, |t| {
            1.5 * gain * (-t * 48.0).exp() * band(2_050.0 + 300.0 * knob, 4.0, noise.next())
        }),
        Sweep => add(out, at_secs - 0.01, 0.2, -0.1, |t| {
            let swell = (t * 100.0).min(1.0) * ((0.2 - t) * 7.0).min(1.0);
            0.35 * gain * swell * band(3_600.0, 0.6, noise.next())
        }),
        // Grains reach the wall together about 8 ms after they have begun to move.
        _ => {
            let (hz, fall, level) = if drum == Shaker { (7_400.0, 40.0, 0.4) } else { (5_300.0, 26.0, 0.32) };
            add(out, at_secs - 0.008, 0.15, if drum == Shaker { 0.28 } else { -0.22 }, |t| {
                let swell = (t / 0.008).powi(2).min(1.0) * (-(t - 0.008).max(0.0) * fall).exp();
                level * gain * swell * band(hz, 1.0, noise.next()) * ((0.15 - t) * 50.0).clamp(0.0, 1.0)
            });
        }
    }
}

/// Plates: tones that shake each other's pitch until hardly any is left, and noise.
fn cymbal(out: &mut Stereo, drum: Drum, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    // Carrier, shaker, depth in turns, edge, decay, part of the noise, level, length, side.
    let (hz, other_hz, depth, edge_hz, decay, air, level, secs, pan) = match drum {
        Hat => (5_130.0, 3_377.0, 1.1, 7_200.0, 48.0 + 50.0 * knob, 0.6, 0.34, 0.11, 0.16),
        Open => (5_130.0, 3_377.0, 1.1, 6_700.0, 9.0 + 5.0 * knob, 0.6, 0.34, 0.36, 0.16),
        Tick => (4_410.0, 2_741.0, 0.8, 5_800.0, 38.0 + 30.0 * knob, 0.5, 0.3, 0.13, 0.24),
        Ride => (3_190.0, 4_673.0, 0.5, 3_400.0, 5.0, 0.25, 0.17, 0.9, -0.26),
        Crash => (2_870.0, 4_211.0, 1.4, 2_900.0, 2.6, 0.7, 0.3, 1.7, -0.14),
        _ => (6_010.0, 7_013.0, 0.6, 5_200.0, 21.0, 0.5, 0.28, 0.2, -0.2),
    };
    let tune = 0.92 + 0.18 * knob;
    let mut filter = Filter::default();
    add(out, at_secs, secs, pan, |t| {
        let plate = (TAU * hz * tune * t + TAU * depth * (TAU * other_hz * tune * t).sin()).sin();
        let mixed = filter.next((1.0 - air) * plate + air * noise.next(), edge_hz, 0.7, RATE_HZ).high;
        let stick = if drum == Ride { 0.7 * (TAU * 5_600.0 * t).sin() * (-t * 160.0).exp() } else { 0.0 };
        gain * level * (mixed * (-t * decay).exp() + stick) * ((secs - t) * 25.0).clamp(0.0, 1.0)
    });
}

/// Skins, wood and bells: tones that die away each at its own pace.
fn skin(out: &mut Stereo, drum: Drum, knob: f64, at_secs: f64, gain: f64, noise: &mut Noise) {
    // Hz and decays of two tones, slap, its Hz, level, side.
    let (one, two, slap, slap_hz, level, pan) = match drum {
        Tom => ((128.0, 10.0), (203.0, 17.0), 0.25, 1_500.0, 0.55, 0.22),
        Floor => ((82.0, 8.0), (131.0, 14.0), 0.25, 1_100.0, 0.6, -0.24),
        Bongo => ((388.0, 32.0), (617.0, 45.0), 0.5, 2_900.0, 0.34, 0.3),
        Quinto => ((248.0, 18.0), (391.0, 30.0), 0.4, 2_300.0, 0.38, -0.28),
        Djembe => ((92.0, 13.0), (331.0, 34.0), 0.6, 1_900.0, 0.45, 0.12),
        Block => ((1_060.0, 58.0), (1_873.0, 80.0), 0.2, 3_000.0, 0.3, -0.16),
        Bell => ((618.0, 11.0), (931.0, 15.0), 0.1, 4_000.0, 0.2, 0.2),
        Triangle => ((4_310.0, 5.0), (6_870.0, 8.0), 0.05, 8_000.0, 0.1, 0.3),
        _ => ((142.0, 38.0), (236.0, 55.0), 0.7, 900.0, 0.5, 0.0),
    };
    let tune = 0.95 + 0.1 * knob;
    let mut filter = Filter::default();
    add(out, at_secs, 0.5, pan, |t| {
        let ring = |(hz, decay): (f64, f64)| (TAU * hz * tune * t).sin() * (-t * decay).exp();
        let hand = slap * filter.next(noise.next(), slap_hz, 1.0, RATE_HZ).band * (-t * 140.0).exp();
        level * gain * (ring(one) + 0.6 * ring(two) + 1.5 * hand) * ((0.5 - t) * 30.0).clamp(0.0, 1.0)
    });
}
