//! `cargo xtask setup`: the system packages that a fresh machine lacks.

use std::collections::HashSet;
use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::cli::Args;
use crate::workspace::{run_ok, step};

pub const HELP: &str = "
Usage: cargo xtask setup [--check | --print] [--build-only]

Finds out which system packages are missing. On Debian and its relatives it installs them when you are root, and
otherwise prints the one command that does. Does nothing when nothing is missing. On macOS and Windows it says what
is needed.

Options:
  --check       only tell, install nothing; fails if something is missing
  --print       only the names of what is missing, for whatever installs it: `sudo apt-get install $(cargo xtask setup --print)`
  --build-only  only what building, `bundle` and `demo` need; without it also what the editor and the tests need
";

/// What a package is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Building the plugin, and the demo.
    Build,
    /// Opening the editor on a display without a screen, as the tests do.
    Editor,
    /// Python hosts: `cargo xtask hosts`.
    Hosts,
    /// OSC clients that others wrote: `cargo xtask hosts`.
    Clients,
    /// The standalone program: `cargo xtask dist`.
    Standalone,
    /// DAWs, with a display and a sound server for them: `cargo xtask hosts`.
    Daws,
    /// Two machines in one, and a peer in Python: `cargo xtask link`.
    Link,
    /// Real music, and what renders it: `cargo xtask bench analysis`.
    Music,
}

/// Debian's names. Nothing to link against: the editor opens X11 and GL when it runs.
const PACKAGES: [(Need, &str); 42] = [
    (Need::Build, "gcc"),
    (Need::Build, "libc6-dev"),
    // The time stretcher is C++; its bindings are made with libclang.
    (Need::Build, "g++"),
    (Need::Build, "libclang-dev"),
    // Ableton Link is C++ too, and built by cmake.
    (Need::Build, "cmake"),
    (Need::Build, "make"),
    (Need::Build, "ca-certificates"),
    (Need::Editor, "xvfb"),
    (Need::Editor, "libgl1-mesa-dri"),
    (Need::Editor, "libgl1"),
    (Need::Editor, "libx11-6"),
    (Need::Editor, "libx11-xcb1"),
    (Need::Editor, "libxcb1"),
    (Need::Editor, "libxkbcommon0"),
    (Need::Editor, "libxkbcommon-x11-0"),
    (Need::Hosts, "python3-venv"),
    (Need::Hosts, "libgl1"),
    (Need::Hosts, "libglib2.0-0"),
    (Need::Hosts, "libatomic1"),
    (Need::Hosts, "libstdc++6"),
    (Need::Clients, "liblo-tools"),
    (Need::Clients, "python3-venv"),
    (Need::Standalone, "libasound2-dev"),
    (Need::Standalone, "libjack-jackd2-dev"),
    (Need::Standalone, "pkg-config"),
    (Need::Daws, "ardour"),
    (Need::Daws, "qtractor"),
    (Need::Daws, "jackd2"),
    (Need::Daws, "xvfb"),
    (Need::Link, "iproute2"),
    (Need::Link, "nftables"),
    (Need::Link, "python3-venv"),
    (Need::Music, "lmms"),
    (Need::Music, "lmms-common"),
    (Need::Music, "hydrogen"),
    (Need::Music, "hydrogen-data"),
    (Need::Music, "sonic-pi-samples"),
    (Need::Music, "fretsonfire-songs-muldjord"),
    (Need::Music, "fretsonfire-songs-sectoid"),
    (Need::Music, "aubio-tools"),
    (Need::Music, "libqm-dsp-dev"),
    (Need::Music, "libsndfile1-dev"),
];

pub fn main(mut args: Args) -> Result<()> {
    let (check, print) = (args.flag("--check"), args.flag("--print"));
    let needs = if args.flag("--build-only") { &[Need::Build][..] } else { &[Need::Build, Need::Editor][..] };
    args.finish()?;
    if print {
        let wanted = wanted(needs);
        let installed = installed_packages(&wanted).unwrap_or_default();
        println!("{}", missing(&wanted, &installed).join(" "));
        return Ok(());
    }
    set_up(needs, check)
}

