//! The CLAP mini-host: the plugin's real `clap_entry`, called as a host calls it.

mod audio;
mod events;
mod ext;
mod main;
mod plugin;

use std::sync::Arc;

pub(crate) use audio::ClapAudio;
pub(crate) use main::ClapMain;

/// Calls an optional C function of a CLAP structure.
macro_rules! clap_call {
    ($object:expr => $function:ident($($arg:expr),* $(,)?)) => {
        ((*$object).$function.expect(concat!("no CLAP function ", stringify!($function))))($($arg),*)
    };
}
pub(crate) use clap_call;

/// A new instance.
pub(crate) fn create() -> (ClapMain, ClapAudio) {
    let plugin = Arc::new(plugin::Plugin::create());
    (ClapMain::new(Arc::clone(&plugin)), ClapAudio::new(plugin))
}
