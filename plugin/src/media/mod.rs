//! Audio files: loading them, and what can be seen of them. Control and media threads; never audio.

pub mod analyse;
mod cache;
mod decode;
mod error;
mod find;
mod fold;
mod grid_edit;
mod hold;
mod late_thread;
mod length;
mod loader;
mod memory;
mod overview;
mod repair;
mod shelf;
mod source;
mod tags;

pub use cache::{AnalysisCache, CACHE_DIR_VARIABLE, MAX_CACHE_BYTES, TrackFacts, set_cache_folder};
pub use decode::{DecodedTrack, MAX_TRACK_BYTES, decode};
pub use error::LoadError;
pub use find::Elsewhere;
pub use grid_edit::{GridEdit, GridEditError, Taps};
#[doc(hidden)]
pub use hold::Hold;
pub use loader::{LoadEvent, Loader};
pub use memory::{DEFAULT_TRACK_MEMORY_MIB, TRACK_MEMORY_VARIABLE};
pub use overview::{OVERVIEW_COLUMNS, Overview, Peak};
pub use shelf::{Preview, Shelf, ShelfView};
pub use tags::{TagShelf, Tags, TagsView};

#[cfg(test)]
pub(crate) mod tests;
