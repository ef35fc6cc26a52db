//! Analyses the tracks of a list, each on one thread, and compares what is found with what is known of them.
//!
//! `analyse LIST [--strict]`; a line of the list is a path, a kind and numbers with tabs between: `steady BPM` (a bar
//! begins on the first frame), `tempo BPM` (nobody knows where the beats are), `moving beat,seconds;...`, `beatless`.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use echelon::media::analyse::{Analysis, analyse};
use echelon::media::decode;
use echelon_engine::deck::{BeatGrid, Track};

/// What counts as right.
const TEMPO_BPM: f64 = 0.02;
const PHASE_MS: f64 = 6.0;
const MOVING_MS: f64 = 20.0;
/// Of so many of the beats, where the tempo moves.
const MOVING_SHARE: f64 = 0.9;
/// Shares of the tracks that must be right.
const LEAST: [(&str, f64); 4] =
    [("tempo", 19.0 / 20.0), ("phase", 18.0 / 20.0), ("moving", 19.0 / 20.0), ("beatless", 1.0)];

/// How many of a kind there were, and were right.
#[derive(Default)]
struct Count {
    right: u32,
    all: u32,
}

impl Count {
    fn add(&mut self, is_right: bool) {
        self.all += 1;
        self.right += u32::from(is_right);
    }
}

