//! `cargo xtask hosts`: the built bundles in real hosts that we did not write.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

use crate::bundle::{Bundles, bundle};
use crate::cli::Args;
use crate::demo::tracks::{Track, generate};
use crate::music::Tune;
use crate::setup::{Need, set_up};
use crate::workspace::{shown, step, target_dir};

mod clack;
mod clients;
pub mod fresh;
mod programs;
pub mod python;
mod report;
mod scenarios;
mod script;

use report::{Row, counts, table, table_of_hosts, write_results};

pub const HELP: &str = "
Usage: cargo xtask hosts [--only HOST]... [--keep] [--debug]

Opens the built plugin in hosts that others wrote and listens to what comes out:
  dawdreamer  VST3  rolling transport at 126 BPM: a play on its bar line by OSC, automation and MIDI; crossfader; tempo
                    ramp; state into a fresh process; 20 times load and unload; two instances
  pedalboard  VST3  no transport: parameters and units, audio through deck A's input, play now, state, rates and blocks
  ardour      VST3  headless: what OSC moves is the host's value, with no editor open; a session saved and opened again;
                    heard over JACK on Ardour's beats, over the wraps of a loop
  qtractor    CLAP  on Xvfb and JACK: notes and OSC on its bar lines, loops, automation that OSC moves is recorded and played
              VST3  back, session saved and opened again; VST3 where it was built with it
  standalone  -     our own program on a dummy backend: a deck is loaded, played and stopped by OSC, and sounds; it
                    remembers what it was, but that it played; and under JACK: what is recorded is the file, from a
                    bar line on
  clack-host  CLAP  the demo's host program: plays, saves, restores in a fresh process, plays again
  osc-clients OSC   oscsend (liblo) and python-osc move controls of the plugin in the mini-host

What is a Python package is installed from PyPI into target/hosts/venv; Python itself must be there
(on Debian and its relatives what is missing is installed when you are root, and otherwise the command is printed).
A host that cannot be had counts as skipped. The table is also in target/hosts/results.md and results.json. Bundles that are missing or older than the source are built first.

Ends with an error if any check fails.

Options:
  --only HOST  only this host; may be given more than once
  --keep       keep target/hosts/work: the tune, saved states, recordings (they are kept too when something fails)
  --debug      with the quick build of the plugin
";

/// Everything is at this tempo and rate unless a check says otherwise.
const BPM: f64 = 126.0;
const SAMPLE_RATE: u32 = 48_000;
/// Longer than what any check plays of it.
const TUNE_BARS: u32 = 16;

/// A host.
#[derive(Debug)]
struct Host {
    name: &'static str,
    format: &'static str,
    /// In the order of the table; what goes wrong in there is a row too.
    run: fn(&Host, &Setting) -> Vec<Row>,
}

const HOSTS: [Host; 8] = [
    Host { name: "dawdreamer", format: "VST3", run: script::run_all },
    Host { name: "pedalboard", format: "VST3", run: script::run_all },
    Host { name: "clack-host", format: "CLAP", run: clack::run },
    Host { name: "ardour", format: "VST3", run: programs::ardour },
    Host { name: "qtractor", format: "CLAP", run: programs::qtractor },
    Host { name: "qtractor", format: "VST3", run: programs::qtractor },
    Host { name: "standalone", format: "-", run: programs::standalone },
    Host { name: "osc-clients", format: "OSC", run: clients::run },
];

/// What every host gets.
#[derive(Debug)]
struct Setting {
    bundles: Bundles,
    track: Track,
    /// `target/hosts`: the Python environment, logs.
    dir: PathBuf,
    /// For what is thrown away afterwards.
    work: PathBuf,
}

#[derive(Debug, PartialEq)]
struct Options {
    only: Vec<String>,
    keep: bool,
    debug: bool,
}

impl Options {
    fn parse(mut args: Args) -> Result<Self> {
        let only = args.values("--only")?;
        for name in &only {
            let mut names = HOSTS.map(|host| host.name).to_vec();
            names.dedup();
            ensure!(names.contains(&name.as_str()), "`--only {name}`: there is {}", names.join(", "));
        }
        let options = Self { only, keep: args.flag("--keep"), debug: args.flag("--debug") };
        args.finish()?;
        Ok(options)
    }

    fn wants(&self, host: &Host) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == host.name)
    }
}

pub fn main(args: Args) -> Result<()> {
    let options = Options::parse(args)?;
    let setting = prepare(options.debug)?;
    let mut rows = Vec::new();
    for host in HOSTS.iter().filter(|host| options.wants(host)) {
        rows.extend((host.run)(host, &setting));
    }
    println!("\n{}\n{}", table(&rows), table_of_hosts(&rows));
    let counts = counts(&rows);
    write_results(&setting.dir, &rows)?;
    if options.keep || counts.failed > 0 {
        println!("what the hosts wrote is in {}\n", shown(&setting.work));
    } else {
        // What stays behind is overwritten by the next run.
        let _ = fs::remove_dir_all(&setting.work);
    }
    println!("{counts}");
    if counts.failed > 0 {
        bail!("{} failed; logs are in {}", counts.failed, shown(&setting.dir));
    }
    Ok(())
}

fn prepare(debug: bool) -> Result<Setting> {
    let bundles = match fresh::bundles(!debug)? {
        Some(bundles) => {
            step("The bundles are up to date");
            bundles
        }
        None => {
            set_up(&[Need::Build], false)?;
            bundle(!debug)?
        }
    };
    let dir = target_dir().join("hosts");
    let work = dir.join("work");
    fs::create_dir_all(&work).with_context(|| format!("could not make {}", work.display()))?;
    step("Rendering a tune for deck A");
    let track = generate(Tune::HarbourLights, &work, BPM, TUNE_BARS, SAMPLE_RATE)?;
    Ok(Setting { bundles, track, dir, work })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Result<Options> {
        Options::parse(Args::new(text.split_whitespace().map(str::to_owned)))
    }

    #[test]
    fn hosts_are_chosen_by_name() {
        let chosen = |text: &str| {
            let options = options(text).unwrap();
            HOSTS.iter().filter(|host| options.wants(host)).map(|host| host.name).collect::<Vec<_>>()
        };
        let all = chosen("");
        assert!(all.len() == HOSTS.len() && all.starts_with(&["dawdreamer", "pedalboard"]), "{all:?}");
        assert_eq!(chosen("--only qtractor"), ["qtractor", "qtractor"], "in both formats");
        assert_eq!(chosen("--only pedalboard --keep"), ["pedalboard"]);
        assert_eq!(chosen("--only clack-host --only dawdreamer"), ["dawdreamer", "clack-host"]);
    }

    #[test]
    fn an_unknown_host_is_an_error_that_lists_them() {
        let error = options("--only cubase").unwrap_err().to_string();
        assert!(error.contains("cubase") && error.contains("clack-host"), "{error}");
        assert!(options("--release").is_err());
    }
}
