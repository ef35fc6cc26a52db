//! The same again: a session from its log, a bounce from its project, at any block size, bit for bit.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests: small figures, and a failure is what a panic is for"
)]

mod blocks;
mod session;
mod sessions;
