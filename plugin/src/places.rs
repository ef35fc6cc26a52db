//! A file's place in words that hold on another machine too: below the user's home folder, and from the folder of the
//! project. Words only: nobody looks at the disk here.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Folders that the way from a project to a file goes up at most.
const MOST_UP: usize = 4;
/// Bytes of a place that is read.
const MOST_BYTES: usize = 4096;

/// Where a file is, besides its full path. With `/` between the parts on every system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedPlace {
    /// Below the user's home folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    home: Option<String>,
    /// From the folder of the project, where the host tells it; may begin with `..`.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
}

impl SavedPlace {
    /// The words for a file, as far as there are any.
    #[must_use]
    pub fn of(file: &Path, home: Option<&Path>, project: Option<&Path>) -> Self {
        Self {
            home: home.and_then(|home| words(file.strip_prefix(home).ok()?)),
            project: project.and_then(|folder| way(folder, file)),
        }
    }

    /// What it lacks it takes from the other.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self { home: self.home.or(other.home), project: self.project.or(other.project) }
    }

    /// The file from the folder of the project, if it was saved so.
    #[must_use]
    pub fn in_project(&self, folder: &Path) -> Option<PathBuf> {
        let mut words = self.project.as_deref()?;
        let mut folder = folder;
        for _ in 0..MOST_UP {
            let Some(rest) = words.strip_prefix("../") else { break };
            (folder, words) = (folder.parent()?, rest);
        }
        below(folder, words)
    }

    /// The file below a home folder, if it was saved so.
    #[must_use]
    pub fn in_home(&self, home: &Path) -> Option<PathBuf> {
        below(home, self.home.as_deref()?)
    }
}

/// The user's home folder, as the environment has it.
#[must_use]
pub fn home() -> Option<PathBuf> {
    let var = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    var("HOME").or_else(|| var("USERPROFILE")).filter(|folder| folder.parent().is_some())
}

/// The folder of our settings, in that of the person. `None` if the system has no such place.
#[must_use]
pub fn settings_folder() -> Option<PathBuf> {
    let var = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = match std::env::consts::OS {
        "windows" => var("APPDATA")?,
        "macos" => var("HOME")?.join("Library/Application Support"),
        _ => var("XDG_CONFIG_HOME").or_else(|| Some(var("HOME")?.join(".config")))?,
    };
    Some(folder.join("echelon"))
}

/// A path as its user would name it. The system says of a file where it truly is: by way of links, on Windows in words that
/// no other program has. That is below no home and beside no project.
#[must_use]
pub fn plain(path: &Path, home: Option<&Path>, real_home: Option<&Path>) -> PathBuf {
    let path = if cfg!(windows) { without_prefix(path) } else { None }.unwrap_or_else(|| path.to_owned());
    match (home, real_home.and_then(|real| path.strip_prefix(real).ok())) {
        (Some(home), Some(rest)) if !path.starts_with(home) => home.join(rest),
        _ => path,
    }
}

/// Where a folder truly is, as [`plain`] names it. Looks at the disk.
#[must_use]
pub fn real(folder: &Path) -> Option<PathBuf> {
    folder.canonicalize().ok().map(|real| plain(&real, None, None))
}

