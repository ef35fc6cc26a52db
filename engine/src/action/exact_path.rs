//! A path in a text format, so that it comes back as it was. Most are texts. A file's name may also be any bytes (Linux) or
//! any 16-bit numbers (Windows): then what can be read of it is written, and beside that what it is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path that is no text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddPath {
    /// What can be read of it, for people and for other systems.
    pub text: String,
    /// As a Unix has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<Vec<u8>>,
    /// As Windows has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wide: Option<Vec<u16>>,
}

impl OddPath {
    /// `None` for a path that is a text.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        if path.to_str().is_some() {
            return None;
        }
        let text = path.to_string_lossy().into_owned();
        #[cfg(unix)]
        let (bytes, wide) = (Some(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()), None);
        #[cfg(windows)]
        let (bytes, wide) = (None, Some(std::os::windows::ffi::OsStrExt::encode_wide(path.as_os_str()).collect()));
        #[cfg(not(any(unix, windows)))]
        let (bytes, wide) = (None, None);
        Some(Self { text, bytes, wide })
    }

    /// The path; what can be read of it, if it is another system's.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.own().filter(|path| !path.is_empty()).map_or_else(|| PathBuf::from(&self.text), PathBuf::from)
    }

    #[cfg(unix)]
    fn own(&self) -> Option<OsString> {
        self.bytes.clone().map(std::os::unix::ffi::OsStringExt::from_vec)
    }

    #[cfg(windows)]
    fn own(&self) -> Option<OsString> {
        self.wide.as_deref().map(std::os::windows::ffi::OsStringExt::from_wide)
    }

    #[cfg(not(any(unix, windows)))]
    fn own(&self) -> Option<OsString> {
        None
    }
}

/// A text if it is one.
///
/// # Errors
/// The serializer's.
pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    match OddPath::of(path) {
        None => serializer.serialize_str(&path.to_string_lossy()),
        Some(odd) => odd.serialize(serializer),
    }
}

/// What [`serialize`] wrote.
///
/// # Errors
/// The deserializer's.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(PathBuf),
        Odd(OddPath),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::Text(path) => path,
        Written::Odd(odd) => odd.path(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Action;
    use crate::units::DeckId;

    fn load(path: impl Into<PathBuf>) -> Action {
        Action::LoadDeck { deck: DeckId::B, path: path.into() }
    }

    #[test]
    fn a_text_is_written_as_one() {
        let json = serde_json::to_string(&load("/music/Café.wav")).unwrap();
        assert_eq!(json, r#"{"action":"load_deck","deck":"b","path":"/music/Café.wav"}"#);
        assert_eq!(serde_json::from_str::<Action>(&json).unwrap(), load("/music/Café.wav"));
        assert_eq!(OddPath::of(Path::new("/music/Café.wav")), None);
    }

    #[test]
    #[cfg(unix)]
    fn any_bytes_come_back_as_they_were() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = load(OsString::from_vec(b"/music/Caf\xe9.wav".to_vec()));
        let json = serde_json::to_string(&odd).unwrap();
        assert!(json.contains("/music/Caf\u{fffd}.wav"), "a person can read it: {json}");
        assert_eq!(serde_json::from_str::<Action>(&json).unwrap(), odd);
    }

    #[test]
    fn another_system_s_is_what_can_be_read_of_it() {
        let read = |json: &str| serde_json::from_str::<OddPath>(json).unwrap().path();
        assert_eq!(read(r#"{"text": "a", "bytes": []}"#), Path::new("a"));
        assert_eq!(read(r#"{"text": "a", "of_a_later_version": [1]}"#), Path::new("a"));
        let other = if cfg!(unix) { r#"{"text": "a", "wide": [98]}"# } else { r#"{"text": "a", "bytes": [98]}"# };
        assert_eq!(read(other), Path::new("a"));
    }
}
