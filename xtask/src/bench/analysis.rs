//! `cargo xtask bench analysis`: music of known tempo from the distribution, rendered, analysed and judged.

mod bounded;
mod hydrogen;
mod midi;
mod peers;
mod styles;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::cli::Args;
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, run_ok, shown, step, target_dir};

/// Loops whose length is exact, with their tempo.
const LOOPS: [(&str, f64); 5] = [
    ("loop_breakbeat", 126.0),
    ("loop_amen_full", 140.0),
    ("loop_mika", 120.0),
    ("loop_garzul", 120.0),
    ("loop_amen", 136.88),
];
const LOOPS_DIR: &str = "/usr/share/sonic-pi/samples";
const PROJECTS_DIR: &str = "/usr/share/lmms/projects";
/// As long as each of the others is asked at most in one run, in minutes.
const PEER_MINUTES: f64 = 30.0;
/// As long as one song may take to render, in seconds.
const RENDER_SECS: f64 = 600.0;
const ROCK_DIR: &str = "/usr/share/games/fretsonfire/data/songs";

/// What is known of a track.
pub enum Truth {
    /// A tempo in BPM; a bar begins on the first frame.
    Steady(f64),
    /// A tempo in BPM; a bar begins after so many seconds.
    From(f64, f64),
    /// A tempo in BPM; nobody knows where the beats are.
    Tempo(f64),
    /// Points of (beat, seconds).
    Moving(Vec<(f64, f64)>),
    /// It has no beat.
    Beatless,
}

/// Which tracks the analysis was tuned on, and which were held out and only counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    Tune,
    Held,
    /// Made when version 5 of the analysis was done, which only counted it; later ones are tuned on it, too.
    Blind,
    /// Made later, by someone who did not know the analysis, and only counted.
    Second,
    /// Made later still, by yet another who did not know the analysis, and only counted.
    Third,
}

impl Half {
    /// For the list and for names of files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tune => "tune",
            Self::Held => "held",
            Self::Blind => "blind",
            Self::Second => "second",
            Self::Third => "third",
        }
    }

    /// Of a piece of music that others made, by its name alone (FNV-1a): all edits of it are in the same.
    pub fn of(piece: &str) -> Self {
        let hash = piece
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        if (hash >> 32).is_multiple_of(2) { Self::Tune } else { Self::Held }
    }
}

/// The list that the judge reads: a path, a kind, numbers, a key and a half, with tabs between.
#[derive(Default)]
pub struct List {
    text: String,
    /// What the peers are run on.
    paths: Vec<PathBuf>,
}

impl List {
    /// A piece that others made, or an edit of it.
    pub fn add(&mut self, piece: &str, path: &Path, truth: &Truth) {
        self.add_with(path, truth, "", Half::of(piece));
    }

    pub fn add_made(&mut self, path: &Path, truth: &Truth, half: Half) {
        self.add_with(path, truth, "", half);
    }

    /// With its key: semitones above C, and whether it is minor.
    pub fn add_in_key(&mut self, path: &Path, truth: &Truth, (tonic, minor): (i32, bool), half: Half) {
        self.add_with(path, truth, &format!("{tonic}{}", if minor { "m" } else { "" }), half);
    }

    fn add_with(&mut self, path: &Path, truth: &Truth, key: &str, half: Half) {
        let (kind, numbers) = match truth {
            Truth::Steady(bpm) => ("steady", bpm.to_string()),
            Truth::From(bpm, first_secs) => ("steady", format!("{bpm},{first_secs}")),
            Truth::Tempo(bpm) => ("tempo", bpm.to_string()),
            Truth::Beatless => ("beatless", String::new()),
            Truth::Moving(points) => {
                let points: Vec<String> = points.iter().map(|(beat, secs)| format!("{beat},{secs}")).collect();
                ("moving", points.join(";"))
            }
        };
        // Writing to a String cannot fail.
        let _ = writeln!(self.text, "{}\t{kind}\t{numbers}\t{key}\t{}", path.display(), half.name());
        self.paths.push(path.to_owned());
    }
}

pub fn main(mut args: Args) -> Result<()> {
    let (quick, strict) = (args.flag("--quick"), args.flag("--strict"));
    let (made, alone) = (args.flag("--made"), args.flag("--alone"));
    let peer_minutes: f64 = args.value("--peer-minutes")?.unwrap_or(PEER_MINUTES);
    args.finish()?;
    let needs = if made && alone { &[Need::Build][..] } else { &[Need::Build, Need::Music] };
    set_up(needs, false)?;
    let out = target_dir().join("bench").join("music");
    fs::create_dir_all(&out).with_context(|| format!("{} cannot be made", shown(&out)))?;
    let list = listed(&out, made, quick)?;
    let path = out.join("list.tsv");
    fs::write(&path, &list.text)?;
    step("Building the judge");
    run_ok(cargo().args(["build", "--release", "--package", "echelon", "--example", "analyse"]), "the build")?;
    let mut judge = Command::new(target_dir().join("release").join("examples").join("analyse"));
    let results = target_dir().join("bench").join("analysis.txt");
    judge.arg(&path).arg("--results").arg(&results).args(strict.then_some("--strict"));
    if !alone {
        step("Asking others: aubio, and the beat tracker of Mixxx (Queen Mary)");
        peers::ask(&out, &list.paths, peer_minutes)?.into_iter().for_each(|(name, answers)| {
            judge.arg("--peer").arg(name).arg(answers);
        });
    }
    step("Analysing");
    let judged = run_ok(&mut judge, "the analysis");
    println!("    {}", shown(&results));
    judged
}

