//! Plays a piece of the second blind set.

use super::super::RATE_HZ;
use super::super::drawn::Lot;
use super::super::score::Feel;
use super::SECS;
use super::groove::{Chord, Form};
use super::kit::{Hit, hit};
use super::piece::{Intro, Piece};
use super::tones::{Note, Tone, tone};
use crate::music::{Stereo, hall};

/// Who plays in a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Layers {
    kick: bool,
    /// Snares, claps, cowbells.
    back: bool,
    light: bool,
    bass: bool,
    chords: bool,
    lead: bool,
    /// How the bar ends.
    end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Plain,
    Fill,
    /// The kick is left out for the last beat.
    Gap,
    /// A roll on the snare through the bar.
    Roll,
}

const ALL: Layers =
    Layers { kick: true, back: true, light: true, bass: true, chords: true, lead: false, end: End::Plain };
const NO_DRUMS: Layers = Layers { kick: false, back: false, light: false, bass: false, lead: true, ..ALL };

/// A piece on its way to a track.
pub struct Player<'a> {
    piece: &'a Piece,
    lot: Lot,
    /// When each quarter of a beat is, if the tempo moves.
    times_secs: Vec<f64>,
    drums: Stereo,
    band: Stereo,
    kicks_secs: Vec<f64>,
    /// The melody's last step of the scale.
    last: i32,
}

impl<'a> Player<'a> {
    pub fn new(piece: &'a Piece) -> Self {
        let mut times_secs = vec![];
        if let Some((curve, _)) = piece.curve {
            let mut secs = piece.first_secs;
            while secs < SECS + 16.0 {
                let beat = times_secs.len() as f64 / 4.0;
                times_secs.push(secs);
                secs += 15.0 / (piece.bpm * curve(beat + 0.125));
            }
        }
        let (drums, band) = (Stereo::default(), Stereo::default());
        Self { piece, lot: Lot::new(piece.seed ^ 0xb11d), times_secs, drums, band, kicks_secs: vec![], last: 4 }
    }

    /// When a beat is.
    pub fn beat_secs(&self, beat: f64) -> f64 {
        if self.times_secs.is_empty() {
            return self.piece.first_secs + beat * 60.0 / self.piece.bpm;
        }
        let index = ((beat * 4.0) as usize).min(self.times_secs.len() - 2);
        let part = beat * 4.0 - index as f64;
        self.times_secs[index] + part * (self.times_secs[index + 1] - self.times_secs[index])
    }

    /// Points of (beat, seconds).
    pub fn beats(&self) -> Vec<(f64, f64)> {
        (0..).map(f64::from).map(|beat| (beat, self.beat_secs(beat))).take_while(|at| at.1 < SECS).collect()
    }

    /// All of it.
    pub fn play(mut self) -> Stereo {
        let frames = (SECS * RATE_HZ) as usize;
        (self.drums, self.band) = (Stereo::silence(frames), Stereo::silence(frames));
        let beats = self.piece.groove.bar.0;
        for bar in
            (0..).take_while(|bar| self.piece.first_secs + (bar * beats) as f64 * 60.0 / self.piece.bpm < SECS + 4.0)
        {
            let layers = self.layers(bar);
            self.drums(bar, layers);
            self.harmony(bar, layers);
        }
        self.mixed()
    }

    fn layers(&self, bar: usize) -> Layers {
        let (intro, intro_bars) = self.piece.intro;
        if bar < intro_bars {
            let ends = if bar + 1 == intro_bars { End::Fill } else { End::Plain };
            return match intro {
                Intro::Everybody => ALL,
                Intro::Drums => Layers { back: bar >= 4, bass: false, chords: false, end: ends, ..ALL },
                Intro::Chords => NO_DRUMS,
                Intro::Light => Layers { kick: false, back: false, end: ends, ..ALL },
            };
        }
        let at = bar - intro_bars;
        let end = match (at % 8, self.piece.groove.form) {
            (7, _) => End::Fill,
            (3, Form::Club | Form::Loop) => End::Gap,
            _ => End::Plain,
        };
        let breaks = 16..16 + self.piece.break_bars;
        if breaks.contains(&at) {
            let left = breaks.end - at;
            let builds = self.piece.groove.form == Form::Club;
            // What is shaken goes on for the first half of it.
            let light = left > self.piece.break_bars / 2;
            return Layers { light, end: if builds && left <= 2 { End::Roll } else { End::Plain }, ..NO_DRUMS };
        }
        Layers { lead: at / 8 % 2 == 1, end, ..ALL }
    }

    /// When a step is: with the feel, without the hands.
    fn step_secs(&self, bar: usize, step: f64) -> f64 {
        let (beats, steps) = self.piece.groove.bar;
        let swung = |unit: f64, late: f64| {
            let pair = (step / (2.0 * unit)).floor() * 2.0 * unit;
            let within = (step - pair) / unit;
            let place = if within < 1.0 { within * late } else { late + (within - 1.0) * (1.0 - late) };
            pair + place * 2.0 * unit
        };
        let place = match self.piece.feel {
            Feel::Straight => step,
            Feel::Swing16(late) => swung(1.0, late),
            Feel::Swing8(late) => swung(2.0, late),
        };
        self.beat_secs((bar * beats) as f64 + place / steps as f64)
    }

