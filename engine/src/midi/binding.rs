//! One line of a mapping, as the audio thread reads it.

use super::{Light, MidiSource, Takeover, Travel};
use crate::action::{ActionKind, Gesture};
use crate::input::Control;
use crate::message::At;
use crate::units::DeckId;

/// What turning a knob without ends says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relative {
    /// 1 is one step up, 127 one down.
    TwosComplement,
    /// 65 is one step up, 63 one down.
    Offset64,
    /// 1 is one step up, 65 one down.
    SignMagnitude,
}

impl Relative {
    /// Steps, above zero for up.
    #[must_use]
    pub const fn steps(self, value: u8) -> i16 {
        let value = (value & 0x7F) as i16;
        match self {
            Self::TwosComplement if value < 64 => value,
            Self::TwosComplement => value - 128,
            Self::Offset64 => value - 64,
            Self::SignMagnitude if value < 64 => value,
            Self::SignMagnitude => 64 - value,
        }
    }
}

/// How a control's messages are meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mode {
    /// Its place is the value's: a fader, a knob with ends.
    Absolute,
    /// Each message is a turn by some steps, each of them this part of the way (or one of the control's own steps).
    Relative(Relative, f32),
    /// Down while it is pressed, up when it is let go.
    Button,
    /// The controller itself turns it on with one press and off with the next.
    Toggle,
}

/// Whether a control means this while the shift button is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shift {
    /// Always.
    #[default]
    Any,
    /// Only while it is not.
    Up,
    /// Only while it is.
    Held,
}

/// What ends a gesture that is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GestureEnds {
    /// Nothing does: it is one stroke.
    Stroke,
    /// The release does this.
    With(Gesture, f64),
}

/// What a control of the controller does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MidiTarget {
    /// Moves a control of the host's: a fader, a switch, a choice, a button that is held.
    Control(Control),
    /// A press moves a control of the host's to this value, in its own unit.
    Set(Control, f32),
    /// Starts a deck.
    Play(DeckId),
    /// Stops a deck.
    Stop(DeckId),
    /// A gesture of the table, with its value; a turned knob multiplies it by its steps, a fader brings its own.
    Gesture {
        /// On which deck.
        deck: DeckId,
        /// Which.
        gesture: Gesture,
        /// In its own unit.
        value: f64,
        /// What the release does.
        ends: GestureEnds,
    },
    /// Brings back what was stopped, on a deck or where it happened last.
    Undo(Option<DeckId>),
    /// Takes back all that is pending, on a deck or everywhere.
    Cancel(Option<DeckId>),
    /// Locks a deck, or unlocks it.
    Lock(DeckId),
    /// All decks out.
    Panic,
    /// Nothing by itself: others mean something else while it is held.
    Shift,
    /// Nothing here: the control side does it.
    Elsewhere,
}

impl MidiTarget {
    /// The kind of what it does when it is pressed, moved, or let go (`on` is false); `None` for the shift button.
    #[must_use]
    pub fn kind(&self, on: bool) -> Option<ActionKind> {
        Some(match self {
            Self::Control(Control::Play(_)) | Self::Play(_) if on => ActionKind::Play,
            Self::Control(Control::Play(_)) | Self::Play(_) | Self::Stop(_) => ActionKind::Stop,
            Self::Control(control) | Self::Set(control, _) => control.kind(),
            Self::Gesture { gesture, .. } => gesture.row().kind,
            Self::Undo(_) => ActionKind::Undo,
            Self::Cancel(_) => ActionKind::Cancel,
            Self::Lock(_) => ActionKind::Lock,
            Self::Panic => ActionKind::Panic,
            Self::Shift | Self::Elsewhere => return None,
        })
    }

    /// The deck that it is about, if it is about one.
    #[must_use]
    pub const fn deck(&self) -> Option<DeckId> {
        match self {
            Self::Control(control) | Self::Set(control, _) => control.deck(),
            Self::Play(deck) | Self::Stop(deck) | Self::Gesture { deck, .. } | Self::Lock(deck) => Some(*deck),
            Self::Undo(deck) | Self::Cancel(deck) => *deck,
            Self::Panic | Self::Shift | Self::Elsewhere => None,
        }
    }
}

/// One line of a mapping.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binding {
    /// Whose messages.
    pub source: MidiSource,
    /// How they are meant.
    pub mode: Mode,
    /// What they do.
    pub target: MidiTarget,
    /// When it happens; `None` is by the rig's own rules.
    pub at: Option<At>,
    /// How an absolute control takes over.
    pub takeover: Takeover,
    /// Its way to the value.
    pub travel: Travel,
    /// In which layer it works.
    pub shift: Shift,
    /// A switch is on only while a button is held, instead of turning over with each press.
    pub hold: bool,
    /// The other way round.
    pub invert: bool,
    /// What the controller shows of it.
    pub light: Option<Light>,
}

impl Binding {
    /// One that does something at once, without a light.
    #[must_use]
    pub const fn new(source: MidiSource, mode: Mode, target: MidiTarget) -> Self {
        Self {
            source,
            mode,
            target,
            at: None,
            takeover: Takeover::PickUp,
            travel: Travel::SWITCH,
            shift: Shift::Any,
            hold: false,
            invert: false,
            light: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_read_by_their_kind() {
        let steps = |kind: Relative| [1, 2, 63, 64, 65, 127].map(|value| kind.steps(value));
        assert_eq!(steps(Relative::TwosComplement), [1, 2, 63, -64, -63, -1]);
        assert_eq!(steps(Relative::Offset64), [-63, -62, -1, 0, 1, 63]);
        assert_eq!(steps(Relative::SignMagnitude), [1, 2, 63, 0, -1, -63]);
    }
}
