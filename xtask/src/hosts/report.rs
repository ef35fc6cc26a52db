//! What was found: one row for each check, the table, the sum.

use crate::test::Counts;

/// How a check went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With what was measured, or nothing.
    Passed(String),
    /// With why.
    Failed(String),
    /// The host cannot be had here, with why. Proves nothing.
    Unavailable(String),
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

    fn result(&self) -> String {
        match &self.outcome {
            Outcome::Passed(detail) if detail.is_empty() => "ok".to_owned(),
            Outcome::Passed(detail) => format!("ok ({detail})"),
            Outcome::Failed(why) if why.is_empty() => "FAILED".to_owned(),
            Outcome::Failed(why) => format!("FAILED ({why})"),
            Outcome::Unavailable(why) => format!("not available here: {why}"),
        }
    }
}

/// The sum.
pub fn counts(rows: &[Row]) -> Counts {
    let mut counts = Counts::default();
    for row in rows {
        match row.outcome {
            Outcome::Passed(_) => counts.passed += 1,
            Outcome::Failed(_) => counts.failed += 1,
            Outcome::Unavailable(_) => counts.skipped += 1,
        }
    }
    counts
}

/// `host | format | check | result`, in columns.
pub fn table(rows: &[Row]) -> String {
    let head = ["host", "format", "check", "result"].map(str::to_owned);
    let cells = rows.iter().map(|row| [row.host.to_owned(), row.format.to_owned(), row.check.clone(), row.result()]);
    let lines: Vec<[String; 4]> = std::iter::once(head).chain(cells).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let [host, format, check] = [width(0), width(1), width(2)];
    let mut text = String::new();
    for [a, b, c, d] in &lines {
        text += format!("{a:<host$} | {b:<format$} | {c:<check$} | {d}").trim_end();
        text.push('\n');
    }
    text
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
