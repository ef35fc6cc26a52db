//! The CLAP mini-host: the plugin's real `clap_entry`, called as a host calls it.

mod audio;
mod events;
mod ext;
mod main;
mod plugin;
mod pool;

use std::sync::Arc;

pub(crate) use audio::ClapAudio;
pub(crate) use main::ClapMain;
pub use plugin::factory;
pub use pool::ThreadPool;

/// Calls an optional C function of a CLAP structure.
macro_rules! clap_call {
    ($object:expr => $function:ident($($arg:expr),* $(,)?)) => {
        ((*$object).$function.expect(concat!("no CLAP function ", stringify!($function))))($($arg),*)
    };
}
pub(crate) use clap_call;

/// A new instance, in a host with or without a thread pool.
pub(crate) fn create(pool: Option<&ThreadPool>) -> (ClapMain, ClapAudio) {
    let plugin = Arc::new(plugin::Plugin::create(pool));
    (ClapMain::new(Arc::clone(&plugin)), ClapAudio::new(plugin))
}
