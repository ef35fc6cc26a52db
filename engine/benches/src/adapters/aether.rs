//! `aetherdsp-core`: an arena, levels, a task of `rayon` for every node of a level; 64 frames, always.

use aether_core::node::DspNode;
use aether_core::param::ParamBlock;
use aether_core::scheduler::Scheduler;
use aether_core::{BUFFER_SIZE, MAX_INPUTS};

use crate::engine::{Built, Engine};
use crate::kernel::{Kernel, SAMPLE_RATE, Unit};
use crate::shape::{Graph, Visitor};

/// It sorts the whole graph anew at each connection: beyond this, building takes minutes.
const MAX_NODES: usize = 2000;

struct Wrapped<K>(Unit<K>);

static SILENT: [f32; BUFFER_SIZE] = [0.0; BUFFER_SIZE];

impl<K: Kernel> DspNode for Wrapped<K> {
    fn process(
        &mut self,
        inputs: &[Option<&[f32; BUFFER_SIZE]>; MAX_INPUTS],
        output: &mut [f32; BUFFER_SIZE],
        _: &mut ParamBlock,
        _: f32,
    ) {
        self.0.process_called(|slot| inputs[slot].unwrap_or(&SILENT), output);
    }

    fn type_name(&self) -> &'static str {
        "Wrapped"
    }
}

struct ToNode;

impl Visitor for ToNode {
    type Out = Box<dyn DspNode>;
    fn visit<K: Kernel>(self, unit: Unit<K>) -> Self::Out {
        Box::new(Wrapped(unit))
    }
}

struct Aether {
    scheduler: Scheduler,
    /// Left and right in turn.
    output: [f32; 2 * BUFFER_SIZE],
}

/// Builds it.
///
/// # Errors
/// For graphs that it takes too long to build.
#[expect(clippy::cast_possible_truncation, reason = "the sample rate is a round number")]
pub fn build(graph: &Graph, _: usize) -> Built {
    if graph.len() > MAX_NODES {
        return Err(format!("building takes minutes beyond {MAX_NODES} nodes"));
    }
    let mut scheduler = Scheduler::new(SAMPLE_RATE as f32);
    let mut ids = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        ids.push(scheduler.graph.add_node(node.build(ToNode)).ok_or("the arena is full")?);
    }
    for (from, to, slot) in graph.edges() {
        if !scheduler.graph.connect(ids[from], ids[to], slot) {
            return Err("a connection was refused".to_owned());
        }
    }
    scheduler.graph.set_output_node(ids[graph.output()]);
    Ok(Box::new(Aether { scheduler, output: [0.0; 2 * BUFFER_SIZE] }))
}

impl Engine for Aether {
    fn run(&mut self, output: &mut [f32]) {
        for part in output.chunks_exact_mut(BUFFER_SIZE) {
            self.scheduler.process_block_simple(&mut self.output);
            for (sample, [left, _]) in part.iter_mut().zip(self.output.as_chunks().0) {
                *sample = *left;
            }
        }
    }
}
