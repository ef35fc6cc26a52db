//! What is saved with the project besides the parameters, and how old or damaged states are read.
//!
//! The parameters and this record travel in the framework's JSON. A record that cannot be read in part loses only that
//! part. Saving the same settings twice gives the same bytes.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use echelon_engine::action::Setting;
use echelon_engine::clock::{ClockMode, ClockPolicy, JumpPolicy, StopPolicy};
use echelon_engine::deck::{BeatGrid, Marks, NUM_HOT_CUES, Track};
use echelon_engine::units::NUM_DECKS;
use nice_plug::params::persist::PersistentField;
use nice_plug::plugin::{ParamValue, PluginState};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::editor::{EditorSize, Look};
use crate::input::midi::{MidiDesk, SavedMap};

/// The format of [`RigState`]. Higher ones are read as far as they are understood.
/// 2 has the decks' marks, 3 their grids.
const VERSION: u32 = 3;

/// The rig as it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RigState {
    /// Format of the record.
    pub version: u32,
    /// The file on each deck.
    pub tracks: [Option<PathBuf>; NUM_DECKS],
    /// The marks of those files.
    pub marks: [SavedMarks; NUM_DECKS],
    /// Their beat grids, as they were found and edited: the cache may be another machine's.
    pub grids: [Option<SavedGrid>; NUM_DECKS],
    /// The UDP port on which OSC was to be found.
    pub osc_port: Option<u16>,
    /// The instance's name in OSC addresses.
    pub osc_name: Option<String>,
    /// The clock's settings.
    pub clock: SavedClock,
    /// Width and height of the editor, in logical points.
    pub editor_size: [u32; 2],
    /// Theme and zoom of the editor: see [`Look::packed`](crate::editor::Look::packed).
    pub editor_look: u32,
    /// The MIDI mapping; `None` is the generic one.
    pub midi: Option<SavedMap>,
}

/// A track's beat grid, and what tells that the file is still the one that it is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SavedGrid {
    num_frames: usize,
    sample_rate: f64,
    #[serde(serialize_with = "write_grid", deserialize_with = "read_grid")]
    grid: Arc<BeatGrid>,
}

/// Its numbers are finite.
impl Eq for SavedGrid {}

impl SavedGrid {
    /// The grid of a track.
    #[must_use]
    pub fn new(track: &Track, grid: Arc<BeatGrid>) -> Self {
        Self { num_frames: track.num_frames(), sample_rate: track.sample_rate(), grid }
    }

    /// Gives it to a track, if it is of that one.
    pub fn put_on(&self, track: &Track) {
        if (self.num_frames, self.sample_rate) == (track.num_frames(), track.sample_rate()) {
            // The first of many that there is room for.
            let _ = track.set_grid(Some(BeatGrid::clone(&self.grid)));
        }
    }
}

fn write_grid<S: Serializer>(grid: &Arc<BeatGrid>, serializer: S) -> Result<S::Ok, S::Error> {
    grid.serialize(serializer)
}

fn read_grid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<BeatGrid>, D::Error> {
    BeatGrid::deserialize(deserializer).map(Arc::new)
}

/// A track's cue, hot cues and loop in whole nanoseconds from its start: what is read again is the same to the bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedMarks {
    cue_ns: u64,
    hot_cues_ns: [Option<u64>; NUM_HOT_CUES],
    loop_ns: Option<[u64; 2]>,
}

impl From<Marks> for SavedMarks {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates; sane marks are not negative"
    )]
    fn from(marks: Marks) -> Self {
        let (marks, ns) = (marks.sane(), |secs: f64| (secs * 1e9).round() as u64);
        Self {
            cue_ns: ns(marks.cue_secs),
            hot_cues_ns: marks.hot_cues_secs.map(|secs| secs.map(ns)),
            loop_ns: marks.loop_secs.map(|secs| secs.map(ns)),
        }
    }
}

impl From<SavedMarks> for Marks {
    fn from(saved: SavedMarks) -> Self {
        let secs = |ns: u64| ns as f64 / 1e9;
        Self {
            cue_secs: secs(saved.cue_ns),
            hot_cues_secs: saved.hot_cues_ns.map(|ns| ns.map(secs)),
            loop_secs: saved.loop_ns.map(|ns| ns.map(secs)),
        }
        .sane()
    }
}

/// The settings of the clock, and of a session with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SavedClock {
    mode: ClockMode,
    stop: StopPolicy,
    jump: JumpPolicy,
    link_offset_micros: i32,
    /// Whether starts and stops are shared.
    pub start_stop: bool,
}

impl SavedClock {
    /// As they are now.
    #[must_use]
    pub const fn of(policy: ClockPolicy, start_stop: bool) -> Self {
        let ClockPolicy { stop, jump, mode, link_offset_micros } = policy;
        Self { mode, stop, jump, link_offset_micros, start_stop }
    }

