//! Instruments with a pitch of the second blind set. Each note begins at its time.

use std::f64::consts::TAU;

use super::super::RATE_HZ;
use super::super::sounds::add;
use crate::music::{Filter, Noise, Saw, Stereo};

/// How a note sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// A bass drum's tail that is a bass.
    Sub,
    /// A saw through a filter that squelches.
    Acid,
    /// Two saws that beat.
    Reese,
    Finger,
    Upright,
    /// A bass of two operators.
    Brassy,
    /// A wooden drum with a falling pitch, as of amapiano.
    LogDrum,
    Rhodes,
    Piano,
    Supersaw,
    /// Opens slowly.
    Warm,
    Strings,
    Brass,
    Nylon,
    /// An electric guitar's chank.
    Chank,
    Crunch,
    Choir,
    Solo,
    Marimba,
    Accordion,
}

use Tone::*;

/// A note's pitch, times and level.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    pub hz: f64,
    pub at_secs: f64,
    pub secs: f64,
    pub gain: f64,
}

/// Plays a note.
pub fn tone(out: &mut Stereo, what: Tone, note: Note, noise: &mut Noise) {
    match what {
        Sub | Acid | Reese | Finger | Upright | Brassy | LogDrum => bass(out, what, note, noise),
        Rhodes | Piano | Nylon | Chank | Marimba => struck(out, what, note, noise),
        _ => held(out, what, note, noise),
    }
}

fn bass(out: &mut Stereo, what: Tone, Note { hz, at_secs, secs, gain }: Note, noise: &mut Noise) {
    let mut filter = Filter::default();
    let mut saws = [1.0, 1.011].map(|detune| Saw::new(hz * detune, RATE_HZ, 0.0));
    let sine = |turns: f64| (TAU * turns).sin();
    add(out, at_secs, secs, 0.0, |t| {
        let edges = (t * 600.0).min(1.0) * ((secs - t) * 70.0).clamp(0.0, 1.0);
        let sound = match what {
            Sub => (1.5 * sine(hz * t) * (-t * 1.5).exp()).tanh(),
            Acid => filter.next(saws[0].next(), 220.0 + 2_400.0 * (-t * 11.0).exp(), 5.0, RATE_HZ).low * 0.8,
            Reese => filter.next(saws[0].next() + saws[1].next(), 620.0, 0.8, RATE_HZ).low * 0.6,
            Finger => {
                let string = filter.next(saws[0].next(), 380.0 + 900.0 * (-t * 18.0).exp(), 0.8, RATE_HZ).low;
                (0.7 * string + 0.5 * sine(hz * t)) * (-t * 2.0).exp()
            }
            Upright => {
                let wood: f64 = (1..=4).map(|n| sine(hz * f64::from(n) * t) / f64::from(n * n)).sum();
                wood * (-t * 3.5).exp() + 0.15 * noise.next() * (-t * 300.0).exp()
            }
            Brassy => sine(hz * t + 0.45 * (-t * 9.0).exp() * sine(2.0 * hz * t)),
            _ => {
                let turns = hz * t + 0.5 * (1.0 - (-t * 30.0).exp());
                (2.5 * sine(turns) * (-t * 6.0).exp()).tanh() * 0.9
            }
        };
        gain * edges * sound
    });
}

