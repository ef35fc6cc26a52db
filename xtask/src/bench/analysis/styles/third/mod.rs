//! A third blind set: pieces that are written down one by one, as a collection of a DJ's records is made of single
//! records. It was written by someone who had not seen the analysis or its results, before any of it was analysed.
//!
//! Tempi are at the level that pools for DJs tag them with: drum & bass at 174, dubstep, trap and drill at 140.

mod clock;
mod drums;
mod harmony;
mod master;
mod piece;
mod player;
mod still;
mod strings;
mod voices;

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, anyhow};

use self::clock::Movement;
use self::piece::Piece;
use self::player::Player;
use super::super::{Half, List, Truth, render_with};
use crate::music::{Depth, write_wav};

/// Raised whenever a track comes out differently.
const VERSION: u32 = 1;
const SCORES: [&str; 4] = [
    include_str!("scores/club.txt"),
    include_str!("scores/bass.txt"),
    include_str!("scores/songs.txt"),
    include_str!("scores/moving.txt"),
];

fn pieces() -> Result<Vec<Piece>> {
    Ok(SCORES.into_iter().map(piece::read).collect::<Result<Vec<_>>>()?.concat())
}

fn truth(piece: &Piece) -> Truth {
    match piece.movement {
        Movement::Steady => Truth::From(piece.bpm, piece.first_secs),
        _ => Truth::Moving(Player::new(piece).beats()),
    }
}

/// Renders what is not there yet, and lists it.
pub fn render(out: &Path, list: &mut List) -> Result<()> {
    let dir = out.join(format!("third{VERSION}"));
    std::fs::create_dir_all(&dir)?;
    let pieces = pieces()?;
    let wav = |name: &str| dir.join(format!("third_{name}.wav"));
    let (next, threads) = (AtomicUsize::new(0), std::thread::available_parallelism().map_or(1, usize::from));
    let work = || -> Result<()> {
        while let Some(piece) = pieces.get(next.fetch_add(1, Ordering::Relaxed)) {
            let play = |part: &Path| write_wav(part, &Player::new(piece).play(), Depth::Bits16, 44_100);
            render_with(&wav(&piece.name), play)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| -> Result<()> {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow!("a renderer panicked"))?)
    })?;
    for piece in &pieces {
        if piece.tells_its_key {
            list.add_in_key(&wav(&piece.name), &truth(piece), piece.key, Half::Third);
        } else {
            list.add_made(&wav(&piece.name), &truth(piece), Half::Third);
        }
    }
    for (what, name, secs) in still::STILL {
        let wav = wav(&format!("no_beat_{name}"));
        render_with(&wav, |part| write_wav(part, &still::play(what, secs), Depth::Bits16, 44_100))?;
        list.add_made(&wav, &Truth::Beatless, Half::Third);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