/// A path of Windows without the `\\?\` that its system puts before. `None` if it has none, or means another file without.
fn without_prefix(path: &Path) -> Option<PathBuf> {
    /// Longer ones need the prefix.
    const MOST_LETTERS: usize = 259;
    let rest = path.to_str()?.strip_prefix(r"\\?\")?;
    let plain = match rest.strip_prefix(r"UNC\") {
        Some(share) => format!(r"\\{share}"),
        None if rest.as_bytes().get(1..3) == Some(br":\") => rest.to_owned(),
        None => return None,
    };
    let is_odd = |part: &str| part.ends_with(['.', ' ']) || is_device(part);
    (plain.len() <= MOST_LETTERS && !plain.contains('/') && !plain.split('\\').any(is_odd)).then(|| plain.into())
}

/// Whether a name is a device's on Windows: `NUL`, `com1.wav`.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let is_port =
        |name: &str| stem.strip_prefix(name).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
    ["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()) || is_port("COM") || is_port("LPT")
}

/// The parts of a path below something. `None` if there are none, or one of them is no text.
fn words(rest: &Path) -> Option<String> {
    let part = |part: Component<'_>| match part {
        Component::Normal(name) => name.to_str().map(str::to_owned),
        _ => None,
    };
    let parts = rest.components().map(part).collect::<Option<Vec<_>>>()?;
    Some(parts.join("/")).filter(|words| !words.is_empty())
}

/// The way from a folder to a file that has more in common with it than the disk.
fn way(folder: &Path, file: &Path) -> Option<String> {
    let shared = folder.components().zip(file.components()).take_while(|(a, b)| a == b);
    let shared: Vec<Component<'_>> = shared.map(|(part, _)| part).collect();
    if !folder.is_absolute() || !shared.iter().any(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let up = folder.components().count() - shared.len();
    let rest = words(file.strip_prefix(shared.iter().collect::<PathBuf>()).ok()?)?;
    (up <= MOST_UP).then(|| "../".repeat(up) + &rest)
}

/// A file below a folder, by the words that were saved for it: anyone may have written these.
fn below(folder: &Path, words: &str) -> Option<PathBuf> {
    // One part is one name on this system too: no drive, no `..`, no other separator.
    let is_name = |part: &str| {
        let mut parts = Path::new(part).components();
        matches!((parts.next(), parts.next()), (Some(Component::Normal(name)), None) if name == part)
    };
    let is_sane = words.len() <= MOST_BYTES && !words.contains('\0') && words.split('/').all(is_name);
    is_sane.then(|| words.split('/').fold(folder.to_owned(), |path, part| path.join(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(home: Option<&str>, project: Option<&str>) -> SavedPlace {
        SavedPlace { home: home.map(str::to_owned), project: project.map(str::to_owned) }
    }

    #[test]
    #[cfg(unix)]
    fn a_file_is_named_from_the_home_and_from_the_project() {
        let of = |file: &str, project: &str| {
            let place = SavedPlace::of(Path::new(file), Some(Path::new("/home/ann")), Some(Path::new(project)));
            (place.home, place.project)
        };
        let words = |home: Option<&str>, project: Option<&str>| (home.map(str::to_owned), project.map(str::to_owned));
        assert_eq!(of("/home/ann/a.wav", "/media/usb/Set"), words(Some("a.wav"), None));
        assert_eq!(of("/media/usb/Set/audio/a.wav", "/media/usb/Set"), words(None, Some("audio/a.wav")));
        assert_eq!(of("/media/usb/Music/a.wav", "/media/usb/Sets/One"), words(None, Some("../../Music/a.wav")));
        assert_eq!(of("/home/ann/x/a.wav", "/home/ann/1/2/3/4/5"), words(Some("x/a.wav"), None), "too far up");
        assert_eq!(of("/srv/a.wav", "/media/usb"), words(None, None), "nothing but the disk is shared");
        assert_eq!(of("/home/ann", "/home/ann"), words(None, None), "a folder is no file");
        assert_eq!(SavedPlace::of(Path::new("/home/ann/a.wav"), None, None), SavedPlace::default());
    }

    #[test]
    #[cfg(unix)]
    fn it_is_found_from_another_home_and_another_folder() {
        let saved = place(Some("Music/House/a.wav"), Some("../../Music/a.wav"));
        assert_eq!(saved.in_home(Path::new("/Users/bob")), Some("/Users/bob/Music/House/a.wav".into()));
        assert_eq!(saved.in_project(Path::new("/mnt/stick/Sets/One")), Some("/mnt/stick/Music/a.wav".into()));
        assert_eq!(saved.in_project(Path::new("/Sets")), None, "there is nothing so far up");
        assert_eq!(place(None, None).in_home(Path::new("/Users/bob")), None);
    }

    #[test]
    fn words_that_lead_elsewhere_lead_nowhere() {
        let long = "x/".repeat(MOST_BYTES) + "a.wav";
        let hostile = ["", "/", "/etc/passwd", "..", "../a", "a/../../b", "a//b", "a/", "./a", "a\0b", long.as_str()];
        for words in hostile {
            assert_eq!(place(Some(words), None).in_home(Path::new("/home/bob")), None, "{words:?}");
        }
        for words in ["a/../b", "../../../../../a.wav", "..", "../", "/a.wav", "../..", ""] {
            let saved = place(None, Some(words));
            assert_eq!(saved.in_project(Path::new("/1/2/3/4/5/6/7")), None, "{words:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn what_is_truly_below_another_name_of_the_home_is_below_the_home() {
        let plain = |path: &str| plain(path.as_ref(), Some("/home/ann".as_ref()), Some("/var/home/ann".as_ref()));
        assert_eq!(plain("/var/home/ann/Music/a.wav"), Path::new("/home/ann/Music/a.wav"));
        for other in ["/home/ann/Music/a.wav", "/var/home/anna/a.wav", "/srv/a.wav"] {
            assert_eq!(plain(other), Path::new(other));
        }
    }

    #[test]
    fn a_path_of_windows_has_no_prefix_that_it_needs_not() {
        let plain = |path: &str| without_prefix(Path::new(path)).map(|path| path.display().to_string());
        assert_eq!(plain(r"\\?\C:\Users\ann\a.wav").as_deref(), Some(r"C:\Users\ann\a.wav"));
        assert_eq!(plain(r"\\?\UNC\nas\music\a.wav").as_deref(), Some(r"\\nas\music\a.wav"));
        let long = format!(r"\\?\C:\{}", "x".repeat(300));
        let stay = [r"C:\a.wav", r"\\?\Volume{1}\a.wav", r"\\?\C:\a.", r"\\?\C:\b \a.wav", r"\\?\C:\nul.wav", &long];
        stay.into_iter().for_each(|path| assert_eq!(plain(path), None, "{path}"));
    }

    #[test]
    fn what_was_saved_fills_the_gaps() {
        let (old, new) = (place(Some("a"), Some("b")), place(None, Some("c")));
        assert_eq!(new.or(old), place(Some("a"), Some("c")));
        assert_eq!(serde_json::to_string(&place(None, Some("c"))).unwrap(), r#"{"project":"c"}"#);
        assert_eq!(serde_json::from_str::<SavedPlace>("{}").unwrap(), SavedPlace::default());
    }
}
