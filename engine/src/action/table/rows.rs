//! The rows that are neither gestures of the decks nor in the mixer's tables. Addresses and targets are stable for ever.

use super::{Arg, Args, Given, Makes, Meaning, Param, ParamOf, Row, Touch, When};
use crate::action::{Action, ActionKind, Grid, Pending, Setting};
use crate::clock::{ClockMode, ClockPolicy, JumpPolicy, StopPolicy};
use crate::mixer::{EqBand, Scale, Taper, Unit};
use crate::safety::{DeckState, OnAirRule, Source};
use crate::units::Decibels;

const POSITION: Arg = Arg::Number { unit: "seconds", min: 0.0, max: f64::INFINITY };
const LEVEL: Arg = Arg::Number { unit: "dB", min: Decibels::SILENCE.0 as f64, max: Decibels::MAX.0 as f64 };
const EQ: Arg = Arg::Number { unit: "dB", min: EqBand::RANGE.start().0 as f64, max: EqBand::RANGE.end().0 as f64 };
const FADER: Arg = Arg::SWITCH;
const ID: Arg = Arg::Number { unit: "id", min: i32::MIN as f64, max: i32::MAX as f64 };
const COOLDOWN: Arg = Arg::Number { unit: "beats", min: 0.0, max: 256.0 };
const MOST_OFFSET_MS: f64 = ClockPolicy::MAX_LINK_OFFSET_MICROS as f64 / 1e3;
const RULE: Arg = Arg::Number { unit: "", min: 0.0, max: 2.0 };

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

