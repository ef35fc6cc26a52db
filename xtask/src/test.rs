//! `cargo xtask test`: every test of the workspace, and one line with the sum.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::cli::Args;
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, run, step};

pub const HELP: &str = "
Usage: cargo xtask test [--lint] [-- <arguments for cargo test>]

Sets up, then runs `cargo test`, without the benchmarks; the rules on which package may know what (architecture) are among the
tests of the package xtask. The last line is the sum over all test programs: `N passed, N failed`. Ends with an error if anything failed, also if
a test program died without saying how many.

Options:
  --lint  also check the format, and clippy and the documentation with warnings as errors; each counts as one check
  --      what follows goes to cargo test, for example `-- -p xtask`
";

/// What test programs said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }

    fn check(ok: bool) -> Self {
        Self { passed: u64::from(ok), failed: u64::from(!ok), skipped: 0 }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Reads the output of `cargo test` line by line.
#[derive(Debug, Default)]
struct Tally {
    counts: Counts,
    /// A test program said how many tests it will run, and has not yet said how they went.
    running: bool,
    programs: u64,
    /// Names of the tests that failed.
    failures: Vec<String>,
}

impl Tally {
    fn line(&mut self, line: &str) {
        if let Some(result) = line.strip_prefix("test result: ") {
            self.counts.add(parse_result(result));
            self.programs += 1;
            self.running = false;
        } else if line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test")) {
            self.end_of_program();
            self.running = true;
        } else if let Some(name) = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED")) {
            self.failures.push(name.to_owned());
        }
    }

    /// A program that ended without a result (an abort, a signal) counts as one failure.
    fn end_of_program(&mut self) {
        if std::mem::take(&mut self.running) {
            self.counts.failed += 1;
            eprintln!("error: a test program ended without a result; it counts as one failure");
        }
    }

    /// All output is read. Cargo's own verdict has the last word.
    fn finish(mut self, cargo_succeeded: bool) -> Self {
        self.end_of_program();
        if !cargo_succeeded && self.counts.failed == 0 {
            eprintln!("error: cargo test failed (does everything compile?); it counts as one failure");
            self.counts.failed = 1;
        }
        self
    }
}

/// `ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`
fn parse_result(text: &str) -> Counts {
    let mut counts = Counts::default();
    let items = text.split_once(". ").map_or(text, |(_, items)| items);
    for item in items.split("; ") {
        match item.split_once(' ').map(|(number, word)| (number.parse::<u64>(), word)) {
            Some((Ok(number), "passed")) => counts.passed = number,
            Some((Ok(number), "failed")) => counts.failed = number,
            Some((Ok(number), "ignored")) => counts.skipped = number,
            _ => {}
        }
    }
    counts
}

pub fn main(args: Args) -> Result<()> {
    let (mut args, extra) = args.split_at_dashes();
    let lint = args.flag("--lint");
    args.finish()?;
    set_up(&[Need::Build, Need::Editor], false)?;
    let mut total = Counts::default();
    if lint {
        total.add(lint_checks()?);
    }
    let tally = cargo_test(&extra)?;
    total.add(tally.counts);
    for name in &tally.failures {
        println!("failed: {name}");
    }
    let checks = if lint { format!(" and {} lint checks", LINT_CHECKS.len()) } else { String::new() };
    println!("\n{} test programs{checks}", tally.programs);
    println!("{total}");
    if total.failed > 0 {
        bail!("{} failed; the reasons are above", total.failed);
    }
    Ok(())
}

/// What `--lint` checks, and cargo's words for it.
const LINT_CHECKS: [(&str, &[&str]); 3] = [
    ("the format (cargo fmt --check)", &["fmt", "--all", "--check"]),
    ("clippy with warnings as errors", &["clippy", "--all-targets", "--quiet", "--", "--deny", "warnings"]),
    ("the documentation with warnings as errors", &["doc", "--no-deps", "--quiet"]),
];

fn lint_checks() -> Result<Counts> {
    let mut counts = Counts::default();
    for (what, args) in LINT_CHECKS {
        step(&format!("Checking {what}"));
        let ok = run(cargo().args(args).env("RUSTDOCFLAGS", "--deny warnings"))?.success();
        println!(
            "    {}",
            if ok { "ok" } else { "FAILED (if the tool is missing: rustup component add rustfmt clippy)" }
        );
        counts.add(Counts::check(ok));
    }
    Ok(counts)
}

fn cargo_test(extra: &[String]) -> Result<Tally> {
    step("Testing the workspace (the first time everything is compiled: minutes)");
    let mut child = cargo()
        .args(["test", "--no-fail-fast"])
        .args(extra)
        .stdout(Stdio::piped())
        .spawn()
        .context("could not start cargo test")?;
    let mut tally = Tally::default();
    let output = child.stdout.take().context("cargo test has an output")?;
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("could not read what cargo test says")?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        tally.line(line.trim_end());
    }
    let status = child.wait().context("cargo test vanished")?;
    Ok(tally.finish(status.success()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(output: &str, ok: bool) -> Counts {
        let mut tally = Tally::default();
        output.lines().for_each(|line| tally.line(line));
        tally.finish(ok).counts
    }

    #[test]
    fn counts_are_summed_over_test_programs() {
        let output = "
running 2 tests
test a ... ok
test b ... FAILED
test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

running 1 test
test c ... ok
test result: ok. 1 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.10s
";
        assert_eq!(tally(output, false), Counts { passed: 2, failed: 1, skipped: 3 });
    }

    #[test]
    fn failed_tests_are_named() {
        let mut tally = Tally::default();
        "running 2 tests\ntest a::b ... FAILED\ntest c ... ok".lines().for_each(|line| tally.line(line));
        assert_eq!(tally.failures, ["a::b"]);
    }

    #[test]
    fn a_program_that_dies_is_a_failure() {
        let dies = "running 7 tests\ntest a ... ok\n";
        let lives = "running 1 test\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(tally(&format!("{dies}{lives}"), false), Counts { passed: 1, failed: 1, skipped: 0 });
        assert_eq!(tally(&format!("{lives}{dies}"), false), Counts { passed: 1, failed: 1, skipped: 0 });
    }

    #[test]
    fn cargo_has_the_last_word() {
        assert_eq!(tally("", false), Counts { passed: 0, failed: 1, skipped: 0 });
        assert_eq!(tally("", true), Counts::default());
    }

    #[test]
    fn the_closing_line_is_exact() {
        assert_eq!(Counts { passed: 12, failed: 0, skipped: 0 }.to_string(), "12 passed, 0 failed");
        assert_eq!(Counts { passed: 1, failed: 2, skipped: 3 }.to_string(), "1 passed, 2 failed, 3 skipped");
    }
}
