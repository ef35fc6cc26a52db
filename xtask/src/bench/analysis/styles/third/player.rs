//! Plays a piece of the third blind set.

use super::super::RATE_HZ;
use super::super::drawn::Lot;
use super::super::score::Feel;
use super::clock::Clock;
use super::drums::{Drum, strike};
use super::harmony::{Chord, voiced};
use super::master::{finish, mixed};
use super::piece::{Piece, Role, Section};
use super::voices::{Note, Voice, sound};
use crate::music::{Filter, Stereo, note_hz};

/// A piece on its way to a track.
pub struct Player<'a> {
    piece: &'a Piece,
    pub clock: Clock,
    lot: Lot,
    pub drums: Stereo,
    band: Stereo,
    kicks_secs: Vec<f64>,
    /// What chords, pads and arpeggios had last.
    before: [Vec<i32>; 3],
    /// What kits and players differ by, 0..1.
    knobs: [f64; 8],
}

/// What a part does in a bar: beginning and end, its sign, its chord and its step.
struct Event {
    from_secs: f64,
    until_secs: f64,
    sign: u8,
    chord: Chord,
    step: usize,
}

impl<'a> Player<'a> {
    pub fn new(piece: &'a Piece) -> Self {
        let mut lot = Lot::new(piece.seed());
        let knobs = [(); 8].map(|()| lot.part());
        let (drums, band) = (Stereo::default(), Stereo::default());
        Self { piece, clock: piece.clock(), lot, drums, band, kicks_secs: vec![], before: Default::default(), knobs }
    }

    /// Points of (beat, seconds), as they are heard.
    pub fn beats(&self) -> Vec<(f64, f64)> {
        let beats = (0..).map(f64::from).map(|beat| (beat, self.clock.heard_secs(beat)));
        beats.take_while(|(_, secs)| *secs < self.piece.secs).collect()
    }

    /// All of it.
    pub fn play(mut self) -> Stereo {
        // A tape that runs fast needs some more.
        let frames = ((self.piece.secs + 0.5) * RATE_HZ) as usize;
        (self.drums, self.band) = (Stereo::silence(frames), Stereo::silence(frames));
        let mut bar = 0;
        while self.clock.beat_secs((bar * self.piece.bar.0) as f64) < self.piece.secs + 0.5 {
            self.bar(bar);
            bar += 1;
        }
        self.kicks_secs.sort_by(f64::total_cmp);
        let beat_secs = 60.0 / self.piece.bpm;
        let mix = mixed(self.piece, self.drums, &self.band, &self.kicks_secs, beat_secs);
        finish(self.piece, mix, &self.clock, &mut self.lot)
    }

    /// The section of a bar, and which bar of it that is. The last one goes on.
    fn section(&self, bar: usize) -> (&'a Section, usize) {
        let mut left = bar;
        let form = &self.piece.form;
        for (index, section) in form.iter().enumerate() {
            if left < section.bars || index + 1 == form.len() {
                return (section, left % section.bars);
            }
            left -= section.bars;
        }
        (&form[0], 0)
    }

    fn bar(&mut self, bar: usize) {
        let (section, at) = self.section(bar);
        let plays = |layer: char| section.plays.contains(['*', layer]);
        let is_last = at + 1 == section.bars;
        let fill = (is_last && section.marks.contains('/')).then(|| self.knobs[7]);
        for (number, (drum, pattern)) in self.piece.drums.iter().enumerate() {
            if plays(drum.layer()) {
                self.drum(bar, number, *drum, pattern, fill);
            }
        }
        if let Some(kind) = fill {
            self.fill(bar, kind);
        }
        if section.marks.contains('^') && at == 0 {
            self.hit(Drum::Crash, bar, 0.0, 0.7);
        }
        let rolls = section.bars.min(4);
        if section.marks.contains('!') && at + rolls >= section.bars {
            self.roll(bar, section.bars - at, rolls);
        }
        for number in 0..self.piece.parts.len() {
            let layer = match self.piece.parts[number].0 {
                Role::Bass => 'b',
                Role::Chords => 'c',
                Role::Pad => 'd',
                Role::Arp => 'a',
                Role::Lead => 'l',
            };
            if plays(layer) {
                self.part(bar, number);
            }
        }
    }

    /// When a step is: with the feel, without the hands.
    pub fn step_secs(&self, bar: usize, step: f64) -> f64 {
        let (beats, per_beat) = self.piece.bar;
        // A pair of `unit` steps each; the second comes at `late` of both.
        let swung = |unit: f64, late: f64| {
            let pair = (step / (2.0 * unit)).floor();
            let within = step / (2.0 * unit) - pair;
            let place = if within < 0.5 { 2.0 * within * late } else { late + (2.0 * within - 1.0) * (1.0 - late) };
            (pair + place) * 2.0 * unit
        };
        let place = match self.piece.feel {
            Feel::Straight => step,
            Feel::Swing16(late) => swung(per_beat as f64 / 4.0, late),
            Feel::Swing8(late) => swung(per_beat as f64 / 2.0, late),
        };
        self.clock.beat_secs((bar * beats) as f64 + place / per_beat as f64)
    }

