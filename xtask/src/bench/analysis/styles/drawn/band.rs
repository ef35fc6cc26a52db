//! Plays a drawn piece.

use std::f64::consts::TAU;

use super::super::RATE_HZ;
use super::super::score::Feel;
use super::super::sounds::{Drum, strike};
use super::SECS;
use super::harmony::{Chord, next_note};
use super::lot::Lot;
use super::piece::Piece;
use crate::music::Stereo;

/// Sixteenths of a bar of four beats.
const BAR: usize = 16;

/// Which part of the piece a bar is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Intro,
    Verse,
    Chorus,
    Break,
}

/// A piece on its way to a track.
pub struct Band<'a> {
    piece: &'a Piece,
    /// Sixteenths of a bar.
    bar: usize,
    lot: Lot,
    /// When each sixteenth is, before feel and hands.
    times_secs: Vec<f64>,
    drums: Stereo,
    band: Stereo,
    kicks_secs: Vec<f64>,
    /// The melody's last note, in semitones above the tonic.
    last: i32,
}

impl<'a> Band<'a> {
    pub fn new(piece: &'a Piece) -> Self {
        let frames = (SECS * RATE_HZ) as usize;
        let (mut times_secs, mut secs) = (vec![], piece.first_secs);
        while secs < SECS + 12.0 {
            let beat = times_secs.len() as f64 / 4.0;
            let ratio = piece.sway.map_or(1.0, |(depth, beats, gain)| 1.0 + depth * (beat / beats).sin() + gain * beat);
            times_secs.push(secs);
            secs += 15.0 / (piece.bpm * ratio);
        }
        let (drums, band) = (Stereo::silence(frames), Stereo::silence(frames));
        let bar = if piece.groove.is_in_three() { BAR * 3 / 4 } else { BAR };
        Self { piece, bar, lot: Lot::new(piece.seed ^ 0x5eed), times_secs, drums, band, kicks_secs: vec![], last: 0 }
    }

    /// Points of (beat, seconds).
    pub fn beats(&self) -> Vec<(f64, f64)> {
        let quarters = self.times_secs.iter().step_by(4).enumerate();
        quarters.map(|(beat, secs)| (beat as f64, *secs)).take_while(|at| at.1 < SECS).collect()
    }

    pub fn play(mut self) -> Stereo {
        for bar in 0.. {
            if bar * self.bar + 2 * self.bar >= self.times_secs.len() || self.times_secs[bar * self.bar] > SECS {
                break;
            }
            self.bar(bar);
        }
        self.mixed()
    }

    fn part(&self, bar: usize) -> (Part, usize) {
        let intro = self.piece.intro_bars as usize;
        if bar < intro {
            return (Part::Intro, bar);
        }
        let at = bar - intro;
        let part = match at / 8 % 5 {
            1 | 4 => Part::Chorus,
            3 => Part::Break,
            _ => Part::Verse,
        };
        (part, at)
    }

    fn secs(&mut self, bar: usize, step: usize) -> f64 {
        let even = |unit: usize, part: f64| {
            let pair = step / (2 * unit) * 2 * unit;
            let within = (step - pair) as f64 / unit as f64;
            let place = if within < 1.0 { within * part } else { part + (within - 1.0) * (1.0 - part) };
            pair as f64 + place * 2.0 * unit as f64
        };
        let place = match self.piece.feel {
            Feel::Straight => step as f64,
            Feel::Swing16(part) => even(1, part),
            Feel::Swing8(part) => even(2, part),
        } + (bar * self.bar) as f64;
        let (index, part) = (place as usize, place.fract());
        let exact = self.times_secs[index] + part * (self.times_secs[index + 1] - self.times_secs[index]);
        exact + self.piece.hands_ms / 1e3 * self.lot.noise().next()
    }

    fn bar(&mut self, bar: usize) {
        let (part, at) = self.part(bar);
        let with_drums = match part {
            Part::Intro => self.piece.drums_first,
            Part::Break => false,
            _ => true,
        };
        // A fill leads into every eighth bar; a crash opens it.
        let is_fill = with_drums && at % 8 == 7;
        for (drum, pattern) in self.piece.groove.drums {
            for step in 0..self.bar {
                let gain = match pattern.as_bytes()[(bar * self.bar + step) % pattern.len()] {
                    _ if is_fill && *drum == Drum::Snare && step + 4 >= self.bar => {
                        0.5 + 0.1 * (step + 4 - self.bar) as f64
                    }
                    b'x' => 1.0,
                    b'o' => 0.45,
                    _ => continue,
                };
                let secs = self.secs(bar, step);
                if with_drums {
                    self.strike(*drum, secs, gain);
                }
            }
        }
        if with_drums && at % 8 == 0 {
            let secs = self.secs(bar, 0);
            self.strike(Drum::OpenHat, secs, 1.0);
        }
        if part != Part::Intro || !self.piece.drums_first {
            self.harmony(bar, part, at);
        }
    }

    fn strike(&mut self, drum: Drum, secs: f64, gain: f64) {
        if drum == Drum::Kick {
            self.kicks_secs.push(secs);
        }
        let touch = self.lot.within(0.88, 1.0);
        strike(&mut self.drums, drum, self.piece.seed, secs, 0.8 * gain * touch, self.lot.noise());
    }

