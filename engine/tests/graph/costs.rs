//! What nodes say of their cost, and what is measured.

use std::hint::black_box;

use echelon_engine::graph::nodes::Sum;
use echelon_engine::graph::{DspNode, GraphConfig, NodeIo, Ports, Status, Width};

use crate::support::*;

/// Works for so many rounds, and says what it likes of that.
#[derive(Debug)]
struct Works {
    rounds: u32,
    hint_ns: u32,
}

impl DspNode for Works {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let mut value = black_box(1.0_f32);
        // For each frame, as a node does.
        for _ in 0..self.rounds * io.frames() as u32 {
            value = black_box(value * 0.999 + 0.001);
        }
        io.out_left().fill(value);
        Status::Audio
    }
    fn type_name(&self) -> &'static str {
        "Works"
    }
    fn ports(&self) -> Ports {
        Ports { inputs: NONE, output: Width::Mono }
    }
    fn cost_hint_ns(&self) -> u32 {
        self.hint_ns
    }
}

fn workers(lanes: usize, workers: &[(u32, u32)]) -> (Bench, Vec<echelon_engine::graph::NodeId>) {
    let mut bench = Bench::with(GraphConfig { lanes, ..GraphConfig::new(SR) });
    let sum = bench.control.add(Sum::new(Width::Mono, 8)).unwrap();
    let ids: Vec<_> = workers
        .iter()
        .enumerate()
        .map(|(slot, &(rounds, hint_ns))| {
            let id = bench.control.add(Works { rounds, hint_ns }).unwrap();
            bench.control.connect(id, sum, slot).unwrap();
            id
        })
        .collect();
    bench.control.set_output_node(Some(sum)).unwrap();
    bench.settle();
    (bench, ids)
}

/// Any edit, so that a new plan is made.
fn edit(bench: &mut Bench) {
    let extra = bench.add_k(0.0, NONE);
    bench.settle();
    bench.control.remove(extra).unwrap();
    bench.settle();
}

#[test]
fn nodes_that_seemed_not_worth_sharing_are_shared_after_the_next_edit() {
    let (mut bench, ids) = workers(2, &[(200, 10); 4]);
    assert_eq!(bench.scheduler.num_strips(), 1, "in all 40 ns, they say");
    bench.render(64 * 130);
    edit(&mut bench);
    assert!(bench.scheduler.num_strips() >= 4, "{}", bench.scheduler.num_strips());
    assert!(ids.iter().all(|id| bench.control.cost_ns(*id).unwrap() > 1000));
}

#[test]
fn a_node_that_is_much_dearer_than_it_said_is_told_from_the_others() {
    let mut all = [(20, 2500); 6];
    all[3].0 = 1000;
    let (mut bench, ids) = workers(2, &all);
    let costs = |bench: &Bench| -> Vec<u32> { ids.iter().map(|id| bench.control.cost_ns(*id).unwrap()).collect() };
    assert_eq!(costs(&bench), [2500; 6]);
    for _ in 0..4 {
        bench.render(64 * 130);
        edit(&mut bench);
    }
    let after = costs(&bench);
    // Fifty times; anything above ten is the measure at work, whatever else the machine does.
    let others = after.iter().enumerate().filter(|(n, _)| *n != 3).map(|(_, cost)| *cost).max().unwrap();
    assert!(after[3] > 10 * others, "{after:?}");
}

#[test]
fn with_one_lane_nothing_is_measured() {
    let (mut bench, ids) = workers(1, &[(200, 10); 4]);
    bench.render(64 * 130);
    edit(&mut bench);
    assert!(ids.iter().all(|id| bench.control.cost_ns(*id) == Ok(10)));
    assert_eq!(bench.scheduler.num_strips(), 1);
}
