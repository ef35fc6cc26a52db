//! Pieces that are drawn by lot, many of each kind: some to tune the analysis on, others held out, others blind. What was
//! tuned on shares neither grooves nor progressions nor seeds with the rest.

mod band;
mod blind;
mod free;
mod grooves;
mod harmony;
mod lot;
mod made;
mod more;
mod piece;
mod played;
mod voices;

use std::path::Path;

use anyhow::Result;

pub use self::lot::Lot;

use self::band::Band;
use self::grooves::Groove;
use self::harmony::Progression;
use self::piece::Piece;
use super::super::{Half, List, Truth, render_with};
use crate::music::{Depth, write_wav};

/// Raised whenever a track comes out differently.
const VERSION: u32 = 1;
/// Length of a piece.
const SECS: f64 = 46.0;
/// As many as most sets have, of each groove and of those with a moving tempo.
const OF_EACH: u64 = 3;
const MOVING: usize = 6;

/// As many as there are of each kind without a beat, and the seed of the first one.
const FREE: u64 = 2;
const FREE_SEED: u64 = 0xf3_0000;

/// Pieces of one kind.
struct Set {
    half: Half,
    /// Of the files' names.
    name: &'static str,
    grooves: &'static [Groove],
    progressions: &'static [Progression],
    /// Of the first piece.
    seed: u64,
    /// Steady ones of each groove, and grooves that one with a moving tempo is made of.
    of_each: u64,
    moving: usize,
}

const SETS: [Set; 6] = [
    Set {
        half: Half::Tune,
        name: "tune",
        grooves: grooves::TUNE,
        progressions: harmony::TUNE,
        seed: 0x71,
        of_each: OF_EACH,
        moving: MOVING,
    },
    Set {
        half: Half::Held,
        name: "held",
        grooves: grooves::HELD,
        progressions: harmony::HELD,
        seed: 0xa5_0000,
        of_each: OF_EACH,
        moving: MOVING,
    },
    Set {
        half: Half::Tune,
        name: "more",
        grooves: more::MORE,
        progressions: harmony::TUNE,
        seed: 0xc3_0000,
        of_each: OF_EACH,
        moving: 0,
    },
    Set {
        half: Half::Tune,
        name: "made",
        grooves: made::MADE,
        progressions: harmony::TUNE,
        seed: 0x10_0000,
        of_each: 2,
        moving: MOVING,
    },
    Set {
        half: Half::Tune,
        name: "played",
        grooves: played::PLAYED,
        progressions: harmony::TUNE,
        seed: 0x11_0000,
        of_each: 2,
        moving: MOVING,
    },
    Set {
        half: Half::Blind,
        name: "blind",
        grooves: blind::BLIND,
        progressions: harmony::HELD,
        seed: 0xe7_0000,
        of_each: OF_EACH,
        moving: MOVING,
    },
];

/// Of all grooves.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    SETS.iter().flat_map(|set| set.grooves).map(|groove| groove.name)
}

/// Renders what is not there yet, and lists it.
pub fn render(out: &Path, list: &mut List) -> Result<()> {
    let dir = out.join(format!("drawn{VERSION}"));
    std::fs::create_dir_all(&dir)?;
    for Set { half, name, grooves, progressions, seed, of_each, moving } in SETS {
        for number in 0..of_each * grooves.len() as u64 {
            let groove = &grooves[number as usize % grooves.len()];
            let piece = Piece::draw(seed + number, groove, progressions, false);
            one(&dir, &format!("{name}_{number:02}_{}_{}", groove.name, piece.bpm), &piece, half, list)?;
        }
        for (number, groove) in grooves.iter().filter(|groove| !groove.drums.is_empty()).take(moving).enumerate() {
            let piece = Piece::draw(seed + 0x8000 + number as u64, groove, progressions, true);
            one(&dir, &format!("{name}_moving_{number}_{}", groove.name), &piece, half, list)?;
        }
    }
    free(&dir, list)
}

/// What has no beat.
fn free(dir: &Path, list: &mut List) -> Result<()> {
    for number in 0..FREE * free::KINDS.len() as u64 {
        let kind = &free::KINDS[number as usize % free::KINDS.len()];
        let wav = dir.join(format!("free_{number:02}_{}.wav", kind.name));
        render_with(&wav, |part| write_wav(part, &kind.render(FREE_SEED + number), Depth::Bits16, 44_100))?;
        list.add_made(&wav, &Truth::Beatless, Half::of(kind.name));
    }
    Ok(())
}

fn one(dir: &Path, name: &str, piece: &Piece, half: Half, list: &mut List) -> Result<()> {
    let band = Band::new(piece);
    let truth = match piece.sway {
        None => Truth::From(piece.bpm, piece.first_secs),
        Some(_) => Truth::Moving(band.beats()),
    };
    let wav = dir.join(format!("{name}.wav"));
    render_with(&wav, |part| write_wav(part, &band.play(), Depth::Bits16, 44_100))?;
    list.add_in_key(&wav, &truth, (piece.tonic, piece.is_minor()), half);
    Ok(())
}
