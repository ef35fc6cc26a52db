//! The folders below which OSC may load files: the user's music, what the settings name, and the folders of files that
//! the user has put onto a deck by hand or has in an open project. One list for the process.

use std::path::{Component, Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// Folders that are remembered at most.
const MOST: usize = 256;

static FOLDERS: LazyLock<Mutex<Vec<Folder>>> = LazyLock::new(|| Mutex::new(first()));

/// A folder below which OSC may load.
#[derive(Clone, Debug)]
struct Folder {
    /// As it was named.
    said: PathBuf,
    /// Where that truly is, once someone has looked: a drive may not answer.
    real: Option<PathBuf>,
}

/// Why a file is not loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// `..`, or no full path.
    #[error("'{0}' climbs: a path must be full and without '..'")]
    Climbs(String),
    /// Outside of all folders, by its name or by a link.
    #[error(
        "'{0}' is in none of the folders that OSC may load from: put it onto a deck by hand once, or name its folder in the settings"
    )]
    Outside(String),
}

/// The user's music, and what the environment names.
fn first() -> Vec<Folder> {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = var("HOME").or_else(|| var("USERPROFILE")).map(PathBuf::from);
    let music = var("XDG_MUSIC_DIR").map(PathBuf::from).or_else(|| Some(home?.join("Music")));
    let named = var("ECHELON_OSC_FOLDERS").map(|list| std::env::split_paths(&list).collect::<Vec<_>>());
    let all = music.into_iter().chain(named.unwrap_or_default());
    all.filter(|folder| folder.is_absolute()).map(|said| Folder { said, real: None }).collect()
}

/// From now on OSC may load what is below this folder. The user's own doing: never on OSC's word. Any thread but audio;
/// does not look at the disk.
pub fn allow(folder: impl AsRef<Path>) {
    let folder = folder.as_ref();
    let mut folders = lock();
    if folder.is_absolute() && folders.len() < MOST && !folders.iter().any(|known| known.said == folder) {
        folders.push(Folder { said: folder.to_owned(), real: None });
    }
}

/// From now on OSC may not load what is below this folder, unless another one allows it. Any thread but audio.
pub fn forbid(folder: &Path) {
    lock().retain(|known| known.said != folder);
}

/// All of them, as they were named, the oldest first.
#[must_use]
pub fn known_folders() -> Vec<PathBuf> {
    lock().iter().map(|folder| folder.said.clone()).collect()
}

fn lock() -> MutexGuard<'static, Vec<Folder>> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on OSC may load what is beside this file, which the user chose.
pub fn allow_beside(file: &Path) {
    if let Some(folder) = file.parent().filter(|folder| folder.is_absolute() && folder.parent().is_some()) {
        allow(folder);
    }
}

/// The file's true path, if OSC may load it. Looks at the disk, which may take for ever: never on the port's thread.
///
/// # Errors
/// [`NotAllowed`], with a sentence. A file that is not there passes if its folder does: loading it says that it is gone.
pub fn check(path: &Path) -> Result<PathBuf, NotAllowed> {
    let real = true_path(path)?;
    let folders = lock().clone();
    if folders.iter().filter_map(|folder| folder.real.as_ref()).any(|known| real.starts_with(known)) {
        return Ok(real);
    }
    // One that does not answer must not keep anyone from the others: those that are known come first.
    for folder in folders.into_iter().filter(|folder| folder.real.is_none()) {
        let Ok(found) = folder.said.canonicalize() else { continue };
        let is_below = real.starts_with(&found);
        if let Some(known) = lock().iter_mut().find(|known| known.said == folder.said) {
            known.real = Some(found);
        }
        if is_below {
            return Ok(real);
        }
    }
    Err(NotAllowed::Outside(shown(path)))
}

/// What can be said of a path without looking at the disk.
///
/// # Errors
/// [`NotAllowed::Climbs`].
pub fn check_words(path: &Path) -> Result<(), NotAllowed> {
    let climbs = path.components().any(|part| matches!(part, Component::ParentDir | Component::CurDir));
    if climbs || !path.is_absolute() { Err(NotAllowed::Climbs(shown(path))) } else { Ok(()) }
}

fn shown(path: &Path) -> String {
    super::parse_error::short(&path.display().to_string())
}

/// Where a file truly is, links and all.
fn true_path(path: &Path) -> Result<PathBuf, NotAllowed> {
    check_words(path)?;
    let outside = || NotAllowed::Outside(shown(path));
    match path.canonicalize() {
        Ok(real) => Ok(real),
        // Not there: its folder tells. A link into nowhere is a link all the same.
        Err(_) if path.is_symlink() => Err(outside()),
        Err(_) => {
            let folder = path.parent().and_then(|folder| folder.canonicalize().ok()).ok_or_else(outside)?;
            Ok(path.file_name().map_or(folder.clone(), |name| folder.join(name)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_truly_below_an_allowed_folder_passes() {
        let base = std::env::temp_dir().join(format!("echelon-folders-{}", std::process::id()));
        let (music, secret) = (base.join("music"), base.join("secret"));
        for folder in [&music, &secret] {
            std::fs::create_dir_all(folder.join("deep")).unwrap();
        }
        for file in [music.join("deep/a.wav"), secret.join("b.wav"), base.join("music2.wav")] {
            std::fs::write(file, b"x").unwrap();
        }
        let allowed = [music.canonicalize().unwrap()];
        assert!(matches!(check(&music.join("deep/a.wav")), Err(NotAllowed::Outside(_))), "not yet");
        allow(&music);
        assert_eq!(check(&music.join("deep/a.wav")), Ok(allowed[0].join("deep/a.wav")));
        assert_eq!(check(&music.join("gone.wav")), Ok(allowed[0].join("gone.wav")));
        let climbs = |path: &Path| matches!(check(path), Err(NotAllowed::Climbs(_)));
        assert!(
            climbs(&music.join("../secret/b.wav"))
                && climbs(&music.join("deep/../a.wav"))
                && climbs(Path::new("a.wav"))
        );
        let outside = |path: &Path| matches!(check(path), Err(NotAllowed::Outside(_)));
        assert!(known_folders().contains(&music));
        assert!(outside(&secret.join("b.wav")) && outside(&base.join("music2.wav")) && outside(Path::new("/")));
        assert!(outside(&secret.join("gone.wav")) && outside(&base.join("none/gone.wav")));
        #[cfg(unix)]
        {
            use std::os::unix::fs::symlink;
            symlink(secret.join("b.wav"), music.join("link.wav")).unwrap();
            symlink(&secret, music.join("folder")).unwrap();
            symlink(base.join("nowhere"), music.join("dangling.wav")).unwrap();
            symlink(music.join("deep/a.wav"), music.join("inside.wav")).unwrap();
            assert!(outside(&music.join("link.wav")) && outside(&music.join("folder/b.wav")));
            assert!(outside(&music.join("dangling.wav")));
            assert!(check(&music.join("inside.wav")).is_ok(), "a link that stays inside");
        }
        forbid(&music);
        assert!(outside(&music.join("deep/a.wav")) && !known_folders().contains(&music));
        std::fs::remove_dir_all(base).unwrap();
    }
}
