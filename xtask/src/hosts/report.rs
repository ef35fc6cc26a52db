//! What was found: one row for each check, the table, the sum.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::test::Counts;

/// What the row of a host's release is called.
pub const VERSION: &str = "release";

/// How a check went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With what was measured, or nothing.
    Passed(String),
    /// With why.
    Failed(String),
    /// The host cannot be had here, with why. Proves nothing.
    Unavailable(String),
    /// No check: what the host is.
    Told(String),
}

/// One check in one host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub host: &'static str,
    pub format: &'static str,
    pub check: String,
    pub outcome: Outcome,
}

impl Row {
    /// For the terminal, while it runs.
    pub fn line(&self) -> String {
        format!("    {}: {}", self.check, self.result())
    }

    fn json(&self) -> serde_json::Value {
        let (outcome, detail) = match &self.outcome {
            Outcome::Passed(detail) => ("passed", detail),
            Outcome::Failed(why) => ("failed", why),
            Outcome::Unavailable(why) => ("not available", why),
            Outcome::Told(what) => ("told", what),
        };
        serde_json::json!({
            "host": self.host, "format": self.format, "check": self.check, "outcome": outcome, "detail": detail,
        })
    }

    fn result(&self) -> String {
        match &self.outcome {
            Outcome::Passed(detail) if detail.is_empty() => "ok".to_owned(),
            Outcome::Passed(detail) => format!("ok ({detail})"),
            Outcome::Failed(why) if why.is_empty() => "FAILED".to_owned(),
            Outcome::Failed(why) => format!("FAILED ({why})"),
            Outcome::Unavailable(why) => format!("not available here: {why}"),
            Outcome::Told(what) => what.clone(),
        }
    }
}

/// The sum.
pub fn counts<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Counts {
    let mut counts = Counts::default();
    for row in rows {
        match row.outcome {
            Outcome::Passed(_) => counts.passed += 1,
            Outcome::Failed(_) => counts.failed += 1,
            Outcome::Unavailable(_) => counts.skipped += 1,
            Outcome::Told(_) => {}
        }
    }
    counts
}

/// `host | format | check | result`, in columns.
pub fn table(rows: &[Row]) -> String {
    let cells = rows.iter().map(|row| [row.host, row.format, &row.check, &row.result()].map(str::to_owned));
    in_columns(["host", "format", "check", "result"], cells)
}

/// `host | format | release | passed | failed | not available`, a line for each host and format.
pub fn table_of_hosts(rows: &[Row]) -> String {
    in_columns(HEAD_OF_HOSTS, hosts(rows).iter().map(Host::cells))
}

const HEAD_OF_HOSTS: [&str; 6] = ["host", "format", "release", "passed", "failed", "not available"];

/// All rows of a host in a format.
struct Host<'a> {
    rows: Vec<&'a Row>,
}

impl Host<'_> {
    fn cells(&self) -> [String; 6] {
        let release = self.rows.iter().find_map(|row| match &row.outcome {
            Outcome::Told(what) if row.check == VERSION => Some(what.clone()),
            _ => None,
        });
        let count = counts(self.rows.iter().copied());
        let [passed, failed, skipped] = [count.passed, count.failed, count.skipped].map(|n| n.to_string());
        let Row { host, format, .. } = self.rows[0];
        [(*host).to_owned(), (*format).to_owned(), release.unwrap_or_default(), passed, failed, skipped]
    }
}

/// In the order in which they were tried.
fn hosts(rows: &[Row]) -> Vec<Host<'_>> {
    rows.chunk_by(|a, b| (a.host, a.format) == (b.host, b.format))
        .map(|rows| Host { rows: rows.iter().collect() })
        .collect()
}

