//! The graph engine from outside: two halves, edits while it sounds, and what must never click, allocate or differ.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests: small figures, and a failure is what a panic is for"
)]

mod costs;
mod edits;
mod equality;
mod errors;
mod faults;
mod partition;
mod sound;
mod support;
