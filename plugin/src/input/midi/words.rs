//! The words of mapping files, both ways.

use echelon_engine::action::ActionTiming;
use echelon_engine::midi::{MidiMessage, MidiSource, Relative, SourceKind, Takeover};

use super::map::{MapMode, MapSource};

const KINDS: [(&str, SourceKind); 8] = [
    ("note", SourceKind::Note),
    ("cc", SourceKind::Controller),
    ("cc14", SourceKind::Controller14),
    ("nrpn", SourceKind::Nrpn),
    ("bend", SourceKind::Bend),
    ("pressure", SourceKind::Pressure),
    ("keypressure", SourceKind::KeyPressure),
    ("program", SourceKind::Program),
];

const MODES: [(&str, MapMode); 6] = [
    ("absolute", MapMode::Absolute),
    ("button", MapMode::Button),
    ("toggle", MapMode::Toggle),
    ("twos_complement", MapMode::Relative(Relative::TwosComplement)),
    ("relative64", MapMode::Relative(Relative::Offset64)),
    ("sign_magnitude", MapMode::Relative(Relative::SignMagnitude)),
];

const TAKEOVERS: [(&str, Takeover); 3] =
    [("pickup", Takeover::PickUp), ("scale", Takeover::Scale), ("jump", Takeover::Jump)];

/// The thing of a word, or which words there are.
fn find<T: Copy>(words: &[(&'static str, T)], what: &str, word: &str) -> Result<T, String> {
    let all = || words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
    let found = words.iter().find(|(known, _)| *known == word).map(|(_, thing)| *thing);
    found.ok_or_else(|| format!("\"{word}\" is no {what}: there are {}", all()))
}

fn word_of<T: Copy + PartialEq>(words: &[(&'static str, T)], thing: T) -> &'static str {
    words.iter().find(|(_, known)| *known == thing).map_or("", |(word, _)| word)
}

/// The source of `note 1 36`, `cc14 2 19`, `nrpn any 300`, `bend 3`: channels count from 1.
///
/// # Errors
/// A sentence.
pub fn parse_source(text: &str) -> Result<MapSource, String> {
    let mut words = text.split_whitespace();
    let kind = find(&KINDS, "kind of message", words.next().unwrap_or(""))?;
    let channel = match words.next() {
        Some("any") => None,
        Some(word) => match word.parse::<u8>() {
            Ok(channel @ 1..=16) => Some(channel - 1),
            _ => return Err(format!("\"{word}\" is no channel: they are 1 to 16, or any")),
        },
        None => return Err(format!("\"{text}\" names no channel: write as in \"note 1 36\"")),
    };
    let has_number = !matches!(kind, SourceKind::Bend | SourceKind::Pressure);
    let number = match words.next() {
        Some(word) if has_number => word.parse::<u16>().map_err(|_| format!("\"{word}\" is no number of a control"))?,
        None if !has_number => 0,
        Some(word) => return Err(format!("\"{word}\" is one word too many")),
        None => return Err(format!("\"{text}\" names no number: write as in \"cc 1 7\"")),
    };
    if let Some(word) = words.next() {
        return Err(format!("\"{word}\" is one word too many"));
    }
    if MidiSource::new(kind, channel.unwrap_or(0), number).is_none() {
        return Err(format!("there is no {} {number}", word_of(&KINDS, kind)));
    }
    Ok(MapSource { kind, channel, number })
}

/// The words of a source.
pub(super) fn source_words(source: MapSource) -> String {
    let kind = word_of(&KINDS, source.kind);
    let channel = source.channel.map_or_else(|| "any".to_owned(), |channel| (channel + 1).to_string());
    match source.kind {
        SourceKind::Bend | SourceKind::Pressure => format!("{kind} {channel}"),
        _ => format!("{kind} {channel} {}", source.number),
    }
}

pub(super) fn parse_mode(word: &str) -> Result<MapMode, String> {
    find(&MODES, "mode", word)
}

pub(super) fn mode_word(mode: MapMode) -> &'static str {
    word_of(&MODES, mode)
}

pub(super) fn parse_takeover(word: &str) -> Result<Takeover, String> {
    find(&TAKEOVERS, "takeover", word)
}

pub(super) fn takeover_word(takeover: Takeover) -> &'static str {
    word_of(&TAKEOVERS, takeover)
}

pub(super) fn parse_when(word: &str) -> Result<ActionTiming, String> {
    ActionTiming::from_word(word).ok_or_else(|| format!("\"{word}\" is no time: as in now, beat, bar, 4bars, 1/8"))
}

/// What a source is meant as if nobody says: keys are buttons, the rest are faders.
pub(super) const fn mode_of(kind: SourceKind) -> MapMode {
    match kind {
        SourceKind::Note | SourceKind::Program => MapMode::Button,
        _ => MapMode::Absolute,
    }
}

/// A message for a monitor: `note 1 36 on 100`, `cc 2 7 = 64`.
#[must_use]
pub fn message_words(bytes: [u8; 3]) -> String {
    match MidiMessage::parse(bytes) {
        Some(MidiMessage::NoteOn { channel, key, velocity }) => format!("note {} {key} on {velocity}", channel + 1),
        Some(MidiMessage::NoteOff { channel, key }) => format!("note {} {key} off", channel + 1),
        Some(MidiMessage::KeyPressure { channel, key, value }) => {
            format!("keypressure {} {key} = {value}", channel + 1)
        }
        Some(MidiMessage::Controller { channel, number, value }) => format!("cc {} {number} = {value}", channel + 1),
        Some(MidiMessage::Program { channel, number }) => format!("program {} {number}", channel + 1),
        Some(MidiMessage::Pressure { channel, value }) => format!("pressure {} = {value}", channel + 1),
        Some(MidiMessage::Bend { channel, value }) => format!("bend {} = {value}", channel + 1),
        None => format!("{bytes:02x?}"),
    }
}
