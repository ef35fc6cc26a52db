//! The run as text.

use std::fmt::Write as _;

use crate::engine::{BARE, CONTENDERS, Family, OURS};
use crate::measure::Outcome;
use crate::paced::Paced;
use crate::report::Report;

/// The whole report.
#[must_use]
pub fn text(report: &Report) -> String {
    let mut text = String::new();
    let machine = &report.machine;
    _ = writeln!(
        text,
        "{}, {} threads, load {} at the start{}.\nNoise: the bare loop's middle turn is {:.1} % above its fastest; a \
         second bare loop in the same turns is at most {:.1} % off the first.\nFastest turns are compared. Outputs were \
         compared with a plain loop's first: to the bit, or to 1e-5 of the peak where marked ~.",
        machine.processor,
        machine.threads,
        machine.load,
        if machine.is_realtime { "; timed with real-time priority" } else { "" },
        report.noise * 100.0,
        report.twin * 100.0
    );
    let mut kinds: Vec<(&str, usize)> = vec![];
    for outcome in &report.outcomes {
        if !kinds.contains(&(outcome.work, outcome.frames)) {
            kinds.push((outcome.work, outcome.frames));
        }
    }
    for (work, frames) in kinds {
        let here = |outcome: &&Outcome| outcome.work == work && outcome.frames == frames;
        table(&mut text, &report.outcomes.iter().filter(here).collect::<Vec<_>>());
    }
    refusals(&mut text, report);
    instructions(&mut text, report);
    paced(&mut text, "Once per 1.33 ms, 8-deck 1000 gains", &report.paced);
    paced(&mut text, "Once per 1.33 ms beside other work, fan-in 1000 biquads", &report.loaded);
    bars(&mut text, report);
    text
}

const NAME: usize = 24;
const CELL: usize = 8;

/// Engines of one kind of work, by graph.
fn table(text: &mut String, outcomes: &[&Outcome]) {
    let Some(first) = outcomes.first() else { return };
    _ = writeln!(text, "\n{}, {} frames", first.work, first.frames);
    line(text, "", outcomes, |outcome| outcome.shape.to_owned());
    line(text, "nodes", outcomes, |outcome| outcome.nodes.to_string());
    let per_node = |outcome: &Outcome| outcome.row(BARE).map_or_else(String::new, |row| format!("{:.1}", row.min_ns));
    line(text, "bare loop, ns a node", outcomes, per_node);
    _ = writeln!(text, "  x bare loop");
    for contender in CONTENDERS.iter().filter(|contender| contender.name != BARE) {
        line(text, contender.name, outcomes, |outcome| cell(outcome, contender.name, BARE));
    }
    _ = writeln!(text, "  x ours, per node");
    for contender in CONTENDERS.iter().filter(|contender| contender.family == Family::Peer) {
        line(text, contender.name, outcomes, |outcome| cell(outcome, contender.name, OURS));
    }
}

fn line(text: &mut String, name: &str, outcomes: &[&Outcome], cell: impl Fn(&Outcome) -> String) {
    _ = write!(text, "{name:<NAME$}");
    for outcome in outcomes {
        _ = write!(text, "{:>CELL$}", cell(outcome));
    }
    _ = writeln!(text);
}

fn cell(outcome: &Outcome, engine: &str, to: &str) -> String {
    let mark = if outcome.row(engine).is_some_and(|row| !row.same_bits) { "~" } else { "" };
    outcome.ratio(engine, to).map_or_else(|| "-".to_owned(), |ratio| format!("{mark}{}", short(ratio)))
}

/// Three digits.
fn short(ratio: f64) -> String {
    if ratio < 9.995 {
        format!("{ratio:.2}")
    } else if ratio < 99.95 {
        format!("{ratio:.1}")
    } else {
        format!("{ratio:.0}")
    }
}

fn refusals(text: &mut String, report: &Report) {
    let mut said: Vec<(&str, &str)> = vec![];
    for outcome in &report.outcomes {
        for row in &outcome.rows {
            if let Some(reason) = row.refused.as_deref()
                && !said.contains(&(row.engine, reason))
            {
                _ = writeln!(
                    text,
                    "- {}: {reason} ({} {} x {})",
                    row.engine, outcome.shape, outcome.nodes, outcome.work
                );
                said.push((row.engine, reason));
            }
        }
    }
}

fn instructions(text: &mut String, report: &Report) {
    if let Some(reason) = &report.no_instructions {
        _ = writeln!(text, "\nInstructions: not measured: {reason}");
        return;
    }
    _ = writeln!(text, "\nInstructions a node for 64 frames, 1000 nodes (valgrind)");
    let mut before = ("", "");
    for count in &report.instructions {
        if before != (count.shape, count.work) {
            before = (count.shape, count.work);
            _ = write!(text, "{}{} x {}:", if before.0.is_empty() { "" } else { "  " }, count.shape, count.work);
        }
        _ = write!(text, "  {} {:.1};", count.engine, count.per_node);
        if count.engine == crate::engine::OURS_BANKED {
            _ = writeln!(text);
        }
    }
}

fn paced(text: &mut String, title: &str, runs: &[Paced]) {
    if runs.is_empty() {
        return;
    }
    _ = writeln!(text, "\n{title}: us a block");
    let width = NAME + 2;
    _ = writeln!(text, "{:<width$}{:>10}{:>10}{:>10}{:>16}  beside", "", "p50", "p99", "max", "missed");
    for run in runs {
        let missed = format!("{} of {}", run.missed, run.blocks);
        let priority = if run.is_realtime { ", real-time audio thread" } else { "" };
        _ = writeln!(
            text,
            "{:<width$}{:>10.1}{:>10.1}{:>10.1}{missed:>16}  {:?}{priority}",
            run.engine, run.p50_us, run.p99_us, run.max_us, run.load
        );
    }
}

fn bars(text: &mut String, report: &Report) {
    _ = writeln!(text, "\nBars");
    for bar in &report.bars {
        let verdict = match bar.passed {
            Some(true) => "pass",
            Some(false) => "FAIL",
            None => " -- ",
        };
        _ = writeln!(text, "{verdict}  {}: {}", bar.what, bar.measured);
    }
    let count = |passed| report.bars.iter().filter(|bar| bar.passed == passed).count();
    let (held, missed, open) = (count(Some(true)), count(Some(false)), count(None));
    _ = writeln!(text, "{held} bars held, {missed} missed, {open} not measured");
}
