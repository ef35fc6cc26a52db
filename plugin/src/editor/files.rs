//! What lies in a folder: folders and audio files, read once when asked.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Files that the decoders know, by the end of their names.
const AUDIO: [&str; 13] =
    ["wav", "wave", "aif", "aiff", "aifc", "flac", "ogg", "oga", "mp3", "m4a", "mp4", "aac", "alac"];

/// Entries that are listed at most.
const MAX_ENTRIES: usize = 5000;

/// How long a folder may take to be read before what was found until then has to do.
const MAX_TIME: Duration = Duration::from_secs(10);

/// Which files are listed beside the folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Music.
    Audio,
    /// MIDI mappings.
    Mapping,
    /// None: a folder is looked for.
    Folder,
}

impl Kind {
    fn takes(self, path: &Path) -> bool {
        let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
        match self {
            Self::Audio => AUDIO.iter().any(|known| end.eq_ignore_ascii_case(known)),
            Self::Mapping => end.eq_ignore_ascii_case("json"),
            Self::Folder => false,
        }
    }
}

/// A folder or a file that is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name for people.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// A folder.
    pub is_folder: bool,
}

/// What was found in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The folder.
    pub folder: PathBuf,
    /// Folders first, then files, each by name.
    pub entries: Vec<Entry>,
    /// There is more than could be listed.
    pub cut_short: bool,
    /// Why nothing could be read.
    pub error: Option<String>,
}

impl Listing {
    /// Reads a folder.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        Self::of(folder, Kind::Audio)
    }

    /// Reads a folder for files of a kind.
    #[must_use]
    pub fn of(folder: &Path, kind: Kind) -> Self {
        Self::read_some(folder, kind, MAX_ENTRIES)
    }

    fn read_some(folder: &Path, kind: Kind, max_entries: usize) -> Self {
        let mut listing = Self { folder: folder.to_owned(), ..Self::default() };
        let began = Instant::now();
        match std::fs::read_dir(folder) {
            Err(error) => listing.error = Some(format!("{} cannot be opened: {error}", folder.display())),
            Ok(found) => {
                for entry in found.flatten() {
                    if listing.entries.len() >= max_entries || began.elapsed() > MAX_TIME {
                        listing.cut_short = true;
                        break;
                    }
                    listing.entries.extend(take(&entry, kind));
                }
            }
        }
        listing.add_drives(drives);
        listing.entries.sort_by_cached_key(|entry| (!entry.is_folder, sort_key(&entry.name)));
        listing
    }

    /// A folder that is in no other is the way to the other drives.
    fn add_drives(&mut self, drives: fn() -> Vec<PathBuf>) {
        if self.folder.parent().is_none() {
            let others = drives().into_iter().filter(|drive| *drive != self.folder);
            let entry = |path: PathBuf| Entry { name: path.display().to_string(), path, is_folder: true };
            self.entries.extend(others.map(entry));
        }
    }
}

/// The drives of Windows. Elsewhere all is one tree.
fn drives() -> Vec<PathBuf> {
    if !cfg!(windows) {
        return vec![];
    }
    // The first two letters are those of floppy disks.
    ('C'..='Z').map(|letter| PathBuf::from(format!("{letter}:\\"))).filter(|drive| drive.is_dir()).collect()
}

/// The person's own folder, or the root of the file system.
#[must_use]
pub fn home() -> PathBuf {
    std::env::home_dir().filter(|home| home.is_dir()).unwrap_or_else(|| PathBuf::from("/"))
}

/// The entry if it can be of use; hidden ones are not.
fn take(entry: &std::fs::DirEntry, kind: Kind) -> Option<Entry> {
    let name = entry.file_name().to_string_lossy().into_owned();
    if name.starts_with('.') {
        return None;
    }
    let path = entry.path();
    let on_disk = entry.file_type().ok()?;
    let is_folder = if on_disk.is_symlink() { path.is_dir() } else { on_disk.is_dir() };
    (is_folder || kind.takes(&path)).then_some(Entry { name, path, is_folder })
}

/// Orders names as people do: without regard to case, and 2 before 10.
#[must_use]
pub fn sort_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 16);
    let mut number = String::new();
    for letter in name.to_lowercase().chars().chain(['\0']) {
        if letter.is_ascii_digit() {
            number.push(letter);
            continue;
        }
        if !number.is_empty() {
            key.push_str(&format!("{:0>12}", number.trim_start_matches('0')));
            number.clear();
        }
        key.push(letter);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("echelon-files-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn file(&self, name: &str) {
            std::fs::write(self.0.join(name), b"x").unwrap();
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn folders_come_first_and_only_audio_is_listed() {
        let folder = Folder::new("kinds");
        std::fs::create_dir(folder.0.join("zebra")).unwrap();
        for name in ["b.FLAC", "A.wav", "notes.txt", ".hidden.wav", "noend"] {
            folder.file(name);
        }
        let listing = Listing::read(&folder.0);
        let names: Vec<&str> = listing.entries.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["zebra", "A.wav", "b.FLAC"]);
        assert!(listing.entries[0].is_folder && !listing.entries[1].is_folder);
        assert_eq!(listing.error, None);
        assert!(!listing.cut_short);
    }

    #[test]
    fn numbers_are_in_the_order_of_numbers() {
        let mut names = ["10 b", "9 a", "Track 2", "track 10", "track 03"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["9 a", "10 b", "Track 2", "track 03", "track 10"]);
    }

    #[test]
    fn a_folder_that_cannot_be_read_says_why() {
        let folder = Folder::new("gone");
        let listing = Listing::read(&folder.0.join("nowhere"));
        assert!(listing.entries.is_empty());
        assert!(listing.error.unwrap().contains("nowhere cannot be opened"));
    }

    #[test]
    fn the_other_drives_are_in_the_folder_that_is_in_no_other() {
        let all: fn() -> Vec<PathBuf> = || ["/", "D:\\", "E:\\"].map(PathBuf::from).to_vec();
        let mut root = Listing { folder: "/".into(), ..Listing::default() };
        root.add_drives(all);
        let seen: Vec<_> = root.entries.iter().map(|entry| (entry.name.as_str(), entry.is_folder)).collect();
        assert_eq!(seen, [("D:\\", true), ("E:\\", true)]);
        let mut below = Listing { folder: "/music".into(), ..Listing::default() };
        below.add_drives(all);
        assert_eq!(below.entries, []);
        assert_eq!(drives().is_empty(), !cfg!(windows));
    }

    #[test]
    fn a_huge_folder_is_cut_short_and_says_so() {
        let folder = Folder::new("huge");
        (0..6).for_each(|index| folder.file(&format!("{index}.wav")));
        let listing = Listing::read_some(&folder.0, Kind::Audio, 4);
        assert_eq!(listing.entries.len(), 4);
        assert!(listing.cut_short);
    }
}
