//! A piece of the second blind set: what is decided before a note is played.

use super::super::drawn::Lot;
use super::super::score::Feel;
use super::groove::{Feels, Form, Groove, Progression};

/// By what the tempo at a beat is multiplied.
pub type Curve = fn(f64) -> f64;

/// Who comes in first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intro {
    Everybody,
    /// Kick and hats.
    Drums,
    /// Chords and melody; nobody keeps time.
    Chords,
    /// Only what is shaken and what is played with fingers.
    Light,
}

/// See above.
pub struct Piece {
    pub seed: u64,
    pub bpm: f64,
    pub feel: Feel,
    pub groove: &'static Groove,
    pub harmony: Progression,
    /// Semitones above C.
    pub tonic: i32,
    /// Semitones above 440 Hz that all are tuned to.
    pub tuning: f64,
    pub first_secs: f64,
    pub intro: (Intro, usize),
    /// Bars without drums before the music comes back.
    pub break_bars: usize,
    pub hands_ms: f64,
    /// What kits differ by, 0..1.
    pub kit: [f64; 8],
    /// Levels of drums, bass, chords and melody.
    pub levels: [f64; 4],
    /// How much room there is, and how much noise.
    pub hall: f64,
    pub hiss: f64,
    /// How hard the whole is pressed.
    pub drive: f64,
    /// The tempo's movement; and whether the pitch goes with it, as on a tape.
    pub curve: Option<(Curve, bool)>,
}

impl Piece {
    pub fn draw(seed: u64, groove: &'static Groove, curve: Option<(Curve, bool)>) -> Self {
        let lot = &mut Lot::new(seed);
        let bpm = lot.within(groove.tempi.0, groove.tempi.1);
        // As records come: many at whole numbers, some at halves, the others anywhere.
        let bpm = match lot.below(5) {
            0 | 1 => bpm.round(),
            2 => (bpm * 2.0).round() / 2.0,
            _ => (bpm * 100.0).round() / 100.0,
        };
        let intros: &[(Intro, usize)] = match groove.form {
            Form::Club => &[(Intro::Drums, 8), (Intro::Drums, 4), (Intro::Light, 4), (Intro::Chords, 4)],
            Form::Song => &[(Intro::Everybody, 0), (Intro::Chords, 2), (Intro::Light, 4), (Intro::Drums, 1)],
            Form::Loop => &[(Intro::Everybody, 0), (Intro::Everybody, 0), (Intro::Chords, 2)],
        };
        Self {
            seed,
            bpm,
            feel: match groove.feels {
                Feels::Straight => Feel::Straight,
                Feels::Sixteenths(from, to) => Feel::Swing16(lot.within(from, to)),
                Feels::Eighths(from, to) => Feel::Swing8(lot.within(from, to)),
            },
            groove,
            harmony: *lot.of(groove.harmony),
            tonic: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11][lot.below(12)],
            tuning: if lot.chance(0.75) { 0.0 } else { lot.within(-0.35, 0.35) },
            first_secs: if lot.chance(0.35) { 0.0 } else { lot.within(0.02, 1.8) },
            intro: *lot.of(intros),
            break_bars: match groove.form {
                Form::Club => *lot.of(&[4, 8, 8]),
                Form::Song => *lot.of(&[0, 4]),
                Form::Loop => 0,
            },
            hands_ms: groove.hands_ms * lot.within(0.5, 1.0),
            kit: [(); 8].map(|()| lot.part()),
            levels: [lot.within(0.7, 1.0), lot.within(0.22, 0.34), lot.within(0.08, 0.13), lot.within(0.09, 0.16)],
            hall: lot.within(0.0, 0.22),
            hiss: if lot.chance(0.25) { lot.within(0.001, 0.008) } else { 0.000_2 },
            drive: lot.within(0.6, 1.5),
            curve,
        }
    }

    /// Steps of a bar.
    pub const fn steps(&self) -> usize {
        self.groove.bar.0 * self.groove.bar.1
    }
}
