//! Levels, and the quantize setting: what has a host parameter and no row in the mixer's tables.

use super::super::{Arg, Args, Param, ParamOf, Row, Touch};
use super::{act, own};
use crate::action::{Action, ActionKind, Grid};
use crate::mixer::{EqBand, Scale, Taper, Unit};
use crate::units::Decibels;

const LEVEL: Arg = Arg::Number { unit: "dB", min: Decibels::SILENCE.0 as f64, max: Decibels::MAX.0 as f64 };
const EQ: Arg = Arg::Number { unit: "dB", min: EqBand::RANGE.start().0 as f64, max: EqBand::RANGE.end().0 as f64 };
const FADER: Arg = Arg::SWITCH;
/// Half of the travel for the top 24 dB, as on a mixer's fader.
const LEVEL_SCALE: Scale = Scale {
    unit: Unit::Decibels { least: Some("-inf") },
    min: Decibels::SILENCE.0,
    max: Decibels::MAX.0,
    taper: Taper::Skew(1.6),
};
/// 0 dB in the middle of the travel.
const EQ_SCALE: Scale = Scale {
    unit: Unit::Decibels { least: None },
    min: EqBand::RANGE.start().0,
    max: EqBand::RANGE.end().0,
    taper: Taper::Middle(0.0),
};
const PART: Scale = Scale { unit: Unit::Part, min: 0.0, max: 1.0, taper: Taper::Linear };
/// From deck A alone to deck B alone.
const TRAVEL: Scale = PART;
const QUANTIZE: Scale = Scale {
    unit: Unit::Choice(&["off", "1 beat", "1 bar", "2 bars", "4 bars"]),
    min: 0.0,
    max: Grid::CHOICES.len() as f32 - 1.0,
    taper: Taper::Linear,
};

macro_rules! eq {
    ($band:ident, $name:literal, $path:literal, $target:literal, $id:literal, $help:literal) => {
        Row {
            name: $name,
            path: $path,
            target: $target,
            args: Args::one(EQ),
            params: &[Param {
                id: $id,
                name: $name,
                scale: EQ_SCALE,
                default: 0.0,
                is_switch: false,
                of: ParamOf::Eq(EqBand::$band),
            }],
            touch: Touch::Turn(EQ_SCALE),
            help: $help,
            shows: Some(|snapshot, deck| snapshot.decks[deck.index()].eq_db[EqBand::$band.index()].into()),
            makes: own(|given| {
                let gain = Decibels(given.number_f32(0));
                act(Action::SetEq { deck: given.deck, band: EqBand::$band, gain })
            }),
            ..Row::PLAIN
        }
    };
}

pub const MIXER: [Row; 8] = [
    Row {
        name: "Gain",
        path: "/deck/{deck}/gain",
        args: Args::one(LEVEL),
        params: &[Param {
            id: "gain",
            name: "Gain",
            scale: LEVEL_SCALE,
            default: 0.0,
            is_switch: false,
            of: ParamOf::Gain,
        }],
        touch: Touch::Turn(LEVEL_SCALE),
        help: "Sets the channel's gain; -100 is closed.",
        shows: Some(|snapshot, deck| snapshot.decks[deck.index()].gain_db.into()),
        makes: own(|given| act(Action::SetGain { deck: given.deck, gain: Decibels(given.number_f32(0)) })),
        ..Row::PLAIN
    },
    eq!(
        Low,
        "EQ Low",
        "/eq/{deck}/low",
        "deck/{deck}/eq/low",
        "eq_low",
        "Sets a band of the channel's EQ: a shelf below 250 Hz."
    ),
    eq!(
        Mid,
        "EQ Mid",
        "/eq/{deck}/mid",
        "deck/{deck}/eq/mid",
        "eq_mid",
        "Sets a band of the channel's EQ: a bell around 800 Hz."
    ),
    eq!(
        High,
        "EQ High",
        "/eq/{deck}/high",
        "deck/{deck}/eq/high",
        "eq_high",
        "Sets a band of the channel's EQ: a shelf above 2500 Hz."
    ),
    Row {
        name: "Echo",
        path: "/deck/{deck}/echo",
        args: Args::one(FADER),
        class: ActionKind::Effect,
        params: &[Param { id: "echo", name: "Echo", scale: PART, default: 0.0, is_switch: false, of: ParamOf::Echo }],
        touch: Touch::Turn(PART),
        help: "Sends this part of the channel into its echo, which repeats it every three quarters of a beat.",
        shows: Some(|snapshot, deck| snapshot.decks[deck.index()].echo_send.into()),
        makes: own(|given| act(Action::SetEcho { deck: given.deck, send: given.number_f32(0) })),
        ..Row::PLAIN
    },
    Row {
        name: "Crossfader",
        path: "/crossfader",
        target: "xfader",
        args: Args::one(FADER),
        params: &[Param {
            id: "xfader",
            name: "Crossfader",
            scale: TRAVEL,
            default: 0.5,
            is_switch: false,
            of: ParamOf::Crossfader,
        }],
        touch: Touch::Turn(TRAVEL),
        help: "Moves the crossfader: 0 is deck A alone, 1 is deck B alone.",
        shows: Some(|snapshot, _| snapshot.crossfader.into()),
        makes: own(|given| act(Action::SetCrossfader { position: given.number_f32(0) })),
        ..Row::PLAIN
    },
    Row {
        name: "Master Gain",
        path: "/master/gain",
        args: Args::one(LEVEL),
        params: &[Param {
            id: "master",
            name: "Master Gain",
            scale: LEVEL_SCALE,
            default: 0.0,
            is_switch: false,
            of: ParamOf::MasterGain,
        }],
        touch: Touch::Turn(LEVEL_SCALE),
        help: "Sets the master's gain; -100 is closed.",
        shows: Some(|snapshot, _| snapshot.master_gain_db.into()),
        makes: own(|given| act(Action::SetMasterGain { gain: Decibels(given.number_f32(0)) })),
        ..Row::PLAIN
    },
    Row {
        name: "Quantize",
        path: "/quantize",
        args: Args::one(Arg::Pick(&Grid::CHOICE_WORDS)),
        params: &[Param {
            id: "quantize",
            name: "Quantize",
            scale: QUANTIZE,
            default: Grid::DEFAULT_CHOICE as f32,
            is_switch: false,
            of: ParamOf::Quantize,
        }],
        touch: Touch::Turn(QUANTIZE),
        help: "When a play or a stop without a time of its own happens.",
        shows: Some(|snapshot, _| snapshot.quantize as f64),
        makes: own(|given| act(Action::SetQuantize { choice: u8::try_from(given.whole(0)).unwrap_or(u8::MAX) })),
        ..Row::PLAIN
    },
];
