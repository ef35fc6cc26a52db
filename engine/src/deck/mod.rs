//! A deck: a track and a playhead, with declicked starts, stops and seeks.

mod node;
mod track;
mod voice;

pub use node::{DeckNode, LoadRefused};
pub use track::{Track, TrackError};
