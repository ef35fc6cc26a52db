//! `cargo xtask demo`: a short set in a real host, played by OSC from outside, with proof of each action's frame.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::bundle::{Bundles, bundle};
use crate::cli::Args;
use crate::music::Tune;
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, run_ok, shown, step, target_dir};

pub mod judge;
mod measure;
mod osc;
mod picture;
pub mod protocol;
mod report;
pub mod script;
pub mod session;
pub mod timing;
pub mod tracks;

use judge::{Evidence, Recordings};
use protocol::Job;
use report::Report;
use script::{Deck, Step};
use timing::SongClock;
use tracks::Track;

pub const HELP: &str = "
Usage: cargo xtask demo [--track FILE]... [--bpm B] [--bars N | --seconds S] [--host-block N] [--realtime] [--keep] [--debug]

Builds the plugin, opens target/bundled/Echelon.clap in a host program (a process of its own: 48 kHz, 4/4, rolling from
beat 0), and plays a set on decks A and B by sending OSC over UDP: load, play on the next bar, a crossfade, stop on the
next beat. Then it measures in the recorded sound when each action happened and holds that against what was asked for.

Writes into target/demo/:
  set.wav      the master, without the plugin's latency
  set.png      the set as a picture: waveforms over bars, each message with when it was sent and when it happened
  report.json  for each message: arrival beat, due beat, due frame, fired frame, error in frames, verdict
  and the two tunes of the set

Ends with an error unless every action happened as asked.

