//! Where things are, and how other programs are run from there.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result, bail};

/// The folder of the workspace's `Cargo.toml`.
pub fn root() -> PathBuf {
    // Cargo tells `cargo run` and `cargo test` where the package is now; the built-in path is where it was compiled.
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let package = PathBuf::from(package);
    package.parent().map_or_else(|| package.clone(), Path::to_path_buf)
}

/// Cargo's target folder: the one that we run from, whatever variable or setting put it there.
pub fn target_dir() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    // Cargo marks its target folders with this file.
    let marked = program.ancestors().find(|dir| dir.join("CACHEDIR.TAG").is_file());
    marked.map_or_else(|| root().join("target"), Path::to_path_buf)
}

/// Where the bundles are.
pub fn bundled_dir() -> PathBuf {
    target_dir().join("bundled")
}

/// The cargo that runs us, working in the workspace's root.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a program to its end with its output shown.
pub fn run(command: &mut Command) -> Result<ExitStatus> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.status().with_context(|| format!("could not start `{name}`: is it installed?"))
}

/// As [`run`], and an unsuccessful end is an error.
pub fn run_ok(command: &mut Command, what: &str) -> Result<()> {
    let status = run(command)?;
    if !status.success() {
        bail!("{what} failed ({status}); its own messages are above");
    }
    Ok(())
}

/// A line that says what begins now.
pub fn step(text: &str) {
    println!("==> {text}");
}

/// A path as seen from the workspace's root, for messages.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
