//! The CLAP entry.

mod entry;
mod events;
mod ext;
mod plugin;
mod process;
mod remote;
mod state;
mod thread_pool;
mod transport;

pub use entry::clap_entry;