    /// The same with the hands: most strokes are near.
    pub fn hand_secs(&mut self, bar: usize, step: f64) -> f64 {
        let off = (self.lot.noise().next() + self.lot.noise().next()) / 2.0;
        (self.step_secs(bar, step) + self.piece.hands_ms / 1e3 * off).max(0.0)
    }

    fn drums(&mut self, bar: usize, layers: Layers) {
        let (steps, beat) = (self.piece.steps(), self.piece.groove.bar.1);
        for (what, pattern) in self.piece.groove.drums {
            let plays = match *what {
                what if what.is_kick() => layers.kick,
                what if what.is_light() => layers.light,
                _ => layers.back,
            };
            for step in (0..steps).filter(|_| plays) {
                let last_beat = step + beat >= steps;
                if last_beat
                    && (layers.end == End::Gap && what.is_kick() || layers.end == End::Fill && !what.is_light())
                {
                    continue;
                }
                let (gain, times) = match pattern.as_bytes()[(bar * steps + step) % pattern.len()] {
                    b'X' => (1.0, 1),
                    b'x' => (0.8, 1),
                    b'o' => (0.5, 1),
                    b'g' => (0.22, 1),
                    b'r' => (0.6, 2),
                    b't' => (0.6, 3),
                    _ => continue,
                };
                for time in 0..times {
                    self.strike(*what, bar, step as f64 + f64::from(time) / f64::from(times), gain);
                }
            }
        }
        self.ending(bar, layers);
    }

    fn strike(&mut self, what: Hit, bar: usize, step: f64, gain: f64) {
        let secs = self.hand_secs(bar, step);
        if what.is_kick() {
            self.kicks_secs.push(secs);
        }
        let knob = self.piece.kit[what as usize % 8];
        let touch = self.lot.within(0.85, 1.0);
        hit(&mut self.drums, what, knob, secs, 0.85 * gain * touch, self.lot.noise());
    }

    /// Fills, rolls, and the cymbal after them.
    fn ending(&mut self, bar: usize, layers: Layers) {
        let (steps, beat) = (self.piece.steps(), self.piece.groove.bar.1);
        let drums = self.piece.groove.drums;
        let own = drums.iter().map(|(what, _)| *what).find(|what| !what.is_kick() && !what.is_light());
        let own = own.unwrap_or(Hit::Sticks);
        match layers.end {
            End::Fill => {
                for step in 0..beat {
                    let what = if self.piece.groove.hands_ms > 0.0 && step >= beat / 2 { Hit::Tom } else { own };
                    self.strike(what, bar, (steps - beat + step) as f64, 0.5 + 0.1 * step as f64);
                }
            }
            End::Roll => {
                for step in (0..steps).step_by(2) {
                    self.strike(own, bar, step as f64, 0.3 + 0.4 * step as f64 / steps as f64);
                }
            }
            _ => {}
        }
        let was = bar.checked_sub(1).map(|before| self.layers(before).end);
        if layers.kick && matches!(was, Some(End::Fill | End::Roll)) && self.piece.groove.form != Form::Loop {
            self.strike(Hit::Crash, bar, 0.0, 0.7);
        }
    }

    fn harmony(&mut self, bar: usize, layers: Layers) {
        let piece = self.piece;
        let chord = piece.harmony.1[bar % piece.harmony.1.len()];
        if layers.chords {
            let (who, pattern) = piece.groove.chords;
            // A strum takes its time, low strings first.
            let strum = if matches!(who, Tone::Nylon | Tone::Chank | Tone::Crunch) { 0.004 } else { 0.0 };
            for (from, until, _) in self.notes(bar, pattern) {
                let mut all: Vec<i32> =
                    chord.1.iter().map(|above| 53 + (piece.tonic + chord.0 + above - 5).rem_euclid(12)).collect();
                all.sort_unstable();
                for (number, note) in all.into_iter().enumerate() {
                    self.sound(who, note, from + strum * number as f64, until, piece.levels[2]);
                }
            }
        }
        if layers.bass {
            self.bass(bar, chord);
        }
        if layers.lead {
            self.lead(bar, chord);
        }
    }

    fn bass(&mut self, bar: usize, chord: Chord) {
        let piece = self.piece;
        let (who, pattern) = piece.groove.bass;
        let root = 28 + (piece.tonic + chord.0 - 4).rem_euclid(12);
        for (from, until, what) in self.notes(bar, pattern) {
            let above = match what {
                b'3' => chord.1[1],
                b'5' => 7,
                b'7' => chord.1.get(3).copied().unwrap_or(7),
                b'8' => 12,
                _ => 0,
            };
            self.sound(who, root + above, from, until, piece.levels[1]);
        }
    }

