//! The audio graph, in two halves: [`GraphControl`] edits and compiles it, [`Scheduler`] plays it.
//!
//! ```text
//! any one thread                              the audio thread
//! GraphControl -- edits --> DspGraph          Scheduler: runs one Plan, op after op
//!      | commit: compile, in passes               ^            |
//!      +--> Plan, parameters, mute -- ring -------+            |
//!      <------------- old plans, to be dropped here -- ring ---+
//! ```
//!
//! **Invariants.** The audio side sees no graph, no map and no arena: only plans. It never drops one: an old plan goes
//! back with the nodes that left. Every buffer has one writer, sums run in slot order and nothing depends on which
//! thread runs an op, so that one by one, banked and parallel runs give the same bits.

mod block;
mod command;
mod compile;
mod control;
mod edit;
mod error;
mod events;
mod io;
mod node;
pub mod nodes;
mod parallel;
mod param;
mod plan;
mod run;
mod scheduler;

pub use block::{SUB_BLOCK_FRAMES, Status, StereoBlock, Width};
pub use command::{Command, CommandReceiver, MAX_COMMANDS_PER_TICK};
pub use control::{Commit, Graph, GraphConfig, GraphControl, Reply, Telemetry};
pub use edit::{DspGraph, InputBus, NodeId, OutputBus, SourceId};
pub use error::GraphError;
pub use events::{MAX_PENDING_EVENTS, ParamEvent};
pub use io::{IoSetup, NodeIo};
pub use node::{DspNode, Guard, Ports};
#[cfg(feature = "parallel")]
pub use parallel::{Helpers, HelpersFailed};
pub use parallel::{LaneEntry, LanePool, Parallel};
pub use param::{Param, ParamBlock, ParamRange};
pub use run::{Bank, BankKernel, BankNode};
pub use scheduler::{BusIo, Scheduler};

/// Most inputs that a node may have.
pub const MAX_INPUTS: usize = 8;

/// How long a connection that changes while it sounds takes from the old sound to the new, in milliseconds.
pub const DECLICK_MS: f64 = 3.0;
