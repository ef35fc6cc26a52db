//! `cargo xtask link`: Ableton Link against an independent peer.

mod net;
mod process;
mod scenes;
mod table;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cli::Args;
use crate::hosts::python::Python;
use crate::setup::{Need, set_up};
use crate::test::Counts;
use crate::workspace::{cargo, run_ok, shown, step, target_dir};
use net::Net;
use scenes::{Cast, Scenes};
use table::Table;

pub const HELP: &str = "
Usage: cargo xtask link [--seconds S] [--format clap|vst3] [--frames N] [--only-cycles]

Measures the plugin as a peer of an Ableton Link session: it runs in a mini-host, in real time, on one machine; an
independent peer (LinkPython-extern 1.3.0 from PyPI) on another. The machines are network namespaces of this one, with a
cable between them and nothing else: no packet leaves. The second one's clock is 1000 seconds ahead.

Phase for S seconds (60), tempo both ways, frames that fire on beats, starts and stops, loss of packets, leaving, coming
back, a crash; then 20 times loading and unloading the plugin's library with a session on. Writes target/link/report.md and
report.json. The last line is the sum: `N passed, N failed, N skipped`.

Needs root, Linux with time namespaces, iproute2, nftables, Python 3. Where one is missing everything is skipped, and the
reason told.

Options:
  --seconds S      how long phase and fired frames are measured each (60)
  --format F       clap (default) or vst3
  --frames N       frames in a block of the mini-host (512)
  --only-cycles    only the loading and unloading
";

/// The independent peer on PyPI.
const PEER: &str = "LinkPython-extern==1.3.0";
/// How often the library is loaded.
const CYCLES: usize = 20;
/// What memory may grow over these beyond what it does without a session, in KiB: a few lines of the C++ library's.
const MOST_GROWN_KIB: f64 = 64.0;
/// What one load may keep by itself: the tables of names that a library makes once and no one takes apart, in KiB.
const MOST_KEPT_KIB: f64 = 128.0;

pub fn main(mut args: Args) -> Result<()> {
    let seconds: f64 = args.value("--seconds")?.unwrap_or(60.0);
    let format: String = args.value("--format")?.unwrap_or_else(|| "clap".to_owned());
    let frames: u32 = args.value("--frames")?.unwrap_or(512);
    let only_cycles = args.flag("--only-cycles");
    args.finish()?;
    if !["clap", "vst3"].contains(&format.as_str()) {
        bail!("`--format {format}`: clap or vst3");
    }
    if let Some(why) = missing() {
        println!("Ableton Link was not measured: {why}");
        println!("{}", Counts { passed: 0, failed: 0, skipped: 1 });
        return Ok(());
    }
    let programs = build()?;
    let net = Net::new()?;
    let mut table = Table::default();
    if !only_cycles {
        match &programs.python {
            Ok(python) => {
                let cast = Cast { net: &net, peer: &programs.peer, python, script: &programs.script };
                println!("    load of this machine before: {}", load());
                Scenes::new(cast, &format, frames, seconds).play(&mut table)?;
                println!("    load of this machine after: {}", load());
            }
            Err(why) => table.skip("everything against an independent peer", why),
        }
    }
    cycles(&net, &programs, &mut table)?;
    report(&table, &format, frames)
}

/// Why it cannot be done here.
fn missing() -> Option<String> {
    // nftables may be installed; the rest is the kernel's.
    if let Some(why) = net::hindrance() {
        if set_up(&[Need::Link], false).is_err() {
            return Some(why);
        }
        return net::hindrance();
    }
    None
}

struct Programs {
    peer: PathBuf,
    library: PathBuf,
    /// Or why there is none.
    python: Result<PathBuf, String>,
    script: PathBuf,
}

fn build() -> Result<Programs> {
    set_up(&[Need::Build], false)?;
    let dir = target_dir().join("link");
    fs::create_dir_all(&dir).with_context(|| format!("could not make {}", dir.display()))?;
    let python = Python::with_only(&dir.join("venv"), PEER, "link").map(|python| python.program);
    step("Building the peer and the plugin's library");
    run_ok(cargo().args(["build", "--quiet", "--package", "echelon_tests", "--bin", "echelon-link-peer"]), "building")?;
    run_ok(cargo().args(["build", "--quiet", "--package", "echelon", "--lib"]), "building")?;
    let debug = target_dir().join("debug");
    let script = dir.join("peer.py");
    fs::write(&script, include_str!("peer.py")).context("could not write the peer's script")?;
    let (peer, library) = (debug.join("echelon-link-peer"), debug.join("libechelon.so"));
    Ok(Programs { peer, library, python, script })
}

/// Loads and unloads the library, without a session and with one.
fn cycles(net: &Net, programs: &Programs, table: &mut Table) -> Result<()> {
    step(&format!("Loading and unloading the library {CYCLES} times, without a session and with one"));
    let without = cycles_with("off", net, programs)?;
    let with = cycles_with("on", net, programs)?;
    let figure = |name: &str| with.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
    table.exactly("loads and unloads with a session on", figure("cycles"), CYCLES as f64, "");
    table.exactly("threads left by them", figure("threads"), 0.0, "");
    table.exactly("open files left by them", figure("files"), 0.0, "");
    table.exactly("mappings of the library left by them", figure("maps"), 0.0, "");
    let usual = without.get("grown_kib").and_then(Value::as_f64).unwrap_or(f64::NAN);
    // Those after the second are counted.
    table.at_most("memory that a load keeps without a session", usual / (CYCLES - 2) as f64, MOST_KEPT_KIB, "KiB");
    table.at_most("memory that they keep beyond that", figure("grown_kib") - usual, MOST_GROWN_KIB, "KiB");
    Ok(())
}

/// The sum at the end.
fn cycles_with(session: &str, net: &Net, programs: &Programs) -> Result<Value> {
    let mut command: Command = net.on_a(&programs.peer.display().to_string());
    let output = command.arg("cycles").arg(&programs.library).arg(CYCLES.to_string()).arg(session).output()?;
    if !output.status.success() {
        println!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).next_back().unwrap_or_default())
}

fn report(table: &Table, format: &str, frames: u32) -> Result<()> {
    let dir = target_dir().join("link");
    let head = format!("Ableton Link, {format}, blocks of {frames} frames, against {PEER}\n\n");
    fs::write(dir.join("report.md"), head + &table.markdown()).context("could not write the report")?;
    fs::write(dir.join("report.json"), format!("{:#}\n", table.json())).context("could not write the report")?;
    println!("    written to {}", shown(&dir.join("report.md")));
    let counts = table.counts();
    println!("{counts}");
    if counts.failed > 0 {
        bail!("{} failed", counts.failed);
    }
    Ok(())
}

/// Of the last minute.
fn load() -> String {
    fs::read_to_string("/proc/loadavg").map_or_else(|_| "?".to_owned(), |text| text.trim().to_owned())
}
