//! One block on several threads: lanes claim strips in order.
//!
//! Strips are in an order in which each comes after those it needs. A lane claims the next strip with one
//! compare-and-swap, waits for the strips it needs, runs it and stamps it. Whoever claims a strip finds that all the
//! strips it needs are claimed already, by lanes that are at work or done: however many lanes there are, and even if
//! they run one after the other, nobody waits for ever; the audio thread alone does the whole block if nobody helps.
//!
//! The audio thread wakes nobody and calls nothing of the system: helpers watch for work by themselves.

mod beat;
mod claim;
mod gang;
mod governor;
#[cfg(feature = "parallel")]
mod helpers;
mod ticks;

pub(super) use beat::Beat;
pub(super) use gang::{Gang, MAX_STRIPS};
pub use gang::{LaneEntry, LanePool};
pub(super) use governor::Governor;
pub use governor::Parallel;
#[cfg(feature = "parallel")]
pub use helpers::{Helpers, HelpersFailed};
pub(super) use ticks::now;
