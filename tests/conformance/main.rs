//! The rules of the formats that the public validators check (clap-validator, pluginval, Steinberg's validator), and some
//! that they do not. `docs/conformance.md` says which test is for which rule; what other test programs assert already is
//! not repeated here.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "sizes and counts of tests are small"
)]

mod bare_clap;
mod bare_vst3;
mod blocks;
mod buses;
mod fuzzed;
mod golden;
mod inputs;
mod killed;
mod library;
mod pages;
mod saved;
#[path = "../integration/stage.rs"]
#[allow(dead_code, reason = "shared with the integration tests, which use all of it")]
mod stage;
mod threads;
mod transport;
mod undo;
mod values;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Tests of which each makes many instances take turns: a machine of two cores has enough to do with one of them.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}
