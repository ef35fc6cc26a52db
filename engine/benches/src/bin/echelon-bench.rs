//! Measures everything and writes it down. `cargo xtask bench graph` builds and runs this.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people")]

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use echelon_bench::heap::Counting;
use echelon_bench::report::Options;
use echelon_bench::{instructions, report, svg, table};

#[global_allocator]
static HEAP: Counting = Counting;

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Vec<String>) -> Result<ExitCode> {
    if args.first().is_some_and(|arg| arg == instructions::ONE) {
        one(&args[1..])?;
        return Ok(ExitCode::SUCCESS);
    }
    let (mut options, mut strict, mut out) = (Options::default(), false, PathBuf::from("."));
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().with_context(|| format!("`{arg}` needs a value after it"));
        match arg.as_str() {
            "--quick" => options.quick = true,
            "--strict" => strict = true,
            "--nodes" => options.nodes = Some(value()?.parse().context("`--nodes` needs a number")?),
            "--out" => out = value()?.into(),
            _ => bail!("`{arg}` is not an option"),
        }
    }
    let is_live = std::io::stderr().is_terminal();
    let report = report::run(options, |step| {
        if is_live {
            eprint!("\r\x1b[K{step}");
        } else {
            eprintln!("    {step}");
        }
    });
    if is_live {
        eprint!("\r\x1b[K");
    }
    let report = report.map_err(anyhow::Error::msg)?;
    println!("{}", table::text(&report));
    std::fs::create_dir_all(&out).with_context(|| format!("could not make {}", out.display()))?;
    for (name, content) in
        [("graph.json", serde_json::to_string_pretty(&report)?), ("graph.svg", svg::picture(&report))]
    {
        std::fs::write(out.join(name), content).with_context(|| format!("could not write {name}"))?;
    }
    let wrong = report.wrong_outputs();
    if !wrong.is_empty() {
        bail!("some outputs are wrong:\n{}", wrong.join("\n"));
    }
    let missed = report.bars.iter().any(|bar| bar.passed == Some(false));
    Ok(if strict && missed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// One engine for some blocks, for valgrind.
fn one(args: &[String]) -> Result<()> {
    let [engine, shape, work, blocks] = args else { bail!("one engine: NAME SHAPE WORK BLOCKS") };
    let shape = shape.parse().map_err(anyhow::Error::msg)?;
    let work = work.parse().map_err(anyhow::Error::msg)?;
    instructions::run_one(engine, shape, work, blocks.parse()?).map_err(anyhow::Error::msg)
}
