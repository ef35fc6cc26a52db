//! The engine of Echelon: musical time, the audio graph, decks, actions and safety.
//!
//! Pure: it knows no host, window, socket, file or wall clock, and starts no thread.

pub mod clock;
pub mod input;
pub mod units;
