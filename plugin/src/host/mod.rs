//! Between the host and the framework: what the framework cannot carry.

use atomic_refcell::AtomicRefCell;
use echelon_engine::clock::HostTransport;
use echelon_engine::input::{ControlMove, TimedInput};

/// One block's exchange with the host, beyond the audio buffers. Filled by the entry before `process`,
/// read by the entry after it. Audio thread only.
#[derive(Debug)]
pub struct Exchange {
    /// Transport at frame 0.
    pub transport: HostTransport,
    /// The host renders offline (as far as it says so).
    pub offline: bool,
    /// Inputs sorted by frame, clamped into the block, finite. Capacity is fixed.
    pub inputs: Vec<TimedInput>,
    /// Control moves for the host to record, sorted by frame. Capacity is fixed; written by the plugin.
    pub moves: Vec<ControlMove>,
}

/// Shared by one plugin instance and its entry.
#[derive(Debug)]
pub struct HostLink {
    /// The block in hand. Only the audio thread borrows it.
    pub exchange: AtomicRefCell<Exchange>,
}
