//! Analyses the tracks of a list, each on one thread, and compares what is found with what is known of them.
//!
//! `analyse LIST [--strict] [--results FILE] [--peer NAME ANSWERS]...`; a line of the list is a path, a kind, numbers, a
//! key and a half, with tabs between: `steady BPM[,seconds]` (a bar begins on the first frame, or then), `tempo BPM`
//! (nobody knows where the beats are), `level BPM` (nobody knows at which level: half and double count),
//! `moving beat,seconds;...`, `beatless`. A key is semitones above C, and `m` for minor. The half is `tune`, `held`,
//! `blind`, `second` or `third` (blind too, and made by people who did not know the analysis): whether the analysis was
//! tuned on it, and whether anybody had heard it. What a peer answered is a line for each track: path, key, seconds,
//! beats in seconds with commas, with tabs between; a line through its beats is its grid. All that is printed is in the
//! file of results, too.

mod peer;
mod table;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use echelon::media::analyse::analyse;
use echelon::media::decode;
use echelon_engine::deck::{BeatGrid, Track};

use peer::Peer;
use table::{Row, Table, summary};

/// What counts as right.
const TEMPO_BPM: f64 = 0.02;
const PHASE_MS: f64 = 6.0;
const MOVING_MS: f64 = 20.0;
/// Of so many of the beats, where the tempo moves.
const MOVING_SHARE: f64 = 0.9;
/// Shares of the tracks that must be right.
const LEAST: [(&str, f64); 5] =
    [("tempo", 19.0 / 20.0), ("phase", 18.0 / 20.0), ("moving", 19.0 / 20.0), ("beatless", 1.0), ("key", 22.0 / 24.0)];

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

/// What one analyser is worth.
#[derive(Default)]
struct Tally {
    /// Of the tracks that were tuned on, of those that were held out, and of those of the sets that nobody had heard.
    halves: [[Count; 5]; HALVES.len()],
    secs: f64,
    /// Tracks that it was asked about.
    asked: u32,
}

impl Tally {
    /// Of all of them.
    fn all(&self, index: usize) -> Count {
        let sum = |count: fn(&Count) -> u32| -> u32 { self.halves.iter().map(|half| count(&half[index])).sum() };
        Count { right: sum(|count| count.right), all: sum(|count| count.all) }
    }
}

/// A line of the list.
struct Line<'a> {
    path: &'a str,
    kind: &'a str,
    numbers: &'a str,
    key: &'a str,
    half: &'a str,
}

/// What a track was to the analysis while it was made.
const HALVES: [&str; 5] = ["tune", "held", "blind", "second", "third"];

/// What an analyser says of a track.
struct Answer {
    grid: Option<BeatGrid>,
    bpm: Option<f64>,
    key: String,
}

