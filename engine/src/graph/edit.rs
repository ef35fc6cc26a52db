//! The control side's picture of the graph: nodes, connections, and what is refused.

use super::{DspNode, MAX_INPUTS};

/// Names a node for as long as it exists; a later node in the same place has another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NodeId {
    pub(super) index: u32,
    pub(super) generation: u32,
}

/// A stereo bus that comes from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InputBus(pub usize);

/// A stereo bus that goes outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutputBus(pub usize);

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceId {
    /// A node's output.
    Node(NodeId),
    /// An input bus.
    Bus(InputBus),
}

/// Why an edit was refused; the graph is as before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
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
    /// The connection would close a circle.
    #[error("connecting {from:?} to {to:?} would close a circle")]
    Cycle {
        /// The source.
        from: NodeId,
        /// The destination.
        to: NodeId,
    },
    /// More inputs than a node may have.
    #[error("a node may have at most {MAX_INPUTS} inputs, not {0}")]
    TooManyInputs(usize),
}

#[derive(Debug)]
pub(super) struct Slot {
    pub(super) generation: u32,
    /// `None` when removed, or when a plan has taken the node.
    pub(super) node: Option<Box<dyn DspNode>>,
    pub(super) alive: bool,
    pub(super) inputs: Vec<Option<SourceId>>,
}

/// A graph under construction. Control side only.
#[derive(Debug, Default)]
pub struct DspGraph {
    pub(super) slots: Vec<Slot>,
    pub(super) outputs: Vec<(OutputBus, NodeId)>,
}

impl DspGraph {
    /// An empty graph: silence.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node with so many inputs.
    ///
    /// # Errors
    /// [`GraphError::TooManyInputs`].
    pub fn add(&mut self, node: Box<dyn DspNode>, inputs: usize) -> Result<NodeId, GraphError> {
        if inputs > MAX_INPUTS {
            return Err(GraphError::TooManyInputs(inputs));
        }
        let free = self.slots.iter().position(|slot| !slot.alive);
        let index = free.unwrap_or(self.slots.len());
        let generation = free.map_or(0, |i| self.slots[i].generation.wrapping_add(1));
        let slot = Slot { generation, node: Some(node), alive: true, inputs: vec![None; inputs] };
        if index == self.slots.len() {
            self.slots.push(slot);
        } else {
            self.slots[index] = slot;
        }
        Ok(NodeId { index: u32::try_from(index).unwrap_or(u32::MAX), generation })
    }

    /// Removes a node and every connection to and from it.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`].
    pub fn remove(&mut self, id: NodeId) -> Result<(), GraphError> {
        let slot = self.slot_mut(id)?;
        slot.alive = false;
        slot.node = None;
        slot.inputs.clear();
        for slot in &mut self.slots {
            slot.inputs.iter_mut().filter(|input| **input == Some(SourceId::Node(id))).for_each(|input| *input = None);
        }
        self.outputs.retain(|(_, node)| *node != id);
        Ok(())
    }

    /// Feeds a slot of `to` from a source. What fed it before is disconnected.
    ///
    /// # Errors
    /// [`GraphError`] for a stale node, a missing slot, or a connection that would close a circle.
    pub fn connect(&mut self, from: SourceId, to: NodeId, slot: usize) -> Result<(), GraphError> {
        let inputs = self.slot(to)?.inputs.len();
        if slot >= inputs {
            return Err(GraphError::NoSlot { node: to, slot, inputs });
        }
        if let SourceId::Node(from) = from {
            self.slot(from)?;
            if from == to || self.reaches(to, from) {
                return Err(GraphError::Cycle { from, to });
            }
        }
        self.slot_mut(to)?.inputs[slot] = Some(from);
        Ok(())
    }

    /// Sends a node to an output bus; what went there before no longer does.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`].
    pub fn set_output(&mut self, bus: OutputBus, node: NodeId) -> Result<(), GraphError> {
        self.slot(node)?;
        self.outputs.retain(|(other, _)| *other != bus);
        self.outputs.push((bus, node));
        Ok(())
    }

    pub(super) fn slot(&self, id: NodeId) -> Result<&Slot, GraphError> {
        let slot = self.slots.get(id.index as usize);
        slot.filter(|slot| slot.alive && slot.generation == id.generation).ok_or(GraphError::StaleNode(id))
    }

    fn slot_mut(&mut self, id: NodeId) -> Result<&mut Slot, GraphError> {
        let slot = self.slots.get_mut(id.index as usize);
        slot.filter(|slot| slot.alive && slot.generation == id.generation).ok_or(GraphError::StaleNode(id))
    }

    /// Whether sound from `from` gets to `to`.
    fn reaches(&self, from: NodeId, to: NodeId) -> bool {
        let mut seen = vec![false; self.slots.len()];
        let mut stack = vec![to];
        while let Some(id) = stack.pop() {
            if id == from {
                return true;
            }
            if std::mem::replace(&mut seen[id.index as usize], true) {
                continue;
            }
            let inputs = self.slot(id).map(|slot| slot.inputs.as_slice()).unwrap_or_default();
            stack.extend(inputs.iter().filter_map(|input| match input {
                Some(SourceId::Node(node)) => Some(*node),
                _ => None,
            }));
        }
        false
    }
}
