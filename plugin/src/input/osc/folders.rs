//! The folders below which OSC may load files: the user's music, what the settings name, and the folders of files that
//! the user has put onto a deck by hand or has in an open project. One list for the process.

use std::path::{Component, Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::places::home;

/// Folders that are remembered at most.
const MOST: usize = 256;

static FOLDERS: LazyLock<Mutex<Folders>> =
    LazyLock::new(|| Mutex::new(Folders { allowed: first(), forbidden: vec![] }));

/// What is allowed, and what the user has forbidden: nobody else allows that again.
#[derive(Clone, Debug, Default)]
struct Folders {
    allowed: Vec<Folder>,
    forbidden: Vec<PathBuf>,
}

impl Folders {
    fn offer(&mut self, folder: &Path) {
        let is_new = !self.allowed.iter().any(|known| known.said == folder);
        let is_free = !self.forbidden.iter().any(|known| known == folder);
        if folder.is_absolute() && self.allowed.len() < MOST && is_new && is_free {
            self.allowed.push(Folder { said: folder.to_owned(), real: None });
        }
    }

    fn allow(&mut self, folder: &Path) {
        self.forbidden.retain(|known| known != folder);
        self.offer(folder);
    }

    fn forbid(&mut self, folder: &Path) {
        self.allowed.retain(|known| known.said != folder);
        if self.forbidden.len() < MOST && !self.forbidden.iter().any(|known| known == folder) {
            self.forbidden.push(folder.to_owned());
        }
    }
}

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
    let music = var("XDG_MUSIC_DIR").map(PathBuf::from).or_else(|| music_of(&home()?));
    let named = var("ECHELON_OSC_FOLDERS").map(|list| std::env::split_paths(&list).collect::<Vec<_>>());
    let all = music.into_iter().chain(named.unwrap_or_default());
    all.filter(|folder| folder.is_absolute()).map(|said| Folder { said, real: None }).collect()
}

/// From now on OSC may load what is below this folder, forbidden or not before. The user's own doing: never on OSC's
/// word. Any thread but audio; does not look at the disk.
pub fn allow(folder: impl AsRef<Path>) {
    lock().allow(folder.as_ref());
}

/// The same, unless the user has forbidden it.
pub(super) fn offer(folder: impl AsRef<Path>) {
    lock().offer(folder.as_ref());
}

/// From now on OSC may not load what is below this folder, unless another one allows it: not because of a project or a
/// file that is put onto a deck, until the user allows it. Any thread but audio.
pub fn forbid(folder: &Path) {
    lock().forbid(folder);
}

/// All of them, as they were named, the oldest first.
#[must_use]
pub fn known_folders() -> Vec<PathBuf> {
    lock().allowed.iter().map(|folder| folder.said.clone()).collect()
}

fn lock() -> MutexGuard<'static, Folders> {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on OSC may load what is beside this file, which the user chose, unless that folder is forbidden.
pub fn allow_beside(file: &Path) {
    if let Some(folder) = file.parent().filter(|folder| folder.is_absolute() && folder.parent().is_some()) {
        offer(folder);
    }
}