    fn lead(&mut self, bar: usize, chord: Chord) {
        let piece = self.piece;
        let Some((who, pattern)) = piece.groove.lead else { return };
        let scale: [i32; 7] = if piece.harmony.0 { [0, 2, 3, 5, 7, 8, 10] } else { [0, 2, 4, 5, 7, 9, 11] };
        for (number, (from, until, _)) in self.notes(bar, pattern).into_iter().enumerate() {
            let step = [-2, -1, 1, 1, 2, -1][self.lot.below(6)];
            self.last = (self.last + step).clamp(0, 11);
            let mut note = scale[self.last as usize % 7] + 12 * (self.last / 7);
            if number == 0 {
                // What opens a bar is of the chord, as near as may be.
                let near = |above: &i32| {
                    (0..24)
                        .filter(|other| (other - chord.0 - above).rem_euclid(12) == 0)
                        .min_by_key(|other: &i32| (other - note).abs())
                };
                note = chord.1.iter().filter_map(near).min_by_key(|other| (other - note).abs()).unwrap_or(note);
            }
            self.sound(who, 62 + (piece.tonic - 2).rem_euclid(12) + note, from, until, piece.levels[3]);
        }
    }

    fn sound(&mut self, who: Tone, note: i32, at_secs: f64, until_secs: f64, gain: f64) {
        let bend = match self.piece.curve {
            Some((curve, true)) => {
                let beat = self.times_secs.partition_point(|secs| *secs < at_secs) as f64 / 4.0;
                curve(beat)
            }
            _ => 1.0,
        };
        let hz = bend * 440.0 * ((f64::from(note) - 69.0 + self.piece.tuning) / 12.0).exp2();
        let secs = (until_secs - at_secs).max(0.05);
        tone(&mut self.band, who, Note { hz, at_secs, secs, gain }, self.lot.noise());
    }

    /// Beginning and end of the notes of a bar, and what is written.
    fn notes(&mut self, bar: usize, pattern: &str) -> Vec<(f64, f64, u8)> {
        let steps = self.piece.steps();
        let mut notes: Vec<(f64, f64, u8)> = Vec::new();
        for step in 0..steps {
            let until = self.step_secs(bar, (step + 1) as f64);
            match pattern.as_bytes()[(bar * steps + step) % pattern.len()] {
                b'.' => {}
                b'-' => notes.iter_mut().last().into_iter().for_each(|note| note.1 = until),
                what => {
                    let from = self.hand_secs(bar, step as f64);
                    notes.push((from, until, what));
                }
            }
        }
        notes
    }

    fn mixed(mut self) -> Stereo {
        let piece = self.piece;
        self.kicks_secs.sort_by(f64::total_cmp);
        let room = hall(&self.band, RATE_HZ);
        let (mut next, mut last) = (0, f64::MIN);
        for frame in 0..self.band.num_frames() {
            let secs = frame as f64 / RATE_HZ;
            while next < self.kicks_secs.len() && self.kicks_secs[next] <= secs {
                last = self.kicks_secs[next];
                next += 1;
            }
            let duck = (1.0 - piece.groove.duck * (-(secs - last) / 0.1).exp()) as f32;
            let (drums, wet) = (piece.levels[0] as f32, piece.hall as f32);
            let mut noise = || (piece.hiss * self.lot.noise().next()) as f32;
            let mix = |drum: f32, band: f32, room: f32, hiss: f32| {
                let sum = drums * drum + duck * (band + wet * room) + hiss;
                (piece.drive as f32 * sum).tanh() * 0.9
            };
            let hiss = [noise(), noise()];
            self.drums.left[frame] = mix(self.drums.left[frame], self.band.left[frame], room.left[frame], hiss[0]);
            self.drums.right[frame] = mix(self.drums.right[frame], self.band.right[frame], room.right[frame], hiss[1]);
        }
        self.drums
    }
}

#[cfg(test)]
mod tests {
    use super::super::pieces;
    use super::*;

    /// By ear, so to speak: the first stroke of a bar begins where the truth has the bar's first beat.
    #[test]
    fn what_opens_a_bar_is_heard_on_its_beat() {
        let mut heard = 0;
        for (name, piece) in pieces() {
            let opens = |(_, pattern): &(Hit, &str)| !pattern.starts_with('.');
            if piece.groove.hands_ms > 0.0 || !piece.groove.drums.iter().any(opens) {
                continue;
            }
            for bar in [0, 8] {
                let mut player = Player::new(&piece);
                let told = player.beat_secs((bar * piece.groove.bar.0) as f64);
                player.drums = Stereo::silence(((told + 0.1) * RATE_HZ) as usize);
                player.drums(bar, ALL);
                let onset = player.drums.left.iter().position(|sample| sample.abs() > 0.003).expect("a sound");
                let late_ms = (onset as f64 / RATE_HZ - told) * 1e3;
                assert!((0.0..0.7).contains(&late_ms), "{name}: bar {bar} is heard {late_ms} ms late");
                heard += 1;
            }
        }
        assert!(heard > 60, "{heard}");
    }
}
