//! The host parameters of the table's rows. Ids are for ever; the order is that in which hosts list them.

use super::catalog;
use crate::action::Trigger;
use crate::deck::kept_place;
use crate::input::Control;
use crate::mixer::{EqBand, Knob, Scale};
use crate::units::DeckId;

/// Which control a parameter carries.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "as the variants of `Control`")]
pub enum ParamOf {
    Play,
    Gain,
    Eq(EqBand),
    Crossfader,
    MasterGain,
    Quantize,
    Trigger(Trigger),
    Rate,
    KeyShift,
    Echo,
    Nudge,
    LoopLength,
    JumpSize,
}

impl ParamOf {
    /// The control, on this deck if it is a deck's.
    #[must_use]
    pub const fn control(self, deck: DeckId) -> Control {
        match self {
            Self::Play => Control::Play(deck),
            Self::Gain => Control::Gain(deck),
            Self::Eq(band) => Control::Eq(deck, band),
            Self::Crossfader => Control::Crossfader,
            Self::MasterGain => Control::MasterGain,
            Self::Quantize => Control::Quantize,
            Self::Trigger(trigger) => Control::Trigger(deck, trigger),
            Self::Rate => Control::Rate(deck),
            Self::KeyShift => Control::KeyShift(deck),
            Self::Echo => Control::Echo(deck),
            Self::Nudge => Control::Nudge(deck),
            Self::LoopLength => Control::LoopLength(deck),
            Self::JumpSize => Control::JumpSize(deck),
        }
    }

    /// Whether hands move it as the host does. Else they do the gesture itself, of which the host is told: a press has no
    /// release to send, and a wheel lets go by itself.
    #[must_use]
    pub(super) const fn is_for_hands(self) -> bool {
        match self {
            Self::Trigger(trigger) => !trigger.is_press(),
            Self::Nudge => false,
            _ => true,
        }
    }

    /// The control's value for what its row shows: lengths are places among those that there are.
    #[must_use]
    pub(super) fn value_of(self, shown: f64) -> f64 {
        if matches!(self, Self::LoopLength | Self::JumpSize) { f64::from(kept_place(shown)) } else { shown }
    }

    /// Its place in the hosts' list: first the decks' strips, then the master's, then the mixer's tables, then the hands.
    const fn section(self) -> (Section, usize) {
        match self {
            Self::Play => (Section::Strip, 0),
            Self::Gain => (Section::Strip, 1),
            Self::Eq(band) => (Section::Strip, 2 + band as usize),
            Self::Crossfader => (Section::Master, 0),
            Self::MasterGain => (Section::Master, 1),
            Self::Quantize => (Section::Master, 2),
            Self::Trigger(trigger) => (Section::Hands, trigger.index()),
            Self::Rate => (Section::Hands, Trigger::ALL.len()),
            Self::KeyShift => (Section::Hands, Trigger::ALL.len() + 1),
            Self::Echo => (Section::Hands, Trigger::ALL.len() + 2),
            Self::LoopLength => (Section::Hands, Trigger::ALL.len() + 3),
            Self::JumpSize => (Section::Hands, Trigger::ALL.len() + 4),
            Self::Nudge => (Section::Hands, Trigger::ALL.len() + 5),
        }
    }
}

/// Parts of the hosts' list, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Strip,
    Master,
    Knobs,
    Hands,
}

/// A host parameter of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    /// Its id; of a deck's it gets the suffix `_1` .. `_4`. Stable for ever.
    pub id: &'static str,
    /// For people, after `Deck A` if it is a deck's.
    pub name: &'static str,
    /// Range, taper and text.
    pub scale: Scale,
    /// Before anyone has moved it.
    pub default: f32,
    /// Hosts see a switch, not a number.
    pub is_switch: bool,
    /// What it moves.
    pub of: ParamOf,
}

/// A parameter as a host lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct HostParam {
    /// Its id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The group that hosts put it in; empty for none.
    pub group: String,
    /// Range, taper and text.
    pub scale: Scale,
    /// Before anyone has moved it.
    pub default: f32,
    /// A switch, not a number.
    pub is_switch: bool,
    /// What it moves.
    pub control: Control,
}

/// Every host parameter, in the hosts' order. Allocates.
#[must_use]
pub fn params() -> Vec<HostParam> {
    let mut list: Vec<((Section, usize, usize), HostParam)> = vec![];
    for row in catalog() {
        let decks = if row.of_deck() { &DeckId::ALL[..] } else { &DeckId::ALL[..1] };
        for &deck in decks {
            for param in row.params {
                let (section, place) = param.of.section();
                list.push(((section, deck.index(), place), of_row(param, row.of_deck().then_some(deck))));
            }
            if let Some(knob) = row.knob(deck) {
                list.push(((Section::Knobs, knob.index(), 0), of_knob(knob)));
            }
        }
    }
    list.sort_by_key(|(place, _)| *place);
    list.into_iter().map(|(_, param)| param).collect()
}

fn of_row(param: &Param, deck: Option<DeckId>) -> HostParam {
    let Param { id, name, scale, default, is_switch, of } = *param;
    let number = deck.map(|deck| deck.index() + 1);
    HostParam {
        id: number.map_or_else(|| id.to_owned(), |number| format!("{id}_{number}")),
        name: deck.map_or_else(|| name.to_owned(), |deck| format!("Deck {deck} {name}")),
        group: number.map_or_else(String::new, |number| format!("Deck {number}")),
        scale,
        default,
        is_switch,
        control: of.control(deck.unwrap_or(DeckId::A)),
    }
}

fn of_knob(knob: Knob) -> HostParam {
    HostParam {
        id: knob.param_id(),
        name: knob.name(),
        group: knob.deck().map_or_else(|| "Mixer".to_owned(), |deck| format!("Deck {}", deck.index() + 1)),
        scale: knob.row().scale(),
        default: knob.default_value(),
        is_switch: false,
        control: Control::Knob(knob),
    }
}
