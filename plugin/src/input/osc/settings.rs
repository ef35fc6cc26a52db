//! What the user has set of OSC's network and folders, in `osc.json`: read and written for the editor. A port that is open
//! keeps the rules that it was opened with.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::access::{Access, settings_path};
use super::parse_error::short;
use crate::whole_file::write_private;

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

/// All that a user can set in the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct UserSettings {
    pub(super) network: NetworkSettings,
    /// What of that cannot be taken, a sentence each: then the network stays shut.
    pub(super) network_faults: Vec<String>,
    /// OSC may load from there.
    pub(super) folders: Vec<PathBuf>,
    /// It may not, whoever else names these.
    pub(super) forbidden: Vec<PathBuf>,
    pub(super) rate_per_sec: Option<f32>,
    /// What else cannot be taken: the rest holds.
    pub(super) faults: Vec<String>,
}

impl UserSettings {
    /// The file of the user.
    pub(super) fn of_user() -> Self {
        settings_path().map(|path| Self::of_file(&path)).unwrap_or_default()
    }

    fn of_file(path: &Path) -> Self {
        match read(path) {
            Ok(all) => {
                let name = |fault: &String| format!("{}: {fault}", path.display());
                let mut set = Self::understood(&all);
                set.faults = set.faults.iter().map(name).collect();
                set.network_faults = set.network_faults.iter().map(name).collect();
                set
            }
            Err(why) => Self { network_faults: vec![why], ..Self::default() },
        }
    }

    /// Each setting for itself: a mistake in one leaves the others.
    pub(super) fn understood(all: &Map<String, Value>) -> Self {
        let mut set = Self { network: network_of(all), ..Self::default() };
        for (name, value) in all {
            match name.as_str() {
                "lan" if !value.is_boolean() => set.network_faults.push("\"lan\" is neither true nor false".to_owned()),
                "token" if !value.is_string() => set.network_faults.push("\"token\" is no text".to_owned()),
                "allow" => set.network_faults.extend(
                    faults_of(name, value, "no address of a machine", |one| one.as_str()?.parse::<IpAddr>().ok()).1,
                ),
                "folders" | "forbidden" => {
                    let (folders, faults) = faults_of(name, value, "no full path", full_path);
                    set.faults.extend(faults);
                    if name == "folders" { set.folders = folders } else { set.forbidden = folders }
                }
                "rate_per_sec" => match value.as_f64().filter(|rate| (1.0..=1e9).contains(rate)) {
                    #[expect(clippy::cast_possible_truncation, reason = "a limit need not be exact")]
                    Some(rate) => set.rate_per_sec = Some(rate as f32),
                    None => set.faults.push("\"rate_per_sec\" is no number of 1 or more".to_owned()),
                },
                "lan" | "token" => {}
                _ => set.faults.push(format!("\"{}\" is no setting", short(name))),
            }
        }
        set
    }
}

fn full_path(value: &Value) -> Option<PathBuf> {
    value.as_str().map(PathBuf::from).filter(|path| path.is_absolute())
}

/// What there is in a list, and a sentence for each that is something else.
fn faults_of<T>(name: &str, list: &Value, what: &str, read: impl Fn(&Value) -> Option<T>) -> (Vec<T>, Vec<String>) {
    let Some(list) = list.as_array() else { return (vec![], vec![format!("\"{name}\" is no list")]) };
    let (mut found, mut faults) = (vec![], vec![]);
    for one in list {
        match read(one) {
            Some(one) => found.push(one),
            None => faults.push(format!("\"{name}\" has {}, which is {what}", short(&one.to_string()))),
        }
    }
    (found, faults)
}

/// A change of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsChange {
    /// Another network.
    Network(NetworkSettings),
    /// Files below this folder may be loaded.
    Allow(PathBuf),
    /// They may not, unless another folder allows it; until this one is allowed again.
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

