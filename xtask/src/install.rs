//! `cargo xtask install`: into the folders where DAWs look.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::bundle::bundle;
use crate::cli::Args;
use crate::workspace::step;

pub const HELP: &str = "
Usage: cargo xtask install [--release]

Builds and bundles, then copies Echelon.clap and Echelon.vst3 into your own plugin folders (no root needed):
  Linux    ~/.clap and ~/.vst3
  macOS    ~/Library/Audio/Plug-Ins/CLAP and ~/Library/Audio/Plug-Ins/VST3
  Windows  %LOCALAPPDATA%\\Programs\\Common\\CLAP and %LOCALAPPDATA%\\Programs\\Common\\VST3
An older Echelon there is replaced. Rescan plugins in your DAW afterwards.

Options:
  --release  the optimised build (use this one for music)
";

pub fn main(mut args: Args) -> Result<()> {
    let release = args.flag("--release");
    args.finish()?;
    let bundles = bundle(release)?;
    let folders = Folders::of_user(env::consts::OS, |name| env::var_os(name))?;
    step("Copying into your plugin folders");
    for (bundle, folder) in [(&bundles.clap, &folders.clap), (&bundles.vst3, &folders.vst3)] {
        println!("    {}", place(bundle, folder)?.display());
    }
    println!("    rescan plugins in your DAW to see Echelon");
    Ok(())
}

/// The user's plugin folders.
#[derive(Debug, PartialEq)]
struct Folders {
    clap: PathBuf,
    vst3: PathBuf,
}

impl Folders {
    fn of_user(os: &str, var: impl Fn(&str) -> Option<OsString>) -> Result<Self> {
        let folder = |name: &str| {
            var(name).map(PathBuf::from).with_context(|| format!("the environment variable {name} is not set"))
        };
        Ok(match os {
            "windows" => {
                let common = folder("LOCALAPPDATA")?.join("Programs").join("Common");
                Self { clap: common.join("CLAP"), vst3: common.join("VST3") }
            }
            "macos" => {
                let plug_ins = folder("HOME")?.join("Library/Audio/Plug-Ins");
                Self { clap: plug_ins.join("CLAP"), vst3: plug_ins.join("VST3") }
            }
            _ => Self { clap: folder("HOME")?.join(".clap"), vst3: folder("HOME")?.join(".vst3") },
        })
    }
}

/// Copies a bundle (a file or a folder) into `folder`. The old one goes first: overwriting a library in place would
/// change the code of a DAW that has it open.
fn place(bundle: &Path, folder: &Path) -> Result<PathBuf> {
    let name = bundle.file_name().context("a bundle has a name")?;
    let target = folder.join(name);
    fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    let removed = if target.is_dir() { fs::remove_dir_all(&target) } else { fs::remove_file(&target) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not replace {}: is it open in a DAW?", target.display()))
        }
        _ => copy(bundle, &target).with_context(|| format!("could not write {}", target.display())).map(|()| target),
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return fs::copy(from, to).map(|_| ());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_has_its_folders() {
        let var = |name: &str| Some(OsString::from(format!("/{name}")));
        assert_eq!(Folders::of_user("linux", var).unwrap().clap, Path::new("/HOME/.clap"));
        assert_eq!(Folders::of_user("macos", var).unwrap().vst3, Path::new("/HOME/Library/Audio/Plug-Ins/VST3"));
        let windows = Folders::of_user("windows", var).unwrap();
        assert_eq!(windows.clap, Path::new("/LOCALAPPDATA/Programs/Common/CLAP"));
        assert!(Folders::of_user("linux", |_| None).unwrap_err().to_string().contains("HOME"));
    }

    #[test]
    fn the_page_for_those_without_a_compiler_has_the_same_folders() {
        let page = fs::read_to_string(crate::workspace::root().join("INSTALL.md")).unwrap();
        let names = |folders: Folders| [folders.clap, folders.vst3].map(|folder| folder.display().to_string());
        for (os, system) in [("linux", "Linux"), ("macos", "macOS"), ("windows", "Windows")] {
            let home =
                |name: &str| Some(OsString::from(if name == "HOME" { "~".to_owned() } else { format!("%{name}%") }));
            let mut names = names(Folders::of_user(os, home).unwrap());
            if os == "windows" {
                names = names.map(|name| name.replace('/', "\\"));
            }
            let [clap, vst3] = names;
            let row = format!("| {system} | `{clap}` | `{vst3}` |");
            assert!(page.contains(&row), "INSTALL.md has no row {row}");
            assert!(HELP.contains(&clap) && HELP.contains(&vst3), "the help does not name {clap} and {vst3}");
        }
    }

    #[test]
    fn a_bundle_replaces_the_older_one() {
        let dir = env::temp_dir().join(format!("echelon-install-{}", std::process::id()));
        let (from, to) = (dir.join("new/X.vst3"), dir.join("plugins"));
        fs::create_dir_all(from.join("Contents")).unwrap();
        fs::write(from.join("Contents/x.so"), "new").unwrap();
        fs::create_dir_all(to.join("X.vst3/Contents")).unwrap();
        fs::write(to.join("X.vst3/Contents/old.so"), "old").unwrap();
        let placed = place(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(placed.join("Contents/x.so")).unwrap(), "new");
        assert!(!placed.join("Contents/old.so").exists());
        fs::remove_dir_all(&dir).unwrap();
    }
}