/// The file's true path, if OSC may load it. Looks at the disk, which may take for ever: never on the port's thread.
///
/// # Errors
/// [`NotAllowed`], with a sentence. A file that is not there passes if its folder does: loading it says that it is gone.
pub fn check(path: &Path) -> Result<PathBuf, NotAllowed> {
    let real = true_path(path)?;
    let folders = lock().allowed.clone();
    if folders.iter().filter_map(|folder| folder.real.as_ref()).any(|known| real.starts_with(known)) {
        return Ok(real);
    }
    // One that does not answer must not keep anyone from the others: those that are known come first.
    for folder in folders.into_iter().filter(|folder| folder.real.is_none()) {
        let Ok(found) = folder.said.canonicalize() else { continue };
        let is_below = real.starts_with(&found);
        if let Some(known) = lock().allowed.iter_mut().find(|known| known.said == folder.said) {
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

/// The desktop's file of the user's folders is this long at most.
const MOST_DIRS_BYTES: u64 = 64 << 10;

/// The user's music: where the desktop says, else `Music`. `None` if they have none.
fn music_of(home: &Path) -> Option<PathBuf> {
    let usual = || Some(home.join("Music"));
    if cfg!(any(windows, target_os = "macos")) {
        return usual();
    }
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let file = config.unwrap_or_else(|| home.join(".config")).join("user-dirs.dirs");
    let is_short = std::fs::metadata(&file).is_ok_and(|about| about.is_file() && about.len() <= MOST_DIRS_BYTES);
    let text = is_short.then(|| std::fs::read_to_string(&file).ok()).flatten().unwrap_or_default();
    said_music(&text, home).unwrap_or_else(usual)
}

/// What `user-dirs.dirs` says of music, as its program reads it: a line `XDG_MUSIC_DIR="$HOME/..."` or with a full path,
/// and nothing that a shell would have to make out. The home folder itself means that there is none. `None` if nothing is
/// said.
fn said_music(text: &str, home: &Path) -> Option<Option<PathBuf>> {
    let said = |line: &str| line.trim().strip_prefix("XDG_MUSIC_DIR=").and_then(quoted);
    let words = text.lines().filter_map(said).next_back()?;
    let folder = match words.strip_prefix("$HOME") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(&words),
    };
    folder.is_absolute().then_some(Some(folder).filter(|folder| folder != home))
}

/// The words between double quotes; `None` if a shell would put something else for a part of them. Only a leading `$HOME`
/// stays as it is.
fn quoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let (mut words, mut rest) = match inner.strip_prefix("$HOME") {
        Some(rest) => ("$HOME".to_owned(), rest.chars()),
        None => (String::new(), inner.chars()),
    };
    while let Some(next) = rest.next() {
        match next {
            '\\' => words.push(rest.next().filter(|escaped| r#"\"$`"#.contains(*escaped))?),
            '$' | '`' | '"' => return None,
            plain => words.push(plain),
        }
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forbidden_is_allowed_by_nobody_but_the_user() {
        let [music, sets] = ["music", "sets"].map(|name| std::env::temp_dir().join(name));
        let mut folders = Folders::default();
        let named = |folders: &Folders| folders.allowed.iter().map(|one| one.said.clone()).collect::<Vec<_>>();
        folders.offer(&music);
        folders.offer(&sets);
        folders.forbid(&music);
        folders.forbid(&music);
        folders.offer(&music);
        assert_eq!((named(&folders), folders.forbidden.len()), (vec![sets.clone()], 1));
        folders.allow(&music);
        assert_eq!(named(&folders), [sets, music.clone()]);
        folders.forbid(&music);
        assert_eq!(named(&folders).len(), 1, "it can be forbidden again");
        folders.offer(Path::new("not/full"));
        assert_eq!(named(&folders).len(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn the_music_folder_is_where_the_desktop_says_and_nothing_is_run() {
        let home = Path::new("/home/ann");
        let music = |text: &str| said_music(text, home);
        let at = |path: &str| Some(Some(PathBuf::from(path)));
        let file = "# of xdg-user-dirs\nXDG_DESKTOP_DIR=\"$HOME/Schreibtisch\"\nXDG_MUSIC_DIR=\"$HOME/Musik\"\n";
        assert_eq!(music(file), at("/home/ann/Musik"));
        assert_eq!(music("  XDG_MUSIC_DIR=\"/data/My Music/\"  "), at("/data/My Music"));
        assert_eq!(music("XDG_MUSIC_DIR=\"/a\"\nXDG_MUSIC_DIR=\"/b\""), at("/b"), "the last one, as a shell has it");
        assert_eq!(music("XDG_MUSIC_DIR=\"$HOME/a\\$b\\\"c\""), at("/home/ann/a$b\"c"));
        assert_eq!([music("XDG_MUSIC_DIR=\"$HOME/\""), music("XDG_MUSIC_DIR=\"$HOME\"")], [Some(None), Some(None)]);
        for odd in [
            "",
            "#XDG_MUSIC_DIR=\"/a\"",
            "XDG_MUSIC_DIR=/a",
            "XDG_MUSIC_DIR=\"$(rm -rf ~)\"",
            "XDG_MUSIC_DIR=\"`id`\"",
            "XDG_MUSIC_DIR=\"$HOMER/x\"",
            "XDG_MUSIC_DIR=\"$HOME/$USER\"",
            "XDG_MUSIC_DIR=\"Musik\"",
            "XDG_MUSIC_DIR=\"/a\\n\"",
            "XDG_MUSIC_DIR=\"/a\" # \"",
        ] {
            assert_eq!(music(odd), None, "{odd}");
        }
    }

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
