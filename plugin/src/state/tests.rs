//! What is saved comes back, and what is damaged costs only itself.

use echelon_engine::units::DeckId;
use nice_plug::params::persist::PersistentField;
use serde_json::json;

use super::*;

fn read(json: &str) -> RigState {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_state_comes_back_as_it_was() {
    let mut state = RigState { osc_port: Some(8003), editor_size: [1300, 801], ..RigState::default() };
    state.tracks[1] = Some("/music/b.flac".into());
    let mut marks = Marks { cue_secs: 1.0 / 3.0, loop_secs: Some([2.0, 3.884_512_307]), ..Marks::default() };
    marks.hot_cues_secs[7] = Some(61.5);
    state.marks[1] = marks.into();
    let track = Track::new(vec![0.0; 9], vec![0.0; 9], 44_100.0).unwrap();
    let points = [(0.1, 0.0), (20_671.3, 1.0), (41_000.7, 2.0)];
    state.grids[1] = Some(SavedGrid::new(&track, Arc::new(BeatGrid::through(&points).unwrap())));
    assert_eq!(SavedMarks::from(Marks::from(state.marks[1])), state.marks[1]);
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(read(&json), state);
    assert_eq!(serde_json::to_string(&read(&json)).unwrap(), json, "byte for byte");
}

#[test]
fn the_clock_s_settings_come_back_each_by_itself() {
    let policy = ClockPolicy {
        stop: StopPolicy::Freeze,
        jump: JumpPolicy::Jump,
        mode: ClockMode::Publish,
        link_offset_micros: -12_345,
    };
    let state = RigState { clock: SavedClock::of(policy, true), ..RigState::default() };
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(read(&json), state);
    let mode = Setting::ClockMode { mode: ClockMode::Publish };
    assert_eq!(read(&json).clock.settings()[3], mode);
    let damaged = read(r#"{"clock": {"mode": "moon", "stop": "stop_decks", "jump": 3, "link_offset_micros": 7}}"#);
    let policy = ClockPolicy { stop: StopPolicy::StopDecks, link_offset_micros: 7, ..ClockPolicy::default() };
    assert_eq!(damaged.clock, SavedClock::of(policy, false));
    assert_eq!(read(r#"{"clock": []}"#).clock, SavedClock::default());
}

#[test]
fn damage_costs_only_what_is_damaged() {
    let state = read(r#"{"version": 99, "tracks": [3, "/x.wav", null, {}, "fifth"], "osc_port": -1, "new": []}"#);
    assert_eq!(state.tracks, [None, Some("/x.wav".into()), None, None]);
    assert_eq!(state.osc_port, None);
    assert_eq!(state.editor_size, RigState::default().editor_size);
    let marks = read(r#"{"marks": [{"cue_ns": 5, "loop_ns": [9, 3]}, {"cue_ns": -1}, 7, {"hot_cues_ns": [1]}]}"#).marks;
    assert_eq!(marks[1..], [SavedMarks::default(); 3]);
    assert_eq!(Marks::from(marks[0]), Marks { cue_secs: 5e-9, ..Marks::default() }, "a loop that ends first is none");
    for hostile in [r#"{"editor_size": [1300]}"#, r#"{"editor_size": [1300, -4]}"#, r#"{"editor_size": "big"}"#] {
        assert_eq!(read(hostile), RigState::default());
    }
    for other in ["null", "[]", "7", r#""text""#, r#"{"tracks": "no"}"#] {
        assert_eq!(read(other), RigState::default());
    }
}

#[test]
fn the_editor_s_size_is_saved_as_it_is_and_restored() {
    let saved = SavedState::default();
    saved.editor_size().set([1400, 900]);
    assert_eq!(saved.map(|state| state.editor_size), [1400, 900]);
    saved.update(|state| state.osc_port = Some(8000));
    assert_eq!(saved.get().editor_size, [1400, 900]);
    saved.set(read(r#"{"editor_size": [1300, 4000000000]}"#));
    let [width, height] = saved.editor_size().get();
    assert!(width == 1300 && height < 100_000, "{height}");
    let json = saved.map(|state| serde_json::to_string(state).unwrap());
    saved.set(read(&json));
    assert_eq!(saved.map(|state| serde_json::to_string(state).unwrap()), json, "byte for byte");
}

#[test]
fn the_mapping_is_saved_as_it_is_and_restored_and_a_damaged_one_is_the_generic_one() {
    let saved = SavedState::default();
    assert_eq!(saved.get().midi, None, "the generic one need not be written");
    saved.midi().load_shipped("Pioneer DDJ-400").unwrap();
    let json = saved.map(|state| serde_json::to_string(state).unwrap());
    let other = SavedState::default();
    other.set(read(&json));
    assert_eq!(other.midi().map().name, "Pioneer DDJ-400");
    assert_eq!(other.map(|state| serde_json::to_string(state).unwrap()), json, "byte for byte");
    let damaged = r#"{"bindings":[7],"echelon_midi":1,"name":"x"}"#;
    other.set(read(&format!(r#"{{"midi": {damaged}}}"#)));
    assert_eq!(other.midi().map().name, "Generic");
    let saved = |state: &SavedState| state.map(|state| serde_json::to_value(state).unwrap()["midi"].to_string());
    assert_eq!(saved(&other), damaged, "it is kept as it is");
    assert!(other.midi().view().damaged.is_some_and(|(text, why)| text.contains("echelon_midi") && !why.is_empty()));
    other.midi().load_shipped("Akai APC mini").unwrap();
    assert!(saved(&other).contains("Akai") && other.midi().damage().is_none(), "until a person chooses another");
}

#[test]
fn buttons_of_decks_are_of_the_moment_and_faders_are_not() {
    for id in ["play_1", "cue_4", "hotcue8_2", "loop_3", "reverse_1", "loop_in_2", "roll_1", "jump_on_4", "nudge_3"] {
        assert!(is_momentary(id), "{id}");
    }
    for id in ["cue_mix", "cue_gain", "slip_1", "sync_2", "loop", "play", "gain_1", "snap_1", "loop_length_1", "echo_2"]
    {
        assert!(!is_momentary(id), "{id}");
    }
}

#[test]
fn loading_is_counted() {
    let saved = SavedState::default();
    saved.update(|state| state.osc_port = Some(8000));
    assert_eq!(saved.loads(), 0);
    saved.set(RigState::default());
    assert_eq!((saved.loads(), saved.get().osc_port), (1, None));
}

#[test]
fn what_a_state_lacks_or_garbles_is_as_in_a_new_rig_and_nothing_plays() {
    let params = [
        ("play_1".to_owned(), ParamValue::Bool(true)),
        ("nudge_1".to_owned(), ParamValue::F32(4.0)),
        ("xfader".to_owned(), ParamValue::F32(f32::NAN)),
        ("master".to_owned(), ParamValue::String("loud".to_owned())),
    ];
    let mut state = PluginState { version: String::new(), params: params.into(), fields: [].into() };
    let defaults =
        [("xfader", 0.5), ("master", 0.0), ("gain_1", -3.0)].map(|(id, v)| (id.to_owned(), ParamValue::F32(v)));
    normalise(&mut state, defaults);
    assert!(matches!(state.params["play_1"], ParamValue::Bool(false)));
    assert!(matches!(state.params["nudge_1"], ParamValue::F32(0.0)));
    for (id, expected) in [("xfader", 0.5), ("master", 0.0), ("gain_1", -3.0)] {
        assert!(matches!(state.params[id], ParamValue::F32(v) if v == expected), "{id}");
    }
}

/// What is saved of where the file on deck A is.
fn place(saved: &SavedState) -> Value {
    saved.map(|state| serde_json::to_value(state).unwrap()["places"][0].clone())
}

#[test]
#[cfg(unix)]
fn a_file_on_a_deck_is_saved_in_words_of_every_machine() {
    let saved = SavedState::at_home("/home/ann".as_ref());
    let put = |path: Option<&str>| saved.put_track_as_of(saved.loads(), DeckId::A, path.map(PathBuf::from));
    put(Some("/home/ann/Music/a.wav"));
    assert_eq!(place(&saved), json!({"home": "Music/a.wav"}));
    saved.project_is("/home/ann/Sets/One/one.song".as_ref());
    assert_eq!(
        place(&saved),
        json!({"home": "Music/a.wav", "project": "../../Music/a.wav"}),
        "the host saves it there"
    );
    put(Some("/home/ann/Sets/One/audio/b.wav"));
    assert_eq!(place(&saved), json!({"home": "Sets/One/audio/b.wav", "project": "audio/b.wav"}));
    for none in ["/home/ann/Presets/x.VSTPRESET", "relative.song"] {
        saved.project_is(none.as_ref());
        assert_eq!(saved.project(), Some("/home/ann/Sets/One".into()), "{none} is no project");
    }
    put(Some("/srv/c.wav"));
    assert_eq!(place(&saved), json!({}));
    put(None);
    assert_eq!((place(&saved), saved.get().tracks[0].clone()), (json!({}), None));
}

#[test]
#[cfg(unix)]
fn a_home_that_is_a_link_is_the_home_all_the_same() {
    let folder = crate::media::tests::Folder::new();
    let [real, link] =
        ["real", "link"].map(|name| folder.path(name).canonicalize().unwrap_or_else(|_| folder.path(name)));
    std::fs::create_dir_all(real.join("Music")).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let saved = SavedState::at_home(&link);
    saved.project_is(&real.canonicalize().unwrap().join("Sets/one.song"));
    // As OSC names it, which has looked where it truly is.
    saved.put_track_as_of(saved.loads(), DeckId::A, Some(real.canonicalize().unwrap().join("Music/a.wav")));
    assert_eq!(place(&saved), json!({"home": "Music/a.wav", "project": "../Music/a.wav"}));
    assert_eq!(saved.get().tracks[0], Some(link.join("Music/a.wav")));
}

#[test]
#[cfg(target_os = "linux")]
fn a_path_that_is_no_text_costs_nothing() {
    use std::os::unix::ffi::OsStrExt as _;
    let odd = std::ffi::OsStr::from_bytes(b"/music/Caf\xe9.wav");
    let mut state = RigState { osc_port: Some(8003), ..RigState::default() };
    state.tracks = [None, Some(odd.into()), Some("/x.wav".into()), None];
    let json = serde_json::to_string(&state).unwrap();
    assert_eq!(read(&json), state);
    let value: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        value["tracks"],
        json!([null, "/music/Caf\u{fffd}.wav", "/x.wav", null]),
        "as an older version reads it"
    );
    // Somebody has put another file there since.
    let other = json.replace("\"/music/Caf\u{fffd}.wav\",\"/x.wav\"", "\"/y.wav\",\"/x.wav\"");
    assert_ne!(other, json);
    assert_eq!(read(&other).tracks[1], Some("/y.wav".into()));
}

#[test]
#[cfg(unix)]
fn what_another_machine_said_of_a_file_stays_until_the_file_is_here() {
    let state = r#"{"tracks": ["/home/ann/x/a.wav"], "places": [{"home": "x/a.wav", "project": "audio/a.wav"}, 7]}"#;
    let theirs = json!({"home": "x/a.wav", "project": "audio/a.wav"});
    let saved = SavedState::at_home("/Users/bob".as_ref());
    saved.set(read(state));
    saved.project_is("/Users/bob/Sets/One.song".as_ref());
    assert_eq!(place(&saved), theirs, "nobody has seen the file yet");
    let exact = saved.exact_places(DeckId::A).map(Option::unwrap);
    assert_eq!(exact, ["/Users/bob/Sets/audio/a.wav", "/Users/bob/x/a.wav"].map(PathBuf::from));
    assert_eq!(saved.exact_places(DeckId::B), [None, None]);
    saved.put_track_as_of(saved.loads() - 1, DeckId::A, None);
    assert_eq!(place(&saved), theirs, "of an older project");
    saved.put_track_as_of(saved.loads(), DeckId::A, Some("/Users/bob/x/a.wav".into()));
    assert_eq!(place(&saved), json!({"home": "x/a.wav", "project": "../x/a.wav"}));
    // A host that tells no place loses none.
    let silent = SavedState::at_home("/home/ann".as_ref());
    silent.set(read(state));
    silent.put_track_as_of(1, DeckId::A, Some("/home/ann/x/a.wav".into()));
    assert_eq!(place(&silent), theirs);
}
