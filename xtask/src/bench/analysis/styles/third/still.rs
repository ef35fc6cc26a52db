//! Sound without a beat, of the third blind set.

use std::f64::consts::TAU;

use super::super::RATE_HZ;
use super::super::drawn::Lot;
use super::super::sounds::add;
use super::voices::{Note, Voice, sound};
use crate::music::{Filter, Saw, Stereo, hall, note_hz};

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Still {
    /// One low note and its overtones, which come and go.
    Drone,
    /// A pianist alone, who hurries and lingers.
    Rubato,
    /// Surf and wind.
    Surf,
    /// Two people who talk.
    Talk,
    /// Strings that swell, each when it likes.
    Swells,
}

pub const STILL: [(Still, &str, f64); 5] = [
    (Still::Drone, "drone", 48.0),
    (Still::Rubato, "rubato", 56.0),
    (Still::Surf, "surf", 44.0),
    (Still::Talk, "talk", 52.0),
    (Still::Swells, "swells", 58.0),
];

/// All of it.
pub fn play(what: Still, secs: f64) -> Stereo {
    let lot = &mut Lot::new(0x0003_5711 + what as u64);
    let mut out = Stereo::silence((secs * RATE_HZ) as usize);
    match what {
        Still::Drone => drone(&mut out, secs, lot),
        Still::Rubato => rubato(&mut out, secs, lot),
        Still::Surf => surf(&mut out, lot),
        Still::Talk => talk(&mut out, secs, lot),
        Still::Swells => swells(&mut out, secs, lot),
    }
    let room = hall(&out, RATE_HZ);
    let peak = out.left.iter().chain(&out.right).fold(1e-6_f32, |peak, sample| peak.max(sample.abs()));
    for frame in 0..out.num_frames() {
        let mut mix = |dry: f32, wet: f32| 0.8 / peak * (dry + 0.3 * wet) + (0.000_6 * lot.noise().next()) as f32;
        out.left[frame] = mix(out.left[frame], room.left[frame]).tanh() * 0.95;
        out.right[frame] = mix(out.right[frame], room.right[frame]).tanh() * 0.95;
    }
    out
}

/// A value that strolls between two others and has no period.
struct Stroll {
    value: f64,
    aim: f64,
    left: usize,
}

impl Stroll {
    const fn new() -> Self {
        Self { value: 0.5, aim: 0.5, left: 0 }
    }

    /// Of 0..1; it turns after a time within so many seconds.
    fn next(&mut self, from_secs: f64, to_secs: f64, lot: &mut Lot) -> f64 {
        if self.left == 0 {
            self.left = (lot.within(from_secs, to_secs) * RATE_HZ) as usize;
            self.aim = lot.part();
        }
        self.left -= 1;
        self.value += (self.aim - self.value) * 2.0 / (from_secs * RATE_HZ);
        self.value
    }
}

fn drone(out: &mut Stereo, secs: f64, lot: &mut Lot) {
    for number in 1..=12 {
        let hz = 61.3 * f64::from(number) * (1.0 + 0.000_7 * lot.noise().next());
        let (mut stroll, pan, level) = (Stroll::new(), 0.5 * lot.noise().next(), 0.25 / f64::from(number).sqrt());
        add(out, 0.0, secs, pan, |t| level * stroll.next(2.0, 9.0, lot).powi(2) * (TAU * hz * t).sin());
    }
}

/// Groups of notes over slow changes of harmony: each begins slowly, hurries, and waits at its end.
fn rubato(out: &mut Stereo, secs: f64, lot: &mut Lot) {
    const CHORDS: [[i32; 5]; 5] =
        [[38, 57, 62, 65, 69], [43, 58, 62, 65, 70], [45, 57, 61, 64, 67], [41, 57, 60, 65, 69], [46, 58, 62, 65, 74]];
    let mut at = 0.6;
    while at < secs - 2.0 {
        let chord = lot.of(&CHORDS);
        let count = 3 + lot.below(9);
        let pace = lot.within(0.16, 0.5);
        for number in 0..count {
            let note = if number == 0 { chord[0] } else { chord[1 + lot.below(4)] + 12 * (lot.below(3) == 0) as i32 };
            let part = number as f64 / count as f64;
            let gain = 0.1 + 0.12 * (part * 3.0).sin().abs() * lot.part();
            let secs = lot.within(0.8, 3.0);
            let pan = 0.02 * f64::from(note - 62);
            sound(out, Voice::Grand, Note { hz: note_hz(note), at_secs: at, secs, gain, pan }, lot.noise());
            at += pace * (1.0 + 2.2 * (part - 0.45).powi(2) * 4.0) * lot.within(0.75, 1.3);
        }
        at += lot.within(0.3, 2.4);
    }
}

