//! The engine of Echelon: musical time, the audio graph, decks, actions and safety.
//!
//! Pure: it knows no host, window, socket, file or wall clock, and starts no thread.
#![deny(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the figures in tests are small")
)]

pub mod action;
pub mod clock;
pub mod console;
pub mod deck;
pub mod dsp;
pub mod graph;
pub mod input;
pub mod log;
pub mod message;
pub mod midi;
pub mod mixer;
pub mod processor;
pub mod rig;
pub mod safety;
pub mod shadow;
pub mod telemetry;
pub mod units;

// The guides' examples are compiled and run with the documentation's tests.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../docs/scheduler.md")]
    struct Scheduler;
    #[doc = include_str!("../../docs/safety.md")]
    struct Safety;
    #[doc = include_str!("../../docs/quantization.md")]
    struct Quantization;
    #[doc = include_str!("../../docs/recipes.md")]
    struct Recipes;
}
