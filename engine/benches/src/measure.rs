//! Times every engine on one graph, in turns, so that whatever the machine does hits all of them (but see
//! `Runner::has_helpers`).

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::engine::{BARE, CONTENDERS, Check, Contender, Engine, OURS_BOTH, OURS_LANES, check};
use crate::heap;
use crate::shape::{Graph, Shape, Work};

/// A graph with its work and block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Case {
    /// How the nodes hang together.
    pub shape: Shape,
    /// What they do.
    pub work: Work,
    /// How many.
    pub nodes: usize,
    /// Frames of a block.
    pub frames: usize,
}

/// How long to measure.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// For all engines on one graph.
    pub budget: Duration,
}

impl Effort {
    /// Some minutes for everything.
    pub const FULL: Self = Self { budget: Duration::from_millis(1800) };
    /// For a first look.
    pub const QUICK: Self = Self { budget: Duration::from_millis(500) };
}

/// One engine on one graph.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Which engine.
    pub engine: &'static str,
    /// Why it was not measured.
    pub refused: Option<String>,
    /// Nanoseconds a node for 64 frames in the fastest turn.
    pub min_ns: f64,
    /// And in the middle one.
    pub median_ns: f64,
    /// `true`: every sample is the plain loop's to the bit; `false`: to 1e-5 of the peak.
    pub same_bits: bool,
    /// Calls of the heap in a block, on all threads.
    pub heap_calls: f64,
    /// Times that the calling thread slept in a block.
    pub waits: f64,
}

/// All engines on one graph.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Shape of the graph.
    pub shape: &'static str,
    /// What the nodes do.
    pub work: &'static str,
    /// How many.
    pub nodes: usize,
    /// Frames of a block.
    pub frames: usize,
    /// By engine.
    pub rows: Vec<Row>,
}

impl Outcome {
    /// An engine's row, if it was measured.
    #[must_use]
    pub fn row(&self, engine: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.engine == engine && row.refused.is_none())
    }

    /// How many times as long the one takes as the other.
    #[must_use]
    pub fn ratio(&self, engine: &str, to: &str) -> Option<f64> {
        Some(self.row(engine)?.min_ns / self.row(to)?.min_ns)
    }

    /// Microseconds a block.
    #[expect(clippy::cast_precision_loss, reason = "counts of nodes and frames")]
    #[must_use]
    pub fn block_us(&self, engine: &str) -> Option<f64> {
        Some(self.row(engine)?.min_ns * self.nodes as f64 * (self.frames as f64 / 64.0) / 1000.0)
    }
}

struct Runner {
    contender: Contender,
    engine: Result<Box<dyn Engine>, String>,
    same_bits: bool,
    blocks: u32,
    turns: Vec<f64>,
    /// Calls of the heap and waits in a block.
    counts: (f64, f64),
}

/// Measures one case.
#[must_use]
pub fn measure(case: Case, effort: Effort) -> Outcome {
    let graph = Graph::new(case.shape, case.work, case.nodes);
    let mut output = vec![0.0; case.frames];
    let mut runners = vec![];
    for (place, contender) in CONTENDERS.into_iter().enumerate() {
        let mut runner = ready(contender, &graph, case.frames);
        runner.size_batch(&mut output);
        runner.go_ahead(place, &mut output);
        if runner.has_helpers() {
            runner.stretch(&mut output, effort);
        }
        runners.push(runner);
    }
    let start = Instant::now();
    let mut rounds = 0;
    while rounds < LEAST_ROUNDS || start.elapsed() < effort.budget {
        for runner in runners.iter_mut().filter(|runner| !runner.has_helpers()) {
            runner.warm_up(&mut output, WARM_UP);
            runner.turn(&mut output);
        }
        rounds += 1;
    }
    // Before the first is dropped: threads that end use the heap too.
    runners.iter_mut().for_each(|runner| runner.count(&mut output));
    let rows = runners.into_iter().map(|runner| runner.row(case)).collect();
    Outcome { shape: case.shape.name(), work: case.work.name(), nodes: case.nodes, frames: case.frames, rows }
}

fn ready(contender: Contender, graph: &Graph, frames: usize) -> Runner {
    let mut same_bits = false;
    let engine = (contender.build)(graph, frames).and_then(|mut engine| {
        same_bits = check(&mut *engine, graph, frames)? == Check::SameBits;
        Ok(engine)
    });
    Runner { contender, engine, same_bits, blocks: 1, turns: vec![], counts: (0.0, 0.0) }
}

