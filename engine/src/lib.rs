//! The engine of Echelon: musical time, the audio graph, decks, actions and safety.
//!
//! Pure: it knows no host, window, socket, file or wall clock, and starts no thread.
#![forbid(unsafe_code)]

pub mod action;
pub mod clock;
pub mod deck;
pub mod dsp;
pub mod graph;
pub mod input;
pub mod message;
pub mod mixer;
pub mod safety;
pub mod units;
