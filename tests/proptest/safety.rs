//! What holds for any actions in any order: locks, cooldowns, masks, answers, states, tracks.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests: small figures, and a failure is what a panic is for"
)]

mod edge_cases;
mod locks;
mod million;
mod policy;
mod threads;
