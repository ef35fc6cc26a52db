//! What the host sends with a block: control moves, MIDI and transport changes, each on its frame.

use crate::action::{ActionKind, Gesture, Trigger};
use crate::clock::HostTransport;
use crate::mixer::{EqBand, Knob};
use crate::units::DeckId;

/// A control that a host may automate. The plugin has one parameter for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// Plays (above 0.5) or stops a deck, at the quantize setting. Acts on edges only.
    Play(DeckId),
    /// A switch or button of a deck, on above 0.5. Acts on edges only.
    Trigger(DeckId, Trigger),
    /// A deck's pitch fader: times the track's own speed, 0.5 to 2.
    Rate(DeckId),
    /// Semitones that a deck is heard above its track's key, -12 to +12.
    KeyShift(DeckId),
    /// Channel gain in dB, -100 (closed) to +12.
    Gain(DeckId),
    /// A band of a channel's EQ in dB, -26 to +12.
    Eq(DeckId, EqBand),
    /// 0 = deck A alone, 1 = deck B alone.
    Crossfader,
    /// The push on top of a deck's speed, -8 to +8 percent; 0 lets go.
    Nudge(DeckId),
    /// The length of the loops that a host switches on: an index into [`crate::deck::KEPT_BEATS`].
    LoopLength(DeckId),
    /// How far a jump goes: an index into [`crate::deck::KEPT_BEATS`].
    JumpSize(DeckId),
    /// The part of a deck that is sent into its echo, 0..1.
    Echo(DeckId),
    /// Master gain in dB, -100 (closed) to +12.
    MasterGain,
    /// A control of the mixer's table, in its own unit.
    Knob(Knob),
    /// When a play or stop without a time of its own happens: an index into [`crate::action::Grid::CHOICES`].
    Quantize,
}

impl Control {
    /// What moving it is to the safety policy; a play that is switched on.
    #[must_use]
    pub fn kind(self) -> ActionKind {
        match self {
            Self::Play(_) => ActionKind::Play,
            Self::Trigger(_, trigger) => trigger.row().kind,
            Self::Rate(_) => Gesture::Rate.row().kind,
            Self::KeyShift(_) => Gesture::KeyShift.row().kind,
            Self::Nudge(_) => Gesture::Nudge.row().kind,
            Self::LoopLength(_) => Gesture::LoopLength.row().kind,
            Self::JumpSize(_) => Gesture::JumpSize.row().kind,
            Self::Echo(_) => ActionKind::Effect,
            Self::Knob(knob) => knob.row().kind,
            Self::Gain(_) | Self::Eq(..) | Self::Crossfader | Self::MasterGain | Self::Quantize => ActionKind::Mixer,
        }
    }

    /// Of several that a host moves on one frame those of a higher rank come behind: a jump behind its size, and the
    /// switch of the loop behind what makes one another way, so that a recording of both gives the loop that was made.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Trigger(_, Trigger::Roll | Trigger::JumpBack | Trigger::JumpOn) => 1,
            Self::Trigger(_, Trigger::Loop) => 2,
            _ => 0,
        }
    }

    /// Its deck, if it is a deck's.
    #[must_use]
    pub const fn deck(self) -> Option<DeckId> {
        match self {
            Self::Play(deck)
            | Self::Trigger(deck, _)
            | Self::Rate(deck)
            | Self::KeyShift(deck)
            | Self::Gain(deck)
            | Self::Echo(deck)
            | Self::Nudge(deck)
            | Self::LoopLength(deck)
            | Self::JumpSize(deck)
            | Self::Eq(deck, _) => Some(deck),
            Self::Knob(knob) => knob.deck(),
            Self::Crossfader | Self::MasterGain | Self::Quantize => None,
        }
    }
}

/// One thing the host wants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HostInput {
    /// A control's new value, in the control's own unit.
    Control(Control, f32),
    /// The same from before the block, as a project's values come: before everything that is due on its frame.
    Waited(Control, f32),
    /// A MIDI 1.0 channel message.
    Midi([u8; 3]),
    /// From this frame on the transport is another: tempo, loop or place changed inside the block.
    Transport(HostTransport),
}

/// A host's wish and the frame of the block on which it takes effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimedInput {
    /// Frame in the block, `0..frames`.
    pub frame: u32,
    /// What to do there.
    pub input: HostInput,
}

/// A control that moved without the host's doing; the host is told, so that it can record it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlMove {
    /// Frame in the block, `0..frames`.
    pub frame: u32,
    /// Which control.
    pub control: Control,
    /// New value in the control's own unit.
    pub value: f32,
}
