//! Mapping files: versioned JSON for people, strict; every complaint names its line, and nothing is taken over of a file
//! with a mistake.

use echelon_engine::midi::{MidiSource, Takeover};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::map::{MapLight, MapLine, MapMode, MidiMap, To};
use super::words;

/// What is wrong with a mapping's text, and where. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct MapFileError {
    /// Counted from 1.
    pub line: usize,
    /// A sentence for people.
    pub reason: String,
}

impl MapFileError {
    fn new(line: usize, reason: impl Into<String>) -> Self {
        Self { line, reason: reason.into() }
    }
}

#[derive(Deserialize)]
struct Version {
    echelon_midi: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head<'a> {
    #[serde(rename = "echelon_midi")]
    _version: u64,
    name: String,
    #[serde(default)]
    about: String,
    #[serde(default = "yes")]
    lights: bool,
    #[serde(borrow)]
    bindings: Vec<&'a RawValue>,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    from: String,
    to: String,
    mode: Option<String>,
    step: Option<f64>,
    takeover: Option<String>,
    when: Option<String>,
    shift: Option<bool>,
    #[serde(default)]
    hold: bool,
    #[serde(default)]
    invert: bool,
    value: Option<f64>,
    light: Option<LightWords>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LightWords {
    Plain(bool),
    Own(OwnLight),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnLight {
    at: Option<String>,
    on: Option<u8>,
    off: Option<u8>,
    pending: Option<u8>,
    locked: Option<u8>,
    #[serde(default)]
    ring: bool,
}

impl MidiMap {
    /// The version of files that is written, and the only one that is read.
    pub const VERSION: u64 = 1;
    /// Longer texts are not read.
    pub const MAX_BYTES: usize = 1 << 20;
    const MAX_TEXT: usize = 2_000;

    /// Reads a mapping's text.
    ///
    /// # Errors
    /// [`MapFileError`]: the first thing that is wrong, with its line.
    pub fn read(text: &str) -> Result<Self, MapFileError> {
        if text.len() > Self::MAX_BYTES {
            let reason = format!("the text has {} bytes; at most {} are read", text.len(), Self::MAX_BYTES);
            return Err(MapFileError::new(1, reason));
        }
        let of_text = |error: serde_json::Error| of_json(&error, 1);
        let version: Version = serde_json::from_str(text).map_err(of_text)?;
        match version.echelon_midi.as_ref().map(|version| (version.as_u64(), version)) {
            None => return Err(MapFileError::new(1, "this is no mapping: \"echelon_midi\": 1 is missing")),
            Some((Some(Self::VERSION), _)) => {}
            Some((_, other)) => {
                let reason = format!("version {other} of mappings is not known; this Echelon reads {}", Self::VERSION);
                return Err(MapFileError::new(line_of(text, "\"echelon_midi\""), reason));
            }
        }
        let head: Head<'_> = serde_json::from_str(text).map_err(of_text)?;
        for (field, value) in [("name", &head.name), ("about", &head.about)] {
            if value.len() > Self::MAX_TEXT {
                let reason = format!("\"{field}\" has at most {} bytes, not {}", Self::MAX_TEXT, value.len());
                return Err(MapFileError::new(line_of(text, &format!("\"{field}\"")), reason));
            }
        }
        if head.bindings.len() > Self::MAX_LINES {
            let reason = format!("a mapping has at most {} bindings, not {}", Self::MAX_LINES, head.bindings.len());
            return Err(MapFileError::new(line_of(text, "\"bindings\""), reason));
        }
        let line = |raw: &&RawValue| read_line(raw.get(), line_at(text, raw.get()));
        let lines = head.bindings.iter().map(line).collect::<Result<_, _>>()?;
        let map = Self { name: head.name, about: head.about, lights: head.lights, lines };
        if map.bindings() > echelon_engine::midi::MidiTable::MAX_BINDINGS {
            let reason = "these are too many bindings: one for every channel counts as sixteen";
            return Err(MapFileError::new(line_of(text, "\"bindings\""), reason));
        }
        Ok(map)
    }

    /// The mapping as a file: a binding on each line.
    #[must_use]
    pub fn write(&self) -> String {
        let text = |value: &Value| serde_json::to_string(value).unwrap_or_default();
        let head = [
            format!("  \"echelon_midi\": {},\n", Self::VERSION),
            format!("  \"name\": {},\n", text(&self.name.as_str().into())),
            format!("  \"about\": {},\n", text(&self.about.as_str().into())),
            format!("  \"lights\": {},\n", self.lights),
        ];
        let lines: Vec<String> = self.lines.iter().map(|line| format!("    {}", written(line))).collect();
        let bindings = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
        format!("{{\n{}  \"bindings\": [{bindings}]\n}}\n", head.concat())
    }
}

/// In a project the mapping is the file's text as JSON.
impl Serialize for MidiMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<Value>(&self.write()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for MidiMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read(&value.to_string()).map_err(|error| serde::de::Error::custom(error.reason))
    }
}

/// The mapping of a project: one that can be read, or what cannot be and is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedMap {
    /// It was read.
    Read(MidiMap),
    /// It was not.
    Damaged {
        /// What the project has.
        json: Value,
        /// What is wrong with it.
        reason: String,
    },
}

impl Serialize for SavedMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Read(map) => map.serialize(serializer),
            Self::Damaged { json, .. } => json.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for SavedMap {
    /// Takes any JSON.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Value::deserialize(deserializer)?;
        Ok(match MidiMap::read(&json.to_string()) {
            Ok(map) => Self::Read(map),
            Err(error) => Self::Damaged { json, reason: error.reason },
        })
    }
}

