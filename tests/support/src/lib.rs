//! Scripted CLAP and VST3 mini-hosts, and the other tools of Echelon's tests.
//!
//! A mini-host calls the plugin's real C entry points, the ones that its bundles export, with exact control over
//! everything a host decides: transport, events, block sizes, buses, threads. One test body runs in both formats:
//!
//! ```ignore
//! use echelon_engine::units::DeckId;
//! use support::{Blocks, Event, Setup, TempDir, Transport, for_each_format, signals};
//!
//! #[test]
//! fn a_deck_starts_on_the_bar() {
//!     let folder = TempDir::new("bar");
//!     let file = folder.wav("ramp.wav", 48_000, &signals::ramp(100_000));
//!     for_each_format(|format| {
//!         let setup = Setup::new().blocks(Blocks::Fixed(127)).transport(Transport::rolling(126.0));
//!         let mut host = setup.open(format);
//!         let mut osc = host.osc();
//!         let load = osc.call("/deck/a/load", &[file.as_str().into()]);
//!         host.pump_until("the track", |_| osc.done_yet(load).is_some());
//!         host.at_beat(5.5, Event::param("play_1", 1.0));
//!         let bar = host.frame_of_beat(8.0);
//!         let recording = host.render_to_beat(12.0);
//!         assert_eq!(recording.deck(DeckId::A).first_nonzero(), Some(bar));
//!     });
//! }
//! ```
//!
//! # The parts
//! - [`Setup`]: what the host is like. `open(format)` gives an active [`MiniHost`], `create(format)` an inactive one.
//! - [`Transport`]: what the transport does ([`Move`]s on frames, loops, ramps), how the host tells of it ([`Edges`])
//!   and where it is wrong ([`Quirk`]). [`transport::Timeline`] has the truth: beats of frames and frames of beats.
//! - [`Event`]s go in with [`MiniHost::at`] (absolute frames) or [`MiniHost::at_beat`]. Parameters have the ids of the
//!   plugin's source and values in their own unit.
//! - Time passes with [`MiniHost::render`] and its kin. They give a [`Recording`] and go on where the last one ended, so
//!   that a test reads from top to bottom: render, send OSC, render on.
//! - To wait for another thread (a track being loaded, a receipt), [`MiniHost::pump_until`] processes with the transport
//!   standing still, without moving the absolute frame. Nothing sleeps blindly; every wait has a bound.
//! - [`MainThread`]: parameters, state, editor, requests; a [`MiniHost`] has all of it, and
//!   [`MiniHost::render_while`] lends it out while another thread renders.
//! - [`OscClient`], [`signals`] and [`Sound`], [`compare`], [`TempDir`], [`display`] for editors.
//!
//! # What every render checks
//! - The audio thread takes no memory, lock, wait, file, socket or other system call ([`guard`]), unless the host says
//!   that it renders offline.
//! - Every sample of every bus that the host gave is written, and finite.
//! - The process call succeeds and leaves the thread's floating-point mode as it was.
//! - The plugin calls its host on the right threads.
//!
//! A test that is about one of these says so with a `tolerate_…` of [`Setup`].
//!
//! # Frames
//! Frame 0 is where the first render starts. All frames of a test are on this one scale: events, moves, recordings,
//! sounds for inputs. [`MiniHost::rewind`] starts it again.
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
pub mod raw;
mod record;
pub mod recording;
pub mod rig;
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
pub use clap::ThreadPool;
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
