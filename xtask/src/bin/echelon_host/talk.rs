//! What host programs and commands say to each other: a job on stdin, reports on stdout.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::protocol::{Job, Report, to_line};

/// A report is worth nothing without its reader, so a closed pipe is no reason to stop. Never on the audio thread.
pub fn say(report: &Report) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", to_line(report)).and_then(|()| out.flush());
}

/// Runs a host; what went wrong is its last report.
pub fn run(host: impl FnOnce() -> Result<()>) -> ExitCode {
    match host() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&Report::Problem { text: format!("{error:#}") });
            ExitCode::FAILURE
        }
    }
}

/// The first line on stdin.
pub fn job() -> Result<Job> {
    let mut first = String::new();
    std::io::stdin().lock().read_line(&mut first).context("no job on stdin")?;
    serde_json::from_str(&first).context("the first line on stdin must be a job")
}
