//! What an edit costs: compiled on one side, adopted on the other.

use std::time::Instant;

use echelon_engine::graph::Width;
use echelon_engine::graph::nodes::Gain;
use serde::Serialize;

use crate::adapters::ours::Ours;
use crate::engine::Engine;
use crate::measure::nanoseconds;
use crate::shape::{Graph, Shape, Work};

/// Medians, in microseconds.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct PlanFigures {
    /// Nodes of the graph.
    pub nodes: usize,
    /// To compile and send, off the audio thread.
    pub compile_us: f64,
    /// To take the plan up, on the audio thread.
    pub adopt_us: f64,
    /// How much longer the block after that takes than others.
    pub first_block_us: f64,
}

const FRAMES: usize = 64;
const SWAPS: usize = 200;
/// Blocks between swaps.
const BETWEEN: usize = 20;

/// Swaps plans of a mixer of gains.
///
/// # Errors
/// What the engine refuses.
pub fn measure(nodes: usize) -> Result<PlanFigures, String> {
    let mut ours = Ours::in_a_rig(&Graph::new(Shape::Decks, Work::Gain, nodes), FRAMES)?;
    let mut output = [0.0; FRAMES];
    let (mut compile, mut adopt, mut first, mut others) = (vec![], vec![], vec![], vec![]);
    for _ in 0..SWAPS {
        for _ in 0..BETWEEN {
            ours.run(&mut output);
        }
        others.push(time(|| ours.run(&mut output)));
        let extra = ours.control.add(Gain::new(Width::Mono, 0.5)).map_err(|error| error.to_string())?;
        let mut sent = Ok(echelon_engine::graph::Commit::Settled);
        compile.push(time(|| sent = ours.control.commit()));
        if sent.map_err(|error| error.to_string())? != echelon_engine::graph::Commit::Sent {
            return Err("an edit was not sent".to_owned());
        }
        adopt.push(time(|| ours.scheduler.receive(&mut ours.commands)));
        first.push(time(|| ours.run(&mut output)));
        ours.control.remove(extra).map_err(|error| error.to_string())?;
        settle(&mut ours, &mut output)?;
    }
    let [compile_us, adopt_us, first_us, other_us] = [compile, adopt, first, others].map(median);
    Ok(PlanFigures { nodes, compile_us, adopt_us, first_block_us: (first_us - other_us).max(0.0) })
}

/// Until nothing is in flight.
fn settle(ours: &mut Ours, output: &mut [f32]) -> Result<(), String> {
    for _ in 0..1000 {
        if ours.control.commit().map_err(|error| error.to_string())? == echelon_engine::graph::Commit::Settled {
            return Ok(());
        }
        ours.run(output);
    }
    Err("edits do not come to rest".to_owned())
}

fn time(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    nanoseconds(start.elapsed()) / 1000.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