Options:
  --track FILE    your music on deck A; a second --track for deck B. Without it two tunes are rendered: one WAV, one FLAC
  --bpm B         tempo of the host, and of the rendered tunes (default 126)
  --bars N        length of the set (default 24); messages that do not fit are left out
  --seconds S     the length in seconds instead
  --host-block N  frames in a block (default 512)
  --realtime      at the speed of music and without holding the host for a message (default: 4 times as fast, and the
                  host waits at each message's beat until it has been read, so that the table is the same every time)
  --keep          keep deck_a.wav .. deck_d.wav, the deck outputs that were measured
  --debug         with the quick build of the plugin
";

const SAMPLE_RATE: u32 = 48_000;
const PACE: f64 = 4.0;
/// Our tunes are at least so long, so that none ends early.
const MIN_TUNE_BARS: u32 = 24;

/// What the user asked for.
#[derive(Clone, Debug, PartialEq)]
struct Options {
    tracks: Vec<PathBuf>,
    bpm: f64,
    song_secs: f64,
    block_frames: u32,
    realtime: bool,
    keep: bool,
    debug: bool,
}

impl Options {
    fn parse(mut args: Args) -> Result<Self> {
        let tracks: Vec<PathBuf> = args.values("--track")?.into_iter().map(PathBuf::from).collect();
        ensure!(tracks.len() <= 2, "there are two decks in the demo: give --track at most twice");
        let bpm: f64 = args.value("--bpm")?.unwrap_or(126.0);
        ensure!((20.0..=400.0).contains(&bpm), "--bpm {bpm}: the demo takes 20 to 400");
        let (bars, seconds) = (args.value::<f64>("--bars")?, args.value::<f64>("--seconds")?);
        let bar_secs = 240.0 / bpm;
        let song_secs = match (bars, seconds) {
            (Some(_), Some(_)) => bail!("give --bars or --seconds, not both"),
            (None, Some(seconds)) => seconds,
            (bars, None) => bars.unwrap_or(24.0) * bar_secs,
        };
        let bars = song_secs / bar_secs;
        ensure!((4.0 - 1e-9..=500.0).contains(&bars), "the set would have {bars:.1} bars: the demo takes 4 to 500");
        let block_frames = args.value("--host-block")?.unwrap_or(512);
        ensure!((1..=16_384).contains(&block_frames), "--host-block {block_frames}: the demo takes 1 to 16384");
        let options = Self {
            tracks,
            bpm,
            song_secs,
            block_frames,
            realtime: args.flag("--realtime"),
            keep: args.flag("--keep"),
            debug: args.flag("--debug"),
        };
        args.finish()?;
        Ok(options)
    }

    fn clock(&self) -> SongClock {
        SongClock { bpm: self.bpm, sample_rate: f64::from(SAMPLE_RATE) }
    }

    fn song_beats(&self) -> f64 {
        self.song_secs * self.bpm / 60.0
    }
}

pub fn main(args: Args) -> Result<()> {
    let options = Options::parse(args)?;
    set_up(&[Need::Build], false)?;
    let dir = target_dir().join("demo");
    fs::create_dir_all(&dir).with_context(|| format!("could not make {}", dir.display()))?;

    // First what can be wrong with the user's files, then what takes minutes.
    let tracks = music(&options, &dir)?;
    let files = [tracks[0].file.clone(), tracks[1].file.clone()];
    let steps = script::script(files, options.song_beats());
    must_be_long_enough(&options, &tracks, &steps)?;
    let bundles = bundle(!options.debug)?;
    let host = build_host()?;
    let job = job(&options, &bundles, &dir, &steps);
    step(&format!("Playing {:.1} s at {} BPM, {} times as fast as real time", options.song_secs, job.bpm, job.pace));
    let session = session::play(&host, &job, &steps, &dir.join("host.log"))?;
    step("Measuring the recording");
    let report = judge(&options, &dir, &tracks, &steps, &session)?;
    if !options.keep {
        for file in session.end.files.iter().skip(1) {
            // What stays behind is overwritten by the next run.
            let _ = fs::remove_file(file);
        }
    }
    tell(&report, &dir);
    ensure!(report.failed == 0, "{} of {} did not go as asked", report.failed, report.passed + report.failed);
    Ok(())
}

fn tell(report: &Report, dir: &Path) {
    println!("\n{}", report::table(&report.actions));
    for check in &report.checks {
        let verdict = if check.ok { "ok    " } else { "FAILED" };
        println!("{verdict}  {}{}", check.what, if check.ok { String::new() } else { format!(" ({})", check.detail) });
    }
    for note in &report.notes {
        println!("note    {note}");
    }
    println!();
    for name in ["set.wav", "set.png", "report.json"] {
        println!("    {}", shown(&dir.join(name)));
    }
    println!("\n{}\n{} passed, {} failed", report.verdict, report.passed, report.failed);
}

/// Builds the host program and gives its path.
pub fn build_host() -> Result<PathBuf> {
    step("Building the host program");
    run_ok(cargo().args(["build", "--quiet", "--package", "xtask", "--bin", "echelon-host"]), "building the host")?;
    let own = std::env::current_exe().context("where am I?")?;
    let host = own.with_file_name(format!("echelon-host{}", std::env::consts::EXE_SUFFIX));
    ensure!(host.exists(), "the host program is not at {}", host.display());
    Ok(host)
}

fn music(options: &Options, dir: &Path) -> Result<[Track; 2]> {
    let bars = script_bars(options).max(MIN_TUNE_BARS);
    let track = |deck: usize, tune: Tune| -> Result<Track> {
        match options.tracks.get(deck) {
            Some(file) => tracks::open(file),
            None => {
                println!("    {}, {bars} bars at {} BPM", tune.name(), options.bpm);
                tracks::generate(tune, dir, options.bpm, bars, SAMPLE_RATE)
            }
        }
    };
    step("Preparing the music");
    Ok([track(0, Tune::HarbourLights)?, track(1, Tune::NightFreight)?])
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "4 to 500 bars")]
fn script_bars(options: &Options) -> u32 {
    (options.song_beats() / 4.0).ceil() as u32 + 1
}

fn must_be_long_enough(options: &Options, tracks: &[Track; 2], steps: &[Step]) -> Result<()> {
    for (track, deck) in tracks.iter().zip(Deck::BOTH) {
        let needed = script::longest_play_beats(steps, deck, options.song_beats()) * 60.0 / options.bpm;
        ensure!(
            track.secs() >= needed,
            "{} is {:.1} s long, and deck {} plays for {needed:.1} s: take a longer file or fewer --bars",
            track.file.display(),
            track.secs(),
            deck.letter().to_ascii_uppercase(),
        );
    }
    Ok(())
}

