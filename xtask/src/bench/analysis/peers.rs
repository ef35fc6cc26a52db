//! What others find in the same tracks: aubio, and qm-dsp, which is the beat and key analysis of Mixxx.
//!
//! An answer is a line: path, key, seconds of CPU, and the beats in seconds with commas, with tabs between.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};

use crate::workspace::{root, run_ok};

/// Name of each, and the file with its answers. Answers that are there are not asked for again.
pub fn ask(out: &Path, paths: &[PathBuf]) -> Result<Vec<(&'static str, PathBuf)>> {
    let queen_mary = build_queen_mary(out)?;
    let mut answers = Vec::new();
    for (name, file) in [("aubio", "aubio.tsv"), ("qm-dsp", "queen_mary.tsv")] {
        let file = out.join(file);
        let known = fs::read_to_string(&file).unwrap_or_default();
        let mut text = String::new();
        for path in paths {
            let own = format!("{}\t", path.display());
            let line = match known.lines().find(|line| line.starts_with(&own)) {
                Some(line) => line.to_owned(),
                None if name == "aubio" => aubio(path)?,
                None => answer(Command::new(&queen_mary).arg(path))?.trim_end().to_owned(),
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{line}");
        }
        fs::write(&file, text)?;
        answers.push((name, file));
    }
    Ok(answers)
}

fn build_queen_mary(out: &Path) -> Result<PathBuf> {
    let program = out.join("queen_mary");
    let source = root().join("xtask/src/bench/analysis/queen_mary.cpp");
    let mut build = Command::new("g++");
    build.args(["-O2", "-w", "-I/usr/include/qm-dsp", "-o"]).arg(&program).arg(source).args(["-lqm-dsp", "-lsndfile"]);
    if !program.is_file() {
        run_ok(&mut build, "building the comparison with qm-dsp")?;
    }
    Ok(program)
}

fn aubio(path: &Path) -> Result<String> {
    let start = Instant::now();
    let beats = answer(Command::new("aubio").arg("beat").arg(path))?;
    let beats: Vec<&str> = beats.lines().map(str::trim).filter(|line| line.parse::<f64>().is_ok()).collect();
    Ok(format!("{}\t\t{:.3}\t{}", path.display(), start.elapsed().as_secs_f64(), beats.join(",")))
}

/// What a program prints. One that fails has found nothing.
fn answer(command: &mut Command) -> Result<String> {
    let done = command.stdin(Stdio::null()).stderr(Stdio::null()).output().context("a program cannot be started")?;
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
