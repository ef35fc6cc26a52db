//! A project's file that is not where it was: the music was moved, or the project came to another machine.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Parts of a path that are compared at most, from its end.
const MOST_PARTS: usize = 16;

/// Where a project's file may be, besides the path that was saved.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// Before that path: from the folder of the project, as its host tells it. A copied project has its own files.
    pub project: Option<PathBuf>,
    /// After it: below the user's home.
    pub home: Option<PathBuf>,
    /// Below these it is looked for by the end of its path, when all else has led nowhere.
    pub folders: Vec<PathBuf>,
}

impl Elsewhere {
    /// Where a file is of which `path` was saved; that one if it is nowhere. Looks at single places only, never through a
    /// whole disk; and yet the disk may take long: on the loader's thread.
    pub(super) fn place_of(&self, path: PathBuf) -> PathBuf {
        let exact = [self.project.as_deref(), Some(&*path), self.home.as_deref()];
        let exact = exact.into_iter().flatten().find(|place| place.is_file()).map(Path::to_owned);
        exact.or_else(|| find(&path, &self.folders)).unwrap_or(path)
    }
}

/// The file under one of these folders whose path ends most like the one that is gone. `/home/ann/Music/House/a.wav` is
/// looked for as `House/a.wav` before `a.wav`, and in the first folder first. Paths of other systems are understood.
fn find(gone: &Path, folders: &[PathBuf]) -> Option<PathBuf> {
    let parts = parts(gone);
    if parts.is_empty() || parts.contains(&OsStr::new("..")) {
        return None;
    }
    let longest = parts.len().saturating_sub(MOST_PARTS);
    (longest..parts.len()).find_map(|from| {
        let end: PathBuf = parts[from..].iter().collect();
        // A part such as `C:` would begin anew: that is not below the folder.
        let below = |folder: &PathBuf| Some(folder.join(&end)).filter(|path| path.starts_with(folder));
        folders.iter().filter_map(below).find(|path| path.is_file())
    })
}

/// The names in a path, whatever system it is of; what is no text is this one's.
fn parts(path: &Path) -> Vec<&OsStr> {
    let is_name = |part: &&str| !part.is_empty() && *part != ".";
    match path.to_str() {
        Some(text) => text.split(['/', '\\']).filter(is_name).map(OsStr::new).collect(),
        None => path.iter().skip_while(|part| Path::new(part).has_root()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::tests::Folder;

    #[test]
    fn the_place_that_is_most_like_the_old_one_is_found() {
        let folder = Folder::new();
        for name in ["music/a.wav", "music/House/a.wav", "other/House/b.wav", "other/a.wav"] {
            let path = folder.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        }
        std::fs::create_dir_all(folder.path("music/d.wav")).unwrap();
        let folders = [folder.path("nowhere"), folder.path("other"), folder.path("music")];
        let found = |gone: &str| find(Path::new(gone), &folders);
        assert_eq!(found("/home/ann/Music/House/a.wav"), Some(folder.path("music/House/a.wav")));
        assert_eq!(found(r"C:\Users\ann\Music\House\b.wav"), Some(folder.path("other/House/b.wav")));
        assert_eq!(found("/elsewhere/a.wav"), Some(folder.path("other/a.wav")), "the first folder first");
        for none in ["/x/c.wav", "/x/d.wav", "", "/", "..", "/x/../a.wav", "C:"] {
            assert_eq!(found(none), None, "{none}");
        }
        assert_eq!(find(Path::new("/home/ann/a.wav"), &[]), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_name_that_is_no_text_is_found_too() {
        use std::os::unix::ffi::OsStrExt as _;
        let (folder, name) = (Folder::new(), OsStr::from_bytes(b"Caf\xe9.wav"));
        std::fs::write(folder.path("").join(name), b"x").unwrap();
        let found = find(&Path::new("/home/ann/House").join(name), &[folder.path("")]);
        assert_eq!(found, Some(folder.path("").join(name)));
    }

    #[test]
    fn the_project_s_own_file_comes_first_then_the_path_then_the_home_then_what_is_alike() {
        let folder = Folder::new();
        let places = ["project/a.wav", "said/a.wav", "home/a.wav", "beside/a.wav"];
        for name in places {
            let path = folder.path(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"x").unwrap();
        }
        let elsewhere = Elsewhere {
            project: Some(folder.path(places[0])),
            home: Some(folder.path(places[2])),
            folders: vec![folder.path("beside")],
        };
        let said = folder.path(places[1]);
        for place in places {
            assert_eq!(elsewhere.place_of(said.clone()), folder.path(place));
            std::fs::remove_file(folder.path(place)).unwrap();
        }
        assert_eq!(elsewhere.place_of(said.clone()), said, "it is nowhere");
        std::fs::create_dir(&said).unwrap();
        assert_eq!(elsewhere.place_of(said.clone()), said, "a folder is no file, and yet it is what was said");
    }
}
