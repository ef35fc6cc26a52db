//! Between the host and the framework: what the framework cannot carry.
//!
//! The framework declares (parameters and their text, state, ports, editor); we run. Our CLAP and VST3 entries own the
//! objects that the host sees and wrap the framework's public `Wrapper`s. The framework has no part in a block: its own
//! `process` loses events, and reads and writes cells that share 67 locks among all instances of the process, where one
//! instance's audio thread waits while another's is off the core. For each block an entry
//! 1. reads everything the host sends into the block's [`Exchange`], on its frame, and sets the parameters itself,
//! 2. lets the rig play ([`HostLink`] has it), with a complete set of buses,
//! 3. reads the moves that the rig made, sets the parameters and tells the host, so that a host records what OSC or
//!    the editor did; this works without an editor.
//!
//! [`HostLink`] is made in the plugin's `Default` and gets its rig in `activate`. Without a host `standalone` does
//! what an entry does.
//!
//! CLAP hosts may lend threads for the length of a block ([`HostThreads`]); the framework does not know that extension.
//!
//! # Rules for the plugin
//! - No background tasks of the framework, and no latency set through it (the entries answer the host): one worker thread serves all instances, and dies with
//!   the first that leaves while a task is queued.
//! - Nobody keeps or uses the editor's `GuiContext`: a parameter set through it would bypass the engine, and its queue
//!   is never emptied here. A control that the editor moves goes to the engine, which reports a move.
//! - `reset` comes at every start of processing and must not lose a deck's position.
//! - Flush-to-zero is set by the engine around its work, not here.
//!
//! # What the framework still does by itself
//! - It starts its worker thread with the first instance and joins it with the last. The only tasks that can still
//!   reach it are of the editor's window in VST3 on Linux, in a host without `IRunLoop`: a resize that the editor asks
//!   for, and the window's call for the main thread. With `IRunLoop` (every host that shows editors on Linux that we
//!   know of) they run on the host's thread.
//! - In CLAP the same tasks run in the host's `on_main_thread`. `render.set` asks for a restart when the mode changes.
//! - A panic inside the framework's own CLAP functions (activate, start, the editor) aborts: they are C functions
//!   that we can only call. The plugin's own methods that they call should use `guard::guard`.

pub(crate) mod guard;

mod block;
mod exchange;
mod inputs;
mod link;
mod midi;
mod pending;
mod ports;
mod scratch;
pub(crate) mod standalone;
mod state;
mod table;
mod threads;
mod transport;

pub mod clap;
pub mod remember;
pub mod vst3;

pub use exchange::Exchange;
pub use link::HostLink;
pub(crate) use state::load as load_state;
pub use threads::{HostThreads, LentThreads, limiter, parallel, set_limiter, set_parallel};
