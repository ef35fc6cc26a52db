//! Tests of the analysis, on tracks that are made here, the same each time.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "samples are f32, and counts of tests are small; a wrong one fails the test"
)]

mod grooves;
mod key;
mod loudness;
mod rhythm;
mod service;
mod synth;
mod waveform;

use echelon_engine::deck::Track;

use super::{Analysis, analyse};

fn analysis(track: &Track) -> Analysis {
    analyse(track, &|_| {}, &|| false).unwrap()
}
