//! What the person prefers on this machine, whatever the project: how the editor was made to look last. A new instance
//! begins with it; what a project says goes before.
//!
//! It is kept in `editor.json` in the person's folder for settings: `{"scale_percent": 150, "theme": "light"}`.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

use crate::editor::Look;
use crate::editor::theme::Theme;
use crate::places;
use crate::whole_file;

/// No file of preferences is larger.
const MOST_BYTES: u64 = 1 << 16;
const WORDS: [(Theme, &str); 2] = [(Theme::Dark, "dark"), (Theme::Light, "light")];

/// See [`set_file`].
static OWN_FILE: OnceLock<PathBuf> = OnceLock::new();
/// What was chosen and is not written yet: whoever writes takes the newest.
static CHOSEN: Mutex<Option<Look>> = Mutex::new(None);
/// One writer after the other.
static WRITER: Mutex<()> = Mutex::new(());

/// Keeps this process's preferences in a file of its own: tests must not go by what somebody chose, nor choose for them.
/// The first call counts.
pub fn set_file(file: PathBuf) {
    _ = OWN_FILE.set(file);
}

fn file() -> Option<PathBuf> {
    let of_user = || if cfg!(test) { None } else { places::settings_folder() };
    OWN_FILE.get().cloned().or_else(|| of_user().map(|folder| folder.join("editor.json")))
}

/// How the editor was made to look last. A file that is not there, or that nobody can read, prefers nothing. Looks at the
/// disk: never on the audio thread.
#[must_use]
pub fn look() -> Option<Look> {
    read(&file()?)
}

/// Keeps it, on a thread of its own; if that cannot be, `tell` has a sentence.
pub(crate) fn keep_look(look: Look, tell: impl FnOnce(String) + Send + 'static) {
    *CHOSEN.lock().unwrap_or_else(PoisonError::into_inner) = Some(look);
    let write = move || {
        let _alone = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken by the thread before this one, it is written already.
        let newest = CHOSEN.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (Some(look), Some(file)) = (newest, file()) else { return };
        if let Err(error) = write(&file, look) {
            tell(format!("the editor's look cannot be kept in {}: {error}", file.display()));
        }
    };
    drop(std::thread::Builder::new().name("echelon-settings".to_owned()).spawn(write));
}

fn read(file: &Path) -> Option<Look> {
    let mut text = String::new();
    std::fs::File::open(file).ok()?.take(MOST_BYTES).read_to_string(&mut text).ok()?;
    let value: Value = serde_json::from_str(&text).ok()?;
    let percent = value.get("scale_percent").and_then(Value::as_u64).and_then(|percent| u16::try_from(percent).ok());
    let word = value.get("theme").and_then(Value::as_str);
    let theme = WORDS.iter().find(|(_, known)| Some(*known) == word).map(|(theme, _)| *theme);
    let fits = percent.filter(|percent| Look::ZOOMS.contains(percent));
    Some(Look { zoom_percent: fits?, theme: theme? })
}

fn write(file: &Path, look: Look) -> std::io::Result<()> {
    let theme = WORDS.iter().find(|(theme, _)| *theme == look.theme).map_or(WORDS[0].1, |(_, word)| word);
    let text = format!("{:#}\n", json!({"scale_percent": look.zoom_percent, "theme": theme}));
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    whole_file::write(file, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_kept_in_a_folder_that_was_not_there_and_damaged_files_prefer_nothing() {
        let folder = std::env::temp_dir().join(format!("echelon-preferences-{}", std::process::id()));
        let file = folder.join("settings/editor.json");
        assert_eq!(read(&file), None);
        for theme in Theme::ALL {
            for zoom_percent in Look::ZOOMS {
                let look = Look { zoom_percent, theme };
                write(&file, look).unwrap();
                assert_eq!(read(&file), Some(look));
            }
        }
        for hostile in [
            "",
            "not json",
            "[]",
            r#"{"scale_percent": 150}"#,
            r#"{"scale_percent": 9999999, "theme": "dark"}"#,
            r#"{"scale_percent": 101, "theme": "dark"}"#,
            r#"{"scale_percent": 150, "theme": "mauve"}"#,
            r#"{"scale_percent": "150", "theme": "dark"}"#,
        ] {
            std::fs::write(&file, hostile).unwrap();
            assert_eq!(read(&file), None, "{hostile}");
        }
        let mut long = vec![b' '; 1 << 20];
        long.extend(br#"{"scale_percent": 150, "theme": "dark"}"#);
        std::fs::write(&file, long).unwrap();
        assert_eq!(read(&file), None);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
