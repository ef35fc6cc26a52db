//! Files that are there as a whole or not at all: whoever is killed in the middle leaves the old one.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Names that are tried for a half-written file.
const TRIES: usize = 8;

/// Writes a file beside its place and puts it there when it is whole and on the disk. Not on a thread that anybody waits for.
///
/// # Errors
/// The system's; what was there before is still there.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_by(&mut OpenOptions::new(), path, bytes, parts_of(path))
}

/// The same for what only the user may read.
///
/// # Errors
/// As [`write`].
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    write_by(&mut options, path, bytes, parts_of(path))
}

/// By way of the first of these half-written files that is nobody's.
fn write_by(
    options: &mut OpenOptions,
    path: &Path,
    bytes: &[u8],
    parts: impl IntoIterator<Item = PathBuf>,
) -> io::Result<()> {
    for part in parts.into_iter().take(TRIES) {
        match options.write(true).create_new(true).open(&part) {
            // Somebody else is at work on it, or was killed there: it is not ours to remove.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            file => return put(file?, &part, path, bytes),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Fills our own half-written file and puts it in its place, or takes it away.
fn put(mut file: File, part: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let filled = file.write_all(bytes).and_then(|()| file.sync_data());
    // Windows renames no open file.
    drop(file);
    let written = filled.and_then(|()| fs::rename(part, path));
    if written.is_err() {
        let _ = fs::remove_file(part);
    }
    written
}

/// Names beside the file that nobody else has: not in this process, where the plugin may be twice (as CLAP and as VST3), nor
/// on another machine that has the same folder.
fn parts_of(path: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let path = path.to_owned();
    std::iter::repeat_with(move || {
        // The keys are the system's random numbers, other ones each time.
        let number = RandomState::new().hash_one(std::process::id());
        let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{number:016x}.part"));
        path.with_file_name(name)
    })
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

    #[test]
    fn what_somebody_else_is_writing_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("echelon-whole-theirs-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (path, parts) = (folder.join("map.json"), ["0.part", "1.part"].map(|name| folder.join(name)));
        fs::write(&parts[0], "half of it").unwrap();
        write_by(&mut OpenOptions::new(), &path, b"ours", parts.clone()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"ours");
        assert!(write_by(&mut OpenOptions::new(), &path, b"more", parts[..1].to_vec()).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"ours");
        assert_eq!(fs::read(&parts[0]).unwrap(), b"half of it");
        assert!(!parts[1].exists());
        let names: std::collections::HashSet<PathBuf> = parts_of(&path).take(1000).collect();
        assert_eq!(names.len(), 1000);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn two_writers_that_think_of_the_same_names_lose_nothing() {
        let folder = std::env::temp_dir().join(format!("echelon-whole-two-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (path, parts) = (folder.join("map.json"), ["0.part", "1.part"].map(|name| folder.join(name)));
        let texts = ["a".repeat(10), "b".repeat(30_000)];
        std::thread::scope(|scope| {
            for text in &texts {
                scope.spawn(|| {
                    for _ in 0..100 {
                        write_by(&mut OpenOptions::new(), &path, text.as_bytes(), parts.clone()).unwrap();
                        assert!(texts.contains(&fs::read_to_string(&path).unwrap()), "half of a file");
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "no halves are left");
        fs::remove_dir_all(folder).unwrap();
    }
}
