//! Instruments with a pitch of the third blind set. A note is heard at its time: what swells begins before it.

use std::f64::consts::TAU;

use anyhow::{Context, Result};

use super::super::RATE_HZ;
use super::super::sounds::add;
use super::strings;
use crate::music::{Filter, Noise, Saw, Stereo};

/// How a note sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    // Basses.
    Sine,
    Moog,
    Pulse,
    Growl,
    Wobble,
    Donk,
    Log,
    Squelch,
    // Of strings that are plucked or struck.
    Finger,
    Double,
    Steel,
    Nylon,
    Mute,
    Clav,
    Harp,
    Grand,
    // Struck or short, electric.
    Tine,
    Organ,
    Stab,
    Pluck,
    Glass,
    Kalimba,
    // Held.
    Poly,
    Soft,
    Section,
    Horns,
    Ooh,
    Super,
    Mono,
    Square,
    Flute,
    Fiddle,
    Fuzz,
}

use Voice::*;

pub const ALL: [Voice; 33] = [
    Sine, Moog, Pulse, Growl, Wobble, Donk, Log, Squelch, Finger, Double, Steel, Nylon, Mute, Clav, Harp, Grand, Tine,
    Organ, Stab, Pluck, Glass, Kalimba, Poly, Soft, Section, Horns, Ooh, Super, Mono, Square, Flute, Fiddle, Fuzz,
];

impl Voice {
    pub fn named(name: &str) -> Result<Self> {
        let found = ALL.into_iter().find(|voice| format!("{voice:?}").eq_ignore_ascii_case(name));
        found.with_context(|| format!("{name} is not an instrument"))
    }

    /// In how many seconds it rises, if it does so slowly. Who plays it begins half of that before the beat, so that it
    /// is there on the beat.
    pub const fn rise_secs(self) -> f64 {
        match self {
            Soft => 0.35,
            Ooh => 0.12,
            Section => 0.09,
            Fiddle => 0.06,
            Flute => 0.04,
            Horns => 0.025,
            Poly => 0.02,
            _ => 0.0,
        }
    }

    /// What makes all about as loud: measured over the first 0.2 s of a note.
    pub const fn level(self) -> f64 {
        match self {
            Mute => 2.6,
            Steel | Clav => 2.2,
            Finger | Double | Nylon | Harp => 1.7,
            Pulse | Soft | Section | Pluck => 1.3,
            Log | Grand => 0.85,
            Moog | Wobble | Squelch | Fiddle | Ooh => 0.65,
            _ => 1.0,
        }
    }
}

/// A note's pitch, times and level.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    pub hz: f64,
    pub at_secs: f64,
    pub secs: f64,
    pub gain: f64,
    pub pan: f64,
}

/// Plays a note.
pub fn sound(out: &mut Stereo, voice: Voice, note: Note, noise: &mut Noise) {
    match voice {
        Sine | Moog | Pulse | Growl | Wobble | Donk | Log | Squelch => bass(out, voice, note),
        Finger | Double | Steel | Nylon | Mute | Clav | Harp | Grand => strings::sound(out, voice, note, noise),
        Tine | Organ | Stab | Pluck | Glass | Kalimba => short(out, voice, note, noise),
        _ => held(out, voice, note, noise),
    }
}

/// A pulse of two saws.
struct Box2([Saw; 2]);

impl Box2 {
    fn new(hz: f64, width: f64) -> Self {
        Self([Saw::new(hz, RATE_HZ, 0.0), Saw::new(hz, RATE_HZ, width)])
    }

    fn next(&mut self) -> f64 {
        0.5 * (self.0[0].next() - self.0[1].next())
    }
}