/// Length of a turn, unless a block is longer: so short that some turns fit between whatever else the machine does.
const TURN: Duration = Duration::from_micros(200);
/// However long they take.
const LEAST_ROUNDS: usize = 9;
/// Before each turn, so that caches are warm.
const WARM_UP: Duration = Duration::from_micros(40);
/// Blocks between the places of two engines.
const APART: usize = 7;
/// Slow engines go less far ahead.
const GO_AHEAD: Duration = Duration::from_millis(30);
/// So that helpers are awake, who nap while there is nothing to do.
const WAKE_UP: Duration = Duration::from_millis(5);
/// The part of a case's time that an engine with helpers gets.
const STRETCH: u32 = 12;

impl Runner {
    /// As many blocks as fill a turn.
    fn size_batch(&mut self, output: &mut [f32]) {
        const TURNS: u32 = 4;
        let Ok(engine) = &mut self.engine else { return };
        let (start, mut blocks) = (Instant::now(), 0_u32);
        while start.elapsed() < TURN * TURNS {
            engine.run(output);
            blocks += 1;
        }
        self.blocks = blocks.div_ceil(TURNS);
    }

    /// Each engine is at another place of its music than those before it in a turn: no branch predictor has just seen
    /// the phases that it comes to.
    fn go_ahead(&mut self, place: usize, output: &mut [f32]) {
        let Ok(engine) = &mut self.engine else { return };
        let start = Instant::now();
        for _ in 0..place * APART {
            engine.run(output);
            if start.elapsed() > GO_AHEAD {
                return;
            }
        }
    }

    /// Helpers expect blocks as regularly as a device asks for them, and would sleep through turns that come now and
    /// then: these engines have all their turns in one go.
    fn has_helpers(&self) -> bool {
        matches!(self.contender.name, OURS_LANES | OURS_BOTH)
    }

    fn stretch(&mut self, output: &mut [f32], effort: Effort) {
        self.warm_up(output, WAKE_UP);
        let start = Instant::now();
        let mut turns = 0;
        while turns < LEAST_ROUNDS || start.elapsed() < effort.budget / STRETCH {
            self.turn(output);
            turns += 1;
        }
    }

    fn warm_up(&mut self, output: &mut [f32], time: Duration) {
        let Ok(engine) = &mut self.engine else { return };
        let start = Instant::now();
        while start.elapsed() < time {
            engine.run(output);
        }
    }

    fn turn(&mut self, output: &mut [f32]) {
        let Ok(engine) = &mut self.engine else { return };
        let start = Instant::now();
        for _ in 0..self.blocks {
            engine.run(output);
            black_box(&*output);
        }
        self.turns.push(nanoseconds(start.elapsed()) / f64::from(self.blocks));
    }

    /// Counts a few times over and keeps the least: the shared pool's threads tidy up after another engine's turn.
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    fn count(&mut self, output: &mut [f32]) {
        const BLOCKS: u32 = 16;
        const TIMES: usize = 5;
        let Ok(engine) = &mut self.engine else { return };
        let mut once = || heap::count(|| (0..BLOCKS).for_each(|_| engine.run(output)));
        let (heap, waits) = (0..TIMES).map(|_| once()).fold((u64::MAX, u64::MAX), |a, b| (a.0.min(b.0), a.1.min(b.1)));
        self.counts = (heap as f64 / f64::from(BLOCKS), waits as f64 / f64::from(BLOCKS));
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of nodes and frames")]
    fn row(mut self, case: Case) -> Row {
        let units = case.nodes as f64 * (case.frames as f64 / 64.0);
        self.turns.sort_by(f64::total_cmp);
        let at = |index: usize| self.turns.get(index).map_or(0.0, |ns| ns / units);
        Row {
            engine: self.contender.name,
            min_ns: at(0),
            median_ns: at(self.turns.len() / 2),
            refused: self.engine.err(),
            same_bits: self.same_bits,
            heap_calls: self.counts.0,
            waits: self.counts.1,
        }
    }
}

/// As a number.
#[expect(clippy::cast_precision_loss, reason = "short times")]
#[must_use]
pub const fn nanoseconds(time: Duration) -> f64 {
    time.as_nanos() as f64
}

/// How far apart the bare loop's fastest and middle turns are, over all cases: the middle one, as a part of 1.
#[must_use]
pub fn noise(outcomes: &[Outcome]) -> f64 {
    let mut spreads: Vec<f64> =
        outcomes.iter().filter_map(|outcome| outcome.row(BARE)).map(|row| row.median_ns / row.min_ns - 1.0).collect();
    spreads.sort_by(f64::total_cmp);
    spreads.get(spreads.len() / 2).copied().unwrap_or(0.0)
}
