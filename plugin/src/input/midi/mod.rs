//! MIDI mappings off the audio thread: files, names, learning, and the desk at which the editor works on them.
//!
//! The engine does what a mapping says (`echelon_engine::midi`); here a [`MidiMap`] is read, changed and compiled for it.

mod aim;
mod desk;
mod file;
mod learn;
mod map;
mod mapping;
#[cfg(feature = "standalone")]
pub mod ports;
mod recording;
mod shipped;
mod words;

pub use aim::{Aim, aim};
pub use desk::{DeskError, LearnView, LineView, MidiDesk, MidiView};
pub use file::{MapFileError, SavedMap};
pub use learn::{Heard, Learned, infer};
pub use map::{Compiled, MapLight, MapLine, MapMode, MapSource, MidiMap, To};
pub use mapping::{MappingError, MidiMapping};
pub use recording::MidiLearn;
pub use shipped::{SHIPPED, shipped};
pub use words::{message_words, parse_source};

#[cfg(test)]
mod tests;
