//! Runs a Python host's script, a process for each scenario, and reads its checks.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::python::Python;
use super::report::{Outcome, Row, VERSION};
use super::scenarios::{Scenario, scenarios, title};
use super::{Host, Setting};
use crate::workspace::{shown, step};

/// Written next to each other, as they import `rig`.
pub const SCRIPTS: [(&str, &str); 9] = [
    ("rig.py", include_str!("rig.py")),
    ("studio.py", include_str!("studio.py")),
    ("empty_sequencer.c", include_str!("empty_sequencer.c")),
    ("in_dawdreamer.py", include_str!("in_dawdreamer.py")),
    ("in_pedalboard.py", include_str!("in_pedalboard.py")),
    ("in_ardour.py", include_str!("in_ardour.py")),
    ("in_ardour.lua", include_str!("in_ardour.lua")),
    ("in_qtractor.py", include_str!("in_qtractor.py")),
    ("in_standalone.py", include_str!("in_standalone.py")),
];

/// A line that begins so is for us.
const MARK: &str = "@echelon ";
/// For one scenario, most of which take a second or two. A host that hangs is ended after it.
const PATIENCE: Duration = Duration::from_secs(300);

/// The only argument of a script.
#[derive(Debug, Serialize)]
struct Job<'a> {
    scenario: &'a str,
    clap: String,
    vst3: String,
    format: &'a str,
    track: String,
    dir: String,
    block: u32,
}

/// What a script says.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(untagged)]
enum Said {
    Check {
        check: String,
        ok: bool,
        detail: String,
    },
    /// Which release of the host this is.
    Version {
        version: String,
    },
    /// The host is there and cannot do this.
    Unavailable {
        unavailable: String,
    },
    /// It gave up.
    Error {
        error: String,
    },
    /// It has checked everything.
    End {
        end: bool,
    },
}

impl Said {
    /// `None` for what plugins and hosts print.
    fn parse(line: &str) -> Option<Self> {
        serde_json::from_str(line.trim().strip_prefix(MARK)?).ok()
    }
}

/// All scenarios of a Python host.
pub fn run_all(host: &Host, setting: &Setting) -> Vec<Row> {
    // The package is the host.
    let release = Python::with(&setting.dir.join("venv"), host.name).ok().map(|python| Row {
        host: host.name,
        format: host.format,
        check: VERSION.to_owned(),
        outcome: Outcome::Told(python.version(host.name)),
    });
    release.into_iter().chain(run_with(host, setting, host.name, &[])).collect()
}

/// All scenarios of a host whose script needs this package of PyPI, and variables of its own in the environment.
pub fn run_with(host: &Host, setting: &Setting, package: &str, variables: &[(&str, String)]) -> Vec<Row> {
    let row = |check: &str, outcome| Row { host: host.name, format: host.format, check: check.to_owned(), outcome };
    let python = match Python::with(&setting.dir.join("venv"), package) {
        Ok(python) => python,
        Err(why) => {
            let row = row("all checks", Outcome::Unavailable(why));
            println!("{}", row.line());
            return vec![row];
        }
    };
    let all = scenarios(host.name);
    let mut rows = Vec::new();
    for scenario in all {
        step(&format!("{}: {}, blocks of {}", host.name, scenario.name, scenario.block_frames));
        let tell = |check: &str, outcome| {
            let row = row(&title(all, *scenario, check), outcome);
            // Each scenario says which release it is in.
            if !rows.contains(&row) {
                println!("{}", row.line());
                rows.push(row);
            }
        };
        run(&Place { python: &python, host, setting, variables }, *scenario, tell);
    }
    rows
}

/// Where scenarios run.
struct Place<'a> {
    python: &'a Python,
    host: &'a Host,
    setting: &'a Setting,
    variables: &'a [(&'a str, String)],
}

/// One scenario. A process that does not come to a good end is a failure of its own.
fn run(place: &Place<'_>, scenario: Scenario, mut tell: impl FnMut(&str, Outcome)) {
    let Place { host, setting, .. } = place;
    let name = format!("{}-{}-{}-{}.log", host.name, host.format, scenario.name, scenario.block_frames);
    let log = setting.dir.join(name.to_lowercase());
    let mut ending = Ending { scenario: scenario.name, ..Ending::default() };
    let finished = start(place, scenario, &log).and_then(|(mut child, said)| {
        let finished = follow(&mut child, &said, |said| {
            if let Some((check, outcome)) = ending.take(said) {
                tell(&check, outcome);
            }
        });
        // Nothing of ours may outlive us; fails harmlessly when it has ended.
        let _ = child.kill();
        finished
    });
    if let Err(why) = ending.judge(finished) {
        tell(&format!("`{}` runs to its end", scenario.name), Outcome::Failed(format!("{why}; see {}", shown(&log))));
    }
}

