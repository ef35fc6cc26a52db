//! The program behind `cargo xtask report`: `echelon-report MUSIC DRUMS FOLDER`. Plays through the real plugin in the mini-host,
//! measures what came out, and writes the numbers that the pictures are drawn from.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "frames, bins and counts of a measurement are small and not negative"
)]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

mod responses;
mod stretch;
mod track;

/// Frames a second, of everything here.
const SAMPLE_RATE: f64 = 48_000.0;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(music), Some(drums), Some(folder), None) = (args.next(), args.next(), args.next(), args.next()) else {
        eprintln!("usage: echelon-report MUSIC DRUMS FOLDER");
        return ExitCode::from(2);
    };
    let (Some(music), Some(drums)) = (music.to_str(), drums.to_str()) else {
        eprintln!("error: the music's path is not UTF-8");
        return ExitCode::from(2);
    };
    let written = write(&folder.join("responses.json"), &responses::measure())
        .and_then(|()| write(&folder.join("stretch.json"), &stretch::measure(drums)))
        .and_then(|()| write(&folder.join("track.json"), &track::measure(music)));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn write(path: &Path, what: &impl Serialize) -> std::io::Result<()> {
    std::fs::write(path, serde_json::to_vec(what)?)
}
