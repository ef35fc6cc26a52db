//! Tracks of many styles, made here: tempo, beats and key are known because they are put in.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a renderer turns times into frame numbers everywhere; all are positive and far below 2^52"
)]

mod catalogue;
mod drawn;
mod patterns;
mod score;
mod second;
mod sounds;
mod third;

use std::fs;
use std::path::Path;

use anyhow::Result;

use self::catalogue::{MOVING, STYLES};
use self::score::{Feel, Intro, Style};
use self::sounds::{Drum, play, strike};
use super::{Half, List, Truth};
use crate::music::{Depth, Noise, Stereo, write_wav};

pub const RATE_HZ: f64 = 44_100.0;
const SECS: f64 = 64.0;
/// Raised whenever a track comes out differently.
const VERSION: u32 = 1;
/// Semitones of the scales.
const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];

/// Renders what is not there yet, and lists it.
pub fn render(out: &Path, list: &mut List) -> Result<()> {
    let dir = out.join(format!("styles{VERSION}"));
    fs::create_dir_all(&dir)?;
    for style in STYLES.iter().chain(MOVING) {
        let wav = dir.join(format!("{}.wav", style.name));
        super::render_with(&wav, |part| write_wav(part, &track(style), Depth::Bits16, 44_100))?;
        let truth = match style.curve {
            None => Truth::From(style.bpm, style.first_secs),
            Some(_) => {
                let clock = Clock::new(style);
                let beats = (0..).map(f64::from).map(|beat| (beat, clock.secs(beat))).take_while(|at| at.1 < SECS);
                Truth::Moving(beats.collect())
            }
        };
        if tells_its_key(style) {
            list.add_in_key(&wav, &truth, style.key, Half::Tune);
        } else {
            list.add_made(&wav, &truth, Half::Tune);
        }
    }
    for (name, seed) in
        [("no_beat_drone", 1), ("no_beat_rain", 2), ("no_beat_chimes", 3), ("no_beat_wind", 4), ("no_beat_talk", 5)]
    {
        let wav = dir.join(format!("{name}.wav"));
        super::render_with(&wav, |part| write_wav(part, &beatless(name, seed), Depth::Bits16, 44_100))?;
        list.add_made(&wav, &Truth::Beatless, Half::Tune);
    }
    drawn::render(out, list)?;
    second::render(out, list)?;
    third::render(out, list)
}

/// Whether what is played has one key. Two chords whose notes are in the scales of both of them have not: A minor and D
/// minor in turn may be the one's I and IV or the other's V and I.
fn tells_its_key(style: &Style) -> bool {
    let scale = if style.key.1 { MINOR } else { MAJOR };
    let triad = |degree: usize| [0, 2, 4].map(|above| scale[(degree + above) % 7]);
    let mut degrees = style.progression.to_vec();
    degrees.sort_unstable();
    degrees.dedup();
    let notes: Vec<i32> = degrees.iter().flat_map(|degree| triad(*degree)).collect();
    let is_key = |degree: usize| {
        let [root, third, _] = triad(degree);
        let own = if (third - root).rem_euclid(12) == 3 { MINOR } else { MAJOR };
        notes.iter().all(|note| own.contains(&(note - root).rem_euclid(12)))
    };
    degrees.len() != 2 || degrees.iter().filter(|degree| is_key(**degree)).count() < 2
}

/// When beats are.
struct Clock {
    /// Of each quarter of a beat.
    times_secs: Vec<f64>,
}

impl Clock {
    fn new(style: &Style) -> Self {
        let mut times_secs = vec![style.first_secs];
        let mut secs = style.first_secs;
        for step in 0..(SECS / 60.0 * style.bpm * 4.5) as usize + 64 {
            let tempo = style.curve.map_or(1.0, |curve| curve(step as f64 / 4.0)) * style.bpm;
            secs += 15.0 / tempo;
            times_secs.push(secs);
        }
        Self { times_secs }
    }

    fn secs(&self, beat: f64) -> f64 {
        let index = ((beat * 4.0) as usize).min(self.times_secs.len() - 2);
        let part = beat * 4.0 - index as f64;
        self.times_secs[index] + part * (self.times_secs[index + 1] - self.times_secs[index])
    }
}

/// A style on its way to a track.
struct Band<'a> {
    style: &'a Style,
    clock: Clock,
    noise: Noise,
    kit: u64,
    drums: Stereo,
    band: Stereo,
    kicks_secs: Vec<f64>,
}

