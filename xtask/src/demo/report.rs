//! The table in the terminal, and `report.json`.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::judge::{Check, Row};
use super::protocol::Ready;
use super::timing::bar_beat;

/// Everything that was found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// `all actions executed as asked` or `FAILED`.
    pub verdict: String,
    pub passed: usize,
    pub failed: usize,
    pub bpm: f64,
    pub sample_rate: f64,
    pub host_block_frames: u32,
    /// Times as fast as real time.
    pub pace: f64,
    pub build: String,
    pub plugin: Ready,
    /// Longest process call as a part of its block's length.
    pub worst_block_load: f64,
    pub tracks: Vec<String>,
    pub actions: Vec<Row>,
    pub checks: Vec<Check>,
    /// Said by the host process.
    pub problems: Vec<String>,
    /// About this run: what was left out, what could not be compared exactly.
    pub notes: Vec<String>,
}

impl Report {
    /// Counts rows and checks, and says the verdict.
    pub fn judge(&mut self) {
        let outcomes = self.actions.iter().map(|row| row.ok).chain(self.checks.iter().map(|check| check.ok));
        (self.passed, self.failed) = outcomes.fold((0, 0), |(passed, failed), ok| match ok {
            true => (passed + 1, failed),
            false => (passed, failed + 1),
        });
        self.verdict = match self.failed {
            0 => "all actions executed as asked".to_owned(),
            n => format!("FAILED: {n} of {}", self.passed + n),
        };
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self).context("the report is no JSON")?;
        std::fs::write(path, json + "\n").with_context(|| format!("could not write {}", path.display()))
    }
}

/// Rows for the terminal: moves of the crossfader in a row become one.
pub fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        ["message", "sent", "due", "due frame", "fired frame", "error", "plugin says", "verdict"].map(str::to_owned),
    ];
    let mut rest = rows;
    while let Some(row) = rest.first() {
        let moves = rest.iter().take_while(|row| row.crossfader.is_some() && row.arrival_beat.is_some()).count();
        if moves > 1 {
            lines.extend(fade_lines(&rest[..moves]));
            rest = &rest[moves..];
        } else {
            lines.push(line(row));
            rest = &rest[1..];
        }
    }
    align(&lines)
}

fn line(row: &Row) -> [String; 8] {
    let number = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    let says = match (row.plugin_done_beat, row.plugin_error_frames, row.plugin_due_beat) {
        // Before the song the plugin counts beats of its own.
        (Some(_), Some(error), _) if row.arrival_beat.is_none() => format!("done ({error:+})"),
        (Some(beat), Some(error), _) => format!("done {} ({error:+})", bar_beat(beat)),
        (_, _, Some(beat)) => format!("due {}", bar_beat(beat)),
        _ => "nothing".to_owned(),
    };
    [
        row.message.clone(),
        row.arrival_beat.map_or_else(|| "before".to_owned(), bar_beat),
        if row.arrival_beat == row.due_beat {
            "now".to_owned()
        } else {
            row.due_beat.map_or_else(String::new, bar_beat)
        },
        number(row.due_frame),
        number(row.fired_frame),
        row.error_frames.map_or_else(|| "-".to_owned(), |error| format!("{error:+}")),
        says,
        row.verdict.clone(),
    ]
}

/// One line for a whole fade if all went well, else also a line for each move that did not.
fn fade_lines(moves: &[Row]) -> Vec<[String; 8]> {
    let (first, last) = (&moves[0], &moves[moves.len() - 1]);
    let [(from, _), (_, to)] = [first, last].map(|row| row.crossfader.unwrap_or_default());
    let failed: Vec<&Row> = moves.iter().filter(|row| !row.ok).collect();
    let worst = moves.iter().filter_map(|row| row.error_frames).max();
    let beats = [first, last].map(|row| row.arrival_beat.map_or_else(String::new, bar_beat));
    let frames = |of: fn(&Row) -> Option<i64>| {
        let ends = [first, last].map(|row| of(row).map_or_else(|| "-".to_owned(), |frame| frame.to_string()));
        format!("{}..{}", ends[0], ends[1])
    };
    let done = moves.iter().filter(|row| row.plugin_done_beat.is_some()).count();
    let mut lines = vec![[
        format!("/crossfader {from} to {to}, {} moves", moves.len()),
        format!("{}..{}", beats[0], beats[1]),
        "now".to_owned(),
        frames(|row| row.due_frame),
        frames(|row| row.fired_frame),
        worst.map_or_else(|| "-".to_owned(), |worst| format!("{worst:+} at worst")),
        format!("{done} done"),
        if failed.is_empty() {
            "executed".to_owned()
        } else {
            format!(
                "FAILED: {} of {} moves, e.g. {}",
                failed.len(),
                moves.len(),
                failed[0].verdict.trim_start_matches("FAILED: ")
            )
        },
    ]];
    // A stray failure is shown as it is; a wholesale one would only fill the screen.
    if failed.len() <= 3 {
        lines.extend(failed.into_iter().map(line));
    }
    lines
}

fn align<const N: usize>(lines: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0));
    let rule = widths.map(|width| "-".repeat(width));
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let cells: Vec<String> =
            line.iter().zip(widths).enumerate().map(|(column, (cell, width))| pad(cell, width, column)).collect();
        text += cells.join("  ").trim_end();
        text.push('\n');
        if index == 0 {
            text += &rule.join("  ");
            text.push('\n');
        }
    }
    text
}

/// Numbers to the right, words to the left.
fn pad(cell: &str, width: usize, column: usize) -> String {
    if matches!(column, 3..=5) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(message: &str, error: i64, ok: bool, fader: Option<(f32, f32)>) -> Row {
        Row {
            message: message.to_owned(),
            arrival_beat: Some(6.0),
            due_beat: Some(8.0),
            due_frame: Some(182_858),
            fired_frame: Some(182_858 + error),
            error_frames: Some(error),
            verdict: if ok { "executed" } else { "FAILED: 1 frame late" }.to_owned(),
            ok,
            crossfader: fader,
            ..Row::default()
        }
    }

    #[test]
    fn columns_line_up() {
        let text = table(&[row("/deck/a/play/bar", 0, true, None), row("/deck/b/stop", 1, false, None)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4);
        let column = |line: &str, word: &str| line.find(word).unwrap();
        assert_eq!(column(lines[0], "verdict"), column(lines[2], "executed"));
        assert_eq!(column(lines[0], "verdict"), column(lines[3], "FAILED"));
        assert!(lines[2].contains("2.3") && lines[2].contains("3.1") && lines[2].contains("+0"));
    }

    #[test]
    fn a_fade_is_one_line_unless_a_move_failed() {
        let fade = |ok| {
            vec![row("/crossfader 0.5", 3, true, Some((0.0, 0.5))), row("/crossfader 1.0", 9, ok, Some((0.5, 1.0)))]
        };
        let good = table(&fade(true));
        assert_eq!(good.lines().count(), 3, "{good}");
        assert!(good.contains("/crossfader 0 to 1, 2 moves") && good.contains("+9 at worst"), "{good}");
        let bad = table(&fade(false));
        assert!(bad.contains("FAILED: 1 of 2 moves") && bad.lines().count() == 4, "{bad}");
    }
}