/// How right that is.
struct Verdict {
    known_bpm: f64,
    off_ms: f64,
    is_right: bool,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(Ok(list)) = args.first().map(std::fs::read_to_string) else {
        eprintln!("usage: analyse LIST [--strict] [--results FILE] [--peer NAME ANSWERS]...");
        return ExitCode::FAILURE;
    };
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else { return ExitCode::FAILURE };
    let mut peers: Vec<Peer> = args
        .windows(3)
        .filter(|args| args[0] == "--peer")
        .map(|args| Peer::new(&args[1], Path::new(&args[2])))
        .collect();
    let results = args.windows(2).find(|args| args[0] == "--results").map(|args| Path::new(&args[1]));
    let mut table = match Table::new(results) {
        Ok(table) => table,
        Err(error) => {
            eprintln!("the results cannot be written: {error}");
            return ExitCode::FAILURE;
        }
    };
    let (mut tally, mut timing) = (Tally::default(), Timing::default());
    table.head(&peers);
    for line in list.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        if let [path, kind, numbers, key, half] = fields[..] {
            let line = Line { path, kind, numbers, key, half };
            let row = pool.install(|| judge(&line, &mut tally, &mut timing, &mut peers));
            table.line(&row);
        }
    }
    let is_enough = summary(&mut table, &tally, &timing, &peers);
    if is_enough || !args.iter().any(|arg| arg == "--strict") { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What the stages cost.
#[derive(Default)]
struct Timing {
    decode_secs: f64,
    analyse_secs: f64,
    audio_secs: f64,
}

/// Analyses a track, counts it, and tells its line of the table.
fn judge(line: &Line<'_>, tally: &mut Tally, timing: &mut Timing, peers: &mut [Peer]) -> String {
    let path = Path::new(line.path);
    let start = Instant::now();
    let decoded = match decode(path, &mut |_| {}, &|| false) {
        Ok(decoded) => decoded,
        Err(error) => return format!("{}: {error}", path.display()),
    };
    let decode_secs = start.elapsed().as_secs_f64();
    let Some(found) = analyse(&decoded.track, &|_| {}, &|| false) else { return String::new() };
    let analyse_secs = start.elapsed().as_secs_f64() - decode_secs;
    timing.decode_secs += decode_secs;
    timing.analyse_secs += analyse_secs;
    timing.audio_secs += decoded.track.seconds();
    tally.secs += decode_secs + analyse_secs;
    let key =
        found.key.map_or_else(String::new, |key| format!("{}{}", key.tonic(), if key.is_minor() { "m" } else { "" }));
    let answer = Answer { grid: found.grid, bpm: found.bpm, key };
    let verdict = compare(&decoded.track, &answer, line, tally);
    let key = found.key.map_or_else(String::new, |key| key.to_string());
    let mut row =
        Row { line, answer: &answer, verdict: &verdict, secs: [decode_secs, analyse_secs], key: &key }.to_string();
    for peer in peers {
        let told = peer.answer(line.path, &decoded.track).map(|answer| {
            let verdict = compare(&decoded.track, &answer, line, &mut peer.tally);
            peer.ours_secs += decode_secs + analyse_secs;
            (answer.bpm.unwrap_or(0.0), verdict)
        });
        row.push_str(&table::of_peer(told));
    }
    row
}

/// Compares with what is known, and counts.
fn compare(track: &Track, found: &Answer, line: &Line<'_>, tally: &mut Tally) -> Verdict {
    tally.asked += 1;
    let [tempo, phase, moving, beatless, key] =
        &mut tally.halves[HALVES.iter().position(|half| *half == line.half).unwrap_or(0)];
    if !line.key.is_empty() {
        key.add(line.key == found.key);
    }
    if line.kind == "beatless" {
        beatless.add(found.grid.is_none());
        return Verdict { known_bpm: 0.0, off_ms: 0.0, is_right: found.grid.is_none() };
    }
    let rate = track.sample_rate();
    if line.kind == "moving" {
        let points: Vec<(f64, f64)> = line.numbers.split(';').filter_map(pair).collect();
        let verdict = compare_moving(found, rate, &points);
        moving.add(verdict.is_right);
        return verdict;
    }
    let (bpm, first_secs) = pair(line.numbers).unwrap_or((line.numbers.parse().unwrap_or(0.0), 0.0));
    let levels: &[f64] = if line.kind == "level" { &[1.0, 0.5, 2.0] } else { &[1.0] };
    let has_tempo = found.bpm.is_some_and(|found| levels.iter().any(|level| (found - bpm * level).abs() < TEMPO_BPM));
    tempo.add(has_tempo);
    if line.kind != "steady" {
        return Verdict { known_bpm: bpm, off_ms: 0.0, is_right: has_tempo };
    }
    let period = 60.0 / bpm;
    let beats: Vec<f64> =
        (0..).map(|beat| first_secs + f64::from(beat) * period).take_while(|at| *at < track.seconds()).collect();
    let off_ms = found.grid.as_ref().map_or(f64::NAN, |grid| off(grid, rate, &beats, 1.0).0);
    let is_right = has_tempo && off_ms < PHASE_MS;
    phase.add(is_right);
    Verdict { known_bpm: bpm, off_ms, is_right }
}

fn compare_moving(found: &Answer, rate: f64, points: &[(f64, f64)]) -> Verdict {
    let Some((last_beat, last_secs)) = points.last().copied() else {
        return Verdict { known_bpm: 0.0, off_ms: 0.0, is_right: false };
    };
    let beats: Vec<f64> =
        (4..).map(f64::from).take_while(|beat| *beat < last_beat - 8.0).map(|beat| secs_of(points, beat)).collect();
    let (off_ms, counted) = found.grid.as_ref().map_or((f64::NAN, 0.0), |grid| off(grid, rate, &beats, MOVING_SHARE));
    let is_right = off_ms < MOVING_MS && (counted / (beats.len() as f64 - 1.0) - 1.0).abs() < 0.02;
    Verdict { known_bpm: last_beat * 60.0 / last_secs, off_ms, is_right }
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
