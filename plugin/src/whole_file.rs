//! Files that are there as a whole or not at all: whoever is killed in the middle leaves the old one.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes a new file, to the disk. Not on a thread that anybody waits for.
///
/// # Errors
/// The system's; also if there is a file of that name.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

/// Writes a file beside its place and puts it there when it is whole. Not on a thread that anybody waits for.
///
/// # Errors
/// The system's; what was there before is still there.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = part_of(path);
    let written = write_new(&part, bytes).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

/// A name beside the file that nobody else has.
fn part_of(path: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.{}.part", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_what_cannot_be_written_leaves_nothing() {
        let folder = std::env::temp_dir().join(format!("echelon-whole-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("map.json");
        for text in ["first", "second, and longer", "3"] {
            write(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read(&path).unwrap(), text.as_bytes());
        }
        // A folder is in the way.
        fs::create_dir(folder.join("taken")).unwrap();
        assert!(write(&folder.join("taken"), b"x").is_err());
        assert!(write(&folder.join("none/map.json"), b"x").is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "no halves are left");
        fs::remove_dir_all(folder).unwrap();
    }
}