fn bass(out: &mut Stereo, voice: Voice, Note { hz, at_secs, secs, gain, .. }: Note) {
    let mut filter = Filter::default();
    let mut saws = [1.0, 0.993, 1.008].map(|tune| Saw::new(hz * tune, RATE_HZ, 0.0));
    let mut pulse = Box2::new(hz, 0.42);
    let sine = |turns: f64| (TAU * turns).sin();
    add(out, at_secs, secs, 0.0, |t| {
        let edges = (t * 700.0).min(1.0) * ((secs - t) * 80.0).clamp(0.0, 1.0);
        let mut low = |input: f64, edge_hz: f64, q: f64| filter.next(input, edge_hz, q, RATE_HZ).low;
        let wave = match voice {
            Sine => 0.9 * sine(hz * t) + 0.12 * sine(2.0 * hz * t),
            Moog => low(saws[0].next() + 0.5 * saws[1].next(), 260.0 + 1_300.0 * (-t * 9.0).exp(), 1.6),
            Pulse => 0.9 * low(pulse.next(), 1_500.0 + 1_500.0 * (-t * 14.0).exp(), 0.9) + 0.3 * sine(hz * t),
            Growl => {
                let all: f64 = saws.iter_mut().map(Saw::next).sum();
                (1.6 * low(all, 480.0 + 260.0 * sine(1.7 * t), 1.4)).tanh() * 0.8 + 0.35 * sine(hz * t)
            }
            Wobble => {
                // Four turns of the filter in each note.
                let turn = 0.5 - 0.5 * (TAU * 4.0 * t / secs).cos();
                0.8 * low(saws[0].next() + saws[2].next(), 180.0 + 2_100.0 * turn, 2.2) + 0.5 * sine(hz * t)
            }
            Donk => sine(hz * t + 0.32 * (-t * 16.0).exp() * sine(3.0 * hz * t)) * (-t * 2.5).exp(),
            Log => {
                let turns = hz * t + 1.3 * (1.0 - (-t * 24.0).exp());
                (1.8 * sine(turns) * (-t * 4.2).exp()).tanh() + 0.15 * sine(3.0 * turns) * (-t * 30.0).exp()
            }
            _ => 0.9 * low(pulse.next() * 1.4, 160.0 + 1_900.0 * (-t * 15.0).exp(), 6.5).clamp(-1.4, 1.4),
        };
        gain * edges * wave
    });
}

fn short(out: &mut Stereo, voice: Voice, Note { hz, at_secs, secs, gain, pan }: Note, noise: &mut Noise) {
    let secs = secs.max(0.12);
    let mut filter = Filter::default();
    let mut saws = [1.0, 1.007].map(|tune| Saw::new(hz * tune, RATE_HZ, 0.3));
    let sine = |turns: f64| (TAU * turns).sin();
    add(out, at_secs, secs, pan, |t| {
        let edges = (t * 1_200.0).min(1.0) * ((secs - t) * 45.0).clamp(0.0, 1.0);
        let wave = match voice {
            // A tine before a coil: its even overtones come with the stroke.
            Tine => {
                let index = 0.22 * (-t * 4.5).exp();
                let bell = 0.09 * (-t * 22.0).exp() * sine(7.0 * hz * t);
                (sine(hz * t + index * sine(hz * t)) * (-t * 1.4).exp() + bell) * (1.0 + 0.12 * sine(5.1 * t))
            }
            Organ => {
                let pipes = [(0.5, 0.5), (1.0, 0.8), (1.5, 0.35), (2.0, 0.5), (3.0, 0.3), (4.0, 0.2)];
                let sum: f64 = pipes.iter().map(|(of, level)| level * sine(of * hz * t)).sum();
                0.5 * sum + 0.2 * noise.next() * (-t * 600.0).exp()
            }
            Stab => {
                let both = saws[0].next() + saws[1].next();
                0.6 * filter.next(both, 500.0 + 3_600.0 * (-t * 12.0).exp(), 1.3, RATE_HZ).low * (-t * 3.0).exp()
            }
            Pluck => {
                let edge_hz = 400.0 + 5_000.0 * (-t * 20.0).exp();
                filter.next(saws[0].next(), edge_hz, 1.0, RATE_HZ).low * (-t * 6.0).exp()
            }
            Glass => sine(hz * t + 0.3 * (-t * 5.0).exp() * sine(3.51 * hz * t)) * (-t * 3.2).exp(),
            _ => {
                let tongue = sine(hz * t) * (-t * 5.0).exp();
                tongue + 0.3 * sine(5.4 * hz * t) * (-t * 28.0).exp() + 0.15 * noise.next() * (-t * 700.0).exp()
            }
        };
        gain * edges * wave
    });
}

