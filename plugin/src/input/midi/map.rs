//! A mapping as people see it, and what the audio thread gets of it.

use echelon_engine::action::{ActionTiming, Grid, Target};
use echelon_engine::message::At;
use echelon_engine::midi::{
    Binding, Light, MidiSource, MidiTable, MidiTarget, Mode, Relative, Shift, SourceKind, Takeover, Travel,
};

use super::aim::{Aim, aim};

/// Where a control of the controller is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapSource {
    /// What it sends.
    pub kind: SourceKind,
    /// 0..=15; `None` is every channel.
    pub channel: Option<u8>,
    /// Key, controller, program or NRPN.
    pub number: u16,
}

impl MapSource {
    /// The sources that it means.
    fn each(self) -> impl Iterator<Item = MidiSource> {
        let channels = self.channel.map_or(0..=15, |channel| channel..=channel);
        channels.filter_map(move |channel| MidiSource::new(self.kind, channel, self.number))
    }

    /// Whether both would take the same message.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let channels = self.channel.is_none() || other.channel.is_none() || self.channel == other.channel;
        channels && self.controllers().iter().any(|one| other.controllers().contains(one))
    }

    /// What tells its messages from others': kind and number, a pair by both of its controllers.
    fn controllers(self) -> Vec<(SourceKind, u16)> {
        match self.kind {
            SourceKind::Controller14 => {
                vec![(SourceKind::Controller, self.number), (SourceKind::Controller, self.number + 32)]
            }
            kind => vec![(kind, self.number)],
        }
    }
}

impl From<MidiSource> for MapSource {
    fn from(source: MidiSource) -> Self {
        Self { kind: source.kind, channel: Some(source.channel), number: source.number }
    }
}

/// How a control's messages are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapMode {
    /// Its place is the value's.
    Absolute,
    /// Turned by steps.
    Relative(Relative),
    /// Down while it is pressed.
    Button,
    /// On with one press, off with the next.
    Toggle,
}

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum To {
    /// A target of the table of actions.
    Target(Target),
    /// The others' second layer.
    Shift,
}

impl To {
    /// The target of a name. Allocates.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if name == SHIFT { Some(Self::Shift) } else { Target::named(name).map(Self::Target) }
    }

    /// Its name in files. Allocates.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Target(target) => target.name(),
            Self::Shift => SHIFT.to_owned(),
        }
    }

    /// For people. Allocates.
    #[must_use]
    pub fn label(self) -> String {
        match self {
            Self::Target(target) => target.label(),
            Self::Shift => "Shift".to_owned(),
        }
    }
}

const SHIFT: &str = "shift";

/// What the controller shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapLight {
    /// Where; `None` is the control's own place.
    pub at: Option<MidiSource>,
    /// See [`Light`].
    pub on: u8,
    /// See [`Light`].
    pub off: u8,
    /// See [`Light`].
    pub pending: u8,
    /// See [`Light`].
    pub locked: u8,
    /// See [`Light::is_ring`].
    pub is_ring: bool,
}

impl Default for MapLight {
    fn default() -> Self {
        Self { at: None, on: 127, off: 0, pending: 127, locked: 1, is_ring: false }
    }
}

/// One line of a mapping.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapLine {
    /// The control of the controller.
    pub from: MapSource,
    /// What it does.
    pub to: To,
    /// How its messages are meant.
    pub mode: MapMode,
    /// Of a turned knob: how much each step is; of a fader 1/128 of its way if nothing is said.
    pub step: Option<f64>,
    /// How a fader takes over.
    pub takeover: Takeover,
    /// When it happens; `None` is by the rig's own rules.
    pub when: Option<ActionTiming>,
    /// Only while shift is held, or only while it is not.
    pub shift: Option<bool>,
    /// A switch is on only while the button is held.
    pub hold: bool,
    /// The other way round.
    pub invert: bool,
    /// A press moves the control to this value, in its own unit.
    pub value: Option<f64>,
    /// What the controller shows.
    pub light: Option<MapLight>,
}

impl MapLine {
    /// The usual line from a control to a target.
    #[must_use]
    pub fn new(from: MapSource, mode: MapMode, to: To) -> Self {
        Self {
            from,
            to,
            mode,
            step: None,
            takeover: Takeover::PickUp,
            when: None,
            shift: None,
            hold: false,
            invert: false,
            value: None,
            light: None,
        }
    }

