//! The audio graph, in two halves: [`GraphControl`] edits and compiles it, [`Scheduler`] plays it.
//!
//! ```text
//! any one thread                              the audio thread
//! GraphControl -- edits --> DspGraph          Scheduler: runs one plan, op after op
//!      | commit: compile, in passes               ^            |
//!      +--> plan, parameters, mute -- ring -------+            |
//!      <------------- old plans, to be dropped here -- ring ---+
//! ```
//!
//! ```
//! use echelon_engine::graph::nodes::{Gain, Sum};
//! use echelon_engine::graph::{Graph, GraphConfig, Param, Width};
//!
//! let (mut control, mut commands, mut scheduler) = Graph::new(GraphConfig::new(48_000.0));
//! let sum = control.add(Sum::new(Width::Stereo, 8))?;
//! let gain = control.add(Gain::new(Width::Stereo, 1.0))?;
//! control.connect(sum, gain, 0)?;
//! control.set_output_node(Some(gain))?;
//! control.update_param(gain, 0, Param { target: 0.5, ramp_frames: 480 })?;
//! control.commit()?; // compiles, and sends the plan
//!
//! let (mut left, mut right) = ([1.0; 100], [1.0; 100]);
//! scheduler.process_block(&mut commands, [&mut left, &mut right]); // on the audio thread
//! assert_eq!((left, right), ([0.0; 100], [0.0; 100]));
//! # Ok::<(), echelon_engine::graph::GraphError>(())
//! ```
//!
//! **Commands.** Everything in [`Command`] works while the graph sounds. Edits are checked at once and heard after
//! [`GraphControl::commit`]; as long as a plan is in flight, or still fades from what was to what is, they gather.
//! Parameters go their own way, with the frame on which they happen.
//!
//! **Compiling** is off the audio thread: order, latency compensation, fades, banks, strips, buffers. A node that
//! leaves or is replaced while it sounds fades over [`DECLICK_MS`]; so does a connection whose delay changes.
//!
//! **Playing.** Blocks of any length are cut into sub-blocks of at most [`SUB_BLOCK_FRAMES`], and for a node again
//! where its parameters move: a node gives the same bits however its frames are split. NaN, infinity and what is louder
//! than [`LOUDEST`] stop at the node that made them ([`Guard`]): from that frame on it is silent for at least
//! [`SUB_BLOCK_FRAMES`], up to a multiple of them in the scheduler's clock, where it is reset and sounds again. Each time
//! is counted. Buses are watched in the same way.
//!
//! **Banks.** Recursive filters that do not depend on each other run as lanes of one operation ([`BankNode`]). Neighbours
//! of one type run in a loop made for that type, with registers of eight floats where the processor has them. A node that
//! is small gains most if its `process` is `#[inline(always)]`.
//!
//! **Lanes.** With [`GraphConfig::lanes`] above one the plan is cut into strips. [`Helpers`] are threads that watch for
//! strips to claim; a host's own threads can do so through [`LanePool`] and [`LaneEntry`]. Nobody is waked, nothing is
//! waited for but strips that others are at, and the audio thread alone does the block if nobody comes. [`Parallel`]
//! says when: by default only where it was measured to pay.
//!
//! **Invariants.** The audio side sees no graph, no map and no arena: only plans. It never drops one: an old plan goes
//! back with the nodes that left. Every buffer has one writer, sums run in slot order and nothing depends on which
//! thread runs an op, so that one by one, banked and shared runs give the same bits.

mod block;
mod command;
mod compile;
mod control;
mod costs;
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
mod streak;

pub use block::{LOUDEST, SUB_BLOCK_FRAMES, Status, StereoBlock, Width};
pub use command::{Command, CommandReceiver, MAX_COMMANDS_PER_TICK};
pub use control::{Commit, Graph, GraphConfig, GraphControl, Reply, Telemetry};
pub use edit::{DspGraph, InputBus, NodeId, OutputBus, SourceId};
pub use error::GraphError;
pub use events::{MAX_PENDING_EVENTS, ParamEvent};
pub use io::{IoSetup, NodeIo};
pub use node::{DspNode, Guard, MOST_GAIN, Ports};
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
