//! `dasp_graph`: a `petgraph`, walked depth-first in each block; 64 frames, always.

use dasp_graph::node::{BoxedNode, Input, Node};
use dasp_graph::{Buffer, NodeData, Processor};
use petgraph::graph::{DiGraph, NodeIndex};

use crate::engine::{Built, Engine};
use crate::kernel::{Kernel, Unit};
use crate::shape::{Graph, Visitor};

struct Wrapped<K>(Unit<K>);

impl<K: Kernel> Node for Wrapped<K> {
    fn process(&mut self, inputs: &[Input], output: &mut [Buffer]) {
        self.0.process_called(|slot| &inputs[slot].buffers()[0], &mut output[0]);
    }
}

struct ToNode;

impl Visitor for ToNode {
    type Out = NodeData<BoxedNode>;
    fn visit<K: Kernel>(self, unit: Unit<K>) -> Self::Out {
        NodeData::boxed1(Wrapped(unit))
    }
}

type Net = DiGraph<NodeData<BoxedNode>, ()>;

struct Dasp {
    graph: Net,
    processor: Processor<Net>,
    output: NodeIndex,
}

/// Builds it.
///
/// # Errors
/// Never.
pub fn build(graph: &Graph, _: usize) -> Built {
    let mut net = Net::with_capacity(graph.nodes.len(), graph.nodes.len());
    let ids: Vec<_> = graph.nodes.iter().map(|node| net.add_node(node.build(ToNode))).collect();
    // A node sees the connection that was made last as its first input.
    let edges: Vec<_> = graph.edges().collect();
    for (from, to, _) in edges.into_iter().rev() {
        net.add_edge(ids[from], ids[to], ());
    }
    let processor = Processor::with_capacity(graph.nodes.len());
    Ok(Box::new(Dasp { graph: net, processor, output: ids[graph.output()] }))
}

impl Engine for Dasp {
    fn run(&mut self, output: &mut [f32]) {
        for part in output.chunks_exact_mut(Buffer::LEN) {
            self.processor.process(&mut self.graph, self.output);
            part.copy_from_slice(&self.graph[self.output].buffers[0]);
        }
    }
}