#[derive(Default)]
struct Tally {
    counts: [Count; 4],
    secs: f64,
    audio_secs: f64,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(Ok(list)) = args.first().map(std::fs::read_to_string) else {
        eprintln!("usage: analyse LIST [--strict]");
        return ExitCode::FAILURE;
    };
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else { return ExitCode::FAILURE };
    let mut tally = Tally::default();
    println!("{:<36} {:>8} {:>8} {:>9}  {:<7} {:<9} LUFS   key", "track", "known", "found", "off", "right", "seconds");
    for line in list.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [path, kind, numbers] = fields[..] {
            pool.install(|| judge(Path::new(path), kind, numbers, &mut tally));
        }
    }
    let is_enough = summary(&tally);
    if is_enough || !args.iter().any(|arg| arg == "--strict") { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn judge(path: &Path, kind: &str, numbers: &str, tally: &mut Tally) {
    let start = Instant::now();
    let decoded = match decode(path, &mut |_| {}, &|| false) {
        Ok(decoded) => decoded,
        Err(error) => return println!("{}: {error}", path.display()),
    };
    let Some(found) = analyse(&decoded.track, &|_| {}, &|| false) else { return };
    let secs = start.elapsed().as_secs_f64();
    tally.secs += secs;
    tally.audio_secs += decoded.track.seconds();
    let (known_bpm, off_ms, is_right) = compare(&decoded.track, &found, kind, numbers, tally);
    let name: String =
        path.iter().rev().take(if path.ends_with("song.ogg") { 2 } else { 1 }).fold(String::new(), |a, b| {
            if a.is_empty() { b.to_string_lossy().into_owned() } else { format!("{}/{a}", b.to_string_lossy()) }
        });
    let steady = if found.grid.as_ref().is_some_and(|grid| !grid.is_steady()) { "~" } else { " " };
    println!(
        "{:<36.36} {known_bpm:>8.2} {steady}{:>7.2} {off_ms:>6.1} ms  {:<7} {secs:>5.2}     {:>5.1}  {}",
        name,
        found.bpm.unwrap_or(0.0),
        if is_right { "yes" } else { "NO" },
        found.loudness_lufs.unwrap_or(f64::NAN),
        found.key.map_or_else(String::new, |key| key.to_string()),
    );
}

/// The known tempo, by how many milliseconds the beats are off, and whether all is right.
fn compare(track: &Track, found: &Analysis, kind: &str, numbers: &str, tally: &mut Tally) -> (f64, f64, bool) {
    let [tempo, phase, moving, beatless] = &mut tally.counts;
    if kind == "beatless" {
        beatless.add(found.grid.is_none());
        return (0.0, 0.0, found.grid.is_none());
    }
    let rate = track.sample_rate();
    if kind == "moving" {
        let points: Vec<(f64, f64)> = numbers.split(';').filter_map(pair).collect();
        let Some((last_beat, last_secs)) = points.last().copied() else { return (0.0, 0.0, false) };
        let beats: Vec<f64> = (4..)
            .map(f64::from)
            .take_while(|beat| *beat < last_beat - 8.0)
            .map(|beat| secs_of(&points, beat))
            .collect();
        let (off_ms, counted) =
            found.grid.as_ref().map_or((f64::NAN, 0.0), |grid| off(grid, rate, &beats, MOVING_SHARE));
        let is_right = off_ms < MOVING_MS && (counted / (beats.len() as f64 - 1.0) - 1.0).abs() < 0.02;
        moving.add(is_right);
        return (last_beat * 60.0 / last_secs, off_ms, is_right);
    }
    let bpm: f64 = numbers.parse().unwrap_or(0.0);
    let has_tempo = found.bpm.is_some_and(|found| (found - bpm).abs() < TEMPO_BPM);
    tempo.add(has_tempo);
    if kind != "steady" {
        return (bpm, 0.0, has_tempo);
    }
    let period = 60.0 / bpm;
    let beats: Vec<f64> = (0..).map(|beat| f64::from(beat) * period).take_while(|at| *at < track.seconds()).collect();
    let off_ms = found.grid.as_ref().map_or(f64::NAN, |grid| off(grid, rate, &beats, 1.0).0);
    let is_right = has_tempo && off_ms < PHASE_MS;
    phase.add(is_right);
    (bpm, off_ms, is_right)
}

fn pair(text: &str) -> Option<(f64, f64)> {
    let (beat, secs) = text.split_once(',')?;
    Some((beat.parse().ok()?, secs.parse().ok()?))
}

/// When a beat is, between the points.
fn secs_of(points: &[(f64, f64)], beat: f64) -> f64 {
    let after = points.partition_point(|point| point.0 <= beat).clamp(1, points.len() - 1);
    let (from, to) = (points[after - 1], points[after]);
    from.1 + (beat - from.0) / (to.0 - from.0) * (to.1 - from.1)
}

/// By how many milliseconds the grid is off this share of the beats at most; and how many beats it counts.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
fn off(grid: &BeatGrid, rate: f64, beats_secs: &[f64], share: f64) -> (f64, f64) {
    let beat = |secs: f64| grid.beat_at(secs * rate);
    let off =
        |secs: &f64| (beat(*secs) - beat(*secs).round()).abs() * grid.frames_per_beat_at(secs * rate) / rate * 1e3;
    let mut all: Vec<f64> = beats_secs.iter().map(off).collect();
    all.sort_by(f64::total_cmp);
    let (Some(first), Some(last)) = (beats_secs.first(), beats_secs.last()) else { return (f64::NAN, 0.0) };
    (all[((all.len() - 1) as f64 * share) as usize], beat(*last) - beat(*first))
}

/// Prints the counts; says whether they are enough.
fn summary(tally: &Tally) -> bool {
    let mut is_enough = true;
    println!();
    for ((name, least), count) in LEAST.iter().zip(&tally.counts) {
        let share = if count.all > 0 { f64::from(count.right) / f64::from(count.all) } else { 1.0 };
        is_enough &= share >= *least;
        let verdict = if share >= *least { "enough" } else { "NOT ENOUGH" };
        println!(
            "{name:<9} {:>3} of {:>3} right, {:.0} % are needed: {verdict}",
            count.right,
            count.all,
            least * 100.0
        );
    }
    let five_minutes = tally.secs / tally.audio_secs.max(1e-9) * 300.0;
    println!("decoding and analysis of five minutes take {five_minutes:.2} s on one thread, on average");
    is_enough
}
