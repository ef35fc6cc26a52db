//! `cargo xtask fuzz`: everything that comes from outside, as any bytes at all.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::cli::Args;
use crate::workspace::{root, run_ok, step, target_dir};

pub const HELP: &str = "
Usage: cargo xtask fuzz [--seconds S] [--target T]

Runs the fuzzers of `fuzz/` (cargo-fuzz, libFuzzer) one after the other, for S seconds each (30 unless you say so): OSC
packets, saved states, MIDI mapping files, audio files, and actions for the engine. They begin with the inputs in `fuzz/kept/` and
with what earlier runs found. The last lines say how many inputs each has tried. Ends with an error if one was not survived: its
input is in `fuzz/artifacts/`; give it a name in `fuzz/kept/` together with what mends it, and it runs with the tests.

Installs cargo-fuzz if it is not there. The first time everything is compiled once more, with counters: minutes.

Options:
  --seconds S  for each fuzzer
  --target T   this one alone: osc, state, mapping, audio or commands
";

/// By their names in `fuzz/Cargo.toml`.
const TARGETS: [&str; 5] = ["osc", "state", "mapping", "audio", "commands"];

pub fn main(mut args: Args) -> Result<()> {
    let seconds = args.value::<u64>("--seconds")?.unwrap_or(30).max(1);
    let only = args.value::<String>("--target")?;
    args.finish()?;
    let targets: Vec<_> = TARGETS.into_iter().filter(|name| only.as_ref().is_none_or(|only| only == name)).collect();
    if targets.is_empty() {
        bail!("there is no such target: it is one of {}", TARGETS.join(", "));
    }
    install()?;
    step("Building the fuzzers (the first time everything is compiled: minutes)");
    for name in &targets {
        run_ok(cargo_fuzz("build").arg(name), "building")?;
    }
    let mut lines = vec![];
    for name in targets {
        step(&format!("Fuzzing {name}, {seconds} s"));
        let tried = fuzz(name, seconds)?;
        lines.push(format!("{name:<9} {tried:>10} inputs, all survived"));
    }
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

/// cargo-fuzz, from the registry, if it cannot be started.
fn install() -> Result<()> {
    let is_there =
        Command::new("cargo").args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if is_there.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    step("Installing cargo-fuzz");
    run_ok(Command::new("cargo").args(["install", "cargo-fuzz", "--locked"]), "installing cargo-fuzz")
}

/// Without a sanitizer: those need another compiler.
fn cargo_fuzz(what: &str) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(["fuzz", what, "--fuzz-dir", "fuzz", "--sanitizer", "none", "--target-dir"]);
    command.arg(target_dir().join("fuzz"));
    command
}

/// How many inputs were tried.
fn fuzz(name: &str, seconds: u64) -> Result<u64> {
    let corpus = root().join("fuzz/corpus").join(name);
    std::fs::create_dir_all(&corpus).with_context(|| format!("could not make {}", corpus.display()))?;
    let time = format!("-max_total_time={seconds}");
    let mut command = cargo_fuzz("run");
    command.arg(name).arg(&corpus).arg(root().join("fuzz/kept").join(name));
    // 10 s for one input is a hang; a project may be large, no packet is.
    command.args(["--", &time, "-timeout=10", "-rss_limit_mb=4096", "-max_len=65536", "-print_final_stats=1"]);
    let mut child = command.stderr(Stdio::piped()).spawn().context("could not start cargo fuzz")?;
    let said = child.stderr.take().context("the fuzzer says nothing")?;
    let mut tried = None;
    for line in BufReader::new(said).lines().map_while(Result::ok) {
        tried = tried_of(&line).or(tried);
        if is_of_interest(&line) {
            println!("    {line}");
        }
    }
    let status = child.wait().context("the fuzzer did not end")?;
    if !status.success() {
        bail!("{name}: an input was not survived; it is below {}", Path::new("fuzz/artifacts").join(name).display());
    }
    tried.with_context(|| format!("{name} ended without saying how many inputs it tried"))
}

/// Of `stat::number_of_executed_units: 12345`.
fn tried_of(line: &str) -> Option<u64> {
    line.strip_prefix("stat::number_of_executed_units:")?.trim().parse().ok()
}

fn is_of_interest(line: &str) -> bool {
    ["panicked", "ERROR", "SUMMARY", "Test unit written", "error"].iter().any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_says_is_understood() {
        assert_eq!(tried_of("stat::number_of_executed_units: 12345"), Some(12_345));
        assert_eq!(tried_of("stat::average_exec_per_sec:     4115"), None);
        assert!(is_of_interest("thread panicked at plugin/src/x.rs") && !is_of_interest("#12 NEW cov: 7"));
    }

    #[test]
    fn every_target_is_in_the_fuzzers_own_list() {
        let list = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
        for name in TARGETS {
            assert!(list.contains(&format!("name = \"{name}\"")), "{name}");
        }
        assert_eq!(list.matches("[[bin]]").count(), TARGETS.len());
    }
}