    /// The same with the hands: most strokes are near.
    fn hand_secs(&mut self, bar: usize, step: f64) -> f64 {
        let off = (self.lot.noise().next() + self.lot.noise().next()) / 2.0;
        (self.step_secs(bar, step) + self.piece.hands_ms / 1e3 * off).max(0.0)
    }

    /// One line of the drums. In a fill the snare's layer leaves the last beat alone, and maybe the kick's.
    pub fn drum(&mut self, bar: usize, number: usize, drum: Drum, pattern: &[u8], fill: Option<f64>) {
        let steps = self.piece.steps();
        for step in 0..steps {
            let is_last_beat = step + self.piece.bar.1 >= steps;
            let makes_room = drum.layer() == 's' || drum.layer() == 'k' && fill.is_some_and(|kind| kind > 0.7);
            if is_last_beat && fill.is_some() && makes_room {
                continue;
            }
            let (gain, times) = match pattern[(bar * steps + step) % pattern.len()] {
                b'X' => (1.0, 1),
                b'x' => (0.8, 1),
                b'o' => (0.5, 1),
                b',' => (0.24, 1),
                b'2' => (0.55, 2),
                b'3' => (0.5, 3),
                _ => continue,
            };
            // No two bars of a player are alike in what is soft.
            if self.piece.hands_ms > 0.0 && gain < 0.4 && self.lot.chance(0.15) {
                continue;
            }
            for time in 0..times {
                let at = step as f64 + f64::from(time) / f64::from(times);
                let knob = self.knobs[number % 6];
                self.hit_with(drum, bar, at, gain, knob);
            }
        }
    }

    fn hit(&mut self, drum: Drum, bar: usize, step: f64, gain: f64) {
        self.hit_with(drum, bar, step, gain, self.knobs[6]);
    }

    fn hit_with(&mut self, drum: Drum, bar: usize, step: f64, gain: f64, knob: f64) {
        let secs = self.hand_secs(bar, step);
        if drum.layer() == 'k' {
            self.kicks_secs.push(secs);
        }
        let touch = if self.piece.hands_ms > 0.0 { self.lot.within(0.8, 1.0) } else { self.lot.within(0.95, 1.0) };
        strike(&mut self.drums, drum, knob, secs, 0.8 * gain * touch, self.lot.noise());
    }

    /// The drum of the backbeat, or a stick.
    fn own_snare(&self) -> Drum {
        let mut drums = self.piece.drums.iter().map(|(drum, _)| *drum);
        drums.find(|drum| drum.layer() == 's').unwrap_or(Drum::Block)
    }

    /// Over the last beat.
    fn fill(&mut self, bar: usize, kind: f64) {
        let (beats, per_beat) = self.piece.bar;
        let (begins, snare) = ((beats - 1) * per_beat, self.own_snare());
        for step in 0..per_beat {
            let (part, at) = (step as f64 / per_beat as f64, (begins + step) as f64);
            let (drum, gain) = match (kind * 10.0) as usize {
                0..=2 => (snare, 0.45 + 0.4 * part),
                3..=5 => (if part < 0.5 { Drum::Tom } else { Drum::Floor }, 0.75),
                6 => (Drum::Rim, 0.6),
                // The band takes a breath.
                _ if part < 0.5 => continue,
                _ => (snare, 0.7),
            };
            self.hit(drum, bar, at, gain);
        }
    }

    /// Up to a drop: each bar twice as many strokes, and air that rises.
    fn roll(&mut self, bar: usize, bars_left: usize, of: usize) {
        let (beats, per_beat) = self.piece.bar;
        let every = match bars_left {
            1 => 1,
            2 => per_beat.div_ceil(2),
            _ => per_beat,
        };
        let snare = self.own_snare();
        for step in (0..beats * per_beat).step_by(every) {
            let part = (of - bars_left) as f64 + step as f64 / (beats * per_beat) as f64;
            self.hit(snare, bar, step as f64, 0.25 + 0.4 * part / of as f64);
        }
        if bars_left == of {
            let from = self.step_secs(bar, 0.0);
            let secs = self.step_secs(bar + of, 0.0) - from;
            let (mut filter, noise) = (Filter::default(), self.lot.noise());
            super::super::sounds::add(&mut self.band, from, secs, 0.0, |t| {
                let part = t / secs;
                let air = filter.next(noise.next(), 500.0 * (18.0_f64).powf(part), 2.0, RATE_HZ).band;
                0.16 * part * part * air * ((secs - t) * 60.0).min(1.0)
            });
        }
    }

