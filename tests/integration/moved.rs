//! Projects that are opened elsewhere: under another user's name, or in another folder with their files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use echelon::input::osc::allow;
use serde_json::{Value, json};
use support::signals::noise;
use support::temp::CACHE_OF_A_CHILD;
use support::{Format, MiniHost, Setup, TempDir, for_each_format};

use crate::stage::Stage;

/// What the child does: `save` or `open`.
const CHILD: &str = "ECHELON_TEST_OF_A_HOME";
/// Below the home.
const FILE: &str = "Sounds/deep/a.wav";

fn home() -> PathBuf {
    echelon::places::home().expect("a home")
}

fn project(format: Format) -> PathBuf {
    home().join(format!("project.{format:?}"))
}

/// Waits until a deck of the project has this file.
fn wait_for_track(host: &mut MiniHost, deck: usize, file: &Path) {
    host.pump_until("the file in the project", |main| {
        main.rig_field("tracks").is_some_and(|tracks| tracks[deck] == file.to_str().expect("a text"))
    });
}

/// Not a test by itself: the child that has a home of its own. Without its word it does nothing.
#[test]
fn at_home() {
    let Ok(word) = std::env::var(CHILD) else { return };
    allow(home().parent().expect("the folder of the homes"));
    let file = home().join(FILE);
    for_each_format(|format| {
        if word == "save" {
            let stage = Stage::with_track(&Setup::new(), format, file.to_str().expect("a text"));
            assert_eq!(stage.host.rig_field("places").expect("places")[0], json!({"home": FILE}));
            fs::write(project(format), stage.host.save()).expect("the project");
        } else {
            let mut host = Setup::new().state(fs::read(project(format)).expect("the project")).open(format);
            wait_for_track(&mut host, 0, &file);
        }
    });
}

fn run_child(word: &str, home: &Path) {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program);
    child.args(["--exact", "moved::at_home", "--nocapture"]).env(CHILD, word).env("HOME", home);
    child.env(CACHE_OF_A_CHILD, home.join("cache"));
    let output = child.output().expect("the child");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success() && said[0].contains("1 passed"), "{word}: {}", said.join("\n"));
}

#[test]
fn another_user_s_project_finds_its_files_below_one_s_own_home() {
    let folder = TempDir::new("homes");
    fs::create_dir_all(folder.path().join("ann/Sounds/deep")).expect("folders");
    let sound = noise(3, 0.5, 6_000);
    folder.wav(&format!("ann/{FILE}"), 48_000, &sound);
    run_child("save", &folder.path().join("ann"));
    // The same home under another name; and a file whose path is more like the old one, in a folder that is searched.
    fs::rename(folder.path().join("ann"), folder.path().join("bob")).expect("another name");
    fs::create_dir_all(folder.path().join("bob/Music/ann/Sounds/deep")).expect("folders");
    folder.wav("bob/Music/ann/Sounds/deep/a.wav", 48_000, &sound);
    run_child("open", &folder.path().join("bob"));
}

#[test]
#[cfg(unix)]
fn a_file_below_a_home_that_is_a_link_is_below_the_home() {
    let folder = TempDir::new("link_homes");
    fs::create_dir_all(folder.path().join("var/ann/Sounds/deep")).expect("folders");
    folder.wav(&format!("var/ann/{FILE}"), 48_000, &noise(3, 0.5, 6_000));
    std::os::unix::fs::symlink(folder.path().join("var/ann"), folder.path().join("ann")).expect("a link");
    // By OSC, which names the file as it truly lies.
    run_child("save", &folder.path().join("ann"));
    run_child("open", &folder.path().join("ann"));
}

/// The host says that its streams are a project's, in this file.
fn say_where(host: &mut MiniHost, file: &Path, kind: &str) {
    host.say_of_streams(&[(c"FilePathString", file.to_str().expect("a text")), (c"StateType", kind)]);
}

/// Where the files on decks A and B are from the project.
fn from_project(places: &Value) -> [Value; 2] {
    [0, 1].map(|deck| places[deck]["project"].clone())
}

#[test]
fn a_project_that_is_copied_with_its_files_has_its_own() {
    let folder = TempDir::new("copied");
    let path = |name: &str| folder.path().join(name);
    fs::create_dir_all(path("old/audio")).expect("folders");
    let sound = noise(3, 0.5, 6_000);
    let [inside, beside] = ["old/audio/a.wav", "b.wav"].map(|name| folder.wav(name, 48_000, &sound));
    let mut stage = Stage::open(&Setup::new(), Format::Vst3);
    stage.load('a', &inside);
    stage.load('b', &beside);
    say_where(&mut stage.host, &path("a.preset"), "TrackPreset");
    let places = |host: &MiniHost| from_project(&host.rig_field("places").expect("places"));
    assert_eq!(places(&stage.host), [Value::Null, Value::Null], "a preset is no project");
    say_where(&mut stage.host, &path("old/project.song"), "Project");
    let saved = stage.host.save();
    let words = ["audio/a.wav", "../b.wav"].map(Value::from);
    assert_eq!(places(&stage.host), words);
    // A copy, while the original is there too.
    fs::create_dir_all(path("new/audio")).expect("folders");
    fs::copy(&inside, path("new/audio/a.wav")).expect("a copy");
    let mut copy = Setup::new().create(Format::Vst3);
    say_where(&mut copy, &path("new/project.song"), "Project");
    assert!(copy.load(&saved));
    copy.activate();
    wait_for_track(&mut copy, 0, &path("new/audio/a.wav"));
    wait_for_track(&mut copy, 1, Path::new(&beside));
    assert_eq!(places(&copy), words, "and is the same from there");
    // A host that says nothing loses nothing of it.
    let mut silent = Setup::new().state(saved).open(Format::Vst3);
    wait_for_track(&mut silent, 0, Path::new(&inside));
    silent.pump_until("the places as they were", |main| {
        main.rig_field("places").is_some_and(|places| from_project(&places) == words)
    });
}
