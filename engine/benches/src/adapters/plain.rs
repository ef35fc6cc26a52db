//! What every engine's output is compared with: a buffer for each node, one node after the other. Never timed.

use super::bare::AnyUnit;
use crate::engine::Engine;
use crate::shape::Graph;

/// Most frames of a block.
pub const MAX_FRAMES: usize = 512;

/// The graph as it is written down.
pub struct Plain {
    nodes: Vec<(AnyUnit, Vec<usize>)>,
    buffers: Vec<Vec<f32>>,
}

impl Plain {
    /// For blocks of up to [`MAX_FRAMES`].
    #[must_use]
    pub fn new(graph: &Graph) -> Self {
        let nodes = graph.nodes.iter().map(|node| (AnyUnit::new(node), node.inputs.clone())).collect();
        Self { nodes, buffers: vec![vec![0.0; MAX_FRAMES]; graph.nodes.len()] }
    }
}

impl Engine for Plain {
    fn run(&mut self, output: &mut [f32]) {
        let frames = output.len();
        for (index, (unit, inputs)) in self.nodes.iter_mut().enumerate() {
            let (before, from_here) = self.buffers.split_at_mut(index);
            unit.process(|slot| &before[inputs[slot]][..frames], &mut from_here[0][..frames]);
        }
        if let Some(last) = self.buffers.last() {
            output.copy_from_slice(&last[..frames]);
        }
    }
}
