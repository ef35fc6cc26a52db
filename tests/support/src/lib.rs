//! Scripted CLAP and VST3 mini-hosts and the other tools of Echelon's tests.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "frame counts and sizes of tests are small, and a wrong one fails the test"
)]

pub mod blocks;
pub mod buses;
mod clap;
pub mod compare;
pub mod display;
mod entries;
pub mod events;
mod format;
pub mod guard;
mod host;
pub mod osc;
pub mod params;
mod record;
pub mod recording;
mod setup;
mod sides;
pub mod signals;
mod sound;
pub mod temp;
pub mod transport;
mod vst3;
mod wait;

pub use blocks::Blocks;
pub use buses::BusFault;
pub use events::{Delivery, Event, OutEvent, OutKind};
pub use format::{Format, for_each_format};
pub use host::{MainThread, MiniHost};
pub use osc::OscClient;
pub use record::Request;
pub use recording::{Recording, Status};
pub use setup::Setup;
pub use sound::Sound;
pub use temp::TempDir;
pub use transport::{Edges, Move, Quirk, Transport};
pub use wait::{PATIENCE, wait_for, wait_until};

/// Runs `body` and puts back the panic hook that was there before: the plugin's entry installs its logger's own, which
/// would hide panics of tests from the test harness.
fn keep_panic_hook(body: impl FnOnce()) {
    let hook = std::panic::take_hook();
    body();
    std::panic::set_hook(hook);
}
