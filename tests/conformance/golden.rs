//! States of every version that was released load for ever, and give what is written beside them.
//!
//! `tests/golden/<version>/<name>.clap` and `.vst3` are bytes as a host has them, `<name>.json` beside them what they
//! mean. `UPDATE_GOLDEN=1` adds those of this version that are not there yet; what is there is never written again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use echelon::places::SavedPlace;
use echelon::state::{MissingTrack, RigState, SavedGrid, SavedLength};
use echelon_engine::deck::{BeatGrid, Marks, Track};
use serde_json::{Value, json};
use support::blocks::Random;
use support::{Format, MiniHost, Setup};

/// One state, and what it means.
pub struct Golden {
    pub name: String,
    pub format: Format,
    pub bytes: Vec<u8>,
    meaning: Value,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

const fn ending(format: Format) -> &'static str {
    match format {
        Format::Clap => "clap",
        Format::Vst3 => "vst3",
    }
}

/// All that are kept.
pub fn all() -> Vec<Golden> {
    let versions = fs::read_dir(folder()).expect("tests/golden").flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = versions
        .filter(|path| path.is_dir())
        .flat_map(|version| fs::read_dir(version).expect("a version's folder").flatten().map(|entry| entry.path()))
        .collect();
    files.sort();
    let read = |path: &PathBuf, format: Format| {
        let meaning = fs::read(path.with_extension("json")).expect("what it means, beside it");
        let name = path.strip_prefix(folder()).expect("below").display().to_string();
        let meaning = serde_json::from_slice(&meaning).expect("JSON");
        Golden { name, format, bytes: fs::read(path).expect("a state"), meaning }
    };
    let of = |path: &PathBuf| {
        let format = Format::ALL.into_iter().find(|format| path.extension().is_some_and(|e| e == ending(*format)))?;
        Some(read(path, format))
    };
    files.iter().filter_map(of).collect()
}

/// What a host sees of the plugin: every parameter in its own unit, and the rig's own part of the state.
fn meaning_of(host: &MiniHost) -> Value {
    let params: BTreeMap<String, f64> =
        host.params().into_iter().map(|param| (param.id.clone(), host.get(&param.id))).collect();
    json!({"params": params, "rig": rig_of(host)})
}

fn rig_of(host: &MiniHost) -> Value {
    serde_json::from_str(host.state_json()["fields"]["rig"].as_str().expect("a text")).expect("JSON")
}

/// A rig with something in each of its fields.
fn full_rig() -> RigState {
    let mut rig = RigState { osc_port: Some(8042), osc_name: Some("Stage left".to_owned()), ..RigState::default() };
    rig.editor_size = [1300, 801];
    rig.tracks = [Some("/music/House/one.wav".into()), None, Some(r"C:\Music\two.flac".into()), None];
    let mut marks = Marks { cue_secs: 1.0 / 3.0, loop_secs: Some([2.0, 3.884_512_307]), ..Marks::default() };
    (marks.hot_cues_secs[0], marks.hot_cues_secs[7]) = (Some(0.0), Some(61.5));
    rig.marks[0] = marks.into();
    let track = Track::new(vec![0.0; 9], vec![0.0; 9], 44_100.0).expect("a track");
    let points = [(0.1, 0.0), (20_671.3, 1.0), (41_000.7, 2.0)];
    rig.grids[2] = Some(SavedGrid::new(&track, Arc::new(BeatGrid::through(&points).expect("a grid"))));
    rig
}

/// The same with its first file named in words of every machine too: since format 4 of the rig's part.
fn portable_rig() -> RigState {
    let mut rig = full_rig();
    let [file, home, project] = ["/home/ann/Music/one.wav", "/home/ann", "/home/ann/Sets/One"].map(Path::new);
    rig.tracks[0] = Some(file.to_owned());
    rig.places[0] = SavedPlace::of(file, Some(home), Some(project));
    rig
}