    /// As the executor takes them.
    #[must_use]
    pub const fn settings(self) -> [Setting; 4] {
        [
            Setting::HostStops { policy: self.stop },
            Setting::HostJumps { policy: self.jump },
            Setting::LinkOffset { micros: self.link_offset_micros },
            Setting::ClockMode { mode: self.mode },
        ]
    }

    /// From any JSON: what is missing or of the wrong kind is as in a new rig.
    fn read(value: &Value) -> Self {
        fn field<T: Default + for<'a> Deserialize<'a>>(value: &Value, name: &str) -> T {
            value.get(name).and_then(|value| serde_json::from_value(value.clone()).ok()).unwrap_or_default()
        }
        Self {
            mode: field(value, "mode"),
            stop: field(value, "stop"),
            jump: field(value, "jump"),
            link_offset_micros: field(value, "link_offset_micros"),
            start_stop: field(value, "start_stop"),
        }
    }
}

impl Default for RigState {
    fn default() -> Self {
        let (editor_size, editor_look) = (EditorSize::default().get(), EditorSize::default().look().packed());
        Self {
            version: VERSION,
            tracks: Default::default(),
            marks: Default::default(),
            grids: Default::default(),
            osc_port: None,
            osc_name: None,
            clock: SavedClock::default(),
            editor_size,
            editor_look,
            midi: None,
        }
    }
}

impl<'de> Deserialize<'de> for RigState {
    /// Takes any JSON: what is missing or of the wrong kind is as in a new rig.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let track = |i: usize| value.get("tracks")?.get(i)?.as_str().filter(|s| !s.is_empty()).map(PathBuf::from);
        let port = || u16::try_from(value.get("osc_port")?.as_u64()?).ok().filter(|port| *port > 0);
        let side = |i: usize| value.get("editor_size")?.get(i)?.as_u64().and_then(|side| u32::try_from(side).ok());
        let size = EditorSize::default();
        if let Some((width, height)) = side(0).zip(side(1)) {
            size.set([width, height]);
        }
        if let Some(look) = value.get("editor_look").and_then(Value::as_u64).and_then(|look| u32::try_from(look).ok()) {
            size.set_look(Look::unpacked(look));
        }
        let tracks = std::array::from_fn(track);
        let marks = |i: usize| serde_json::from_value(value.get("marks")?.get(i)?.clone()).ok();
        let marks = std::array::from_fn(|i| marks(i).unwrap_or_default());
        let grid = |i: usize| serde_json::from_value(value.get("grids")?.get(i)?.clone()).ok();
        let grids = std::array::from_fn(grid);
        let name = value.get("osc_name").and_then(Value::as_str).filter(|name| !name.is_empty() && name.len() <= 64);
        let osc_name = name.map(str::to_owned);
        let midi = || serde_json::from_value(value.get("midi").filter(|midi| !midi.is_null())?.clone()).ok();
        let clock = value.get("clock").map(SavedClock::read).unwrap_or_default();
        let (editor_size, editor_look) = (size.get(), size.look().packed());
        let midi = midi();
        let osc_port = port();
        Ok(Self { version: VERSION, tracks, marks, grids, osc_port, osc_name, clock, editor_size, editor_look, midi })
    }
}

/// The rig's state, shared by the host's thread that saves and loads and the control thread. Never the audio thread.
#[derive(Clone, Debug, Default)]
pub struct SavedState(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<RigState>,
    /// The truth of [`RigState::editor_size`]: it changes as the window does.
    editor_size: EditorSize,
    /// The truth of [`RigState::midi`].
    midi: MidiDesk,
    /// Counts how often a project was loaded.
    loads: AtomicU64,
    on_load: OnceLock<OnLoad>,
}

/// Called with the number of loads, on the thread that loads.
struct OnLoad(Box<dyn Fn(u64) + Send + Sync>);

impl std::fmt::Debug for OnLoad {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnLoad")
    }
}

impl SavedState {
    /// How often the host has loaded a state. The framework calls nothing after a load: the control thread looks here.
    #[must_use]
    pub fn loads(&self) -> u64 {
        self.0.loads.load(Ordering::Acquire)
    }

    /// From here on `work` is called after each load, with their number, on the host's thread that loads. Once.
    pub fn on_load(&self, work: impl Fn(u64) + Send + Sync + 'static) {
        // Whoever was first stays.
        let _ = self.0.on_load.set(OnLoad(Box::new(work)));
    }

    /// The editor's size, which is saved and restored with the rest.
    #[must_use]
    pub fn editor_size(&self) -> EditorSize {
        self.0.editor_size.clone()
    }

    /// The desk of the MIDI mapping, which is saved and restored with the rest.
    #[must_use]
    pub fn midi(&self) -> MidiDesk {
        self.0.midi.clone()
    }

    /// A copy.
    #[must_use]
    pub fn get(&self) -> RigState {
        self.lock().clone()
    }

