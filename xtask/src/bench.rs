//! `cargo xtask bench`: the graph engine beside a bare loop and other engines; decks and mixer; the analysis on real music.

mod analysis;
mod load;

use anyhow::{Result, bail};

use crate::cli::Args;
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, run_ok, shown, step, target_dir};

pub const HELP: &str = "
Usage: cargo xtask bench graph [--quick] [--nodes N] [--strict]
       cargo xtask bench decks
       cargo xtask bench load
       cargo xtask bench analysis [--quick | --made] [--alone] [--peer-minutes N] [--strict]

Builds engine/benches with optimisation and runs it: the graph engine, a bare loop over the same nodes, and published
graph engines, on the same graphs with the same kernels. Each engine's output is compared with a plain loop's before it
is timed, and all are timed in turns. Prints a table of ratios and a verdict for each bar, and writes
target/bench/graph.json and target/bench/graph.svg. Instructions are counted if valgrind is installed.

Close what else runs: the second line of the output says how noisy the machine is.

`bench decks` plays four synced decks with every control of the mixer in use, without and with key lock, at rest and with
a gesture every half second, and prints what a block costs of its time; beside it the stretch library alone and Rubber
Band's tool, if it is installed.

`bench load` makes five minutes of music in each format with ffmpeg, and prints what decoding and analysis cost on one core,
after how much of the load a deck can begin, and how long ffmpeg takes to decode.

`bench analysis` makes tracks of many styles, installs music whose tempo is known from the distribution (LMMS, Hydrogen,
Sonic Pi, Frets on Fire), renders it into target/bench/music (the first time: half an hour), edits songs so that they
swing and drift, analyses all of it on one thread, and prints a table with pass counts, beside aubio and qm-dsp (Mixxx's
beat and key analysis); the table is kept in target/bench/analysis.txt. Counts are told apart for tracks that the analysis
was tuned on and tracks that were held out. What was rendered and what others answered is kept: a run that was broken off
goes on where it was. `--quick` leaves out LMMS, `--made` all but the tracks that are made here, `--alone` the others.

Options:
  --quick    fewer graphs and turns: about a minute instead of several
  --peer-minutes N  ask each of the others for so long at most (30)
  --nodes N  only graphs of N nodes; bars for other sizes are not measured
  --strict   a missed bar ends with an error
";

pub fn main(args: Args) -> Result<()> {
    let mut args = args;
    if args.flag("analysis") {
        return analysis::main(args);
    }
    if args.flag("load") {
        return load::main(args);
    }
    if args.flag("decks") {
        return decks(args);
    }
    if !args.flag("graph") {
        bail!("what shall be measured? There are `cargo xtask bench graph`, `decks`, `load` and `analysis`");
    }
    let quick = args.flag("--quick");
    let strict = args.flag("--strict");
    let nodes: Option<usize> = args.value("--nodes")?;
    args.finish()?;
    if nodes == Some(0) {
        bail!("`--nodes 0`: a graph without nodes takes no time");
    }
    set_up(&[Need::Build], false)?;
    step("Building the benchmarks (the first time other engines are compiled: minutes)");
    run_ok(cargo().args(["build", "--release", "--package", "echelon_bench", "--bin", "echelon-bench"]), "the build")?;
    let out = target_dir().join("bench");
    step("Measuring");
    let mut program = std::process::Command::new(target_dir().join("release").join("echelon-bench"));
    program.arg("--out").arg(&out);
    program.args(quick.then_some("--quick")).args(strict.then_some("--strict"));
    if let Some(nodes) = nodes {
        program.args(["--nodes", &nodes.to_string()]);
    }
    let result = run_ok(&mut program, "the benchmark");
    for file in ["graph.json", "graph.svg"].map(|name| out.join(name)).iter().filter(|file| file.is_file()) {
        println!("    {}", shown(file));
    }
    result
}

fn decks(args: Args) -> Result<()> {
    args.finish()?;
    set_up(&[Need::Build], false)?;
    step("Building with optimisation, and measuring");
    let run = ["run", "--release", "--quiet", "--package", "echelon_engine", "--example", "deck_figures"];
    run_ok(cargo().args(run), "the measurement")
}
