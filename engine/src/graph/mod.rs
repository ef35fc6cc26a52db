//! The audio graph: edited on the control side, compiled there into a plan, run by the scheduler on the audio thread.

mod buffer;
mod compile;
mod edit;
mod node;
mod plan;
mod scheduler;

pub use buffer::{SUB_BLOCK_FRAMES, StereoBlock};
pub use edit::{DspGraph, GraphError, InputBus, NodeId, OutputBus, SourceId};
pub use node::{DspNode, NodeIo};
pub use plan::Plan;
pub use scheduler::{BusIo, Scheduler};

/// Most inputs that a node may have.
pub const MAX_INPUTS: usize = 8;
