//! A drawn piece: everything that is decided before a note is played.

use super::super::score::Feel;
use super::super::sounds::Timbre;
use super::grooves::{Feels, Groove};
use super::harmony::Progression;
use super::lot::Lot;
use super::voices::Voice;

/// A piece of music whose truth is known.
pub struct Piece {
    pub seed: u64,
    pub bpm: f64,
    pub feel: Feel,
    pub groove: &'static Groove,
    pub bass: &'static str,
    pub bass_voice: Voice,
    pub chords: &'static str,
    pub chord_voice: Voice,
    /// Who plays the melody, if there is one.
    pub lead: Option<Voice>,
    /// Notes through the chord in sixteenths.
    pub has_run: bool,
    /// Semitones above C.
    pub tonic: i32,
    /// That of the verse gives the mode; a chorus has another one.
    pub verse: Progression,
    pub chorus: Progression,
    /// Semitones that everything is tuned above 440 Hz.
    pub tuning: f64,
    pub first_secs: f64,
    pub hands_ms: f64,
    /// How deep kicks duck the rest, 0..1.
    pub duck: f64,
    /// Bars before the drums come in, 0 for none, and whether it is they that come alone.
    pub intro_bars: u32,
    pub drums_first: bool,
    /// Level of the drums and of the band.
    pub levels: [f64; 2],
    /// Noise under everything.
    pub hiss: f64,
    /// By how many dB the whole rises and falls, slowly.
    pub swell_db: f64,
    /// The tempo's movement, of the tempo: how far and how fast (in beats), and how much it gains in all by the beat.
    pub sway: Option<(f64, f64, f64)>,
}

impl Piece {
    /// Of this kind of music; with a tempo that moves if wanted.
    pub fn draw(seed: u64, groove: &'static Groove, all: &'static [Progression], moves: bool) -> Self {
        let lot = &mut Lot::new(seed);
        let verse = *lot.of(all);
        let same_mode: Vec<Progression> = all.iter().copied().filter(|other| other.0 == verse.0).collect();
        let chorus = if verse.1.len() == 1 || lot.chance(0.4) { verse } else { *lot.of(&same_mode) };
        let chorus = if chorus.1.len() == 1 { verse } else { chorus };
        let bpm = tempo(lot, groove);
        let hands_ms = if groove.hands { lot.within(1.5, 6.0) } else { 0.0 };
        Self {
            seed,
            bpm,
            feel: feel(lot, groove, bpm),
            groove,
            bass: *lot.of(groove.bass),
            bass_voice: Voice::Of(*lot.of(&[Timbre::Sub, Timbre::Pluck, Timbre::Square, Timbre::Sub])),
            chords: *lot.of(groove.chords),
            chord_voice: *lot.of(if groove.hands { &PLAYED } else { &MADE }),
            lead: lot.chance(0.6).then(|| *lot.of(&LEADS)),
            has_run: lot.chance(0.2),
            tonic: (lot.below(12)) as i32,
            verse,
            chorus,
            tuning: if lot.chance(0.7) { 0.0 } else { lot.within(-0.4, 0.4) },
            first_secs: if lot.chance(0.4) { 0.0 } else { lot.within(0.05, 2.5) },
            hands_ms,
            duck: if groove.hands { 0.0 } else { lot.within(0.0, 0.7) },
            intro_bars: if lot.chance(0.5) { 0 } else { 4 },
            drums_first: lot.chance(0.5) && !groove.drums.is_empty(),
            levels: [lot.within(0.5, 0.9), lot.within(0.6, 1.3)],
            hiss: if lot.chance(0.3) { lot.within(0.002, 0.012) } else { 0.000_5 },
            swell_db: lot.within(0.0, 5.0),
            sway: moves.then(|| (lot.within(0.003, 0.02), lot.within(7.0, 40.0), lot.within(-0.000_4, 0.000_4))),
        }
    }

    pub const fn is_minor(&self) -> bool {
        self.verse.0
    }
}

const PLAYED: [Voice; 4] = [Voice::Of(Timbre::Keys), Voice::Organ, Voice::Guitar, Voice::Of(Timbre::Keys)];
const MADE: [Voice; 5] =
    [Voice::Of(Timbre::Pad), Voice::Of(Timbre::Stab), Voice::Of(Timbre::Keys), Voice::Organ, Voice::Of(Timbre::Square)];
const LEADS: [Voice; 5] = [Voice::Sung, Voice::Sung, Voice::Bell, Voice::Guitar, Voice::Of(Timbre::Square)];

/// Whole numbers as often as any others.
fn tempo(lot: &mut Lot, groove: &Groove) -> f64 {
    let bpm = lot.within(groove.tempi.0, groove.tempi.1);
    if lot.chance(0.4) { bpm.round() } else { (bpm * 100.0).round() / 100.0 }
}

fn feel(lot: &mut Lot, groove: &Groove, bpm: f64) -> Feel {
    match groove.feels {
        Feels::Straight => Feel::Straight,
        Feels::Sixteenths if lot.chance(0.5) => Feel::Straight,
        Feels::Sixteenths => Feel::Swing16(lot.within(0.54, 0.64)),
        // The faster, the more even.
        Feels::Eighths => Feel::Swing8(lot.within(0.6, 0.68) - 0.04 * ((bpm - 120.0) / 70.0).clamp(0.0, 1.0)),
    }
}