fn surf(out: &mut Stereo, lot: &mut Lot) {
    let (mut wave, mut wind) = (Stroll::new(), Stroll::new());
    let mut filters = [Filter::default(), Filter::default(), Filter::default()];
    for frame in 0..out.num_frames() {
        let (swell, gust) = (wave.next(2.5, 8.0, lot), wind.next(1.0, 6.0, lot));
        let [one, two, howl] = &mut filters;
        let left = one.next(lot.noise().next(), 300.0 + 2_600.0 * swell, 0.6, RATE_HZ).low;
        let right = two.next(lot.noise().next(), 300.0 + 2_600.0 * swell, 0.6, RATE_HZ).low;
        let howled = howl.next(0.5 * (left + right), 380.0 + 500.0 * gust, 7.0, RATE_HZ).band;
        out.left[frame] = (0.2 * (0.2 + swell) * left + 0.15 * gust * howled) as f32;
        out.right[frame] = (0.2 * (0.2 + swell) * right + 0.15 * gust * howled) as f32;
    }
}

/// Vowels between consonants, in words and sentences; who has spoken lets the other speak.
fn talk(out: &mut Stereo, secs: f64, lot: &mut Lot) {
    const VOWELS: [[f64; 3]; 6] = [
        [730.0, 1_090.0, 2_440.0],
        [530.0, 1_840.0, 2_480.0],
        [390.0, 1_990.0, 2_550.0],
        [570.0, 840.0, 2_410.0],
        [440.0, 1_020.0, 2_240.0],
        [300.0, 870.0, 2_240.0],
    ];
    let (mut at, mut speaker) = (0.3, 0);
    while at < secs - 3.0 {
        let (pitch_hz, size, pan) = if speaker == 0 { (112.0, 1.0, -0.25) } else { (196.0, 1.16, 0.25) };
        let (words, slow) = (2 + lot.below(9), lot.within(0.8, 1.35));
        for word in 0..words {
            for _ in 0..1 + lot.below(4) {
                let hiss_secs = if lot.chance(0.45) { lot.within(0.03, 0.11) } else { 0.0 };
                let vowel_secs = slow * lot.within(0.05, 0.22);
                let fall = 1.12 - 0.25 * word as f64 / words as f64 + 0.08 * lot.noise().next();
                let mut throat = Saw::new(pitch_hz * fall, RATE_HZ, 0.0);
                let (tones, mut mouth, mut teeth) =
                    (lot.of(&VOWELS), [(); 3].map(|()| Filter::default()), Filter::default());
                let noise = lot.noise();
                add(out, at, hiss_secs + vowel_secs, pan, |t| {
                    if t < hiss_secs {
                        let edge = (t * 60.0).min(1.0) * ((hiss_secs - t) * 60.0).min(1.0);
                        return 0.1 * edge * teeth.next(noise.next(), 4_800.0, 0.9, RATE_HZ).high;
                    }
                    let into = t - hiss_secs;
                    let edge = (into * 45.0).min(1.0) * ((vowel_secs - into) * 30.0).clamp(0.0, 1.0);
                    let air = throat.next() + 0.1 * noise.next();
                    let said = |(tone, filter): (&f64, &mut Filter)| filter.next(air, tone * size, 8.0, RATE_HZ).band;
                    0.3 * edge * tones.iter().zip(&mut mouth).map(said).sum::<f64>()
                });
                at += hiss_secs + vowel_secs + lot.within(0.0, 0.03);
            }
            at += lot.within(0.02, 0.2);
        }
        at += lot.within(0.15, 1.6);
        speaker = if lot.chance(0.6) { 1 - speaker } else { speaker };
    }
}

fn swells(out: &mut Stereo, secs: f64, lot: &mut Lot) {
    const NOTES: [i32; 9] = [40, 47, 52, 56, 59, 63, 64, 68, 71];
    let mut at = 0.0;
    while at < secs - 4.0 {
        let (note, long_secs, pan) = (*lot.of(&NOTES), lot.within(4.0, 10.0), 0.5 * lot.noise().next());
        let tunes = [0.996, 1.001, 1.005];
        let mut saws = tunes.map(|tune| Saw::new(note_hz(note) * tune, RATE_HZ, 0.49 * (1.0 + lot.noise().next())));
        let (mut filter, peak) = (Filter::default(), lot.within(0.35, 0.7));
        add(out, at, long_secs, pan, |t| {
            let part = t / long_secs;
            let swell = if part < peak { part / peak } else { (1.0 - part) / (1.0 - peak) };
            let sum: f64 = saws.iter_mut().map(Saw::next).sum();
            0.1 * swell * swell * filter.next(sum, 350.0 + 1_800.0 * swell, 0.7, RATE_HZ).low
        });
        at += lot.within(0.4, 2.6);
    }
}
