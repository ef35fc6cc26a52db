//! What is remembered from one start to the next, and what becomes of files that nobody can read.

use std::time::Instant;

use echelon_engine::input::Control;
use echelon_engine::units::DeckId;

use super::*;
use crate::input::midi::{MapLine, MapMode, To, parse_source};
use crate::params::RigParams;

/// A folder that is there for a test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("echelon-remember-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self(folder)
    }

    /// Below a folder that is not there yet.
    fn file(&self) -> PathBuf {
        self.0.join("settings/standalone.json")
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join("settings")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A run of the program, without its sound.
struct Run {
    memory: Arc<Memory>,
    link: Arc<HostLink>,
    view: SharedView,
}

impl Run {
    fn begin(file: &Path, fresh: bool) -> Self {
        let memory = Arc::new(Memory { file: file.to_owned(), fresh, work: Mutex::default(), news: Condvar::new() });
        let (link, view) = (HostLink::new(&Arc::new(RigParams::default())), SharedView::default());
        memory.start(&link, &view);
        Self { memory, link, view }
    }

    fn slot(&self, control: Control) -> usize {
        self.link.table.slot_of(control).unwrap()
    }

    fn set(&self, control: Control, value: f32) {
        self.link.table.set(self.slot(control), value);
    }

    fn value(&self, control: Control) -> f32 {
        self.link.table.base(self.slot(control))
    }

    fn told(&self) -> String {
        self.view.read().notice.map(|notice| notice.text).unwrap_or_default()
    }

    fn end(self) {
        self.memory.end();
    }
}

fn learnt() -> MapLine {
    MapLine::new(parse_source("cc 3 7").unwrap(), MapMode::Absolute, To::named("xfader").unwrap())
}

#[test]
fn what_was_set_is_there_at_the_next_start_and_nothing_plays() {
    let folder = Folder::new("next");
    let first = Run::begin(&folder.file(), false);
    first.set(Control::MasterGain, -7.5);
    first.set(Control::Play(DeckId::B), 1.0);
    first.link.table.params().saved.update(|rig| rig.tracks[1] = Some("/music/b.flac".into()));
    first.link.table.params().saved.midi().add(learnt()).unwrap();
    let told = first.told();
    first.end();
    assert_eq!((told.as_str(), folder.names()), ("", vec!["standalone.json".to_owned()]));
    let second = Run::begin(&folder.file(), false);
    let saved = &second.link.table.params().saved;
    assert_eq!(second.value(Control::MasterGain), -7.5);
    assert_eq!(second.value(Control::Play(DeckId::B)), 0.0);
    assert_eq!(saved.get().tracks[1].as_deref(), Some(Path::new("/music/b.flac")));
    assert!(saved.midi().map().lines.contains(&learnt()));
    // The control side opens it as it opens a project of a host.
    assert_eq!((saved.loads(), saved.sent()), (1, 1));
    second.end();
}

#[test]
fn a_program_that_is_killed_has_lost_little() {
    let folder = Folder::new("killed");
    let run = Run::begin(&folder.file(), false);
    run.set(Control::MasterGain, -12.0);
    let patience = Instant::now() + Duration::from_secs(120);
    let is_written =
        || std::fs::read_to_string(folder.file()).is_ok_and(|text| text.contains(r#""master":{"f32":-12.0}"#));
    while !is_written() {
        assert!(Instant::now() < patience, "nothing is written before the end");
        thread::sleep(Duration::from_millis(20));
    }
    run.end();
}

#[test]
fn a_damaged_file_is_put_aside_and_told() {
    let hostile: [&[u8]; 6] = [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe\0",
        br#"{"version":"1","params":{},"fields":{}}"#,
        br#"{"version":"1","params":{},"fields":{"rig":"{\"tracks\": [oh"}}"#,
    ];
    for bytes in hostile {
        let folder = Folder::new("damaged");
        std::fs::create_dir_all(folder.0.join("settings")).unwrap();
        std::fs::write(folder.file(), bytes).unwrap();
        let run = Run::begin(&folder.file(), false);
        let told = run.told();
        assert!(told.contains("begins empty") && told.contains("standalone.json.damaged"), "{told}");
        assert_eq!(run.value(Control::MasterGain), 0.0);
        run.set(Control::MasterGain, -3.0);
        run.end();
        assert_eq!(folder.names(), ["standalone.json", "standalone.json.damaged"]);
        assert_eq!(std::fs::read(folder.0.join("settings/standalone.json.damaged")).unwrap(), bytes);
        let next = Run::begin(&folder.file(), false);
        assert_eq!((next.value(Control::MasterGain), next.told()), (-3.0, String::new()));
        next.end();
    }
}

#[test]
fn a_folder_in_the_file_s_place_is_no_crash() {
    let folder = Folder::new("folder");
    std::fs::create_dir_all(folder.file()).unwrap();
    let run = Run::begin(&folder.file(), false);
    assert!(!run.told().is_empty());
    run.end();
}

#[test]
fn afresh_begins_with_nothing_and_loses_nothing() {
    let folder = Folder::new("fresh");
    let first = Run::begin(&folder.file(), false);
    first.set(Control::MasterGain, -9.0);
    first.end();
    let before = std::fs::read(folder.file()).unwrap();
    let fresh = Run::begin(&folder.file(), true);
    assert_eq!(fresh.value(Control::MasterGain), 0.0);
    assert!(fresh.told().contains("standalone.json.before"), "{}", fresh.told());
    fresh.end();
    assert_eq!(std::fs::read(folder.0.join("settings/standalone.json.before")).unwrap(), before);
    let next = Run::begin(&folder.file(), false);
    assert_eq!(next.value(Control::MasterGain), 0.0);
    next.end();
}

#[test]
fn where_nothing_can_be_written_it_is_told_once() {
    let folder = Folder::new("blocked");
    std::fs::create_dir_all(&folder.0).unwrap();
    // A file stands where the folder of the settings would be.
    std::fs::write(folder.0.join("settings"), "x").unwrap();
    let run = Run::begin(&folder.file(), false);
    let view = run.view.clone();
    run.end();
    assert!(view.read().notice.is_some_and(|notice| notice.text.contains("cannot be")));
}

#[test]
fn what_rests_is_written_at_once_and_what_moves_now_and_then() {
    let mut changes = Changes::since(b"a".to_vec());
    assert!(!changes.are_due(b"a", 0.0, false) && !changes.are_due(b"a", 2.0, true), "it is there already");
    assert!(!changes.are_due(b"b", 4.0, false), "it may go on");
    assert!(changes.are_due(b"b", 6.0, false));
    changes.written(b"b".to_vec());
    assert!(!changes.are_due(b"b", 8.0, false));
    let moving = |at: usize| vec![b'c'; at + 1];
    let due: Vec<usize> = (5..40)
        .filter(|at| {
            let is_due = changes.are_due(&moving(*at), 2.0 * *at as f64, false);
            if is_due {
                changes.written(moving(*at));
            }
            is_due
        })
        .collect();
    assert_eq!(due, [20, 36], "every half minute and a look");
    assert!(changes.are_due(b"z", 100.0, true), "the last look takes all");
    // What went back to what is written needs no writing, and begins anew.
    changes.written(b"z".to_vec());
    assert!(!changes.are_due(b"y", 101.0, false) && !changes.are_due(b"z", 103.0, false));
    assert!(!changes.are_due(b"x", 140.0, false));
}
