//! OSC clients that others wrote, against the plugin in the mini-host: a test program that `cargo test` leaves out.

use std::process::Command;

use super::python::Python;
use super::report::{Outcome, Row, VERSION};
use super::{Host, Setting};
use crate::setup::{Need, set_up};
use crate::workspace::{cargo, step};

const PYTHON_OSC: &str = "python-osc==1.9.3";

/// Each client, and the test that it is in.
const CLIENTS: [(&str, &str); 2] = [
    ("oscsend moves a control", "oscsend_moves_a_control"),
    (
        "python-osc sends messages and bundles and hears the answer",
        "python_osc_sends_messages_and_bundles_and_hears_the_answer",
    ),
];

pub fn run(host: &Host, setting: &Setting) -> Vec<Row> {
    step("OSC clients that others wrote");
    let there = set_up(&[Need::Clients], false).map_err(|error| format!("{error:#}"));
    let python = there.and_then(|()| Python::with_only(&setting.dir.join("venv"), PYTHON_OSC, "pythonosc"));
    let outcome = |test: &str| match &python {
        Err(why) => Outcome::Unavailable(why.clone()),
        Ok(python) => match passes(python, test) {
            Ok(()) => Outcome::Passed(String::new()),
            Err(why) => Outcome::Failed(why),
        },
    };
    let row = |(check, test): (&str, &str)| {
        let row = Row { host: host.name, format: host.format, check: check.to_owned(), outcome: outcome(test) };
        println!("{}", row.line());
        row
    };
    let release = Row {
        host: host.name,
        format: host.format,
        check: VERSION.to_owned(),
        outcome: Outcome::Told(format!("oscsend of liblo, {PYTHON_OSC}")),
    };
    std::iter::once(release).chain(CLIENTS.into_iter().map(row)).collect()
}

/// Runs one test; what it said if it did not pass, or did not run at all.
fn passes(python: &Python, test: &str) -> Result<(), String> {
    let mut command: Command = cargo();
    command.args(["test", "--quiet", "--package", "echelon_tests", "--test", "osc_clients", "--", "--exact", test]);
    let output = command.env("ECHELON_PYTHON", &python.program).output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() && said.contains("1 passed") { Ok(()) } else { Err(said) }
}
