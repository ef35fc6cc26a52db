//! Graphs drawn and run.

use std::any::Any;

use super::*;
use crate::graph::{DspGraph, DspNode, GraphError, NodeId, SourceId};

/// Adds `k` to the sum of its inputs; sample rate 1, so that expected values can be read.
#[derive(Debug)]
struct AddK(f32);

impl DspNode for AddK {
    fn process(&mut self, io: NodeIo<'_>) {
        for n in 0..io.frames {
            io.output.left[n] = self.0 + io.inputs.iter().map(|input| input.left[n]).sum::<f32>();
            io.output.right[n] = -io.output.left[n];
        }
    }
    fn prepare(&mut self, _: f64) {}
    fn type_name(&self) -> &'static str {
        "AddK"
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}

/// Input bus 0 counts frames; output buses are recorded.
#[derive(Default)]
struct Tape {
    out: [Vec<f32>; 2],
}

impl BusIo for Tape {
    fn read(&mut self, bus: InputBus, frame: usize, frames: usize, block: &mut StereoBlock) {
        for n in 0..frames {
            block.left[n] = (bus.0 * 1000 + frame + n) as f32;
            block.right[n] = 0.0;
        }
    }
    fn write(&mut self, bus: OutputBus, frame: usize, frames: usize, block: &StereoBlock) {
        let out = &mut self.out[bus.0];
        out.resize(out.len().max(frame + frames), f32::NAN);
        out[frame..frame + frames].copy_from_slice(&block.left[..frames]);
    }
}

fn add(graph: &mut DspGraph, k: f32, inputs: usize) -> NodeId {
    graph.add(Box::new(AddK(k)), inputs).unwrap()
}

fn wire(graph: &mut DspGraph, from: NodeId, to: NodeId, slot: usize) {
    graph.connect(SourceId::Node(from), to, slot).unwrap();
}

#[test]
fn an_empty_graph_writes_nothing_and_does_not_fail() {
    let mut tape = Tape::default();
    Scheduler::new(DspGraph::new().compile()).run(&mut tape, 0, 100);
    assert!(tape.out[0].is_empty());
}

/// ```text
/// bus 0 --> a(+1) --+--> b(+10) --> d(+0) --> out 0
///                   +--> c(+100) ---^
///                   +--------------------------> out 1
/// ```
#[test]
fn a_diamond_sums_both_ways_and_keeps_a_tapped_buffer() {
    let mut graph = DspGraph::new();
    let d = add(&mut graph, 0.0, 2);
    let c = add(&mut graph, 100.0, 1);
    let b = add(&mut graph, 10.0, 1);
    let a = add(&mut graph, 1.0, 1);
    graph.connect(SourceId::Bus(InputBus(0)), a, 0).unwrap();
    wire(&mut graph, a, b, 0);
    wire(&mut graph, a, c, 0);
    wire(&mut graph, b, d, 0);
    wire(&mut graph, c, d, 1);
    graph.set_output(OutputBus(0), d).unwrap();
    graph.set_output(OutputBus(1), a).unwrap();
    let mut tape = Tape::default();
    Scheduler::new(graph.compile()).run(&mut tape, 0, 200);
    for frame in 0..200 {
        assert_eq!(tape.out[0][frame], 2.0 * (frame as f32 + 1.0) + 110.0);
        assert_eq!(tape.out[1][frame], frame as f32 + 1.0);
    }
}

#[test]
fn a_long_chain_needs_few_buffers() {
    let mut graph = DspGraph::new();
    let mut last = add(&mut graph, 1.0, 0);
    for _ in 0..20_000 {
        let next = add(&mut graph, 1.0, 1);
        wire(&mut graph, last, next, 0);
        last = next;
    }
    graph.set_output(OutputBus(0), last).unwrap();
    let plan = graph.compile();
    assert!(plan.num_buffers() <= 3, "{}", plan.num_buffers());
    let mut tape = Tape::default();
    Scheduler::new(plan).run(&mut tape, 0, 1);
    assert_eq!(tape.out[0], [20_001.0]);
}

#[test]
fn edits_that_make_no_sense_are_refused_and_change_nothing() {
    let mut graph = DspGraph::new();
    let (a, b) = (add(&mut graph, 1.0, 1), add(&mut graph, 2.0, 1));
    wire(&mut graph, a, b, 0);
    assert_eq!(graph.connect(SourceId::Node(b), a, 0), Err(GraphError::Cycle { from: b, to: a }));
    assert_eq!(graph.connect(SourceId::Node(a), a, 0), Err(GraphError::Cycle { from: a, to: a }));
    assert_eq!(graph.connect(SourceId::Node(a), b, 1), Err(GraphError::NoSlot { node: b, slot: 1, inputs: 1 }));
    assert_eq!(graph.add(Box::new(AddK(0.0)), 9).unwrap_err(), GraphError::TooManyInputs(9));
    graph.remove(a).unwrap();
    assert_eq!(graph.connect(SourceId::Node(a), b, 0), Err(GraphError::StaleNode(a)));
    let again = add(&mut graph, 5.0, 0);
    assert_ne!(again, a, "a place is used again under another generation");
    assert_eq!(graph.set_output(OutputBus(0), a), Err(GraphError::StaleNode(a)));
}

#[test]
fn not_a_number_stops_at_the_node_that_made_it() {
    let mut graph = DspGraph::new();
    let bad = add(&mut graph, f32::NAN, 0);
    let good = add(&mut graph, 3.0, 1);
    wire(&mut graph, bad, good, 0);
    graph.set_output(OutputBus(0), good).unwrap();
    let mut scheduler = Scheduler::new(graph.compile());
    let mut tape = Tape::default();
    scheduler.run(&mut tape, 0, 65);
    assert!(tape.out[0].iter().all(|s| *s == 3.0));
    assert_eq!(scheduler.non_finite(), 2, "once for each sub-block");
}

#[test]
fn nodes_are_found_by_type() {
    let mut graph = DspGraph::new();
    let id = add(&mut graph, 1.0, 0);
    let mut plan = graph.compile();
    plan.node_mut::<AddK>(id).unwrap().0 = 7.0;
    assert_eq!(plan.node_mut::<AddK>(id).unwrap().0, 7.0);
}
