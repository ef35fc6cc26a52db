//! A session of several programs that share a beat (Ableton Link) as a clock. Pure: what the session says comes in as
//! plain data; see the plugin's `peers` for where it comes from.
//!
//! ```text
//! map        the session's beat over its time: a line
//! calls      when a frame is heard, from when the host calls: the session counts time, the rig counts frames
//! source     the session as a source of beats: a small way off is made up for slowly, a long way off is a jump
//! agreement  how the host's beat compares with the session's
//! ```

mod agreement;
mod calls;
mod map;
mod source;
mod view;

pub use agreement::Agreement;
pub use calls::{CallTimes, Regularity};
pub use map::{BeatClockUpdate, BeatMap, SessionChange};
pub use source::{LinkClock, LinkWord, SLEW_LIMIT_SECS, SLEW_RATIO};
pub use view::{LinkQuality, LinkView, SessionWord};
