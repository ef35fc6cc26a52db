//! Instructions a node, counted by valgrind: a figure without noise.

use std::process::{Command, Stdio};

use serde::Serialize;

use crate::engine::{BARE, BARE_DYN, BARE_FIXED, OURS, OURS_BANKED, OURS_NODES, contender};
use crate::shape::{Graph, Shape, Work};

/// One engine on one graph of gains or filters.
#[derive(Clone, Debug, Serialize)]
pub struct Count {
    /// Which engine.
    pub engine: &'static str,
    /// Shape of the graph.
    pub shape: &'static str,
    /// What the nodes do.
    pub work: &'static str,
    /// Instructions a node for 64 frames.
    pub per_node: f64,
}

/// The option under which this program runs one engine and nothing else.
pub const ONE: &str = "--one";
const NODES: usize = 1000;
const FRAMES: usize = 64;
/// Blocks of the two runs; building and starting is the same in both and cancels out.
const BLOCKS: (u32, u32) = (20, 220);

/// Counts for the bare loop and ours.
///
/// # Errors
/// Why nothing was counted.
pub fn measure() -> Result<Vec<Count>, String> {
    let found = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        return Err("valgrind is not installed".to_owned());
    }
    let mut counts = vec![];
    for (work, shape) in [(Work::Gain, Shape::Chain), (Work::Gain, Shape::Decks), (Work::Biquad, Shape::Decks)] {
        for engine in [BARE, BARE_FIXED, BARE_DYN, OURS, OURS_NODES, OURS_BANKED] {
            let [few, many] = [BLOCKS.0, BLOCKS.1].map(|blocks| instructions(engine, shape, work, blocks));
            let per_node = (many? - few?) / f64::from(BLOCKS.1 - BLOCKS.0) / to_f64(NODES);
            counts.push(Count { engine, shape: shape.name(), work: work.name(), per_node });
        }
    }
    Ok(counts)
}

#[expect(clippy::cast_precision_loss, reason = "a count of nodes")]
const fn to_f64(count: usize) -> f64 {
    count as f64
}

fn instructions(engine: &str, shape: Shape, work: Work, blocks: u32) -> Result<f64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(program)
        .args([ONE, engine, shape.name(), work.name(), &blocks.to_string()])
        .output()
        .map_err(|error| format!("valgrind could not be started: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let total = said.lines().find_map(|line| line.split_once("I refs:").or_else(|| line.split_once("I   refs:")));
    let total = total.map(|(_, count)| count.trim().replace(',', "")).and_then(|count| count.parse().ok());
    total.filter(|_| output.status.success()).ok_or_else(|| format!("valgrind gave no count for {engine}: {said}"))
}

/// Runs one engine for so many blocks: what valgrind looks at.
///
/// # Errors
/// What the engine refuses.
pub fn run_one(engine: &str, shape: Shape, work: Work, blocks: u32) -> Result<(), String> {
    let contender = contender(engine).ok_or_else(|| format!("no engine is called {engine}"))?;
    let mut engine = (contender.build)(&Graph::new(shape, work, NODES), FRAMES)?;
    let mut output = [0.0; FRAMES];
    for _ in 0..blocks {
        engine.run(&mut output);
        std::hint::black_box(&output);
    }
    Ok(())
}
