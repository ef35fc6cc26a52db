//! What was measured, against what is promised.

use std::fmt::Write;

use serde_json::json;

use crate::test::Counts;

/// One line.
#[derive(Clone, Debug)]
struct Row {
    what: String,
    measured: f64,
    /// Least and most.
    bound: (f64, f64),
    unit: &'static str,
}

/// All lines so far.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
    skipped: Vec<String>,
}

impl Table {
    /// A figure that may be at most so much.
    pub fn at_most(&mut self, what: &str, measured: f64, most: f64, unit: &'static str) {
        self.add(what, measured, (f64::NEG_INFINITY, most), unit);
    }

    /// A figure that has to be this.
    pub fn exactly(&mut self, what: &str, measured: f64, expected: f64, unit: &'static str) {
        self.add(what, measured, (expected, expected), unit);
    }

    /// Something that has to be so.
    pub fn holds(&mut self, what: &str, is_so: bool) {
        self.add(what, f64::from(u8::from(is_so)), (1.0, 1.0), "");
    }

    /// Something that could not be looked at.
    pub fn skip(&mut self, what: &str, why: &str) {
        println!("    skipped: {what}: {why}");
        self.skipped.push(what.to_owned());
    }

    fn add(&mut self, what: &str, measured: f64, bound: (f64, f64), unit: &'static str) {
        let row = Row { what: what.to_owned(), measured, bound, unit };
        println!("    {}", row.line());
        self.rows.push(row);
    }

    /// Passed, failed, skipped.
    pub fn counts(&self) -> Counts {
        let failed = self.rows.iter().filter(|row| !row.passes()).count() as u64;
        Counts { passed: self.rows.len() as u64 - failed, failed, skipped: self.skipped.len() as u64 }
    }

    /// As JSON, for other programs.
    pub fn json(&self) -> serde_json::Value {
        let rows = self.rows.iter().map(|row| {
            json!({ "what": row.what, "measured": row.measured, "unit": row.unit, "passes": row.passes(),
                "most": row.bound.1 })
        });
        json!({ "rows": rows.collect::<Vec<_>>(), "skipped": self.skipped })
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut text = String::from("| what | measured | bound | |\n|---|---|---|---|\n");
        for row in &self.rows {
            let (measured, bound) = row.cells();
            let verdict = if row.passes() { "ok" } else { "FAILED" };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "| {} | {measured} | {bound} | {verdict} |", row.what);
        }
        text
    }
}

impl Row {
    fn passes(&self) -> bool {
        // NaN is no figure.
        (self.bound.0..=self.bound.1).contains(&self.measured)
    }

    fn cells(&self) -> (String, String) {
        match (self.bound, self.unit) {
            ((1.0, 1.0), "") => ((if self.measured > 0.5 { "yes" } else { "no" }).to_owned(), "yes".to_owned()),
            ((least, most), unit) if least == most => {
                (format!("{:.2} {unit}", self.measured), format!("{most} {unit}"))
            }
            ((_, most), unit) => (format!("{:.2} {unit}", self.measured), format!("<= {most} {unit}")),
        }
    }

    fn line(&self) -> String {
        let (measured, bound) = self.cells();
        let verdict = if self.passes() { "ok    " } else { "FAILED" };
        format!("{verdict} {:<58} {measured:>14}   ({bound})", self.what)
    }
}

/// Figures in a row.
#[derive(Clone, Debug, Default)]
pub struct Spread(pub Vec<f64>);

impl Spread {
    /// The value below which this part of them is; NaN of none.
    pub fn part(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in the list")]
        let index = (part * (sorted.len().saturating_sub(1)) as f64).round() as usize;
        sorted.get(index).copied().unwrap_or(f64::NAN)
    }

    /// The same of their sizes.
    pub fn absolute(&self) -> Self {
        Self(self.0.iter().map(|value| value.abs()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_beyond_its_bound_fails_and_none_does_too() {
        let mut table = Table::default();
        table.at_most("a", 1.0, 2.0, "us");
        table.at_most("b", 3.0, 2.0, "us");
        table.at_most("c", f64::NAN, 2.0, "us");
        table.exactly("d", 0.0, 0.0, "");
        table.holds("e", false);
        table.skip("f", "it is Tuesday");
        assert_eq!(table.counts(), Counts { passed: 2, failed: 3, skipped: 1 });
        assert!(table.markdown().contains("| b | 3.00 us | <= 2 us | FAILED |"), "{}", table.markdown());
    }

    #[test]
    fn parts_of_a_spread() {
        let spread = Spread(vec![-5.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!((spread.part(0.5), spread.part(1.0), spread.part(0.0)), (2.0, 4.0, -5.0));
        assert_eq!(spread.absolute().part(1.0), 5.0);
        assert!(Spread::default().part(0.5).is_nan());
    }
}