fn start(place: &Place<'_>, scenario: Scenario, log: &Path) -> Result<(Child, Receiver<Said>)> {
    let Place { python, host, setting, variables } = place;
    let scripts = setting.dir.join("scripts");
    fs::create_dir_all(&scripts).with_context(|| format!("could not make {}", scripts.display()))?;
    for (name, text) in SCRIPTS {
        fs::write(scripts.join(name), text).with_context(|| format!("could not write {name}"))?;
    }
    let job = Job {
        scenario: scenario.name,
        clap: setting.bundles.clap.display().to_string(),
        vst3: setting.bundles.vst3.display().to_string(),
        format: host.format,
        track: setting.track.file.display().to_string(),
        dir: setting.work.display().to_string(),
        block: scenario.block_frames,
    };
    let stderr = fs::File::create(log).with_context(|| format!("could not write {}", log.display()))?;
    let mut child = Command::new(&python.program)
        .arg(scripts.join(format!("in_{}.py", host.name)))
        .arg(serde_json::to_string(&job).context("the job is no JSON")?)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        // JUCE talks to a display without being asked for a window (to :0 if none is named), and ends the process at the
        // display's first error.
        .env("DISPLAY", "none")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .context("could not start Python")?;
    let stdout = child.stdout.take().context("Python has an output")?;
    let (sender, said) = channel();
    thread::spawn(move || {
        let lines = BufReader::new(stdout).split(b'\n').map_while(Result::ok);
        for said in lines.filter_map(|line| Said::parse(&String::from_utf8_lossy(&line))) {
            if sender.send(said).is_err() {
                break;
            }
        }
    });
    Ok((child, said))
}

/// Hands on what is said until the process has ended; an error if that takes too long.
fn follow(child: &mut Child, said: &Receiver<Said>, mut take: impl FnMut(Said)) -> Result<ExitStatus> {
    let end = Instant::now() + PATIENCE;
    while let Ok(said) = said.recv_timeout(end.saturating_duration_since(Instant::now())) {
        take(said);
    }
    loop {
        if let Some(status) = child.try_wait().context("the process vanished")? {
            return Ok(status);
        }
        anyhow::ensure!(Instant::now() < end, "it hangs: ended after {} s", PATIENCE.as_secs());
        thread::sleep(Duration::from_millis(5));
    }
}

/// How a script's report stands.
#[derive(Debug, Default)]
struct Ending {
    scenario: &'static str,
    complete: bool,
    error: Option<String>,
}

impl Ending {
    fn take(&mut self, said: Said) -> Option<(String, Outcome)> {
        match said {
            Said::Check { check, ok: true, detail } => return Some((check, Outcome::Passed(detail))),
            Said::Check { check, ok: false, detail } => return Some((check, Outcome::Failed(detail))),
            Said::Version { version } => return Some((VERSION.to_owned(), Outcome::Told(version))),
            Said::Unavailable { unavailable } => {
                return Some((format!("`{}`", self.scenario), Outcome::Unavailable(unavailable)));
            }
            Said::Error { error } => self.error = Some(error),
            Said::End { end } => self.complete = end,
        }
        None
    }

    /// All checks were made, and the process then ended well: unloading a plugin may crash too.
    fn judge(self, finished: Result<ExitStatus>) -> Result<(), String> {
        let status = finished.map_err(|error| format!("{error:#}"))?;
        match (self.error, self.complete, status.success()) {
            (Some(error), ..) => Err(error),
            (None, true, true) => Ok(()),
            (None, true, false) => Err(format!("the host ended with {status} after its checks")),
            (None, false, _) => Err(format!("the host ended with {status} before its checks were done")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(lines: &str) -> (Vec<(String, Outcome)>, Ending) {
        let mut ending = Ending::default();
        let said = lines.lines().filter_map(Said::parse);
        (said.filter_map(|said| ending.take(said)).collect(), ending)
    }

    #[cfg(unix)]
    fn status(raw: i32) -> Result<ExitStatus> {
        Ok(std::os::unix::process::ExitStatusExt::from_raw(raw))
    }

    #[test]
    fn checks_are_read_and_other_lines_are_not() {
        let (checks, ending) = ending(
            "JUCE v8\n@echelon {\"check\": \"sounds\", \"ok\": true, \"detail\": \"-20 dB\"}\n\
             {\"check\": \"not for us\", \"ok\": true, \"detail\": \"\"}\n@echelon {broken\n\
             @echelon {\"check\": \"in time\", \"ok\": false, \"detail\": \"frame 1\"}\n@echelon {\"end\": true}\n",
        );
        let expected = [
            ("sounds".to_owned(), Outcome::Passed("-20 dB".to_owned())),
            ("in time".to_owned(), Outcome::Failed("frame 1".to_owned())),
        ];
        assert_eq!(checks, expected);
        assert!(ending.complete);
    }

    #[test]
    fn a_host_says_its_release_and_what_it_cannot_do() {
        let (checks, _) = ending("@echelon {\"version\": \"Host 1.2\"}\n@echelon {\"unavailable\": \"no VST3\"}\n");
        let expected = [
            (VERSION.to_owned(), Outcome::Told("Host 1.2".to_owned())),
            ("``".to_owned(), Outcome::Unavailable("no VST3".to_owned())),
        ];
        assert_eq!(checks, expected);
    }

    #[cfg(unix)]
    #[test]
    fn only_a_whole_report_and_a_good_end_are_a_success() {
        const SIGSEGV: i32 = 11;
        let end = "@echelon {\"end\": true}";
        assert!(ending(end).1.judge(status(0)).is_ok());
        assert!(ending(end).1.judge(status(SIGSEGV)).unwrap_err().contains("after its checks"));
        assert!(ending("").1.judge(status(0)).unwrap_err().contains("before its checks were done"));
        assert!(ending("").1.judge(status(SIGSEGV)).unwrap_err().contains("signal: 11"));
        let error = ending("@echelon {\"error\": \"TimeoutError: no answer\"}").1.judge(status(256));
        assert_eq!(error, Err("TimeoutError: no answer".to_owned()));
        assert!(ending(end).1.judge(Err(anyhow::anyhow!("it hangs"))).unwrap_err().contains("hangs"));
    }

    #[test]
    fn the_scripts_use_our_mark() {
        let (_, rig) = SCRIPTS[0];
        assert!(rig.contains(&format!("MARK = \"{MARK}\"")));
    }
}