fn struck(out: &mut Stereo, what: Tone, Note { hz, at_secs, secs, gain }: Note, noise: &mut Noise) {
    let secs = secs.max(0.15);
    let sine = |turns: f64| (TAU * turns).sin();
    let pan = 0.3 * noise.next();
    let mut pick = Filter::default();
    add(out, at_secs, secs, pan, |t| {
        let edges = (t * 900.0).min(1.0) * ((secs - t) * 40.0).clamp(0.0, 1.0);
        let strings = |count: i32, stiff: f64, slow: f64, each: f64| -> f64 {
            let partial = |n: f64| sine(hz * n * (1.0 + stiff * n * n) * t) * (-t * (slow + each * n)).exp() / n;
            (1..=count).map(|n| partial(f64::from(n))).sum()
        };
        let sound = match what {
            Rhodes => {
                let tine = 0.075 * (-t * 12.0).exp() * sine(14.0 * hz * t);
                sine(hz * t + 0.2 * (-t * 3.0).exp() * sine(hz * t)) * (-t * 1.8).exp() + tine
            }
            Piano => {
                strings(7, 0.000_5, 0.6, 0.8)
                    + 0.25 * pick.next(noise.next(), 1_800.0, 0.8, RATE_HZ).band * (-t * 150.0).exp()
            }
            Nylon => strings(5, 0.0, 2.0, 1.4) + 0.2 * noise.next() * (-t * 500.0).exp(),
            Chank => strings(8, 0.0, 5.0, 1.0) + 0.2 * noise.next() * (-t * 350.0).exp(),
            _ => sine(hz * t) * (-t * 7.0).exp() + 0.4 * sine(3.9 * hz * t) * (-t * 25.0).exp(),
        };
        gain * edges * sound
    });
}

fn held(out: &mut Stereo, what: Tone, Note { hz, at_secs, secs, gain }: Note, noise: &mut Noise) {
    let detunes: &[f64] = match what {
        Supersaw => &[0.989, 0.996, 1.0, 1.005, 1.012],
        Warm | Strings => &[0.995, 1.0, 1.006],
        _ => &[1.0],
    };
    let mut saws: Vec<Saw> =
        detunes.iter().map(|detune| Saw::new(hz * detune, RATE_HZ, (noise.next() + 1.0) * 0.49)).collect();
    // Rise and fall a second, and the filter's edge.
    let (rise, fall, edge_hz) = match what {
        Supersaw => (250.0, 30.0, 5_200.0),
        Warm => (3.0, 4.0, 900.0),
        Strings => (14.0, 9.0, 2_800.0),
        Choir => (9.0, 7.0, 0.0),
        Crunch => (500.0, 50.0, 2_600.0),
        Accordion => (70.0, 40.0, 3_000.0),
        _ => (200.0, 40.0, 2_200.0),
    };
    let level = 0.7 / (detunes.len() as f64).sqrt();
    let pan = 0.35 * noise.next();
    let mut filters = [Filter::default(), Filter::default()];
    let mut phase = 0.0f64;
    add(out, at_secs, secs, pan, |t| {
        let edges = (t * rise).min(1.0) * ((secs - t) * fall).clamp(0.0, 1.0);
        let [one, two] = &mut filters;
        let sum: f64 = saws.iter_mut().map(Saw::next).sum();
        let sound = match what {
            Brass => one.next(sum, 500.0 + 2_600.0 * (t * 18.0).min(1.0), 0.9, RATE_HZ).low,
            Crunch => one.next((5.0 * sum * (-t * 0.8).exp()).tanh(), edge_hz, 0.8, RATE_HZ).low * 0.6,
            Choir => 1.1 * one.next(sum, 620.0, 5.0, RATE_HZ).band + 0.7 * two.next(sum, 1_150.0, 6.0, RATE_HZ).band,
            Accordion => {
                let reeds = [0.997, 1.004].map(|detune| (3.0 * (TAU * hz * detune * t).sin()).tanh());
                one.next(0.5 * (reeds[0] + reeds[1]), edge_hz, 0.7, RATE_HZ).low
            }
            Solo => {
                let cents = 22.0 * (t * 2.5).min(1.0) * (TAU * 5.6 * t).sin();
                phase = (phase + hz * (cents / 1_200.0).exp2() / RATE_HZ).fract();
                one.next(if phase < 0.4 { 0.6 } else { -0.4 }, edge_hz, 1.1, RATE_HZ).low
            }
            _ => one.next(sum, edge_hz, 0.8, RATE_HZ).low,
        };
        gain * level * edges * sound
    });
}