    /// Changes what will be saved, unless the host has loaded another state since it had loaded `loads`: what was begun
    /// before must not end up in it.
    pub fn update_as_of(&self, loads: u64, change: impl FnOnce(&mut RigState)) {
        self.update(|state| {
            if self.loads() == loads {
                change(state);
            }
        });
    }

    /// Changes what will be saved.
    pub fn update(&self, change: impl FnOnce(&mut RigState)) {
        change(&mut self.lock());
    }

    /// The state as it would be saved now.
    fn lock(&self) -> MutexGuard<'_, RigState> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.editor_size = self.0.editor_size.get();
        state.midi = self.0.midi.to_save();
        state.editor_look = self.0.editor_size.look().packed();
        state
    }
}

impl PersistentField<'_, RigState> for SavedState {
    fn set(&self, new_value: RigState) {
        self.update(|state| {
            self.0.editor_size.set(new_value.editor_size);
            self.0.midi.open(new_value.midi.clone());
            self.0.editor_size.set_look(Look::unpacked(new_value.editor_look));
            *state = new_value;
            self.0.loads.fetch_add(1, Ordering::AcqRel);
        });
        if let Some(OnLoad(work)) = self.0.on_load.get() {
            work(self.loads());
        }
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&RigState) -> R,
    {
        f(&self.lock())
    }
}

/// Parameters that say what a deck does at the moment: nothing starts to do it because a project is opened.
const MOMENTARY: [&str; 4] = ["play", "cue", "loop", "reverse"];

/// Whether a parameter says what a deck does at the moment.
#[must_use]
pub fn is_momentary(id: &str) -> bool {
    // `cue_1` is the cue button of deck A, `cue_mix` is a fader.
    id.rsplit_once('_').is_some_and(|(name, deck)| {
        deck.bytes().all(|digit| digit.is_ascii_digit()) && (MOMENTARY.contains(&name) || name.starts_with("hotcue"))
    })
}

/// Before the framework takes a state over: parameters that it lacks get their defaults (else they would keep their
/// present values), values that are no numbers too, and nothing plays just because a project was opened.
pub fn normalise(state: &mut PluginState, defaults: impl IntoIterator<Item = (String, ParamValue)>) {
    for (id, default) in defaults {
        let value = state.params.entry(id).or_insert_with(|| default.clone());
        let fits = match (&*value, &default) {
            (ParamValue::F32(v), ParamValue::F32(_)) => v.is_finite(),
            (ParamValue::I32(_), ParamValue::I32(_)) | (ParamValue::Bool(_), ParamValue::Bool(_)) => true,
            _ => false,
        };
        if !fits {
            *value = default;
        }
    }
    for (id, value) in &mut state.params {
        if is_momentary(id) {
            *value = ParamValue::Bool(false);
        }
    }
    state.fields.entry("rig".to_owned()).or_insert_with(|| "{}".to_owned());
}

#[cfg(test)]
mod tests {
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
        let marks =
            read(r#"{"marks": [{"cue_ns": 5, "loop_ns": [9, 3]}, {"cue_ns": -1}, 7, {"hot_cues_ns": [1]}]}"#).marks;
        assert_eq!(marks[1..], [SavedMarks::default(); 3]);
        assert_eq!(
            Marks::from(marks[0]),
            Marks { cue_secs: 5e-9, ..Marks::default() },
            "a loop that ends first is none"
        );
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
        assert!(
            other.midi().view().damaged.is_some_and(|(text, why)| text.contains("echelon_midi") && !why.is_empty())
        );
        other.midi().load_shipped("Akai APC mini").unwrap();
        assert!(saved(&other).contains("Akai") && other.midi().damage().is_none(), "until a person chooses another");
    }

    #[test]
    fn buttons_of_decks_are_of_the_moment_and_faders_are_not() {
        for id in ["play_1", "cue_4", "hotcue8_2", "loop_3", "reverse_1"] {
            assert!(is_momentary(id), "{id}");
        }
        for id in ["cue_mix", "cue_gain", "slip_1", "sync_2", "loop", "play", "gain_1"] {
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
            ("xfader".to_owned(), ParamValue::F32(f32::NAN)),
            ("master".to_owned(), ParamValue::String("loud".to_owned())),
        ];
        let mut state = PluginState { version: String::new(), params: params.into(), fields: [].into() };
        let defaults =
            [("xfader", 0.5), ("master", 0.0), ("gain_1", -3.0)].map(|(id, v)| (id.to_owned(), ParamValue::F32(v)));
        normalise(&mut state, defaults);
        assert!(matches!(state.params["play_1"], ParamValue::Bool(false)));
        for (id, expected) in [("xfader", 0.5), ("master", 0.0), ("gain_1", -3.0)] {
            assert!(matches!(state.params[id], ParamValue::F32(v) if v == expected), "{id}");
        }
    }
}
