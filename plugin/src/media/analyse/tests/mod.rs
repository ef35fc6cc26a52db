//! Tests of the analysis, on tracks that are made here, the same each time.

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