fn read_line(text: &str, line: usize) -> Result<MapLine, MapFileError> {
    let said: Line = serde_json::from_str(text).map_err(|error| of_json(&error, line))?;
    understood(&said).map_err(|reason| MapFileError::new(line, reason))
}

fn understood(said: &Line) -> Result<MapLine, String> {
    let from = words::parse_source(&said.from)?;
    let to = To::named(&said.to).ok_or_else(|| format!("\"{}\" is nothing that can be mapped", said.to))?;
    let mode = said.mode.as_deref().map_or(Ok(words::mode_of(from.kind)), words::parse_mode)?;
    let takeover = said.takeover.as_deref().map_or(Ok(Takeover::PickUp), words::parse_takeover)?;
    if said.takeover.is_some() && mode != MapMode::Absolute {
        return Err(format!("\"takeover\" is for faders, not for mode {}", words::mode_word(mode)));
    }
    if matches!(mode, MapMode::Relative(_)) && words::mode_of(from.kind) == MapMode::Button {
        return Err(format!("\"{}\" cannot be turned: mode {} is for controllers", said.from, words::mode_word(mode)));
    }
    if let Some(step) = said.step
        && (!step.is_finite() || step == 0.0 || step.abs() > 64.0 || !matches!(mode, MapMode::Relative(_)))
    {
        return Err(format!(
            "\"step\" is for turned knobs, up to 64 and not 0; not {step} for {}",
            words::mode_word(mode)
        ));
    }
    let when = said.when.as_deref().map(words::parse_when).transpose()?;
    let light = said.light.as_ref().map(light).transpose()?.flatten();
    let Line { step, shift, hold, invert, value, .. } = *said;
    Ok(MapLine { from, to, mode, step, takeover, when, shift, hold, invert, value, light })
}

fn light(said: &LightWords) -> Result<Option<MapLight>, String> {
    let own = match said {
        LightWords::Plain(is_there) => return Ok(is_there.then(MapLight::default)),
        LightWords::Own(own) => own,
    };
    let usual = MapLight::default();
    let value = |name: &str, said: Option<u8>, usual| match said.unwrap_or(usual) {
        value @ 0..=127 => Ok(value),
        value => Err(format!("\"{name}\" is from 0 to 127, not {value}")),
    };
    let at = own.at.as_deref().map(place).transpose()?;
    Ok(Some(MapLight {
        at,
        on: value("on", own.on, usual.on)?,
        off: value("off", own.off, usual.off)?,
        pending: value("pending", own.pending, usual.pending)?,
        locked: value("locked", own.locked, usual.locked)?,
        is_ring: own.ring,
    }))
}

/// The place of a light: a note or a controller of one channel.
fn place(text: &str) -> Result<MidiSource, String> {
    let source = words::parse_source(text)?;
    let place = source.channel.and_then(|channel| MidiSource::new(source.kind, channel, source.number));
    place.filter(|place| place.shows(0).is_some()).ok_or_else(|| format!("\"{text}\" is no place of a light"))
}

/// What is as usual is left out.
fn written(line: &MapLine) -> String {
    let mut fields: Vec<(&str, Value)> =
        vec![("from", words::source_words(line.from).into()), ("to", line.to.name().into())];
    let mut add = |is_there: bool, name, value: Value| {
        if is_there {
            fields.push((name, value));
        }
    };
    add(line.mode != words::mode_of(line.from.kind), "mode", words::mode_word(line.mode).into());
    add(line.step.is_some(), "step", line.step.into());
    add(line.takeover != Takeover::PickUp, "takeover", words::takeover_word(line.takeover).into());
    add(line.when.is_some(), "when", line.when.and_then(|when| when.word()).into());
    add(line.shift.is_some(), "shift", line.shift.into());
    add(line.hold, "hold", true.into());
    add(line.invert, "invert", true.into());
    add(line.value.is_some(), "value", line.value.into());
    if let Some(light) = line.light {
        add(true, "light", light_words(light));
    }
    let written: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    format!("{{ {} }}", written.join(", "))
}

fn light_words(light: MapLight) -> Value {
    let usual = MapLight::default();
    if light == usual {
        return true.into();
    }
    let mut own = Map::new();
    if let Some(at) = light.at {
        own.insert("at".to_owned(), words::source_words(at.into()).into());
    }
    let values = [
        ("on", light.on, usual.on),
        ("off", light.off, usual.off),
        ("pending", light.pending, usual.pending),
        ("locked", light.locked, usual.locked),
    ];
    for (name, value, usual) in values {
        if value != usual {
            own.insert(name.to_owned(), value.into());
        }
    }
    if light.is_ring {
        own.insert("ring".to_owned(), json!(true));
    }
    own.into()
}

/// A complaint of the JSON reader, whose lines count from `first`.
fn of_json(error: &serde_json::Error, first: usize) -> MapFileError {
    let text = error.to_string();
    let reason = text.rfind(" at line ").map_or(text.as_str(), |place| &text[..place]);
    MapFileError::new(first + error.line().saturating_sub(1), reason)
}

/// The line on which a part of the text begins, counted from 1.
fn line_at(text: &str, part: &str) -> usize {
    let place = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len());
    1 + text.as_bytes()[..place].iter().filter(|byte| **byte == b'\n').count()
}

fn line_of(text: &str, word: &str) -> usize {
    text.find(word).map_or(1, |place| line_at(text, &text[place..]))
}
