//! Strings that are plucked or struck: a burst of noise that goes round (K. Karplus and A. Strong, 1983), and a piano.

use std::f64::consts::TAU;

use super::super::RATE_HZ;
use super::super::sounds::add;
use super::voices::{Note, Voice};
use crate::music::{Filter, Noise, Stereo};

/// A string of so many frames, tuned between them by an all-pass.
struct Loop {
    line: Vec<f64>,
    at: usize,
    before: f64,
    all_pass: f64,
    passed: f64,
    came: f64,
    keeps: f64,
}

impl Loop {
    /// Rings for about so many seconds. `bright`, 0..1: the pick's edge.
    fn new(hz: f64, ring_secs: f64, bright: f64, noise: &mut Noise) -> Self {
        // The mean of two frames delays by half a frame, the all-pass by what is left of one.
        let period = RATE_HZ / hz - 0.5;
        let whole = (period - 0.2).floor().max(2.0);
        let rest = period - whole;
        let mut last = 0.0;
        let mut line: Vec<f64> = (0..whole as usize)
            .map(|_| {
                last += bright * (noise.next() - last);
                last
            })
            .collect();
        let mean = line.iter().sum::<f64>() / line.len() as f64;
        let power = line.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / line.len() as f64;
        let scale = 0.4 / power.sqrt().max(1e-6);
        line.iter_mut().for_each(|x| *x = (*x - mean) * scale);
        let keeps = 0.001_f64.powf(1.0 / (hz * ring_secs));
        Self { line, at: 0, before: 0.0, all_pass: (1.0 - rest) / (1.0 + rest), passed: 0.0, came: 0.0, keeps }
    }

    fn next(&mut self) -> f64 {
        let out = self.line[self.at];
        let soft = self.keeps * 0.5 * (out + self.before);
        self.before = out;
        self.passed = self.all_pass * (soft - self.passed) + self.came;
        self.came = soft;
        self.line[self.at] = self.passed;
        self.at = (self.at + 1) % self.line.len();
        out
    }
}

/// Plays a note.
pub fn sound(out: &mut Stereo, voice: Voice, note: Note, noise: &mut Noise) {
    let Note { hz, at_secs, secs, gain, pan } = note;
    if voice == Voice::Grand {
        return grand(out, note, noise);
    }
    // How long it rings, the pick, the body's lowest tone and its part, and how long the finger takes.
    let (ring_secs, bright, body_hz, body, touch) = match voice {
        Voice::Finger => (3.0, 0.16, 95.0, 0.5, 500.0),
        Voice::Double => (1.4, 0.08, 110.0, 0.9, 260.0),
        Voice::Steel => (4.0, 0.7, 190.0, 0.5, 1_500.0),
        Voice::Nylon => (2.2, 0.28, 160.0, 0.6, 500.0),
        Voice::Mute => (0.35, 0.5, 210.0, 0.3, 1_500.0),
        Voice::Clav => (1.2, 0.9, 700.0, 0.3, 2_500.0),
        _ => (5.0, 0.35, 240.0, 0.3, 700.0),
    };
    let mut string = Loop::new(hz, ring_secs, bright, noise);
    let mut wood = Filter::default();
    let secs = secs.max(0.1);
    add(out, at_secs, secs, pan, |t| {
        let edges = (t * touch).min(1.0) * ((secs - t) * 40.0).clamp(0.0, 1.0);
        let plain = string.next();
        let wave = plain + body * wood.next(plain, body_hz, 1.5, RATE_HZ).band;
        0.9 * gain * edges * wave
    });
}

/// Stiff strings: their overtones are sharp, and the higher ones die sooner. The hammer strikes at an eighth of them.
fn grand(out: &mut Stereo, Note { hz, at_secs, secs, gain, pan }: Note, noise: &mut Noise) {
    let secs = secs.max(0.2) + 0.08;
    let count = (9_000.0 / hz).clamp(3.0, 9.0) as i32;
    let tones: Vec<(f64, f64, f64)> = (1..=count)
        .map(|number| {
            let of = f64::from(number);
            let level = (TAU * of / 16.0).sin().abs().max(0.15) / of;
            (hz * of * (1.0 + 0.000_4 * of * of), level, 0.5 + hz / 700.0 + 0.55 * of)
        })
        .collect();
    let mut felt = Filter::default();
    add(out, at_secs, secs, pan, |t| {
        let edges = (t * 800.0).min(1.0) * ((secs - t) / 0.08).clamp(0.0, 1.0);
        let all: f64 = tones.iter().map(|(hz, level, decay)| level * (TAU * hz * t).sin() * (-t * decay).exp()).sum();
        let knock = 0.3 * felt.next(noise.next(), 1_300.0, 0.9, RATE_HZ).band * (-t * 180.0).exp();
        1.3 * gain * edges * (all + knock)
    });
}
