//! Musical time: from what a host says to beats and frames.
//!
//! Two coordinates, both in quarter notes. The **song beat** is the host's place in the song; it may jump. The
//! **performance beat** has no gaps and never runs backwards; what is pending is kept in it, so that a loop or a jump
//! in the host neither starves nor repeats it. Within a block they differ by a constant.

mod block;
mod here;
mod host;
mod lines;
mod link;
mod local;
mod policy;
mod select;
mod source;
mod transport;
mod view;

pub use block::BlockClock;
pub use host::HostClock;
pub use lines::GridLines;
pub use link::{
    Agreement, BeatClockUpdate, BeatMap, CallTimes, LinkClock, LinkQuality, LinkView, LinkWord, Regularity,
    SLEW_LIMIT_SECS, SLEW_RATIO, SessionChange, SessionWord,
};
pub use local::LocalBeatClock;
pub use policy::{ClockMode, ClockPolicy, JumpPolicy, StopPolicy};
pub use select::RigClock;
pub use source::{BeatSource, ClockSource, Discontinuity, Quality};
pub use transport::HostTransport;
pub use view::BeatClock;

/// A line less than this part of a frame before a frame counts as on it, so that rounding in the host's figures cannot
/// push an action to the next frame.
pub const ON_FRAME_TOLERANCE: f64 = 1.0 / 1024.0;
