//! What an archive holds: names inside it, and where their bytes are.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Files by their names in the archive, in the order of these.
#[derive(Debug, Default)]
pub struct Contents(BTreeMap<String, Bytes>);

#[derive(Debug)]
enum Bytes {
    File(PathBuf),
    Text(String),
}

/// A file in an archive.
pub struct Entry<'a> {
    pub name: &'a str,
    pub bytes: Vec<u8>,
    /// A program, or a library, which some systems load only if it may be run.
    pub runs: bool,
}

impl Contents {
    /// Adds a file, or all files of a folder.
    pub fn add(&mut self, from: &Path, name: &str) -> Result<()> {
        if from.is_dir() {
            let mut entries = fs::read_dir(from).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
            let entries = entries.as_mut().map_err(|error| anyhow::anyhow!("{}: {error}", from.display()))?;
            for entry in entries {
                let file = entry.file_name();
                let file = file.to_str().with_context(|| format!("{}: no text", from.display()))?;
                self.add(&entry.path(), &format!("{name}/{file}"))?;
            }
            return Ok(());
        }
        anyhow::ensure!(from.is_file(), "{} is to be packed, and is not there", from.display());
        self.0.insert(name.to_owned(), Bytes::File(from.to_owned()));
        Ok(())
    }

    /// Adds a file with this text.
    pub fn add_text(&mut self, name: &str, text: String) {
        self.0.insert(name.to_owned(), Bytes::Text(text));
    }

    /// Names in the archive, in order.
    #[cfg(test)]
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The files in order, each read when it comes.
    pub fn entries(&self) -> impl Iterator<Item = Result<Entry<'_>>> {
        self.0.iter().map(|(name, bytes)| {
            let (bytes, runs) = match bytes {
                Bytes::Text(text) => (text.clone().into_bytes(), false),
                Bytes::File(path) => {
                    let bytes = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
                    (bytes, may_run(path))
                }
            };
            Ok(Entry { name, bytes, runs })
        })
    }
}

#[cfg(unix)]
fn may_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
}

/// Only Unix has such a mark.
#[cfg(not(unix))]
fn may_run(_: &Path) -> bool {
    false
}
