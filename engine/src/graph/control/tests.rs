//! What only shows inside: rings that are full.

use super::*;
use crate::graph::Width;
use crate::graph::nodes::Sum;
use crate::graph::plan::NodeCell;

/// The control half never lets it come to this: here it forgets that a plan is in flight.
#[test]
fn a_full_way_back_refuses_the_next_plan_and_drops_none() {
    let (mut control, mut commands, mut scheduler) = Graph::new(GraphConfig::new(48_000.0));
    for _ in 0..=RETURN_CAPACITY {
        control.add(Sum::new(Width::Mono, 1)).unwrap();
        control.stage = Stage::Settled;
        control.send_plan().unwrap();
    }
    scheduler.process_block(&mut commands, [&mut [0.0; 8], &mut [0.0; 8]]);
    assert_eq!(control.telemetry().refused_swaps, 1);
    assert_eq!(scheduler.num_ops(), RETURN_CAPACITY, "the last one waits");
    scheduler.process_block(&mut commands, [&mut [0.0; 8], &mut [0.0; 8]]);
    assert_eq!(control.telemetry().refused_swaps, 2, "and goes on waiting");
    control.collect();
    scheduler.process_block(&mut commands, [&mut [0.0; 8], &mut [0.0; 8]]);
    assert_eq!(scheduler.num_ops(), RETURN_CAPACITY + 1);
}

#[test]
fn a_plan_that_is_only_a_step_on_the_way_is_told_from_the_goal() {
    let mut graph = DspGraph::default();
    let a = graph.add(Box::new(Sum::new(Width::Mono, 1))).unwrap();
    let b = graph.add(Box::new(Sum::new(Width::Mono, 1))).unwrap();
    graph.connect(a.into(), b, 0).unwrap();
    let mut other = graph.clone();
    assert!(!has_more_to_do(&other, &graph));
    other.disconnect(b, 0).unwrap();
    assert!(has_more_to_do(&other, &graph));
}

/// ```text
/// 8 x  node --> (sum) --> out       all say 1 us; the fifth takes 20, and the time of each strip is made up
/// ```
#[test]
fn a_node_with_a_wrong_hint_ends_up_alone_and_first() {
    const DEAR: usize = 4;
    let Some(ticks) = ticks_per_ns() else { return };
    let (mut control, _commands, _scheduler) = Graph::new(GraphConfig { lanes: 2, ..GraphConfig::new(48_000.0) });
    let sum = control.add(Sum::new(Width::Mono, 8)).unwrap();
    let nodes: Vec<NodeId> = (0..8).map(|_| control.add(Claims).unwrap()).collect();
    for (slot, &node) in nodes.iter().enumerate() {
        control.connect(node, sum, slot).unwrap();
    }
    control.set_output_node(Some(sum)).unwrap();
    let dear = control.desired.entry(nodes[DEAR]).unwrap().cell.clone();
    let mut strip_of_dear = vec![];
    for _ in 0..5 {
        control.stage = Stage::Settled;
        control.send_plan().unwrap();
        strip_of_dear = vec![];
        for (index, strip) in control.ledger.strips.iter().enumerate() {
            let is_dear = |cell: &Arc<NodeCell>| Arc::ptr_eq(cell, &dear);
            let ns: f64 = strip.nodes.iter().map(|(cell, _)| if is_dear(cell) { 20_000.0 } else { 1000.0 }).sum();
            control.ledger.measured.add(index, (ns * ticks) as u64, 64);
            if strip.nodes.iter().any(|(cell, _)| is_dear(cell)) {
                strip_of_dear.push((index, strip.nodes.len()));
            }
        }
    }
    assert_eq!(strip_of_dear, [(0, 1)], "the longest way to the end, and nobody waits behind it");
    assert!((18_000..22_000).contains(&dear.cost_ns()), "{}", dear.cost_ns());
    assert!(control.ledger.strips.len() >= 3, "what the other lane does in the meantime");
}

/// Costs what nobody knows.
struct Claims;

impl DspNode for Claims {
    fn process(&mut self, _: crate::graph::NodeIo<'_>) -> crate::graph::Status {
        crate::graph::Status::Silent
    }
    fn type_name(&self) -> &'static str {
        "Claims"
    }
    fn ports(&self) -> crate::graph::Ports {
        crate::graph::Ports { inputs: &[], output: Width::Mono }
    }
    fn cost_hint_ns(&self) -> u32 {
        1000
    }
}