    /// What a part plays in a bar. A note that is held is struck again where the chord changes.
    fn events(&mut self, bar: usize, pattern: &[u8]) -> Vec<Event> {
        let steps = self.piece.steps();
        let chords = &self.piece.chords[bar % self.piece.chords.len()];
        let mut events: Vec<Event> = vec![];
        let at = |step: usize| pattern[(bar * steps + step) % pattern.len()];
        for step in 0..steps {
            let until_secs = self.step_secs(bar, (step + 1) as f64);
            let chord = chords[step * chords.len() / steps];
            let mut sign = at(step);
            if sign == b'~' {
                match events.last_mut() {
                    Some(event) if event.chord == chord => {
                        event.until_secs = until_secs;
                        continue;
                    }
                    Some(event) => sign = event.sign,
                    None => sign = *pattern.iter().find(|sign| !b".~".contains(sign)).unwrap_or(&b'.'),
                }
            }
            if sign != b'.' {
                let from_secs = self.hand_secs(bar, step as f64);
                events.push(Event { from_secs, until_secs, sign, chord, step });
            }
        }
        events
    }

    fn part(&mut self, bar: usize, number: usize) {
        let (role, voice, ref pattern) = self.piece.parts[number];
        for event in self.events(bar, pattern) {
            match role {
                Role::Bass => {
                    let note = bass_note(&event);
                    self.sound(voice, note, &event, 0.42, 0.0, 0.0);
                }
                Role::Chords | Role::Pad => self.chord(role, voice, &event),
                Role::Arp => {
                    self.before[2] = voiced(event.chord, 66.0, &self.before[2]);
                    let (index, notes) = (usize::from(event.sign - b'0'), &self.before[2]);
                    let note = notes[index % notes.len()] + 12 * (index / notes.len()) as i32;
                    let side = if index % 2 == 0 { 0.25 } else { -0.25 };
                    self.sound(voice, note, &event, 0.13, side, 0.0);
                }
                Role::Lead => {
                    let note = self.lead_note(&event);
                    self.sound(voice, note, &event, 0.15, 0.08, 0.0);
                }
            }
        }
    }

    fn chord(&mut self, role: Role, voice: Voice, event: &Event) {
        let (slot, centre, level) = if role == Role::Pad { (1, 58.0, 0.075) } else { (0, 61.0, 0.11) };
        self.before[slot] = voiced(event.chord, centre, &self.before[slot]);
        let notes = self.before[slot].clone();
        let accent = match event.sign {
            b'X' => 1.25,
            b'o' => 0.6,
            _ => 1.0,
        };
        // A hand goes across the strings, low ones first.
        let strum = if matches!(voice, Voice::Steel | Voice::Nylon | Voice::Harp) { 0.005 } else { 0.0 };
        for (index, note) in notes.iter().enumerate() {
            let pan = 0.3 * (2.0 * index as f64 / notes.len() as f64 - 0.7);
            self.sound(voice, *note, event, accent * level, pan, strum * index as f64);
        }
    }

    /// Degrees of the scale. On beats what does not fit the chord gives way to the note of it that is nearest.
    fn lead_note(&self, event: &Event) -> i32 {
        let tonic = 62 + (self.piece.key.0 - 2).rem_euclid(12);
        let degree = match event.sign {
            b'v' => -3,
            b'w' => -2,
            b'z' => -1,
            digit => i32::from(digit - b'1'),
        };
        let note = tonic + self.piece.scale[degree.rem_euclid(7) as usize] + 12 * degree.div_euclid(7);
        let fits = |note: i32| event.chord.above.iter().any(|above| (note - event.chord.root - above) % 12 == 0);
        if event.step.is_multiple_of(self.piece.bar.1) {
            return [0, -1, 1, -2, 2, -3, 3].into_iter().map(|by| note + by).find(|near| fits(*near)).unwrap_or(note);
        }
        note
    }

    fn sound(&mut self, voice: Voice, note: i32, event: &Event, gain: f64, pan: f64, late_secs: f64) {
        let hz = note_hz(note) * (self.piece.tuning / 12.0).exp2();
        let at_secs = event.from_secs + late_secs;
        let secs = (event.until_secs - at_secs).max(0.04);
        let touch = if self.piece.hands_ms > 0.0 { self.lot.within(0.8, 1.0) } else { 1.0 };
        let gain = gain * touch * voice.level();
        sound(&mut self.band, voice, Note { hz, at_secs, secs, gain, pan }, self.lot.noise());
    }
}

/// Of the chord: its bass, third, fifth, seventh, octave, and the fifth below.
fn bass_note(event: &Event) -> i32 {
    let Chord { bass, root, above } = event.chord;
    let low = |class: i32| 28 + (class - 4).rem_euclid(12);
    let base = low(bass);
    let upper = |interval: i32| base + (root + interval - bass).rem_euclid(12);
    match event.sign {
        b't' => upper(above[1]),
        b'f' => upper(7),
        b's' => upper(above.get(3).copied().unwrap_or(10)),
        b'o' => base + 12,
        b'l' => base - 5,
        _ => base,
    }
}
