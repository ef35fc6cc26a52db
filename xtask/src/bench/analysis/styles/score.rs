//! What a made track is: its layers, its feel, its key and its tempo.

use super::sounds::{Drum, Timbre};

/// A drum and its steps of a sixteenth: `x` is loud, `o` is soft; shorter patterns repeat.
pub type Line = (Drum, &'static str);

/// Which layers the first bars have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intro {
    /// All of them.
    None,
    /// So many bars of chords and little else.
    Chords(u32),
    /// So many bars of quiet hats.
    Hats(u32),
    /// So many bars of kicks.
    Kicks(u32),
}

/// Where the off-beats are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Feel {
    Straight,
    /// The second of two sixteenths is at this part of an eighth.
    Swing16(f64),
    /// The second of two eighths is at this part of a beat.
    Swing8(f64),
}

/// A track whose truth is known because it is made of it.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub name: &'static str,
    pub bpm: f64,
    pub feel: Feel,
    pub drums: &'static [Line],
    /// Steps of the bass; it plays the root.
    pub bass: &'static str,
    pub bass_timbre: Timbre,
    /// Steps of the chords; `-` holds on.
    pub chords: &'static str,
    pub chord_timbre: Timbre,
    /// Steps of a run of notes through the chord; empty for none.
    pub run: &'static str,
    /// Semitones above C, and whether it is minor.
    pub key: (i32, bool),
    /// A degree of the scale for each bar.
    pub progression: &'static [usize],
    pub intro: Intro,
    /// When the first bar begins.
    pub first_secs: f64,
    /// How exact the hands are.
    pub hands_ms: f64,
    /// How deep the kick ducks the rest, 0..1.
    pub duck: f64,
    /// Whether the kick is heard.
    pub kick_heard: bool,
    /// The tempo at a beat, of the tempo.
    pub curve: Option<fn(f64) -> f64>,
}
