//! A project's file that is not where it was: the music was moved, or the project came to another machine.

use std::path::{Path, PathBuf};

/// Parts of a path that are compared at most, from its end.
const MOST_PARTS: usize = 16;

/// The file under one of these folders whose path ends most like the one that is gone. `/home/ann/Music/House/a.wav` is
/// looked for as `House/a.wav` before `a.wav`, and in the first folder first. Paths of other systems are understood. Looks
/// at single places only, never through a whole disk; and yet the disk may take long: on the loader's thread.
pub(super) fn find(gone: &Path, folders: &[PathBuf]) -> Option<PathBuf> {
    let gone = gone.to_string_lossy();
    let parts: Vec<&str> = gone.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.is_empty() || parts.contains(&"..") {
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
}
