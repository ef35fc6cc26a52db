//! `cargo xtask realtime`: is every block in time, on a machine that has other things to do?

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::bundle::bundle;
use crate::cli::Args;
use crate::demo::protocol::Job;
use crate::demo::tracks::generate;
use crate::hosts::fresh;
use crate::music::Tune;
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, run_ok, shown, step, target_dir};

mod figures;
mod hands;
mod load;
mod picture;
mod session;

use figures::{Figures, table};

pub const HELP: &str = "
Usage: cargo xtask realtime [--seconds S] [--host-block N] [--plugin FILE.clap] [--debug]

Opens the built plugin in a host program whose audio thread has real-time priority (where the system gives it) and calls
`process` once in each period, as a device does. Four decks play, synced to another tempo than their tracks', with key
lock, EQ, filter and two effects each; 200 OSC messages a second move faders, filters and effects, jump and loop. Half of
the time the machine is otherwise quiet; in the other half two threads compute without end and one writes files.

Prints how long the calls took as parts of a block, and writes into target/realtime/:
  histogram.png  the same as a picture
  report.json    the figures
  blocks.csv     each block: what it took by the clock on the wall, of the thread's own time, how late it began, and what
                 a fixed piece of arithmetic took right after it

A call that takes longer than a period misses its deadline. One that begins too late was kept waiting by the machine, and is
counted apart. A fixed piece of arithmetic of a tenth of a millisecond follows each call on the same thread: what the machine
does to that, it does to the plugin too. Ends with an error if the decks did not play, or a sample was no number; how fast a machine is, it only tells.

Options:
  --seconds S      how long each half is (default 60)
  --host-block N   frames in a block (default 64)
  --plugin FILE    this one, as it is, instead of building
  --debug          with the quick build of the plugin: for trying out this command
";

const SAMPLE_RATE: u32 = 48_000;
const TUNE_BPM: f64 = 126.0;
/// Away from the tunes', so that key lock has something to do.
const BPM: f64 = 132.0;
/// After the first beat, and after the load began: not counted.
const SETTLE_SECS: u32 = 5;

#[derive(Debug, PartialEq)]
struct Options {
    seconds: u32,
    block_frames: u32,
    plugin: Option<PathBuf>,
    debug: bool,
}

impl Options {
    fn parse(mut args: Args) -> Result<Self> {
        let seconds = args.value("--seconds")?.unwrap_or(60);
        ensure!((1..=3600).contains(&seconds), "--seconds {seconds}: 1 to 3600");
        let block_frames = args.value("--host-block")?.unwrap_or(64);
        ensure!((16..=4096).contains(&block_frames), "--host-block {block_frames}: 16 to 4096");
        let options = Self { seconds, block_frames, plugin: args.value("--plugin")?, debug: args.flag("--debug") };
        args.finish()?;
        Ok(options)
    }

    /// Frames until so many seconds.
    fn frames(seconds: u32) -> u64 {
        u64::from(seconds) * u64::from(SAMPLE_RATE)
    }

    /// Frames at which the counted quiet half begins and ends, and the busy one.
    fn halves(&self) -> [[u64; 2]; 2] {
        let quiet = [Self::frames(SETTLE_SECS), Self::frames(SETTLE_SECS + self.seconds)];
        let busy = Self::frames(2 * SETTLE_SECS + self.seconds);
        [quiet, [busy, busy + Self::frames(self.seconds)]]
    }
}

pub fn main(args: Args) -> Result<()> {
    let options = Options::parse(args)?;
    set_up(&[Need::Build], false)?;
    let plugin = plugin(&options)?;
    let program = build_program()?;
    let dir = target_dir().join("realtime");
    fs::create_dir_all(&dir).with_context(|| format!("could not make {}", dir.display()))?;
    step("Rendering two tunes");
    let tunes = tunes(&options, &dir)?;
    let halves = options.halves();
    let job = Job {
        plugin: plugin.display().to_string(),
        out_dir: dir.display().to_string(),
        sample_rate: SAMPLE_RATE,
        block_frames: options.block_frames,
        bpm: BPM,
        song_frames: halves[1][1],
        pace: 1.0,
        gates: vec![],
        hold_at_gates: false,
        // Far from where other instances on this machine look for ports.
        first_port: Some(8070),
        load_state: None,
        save_state: None,
    };
    step(&format!("Playing: {} s quiet, {} s busy", options.seconds, options.seconds));
    let played = session::play(&program, &job, &tunes, halves[0][1], &dir)?;
    tunes.iter().try_for_each(fs::remove_file).context("could not remove the tunes")?;
    let figures = Figures::read(&dir.join("blocks.csv"), &job, halves)?;
    println!("\n{}", table(&figures));
    fs::write(dir.join("report.json"), serde_json::to_string_pretty(&figures)?)
        .context("could not write the report")?;
    picture::draw(&figures, &dir.join("histogram.png"))?;
    println!("    {}", shown(&dir.join("histogram.png")));
    played.judge()
}

fn plugin(options: &Options) -> Result<PathBuf> {
    if let Some(plugin) = &options.plugin {
        return fs::canonicalize(plugin).with_context(|| format!("could not find {}", plugin.display()));
    }
    let bundles = match fresh::bundles(!options.debug)? {
        Some(bundles) => bundles,
        None => bundle(!options.debug)?,
    };
    Ok(bundles.clap)
}

fn build_program() -> Result<PathBuf> {
    step("Building the host program");
    run_ok(cargo().args(["build", "--quiet", "--package", "xtask", "--bin", "echelon-realtime"]), "building the host")?;
    let own = std::env::current_exe().context("where are we?")?;
    let program = own.with_file_name(format!("echelon-realtime{}", std::env::consts::EXE_SUFFIX));
    ensure!(program.exists(), "the host program is not at {}", program.display());
    Ok(program)
}

/// As long as the run and what comes before it.
fn tunes(options: &Options, dir: &Path) -> Result<Vec<PathBuf>> {
    let secs = f64::from(2 * (options.seconds + SETTLE_SECS) + 30) * BPM / TUNE_BPM;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most two hours")]
    let bars = (secs * TUNE_BPM / 240.0).ceil() as u32;
    let tune = |tune| generate(tune, dir, TUNE_BPM, bars, SAMPLE_RATE).map(|track| track.file);
    [Tune::HarbourLights, Tune::NightFreight].into_iter().map(tune).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Result<Options> {
        Options::parse(Args::new(text.split_whitespace().map(str::to_owned)))
    }

    #[test]
    fn a_minute_quiet_and_a_minute_busy_unless_told_otherwise() {
        let expected = Options { seconds: 60, block_frames: 64, plugin: None, debug: false };
        assert_eq!(options("").unwrap(), expected);
        assert_eq!(expected.halves(), [[240_000, 3_120_000], [3_360_000, 6_240_000]]);
        for wrong in ["--seconds 0", "--host-block 1", "--second 3"] {
            assert!(options(wrong).is_err(), "{wrong}");
        }
    }
}
