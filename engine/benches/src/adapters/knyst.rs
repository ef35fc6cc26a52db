//! `knyst`: a list of tasks made off the audio thread; any fixed block.

use knyst::Resources;
use knyst::r#gen::{Gen, GenContext, GenState};
use knyst::graph::{Graph as Net, GraphSettings, RunGraph, RunGraphSettings};
use knyst::resources::ResourcesSettings;

use crate::engine::{Built, Engine};
use crate::kernel::{Kernel, Unit};
use crate::shape::{FAN_IN, Graph, Visitor};

/// It looks for both ends of a connection among all nodes: beyond this, building takes minutes.
const MAX_NODES: usize = 2000;

struct Wrapped<K>(Unit<K>);

impl<K: Kernel> Gen for Wrapped<K> {
    fn process(&mut self, ctx: GenContext, _: &mut Resources) -> GenState {
        if let Some(output) = ctx.outputs.iter_mut().next() {
            self.0.process_called(|slot| ctx.inputs.get_channel(slot), output);
        }
        GenState::Continue
    }

    fn num_inputs(&self) -> usize {
        self.0.inputs()
    }

    fn num_outputs(&self) -> usize {
        1
    }
}

struct Push<'a>(&'a mut Net);

impl Visitor for Push<'_> {
    type Out = knyst::graph::NodeId;
    fn visit<K: Kernel>(self, unit: Unit<K>) -> Self::Out {
        self.0.push(Wrapped(unit))
    }
}

struct Knyst {
    /// Owns the nodes.
    _net: Net,
    run: RunGraph,
}

/// Builds it.
///
/// # Errors
/// For graphs that it takes too long to build.
pub fn build(graph: &Graph, frames: usize) -> Built {
    if graph.len() > MAX_NODES {
        return Err(format!("building takes minutes beyond {MAX_NODES} nodes"));
    }
    let mut net = Net::new(GraphSettings {
        num_outputs: 1,
        max_node_inputs: FAN_IN,
        block_size: frames,
        num_nodes: graph.nodes.len() + 1,
        ..GraphSettings::default()
    });
    let ids: Vec<_> = graph.nodes.iter().map(|node| node.build(Push(&mut net))).collect();
    for (from, to, slot) in graph.edges() {
        net.connect(ids[from].to(ids[to]).to_index(slot)).map_err(|error| error.to_string())?;
    }
    net.connect(ids[graph.output()].to_graph_out()).map_err(|error| error.to_string())?;
    let resources = Resources::new(ResourcesSettings::default());
    let (run, ..) =
        RunGraph::new(&mut net, resources, RunGraphSettings::default()).map_err(|error| error.to_string())?;
    Ok(Box::new(Knyst { _net: net, run }))
}

impl Engine for Knyst {
    fn run(&mut self, output: &mut [f32]) {
        self.run.process_block();
        output.copy_from_slice(self.run.graph_output_buffers().get_channel(0));
    }
}