fn held(out: &mut Stereo, voice: Voice, Note { hz, at_secs, secs, gain, pan }: Note, noise: &mut Noise) {
    let tunes: &[f64] = match voice {
        Super => &[0.987, 0.994, 0.998, 1.002, 1.007, 1.013],
        Section => &[0.994, 0.999, 1.003, 1.007],
        Poly | Soft | Ooh => &[0.996, 1.0, 1.005],
        _ => &[1.0],
    };
    // In phase they would click.
    let mut saws: Vec<Saw> =
        tunes.iter().map(|tune| Saw::new(hz * tune, RATE_HZ, 0.499 * (1.0 + noise.next()))).collect();
    let level = 0.75 / (tunes.len() as f64).sqrt();
    let (rise_secs, fall_secs) = (voice.rise_secs().max(0.003), (0.6 * voice.rise_secs()).clamp(0.02, 0.2));
    let mut pulse = Box2::new(hz, 0.5);
    let mut filters = [Filter::default(), Filter::default(), Filter::default()];
    let mut turns = 0.0_f64;
    add(out, at_secs - voice.rise_secs() / 2.0, secs + voice.rise_secs() / 2.0, pan, |t| {
        let left = secs + voice.rise_secs() / 2.0 - t;
        // The first frame may be a hair before its time.
        let edges = (t.max(0.0) / rise_secs).min(1.0).powf(1.3) * (left / fall_secs).clamp(0.0, 1.0);
        let vibrato = (t * 3.0 - 0.3).clamp(0.0, 1.0) * 0.006 * (TAU * 5.3 * t).sin();
        turns += hz * (1.0 + vibrato) / RATE_HZ;
        let sine = |of: f64| (TAU * of * turns).sin();
        let sum: f64 = saws.iter_mut().map(Saw::next).sum();
        let [one, two, three] = &mut filters;
        let wave = match voice {
            Poly => one.next(sum, 1_200.0 + 1_500.0 * (-t * 2.0).exp(), 0.9, RATE_HZ).low,
            Soft => one.next(sum, 750.0 + 250.0 * (TAU * 0.21 * t).sin(), 0.7, RATE_HZ).low,
            Section => 0.8 * one.next(sum, 3_300.0, 0.7, RATE_HZ).low,
            Horns => {
                let bright = 700.0 + 2_700.0 * (t * 14.0).min(1.0) * (0.5 + 0.5 * (-t * 2.0).exp());
                one.next(sum, bright, 1.0, RATE_HZ).low
            }
            Ooh => {
                one.next(sum, 380.0, 4.0, RATE_HZ).band
                    + 0.5 * two.next(sum, 880.0, 6.0, RATE_HZ).band
                    + 0.15 * three.next(sum, 2_600.0, 6.0, RATE_HZ).band
            }
            Super => one.next(sum, 6_500.0, 0.7, RATE_HZ).low,
            Mono => one.next(sum, 1_900.0 + 2_000.0 * (-t * 5.0).exp(), 1.4, RATE_HZ).low,
            Square => one.next(pulse.next() * 1.1, 4_200.0, 0.8, RATE_HZ).low,
            Flute => {
                let breath = one.next(noise.next(), 2.0 * hz, 3.0, RATE_HZ).band;
                sine(1.0) + 0.25 * sine(2.0) + 0.08 * sine(3.0) + 0.12 * breath
            }
            Fiddle => {
                let bow: f64 = (1..=9).map(|of| sine(f64::from(of)) / f64::from(of)).sum();
                one.next(bow, 3_800.0, 0.8, RATE_HZ).low + 0.4 * two.next(bow, 1_100.0, 3.0, RATE_HZ).band
            }
            _ => one.next((7.0 * sum * (-t * 0.5).exp()).tanh(), 2_900.0, 0.9, RATE_HZ).low * 0.7,
        };
        gain * level * edges * wave
    });
}