fn in_columns<const N: usize>(head: [&str; N], cells: impl Iterator<Item = [String; N]>) -> String {
    let lines: Vec<[String; N]> = std::iter::once(head.map(str::to_owned)).chain(cells).collect();
    let widths: [usize; N] =
        std::array::from_fn(|i| lines.iter().map(|line| line[i].chars().count()).max().unwrap_or(0));
    let line = |cells: &[String; N]| {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        padded.join(" | ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(line).collect()
}

/// `results.md` and `results.json` in a folder: every host with its release and counts, then every check.
pub fn write_results(dir: &Path, rows: &[Row]) -> Result<()> {
    let write = |name: &str, text: String| {
        let path = dir.join(name);
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))
    };
    write("results.md", markdown(rows))?;
    write("results.json", serde_json::to_string_pretty(&json(rows))? + "\n")
}

fn markdown(rows: &[Row]) -> String {
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let mut text = format!("# Echelon {} in hosts\n\n{system}: {}\n\n", env!("CARGO_PKG_VERSION"), counts(rows));
    text += &in_markdown(HEAD_OF_HOSTS, hosts(rows).iter().map(Host::cells));
    text.push('\n');
    let cells = rows.iter().map(|row| [row.host, row.format, &row.check, &row.result()].map(str::to_owned));
    text + &in_markdown(["host", "format", "check", "result"], cells)
}

fn in_markdown<const N: usize>(head: [&str; N], cells: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| {
        format!("| {} |\n", cells.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>().join(" | "))
    };
    let rule = format!("|{}\n", "---|".repeat(N));
    line(&head.map(str::to_owned)) + &rule + &cells.map(|cells| line(&cells)).collect::<String>()
}

fn json(rows: &[Row]) -> serde_json::Value {
    let count = counts(rows);
    let checks: Vec<_> = rows.iter().map(Row::json).collect();
    serde_json::json!({
        "echelon": env!("CARGO_PKG_VERSION"),
        "passed": count.passed, "failed": count.failed, "not_available": count.skipped,
        "checks": checks,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(check: &str, outcome: Outcome) -> Row {
        Row { host: "dawdreamer", format: "VST3", check: check.to_owned(), outcome }
    }

    #[test]
    fn the_table_has_columns() {
        let rows = [
            row("sounds", Outcome::Passed("-20 dB".to_owned())),
            row("is on the beat", Outcome::Failed("frame 1, due 0".to_owned())),
            row("silent", Outcome::Passed(String::new())),
        ];
        let expected = "\
host       | format | check          | result
dawdreamer | VST3   | sounds         | ok (-20 dB)
dawdreamer | VST3   | is on the beat | FAILED (frame 1, due 0)
dawdreamer | VST3   | silent         | ok
";
        assert_eq!(table(&rows), expected);
    }

    #[test]
    fn each_host_has_a_line_with_its_release_and_counts() {
        let clap = |check: &str, outcome| Row { format: "CLAP", ..row(check, outcome) };
        let rows = [
            row(VERSION, Outcome::Told("0.8.3".to_owned())),
            row("sounds", Outcome::Passed("-20 dB | loud".to_owned())),
            row("is on the beat", Outcome::Failed(String::new())),
            clap("all checks", Outcome::Unavailable("VST3 only".to_owned())),
        ];
        let expected = "\
host       | format | release | passed | failed | not available
dawdreamer | VST3   | 0.8.3   | 1      | 1      | 0
dawdreamer | CLAP   |         | 0      | 0      | 1
";
        assert_eq!(table_of_hosts(&rows), expected);
        let text = markdown(&rows);
        assert!(text.contains("| dawdreamer | VST3 | 0.8.3 | 1 | 1 | 0 |\n"), "{text}");
        assert!(text.contains("| sounds | ok (-20 dB \\| loud) |\n"), "a bar is no new cell: {text}");
        assert_eq!(json(&rows)["checks"][2]["outcome"], "failed");
    }

    #[test]
    fn a_host_that_is_not_there_has_not_passed() {
        let rows = [
            row("a", Outcome::Unavailable("no Python".to_owned())),
            row("b", Outcome::Passed(String::new())),
            row("c", Outcome::Failed(String::new())),
        ];
        assert_eq!(counts(&rows), Counts { passed: 1, failed: 1, skipped: 1 });
        assert!(table(&rows).contains("not available here: no Python"));
    }
}