fn job(options: &Options, bundles: &Bundles, dir: &Path, steps: &[Step]) -> Job {
    let clock = options.clock();
    Job {
        plugin: bundles.clap.display().to_string(),
        out_dir: dir.display().to_string(),
        sample_rate: SAMPLE_RATE,
        block_frames: options.block_frames,
        bpm: options.bpm,
        song_frames: clock.frame_at(options.song_beats()).unsigned_abs(),
        pace: if options.realtime { 1.0 } else { PACE },
        gates: script::gates(steps, clock),
        hold_at_gates: !options.realtime,
        first_port: None,
        load_state: None,
        save_state: None,
    }
}

/// Measures, and writes report and picture.
fn judge(
    options: &Options,
    dir: &Path,
    tracks: &[Track; 2],
    steps: &[Step],
    session: &session::Session,
) -> Result<Report> {
    let clock = options.clock();
    let recordings = read_recordings(&session.end.files)?;
    let evidence = Evidence {
        clock,
        steps,
        session,
        tracks,
        recordings: &recordings,
        block_frames: options.block_frames,
        // In real time a message needs a moment to get from one process to the other.
        slack_frames: if options.realtime { i64::from(SAMPLE_RATE) / 20 } else { 0 },
    };
    let actions = evidence.rows();
    let checks = evidence.checks(&actions);
    let mut report = Report {
        verdict: String::new(),
        passed: 0,
        failed: 0,
        bpm: options.bpm,
        sample_rate: clock.sample_rate,
        host_block_frames: options.block_frames,
        pace: if options.realtime { 1.0 } else { PACE },
        build: if options.debug { "debug" } else { "release" }.to_owned(),
        plugin: session.ready.clone(),
        worst_block_load: session.end.worst_block_load,
        tracks: tracks.iter().map(|track| shown(&track.file)).collect(),
        actions,
        checks,
        problems: session.problems.clone(),
        notes: notes(tracks, steps),
    };
    report.judge();
    report.write(&dir.join("report.json"))?;
    picture::draw(&dir.join("set.png"), clock, tracks, &recordings, &report)?;
    Ok(report)
}

/// Reads what the host recorded: the master, then the decks. The cue output comes after them, and is not judged.
pub fn read_recordings(files: &[String]) -> Result<Recordings> {
    let mut buses = files.iter().map(|file| tracks::read_recording(Path::new(file)));
    let master = buses.next().context("the host recorded nothing")??;
    Ok(Recordings { master, decks: buses.take(4).collect::<Result<_>>()? })
}

fn notes(tracks: &[Track; 2], steps: &[Step]) -> Vec<String> {
    let resampled = tracks.iter().filter(|track| track.sample_rate != SAMPLE_RATE);
    let mut notes: Vec<String> = resampled
        .map(|track| {
            format!(
                "{} has {} Hz: it is resampled, so its onsets are compared to 64 frames and not bit for bit",
                track.title, track.sample_rate
            )
        })
        .collect();
    let whole = script::script([PathBuf::new(), PathBuf::new()], script::FULL_BEATS);
    if steps.len() < whole.len() {
        notes.push("the set is short: messages of later bars are left out".to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Result<Options> {
        Options::parse(Args::new(text.split_whitespace().map(str::to_owned)))
    }

    #[test]
    fn the_default_set_has_24_bars_at_126() {
        let options = options("").unwrap();
        assert!((options.song_beats() - 96.0).abs() < 1e-9);
        assert_eq!((options.bpm, options.block_frames, options.realtime), (126.0, 512, false));
    }

    #[test]
    fn lengths_come_in_bars_or_seconds() {
        assert!((options("--bars 8 --bpm 120").unwrap().song_secs - 16.0).abs() < 1e-9);
        assert_eq!(options("--seconds 30").unwrap().song_secs, 30.0);
        assert!(options("--bars 8 --seconds 30").is_err());
        assert!(options("--bars 3").unwrap_err().to_string().contains("4 to 500"));
    }

    #[test]
    fn nonsense_is_refused() {
        for wrong in ["--bpm 0", "--bpm NaN", "--host-block 0", "--track a --track b --track c", "--sped 2"] {
            assert!(options(wrong).is_err(), "{wrong}");
        }
    }
}
