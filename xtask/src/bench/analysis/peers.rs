//! What others find in the same tracks: aubio, and qm-dsp, which is the beat and key analysis of Mixxx.
//!
//! An answer is a line: path, key, seconds of CPU, and the beats in seconds with commas, with tabs between. It is written
//! as soon as it is known: a run that is broken off goes on where it was. Answers are for a file of one length and time; one
//! that takes too long is an empty answer, and is not asked for again.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Instant, UNIX_EPOCH};

use anyhow::{Context, Result};

use super::bounded::answer;
use crate::workspace::{root, run_ok};

/// As much as one track may take: a minute of music takes them a second or two.
const MOST_SECS: f64 = 60.0;

/// Name of each, and the file with its answers. Answers that are there are not asked for again; after `most_minutes` for
/// each none are, and those tracks are not counted for it.
pub fn ask(out: &Path, paths: &[PathBuf], most_minutes: f64) -> Result<Vec<(&'static str, PathBuf)>> {
    let queen_mary = build_queen_mary(out)?;
    let mut answers = Vec::new();
    for (name, file) in [("aubio", "aubio.tsv"), ("qm-dsp", "queen_mary.tsv")] {
        let file = out.join(file);
        let mut known = Known::open(&file)?;
        let start = Instant::now();
        for (index, path) in paths.iter().enumerate() {
            if known.has(path) {
                continue;
            }
            if start.elapsed().as_secs_f64() > most_minutes * 60.0 {
                println!("    {name}: {} tracks are left for another run", paths.len() - index);
                break;
            }
            let (key, beats, secs) = if name == "aubio" { aubio(path)? } else { mary(&queen_mary, path)? };
            known.add(path, &format!("{key}\t{secs:.3}\t{beats}"))?;
        }
        answers.push((name, file));
    }
    Ok(answers)
}

/// Answers in a file.
struct Known {
    /// The stamp of each path's file when it was asked for.
    stamps: HashMap<String, String>,
    file: File,
}

impl Known {
    /// Those of tracks that have changed are dropped.
    fn open(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let fields = |line: &str| -> Option<(String, String)> {
            let fields: Vec<&str> = line.split('\t').collect();
            let [path, _, _, _, stamp] = fields[..] else { return None };
            (self::stamp(Path::new(path)) == stamp).then(|| (path.to_owned(), stamp.to_owned()))
        };
        let kept: Vec<&str> = text.lines().filter(|line| fields(line).is_some()).collect();
        let stamps = kept.iter().filter_map(|line| fields(line)).collect();
        let mut file = File::create(path).with_context(|| format!("{} cannot be written", path.display()))?;
        kept.iter().try_for_each(|line| writeln!(file, "{line}"))?;
        Ok(Self { stamps, file })
    }

    fn has(&self, path: &Path) -> bool {
        self.stamps.contains_key(&*path.to_string_lossy())
    }

    fn add(&mut self, path: &Path, answer: &str) -> Result<()> {
        let stamp = stamp(path);
        writeln!(self.file, "{}\t{answer}\t{stamp}", path.display())?;
        self.stamps.insert(path.to_string_lossy().into_owned(), stamp);
        Ok(())
    }
}

/// Changes with the file.
fn stamp(path: &Path) -> String {
    let Ok(about) = fs::metadata(path) else { return String::new() };
    let time = about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    format!("{}-{}", about.len(), time.map_or(0, |time| time.as_secs()))
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

/// Key, beats and seconds.
type Answer = (String, String, f64);

fn aubio(path: &Path) -> Result<Answer> {
    let start = Instant::now();
    let beats = answer(Command::new("aubio").arg("beat").arg(path), MOST_SECS)?.unwrap_or_default();
    let beats: Vec<&str> = beats.lines().map(str::trim).filter(|line| line.parse::<f64>().is_ok()).collect();
    Ok((String::new(), beats.join(","), start.elapsed().as_secs_f64()))
}

fn mary(program: &Path, path: &Path) -> Result<Answer> {
    let start = Instant::now();
    let line = answer(Command::new(program).arg(path), MOST_SECS)?.unwrap_or_default();
    let fields: Vec<&str> = line.trim_end().split('\t').collect();
    Ok(match fields[..] {
        [_, key, secs, beats] => (key.to_owned(), beats.to_owned(), secs.parse().unwrap_or(0.0)),
        _ => (String::new(), String::new(), start.elapsed().as_secs_f64()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_kept_until_the_track_changes() {
        let dir = std::env::temp_dir().join(format!("echelon-peers-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (track, answers) = (dir.join("track.wav"), dir.join("answers.tsv"));
        fs::write(&track, "one").unwrap();
        let mut known = Known::open(&answers).unwrap();
        assert!(!known.has(&track));
        known.add(&track, "9m\t0.5\t0.1,0.6").unwrap();
        // As if the run were broken off here.
        drop(known);
        assert!(Known::open(&answers).unwrap().has(&track));
        fs::write(&track, "longer").unwrap();
        assert!(!Known::open(&answers).unwrap().has(&track));
        fs::remove_dir_all(&dir).unwrap();
    }
}
