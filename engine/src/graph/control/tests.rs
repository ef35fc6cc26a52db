//! What only shows inside: rings that are full.

use super::*;
use crate::graph::Width;
use crate::graph::nodes::Sum;

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
