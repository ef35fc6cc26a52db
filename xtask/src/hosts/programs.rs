//! Hosts that are programs, driven by a script beside them: Ardour by its Lua, and Echelon's own program.

use std::path::PathBuf;

use super::report::{Outcome, Row};
use super::script::run_with;
use super::{Host, Setting};
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, run_ok, step, target_dir};

/// No module of Python is the host itself; what all scripts need is there beside it.
const PACKAGE: &str = "numpy";

/// Ardour without its window, on its dummy backend or on a JACK server of its own.
pub fn ardour(host: &Host, setting: &Setting) -> Vec<Row> {
    daw(host, setting, &[("ardour", "-lua"), ("jackd", "")])
}

/// qtractor, on a display and a JACK server of its own.
pub fn qtractor(host: &Host, setting: &Setting) -> Vec<Row> {
    daw(host, setting, &[("qtractor", ""), ("jackd", ""), ("Xvfb", "")])
}

/// A DAW that needs these programs, each by how its name begins and ends.
fn daw(host: &Host, setting: &Setting, programs: &[(&str, &str)]) -> Vec<Row> {
    let missing = || programs.iter().find(|(begin, end)| !installed(begin, end));
    // What is there already needs no package.
    if missing().is_some()
        && let Err(error) = set_up(&[Need::Build, Need::Daws], false)
    {
        return unavailable(host, &one_line(&error));
    }
    match missing() {
        Some((begin, end)) => unavailable(host, &format!("there is no {begin}{end} here")),
        None => run_with(host, setting, PACKAGE, &[]),
    }
}

/// The program of our own, built for it.
pub fn standalone(host: &Host, setting: &Setting) -> Vec<Row> {
    step("Building Echelon's own program (the first time: minutes)");
    let mut command = cargo();
    command.args(["build", "--quiet", "--package", "echelon", "--features", "standalone", "--bin", "echelon"]);
    let built =
        set_up(&[Need::Build, Need::Standalone], false).and_then(|()| run_ok(&mut command, "the build of the program"));
    if let Err(error) = built {
        return unavailable(host, &one_line(&error));
    }
    let program = target_dir().join("debug").join("echelon");
    run_with(host, setting, PACKAGE, &[("ECHELON_STANDALONE", program.display().to_string())])
}

/// For a cell of the table.
fn one_line(error: &anyhow::Error) -> String {
    format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a program of the system begins and ends so.
fn installed(begin: &str, end: &str) -> bool {
    let is_it = |name: &str| name.starts_with(begin) && name.ends_with(end);
    let files = std::fs::read_dir(PathBuf::from("/usr/bin"));
    files.is_ok_and(|mut files| files.any(|file| file.is_ok_and(|file| file.file_name().to_str().is_some_and(is_it))))
}

fn unavailable(host: &Host, why: &str) -> Vec<Row> {
    let outcome = Outcome::Unavailable(why.to_owned());
    let row = Row { host: host.name, format: host.format, check: "all checks".to_owned(), outcome };
    println!("{}", row.line());
    vec![row]
}
