//! A deck: a track and a playhead, with declicked starts, stops and seeks.

mod grid;
mod latest;
mod node;
mod side;
mod track;
mod voice;

pub use grid::{BeatGrid, GridError, MAX_GRID_PLACES};
pub use latest::MAX_CHANGES;
pub use node::{DeckNode, LoadRefused, Undone};
pub use track::{Track, TrackError};
