//! The clock against simulated hosts: exact ones, rounding ones, lying ones, looping, jumping and stopping ones.
//!
//! `cargo test -p echelon_engine --test clock -- --nocapture` prints what was measured.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests: small figures, and a failure is what a panic is for"
)]

mod bars;
mod calls;
mod errors;
mod host;
mod link;
mod loops;
mod places;
mod properties;
mod ramps;
mod rig;
mod stops;
