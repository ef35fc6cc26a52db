//! Instruments that the drawn pieces have beside those of the styles: an organ, a guitar, a bell, a voice.

use std::f64::consts::TAU;

use super::super::RATE_HZ;
use super::super::sounds::{Timbre, add, play_hz};
use crate::music::{Filter, Noise, Saw, Stereo};

/// How a note sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Voice {
    /// One of the styles' own.
    Of(Timbre),
    /// Drawbars, the third of them a fifth above the octave.
    Organ,
    /// A saw, driven hard, through a speaker.
    Guitar,
    /// A bell: overtones that are no multiples.
    Bell,
    /// A singer: vibrato, and two formants that move from vowel to vowel.
    Sung,
}

/// The overtones of an organ: number and level.
const DRAWBARS: [(f64, f64); 6] = [(0.5, 0.4), (1.0, 1.0), (1.5, 0.35), (2.0, 0.6), (3.0, 0.35), (4.0, 0.3)];
/// First and second formants of vowels, in Hz.
const VOWELS: [(f64, f64); 5] = [(730.0, 1090.0), (530.0, 1840.0), (390.0, 2100.0), (570.0, 840.0), (440.0, 1020.0)];

impl Voice {
    /// Adds a note of this pitch.
    pub fn play(self, out: &mut Stereo, hz: f64, at_secs: f64, secs: f64, gain: f64, noise: &mut Noise) {
        let release = |t: f64, fall: f64| ((secs - t) * fall).clamp(0.0, 1.0);
        match self {
            Self::Of(timbre) => play_hz(out, timbre, (hz, 0.4 * noise.next()), at_secs, secs, gain),
            Self::Organ => add(out, at_secs, secs, -0.15, |t| {
                let sum: f64 = DRAWBARS.iter().map(|(number, level)| level * (TAU * hz * number * t).sin()).sum();
                0.45 * gain * (t * 250.0).min(1.0) * release(t, 80.0) * sum
            }),
            Self::Guitar => {
                let (mut saw, mut speaker) = (Saw::new(hz, RATE_HZ, 0.0), Filter::default());
                add(out, at_secs, secs, 0.35, |t| {
                    let driven = (4.0 * saw.next() * (-t * 1.2).exp()).tanh();
                    0.6 * gain
                        * (t * 600.0).min(1.0)
                        * release(t, 60.0)
                        * speaker.next(driven, 3_200.0, 0.9, RATE_HZ).low
                });
            }
            Self::Bell => add(out, at_secs, secs.max(0.8), 0.25, |t| {
                let ring = (TAU * hz * t + 1.4 * (-t * 4.0).exp() * (TAU * 3.51 * hz * t).sin()).sin();
                gain * (t * 1_500.0).min(1.0) * ring * (-t * 3.0).exp()
            }),
            Self::Sung => sing(out, hz, at_secs, secs, gain, noise),
        }
    }
}

fn sing(out: &mut Stereo, hz: f64, at_secs: f64, secs: f64, gain: f64, noise: &mut Noise) {
    let vowel = |noise: &mut Noise| VOWELS[((noise.next() + 1.0) * 2.5) as usize % VOWELS.len()];
    let (from, to, lag) = (vowel(noise), vowel(noise), 0.02 * (1.0 + noise.next()));
    let (mut phase, mut formants) = (0.0f64, [Filter::default(), Filter::default()]);
    add(out, at_secs + lag, secs, 0.0, |t| {
        // It slides into the note, and trembles once it holds it.
        let cents = -60.0 * (-t * 25.0).exp() + 28.0 * (t * 3.0).min(1.0) * (TAU * 5.4 * t).sin();
        phase = (phase + hz * (cents / 1_200.0).exp2() / RATE_HZ).fract();
        let source = (2.0 * phase - 1.0) + 0.08 * noise.next();
        let part = (t / secs).min(1.0);
        let [low, high] = &mut formants;
        let first = low.next(source, from.0 + part * (to.0 - from.0), 6.0, RATE_HZ).band;
        let second = high.next(source, from.1 + part * (to.1 - from.1), 8.0, RATE_HZ).band;
        let envelope = (t * 22.0).min(1.0) * ((secs - t) * 16.0).clamp(0.0, 1.0);
        gain * envelope * (0.9 * first + 0.5 * second + 0.12 * source)
    });
}