    fn harmony(&mut self, bar: usize, part: Part, at: usize) {
        let piece = self.piece;
        let progression = if part == Part::Chorus { piece.chorus } else { piece.verse };
        let chord = progression.1[at % progression.1.len()];
        for (step, secs) in self.notes(bar, piece.chords) {
            let (from, until) = secs;
            let strong = if step % 4 == 0 { 1.0 } else { 0.8 };
            for above in chord.1 {
                // Close together, whatever the chord: 48 is C3.
                let note = 52 + (piece.tonic + chord.0 + above - 4).rem_euclid(12);
                self.sound(piece.chord_voice, note, from, until - from, 0.13 * strong);
            }
        }
        if part != Part::Intro && part != Part::Break {
            self.bass(bar, chord);
        }
        if piece.has_run && part != Part::Verse {
            for step in (0..self.bar).step_by(2) {
                let secs = self.secs(bar, step);
                let note = 72 + piece.tonic + chord.0 % 12 + chord.1[step / 2 % chord.1.len()];
                self.sound(super::voices::Voice::Bell, note - 12, secs, 0.3, 0.08);
            }
        }
        if let Some(voice) = piece.lead.filter(|_| part != Part::Intro) {
            self.melody(bar, chord, voice);
        }
    }

    fn bass(&mut self, bar: usize, chord: Chord) {
        let piece = self.piece;
        let walks = piece.bass == "x...x...x...x..." && piece.groove.hands;
        for (index, (step, (from, until))) in self.notes(bar, piece.bass).into_iter().enumerate() {
            // The root opens a bar; a fifth or an octave is in it; who walks takes the chord's notes in turn.
            let above = match step {
                0 => 0,
                _ if walks => chord.1[index % chord.1.len()],
                _ if self.lot.chance(0.2) => *self.lot.of(&[7, 12, 0, 10]),
                _ => 0,
            };
            let root = (piece.tonic + chord.0).rem_euclid(12);
            let note = 24 + root + if root < 4 { 12 } else { 0 } + above;
            self.sound(piece.bass_voice, note, from, until - from, 0.28);
        }
    }

    /// Notes of one to four eighths, and rests.
    fn melody(&mut self, bar: usize, chord: Chord, voice: super::voices::Voice) {
        let mut step = 0;
        while step < self.bar {
            let length = *self.lot.of(&[2, 2, 4, 4, 6, 8]);
            let end = (step + length).min(self.bar);
            if !self.lot.chance(0.25) {
                let note = next_note(&mut self.lot, self.piece.is_minor(), chord, self.last, step % 8 == 0);
                self.last = note;
                let (from, until) = (self.secs(bar, step), self.times_secs[bar * self.bar + end]);
                self.sound(voice, 60 + self.piece.tonic + note, from, (until - from) * 0.9, 0.16);
            }
            step = end;
        }
    }

    fn sound(&mut self, voice: super::voices::Voice, note: i32, secs: f64, length: f64, gain: f64) {
        let hz = 440.0 * ((f64::from(note) - 69.0 + self.piece.tuning) / 12.0).exp2();
        voice.play(&mut self.band, hz, secs.max(0.0), length.max(0.05), gain, self.lot.noise());
    }

    /// Step, beginning and end of the notes of a pattern.
    fn notes(&mut self, bar: usize, pattern: &str) -> Vec<(usize, (f64, f64))> {
        let mut notes: Vec<(usize, (f64, f64))> = Vec::new();
        for step in 0..self.bar {
            let (from, to) = (self.secs(bar, step), self.times_secs[bar * self.bar + step + 1]);
            match pattern.as_bytes()[(bar * self.bar + step) % pattern.len()] {
                b'x' => notes.push((step, (from, to.max(from + 0.04)))),
                b'-' => notes.iter_mut().last().into_iter().for_each(|note| note.1.1 = to),
                _ => {}
            }
        }
        notes
    }

    fn mixed(mut self) -> Stereo {
        let piece = self.piece;
        self.kicks_secs.sort_by(f64::total_cmp);
        let (mut next, mut last) = (0, f64::MIN);
        for frame in 0..self.band.num_frames() {
            let secs = frame as f64 / RATE_HZ;
            while next < self.kicks_secs.len() && self.kicks_secs[next] <= secs {
                last = self.kicks_secs[next];
                next += 1;
            }
            let duck = 1.0 - piece.duck * (-(secs - last) / 0.12).exp();
            let swell = (piece.swell_db * (TAU * secs / 23.0).sin() / 20.0 * std::f64::consts::LN_10).exp();
            let hiss = (piece.hiss * self.lot.noise().next()) as f32;
            let band = (piece.levels[1] * duck * swell) as f32;
            let drums = (piece.levels[0] * swell) as f32;
            let mix = |drum: f32, other: f32, hiss: f32| (0.8 * (drums * drum + band * other + hiss)).tanh();
            self.drums.left[frame] = mix(self.drums.left[frame], self.band.left[frame], hiss);
            self.drums.right[frame] = mix(self.drums.right[frame], self.band.right[frame], -hiss);
        }
        self.drums
    }
}
