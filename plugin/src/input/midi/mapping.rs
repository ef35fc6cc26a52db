//! A binding in its shortest words: a controller or a note, what it does, and when. A view of a [`MapLine`] for those who
//! make mappings in code; what a line can say beyond it stays with the line.

use echelon_engine::action::ActionTiming;
use echelon_engine::midi::{MidiSource, SourceKind};

use super::map::{MapLine, MapSource, MidiMap, To};
use super::words::mode_of;

/// A controller or a note, what it does, and when.
///
/// ```
/// use echelon::input::midi::{MapLine, MidiMapping, To};
/// use echelon_engine::action::ActionTiming;
///
/// let play = MidiMapping {
///     channel: None,
///     cc_number: None,
///     note_number: Some(36),
///     action: To::named("deck/a/play").expect("a target"),
///     quantization: Some(ActionTiming::NextBar),
/// };
/// let line = MapLine::try_from(play)?;
/// assert_eq!(MidiMapping::try_from(&line)?, play);
/// assert!(MapLine::try_from(MidiMapping { note_number: Some(200), ..play }).is_err());
/// # Ok::<(), echelon::input::midi::MappingError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MidiMapping {
    /// 0..=15; `None` is every channel.
    pub channel: Option<u8>,
    /// The controller, 0..=127. Either this or a note.
    pub cc_number: Option<u8>,
    /// The note, 0..=127. Either this or a controller.
    pub note_number: Option<u8>,
    /// What it does: a target of the table of actions, or the shift layer.
    pub action: To,
    /// When it happens; `None` is by the rig's own rules.
    pub quantization: Option<ActionTiming>,
}

/// Why a mapping is no line, or a line no mapping of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Neither a controller nor a note, or both.
    #[error("a mapping has a controller or a note, and not both")]
    NotOne,
    /// A channel, controller or note of no number that there is.
    #[error("there is no such channel, controller or note: channels are 0 to 15, the others 0 to 127")]
    NoSuchNumber,
    /// The moment cannot be written into a mapping.
    #[error("a mapping waits for now, a beat, a bar or a named grid, not for a frame or a beat of the song")]
    NoSuchTime,
    /// The line's control is a pair, a wheel, a pressure, a program or an NRPN.
    #[error("the line's control is neither a controller nor a note")]
    OtherControl,
    /// The line has a mode, a layer, a light or a value of its own.
    #[error("the line says more than a controller or a note, an action and a time")]
    SaysMore,
}

impl MidiMapping {
    fn source(&self) -> Result<MapSource, MappingError> {
        let (kind, number) = match (self.cc_number, self.note_number) {
            (Some(number), None) => (SourceKind::Controller, number),
            (None, Some(number)) => (SourceKind::Note, number),
            _ => return Err(MappingError::NotOne),
        };
        let source = MidiSource::new(kind, self.channel.unwrap_or(0), number.into());
        let found = source.ok_or(MappingError::NoSuchNumber)?;
        Ok(MapSource { kind, channel: self.channel.map(|_| found.channel), number: found.number })
    }
}

impl TryFrom<MidiMapping> for MapLine {
    type Error = MappingError;

    fn try_from(mapping: MidiMapping) -> Result<Self, MappingError> {
        // What has no word could not be saved.
        if mapping.quantization.is_some_and(|when| when.word().is_none()) {
            return Err(MappingError::NoSuchTime);
        }
        let from = mapping.source()?;
        Ok(Self { when: mapping.quantization, ..Self::new(from, mode_of(from.kind), mapping.action) })
    }
}

impl TryFrom<&MapLine> for MidiMapping {
    type Error = MappingError;

    fn try_from(line: &MapLine) -> Result<Self, MappingError> {
        let MapLine { from, to, when, .. } = *line;
        let number = u8::try_from(from.number).map_err(|_| MappingError::OtherControl)?;
        let (cc_number, note_number) = match from.kind {
            SourceKind::Controller => (Some(number), None),
            SourceKind::Note => (None, Some(number)),
            _ => return Err(MappingError::OtherControl),
        };
        let mapping = Self { channel: from.channel, cc_number, note_number, action: to, quantization: when };
        if MapLine::try_from(mapping)? == *line { Ok(mapping) } else { Err(MappingError::SaysMore) }
    }
}

impl MidiMap {
    /// A mapping of these, with a name for people. Its lights are told.
    ///
    /// # Errors
    /// That of the first that is none.
    pub fn of_mappings(name: &str, mappings: &[MidiMapping]) -> Result<Self, MappingError> {
        let lines = mappings.iter().map(|mapping| MapLine::try_from(*mapping)).collect::<Result<_, _>>()?;
        Ok(Self { name: name.to_owned(), about: String::new(), lights: true, lines })
    }

    /// What acts on a controller or a note of a channel (0..=15), as far as it can be said so shortly.
    pub fn mappings_for(&self, kind: SourceKind, channel: u8, number: u8) -> impl Iterator<Item = MidiMapping> + '_ {
        let source = MidiSource::new(kind, channel, number.into()).map(MapSource::from);
        let lines = self.lines.iter().filter(move |line| source.is_some_and(|source| line.from.meets(source)));
        lines.filter_map(|line| MidiMapping::try_from(line).ok())
    }
}