/// All tracks, rendered.
fn listed(out: &Path, made: bool, quick: bool) -> Result<List> {
    let mut list = List::default();
    step("Making tracks of many styles");
    styles::render(out, &mut list)?;
    if !made {
        loops(&mut list)?;
        rock(&mut list)?;
        step("Rendering Hydrogen's songs, as they are and edited");
        hydrogen::render(out, &mut list)?;
    }
    if !made && !quick {
        step("Rendering LMMS's projects (the first time: many minutes)");
        projects(out, &mut list)?;
    }
    Ok(list)
}

/// Files below a folder with one of these endings, in order.
fn files(dir: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, endings)?);
        } else if path.extension().is_some_and(|ending| endings.iter().any(|other| ending == *other)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn loops(list: &mut List) -> Result<()> {
    for (name, bpm) in LOOPS {
        list.add(name, &Path::new(LOOPS_DIR).join(format!("{name}.flac")), &Truth::Steady(bpm));
    }
    for path in files(Path::new(LOOPS_DIR), &["flac"])? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if name.starts_with("ambi_") {
            list.add(&name, &path, &Truth::Beatless);
        }
    }
    Ok(())
}

/// Songs by people whose tempo was written down, if it is one tempo.
fn rock(list: &mut List) -> Result<()> {
    for path in files(Path::new(ROCK_DIR), &["ogg"])? {
        let is_song = path.file_name().is_some_and(|name| name == "song.ogg");
        let notes = path.with_file_name("notes.mid");
        if let (true, Ok(bytes)) = (is_song, fs::read(notes))
            && let Some(bpm) = midi::only_tempo(&bytes)
        {
            let song = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
            list.add(&song, &path, &Truth::Tempo(bpm));
        }
    }
    Ok(())
}

fn lmms() -> Command {
    let mut command = Command::new("lmms");
    command.env("QT_QPA_PLATFORM", "offscreen").arg("--allowroot");
    command
}

fn projects(out: &Path, list: &mut List) -> Result<()> {
    let dir = Path::new(PROJECTS_DIR);
    let paths = files(dir, &["mmp", "mmpz"])?;
    for path in paths.iter().filter(|path| !path.starts_with(dir.join("templates"))) {
        let text = bounded::answer(lmms().arg("dump").arg(path), RENDER_SECS)?.unwrap_or_default();
        let Some(bpm) = text.split_once("bpm=\"").and_then(|(_, rest)| rest.split('"').next()?.parse().ok()) else {
            println!("    {}: its tempo is not a plain number, it is left out", path.display());
            continue;
        };
        let wav = out.join(path.with_extension("wav").file_name().unwrap_or_default());
        let is_there = render(&wav, |part| {
            let mut command = lmms();
            command.arg("render").arg(path).args(["-f", "wav", "-o"]).arg(part);
            command
        })?;
        if is_there {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            list.add(&name, &wav, &Truth::Steady(bpm));
        }
    }
    Ok(())
}

/// Has a file rendered that is not there yet. Says whether it is there: a renderer that fails or hangs costs one track.
fn render(wav: &Path, command: impl FnOnce(&Path) -> Command) -> Result<bool> {
    let done = render_with(wav, |part| {
        bounded::answer(&mut command(part), RENDER_SECS)?.context("the renderer failed, or took too long")?;
        anyhow::ensure!(part.is_file(), "the renderer wrote nothing");
        Ok(())
    });
    if let Err(error) = &done {
        println!("    {} is left out: {error}", shown(wav));
    }
    Ok(done.is_ok())
}

/// The same by any means. A file that is cut short has another name.
fn render_with(wav: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    if wav.is_file() {
        return Ok(());
    }
    println!("    {}", shown(wav));
    let part = wav.with_extension("part.wav");
    write(&part)?;
    Ok(fs::rename(part, wav)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_in_one_half_by_its_name_alone() {
        assert_eq!(Half::of("Feelings"), Half::of("Feelings"));
        let held = (0..1_000).filter(|number| Half::of(&format!("{number} by somebody")) == Half::Held).count();
        assert!((400..600).contains(&held), "{held}");
    }

    #[test]
    fn a_line_has_all_that_is_known() {
        let mut list = List::default();
        list.add_in_key(Path::new("a.wav"), &Truth::From(120.5, 0.25), (9, true), Half::Held);
        list.add_made(Path::new("b.wav"), &Truth::Beatless, Half::Tune);
        assert_eq!(list.text, "a.wav\tsteady\t120.5,0.25\t9m\theld\nb.wav\tbeatless\t\t\ttune\n");
    }
}
