//! The VST3 entry.

mod component;
mod consts;
mod controller;
mod entry;
mod events;
mod midi;
mod object;
mod process;
mod processor;
mod state;
mod text;
mod transport;
#[cfg(target_os = "linux")]
mod view;

pub use entry::GetPluginFactory;
#[cfg(target_os = "windows")]
pub use entry::{ExitDll, InitDll};
#[cfg(all(target_family = "unix", not(target_os = "macos")))]
pub use entry::{ModuleEntry, ModuleExit};
#[cfg(target_os = "macos")]
pub use entry::{bundleEntry, bundleExit};
