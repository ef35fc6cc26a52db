//! The VST3 mini-host: the plugin's real `GetPluginFactory`, called as a host calls it.

mod audio;
mod com;
mod handler;
mod main;
mod midi;
mod plugin;
mod view;

use std::sync::Arc;

pub(crate) use audio::Vst3Audio;
pub use com::{Changes, Events, Stream, pointer};
pub(crate) use main::Vst3Main;
pub use plugin::factory;

/// A new instance.
pub(crate) fn create() -> (Vst3Main, Vst3Audio) {
    let plugin = Arc::new(plugin::Plugin::create());
    (Vst3Main::new(Arc::clone(&plugin)), Vst3Audio::new(plugin))
}

/// UTF-16 text in a fixed field.
fn text_of(field: &[u16]) -> String {
    let length = field.iter().position(|unit| *unit == 0).unwrap_or(field.len());
    String::from_utf16_lossy(&field[..length])
}
