//! A project's file that is nowhere: what was made for it comes back with it, whatever its deck has in the meantime.

use std::fs;

use rosc::OscType;
use serde_json::Value;
use support::signals::noise;
use support::{Format, MiniHost, Setup, TempDir, for_each_format};

use crate::stage::Stage;
use crate::state::ask_until;

/// A project with a file on deck A that has its third hot cue at half a second, and nothing else.
fn project(format: Format, file: &str) -> Vec<u8> {
    let mut stage = Stage::with_track(&Setup::new(), format, file);
    let (id, _) = stage.schedule("/deck/a/seek", &[0.5_f32.into(), "now".into()]);
    stage.done(id);
    let (id, _) = stage.schedule("/deck/a/hotcue/set", &[3.into(), "now".into()]);
    stage.done(id);
    stage.host.pump_until("all of it in the state", |main| {
        let has = |name: &str, is: fn(&Value) -> bool| main.rig_field(name).is_some_and(|value| is(&value[0]));
        has("marks", |marks| !marks["hot_cues_ns"][2].is_null()) && has("contents", |content| !content.is_null())
    });
    // Without the port: by now another test's instance may have it.
    let mut json = stage.host.state_json();
    let mut rig: Value = serde_json::from_str(json["fields"]["rig"].as_str().expect("a text")).expect("JSON");
    rig["osc_port"] = Value::Null;
    json["fields"]["rig"] = rig.to_string().into();
    let host = Setup::new().create(format);
    assert!(host.load_json(&json));
    host.save()
}

/// Opens it where the file is nowhere.
fn open_without(format: Format, project: Vec<u8>) -> Stage {
    let host = Setup::new().state(project).open(format);
    let osc = host.osc();
    let mut stage = Stage { host, osc };
    ask_until(
        &mut stage,
        "the deck without its file",
        |answer| matches!(answer, support::osc::Receipt::Nack(nack) if nack.text.contains("is empty")),
    );
    stage
}

/// Waits until a deck has its third hot cue there; below zero for none.
fn wait_for_hot_cue(stage: &mut Stage, deck: char, wanted: f64) {
    let Stage { host, osc } = stage;
    host.pump_until("the hot cue on the deck", |_| {
        osc.send(&format!("/deck/{deck}/motion"), &[]);
        matches!(osc.expect("/motion").args[15], OscType::Double(secs) if (secs - wanted).abs() < 1e-6)
    });
}

fn hot_cue(host: &MiniHost, deck: usize) -> Value {
    host.rig_field("marks").expect("marks")[deck]["hot_cues_ns"][2].clone()
}

#[test]
fn a_missing_file_that_is_located_has_its_cues_under_its_name_or_with_what_it_holds() {
    for_each_format(|format| {
        for name in ["deep/er/located.wav", "deep/er/renamed.wav"] {
            let folder = TempDir::new("located");
            let file = folder.wav("located.wav", 48_000, &noise(3, 0.5, 60_000));
            let project = project(format, &file);
            fs::create_dir_all(folder.path().join("deep/er")).expect("folders");
            fs::rename(&file, folder.path().join(name)).expect("another place");
            let mut stage = open_without(format, project);
            stage.load('a', &folder.file(name));
            wait_for_hot_cue(&mut stage, 'a', 0.5);
            stage.host.pump_until("its cue in the state", |main| {
                main.rig_field("marks").is_some_and(|marks| marks[0]["hot_cues_ns"][2] == 500_000_000_u64)
            });
            assert_eq!(stage.host.rig_field("tracks").expect("tracks")[0], folder.file(name).as_str());
            assert_eq!(stage.host.rig_field("missing"), None);
        }
    });
}

/// Stems of one song are all as long.
#[test]
fn another_file_of_its_length_is_not_the_missing_one() {
    let folder = TempDir::new("stems");
    let other = folder.wav("bass.wav", 48_000, &noise(4, 0.5, 60_000));
    for_each_format(|format| {
        let file = folder.wav("kick.wav", 48_000, &noise(3, 0.5, 60_000));
        let project = project(format, &file);
        fs::remove_file(&file).expect("gone");
        let mut stage = open_without(format, project);
        stage.load('a', &other);
        stage.host.pump_until("what it holds in the state", |main| {
            let is_other = main.rig_field("tracks").is_some_and(|tracks| tracks[0] == other.as_str());
            is_other && main.rig_field("contents").is_some_and(|contents| !contents[0].is_null())
        });
        assert_eq!(stage.host.rig_field("missing").expect("what is missing")[0]["path"], file.as_str());
        assert!(hot_cue(&stage.host, 0).is_null());
    });
}

#[test]
fn another_file_on_its_deck_costs_the_missing_one_nothing() {
    let folder = TempDir::new("replaced");
    let other = folder.wav("replacement.wav", 48_000, &noise(4, 0.5, 50_000));
    for_each_format(|format| {
        let file = folder.wav("replaced.wav", 48_000, &noise(3, 0.5, 60_000));
        let project = project(format, &file);
        fs::create_dir_all(folder.path().join("deep/er")).expect("folders");
        let place = folder.file("deep/er/replaced.wav");
        fs::rename(&file, &place).expect("another place");
        let mut stage = open_without(format, project);
        stage.load('a', &other);
        stage.host.pump_until("what is missing in the state", |main| {
            let is_other = main.rig_field("tracks").is_some_and(|tracks| tracks[0] == other.as_str());
            is_other && main.rig_field("missing").is_some_and(|missing| missing[0]["path"] == file.as_str())
        });
        wait_for_hot_cue(&mut stage, 'a', -1.0);
        stage.host.pump_until("its own marks in the state", |main| {
            main.rig_field("marks").is_some_and(|marks| marks[0]["hot_cues_ns"][2].is_null())
        });
        // Another day, on another deck.
        let project = stage.host.save();
        drop(stage);
        let host = Setup::new().state(project).open(format);
        let osc = host.osc();
        let mut stage = Stage { host, osc };
        stage.load('c', &place);
        wait_for_hot_cue(&mut stage, 'c', 0.5);
        stage.host.pump_until("nothing to be missing", |main| main.rig_field("missing").is_none());
        assert_eq!(hot_cue(&stage.host, 2), 500_000_000_u64);
    });
}