/// The same with safety settings and a missing file: since format 5 of the rig's part.
fn ruled_rig() -> RigState {
    let mut rig = portable_rig();
    let gone = MissingTrack {
        path: "/music/gone.wav".into(),
        place: rig.places[0].clone(),
        marks: rig.marks[0],
        grid: rig.grids[2].clone(),
        length: Some(SavedLength::of(&Track::new(vec![0.0; 9], vec![0.0; 9], 44_100.0).expect("a track"))),
        content: None,
    };
    rig.lengths[0] = gone.length;
    rig.keep_missing(gone);
    let rules =
        |per_sec: f64| json!({"on": false, "allows": ["seek", "lock"], "per_sec": per_sec, "quantize": "4bars"});
    let safety = json!({
        "on_air": "stop_first", "undo_bars": 2.5, "play_toggle_ms": 77.0,
        "cooldown_beats": {"load": 1.5, "seek": 0.25, "cue": 0.0},
        "allows": {"empty": ["load"], "stopped": ["load", "play"], "waiting": ["stop"], "playing": ["loop"]},
        "sources": {"host": rules(5.0), "midi": rules(6.0), "osc": rules(7.0), "editor": rules(8.0), "bridge": rules(0.0)},
    });
    let mut json = serde_json::to_value(&rig).expect("JSON");
    json["safety"] = safety;
    serde_json::from_value(json).expect("a rig")
}

/// A project in which nothing is as in a new one.
fn fill(host: &MiniHost, rig: &RigState) {
    let (mut json, mut random) = (host.state_json(), Random::new(1));
    let mut rig = serde_json::to_value(rig).expect("JSON");
    rig["clock"] = json!({
        "mode": "publish", "stop": "freeze", "jump": "jump", "link_offset_micros": -1234, "start_stop": true
    });
    rig["midi"] =
        serde_json::from_str(&echelon::input::midi::shipped().nth(1).expect("a second one").write()).expect("JSON");
    json["fields"]["rig"] = rig.to_string().into();
    let params = host.params();
    for (id, value) in json["params"].as_object_mut().expect("parameters") {
        let param = params.iter().find(|param| param.id == *id).expect("a parameter");
        if let Some(number) = value.get_mut("f32") {
            *number = ((param.min + (param.max - param.min) * random.next_f64()) as f32).into();
        } else if let Some(number) = value.get_mut("i32") {
            *number = (param.max as i32).into();
        } else if let Some(on) = value.get_mut("bool") {
            *on = (param.default < 0.5).into();
        }
    }
    assert!(host.load_json(&json));
}

/// Adds this version's states where there are none.
fn add_new() {
    let version = folder().join(env!("CARGO_PKG_VERSION"));
    fs::create_dir_all(&version).expect("a folder");
    let rigs =
        [("fresh", None), ("full", Some(full_rig())), ("portable", Some(portable_rig())), ("ruled", Some(ruled_rig()))];
    for (name, rig) in &rigs {
        for format in Format::ALL {
            let host = Setup::new().create(format);
            if let Some(rig) = rig {
                fill(&host, rig);
            }
            let text = serde_json::to_string_pretty(&meaning_of(&host)).expect("JSON");
            for (ending, bytes) in [(ending(format), host.save()), ("json", (text + "\n").into_bytes())] {
                let path = version.join(name).with_extension(ending);
                if !path.exists() {
                    fs::write(path, bytes).expect("a file");
                }
            }
        }
    }
}

#[test]
fn every_released_state_loads_and_gives_what_is_written_beside_it() {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        add_new();
    }
    let all = all();
    let own = all.iter().filter(|golden| golden.name.starts_with(env!("CARGO_PKG_VERSION"))).count();
    assert_eq!(own, 8, "this version has no states of its own yet: UPDATE_GOLDEN=1 adds them");
    for Golden { name, format, bytes, meaning } in &all {
        let host = Setup::new().create(*format);
        assert!(host.load(bytes), "{name} was refused");
        for (id, expected) in meaning["params"].as_object().expect("parameters") {
            let (got, expected) = (host.get(id), expected.as_f64().expect("a number"));
            assert!((got - expected).abs() < 1e-4, "{name}: {id} is {got}, not {expected}");
        }
        let rig = rig_of(&host);
        for (field, expected) in meaning["rig"].as_object().expect("fields") {
            assert!(field == "version" || rig[field] == *expected, "{name}: {field} is {}", rig[field]);
        }
    }
}
