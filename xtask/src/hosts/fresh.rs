//! Whether the bundles are those of the present source.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::bundle::Bundles;
use crate::workspace::{root, target_dir};

/// What the plugin is made of, in the workspace's root.
const SOURCES: [&str; 5] = ["engine", "plugin", "Cargo.toml", "Cargo.lock", "bundler.toml"];

/// The bundles, if both hold the wanted build and no source is newer.
pub fn bundles(release: bool) -> Result<Option<Bundles>> {
    let Some(bundles) = Bundles::existing() else { return Ok(None) };
    let library = library(release);
    if !library.exists() {
        return Ok(None);
    }
    let sources = SOURCES.iter().map(|name| newest(&root().join(name))).collect::<Result<Vec<_>>>()?;
    let newest_source = sources.into_iter().flatten().max();
    for bundle in [&bundles.clap, &bundles.vst3] {
        if newest(bundle)? < newest_source || !holds(bundle, &library)? {
            return Ok(None);
        }
    }
    Ok(Some(bundles))
}

/// What cargo builds and the bundles are copies of.
fn library(release: bool) -> PathBuf {
    let name = format!("{}echelon{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    target_dir().join(if release { "release" } else { "debug" }).join(name)
}

/// When the newest file in a folder, or the file itself, was written.
fn newest(path: &Path) -> Result<Option<SystemTime>> {
    Ok(files(path)?.into_iter().map(|(_, written)| written).max())
}

/// A file of the bundle, which may be a folder, is the library.
fn holds(bundle: &Path, library: &Path) -> Result<bool> {
    let wanted = fs::read(library).with_context(|| format!("could not read {}", library.display()))?;
    Ok(files(bundle)?.iter().any(|(path, _)| fs::read(path).is_ok_and(|bytes| bytes == wanted)))
}

/// All files in there, and when they were written.
fn files(path: &Path) -> Result<Vec<(PathBuf, SystemTime)>> {
    let mut found = Vec::new();
    let mut todo = vec![path.to_owned()];
    while let Some(path) = todo.pop() {
        let look = || -> std::io::Result<()> {
            let about = fs::metadata(&path)?;
            if about.is_dir() {
                for entry in fs::read_dir(&path)? {
                    todo.push(entry?.path());
                }
            } else {
                found.push((path.clone(), about.modified()?));
            }
            Ok(())
        };
        let mut look = look;
        look().with_context(|| format!("could not look at {}", path.display()))?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn write(path: &Path, bytes: &[u8], age_secs: u64) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        let then = SystemTime::now() - Duration::from_secs(age_secs);
        fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
    }

    #[test]
    fn a_folder_is_as_new_as_its_newest_file() {
        let dir = std::env::temp_dir().join(format!("echelon-fresh-{}", std::process::id()));
        write(&dir.join("a/old.rs"), b"", 500);
        write(&dir.join("a/b/c/new.rs"), b"", 100);
        write(&dir.join("between"), b"", 300);
        let [folder, file] = ["a", "between"].map(|name| newest(&dir.join(name)).unwrap().unwrap());
        assert!(folder > file);
        assert!(newest(&dir.join("nowhere")).is_err());
        fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn a_bundle_holds_a_library_or_does_not() {
        let dir = std::env::temp_dir().join(format!("echelon-holds-{}", std::process::id()));
        write(&dir.join("release.so"), b"fast", 0);
        write(&dir.join("debug.so"), b"slow", 0);
        write(&dir.join("X.vst3/Contents/linux/X.so"), b"fast", 0);
        write(&dir.join("X.vst3/Contents/PkgInfo"), b"", 0);
        assert!(holds(&dir.join("X.vst3"), &dir.join("release.so")).unwrap());
        assert!(!holds(&dir.join("X.vst3"), &dir.join("debug.so")).unwrap());
        assert!(holds(&dir.join("debug.so"), &dir.join("debug.so")).unwrap());
        fs::remove_dir_all(&dir).unwrap();
    }
}