/// Debian's names of what is needed, whether it is there or not.
fn wanted(needs: &[Need]) -> Vec<&'static str> {
    PACKAGES.iter().filter(|(need, _)| needs.contains(need)).map(|&(_, name)| name).collect()
}

/// Makes sure that the packages for `needs` are there. With `check` it only looks.
pub fn set_up(needs: &[Need], check: bool) -> Result<()> {
    step("Looking for the system packages");
    match std::env::consts::OS {
        "linux" => set_up_linux(needs, check),
        "macos" => {
            println!(
                "    macOS: Xcode's command line tools and cmake are needed (`xcode-select --install`, `brew install cmake`)"
            );
            Ok(())
        }
        "windows" => {
            println!(
                "    Windows: the \"Desktop development with C++\" part of the Visual Studio build tools is needed (it has cmake)"
            );
            Ok(())
        }
        other => {
            println!("    {other}: needs a C linker; not tried here");
            Ok(())
        }
    }
}

fn set_up_linux(needs: &[Need], check: bool) -> Result<()> {
    let wanted = wanted(needs);
    let Some(installed) = installed_packages(&wanted) else {
        println!("    this is not Debian or a relative (no dpkg-query): install by hand what these are called here:");
        println!("    {}", wanted.join(" "));
        return Ok(());
    };
    let missing = missing(&wanted, &installed);
    if missing.is_empty() {
        println!("    nothing is missing");
        return Ok(());
    }
    println!("    missing: {}", missing.join(" "));
    if check || !is_root() {
        bail!("system packages are missing. Run this, then try again:\n\n    {}\n", command_line(&missing, is_root()));
    }
    install(&missing)
}

/// Those of `wanted` that dpkg knows as installed; `None` without dpkg.
fn installed_packages(wanted: &[&str]) -> Option<HashSet<String>> {
    let output = Command::new("dpkg-query")
        .args(["-W", "-f=${Package} ${db:Status-Status}\n"])
        .args(wanted)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    Some(parse_dpkg(&String::from_utf8_lossy(&output.stdout)))
}

fn parse_dpkg(listing: &str) -> HashSet<String> {
    listing
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(_, status)| status.trim() == "installed")
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn missing<'a>(wanted: &[&'a str], installed: &HashSet<String>) -> Vec<&'a str> {
    wanted.iter().copied().filter(|name| !installed.contains(*name)).collect()
}

fn command_line(missing: &[&str], is_root: bool) -> String {
    let sudo = if is_root { "" } else { "sudo " };
    format!("{sudo}apt-get update && {sudo}apt-get install --no-install-recommends -y {}", missing.join(" "))
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn install(missing: &[&str]) -> Result<()> {
    step(&format!("Installing {} packages with apt-get", missing.len()));
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null()).arg("-q");
        command
    };
    run_ok(apt().arg("update"), "apt-get update")?;
    run_ok(apt().args(["install", "--no-install-recommends", "-y"]).args(missing), "apt-get install")?;
    println!("    done");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_installed_counts() {
        let installed = parse_dpkg("gcc installed\nlibgl1 config-files\nxvfb not-installed\nlibc6-dev installed\n");
        assert_eq!(missing(&["gcc", "libgl1", "xvfb", "libx11-6"], &installed), ["libgl1", "xvfb", "libx11-6"]);
        assert!(missing(&["gcc", "libc6-dev"], &installed).is_empty());
    }

    #[test]
    fn the_command_can_be_pasted() {
        let line = command_line(&["xvfb", "libgl1"], false);
        assert_eq!(line, "sudo apt-get update && sudo apt-get install --no-install-recommends -y xvfb libgl1");
        assert!(!command_line(&["xvfb"], true).contains("sudo"));
    }
}
