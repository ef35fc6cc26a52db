//! The plugin without a mini-host around it: for tests that call it as no honest host would. Both factories are ready to
//! use; whoever takes an instance of them keeps the formats' rules himself, or breaks them on purpose.

pub use crate::clap::factory as clap_factory;
pub use crate::entries::clap as clap_entry;
pub use crate::vst3::{Changes, Events, Stream, factory as vst3_factory, pointer};
