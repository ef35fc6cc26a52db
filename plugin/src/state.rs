//! What is saved with the project besides the parameters, and how old or damaged states are read.
//!
//! The parameters and this record travel in the framework's JSON. A record that cannot be read in part loses only that
//! part. Saving the same settings twice gives the same bytes.

mod missing;
mod paths;
mod safety;
mod shared;

use std::path::PathBuf;
use std::sync::Arc;

use echelon_engine::action::Setting;
use echelon_engine::clock::{ClockMode, ClockPolicy, JumpPolicy, StopPolicy};
use echelon_engine::deck::{BeatGrid, Marks, NUM_HOT_CUES, Track};
use echelon_engine::units::NUM_DECKS;
use nice_plug::plugin::{ParamValue, PluginState};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::editor::{EditorSize, Look};
use crate::input::midi::SavedMap;
use crate::media::analyse::ContentId;
use crate::places::SavedPlace;
use crate::preferences;
pub use missing::{MissingTrack, SavedLength};
pub use safety::SavedSafety;
pub use shared::SavedState;

/// The format of [`RigState`]. Higher ones are read as far as they are understood.
/// 2 has the decks' marks, 3 their grids, 4 the files' places as other machines name them, 5 the safety settings, the files'
/// lengths and contents, missing ones that gave their deck to another, and paths that are no text.
const VERSION: u32 = 5;

/// The rig as it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RigState {
    /// Format of the record.
    pub version: u32,
    /// The file on each deck.
    #[serde(flatten, serialize_with = "paths::write")]
    pub tracks: [Option<PathBuf>; NUM_DECKS],
    /// The same files in words that hold on other machines.
    pub places: [SavedPlace; NUM_DECKS],
    /// The marks of those files.
    pub marks: [SavedMarks; NUM_DECKS],
    /// Their beat grids, as they were found and edited: the cache may be another machine's.
    pub grids: [Option<SavedGrid>; NUM_DECKS],
    /// How long they are.
    pub lengths: [Option<SavedLength>; NUM_DECKS],
    /// What they hold, as far as they were analysed.
    pub contents: [Option<ContentId>; NUM_DECKS],
    /// Files that could not be found, and whose decks have others now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingTrack>,
    /// The UDP port on which OSC was to be found.
    pub osc_port: Option<u16>,
    /// The instance's name in OSC addresses.
    pub osc_name: Option<String>,
    /// The clock's settings.
    pub clock: SavedClock,
    /// The safety settings.
    pub safety: SavedSafety,
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
            places: Default::default(),
            marks: Default::default(),
            grids: Default::default(),
            lengths: Default::default(),
            contents: Default::default(),
            missing: vec![],
            osc_port: None,
            osc_name: None,
            clock: SavedClock::default(),
            safety: SavedSafety::default(),
            editor_size,
            editor_look,
            midi: None,
        }
    }
}

impl RigState {
    /// Keeps what was made for a missing file; instead of the oldest, if there are too many.
    pub fn keep_missing(&mut self, track: MissingTrack) {
        self.missing.retain(|other| other.path != track.path);
        if self.missing.len() >= missing::MOST {
            self.missing.remove(0);
        }
        self.missing.push(track);
    }
}

impl<'de> Deserialize<'de> for RigState {
    /// Takes any JSON: what is missing or of the wrong kind is as in a new rig.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let port = || u16::try_from(value.get("osc_port")?.as_u64()?).ok().filter(|port| *port > 0);
        let side = |i: usize| value.get("editor_size")?.get(i)?.as_u64().and_then(|side| u32::try_from(side).ok());
        let size = EditorSize::default();
        if let Some((width, height)) = side(0).zip(side(1)) {
            size.set([width, height]);
        }
        let look = value.get("editor_look").and_then(Value::as_u64).and_then(|look| u32::try_from(look).ok());
        if let Some(look) = look.map(Look::unpacked).or_else(preferences::look) {
            size.set_look(look);
        }
        let tracks = std::array::from_fn(|i| paths::read(&value, i));
        let place = |i: usize| serde_json::from_value(value.get("places")?.get(i)?.clone()).ok();
        let places = std::array::from_fn(|i| place(i).unwrap_or_default());
        let marks = |i: usize| serde_json::from_value(value.get("marks")?.get(i)?.clone()).ok();
        let marks = std::array::from_fn(|i| marks(i).unwrap_or_default());
        let grid = |i: usize| serde_json::from_value(value.get("grids")?.get(i)?.clone()).ok();
        let grids = std::array::from_fn(grid);
        let length = |i: usize| serde_json::from_value(value.get("lengths")?.get(i)?.clone()).ok();
        let lengths = std::array::from_fn(length);
        let content = |i: usize| serde_json::from_value(value.get("contents")?.get(i)?.clone()).ok();
        let contents = std::array::from_fn(content);
        let missing = missing::read(&value);
        let name = value.get("osc_name").and_then(Value::as_str).filter(|name| !name.is_empty() && name.len() <= 64);
        let osc_name = name.map(str::to_owned);
        let midi = || serde_json::from_value(value.get("midi").filter(|midi| !midi.is_null())?.clone()).ok();
        let clock = value.get("clock").map(SavedClock::read).unwrap_or_default();
        let safety = value.get("safety").map(SavedSafety::read).unwrap_or_default();
        let (editor_size, editor_look) = (size.get(), size.look().packed());
        let midi = midi();
        let osc_port = port();
        Ok(Self {
            version: VERSION,
            tracks,
            places,
            marks,
            grids,
            lengths,
            contents,
            missing,
            osc_port,
            osc_name,
            clock,
            safety,
            editor_size,
            editor_look,
            midi,
        })
    }
}

/// Parameters that say what a deck does at the moment: nothing starts to do it because a project is opened.
const MOMENTARY: [&str; 13] = [
    "play",
    "cue",
    "loop",
    "reverse",
    "loop_in",
    "loop_out",
    "reloop",
    "loop_halve",
    "loop_double",
    "roll",
    "jump_back",
    "jump_on",
    "nudge",
];

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
            // All of them rest at nothing.
            *value = match value {
                ParamValue::F32(_) => ParamValue::F32(0.0),
                _ => ParamValue::Bool(false),
            };
        }
    }
    state.fields.entry("rig".to_owned()).or_insert_with(|| "{}".to_owned());
}

#[cfg(test)]
mod tests;