const fn own(make: fn(&Given<'_>) -> Meaning) -> Makes {
    Makes::Own(make)
}

fn act(action: Action) -> Meaning {
    Meaning::Act(action)
}

fn set(setting: Setting) -> Meaning {
    act(Action::Configure { setting })
}

/// A button of a deck or of the rig.
const BUTTON: Row = Row { button: true, touch: Touch::Press, ..Row::PLAIN };
/// A setting: nothing for a pad.
const SETTING: Row = Row { class: ActionKind::Lock, ..Row::PLAIN };

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

macro_rules! cooldown {
    ($kind:ident, $name:literal, $path:literal, $help:literal) => {
        Row {
            name: $name,
            path: $path,
            args: Args::one(COOLDOWN),
            help: $help,
            makes: own(|given| set(Setting::Cooldown { kind: ActionKind::$kind, beats: given.number(0) })),
            ..SETTING
        }
    };
}

macro_rules! allows {
    ($state:ident, $name:literal, $path:literal) => {
        Row {
            name: $name,
            path: $path,
            args: Args::one(Arg::Kinds),
            help: "The kinds of action that a deck in this state takes; stop, cancel and panic always.",
            makes: own(|given| set(Setting::Allows { state: DeckState::$state, kinds: given.kinds(0) })),
            ..SETTING
        }
    };
}

/// A source's switch, kinds and rate.
macro_rules! source {
    ($source:ident, $name:literal, $path:literal) => {
        [
            Row {
                name: concat!($name, " On"),
                path: concat!("/source/", $path),
                args: Args::one(Arg::SWITCH),
                help: concat!(
                    "Lets ",
                    $name,
                    " act (1), or not (0): then stop, cancel, panic and settings are all it can do."
                ),
                makes: own(|given| set(Setting::SourceOn { source: Source::$source, on: given.is_on(0) })),
                ..SETTING
            },
            Row {
                name: concat!($name, " Kinds"),
                path: concat!("/source/", $path, "/allows"),
                args: Args::one(Arg::Kinds),
                help: concat!("The kinds of action that ", $name, " may ask for; stop, cancel and panic always."),
                makes: own(|given| set(Setting::SourceAllows { source: Source::$source, kinds: given.kinds(0) })),
                ..SETTING
            },
            Row {
                name: concat!($name, " Rate"),
                path: concat!("/source/", $path, "/rate"),
                args: Args::one(Arg::Number { unit: "a second", min: 0.0, max: 1e6 }),
                help: concat!("How many actions ", $name, " may ask for in a second; 0 for no limit."),
                makes: own(|given| set(Setting::SourceRate { source: Source::$source, per_sec: given.number_f32(0) })),
                ..SETTING
            },
        ]
    };
}

/// The switches of the sources.
pub(super) const SOURCES: [[Row; 3]; 5] = [
    source!(Host, "the host", "host"),
    source!(Midi, "MIDI", "midi"),
    source!(Osc, "OSC", "osc"),
    source!(Editor, "the editor", "editor"),
    source!(Bridge, "the bridge", "bridge"),
];

pub(super) const OWN: [Row; 35] = [
    Row {
        name: "Play",
        path: "/deck/{deck}/play",
        when: When::Quantize,
        class: ActionKind::Play,
        params: &[Param {
            id: "play",
            name: "Play",
            scale: Scale::switch(&["stopped", "playing"]),
            default: 0.0,
            is_switch: true,
            of: ParamOf::Play,
        }],
        touch: Touch::Switch,
        help: "Starts the deck from where it stands.",
        shows: Some(|snapshot, deck| f64::from(u8::from(snapshot.decks[deck.index()].state == DeckState::Playing))),
        makes: own(|given| act(Action::PlayDeck { deck: given.deck, position_secs: None })),
        ..BUTTON
    },
    Row {
        name: "Play From",
        path: "/deck/{deck}/play/from",
        args: Args::one(POSITION),
        when: When::Quantize,
        class: ActionKind::Play,
        help: "Starts the deck from a place in its track.",
        makes: own(|given| act(Action::PlayDeck { deck: given.deck, position_secs: Some(given.number(0)) })),
        ..Row::PLAIN
    },
    Row {
        name: "Stop",
        path: "/deck/{deck}/stop",
        when: When::Quantize,
        class: ActionKind::Stop,
        help: "Stops the deck where it is; a deck that waits for its beat no longer waits.",
        makes: own(|given| act(Action::StopDeck { deck: given.deck })),
        ..BUTTON
    },
    Row {
        name: "Load",
        path: "/deck/{deck}/load",
        args: Args::one(Arg::File),
        class: ActionKind::Load,
        help: "Puts a file on the deck: one below a folder that is allowed (`docs/osc.md`).",
        makes: own(|given| act(Action::LoadDeck { deck: given.deck, path: given.text(0).into() })),
        ..Row::PLAIN
    },
    Row {
        name: "Eject",
        path: "/deck/{deck}/eject",
        class: ActionKind::Load,
        help: "Takes the track off the deck.",
        makes: own(|given| act(Action::EjectDeck { deck: given.deck })),
        ..BUTTON
    },
    Row {
        name: "Seek",
        path: "/deck/{deck}/seek",
        args: Args::one(POSITION),
        class: ActionKind::Seek,
        help: "Moves the playhead; a playing deck plays on from there.",
        makes: own(|given| act(Action::SeekDeck { deck: given.deck, position_secs: given.number(0) })),
        ..Row::PLAIN
    },
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
        target: "quantize",
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
        ..Row::PLAIN
    },
    Row {
        name: "Undo",
        path: "/deck/{deck}/undo",
        when: When::Quantize,
        class: ActionKind::Undo,
        help: "Brings back, in phase, what a stop, an eject, a load or a seek took away in the last 8 bars.",
        makes: own(|given| act(Action::Undo { deck: Some(given.deck) })),
        ..BUTTON
    },
    Row {
        name: "Undo",
        path: "/undo",
        when: When::Quantize,
        class: ActionKind::Undo,
        help: "The same, on the deck or decks where it happened last.",
        makes: own(|_| act(Action::Undo { deck: None })),
        ..BUTTON
    },
    Row {
        name: "Cancel",
        path: "/deck/{deck}/cancel",
        class: ActionKind::Cancel,
        help: "Takes back everything that is pending on the deck.",
        makes: own(|given| act(Action::Cancel { pending: Pending::Deck(given.deck) })),
        ..BUTTON
    },
    Row {
        name: "Cancel",
        path: "/cancel",
        args: Args::one(ID),
        optional: true,
        class: ActionKind::Cancel,
        touch: Touch::Press,
        help: "Takes back what the sender asked for with this id; without one, everything that is pending.",
        makes: own(|given| match given.values.first() {
            Some(_) => Meaning::CancelOwn(given.whole(0)),
            None => act(Action::Cancel { pending: Pending::All }),
        }),
        ..Row::PLAIN
    },
    Row {
        name: "Panic",
        path: "/panic",
        class: ActionKind::Panic,
        help: "Stops every deck within 10 ms and takes back all that is pending. Nothing can hold it.",
        makes: own(|_| act(Action::Panic)),
        ..BUTTON
    },
    Row {
        name: "Lock",
        path: "/lock/{deck}",
        target: "deck/{deck}/lock",
        args: Args::one(Arg::SWITCH),
        class: ActionKind::Lock,
        touch: Touch::Switch,
        help: "1 keeps everyone from the deck, 0 lets them at it again; mixer, cancel and panic pass.",
        shows: Some(|snapshot, deck| f64::from(u8::from(snapshot.safety[deck.index()].lock.lock().is_some()))),
        makes: own(|given| act(Action::SetLock { deck: given.deck, locked: given.is_on(0) })),
        ..Row::PLAIN
    },
    cooldown!(Load, "Load Cooldown", "/safety/cooldown/load", "How long a deck takes no other track after a load."),
    cooldown!(Cue, "Cue Cooldown", "/safety/cooldown/cue", "How long a deck takes no other cue after a cue."),
    cooldown!(Loop, "Loop Cooldown", "/safety/cooldown/loop", "How long a deck takes no other loop after a loop."),
    cooldown!(
        Effect,
        "Effect Cooldown",
        "/safety/cooldown/effect",
        "How long a deck's effects are not switched again after they were."
    ),
    Row {
        name: "On Air Rule",
        path: "/safety/onair",
        args: Args::one(RULE),
        help: "A load, an eject or a needle drop on a deck that is on air: 0 refuses it, 1 stops the deck first, 2 lets it.",
        makes: own(|given| {
            let rule = match given.whole(0) {
                0 => OnAirRule::Refuse,
                1 => OnAirRule::StopFirst,
                _ => OnAirRule::Allow,
            };
            set(Setting::OnAir { rule })
        }),
        ..SETTING
    },
    allows!(Empty, "Empty Deck", "/safety/allows/empty"),
    allows!(Stopped, "Stopped Deck", "/safety/allows/stopped"),
    allows!(Primed, "Waiting Deck", "/safety/allows/waiting"),
    allows!(Playing, "Playing Deck", "/safety/allows/playing"),
    Row {
        name: "Undo Bars",
        path: "/safety/undo/bars",
        args: Args::one(Arg::Number { unit: "bars", min: 0.0, max: 64.0 }),
        help: "For how many bars a stop, an eject, a load or a seek can be undone; 8 in a new rig.",
        makes: own(|given| set(Setting::UndoBars { bars: given.number(0) })),
        ..SETTING
    },
    Row {
        name: "Play Toggle",
        path: "/safety/playtoggle",
        args: Args::one(Arg::Number { unit: "ms", min: 0.0, max: 5000.0 }),
        help: "Presses of play closer than this are one press of a worn button; 120 in a new rig.",
        makes: own(|given| set(Setting::PlayToggle { ms: given.number(0) })),
        ..SETTING
    },
    Row {
        name: "Host Stops",
        path: "/clock/stop",
        args: Args::one(RULE),
        help: "When the host stops: 0 musical time runs on, 1 it stands still with the decks, 2 the decks stop.",
        makes: own(|given| {
            let policy = match given.whole(0) {
                0 => StopPolicy::FreeRun,
                1 => StopPolicy::Freeze,
                _ => StopPolicy::StopDecks,
            };
            set(Setting::HostStops { policy })
        }),
        ..SETTING
    },
    Row {
        name: "Host Jumps",
        path: "/clock/jump",
        args: Args::one(RULE),
        help: "When the host jumps: 0 the decks come back into phase at the next bar, 1 they jump too, 2 they play on.",
        makes: own(|given| {
            let policy = match given.whole(0) {
                0 => JumpPolicy::RealignAtNextBar,
                1 => JumpPolicy::Jump,
                _ => JumpPolicy::Ignore,
            };
            set(Setting::HostJumps { policy })
        }),
        ..SETTING
    },
    Row {
        name: "Clock Source",
        path: "/clock/source",
        args: Args::one(Arg::Pick(&ClockMode::WORDS)),
        help: "Whose beat it is: the host's; that of an Ableton Link session; the host's, and the session is told; nobody's. \
               Another one takes over on the next bar.",
        makes: own(|given| {
            let mode = usize::try_from(given.whole(0)).ok().and_then(|index| ClockMode::ALL.get(index).copied());
            set(Setting::ClockMode { mode: mode.unwrap_or_default() })
        }),
        ..SETTING
    },
    Row {
        name: "Link Offset",
        path: "/link/offset",
        args: Args::one(Arg::Number { unit: "ms", min: -MOST_OFFSET_MS, max: MOST_OFFSET_MS }),
        help: "How much earlier than the session's beat the rig plays, for the latency of the sound card.",
        makes: own(|given| {
            #[expect(clippy::cast_possible_truncation, reason = "half a second at most")]
            let micros = (given.number(0) * 1e3).round() as i32;
            set(Setting::LinkOffset { micros })
        }),
        ..SETTING
    },
];
