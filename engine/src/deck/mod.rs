//! A deck: a track and a playhead, with declicked starts, stops and seeks.

mod track;

pub use track::{Track, TrackError};
