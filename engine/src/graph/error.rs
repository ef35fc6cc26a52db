//! Why an edit is refused.

use super::{MAX_INPUTS, NodeId, Width};

/// Why an edit was refused; the graph is as before.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// The node is gone, or never was in this graph.
    #[error("node {0:?} is not in the graph")]
    StaleNode(NodeId),
    /// The node has no such input.
    #[error("node {node:?} has {inputs} inputs, there is no slot {slot}")]
    NoSlot {
        /// Which node.
        node: NodeId,
        /// The slot asked for.
        slot: usize,
        /// How many it has.
        inputs: usize,
    },
    /// Mono into stereo, or stereo into mono.
    #[error("slot {slot} of {node:?} takes {takes:?}, not {given:?}")]
    WrongWidth {
        /// The destination.
        node: NodeId,
        /// The slot.
        slot: usize,
        /// What the slot takes.
        takes: Width,
        /// What the source gives.
        given: Width,
    },
    /// The connection would close a circle without a feedback delay in it.
    #[error("connecting {from:?} to {to:?} would close a circle: put a feedback delay into it")]
    Cycle {
        /// The source.
        from: NodeId,
        /// The destination.
        to: NodeId,
    },
    /// More inputs than a node may have.
    #[error("a node may have at most {MAX_INPUTS} inputs, not {0}")]
    TooManyInputs(usize),
    /// The node has no such parameter.
    #[error("node {node:?} has {params} parameters, there is no {index}")]
    NoParam {
        /// Which node.
        node: NodeId,
        /// The parameter asked for.
        index: u16,
        /// How many it has.
        params: u16,
    },
    /// A parameter cannot become NaN or infinite.
    #[error("a parameter of {0:?} cannot become NaN or infinite")]
    NotFinite(NodeId),
    /// The ring to the audio thread has no room: try again after a block.
    #[error("the command ring is full: try again after the next block")]
    RingFull,
}
