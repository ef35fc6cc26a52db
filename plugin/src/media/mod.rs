//! Audio files: decoding and what can be seen of them.

mod overview;

pub use overview::{Overview, Peak};