/// What is wrong with the settings, in the file and the environment; empty if nothing is. Looks at the disk.
#[must_use]
pub fn faults() -> String {
    Access::of_user_with_faults().1.join("; ")
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
        SettingsChange::Allow(folder) => move_folder(&mut all, folder, ["forbidden", "folders"])?,
        SettingsChange::Forbid(folder) => move_folder(&mut all, folder, ["folders", "forbidden"])?,
    }
    write(path, &all).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// Out of one list and into the other.
fn move_folder(all: &mut Map<String, Value>, folder: &Path, [from, to]: [&str; 2]) -> Result<(), String> {
    let name = folder.to_str().ok_or("the folder's name is no text, and cannot be kept")?;
    if let Some(folders) = all.get_mut(from).and_then(Value::as_array_mut) {
        folders.retain(|one| one.as_str() != Some(name));
    }
    let folders = all.entry(to).or_insert_with(|| json!([])).as_array_mut();
    let folders = folders.ok_or_else(|| format!("\"{to}\" in the file of settings is no list"))?;
    if !folders.iter().any(|one| one.as_str() == Some(name)) {
        folders.push(json!(name));
    }
    Ok(())
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

/// The whole of it or nothing. Only the user may read it, as it holds the token.
fn write(path: &Path, all: &Map<String, Value>) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    write_private(path, format!("{:#}\n", Value::Object(all.clone())).as_bytes())
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
        assert_eq!(all["forbidden"], json!(["/music"]));
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
    fn a_mistake_is_told_with_its_name_and_leaves_what_is_beside_it() {
        let of = |text: &str| UserSettings::understood(&serde_json::from_str(text).unwrap());
        let set = of(r#"{"lan": true, "token": "abcd1234", "allow": ["10.0.0.1", "10.0.0"], "rate_per_sec": 0,
            "folders": ["/music", "more"], "forbidden": ["/home/ann/Music"], "tokn": "x"}"#);
        assert_eq!(set.network_faults, [r#""allow" has "10.0.0", which is no address of a machine"#]);
        let faults = [
            r#""folders" has "more", which is no full path"#,
            r#""rate_per_sec" is no number of 1 or more"#,
            r#""tokn" is no setting"#,
        ];
        assert_eq!(set.faults, faults);
        assert_eq!((set.folders, set.forbidden), (vec!["/music".into()], vec!["/home/ann/Music".into()]));
        let wrong = of(r#"{"lan": "yes", "token": 5, "allow": "10.0.0.1", "folders": {}}"#);
        assert_eq!((wrong.network_faults.len(), wrong.faults.len()), (3, 1));
        assert_eq!(of("{}"), UserSettings::default());
        let folder = std::env::temp_dir().join(format!("echelon-osc-faults-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("osc.json");
        assert_eq!(UserSettings::of_file(&path), UserSettings::default(), "a file that is not there is no mistake");
        std::fs::write(&path, "{ \"lan\": true, }").unwrap();
        let set = UserSettings::of_file(&path);
        assert!(set.network_faults[0].contains("osc.json cannot be read") && !set.network.lan, "{set:?}");
        std::fs::write(&path, "{ \"rate\": 5 }").unwrap();
        let told = &UserSettings::of_file(&path).faults[0];
        assert!(told.ends_with("osc.json: \"rate\" is no setting"), "{told}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_whose_name_is_no_text_is_refused_with_a_sentence() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = PathBuf::from(std::ffi::OsString::from_vec(b"/music/\xff".to_vec()));
        let mut all = Map::new();
        assert!(move_folder(&mut all, &odd, ["forbidden", "folders"]).unwrap_err().contains("no text"));
    }

    #[test]
    fn machines_are_named_one_after_the_other() {
        assert_eq!(machines(" 10.0.0.1,10.0.0.2 ").unwrap().len(), 2);
        assert_eq!(machines(""), Ok(vec![]));
        assert_eq!(machines("10.0.0.1 home"), Err("'home' is no address of a machine".to_owned()));
    }
}
