//! A deck: a track and a playhead, with declicked starts, stops and seeks.

mod node;
mod side;
mod track;
mod voice;

pub use node::{DeckNode, LoadRefused, Undone};
pub use track::{Track, TrackError};
