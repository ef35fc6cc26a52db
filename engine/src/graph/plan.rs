//! What the audio thread runs: nodes in order, with their buffers resolved. Made by [`super::DspGraph::compile`].

use super::{DspNode, InputBus, MAX_INPUTS, NodeId, OutputBus, StereoBlock};

/// Buffer 0 is always silent: it feeds unconnected slots.
pub(super) const SILENT_BUFFER: u32 = 0;

#[derive(Debug)]
pub(super) struct Op {
    pub(super) id: NodeId,
    pub(super) node: Box<dyn DspNode>,
    pub(super) inputs: [u32; MAX_INPUTS],
    pub(super) num_inputs: usize,
    pub(super) output: u32,
}

/// A compiled graph. The order and the buffers never change; a new graph is a new plan.
#[derive(Debug, Default)]
pub struct Plan {
    pub(super) ops: Vec<Op>,
    /// Boxes, so that an op can take its output out while it reads the others.
    pub(super) buffers: Vec<Option<Box<StereoBlock>>>,
    pub(super) bus_inputs: Vec<(InputBus, u32)>,
    pub(super) bus_outputs: Vec<(OutputBus, u32)>,
}

impl Plan {
    /// A running node, by its type.
    #[must_use]
    pub fn node_mut<T: DspNode>(&mut self, id: NodeId) -> Option<&mut T> {
        self.ops.iter_mut().find(|op| op.id == id)?.node.as_any_mut().downcast_mut()
    }

    /// Gets all nodes ready for a sample rate in Hz. Not real-time.
    pub fn prepare(&mut self, sample_rate: f64) {
        for op in &mut self.ops {
            op.node.prepare(sample_rate);
        }
    }

    /// How many buffers the sound between the nodes needs.
    #[must_use]
    pub fn num_buffers(&self) -> usize {
        self.buffers.len()
    }
}
