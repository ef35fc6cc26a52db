//! The plugin from the outside: mini-hosts in both formats, OSC over UDP, real files.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "frame counts of tests are small, and a wrong one fails the test"
)]

mod action_executor;
mod analysis;
mod automation;
mod bad_input;
mod bounce;
mod bridge;
mod decks;
mod inputs;
mod instances;
mod key_lock;
mod midi;
mod midi_learn;
mod missing;
mod moved;
mod names;
#[cfg(target_os = "linux")]
mod odd_names;
mod osc_port;
mod quantized_start;
mod recipes;
mod safety_osc;
mod saved_rules;
mod sound;
mod stage;
mod state;
mod streaming;
