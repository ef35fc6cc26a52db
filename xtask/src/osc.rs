//! `cargo xtask osc`: what a running Echelon can be sent, by hand, and the layouts for surfaces.

use anyhow::{Result, bail};

use crate::cli::Args;
use crate::workspace::{cargo, root, run_ok};

pub const HELP: &str = "
Usage: cargo xtask osc <what>

  print                                  the namespace, as in docs/osc.md
  send <port> <address> [args]           sends one message, shows the answers of half a second
  listen <port> <seconds> [patterns]     subscribes (to everything but meters, if no pattern is named) and shows it
  flood [seconds]                        100,000 messages a second from one source at a rig in a mini-host of its own, for
                                         10 s: the sound is the same, stop and panic come through, the losses are counted
  flood <port> <a second> <seconds>      the same at a rig that runs, then its telemetry
  layouts                                writes layouts/ anew: Open Stage Control and TouchOSC

Numbers with a point are sent as f, whole ones as i, true and false as T and F, the rest as text. Only this machine.
";

pub fn main(mut args: Args) -> Result<()> {
    let mut words = args.rest();
    if words.is_empty() {
        bail!("say what: print, send, listen, flood or layouts (`cargo xtask osc --help`)");
    }
    if words == ["layouts"] {
        words.push(root().join("layouts").display().to_string());
    }
    if let [what, secs @ ..] = &words[..]
        && what == "flood"
        && secs.len() < 2
    {
        return flood(secs.first().map_or("10", String::as_str));
    }
    let mut command = cargo();
    command.args(["run", "--quiet", "-p", "echelon", "--example", "osc", "--"]).args(&words);
    run_ok(&mut command, "the OSC tool")
}

/// The tests of a flood, for so many seconds, with their tables.
fn flood(secs: &str) -> Result<()> {
    if !secs.parse::<u32>().is_ok_and(|secs| (1..=60).contains(&secs)) {
        bail!("`flood {secs}`: 1 to 60 seconds");
    }
    let mut command = cargo();
    command.env("ECHELON_FLOOD_SECS", secs);
    command.args(["test", "--quiet", "-p", "echelon_tests", "--test", "osc", "--", "flood::", "--nocapture"]);
    run_ok(&mut command, "the flood")
}