fn track(style: &Style) -> Stereo {
    let seed = style.name.bytes().fold(7u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let frames = (SECS * RATE_HZ) as usize;
    let mut band = Band {
        style,
        clock: Clock::new(style),
        noise: Noise::new(seed),
        kit: seed,
        drums: Stereo::silence(frames),
        band: Stereo::silence(frames),
        kicks_secs: vec![],
    };
    let mut bar = 0;
    while band.clock.secs(f64::from(bar) * 4.0) < SECS {
        band.bar(bar);
        bar += 1;
    }
    band.mixed()
}

impl Band<'_> {
    /// When a step of a sixteenth is, with the feel and the hands.
    fn step_secs(&mut self, bar: u32, step: u32) -> f64 {
        let even = |unit: u32, part: f64| {
            let pair = step / (2 * unit) * 2 * unit;
            let within = f64::from(step - pair) / f64::from(unit);
            // Up to the second of the pair time is stretched, after it compressed.
            let place = if within < 1.0 { within * part } else { part + (within - 1.0) * (1.0 - part) };
            f64::from(pair) + place * 2.0 * f64::from(unit)
        };
        let place = match self.style.feel {
            Feel::Straight => f64::from(step),
            Feel::Swing16(part) => even(1, part),
            Feel::Swing8(part) => even(2, part),
        };
        let hands_secs = self.style.hands_ms / 1e3 * self.noise.next();
        self.clock.secs(f64::from(bar) * 4.0 + place / 4.0) + hands_secs
    }

    fn bar(&mut self, bar: u32) {
        let style = self.style;
        let (in_intro, intro) = match style.intro {
            Intro::None => (false, 0),
            Intro::Chords(bars) | Intro::Hats(bars) | Intro::Kicks(bars) => (bar < bars, bars),
        };
        // Eight bars without drums in the middle, a crash after each eight.
        let is_break = bar >= intro + 16 && (bar - intro) % 24 / 8 == 2;
        for (drum, pattern) in style.drums {
            let plays = match (*drum, style.intro) {
                (_, Intro::Chords(_)) if in_intro => 0.0,
                (Drum::Hat | Drum::OpenHat | Drum::Ride, Intro::Hats(_)) if in_intro => 0.3,
                (_, Intro::Hats(_)) if in_intro => 0.0,
                (Drum::Kick, Intro::Kicks(_)) if in_intro => 0.9,
                (_, Intro::Kicks(_)) if in_intro => 0.0,
                (Drum::Hat, _) if is_break => 0.4,
                _ if is_break => 0.0,
                _ => 1.0,
            };
            self.drums_of(bar, *drum, pattern, plays);
        }
        if !in_intro || matches!(style.intro, Intro::Chords(_)) {
            self.harmony(bar, !in_intro && !is_break);
        }
    }

    fn drums_of(&mut self, bar: u32, drum: Drum, pattern: &str, plays: f64) {
        for step in 0..16 {
            let at = (bar as usize * 16 + step as usize) % pattern.len();
            let gain = match pattern.as_bytes()[at] {
                b'x' => 1.0,
                b'o' => 0.45,
                _ => continue,
            };
            let secs = self.step_secs(bar, step);
            if drum == Drum::Kick {
                self.kicks_secs.push(secs);
                if !self.style.kick_heard {
                    continue;
                }
            }
            if plays > 0.0 {
                let touch = 1.0 + 0.1 * self.noise.next();
                strike(&mut self.drums, drum, self.kit, secs, 0.8 * gain * plays * touch, &mut self.noise);
            }
        }
    }

    /// Bass, chords and runs of a bar.
    fn harmony(&mut self, bar: u32, with_bass: bool) {
        let style = self.style;
        let degree = style.progression[bar as usize % style.progression.len()];
        let scale = if style.key.1 { MINOR } else { MAJOR };
        let tone = |above: usize| {
            let index = degree + above;
            style.key.0 + scale[index % 7] + 12 * i32::try_from(index / 7).unwrap_or(0)
        };
        let chord = [tone(0), tone(2), tone(4)];
        for (step, secs, until) in self.notes(bar, style.chords) {
            let _ = step;
            chord.iter().for_each(|note| play(&mut self.band, style.chord_timbre, 48 + note, secs, until - secs, 0.16));
        }
        if with_bass {
            for (_, secs, until) in self.notes(bar, style.bass) {
                play(
                    &mut self.band,
                    style.bass_timbre,
                    24 + tone(0) % 12 + 12 * i32::from(tone(0) % 12 < 4),
                    secs,
                    until - secs,
                    0.3,
                );
            }
        }
        for (step, secs, until) in self.notes(bar, style.run) {
            let note = chord[[0, 1, 2, 1, 0, 2, 1, 2][step as usize % 8]] + if step % 3 == 0 { 72 } else { 60 };
            play(&mut self.band, sounds::Timbre::Pluck, note, secs, until - secs, 0.12);
        }
    }

    /// Step, beginning and end of the notes of a pattern.
    fn notes(&mut self, bar: u32, pattern: &str) -> Vec<(u32, f64, f64)> {
        let mut notes: Vec<(u32, f64, f64)> = Vec::new();
        if pattern.is_empty() {
            return notes;
        }
        for step in 0..16 {
            let (from, to) =
                (self.step_secs(bar, step), self.clock.secs(f64::from(bar) * 4.0 + f64::from(step + 1) / 4.0));
            match pattern.as_bytes()[(bar as usize * 16 + step as usize) % pattern.len()] {
                b'x' => notes.push((step, from, to)),
                b'-' => notes.iter_mut().last().into_iter().for_each(|note| note.2 = to),
                _ => {}
            }
        }
        notes
    }

    fn mixed(mut self) -> Stereo {
        let mut kicks = self.kicks_secs.clone();
        kicks.sort_by(f64::total_cmp);
        let (mut next, mut last) = (0, f64::MIN);
        for frame in 0..self.band.num_frames() {
            let secs = frame as f64 / RATE_HZ;
            while next < kicks.len() && kicks[next] <= secs {
                last = kicks[next];
                next += 1;
            }
            let gain = (1.0 - self.style.duck * (-(secs - last) / 0.12).exp()) as f32;
            let hiss = (0.000_5 * self.noise.next()) as f32;
            self.drums.left[frame] += gain * self.band.left[frame] + hiss;
            self.drums.right[frame] += gain * self.band.right[frame] - hiss;
        }
        for sample in self.drums.left.iter_mut().chain(&mut self.drums.right) {
            *sample = (0.9 * *sample).tanh();
        }
        self.drums
    }
}

