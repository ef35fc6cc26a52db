//! One run: starts the host program, plays it by OSC, makes the machine busy for its second half.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::hands::Hands;
use super::load::Load;
use crate::demo::protocol::{End, Job, Order, Report, to_line};
use crate::demo::session::reports;

/// Without a word for so long the host hangs.
const PATIENCE: Duration = Duration::from_secs(180);
/// Between two messages: 200 a second.
const EVERY: Duration = Duration::from_millis(5);

/// What came of it.
pub struct Played {
    end: End,
    /// Why the decks did not play as they should, at the end of a half.
    silent: Option<String>,
}

impl Played {
    /// An error unless four decks sounded, in sync, from beginning to end.
    pub fn judge(self) -> Result<()> {
        if let Some(why) = self.silent {
            bail!("{why}: what was measured is not what was meant");
        }
        ensure!(self.end.peak_before_start > 0.01, "the master or a deck was silent");
        ensure!(self.end.non_finite_samples == 0, "{} samples were no numbers", self.end.non_finite_samples);
        Ok(())
    }
}

/// Kills the host when its run ends early.
struct Host(Child);

impl Drop for Host {
    fn drop(&mut self) {
        // Both fail harmlessly when it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Plays `tunes` on four decks; from `busy_from` frames on the machine is busy.
pub fn play(program: &Path, job: &Job, tunes: &[PathBuf], busy_from: u64, dir: &Path) -> Result<Played> {
    let log = std::fs::File::create(dir.join("host.log")).context("could not write host.log")?;
    let mut command = Command::new(program);
    command.env("ECHELON_OSC_FOLDERS", dir).env("ECHELON_CACHE_DIR", dir.join("cache"));
    if let Some(port) = job.first_port {
        command.env("ECHELON_OSC_PORT", port.to_string());
    }
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn();
    let mut host = Host(child.with_context(|| format!("could not start {}", program.display()))?);
    let mut orders = host.0.stdin.take().context("the host has no stdin")?;
    let reports = reports(host.0.stdout.take().context("the host has no stdout")?);
    writeln!(orders, "{}", to_line(job)).context("the host does not take its job")?;
    let mut hands = Hands::new(wait_until_ready(&reports)?)?;
    hands.prepare(tunes)?;
    hands.start()?;
    writeln!(orders, "{}", to_line(&Order::Roll)).and_then(|()| orders.flush()).context("the host takes no orders")?;
    let played = follow(&reports, &mut hands, job, busy_from, dir)?;
    let status = host.0.wait().context("the host process vanished")?;
    ensure!(status.success(), "the host process ended with {status} while closing the plugin");
    Ok(played)
}

fn wait_until_ready(reports: &Receiver<Report>) -> Result<u16> {
    loop {
        match reports.recv_timeout(PATIENCE).context("the host does not open the plugin")? {
            Report::Ready(ready) => {
                let port = ready.osc_port.context("the plugin has no OSC port")?;
                println!("    {} {}, OSC on UDP port {port}", ready.name, ready.version);
                return Ok(port);
            }
            Report::Problem { text } => bail!("{text}"),
            _ => {}
        }
    }
}

/// Plays until the host has made its last block.
fn follow(reports: &Receiver<Report>, hands: &mut Hands, job: &Job, busy_from: u64, dir: &Path) -> Result<Played> {
    let (mut load, mut silent, mut heard) = (None, None, Instant::now());
    let nearly = job.song_frames.saturating_sub(u64::from(job.sample_rate) * 2);
    let mut looked = [false; 2];
    loop {
        match reports.recv_timeout(EVERY) {
            Ok(Report::Progress { frame }) => {
                heard = Instant::now();
                for (looked, at) in looked.iter_mut().zip([busy_from, nearly]) {
                    if frame >= at && !*looked {
                        *looked = true;
                        silent = silent.or(hands.all_play().err().map(|error| format!("{error:#}")));
                    }
                }
                if frame >= busy_from && load.is_none() {
                    println!("    now two threads compute and one writes to the disk");
                    load = Some(Load::start(dir));
                }
            }
            Ok(Report::End(end)) => {
                drop(load);
                return Ok(Played { end, silent });
            }
            Ok(Report::Problem { text }) => bail!("{text}"),
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => {
                ensure!(heard.elapsed() < PATIENCE, "the host hangs");
                hands.stir()?;
            }
            Err(RecvTimeoutError::Disconnected) => bail!("the host process ended early; see host.log"),
        }
    }
}
