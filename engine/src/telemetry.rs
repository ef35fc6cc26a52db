//! How the scheduler has fared so far.

use crate::safety::Source;

/// Least, most, sum and number of some figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The least; 0 before the first.
    pub min: f64,
    /// The most; 0 before the first.
    pub max: f64,
    sum: f64,
    /// How many.
    pub count: u64,
}

impl Spread {
    /// Nothing yet.
    pub const EMPTY: Self = Self { min: 0.0, max: 0.0, sum: 0.0, count: 0 };

    /// Takes in one more.
    pub const fn add(&mut self, value: f64) {
        if self.count == 0 {
            (self.min, self.max) = (value, value);
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sum += value;
        self.count += 1;
    }

    /// The mean; 0 before the first.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.sum / self.count as f64 }
    }
}

impl Default for Spread {
    fn default() -> Self {
        Self::EMPTY
    }
}

/// Counts and spreads since the rig was made. Control thread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SchedulerTelemetry {
    /// Requests taken from the queues.
    pub requests: u64,
    /// The same by who asked, in the order of [`Source::ALL`].
    pub requests_from: [u64; Source::ALL.len()],
    /// Requests that were done.
    pub done: u64,
    /// Requests that were refused.
    pub refused: u64,
    /// Requests that were taken back or replaced.
    pub cancelled: u64,
    /// Requests whose time passed.
    pub expired: u64,
    /// Moves of a fader that a newer one made needless before they were sent.
    pub coalesced: u64,
    /// Requests that have no final receipt yet.
    pub open: usize,
    /// Requests that waited in the queues when the executor came to them.
    pub queue_depth: usize,
    /// The most that ever did.
    pub queue_high_water: usize,
    /// Orders that wait for room on the way to the audio thread.
    pub outbox_depth: usize,
    /// Frames between the beat on which an action was due and the frame on which it happened. 0 is on the frame.
    pub error_frames: Spread,
    /// Actions that happened after their frame.
    pub late: u64,
    /// Late starts that were put in phase.
    pub graced: u64,
    /// Frames from the admission of an immediate action to its frame.
    pub latency_frames: Spread,
    /// Seconds from the admission of a load until its file was read.
    pub load_secs: Spread,
    /// Times that a node of the graph made NaN or infinity and was silenced.
    pub non_finite: u64,
    /// Frames that playheads came to before they were decoded.
    pub starved_frames: u64,
    /// Events that the way back from the audio thread had no room for.
    pub lost_events: u64,
}
