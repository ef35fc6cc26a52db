//! From the graph to the plan, off the audio thread: order the nodes, give them buffers, resolve the buses.

use super::edit::{DspGraph, InputBus, NodeId, SourceId};
use super::plan::{Op, Plan, SILENT_BUFFER};
use super::{MAX_INPUTS, StereoBlock};

impl DspGraph {
    /// Compiles the graph; its nodes move into the plan.
    #[must_use]
    pub fn compile(mut self) -> Plan {
        let order = self.order();
        let mut buffers = Buffers::new(&self, &order);
        let ops = order.iter().filter_map(|&id| self.op(id, &mut buffers)).collect();
        let bus_outputs = self.outputs.iter().filter_map(|&(bus, id)| Some((bus, buffers.of_node(id)?))).collect();
        Plan {
            ops,
            buffers: (0..buffers.count).map(|_| Some(Box::new(StereoBlock::SILENT))).collect(),
            bus_inputs: buffers.buses.clone(),
            bus_outputs,
        }
    }

    /// Every node after those that feed it, depth first, so that what is made is soon used. The graph has no circles:
    /// [`DspGraph::connect`] refuses them.
    fn order(&self) -> Vec<NodeId> {
        let mut order = Vec::with_capacity(self.slots.len());
        let mut seen = vec![false; self.slots.len()];
        for index in 0..self.slots.len() {
            self.visit(index, &mut seen, &mut order);
        }
        order
    }

    fn visit(&self, start: usize, seen: &mut [bool], order: &mut Vec<NodeId>) {
        // A stack of our own: a chain of many thousand nodes must not overflow the thread's.
        let mut stack = vec![(start, false)];
        while let Some((index, inputs_done)) = stack.pop() {
            let slot = &self.slots[index];
            if inputs_done {
                order.push(NodeId { index: u32::try_from(index).unwrap_or(u32::MAX), generation: slot.generation });
            } else if slot.alive && !std::mem::replace(&mut seen[index], true) {
                stack.push((index, true));
                let feeders = slot.inputs.iter().rev().filter_map(|input| match input {
                    Some(SourceId::Node(id)) => Some((id.index as usize, false)),
                    _ => None,
                });
                stack.extend(feeders);
            }
        }
    }

    fn op(&mut self, id: NodeId, buffers: &mut Buffers) -> Option<Op> {
        let slot = self.slots.get_mut(id.index as usize)?;
        let mut inputs = [SILENT_BUFFER; MAX_INPUTS];
        for (buffer, source) in inputs.iter_mut().zip(&slot.inputs) {
            *buffer = source.and_then(|source| buffers.of(source)).unwrap_or(SILENT_BUFFER);
        }
        let output = buffers.take_for(id);
        for source in slot.inputs.iter().flatten() {
            buffers.used_by_one(*source);
        }
        Some(Op { id, node: slot.node.take()?, inputs, num_inputs: slot.inputs.len(), output })
    }
}

/// Gives each node a buffer and takes it back after its last reader.
struct Buffers {
    count: u32,
    free: Vec<u32>,
    /// By node index: its buffer and how many readers are still to come. Output buses never finish reading.
    nodes: Vec<(Option<u32>, usize)>,
    buses: Vec<(InputBus, u32)>,
}

impl Buffers {
    fn new(graph: &DspGraph, order: &[NodeId]) -> Self {
        let mut this =
            Self { count: SILENT_BUFFER + 1, free: vec![], nodes: vec![(None, 0); graph.slots.len()], buses: vec![] };
        for source in order.iter().filter_map(|&id| graph.slot(id).ok()).flat_map(|slot| slot.inputs.iter().flatten()) {
            match *source {
                SourceId::Node(id) => this.nodes[id.index as usize].1 += 1,
                SourceId::Bus(bus) if this.buses.iter().all(|(known, _)| *known != bus) => {
                    let buffer = this.fresh();
                    this.buses.push((bus, buffer));
                }
                SourceId::Bus(_) => {}
            }
        }
        for (_, id) in &graph.outputs {
            this.nodes[id.index as usize].1 += 1;
        }
        this
    }

    fn fresh(&mut self) -> u32 {
        self.count += 1;
        self.count - 1
    }

    fn take_for(&mut self, id: NodeId) -> u32 {
        let buffer = self.free.pop().unwrap_or_else(|| self.fresh());
        self.nodes[id.index as usize].0 = Some(buffer);
        buffer
    }

    fn of_node(&self, id: NodeId) -> Option<u32> {
        self.nodes.get(id.index as usize)?.0
    }

    fn of(&self, source: SourceId) -> Option<u32> {
        match source {
            SourceId::Node(id) => self.of_node(id),
            SourceId::Bus(bus) => self.buses.iter().find(|(known, _)| *known == bus).map(|(_, buffer)| *buffer),
        }
    }

    fn used_by_one(&mut self, source: SourceId) {
        if let SourceId::Node(id) = source {
            let (buffer, readers) = &mut self.nodes[id.index as usize];
            *readers -= 1;
            if *readers == 0 {
                self.free.extend(*buffer);
            }
        }
    }
}
