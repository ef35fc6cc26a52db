//! The CLAP entry.

mod entry;
mod events;
mod ext;
mod plugin;
mod process;
mod state;
mod transport;

pub use entry::clap_entry;
