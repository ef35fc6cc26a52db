//! Pieces that are drawn by lot, many of each kind: one half to tune the analysis on, the other held out. The halves share
//! neither grooves nor progressions nor seeds.

mod band;
mod grooves;
mod harmony;
mod lot;
mod piece;
mod voices;

use std::path::Path;

use anyhow::Result;

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
/// Steady pieces of each groove, and grooves that a piece with a moving tempo is made of.
const OF_EACH: u64 = 3;
const MOVING: usize = 6;

/// Renders what is not there yet, and lists it.
pub fn render(out: &Path, list: &mut List) -> Result<()> {
    let dir = out.join(format!("drawn{VERSION}"));
    std::fs::create_dir_all(&dir)?;
    let halves: [(Half, &'static [Groove], &'static [Progression], u64); 2] =
        [(Half::Tune, grooves::TUNE, harmony::TUNE, 0x71), (Half::Held, grooves::HELD, harmony::HELD, 0xa5_0000)];
    for (half, grooves, progressions, seeds) in halves {
        for number in 0..OF_EACH * grooves.len() as u64 {
            let groove = &grooves[number as usize % grooves.len()];
            let piece = Piece::draw(seeds + number, groove, progressions, false);
            one(&dir, &format!("{}_{number:02}_{}_{}", half.name(), groove.name, piece.bpm), &piece, half, list)?;
        }
        for (number, groove) in grooves.iter().filter(|groove| !groove.drums.is_empty()).take(MOVING).enumerate() {
            let piece = Piece::draw(seeds + 0x8000 + number as u64, groove, progressions, true);
            one(&dir, &format!("{}_moving_{number}_{}", half.name(), groove.name), &piece, half, list)?;
        }
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
