//! The control side's picture of the graph: nodes, connections, and what is refused.

use std::sync::Arc;

use super::plan::NodeCell;
use super::{DspNode, GraphError, Guard, MAX_INPUTS, Ports, Width};

/// Names a node for as long as it exists; a later node in the same place has another generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    pub(super) index: u32,
    pub(super) generation: u32,
}

/// A stereo bus that comes from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InputBus(pub usize);

/// A stereo bus that goes outside. A mono node on it sounds on both sides.
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

impl From<NodeId> for SourceId {
    fn from(node: NodeId) -> Self {
        Self::Node(node)
    }
}

impl From<InputBus> for SourceId {
    fn from(bus: InputBus) -> Self {
        Self::Bus(bus)
    }
}

/// What was asked of a node once, when it came: afterwards it belongs to the audio side.
#[derive(Clone, Copy, Debug)]
pub(super) struct NodeInfo {
    pub(super) ports: Ports,
    pub(super) num_params: u16,
    pub(super) latency_frames: u32,
    pub(super) guard: Guard,
    pub(super) most_gain: f32,
    pub(super) feedback: bool,
    pub(super) bank: Option<super::BankKernel>,
    pub(super) type_name: &'static str,
}

impl NodeInfo {
    pub(super) fn of(node: &dyn DspNode) -> Self {
        Self {
            ports: node.ports(),
            num_params: node.num_params(),
            latency_frames: node.latency_frames(),
            guard: node.guard(),
            most_gain: node.most_gain(),
            feedback: node.is_feedback(),
            // A kernel for another type would take the node for what it is not.
            bank: node.bank().filter(|kernel| kernel.type_id == (node as &dyn std::any::Any).type_id()),
            type_name: node.type_name(),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) cell: Arc<NodeCell>,
    pub(super) info: NodeInfo,
    pub(super) inputs: Vec<Option<SourceId>>,
    /// Connections out of it: a node that nobody reads cannot close a circle, which makes building a graph linear.
    readers: u32,
}

#[derive(Clone, Debug)]
struct Slot {
    generation: u32,
    entry: Option<Entry>,
}

/// A graph under construction: a generational arena of nodes with their connections. Control side only.
#[derive(Clone, Debug, Default)]
pub struct DspGraph {
    slots: Vec<Slot>,
    free: Vec<u32>,
    outputs: Vec<(OutputBus, NodeId)>,
}

impl DspGraph {
    /// Adds a node.
    ///
    /// # Errors
    /// [`GraphError::TooManyInputs`].
    pub(super) fn add(&mut self, node: Box<dyn DspNode>) -> Result<NodeId, GraphError> {
        let info = NodeInfo::of(&*node);
        let inputs = info.ports.inputs.len();
        if inputs > MAX_INPUTS {
            return Err(GraphError::TooManyInputs(inputs));
        }
        let cell = Arc::new(NodeCell::new(node));
        let entry = Some(Entry { cell, info, inputs: vec![None; inputs], readers: 0 });
        let index = self.free.pop().unwrap_or_else(|| u32::try_from(self.slots.len()).unwrap_or(u32::MAX));
        if let Some(slot) = self.slots.get_mut(index as usize) {
            slot.entry = entry;
            return Ok(NodeId { index, generation: slot.generation });
        }
        self.slots.push(Slot { generation: 0, entry });
        Ok(NodeId { index, generation: 0 })
    }

    pub(super) fn remove(&mut self, id: NodeId) -> Result<(), GraphError> {
        self.entry(id)?;
        let slot = &mut self.slots[id.index as usize];
        let gone = slot.entry.take();
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(id.index);
        for source in gone.iter().flat_map(|entry| entry.inputs.iter().flatten()) {
            self.count_reader(*source, false);
        }
        if gone.is_some_and(|entry| entry.readers > 0) {
            let inputs = self.slots.iter_mut().filter_map(|slot| slot.entry.as_mut()).flat_map(|e| &mut e.inputs);
            inputs.filter(|input| **input == Some(SourceId::Node(id))).for_each(|input| *input = None);
        }
        self.outputs.retain(|(_, node)| *node != id);
        Ok(())
    }

    pub(super) fn connect(&mut self, from: SourceId, to: NodeId, slot: usize) -> Result<(), GraphError> {
        let takes = self.slot_width(to, slot)?;
        let given = self.width(from)?;
        if takes != given {
            return Err(GraphError::WrongWidth { node: to, slot, takes, given });
        }
        if let SourceId::Node(from) = from
            && self.closes_circle(from, to)
        {
            return Err(GraphError::Cycle { from, to });
        }
        self.replace_input(to, slot, Some(from))
    }

