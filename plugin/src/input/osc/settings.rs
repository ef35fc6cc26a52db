//! What the user has set of OSC's network and folders, in `osc.json`: read and written for the editor. A port that is open
//! keeps the rules that it was opened with.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::access::{Access, settings_path};

/// No file of settings is larger.
const MOST_BYTES: u64 = 1 << 20;
/// One change after the other.
static FILE: Mutex<()> = Mutex::new(());

/// The network's part of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkSettings {
    /// Other machines may send.
    pub lan: bool,
    /// What begins each of their addresses.
    pub token: String,
    /// Machines that may; empty for any that has the token.
    pub allow: Vec<IpAddr>,
}

impl NetworkSettings {
    /// Whether a network can be opened so.
    ///
    /// # Errors
    /// A sentence.
    pub fn check(&self) -> Result<(), String> {
        if self.lan { Access::lan(&self.token, self.allow.clone()).map(drop) } else { Ok(()) }
    }
}

/// A change of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsChange {
    /// Another network.
    Network(NetworkSettings),
    /// Files below this folder may be loaded.
    Allow(PathBuf),
    /// They may not, unless another folder allows it.
    Forbid(PathBuf),
}

/// The machines that a text names, with commas or spaces between them.
///
/// # Errors
/// A sentence with the word that is none.
pub fn machines(text: &str) -> Result<Vec<IpAddr>, String> {
    let words = text.split([',', ' ', ';']).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|_| format!("'{word}' is no address of a machine"))).collect()
}

/// As the user has set it. A file that is not there, or that nobody can read, sets nothing.
#[must_use]
pub fn read_network() -> NetworkSettings {
    settings_path().map(|path| network_of(&read(&path).unwrap_or_default())).unwrap_or_default()
}

fn network_of(all: &Map<String, Value>) -> NetworkSettings {
    let allow = all.get("allow").and_then(Value::as_array).into_iter().flatten();
    NetworkSettings {
        lan: all.get("lan").and_then(Value::as_bool).unwrap_or_default(),
        token: all.get("token").and_then(Value::as_str).unwrap_or_default().to_owned(),
        allow: allow.filter_map(|one| one.as_str()?.parse().ok()).collect(),
    }
}

/// Writes a change; what else is in the file stays. Looks at the disk: never on the audio thread.
///
/// # Errors
/// A sentence; then nothing has changed.
pub fn change(what: &SettingsChange) -> Result<(), String> {
    let path = settings_path().ok_or("there is no folder for settings on this machine")?;
    change_in(&path, what)
}

fn change_in(path: &Path, what: &SettingsChange) -> Result<(), String> {
    let _alone = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut all = read(path)?;
    match what {
        SettingsChange::Network(network) => {
            network.check()?;
            all.insert("lan".to_owned(), json!(network.lan));
            all.insert("token".to_owned(), json!(network.token));
            all.insert("allow".to_owned(), json!(network.allow));
        }
        SettingsChange::Allow(folder) => edit_folders(&mut all, |folders| {
            if !folders.contains(&json!(folder)) {
                folders.push(json!(folder));
            }
        }),
        SettingsChange::Forbid(folder) => edit_folders(&mut all, |folders| folders.retain(|one| *one != json!(folder))),
    }
    write(path, &all).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

fn edit_folders(all: &mut Map<String, Value>, edit: impl FnOnce(&mut Vec<Value>)) {
    if let Some(folders) = all.entry("folders").or_insert_with(|| json!([])).as_array_mut() {
        edit(folders);
    }
}

/// What is there; nothing, if there is no file. One that is no JSON is not written over.
fn read(path: &Path) -> Result<Map<String, Value>, String> {
    let told = |error: &dyn std::fmt::Display| format!("{} cannot be read: {error}", path.display());
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Map::new()),
        Ok(about) if about.len() > MOST_BYTES => return Err(told(&"it is too large")),
        _ => {}
    }
    let text = std::fs::read_to_string(path).map_err(|error| told(&error))?;
    serde_json::from_str(&text).map_err(|error| told(&error))
}

/// The whole of it or nothing: beside it first. Only the user may read it, as it holds the token.
fn write(path: &Path, all: &Map<String, Value>) -> std::io::Result<()> {
    use std::io::Write as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("json.new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    file.write_all(format!("{:#}\n", Value::Object(all.clone())).as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_written_and_read_and_leave_the_rest() {
        let folder = std::env::temp_dir().join(format!("echelon-osc-settings-{}", std::process::id()));
        let path = folder.join("deep/osc.json");
        let network =
            NetworkSettings { lan: true, token: "abcd-1234".to_owned(), allow: machines("192.168.1.7, ::1").unwrap() };
        change_in(&path, &SettingsChange::Allow("/music".into())).unwrap();
        std::fs::write(&path, r#"{"rate_per_sec": 9, "folders": ["/music"], "of_a_later_version": 1}"#).unwrap();
        change_in(&path, &SettingsChange::Network(network.clone())).unwrap();
        change_in(&path, &SettingsChange::Allow("/more".into())).unwrap();
        change_in(&path, &SettingsChange::Allow("/more".into())).unwrap();
        change_in(&path, &SettingsChange::Forbid("/music".into())).unwrap();
        let all = read(&path).unwrap();
        assert_eq!(network_of(&all), network);
        assert_eq!((&all["folders"], &all["rate_per_sec"]), (&json!(["/more"]), &json!(9)));
        assert_eq!(all["of_a_later_version"], json!(1));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "the token is the user's");
        }
        // Nothing is written where something is wrong.
        let short = NetworkSettings { token: "short".to_owned(), ..network };
        assert!(change_in(&path, &SettingsChange::Network(short)).unwrap_err().contains("8 or more letters"));
        assert_eq!(read(&path).unwrap(), all);
        std::fs::write(&path, "not json").unwrap();
        assert!(change_in(&path, &SettingsChange::Allow("/x".into())).unwrap_err().contains("cannot be read"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "not json");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn machines_are_named_one_after_the_other() {
        assert_eq!(machines(" 10.0.0.1,10.0.0.2 ").unwrap().len(), 2);
        assert_eq!(machines(""), Ok(vec![]));
        assert_eq!(machines("10.0.0.1 home"), Err("'home' is no address of a machine".to_owned()));
    }
}
