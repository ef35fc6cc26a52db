//! A piece of the third blind set, and how its score is read. `scores/README.txt` tells what may be written.

use anyhow::{Context, Result, bail, ensure};

use super::super::score::Feel;
use super::clock::{Clock, Movement};
use super::drums::Drum;
use super::harmony::{Chord, chord, note, scale};
use super::voices::Voice;

/// What a part does with the chords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Bass,
    Chords,
    Pad,
    Arp,
    Lead,
}

/// What became of the recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wear {
    Clean,
    /// Pressed hard, as loud as it gets.
    Hot,
    /// Crackles, rumble and hiss of a record.
    Vinyl,
    /// Nothing above so many Hz.
    Dull(f64),
    /// So many bits, and every other frame.
    Bits(f64),
    /// So many dB below full scale.
    Quiet(f64),
}

/// Bars in which the same parts play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub bars: usize,
    /// The signs of the parts, or `*`.
    pub plays: String,
    /// `/` a fill at its end, `!` a roll and a rise at its end, `^` a cymbal at its beginning.
    pub marks: String,
}

/// All that is decided before a note is played.
#[derive(Clone, Debug)]
pub struct Piece {
    pub name: String,
    pub bpm: f64,
    pub first_secs: f64,
    pub secs: f64,
    pub feel: Feel,
    /// Beats of a bar, and steps of a beat.
    pub bar: (usize, usize),
    pub hands_ms: f64,
    /// Semitones above C, and whether it is minor.
    pub key: (i32, bool),
    /// Whether the key is beyond doubt.
    pub tells_its_key: bool,
    pub scale: [i32; 7],
    /// For each bar, those that share it evenly.
    pub chords: Vec<Vec<Chord>>,
    pub drums: Vec<(Drum, Vec<u8>)>,
    pub parts: Vec<(Role, Voice, Vec<u8>)>,
    pub form: Vec<Section>,
    pub duck: f64,
    pub room: f64,
    /// Semitones that all is tuned above 440 Hz.
    pub tuning: f64,
    pub wear: Wear,
    pub movement: Movement,
}

