//! `cargo xtask osc`: what a running Echelon can be sent, by hand, and the layouts for surfaces.

use anyhow::{Result, bail};

use crate::cli::Args;
use crate::workspace::{cargo, root, run_ok};

pub const HELP: &str = "
Usage: cargo xtask osc <what>

  print                                  the namespace, as in the README
  send <port> <address> [args]           sends one message, shows the answers of half a second
  listen <port> <seconds> [patterns]     subscribes (to everything but meters, if no pattern is named) and shows it
  flood <port> <a second> <seconds>      many messages from one source, then the telemetry
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
    let mut command = cargo();
    command.args(["run", "--quiet", "-p", "echelon", "--example", "osc", "--"]).args(&words);
    run_ok(&mut command, "the OSC tool")
}
