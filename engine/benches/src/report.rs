//! A whole run: what is measured, in which order, and what is kept of it.

use serde::Serialize;

use crate::adapters;
use crate::bars::{self, Bar};
use crate::engine::{BARE, BARE_AGAIN, OURS, OURS_BANKED, REFERENCE};
use crate::instructions::{self, Count};
use crate::measure::{self, Case, Effort, Outcome};
use crate::paced::{self, Candidate, Load, Paced};
use crate::plan::{self, PlanFigures};
use crate::priority::RealTime;
use crate::shape::{Shape, Work};

/// What to measure.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Fewer graphs and turns.
    pub quick: bool,
    /// Only graphs of this many nodes.
    pub nodes: Option<usize>,
}

/// Everything measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// Fewer graphs and turns.
    pub quick: bool,
    /// How far the bare loop's middle turn is above its fastest, as a part of 1.
    pub noise: f64,
    /// How far a second bare loop in the same turns is from the first, at most, as a part of 1.
    pub twin: f64,
    /// Time, by graph.
    pub outcomes: Vec<Outcome>,
    /// Instructions, by graph.
    pub instructions: Vec<Count>,
    /// Why there are none.
    pub no_instructions: Option<String>,
    /// One block in each period.
    pub paced: Vec<Paced>,
    /// The same beside busy threads, and beside a busy shared pool.
    pub loaded: Vec<Paced>,
    /// Swaps of plans.
    pub plan: Option<PlanFigures>,
    /// Verdicts.
    pub bars: Vec<Bar>,
}

/// Where it was measured.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Threads that run at once.
    pub threads: usize,
    /// What it had to do before: processes that ran or wanted to, over the last minute.
    pub load: String,
    /// Whether the graphs were timed with real-time priority.
    pub is_realtime: bool,
}

impl Machine {
    fn look() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let cpuinfo = read("/proc/cpuinfo");
        let processor = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
        Self {
            processor: processor.trim_start_matches([' ', '\t', ':']).to_owned(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            load: read("/proc/loadavg").split(' ').next().unwrap_or("unknown").to_owned(),
            is_realtime: false,
        }
    }
}

/// The graphs of a run.
#[must_use]
pub fn cases(options: Options) -> Vec<Case> {
    let sizes = match (options.nodes, options.quick) {
        (Some(nodes), _) => vec![nodes],
        (None, true) => vec![100, 1000],
        (None, false) => vec![10, 100, 1000, 10_000],
    };
    let blocks: &[usize] = if options.quick { &[64] } else { &[64, 512] };
    let mut cases = vec![];
    for &frames in blocks {
        for work in Work::ALL {
            for shape in Shape::ALL {
                // Long blocks of many nodes take long, and differ little from short ones.
                let sizes = sizes.iter().filter(|nodes| frames == 64 || (100..=1000).contains(*nodes));
                cases.extend(sizes.map(|&nodes| Case { shape, work, nodes, frames }));
            }
        }
    }
    cases
}

/// The graph that is played as a device asks for it.
const PACED: (Shape, Work, usize) = (Shape::Decks, Work::Gain, 1000);
/// About a seventh of a period's time on one thread, and wide: what lanes are for.
const LOADED: (Shape, Work, usize) = (Shape::FanIn, Work::Biquad, 1000);

const PACED_CANDIDATES: [Candidate; 4] = [
    (BARE, adapters::bare::build),
    (OURS, adapters::ours::per_node),
    (OURS_BANKED, adapters::ours::banked),
    (REFERENCE, adapters::aether::build),
];
/// The engine with two lanes, when it finds that they pay.
pub const OURS_AUTO: &str = "ours, lanes when they pay";
/// The graph of [`OURS_AUTO`] on one thread.
pub const OURS_SEQUENTIAL: &str = OURS;
const LOADED_CANDIDATES: [Candidate; 3] = [
    (OURS_SEQUENTIAL, adapters::ours::per_node),
    (OURS_AUTO, adapters::ours::lanes_auto),
    (REFERENCE, adapters::aether::build),
];

/// Measures all of it. `say` hears of each step.
///
/// # Errors
/// An engine gives another output than the plain loop.
pub fn run(options: Options, mut say: impl FnMut(&str)) -> Result<Report, String> {
    let mut machine = Machine::look();
    let priority = RealTime::ask();
    machine.is_realtime = priority.is_given();
    let outcomes = times(options, &mut say);
    drop(priority);
    let (paced, loaded) = in_time(options, &mut say);
    say("swaps of plans");
    let plan = plan::measure(1000)?;
    say("instructions (valgrind)");
    let counts = instructions::measure();
    let mut report = Report {
        machine,
        quick: options.quick,
        noise: measure::noise(&outcomes),
        twin: twin(&outcomes),
        outcomes,
        no_instructions: counts.as_ref().err().cloned(),
        instructions: counts.unwrap_or_default(),
        paced,
        loaded,
        plan: Some(plan),
        bars: vec![],
    };
    report.bars = bars::judge(&report);
    Ok(report)
}

/// Every graph.
fn times(options: Options, say: &mut impl FnMut(&str)) -> Vec<Outcome> {
    let effort = if options.quick { Effort::QUICK } else { Effort::FULL };
    let cases = cases(options);
    let mut outcomes = vec![];
    for (index, case) in cases.iter().enumerate() {
        let Case { shape, work, nodes, frames } = case;
        say(&format!("{}/{} {} {nodes} x {}, {frames} frames", index + 1, cases.len(), shape.name(), work.name()));
        outcomes.push(measure::measure(*case, effort));
    }
    outcomes
}

/// One block in each period: by itself, and beside other work.
fn in_time(options: Options, say: &mut impl FnMut(&str)) -> (Vec<Paced>, Vec<Paced>) {
    let blocks = if options.quick { 500 } else { 1500 };
    let run = |graph, candidates: &'static [Candidate], load, wants_realtime| {
        paced::run(paced::Run { graph, candidates, load, wants_realtime, blocks })
    };
    say("one block in each period");
    let paced = run(PACED, &PACED_CANDIDATES, Load::None, false);
    let mut loaded = vec![];
    for load in [Load::BusyThreads, Load::SharedPool] {
        say(&format!("the same beside other work ({load:?})"));
        loaded.extend(run(LOADED, &LOADED_CANDIDATES, load, true));
    }
    (paced, loaded)
}

/// How far the bare loop is from itself.
fn twin(outcomes: &[Outcome]) -> f64 {
    let ratios = outcomes.iter().filter_map(|outcome| outcome.ratio(BARE_AGAIN, BARE));
    ratios.map(|ratio| (ratio - 1.0).abs()).fold(0.0, f64::max)
}

impl Report {
    /// Engines that were refused because of what they made, with the graph.
    #[must_use]
    pub fn wrong_outputs(&self) -> Vec<String> {
        let rows = self.outcomes.iter().flat_map(|outcome| outcome.rows.iter().map(move |row| (outcome, row)));
        rows.filter_map(|(outcome, row)| {
            let reason = row.refused.as_ref().filter(|reason| reason.contains("output is wrong"))?;
            Some(format!("{} on {} {} x {}: {reason}", row.engine, outcome.shape, outcome.nodes, outcome.work))
        })
        .collect()
    }
}