    /// Frees a slot; it then is silent.
    pub(super) fn disconnect(&mut self, to: NodeId, slot: usize) -> Result<(), GraphError> {
        self.slot_width(to, slot)?;
        self.replace_input(to, slot, None)
    }

    pub(super) fn set_output(&mut self, bus: OutputBus, node: Option<NodeId>) -> Result<(), GraphError> {
        if let Some(node) = node {
            self.entry(node)?;
        }
        self.outputs.retain(|(other, _)| *other != bus);
        self.outputs.extend(node.map(|node| (bus, node)));
        Ok(())
    }

    /// Removes every node. Their ids stay stale for ever.
    pub(super) fn clear(&mut self) {
        self.outputs.clear();
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if slot.entry.take().is_some() {
                slot.generation = slot.generation.wrapping_add(1);
                self.free.extend(u32::try_from(index));
            }
        }
    }

    fn replace_input(&mut self, to: NodeId, slot: usize, source: Option<SourceId>) -> Result<(), GraphError> {
        let old = std::mem::replace(&mut self.entry_mut(to)?.inputs[slot], source);
        if let Some(old) = old {
            self.count_reader(old, false);
        }
        if let Some(new) = source {
            self.count_reader(new, true);
        }
        Ok(())
    }

    fn count_reader(&mut self, source: SourceId, more: bool) {
        if let SourceId::Node(id) = source
            && let Ok(entry) = self.entry_mut(id)
        {
            entry.readers = if more { entry.readers + 1 } else { entry.readers.saturating_sub(1) };
        }
    }

    fn slot_width(&self, node: NodeId, slot: usize) -> Result<Width, GraphError> {
        let widths = self.entry(node)?.info.ports.inputs;
        widths.get(slot).copied().ok_or(GraphError::NoSlot { node, slot, inputs: widths.len() })
    }

    fn width(&self, source: SourceId) -> Result<Width, GraphError> {
        match source {
            SourceId::Node(id) => Ok(self.entry(id)?.info.ports.output),
            SourceId::Bus(_) => Ok(Width::Stereo),
        }
    }

    /// Whether the node is in the graph.
    #[must_use]
    pub fn contains(&self, id: NodeId) -> bool {
        self.entry(id).is_ok()
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What feeds a slot.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`] or [`GraphError::NoSlot`].
    pub fn input(&self, node: NodeId, slot: usize) -> Result<Option<SourceId>, GraphError> {
        self.slot_width(node, slot)?;
        Ok(self.entry(node)?.inputs[slot])
    }

    /// The node on an output bus.
    #[must_use]
    pub fn output(&self, bus: OutputBus) -> Option<NodeId> {
        self.outputs.iter().find(|(other, _)| *other == bus).map(|(_, node)| *node)
    }

    /// The name of a node's type.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`].
    pub fn type_name(&self, node: NodeId) -> Result<&'static str, GraphError> {
        Ok(self.entry(node)?.info.type_name)
    }

    pub(super) fn outputs(&self) -> &[(OutputBus, NodeId)] {
        &self.outputs
    }

    pub(super) fn entry(&self, id: NodeId) -> Result<&Entry, GraphError> {
        let slot = self.slots.get(id.index as usize).filter(|slot| slot.generation == id.generation);
        slot.and_then(|slot| slot.entry.as_ref()).ok_or(GraphError::StaleNode(id))
    }

    fn entry_mut(&mut self, id: NodeId) -> Result<&mut Entry, GraphError> {
        let slot = self.slots.get_mut(id.index as usize).filter(|slot| slot.generation == id.generation);
        slot.and_then(|slot| slot.entry.as_mut()).ok_or(GraphError::StaleNode(id))
    }

    pub(super) fn nodes(&self) -> impl Iterator<Item = (NodeId, &Entry)> {
        self.slots
            .iter()
            .zip(0..)
            .filter_map(|(slot, index)| Some((NodeId { index, generation: slot.generation }, slot.entry.as_ref()?)))
    }

    /// Whether sound from `to` gets to `from` within one sub-block, so that the connection would close a circle.
    fn closes_circle(&self, from: NodeId, to: NodeId) -> bool {
        let Ok(entry) = self.entry(to) else { return false };
        if entry.info.feedback {
            return false;
        }
        from == to || (entry.readers > 0 && self.reaches(to, from))
    }

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
            if let Ok(entry) = self.entry(id).as_ref()
                && !entry.info.feedback
            {
                stack.extend(entry.inputs.iter().filter_map(|input| match input {
                    Some(SourceId::Node(node)) => Some(*node),
                    _ => None,
                }));
            }
        }
        false
    }
}
