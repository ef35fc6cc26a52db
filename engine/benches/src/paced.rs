//! One block in each period, as a device asks for them: processors idle in between, helpers fall asleep, others run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::engine::{Built, Engine};
use crate::measure::nanoseconds;
use crate::priority::ask_for_this_thread;
use crate::shape::{Graph, Shape, Work};

/// 64 frames at 48 kHz.
pub const PERIOD: Duration = Duration::from_nanos(1_333_333);
const FRAMES: usize = 64;
/// Blocks of one engine before it is the next one's turn.
const SEGMENT: usize = 250;
/// An engine that takes longer for its segment is given up on until its next turn.
const MOST: Duration = Duration::from_millis(1500);
/// At the start of each segment, not counted.
const SETTLE: usize = 20;

/// What else the machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Load {
    /// Nothing of ours.
    None,
    /// Two threads that compute without end.
    BusyThreads,
    /// Pieces of 5 ms in the process's shared `rayon` pool, like a track's analysis.
    SharedPool,
}

/// An engine under a load.
#[derive(Clone, Debug, Serialize)]
pub struct Paced {
    /// Which engine.
    pub engine: &'static str,
    /// Beside what.
    pub load: Load,
    /// Whether the audio thread had real-time priority.
    pub is_realtime: bool,
    /// Microseconds a block: the middle one.
    pub p50_us: f64,
    /// 99 of 100 are faster.
    pub p99_us: f64,
    /// The slowest.
    pub max_us: f64,
    /// Blocks that took longer than the period.
    pub missed: usize,
    /// Of so many.
    pub blocks: usize,
}

/// An engine by name, and how it is built.
pub type Candidate = (&'static str, fn(&Graph, usize) -> Built);

/// A paced run.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// Shape, work and number of nodes.
    pub graph: (Shape, Work, usize),
    /// Who takes part.
    pub candidates: &'a [Candidate],
    /// Beside what.
    pub load: Load,
    /// Whether to ask for real-time priority for the audio thread. Helpers keep theirs.
    pub wants_realtime: bool,
    /// Blocks of each.
    pub blocks: usize,
}

/// Runs the candidates in turns on one audio thread.
#[must_use]
pub fn run(run: Run<'_>) -> Vec<Paced> {
    let stop = Arc::new(AtomicBool::new(false));
    let busy = start_load(run.load, &stop);
    // A thread of its own: its priority ends with it.
    let results = std::thread::scope(|scope| scope.spawn(|| on_audio_thread(run)).join().unwrap_or_default());
    stop.store(true, Ordering::Relaxed);
    for thread in busy {
        _ = thread.join();
    }
    results
}

fn on_audio_thread(run: Run<'_>) -> Vec<Paced> {
    let (shape, work, nodes) = run.graph;
    let graph = Graph::new(shape, work, nodes);
    let mut engines: Vec<(&'static str, Box<dyn Engine>, Vec<f64>)> = vec![];
    for (name, build) in run.candidates {
        if let Ok(engine) = build(&graph, FRAMES) {
            engines.push((name, engine, vec![]));
        }
    }
    // Now, so that threads that the engines have started keep ordinary priority.
    let is_realtime = run.wants_realtime && ask_for_this_thread();
    while engines.first().is_some_and(|(.., times)| times.len() < run.blocks) {
        for (_, engine, times) in &mut engines {
            segment(&mut **engine, times);
        }
    }
    let result = |(engine, _, times)| summary(engine, times, run.load, is_realtime);
    engines.into_iter().map(result).collect()
}

fn segment(engine: &mut dyn Engine, times: &mut Vec<f64>) {
    let mut output = [0.0; FRAMES];
    let began = Instant::now();
    let mut due = began;
    for block in 0..SEGMENT + SETTLE {
        if began.elapsed() > MOST {
            return;
        }
        due += PERIOD;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let start = Instant::now();
        engine.run(&mut output);
        let took = start.elapsed();
        if block >= SETTLE {
            times.push(nanoseconds(took) / 1000.0);
        }
        // Whoever is late starts anew, so that one late block is not counted twice.
        due = due.max(Instant::now() - PERIOD);
    }
}

fn summary(engine: &'static str, mut times: Vec<f64>, load: Load, is_realtime: bool) -> Paced {
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len() - 1)).copied().unwrap_or(0.0);
    let period_us = nanoseconds(PERIOD) / 1000.0;
    Paced {
        engine,
        load,
        is_realtime,
        p50_us: at(50),
        p99_us: at(99),
        max_us: at(100),
        missed: times.iter().filter(|time| **time > period_us).count(),
        blocks: times.len(),
    }
}

fn start_load(load: Load, stop: &Arc<AtomicBool>) -> Vec<std::thread::JoinHandle<()>> {
    let start = |work: fn()| {
        let stop = stop.clone();
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                work();
            }
        })
    };
    match load {
        Load::None => vec![],
        Load::BusyThreads => (0..2).map(|_| start(|| compute(PIECE))).collect(),
        // From outside the pool, as an analysis would: pieces that ask for pieces would let nobody else in at all.
        Load::SharedPool => vec![start(|| {
            rayon::scope(|scope| {
                (0..2 * rayon::current_num_threads()).for_each(|_| scope.spawn(|_| compute(PIECE)));
            })
        })],
    }
}

/// Length of a piece of other work.
const PIECE: Duration = Duration::from_millis(5);

fn compute(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::black_box((0..1000).fold(1.0_f64, |sum, n| sum + f64::from(n).sqrt()));
    }
}