/// Sound without a beat.
fn beatless(name: &str, seed: u64) -> Stereo {
    let frames = (SECS * RATE_HZ) as usize;
    let (mut out, mut noise) = (Stereo::silence(frames), Noise::new(seed));
    let mut at = 0.1;
    while at < SECS - 6.0 {
        let gap = match name {
            "no_beat_rain" => {
                strike(&mut out, Drum::Rim, seed, at, 0.3 * (0.6 + 0.4 * noise.next()), &mut noise);
                0.05 * (1.05 + noise.next())
            }
            "no_beat_chimes" => {
                let note = 72 + (6.0 * (1.0 + noise.next())) as i32;
                play(&mut out, sounds::Timbre::Keys, note, at, 3.0, 0.3);
                1.1 * (1.1 + noise.next())
            }
            "no_beat_talk" => {
                let note = 45 + (3.0 * (1.0 + noise.next())) as i32;
                play(&mut out, sounds::Timbre::Square, note, at, 0.08 + 0.06 * (1.0 + noise.next()), 0.3);
                0.18 + 0.1 * (1.0 + noise.next()) + if noise.next() > 0.8 { 0.8 } else { 0.0 }
            }
            _ => {
                let note = 36 + (12.0 * (1.0 + noise.next())) as i32;
                play(&mut out, sounds::Timbre::Pad, note, at, 5.0, 0.3);
                1.9 * (1.2 + noise.next())
            }
        };
        at += gap;
    }
    let mut level = 0.05;
    for frame in 0..frames {
        level = (level + 0.000_02 * noise.next()).clamp(0.01, if name == "no_beat_wind" { 0.3 } else { 0.02 });
        out.left[frame] += (level * noise.next()) as f32;
        out.right[frame] += (level * noise.next()) as f32;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_chords_that_fit_two_keys_are_not_judged() {
        let told = |name: &str| tells_its_key(STYLES.iter().find(|style| style.name == name).unwrap());
        // I and IV of a minor key are V and I of another.
        assert!(!told("swung_house_122.7") && !told("dub_70"));
        // One chord; three; four.
        assert!(told("techno_135.4") && told("house_127.3") && told("rock_105") && told("house_124"));
        assert_eq!(STYLES.iter().chain(MOVING).filter(|style| !tells_its_key(style)).count(), 5);
    }
}
