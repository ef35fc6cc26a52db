//! The C symbols that the plugin exports from its bundles, by their names: what a host finds with `dlsym`.

use std::ffi::c_void;

use clap_sys::entry::clap_plugin_entry;

// The plugin is linked in as a library; nothing else of it is used here.
use echelon as _;

unsafe extern "C" {
    /// The CLAP entry.
    safe static clap_entry: clap_plugin_entry;
    /// To be called once before the VST3 factory is asked for.
    pub fn ModuleEntry(module: *mut c_void) -> bool;
}

unsafe extern "system" {
    /// A new reference to the VST3 factory.
    pub fn GetPluginFactory() -> *mut c_void;
}

/// The CLAP entry's structure.
pub fn clap() -> &'static clap_plugin_entry {
    &clap_entry
}
