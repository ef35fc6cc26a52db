//! From graph to plan, off the audio thread, in passes:
//!
//! 1. `spec`: what shall sound, with what still sounds of the plan before, so that nothing clicks
//! 2. `order`: every node after those that feed it; finds circles
//! 3. `latency`: how late each node's sound is
//! 4. `items`: nodes, delays that bring late and early sound together, fades, inputs of feedback nodes
//! 5. `banks`: nodes of one type side by side
//! 6. `strips`: runs of ops for parallel lanes
//! 7. `colour`: as few buffers as it takes
//! 8. `guards`: where to look for what is no sound
//! 9. `emit`: pointers, and streaks of ops whose nodes are of one type (see [`super::streak`])

mod banks;
mod colour;
mod emit;
mod guards;
mod items;
mod latency;
mod order;
mod schedule;
mod spec;
mod strips;

use super::costs::Ledger;
use super::plan::Plan;

pub(super) use items::Delays;
pub(super) use spec::{Spec, without_changes};

/// How to compile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) sample_rate: f64,
    /// Join nodes of one type.
    pub(super) banks: bool,
    /// Threads that may share the work; 1 for one strip.
    pub(super) lanes: usize,
}

/// The graph that sounds and the one that shall sound cannot be played together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Circle;

/// Compiles. `delays` are those of the plan before; they become those of this one. With several lanes the strips' costs
/// are measured, and compared with the ledger.
pub(super) fn compile(
    spec: &Spec,
    options: Options,
    serial: u64,
    delays: &mut Delays,
) -> Result<(Plan, Ledger), Circle> {
    let order = order::order(spec)?;
    let latency = latency::latencies(spec, &order);
    let items = items::build(spec, &order, &latency, options.sample_rate, delays);
    let groups = banks::fuse(&items.list, options.banks);
    let strips = strips::cut(&items.list, groups, options.lanes);
    let buffers = colour::assign(&items, &strips);
    let scans = guards::scans(&items);
    let ledger = if options.lanes > 1 { strips::ledger(&items.list, &strips) } else { Ledger::default() };
    let mut plan = emit::plan(items, &strips, &buffers, &scans, latency.total, serial);
    plan.costs = ledger.measured.clone();
    Ok((plan, ledger))
}