    /// Whether both would act on one message.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        let layers = self.shift == other.shift || (self.shift != Some(true) && other.shift != Some(true));
        layers && self.from.meets(other.from)
    }

    /// What the audio thread gets.
    fn bindings(&self) -> impl Iterator<Item = Binding> + use<'_> {
        let aimed = match self.to {
            To::Shift => Aim { target: MidiTarget::Shift, travel: Travel::SWITCH },
            To::Target(target) => aim(target).unwrap_or(Aim { target: MidiTarget::Elsewhere, travel: Travel::SWITCH }),
        };
        let (mut target, travel) = (aimed.target, aimed.travel);
        if let (MidiTarget::Control(control), Some(value)) = (target, self.value) {
            #[expect(clippy::cast_possible_truncation, reason = "in the control's range, or clamped there")]
            let value = value as f32;
            target = MidiTarget::Set(control, value.clamp(travel.min, travel.max));
        }
        let mut step = DEFAULT_STEP;
        match (&mut target, self.step) {
            (MidiTarget::Gesture { value, .. }, Some(of_turn)) if matches!(self.mode, MapMode::Relative(_)) => {
                *value = of_turn;
            }
            #[expect(clippy::cast_possible_truncation, reason = "a part of a way")]
            (_, Some(said)) => step = said as f32,
            _ => {}
        }
        let mode = match self.mode {
            MapMode::Absolute => Mode::Absolute,
            MapMode::Relative(kind) => Mode::Relative(kind, step),
            MapMode::Button => Mode::Button,
            MapMode::Toggle => Mode::Toggle,
        };
        let shift = match self.shift {
            None => Shift::Any,
            Some(true) => Shift::Held,
            Some(false) => Shift::Up,
        };
        self.from.each().map(move |source| Binding {
            at: self.when.and_then(at),
            takeover: self.takeover,
            travel,
            shift,
            hold: self.hold,
            invert: self.invert,
            light: self.light.map(|light| light_of(light, source)),
            ..Binding::new(source, mode, target)
        })
    }
}

/// A step of a turned knob, as a part of the way.
const DEFAULT_STEP: f32 = 1.0 / 128.0;

fn light_of(light: MapLight, source: MidiSource) -> Light {
    let MapLight { at, on, off, pending, locked, is_ring } = light;
    Light { place: at.unwrap_or(source), on, off, pending, locked, is_ring }
}

fn at(when: ActionTiming) -> Option<At> {
    Some(match when {
        ActionTiming::Immediate => At::Now,
        ActionTiming::NextBeat => At::Line(Grid::BEAT),
        ActionTiming::NextBar => At::Line(Grid::BAR),
        ActionTiming::NextLine(grid) => At::Line(grid),
        ActionTiming::CustomBeat(beat) => At::SongBeat(beat),
        ActionTiming::Default | ActionTiming::AtFrame(_) => return None,
    })
}

/// A whole mapping. Equal ones are written the same, byte for byte.
#[derive(Clone, Debug, PartialEq)]
pub struct MidiMap {
    /// For people: the controller's name.
    pub name: String,
    /// Where its facts are from, and what it lacks.
    pub about: String,
    /// Whether the controller's lights are told.
    pub lights: bool,
    /// Its lines.
    pub lines: Vec<MapLine>,
}

// A value that is no number never comes from a file, nor from learning.
impl Eq for MidiMap {}

/// A mapping, ready to be read.
#[derive(Debug)]
pub struct Compiled {
    /// For the audio thread.
    pub table: MidiTable,
    /// Lines that the control side has to see to.
    pub elsewhere: Vec<MapLine>,
}

impl MidiMap {
    /// Lines that a mapping may have. All of them fit into a table, those for every channel sixteen times.
    pub const MAX_LINES: usize = 512;

    /// How many bindings the lines make.
    #[must_use]
    pub fn bindings(&self) -> usize {
        self.lines.iter().map(|line| line.from.each().count()).sum()
    }

    /// What is read of it: once here, and never again on the audio thread.
    #[must_use]
    pub fn compile(&self) -> Compiled {
        let mut table = MidiTable::new(self.lines.iter().flat_map(MapLine::bindings).collect());
        table.has_lights = self.lights;
        let is_elsewhere = |line: &&MapLine| matches!(line.to, To::Target(target) if aim(target).is_none());
        Compiled { table, elsewhere: self.lines.iter().filter(is_elsewhere).copied().collect() }
    }
}
