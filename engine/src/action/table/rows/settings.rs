//! Settings of the safety policy and the clock.

use super::super::{Arg, Args, Row};
use super::{SETTING, own, set};
use crate::action::{ActionKind, Setting};
use crate::clock::{ClockMode, ClockPolicy, JumpPolicy, StopPolicy};
use crate::safety::{DeckState, OnAirRule};

const COOLDOWN: Arg = Arg::Number { unit: "beats", min: 0.0, max: Setting::MAX_COOLDOWN_BEATS };
const MOST_OFFSET_MS: f64 = ClockPolicy::MAX_LINK_OFFSET_MICROS as f64 / 1e3;
const RULE: Arg = Arg::Number { unit: "", min: 0.0, max: 2.0 };

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

pub const SETTINGS: [Row; 15] = [
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
        args: Args::one(Arg::Number { unit: "bars", min: 0.0, max: Setting::MAX_UNDO_BARS }),
        help: "For how many bars a stop, an eject, a load or a seek can be undone; 8 in a new rig.",
        makes: own(|given| set(Setting::UndoBars { bars: given.number(0) })),
        ..SETTING
    },
    Row {
        name: "Play Toggle",
        path: "/safety/playtoggle",
        args: Args::one(Arg::Number { unit: "ms", min: 0.0, max: Setting::MAX_PLAY_TOGGLE_MS }),
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