impl Piece {
    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            bpm: 0.0,
            first_secs: 0.0,
            secs: 50.0,
            feel: Feel::Straight,
            bar: (4, 4),
            hands_ms: 0.0,
            key: (0, false),
            tells_its_key: true,
            scale: [0; 7],
            chords: vec![],
            drums: vec![],
            parts: vec![],
            form: vec![],
            duck: 0.0,
            room: 0.12,
            tuning: 0.0,
            wear: Wear::Clean,
            movement: Movement::Steady,
        }
    }

    /// Steps of a bar.
    pub const fn steps(&self) -> usize {
        self.bar.0 * self.bar.1
    }

    /// Of its name alone (FNV-1a): a piece stays as it is when others come or go.
    pub fn seed(&self) -> u64 {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        self.name.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
    }

    pub fn clock(&self) -> Clock {
        Clock::new(self.bpm, self.first_secs, self.secs, self.movement, self.seed())
    }

    /// Reads one statement.
    fn take(&mut self, statement: &str) -> Result<()> {
        let mut words = statement.split_whitespace();
        let what = words.next().context("an empty statement")?;
        let words: Vec<&str> = words.collect();
        let word = |index: usize| words.get(index).copied().with_context(|| format!("{statement}: too short"));
        let number = |index: usize| -> Result<f64> { Ok(word(index)?.parse()?) };
        match what {
            "bpm" => self.bpm = number(0)?,
            "from" => self.first_secs = number(0)?,
            "for" => self.secs = number(0)?,
            "swing8" => self.feel = Feel::Swing8(number(0)?),
            "swing16" => self.feel = Feel::Swing16(number(0)?),
            "bar" => self.bar = (word(0)?.parse()?, word(1)?.parse()?),
            "hands" => self.hands_ms = number(0)?,
            "duck" => self.duck = number(0)?,
            "room" => self.room = number(0)?,
            "tuning" => self.tuning = number(0)?,
            "key" => {
                let (tonic, rest) = note(word(0)?).with_context(|| format!("{statement}: no note"))?;
                self.key = (tonic, rest == "m");
                self.scale = scale(words.get(1).copied().unwrap_or(if self.key.1 { "minor" } else { "major" }))?;
            }
            "untold" => self.tells_its_key = false,
            "chords" => {
                for bar in &words {
                    self.chords.push(bar.split(',').map(chord).collect::<Result<_>>()?);
                }
            }
            "d" => self.drums.push((Drum::named(word(0)?)?, words[1..].concat().into_bytes())),
            "bass" | "chord" | "pad" | "arp" | "lead" => {
                let role = match what {
                    "bass" => Role::Bass,
                    "chord" => Role::Chords,
                    "pad" => Role::Pad,
                    "arp" => Role::Arp,
                    _ => Role::Lead,
                };
                self.parts.push((role, Voice::named(word(0)?)?, words[1..].concat().into_bytes()));
            }
            "form" => self.form = words.iter().map(|word| section(word)).collect::<Result<_>>()?,
            "hot" => self.wear = Wear::Hot,
            "vinyl" => self.wear = Wear::Vinyl,
            "dull" => self.wear = Wear::Dull(number(0)?),
            "bits" => self.wear = Wear::Bits(number(0)?),
            "quiet" => self.wear = Wear::Quiet(number(0)?),
            "wander" => self.movement = Movement::Wander(number(0)?),
            "ramp" => self.movement = Movement::Ramp(number(0)?),
            "tape" => self.movement = Movement::Tape(number(0)?, number(1)?),
            other => bail!("{other} is not known"),
        }
        Ok(())
    }

    fn checked(self) -> Result<Self> {
        let steps = self.steps();
        let whole = |pattern: &[u8]| {
            !pattern.is_empty() && (pattern.len().is_multiple_of(steps) || steps.is_multiple_of(pattern.len()))
        };
        ensure!(self.bpm > 0.0 && !self.chords.is_empty() && !self.form.is_empty(), "{} lacks something", self.name);
        for (drum, pattern) in &self.drums {
            ensure!(whole(pattern), "{}: {drum:?} has {} steps", self.name, pattern.len());
            ensure!(pattern.iter().all(|sign| b"Xxo,23.".contains(sign)), "{}: {drum:?}", self.name);
        }
        for (role, voice, pattern) in &self.parts {
            ensure!(whole(pattern), "{}: {role:?} has {} steps", self.name, pattern.len());
            let signs: &[u8] = match role {
                Role::Bass => b"rtfsol",
                Role::Chords | Role::Pad => b"Xxo",
                Role::Arp => b"012345678",
                Role::Lead => b"123456789vwz",
            };
            let known = |sign: &u8| signs.contains(sign) || b".~".contains(sign);
            ensure!(pattern.iter().all(known), "{}: {role:?} {voice:?} has an unknown sign", self.name);
        }
        Ok(self)
    }
}

/// `8:khb/`
fn section(text: &str) -> Result<Section> {
    let (bars, plays) = text.split_once(':').with_context(|| format!("{text} is not a section"))?;
    let (marks, plays) = plays.chars().partition(|sign| "/!^".contains(*sign));
    Ok(Section { bars: bars.parse()?, plays, marks })
}

/// The pieces of a file. A line that begins with `=` begins one; `;` separates statements, `#` begins a comment.
pub fn read(text: &str) -> Result<Vec<Piece>> {
    let mut pieces: Vec<Piece> = vec![];
    for line in text.lines() {
        // A sharp has no blank before it.
        let line = if line.starts_with('#') { "" } else { line.split(" # ").next().unwrap_or("") }.trim();
        if let Some(name) = line.strip_prefix('=') {
            pieces.push(Piece::named(name.trim()));
            continue;
        }
        for statement in line.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
            let piece = pieces.last_mut().with_context(|| format!("{line}: of which piece?"))?;
            piece.take(statement).with_context(|| format!("{}: {statement}", piece.name))?;
        }
    }
    pieces.into_iter().map(Piece::checked).collect()
}
