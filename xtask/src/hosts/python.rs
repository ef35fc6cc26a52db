//! A Python environment of our own, with a host in it. What cannot be had is a reason, not an error.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::setup::{Need, set_up};
use crate::workspace::{shown, step};

/// What the scripts need beside a host: the name on PyPI, and the module.
const TOOLS: [(&str, &str); 3] = [("numpy", "numpy"), ("soundfile", "soundfile"), ("python-osc", "pythonosc")];

/// Where Python may be called so.
const PROGRAMS: [&str; 3] = ["python3", "/usr/bin/python3", "python"];

/// The environment's interpreter.
#[derive(Debug)]
pub struct Python {
    pub program: PathBuf,
}

impl Python {
    /// The environment in `dir`, made if need be, with the host `package` installed.
    pub fn with(dir: &Path, package: &str) -> Result<Self, String> {
        step(&format!("Looking for {package} in {}", shown(dir)));
        let python = Self::environment(dir)?;
        for (package, module) in TOOLS.into_iter().chain([(package, package)]) {
            python.have(package, module)?;
        }
        let versions = TOOLS.iter().map(|(tool, _)| *tool).chain([package]).map(|name| python.version(name));
        println!("    {}, {}", python.own_version(), versions.collect::<Vec<_>>().join(", "));
        Ok(python)
    }

    /// The environment in `dir`, made if need be, with one package and nothing else.
    pub fn with_only(dir: &Path, package: &str, module: &str) -> Result<Self, String> {
        step(&format!("Looking for {package} in {}", shown(dir)));
        let python = Self::environment(dir)?;
        python.have(package, module)?;
        Ok(python)
    }

    fn environment(dir: &Path) -> Result<Self, String> {
        let programs = if cfg!(windows) { dir.join("Scripts/python.exe") } else { dir.join("bin/python") };
        let python = Self { program: programs };
        if python.try_import("pip").is_ok() {
            return Ok(python);
        }
        let base = base()?;
        println!("    making the environment with {base}");
        said(Command::new(&base).args(["-m", "venv", "--clear"]).arg(dir))
            .map_err(|why| format!("`{base} -m venv` failed: {why}"))?;
        Ok(python)
    }

    /// Makes sure that a module can be imported.
    fn have(&self, package: &str, module: &str) -> Result<(), String> {
        if self.try_import(module).is_ok() {
            return Ok(());
        }
        step(&format!("Installing {package} from PyPI"));
        // A source package would want compilers and minutes.
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:", package];
        self.run(&pip).map_err(|why| format!("pip could not install {package}: {why}"))?;
        // What a package from PyPI may still lack are system libraries.
        if let Err(why) = self.try_import(module) {
            set_up(&[Need::Hosts], false).map_err(|error| format!("{why}; {}", one_line(&error.to_string())))?;
            self.try_import(module)?;
        }
        Ok(())
    }

    fn try_import(&self, module: &str) -> Result<(), String> {
        self.run(&["-c", &format!("import {module}")]).map(|_| ())
    }

    /// `package 1.2.3`.
    pub fn version(&self, package: &str) -> String {
        let question = format!("from importlib.metadata import version; print(version('{package}'))");
        let version = self.run(&["-c", &question]).unwrap_or_else(|_| "?".to_owned());
        format!("{package} {version}")
    }

    fn own_version(&self) -> String {
        self.run(&["--version"]).unwrap_or_else(|_| "Python ?".to_owned())
    }

    fn run(&self, args: &[&str]) -> Result<String, String> {
        said(Command::new(&self.program).args(args))
    }
}

/// A Python that can make environments; Debian has that in a package of its own.
fn base() -> Result<String, String> {
    let find = || {
        let works = |program: &&str| said(Command::new(program).args(["-c", "import venv, ensurepip"])).is_ok();
        PROGRAMS.iter().find(|program| works(program)).map(|program| (*program).to_owned())
    };
    if let Some(program) = find() {
        return Ok(program);
    }
    set_up(&[Need::Hosts], false).map_err(|error| one_line(&error.to_string()))?;
    find().ok_or_else(|| "there is no Python 3 with its module venv".to_owned())
}

/// Runs a program: what it printed, or the last thing that it complained of.
fn said(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(complaint(&String::from_utf8_lossy(&output.stderr), &output.status.to_string()))
    }
}

/// The line that says most: pip's last error, else the last line.
fn complaint(stderr: &str, status: &str) -> String {
    let lines = || stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().rfind(|line| line.starts_with("ERROR:"));
    error.or_else(|| lines().next_back()).unwrap_or(status).to_owned()
}

/// For a cell of the table.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_line_that_says_it() {
        let pip = "  WARNING: Retrying\nERROR: Could not find a version\nERROR: No matching distribution for x\n\
                   [notice] a new release\n";
        assert_eq!(complaint(pip, ""), "ERROR: No matching distribution for x");
        let import = "Traceback (most recent call last):\n  File \"<string>\"\nImportError: libGL.so.1: not found\n\n";
        assert_eq!(complaint(import, ""), "ImportError: libGL.so.1: not found");
        assert_eq!(complaint("\n", "signal: 9"), "signal: 9");
    }

    #[test]
    fn what_is_not_there_is_a_reason() {
        let nowhere = Python { program: "/nowhere/python".into() };
        assert!(nowhere.try_import("os").is_err());
        assert_eq!(nowhere.version("numpy"), "numpy ?");
        assert_eq!(one_line("run this:\n\n    apt-get install\n"), "run this: apt-get install");
    }
}
