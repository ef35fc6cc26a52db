//! The rows.

use echelon_engine::action::{Action, ActionKind, Pending, Roles, Setting};
use echelon_engine::clock::{JumpPolicy, StopPolicy};
use echelon_engine::mixer::EqBand;
use echelon_engine::safety::OnAirRule;
use echelon_engine::units::Decibels;

use super::{Arg, DefaultWhen, Given, Row, Which, Wish};
use crate::bridge::{Command, Role};
use crate::media::GridEdit;

const POSITION: Arg = Arg::Number { unit: "seconds", min: 0.0, max: f64::INFINITY };
const LEVEL: Arg = Arg::Number { unit: "dB", min: Decibels::SILENCE.0 as f64, max: Decibels::MAX.0 as f64 };
const EQ: Arg = Arg::Number { unit: "dB", min: EqBand::RANGE.start().0 as f64, max: EqBand::RANGE.end().0 as f64 };
const FADER: Arg = Arg::Number { unit: "", min: 0.0, max: 1.0 };

const ID: Arg = Arg::Number { unit: "id", min: i32::MIN as f64, max: i32::MAX as f64 };
const SWITCH: Arg = Arg::Number { unit: "", min: 0.0, max: 1.0 };
const COOLDOWN: Arg = Arg::Number { unit: "beats", min: 0.0, max: 256.0 };
const SHIFT: Arg = Arg::Number { unit: "ms", min: -10_000.0, max: 10_000.0 };
const RULE: Arg = Arg::Number { unit: "", min: 0.0, max: 2.0 };

fn eq(band: EqBand, given: &Given) -> Wish {
    Wish::Act(Action::SetEq { deck: given.deck, band, gain: Decibels(given.number_f32(0)) })
}

fn cooldown(kind: ActionKind, given: &Given) -> Wish {
    Wish::Act(Action::Configure { setting: Setting::Cooldown { kind, beats: given.number(0) } })
}

const FROM: Arg = Arg::Deck { what: "outgoing deck" };
const TO: Arg = Arg::Deck { what: "incoming deck" };
const RECIPE: [Arg; 3] = [Arg::Text { what: "recipe" }, FROM, TO];
const RECIPE_TEXT: [Arg; 3] = [Arg::Text { what: "JSON" }, FROM, TO];

fn recipe(which: fn(String) -> Which, given: &Given, preview: bool) -> Wish {
    let roles = Roles::new(given.deck_at(1), given.deck_at(2));
    Wish::Recipe { which: which(given.text(0).to_owned()), roles, preview }
}

/// Every address that is not a control's of the mixer's table.
pub const TABLE: [Row; 45] = [
    Row {
        path: "/deck/{deck}/play",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Quantize,
        help: "Starts the deck from where it stands.",
        make: |given| Wish::Act(Action::PlayDeck { deck: given.deck, position_secs: None }),
    },
    Row {
        path: "/deck/{deck}/play/from",
        args: &[POSITION],
        optional: false,
        button: false,
        when: DefaultWhen::Quantize,
        help: "Starts the deck from a place in its track.",
        make: |given| Wish::Act(Action::PlayDeck { deck: given.deck, position_secs: Some(given.number(0)) }),
    },
    Row {
        path: "/deck/{deck}/stop",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Quantize,
        help: "Stops the deck where it is; a deck that waits for its beat no longer waits.",
        make: |given| Wish::Act(Action::StopDeck { deck: given.deck }),
    },
    Row {
        path: "/deck/{deck}/load",
        args: &[Arg::File],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Puts a file on the deck.",
        make: |given| Wish::Act(Action::LoadDeck { deck: given.deck, path: given.text(0).into() }),
    },
    Row {
        path: "/deck/{deck}/eject",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Now,
        help: "Takes the track off the deck.",
        make: |given| Wish::Act(Action::EjectDeck { deck: given.deck }),
    },
    Row {
        path: "/deck/{deck}/seek",
        args: &[POSITION],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Moves the playhead; a playing deck plays on from there.",
        make: |given| Wish::Act(Action::SeekDeck { deck: given.deck, position_secs: given.number(0) }),
    },
    Row {
        path: "/deck/{deck}/gain",
        args: &[LEVEL],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets the channel's gain; -100 is closed.",
        make: |given| Wish::Act(Action::SetGain { deck: given.deck, gain: Decibels(given.number_f32(0)) }),
    },
    Row {
        path: "/eq/{deck}/low",
        args: &[EQ],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets a band of the channel's EQ: a shelf below 250 Hz.",
        make: |given| eq(EqBand::Low, given),
    },
    Row {
        path: "/eq/{deck}/mid",
        args: &[EQ],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets a band of the channel's EQ: a bell around 800 Hz.",
        make: |given| eq(EqBand::Mid, given),
    },
    Row {
        path: "/eq/{deck}/high",
        args: &[EQ],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets a band of the channel's EQ: a shelf above 2500 Hz.",
        make: |given| eq(EqBand::High, given),
    },
    Row {
        path: "/deck/{deck}/echo",
        args: &[FADER],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sends this part of the channel into its echo, which repeats it every three quarters of a beat.",
        make: |given| Wish::Act(Action::SetEcho { deck: given.deck, send: given.number_f32(0) }),
    },
    Row {
        path: "/crossfader",
        args: &[FADER],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Moves the crossfader: 0 is deck A alone, 1 is deck B alone.",
        make: |given| Wish::Act(Action::SetCrossfader { position: given.number_f32(0) }),
    },
    Row {
        path: "/master/gain",
        args: &[LEVEL],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "Sets the master's gain; -100 is closed.",
        make: |given| Wish::Act(Action::SetMasterGain { gain: Decibels(given.number_f32(0)) }),
    },
    Row {
        path: "/deck/{deck}/undo",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Quantize,
        help: "Brings back, in phase, what a stop, an eject, a load or a seek took away in the last 8 bars.",
        make: |given| Wish::Act(Action::Undo { deck: Some(given.deck) }),
    },
    Row {
        path: "/undo",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Quantize,
        help: "The same, on the deck or decks where it happened last.",
        make: |_| Wish::Act(Action::Undo { deck: None }),
    },
    Row {
        path: "/deck/{deck}/cancel",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Now,
        help: "Takes back everything that is pending on the deck.",
        make: |given| Wish::Act(Action::Cancel { pending: Pending::Deck(given.deck) }),
    },
    Row {
        path: "/cancel",
        args: &[ID],
        optional: true,
        button: false,
        when: DefaultWhen::Now,
        help: "Takes back what the sender asked for with this id; without one, everything that is pending.",
        make: |given| match given.values.first() {
            Some(_) => Wish::CancelOwn(given.whole(0)),
            None => Wish::Act(Action::Cancel { pending: Pending::All }),
        },
    },
    Row {
        path: "/panic",
        args: &[],
        optional: false,
        button: true,
        when: DefaultWhen::Now,
        help: "Stops every deck within 10 ms and takes back all that is pending. Nothing can hold it.",
        make: |_| Wish::Act(Action::Panic),
    },
    Row {
        path: "/lock/{deck}",
        args: &[SWITCH],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "1 keeps everyone from the deck, 0 lets them at it again; mixer, cancel and panic pass.",
        make: |given| Wish::Act(Action::SetLock { deck: given.deck, locked: given.number(0) >= 0.5 }),
    },
    Row {
        path: "/safety/cooldown/load",
        args: &[COOLDOWN],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "How long a deck takes no other track after a load.",
        make: |given| cooldown(ActionKind::Load, given),
    },
    Row {
        path: "/safety/cooldown/cue",
        args: &[COOLDOWN],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "How long a deck takes no other cue after a cue.",
        make: |given| cooldown(ActionKind::Cue, given),
    },
    Row {
        path: "/safety/cooldown/loop",
        args: &[COOLDOWN],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "How long a deck takes no other loop after a loop.",
        make: |given| cooldown(ActionKind::Loop, given),
    },
    Row {
        path: "/safety/onair",
        args: &[RULE],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "A load, an eject or a needle drop on a deck that is on air: 0 refuses it, 1 stops the deck first, 2 lets it.",
        make: |given| {
            let rule = match given.whole(0) {
                0 => OnAirRule::Refuse,
                1 => OnAirRule::StopFirst,
                _ => OnAirRule::Allow,
            };
            Wish::Act(Action::Configure { setting: Setting::OnAir { rule } })
        },
    },
    Row {
        path: "/clock/stop",
        args: &[RULE],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "When the host stops: 0 musical time runs on, 1 it stands still with the decks, 2 the decks stop.",
        make: |given| {
            let policy = match given.whole(0) {
                0 => StopPolicy::FreeRun,
                1 => StopPolicy::Freeze,
                _ => StopPolicy::StopDecks,
            };
            Wish::Act(Action::Configure { setting: Setting::HostStops { policy } })
        },
    },
    Row {
        path: "/clock/jump",
        args: &[RULE],
        optional: false,
        button: false,
        when: DefaultWhen::Now,
        help: "When the host jumps: 0 the decks come back into phase at the next bar, 1 they jump too, 2 they play on.",
        make: |given| {
            let policy = match given.whole(0) {
                0 => JumpPolicy::RealignAtNextBar,
                1 => JumpPolicy::Jump,
                _ => JumpPolicy::Ignore,
            };
            Wish::Act(Action::Configure { setting: Setting::HostJumps { policy } })
        },
    },
    Row {
        path: "/recipe/run",
        args: &RECIPE,
        optional: false,
        button: false,
        when: DefaultWhen::Quantize,
        help: "Runs a recipe that comes with the plugin: all of its steps, or none.",
        make: |given| recipe(Which::Id, given, false),
    },
    Row {
        path: "/recipe/run/text",
        args: &RECIPE_TEXT,
        optional: false,
        button: false,
        when: DefaultWhen::Quantize,
        help: "Runs a recipe that is given as the text of its file.",
        make: |given| recipe(Which::Text, given, false),
    },
    Row {
        path: "/recipe/preview",
        args: &RECIPE,
        optional: false,
        button: false,
        when: DefaultWhen::Quantize,
        help: "Asks whether a recipe would be run, and does nothing: answers `/recipe/preview`.",
        make: |given| recipe(Which::Id, given, true),
    },
    Row {
        path: "/recipe/preview/text",
        args: &RECIPE_TEXT,
        optional: false,
        button: false,
        when: DefaultWhen::Quantize,
        help: "The same for a recipe that is given as the text of its file.",
        make: |given| recipe(Which::Text, given, true),
    },
    Row {
        path: "/recipe/list",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/recipe/list` for each recipe that comes with the plugin, then `/recipe/list/end`.",
        make: |_| Wish::RecipeList,
    },
    Row {
        path: "/deck/{deck}/motion",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/motion`: where the deck is, how it moves, its loop and cues.",
        make: |given| Wish::Motion(given.deck),
    },
    Row {
        path: "/telemetry",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/telemetry` for each figure of the scheduler and the safety policy, then `/telemetry/end`.",
        make: |_| Wish::Telemetry,
    },
    Row {
        path: "/deck/{deck}/track",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/track`: tempo, key and loudness of the track.",
        make: |given| Wish::Track(given.deck),
    },
    Row {
        path: "/deck/{deck}/grid/shift",
        args: &[SHIFT],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Moves the track's beat grid, later if positive. Each of these answers `/track`.",
        make: |given| Wish::Grid(given.deck, GridEdit::Shift { ms: given.number(0) }),
    },
    Row {
        path: "/deck/{deck}/grid/double",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Makes its tempo twice as fast.",
        make: |given| Wish::Grid(given.deck, GridEdit::Double),
    },
    Row {
        path: "/deck/{deck}/grid/halve",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Makes its tempo half as fast.",
        make: |given| Wish::Grid(given.deck, GridEdit::Halve),
    },
    Row {
        path: "/deck/{deck}/grid/downbeat",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "The beat that is nearest to the playhead begins a bar.",
        make: |given| Wish::Grid(given.deck, GridEdit::Downbeat),
    },
    Row {
        path: "/deck/{deck}/grid/tap",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "There is a beat where the playhead is: two or more in a row make a steady grid.",
        make: |given| Wish::Grid(given.deck, GridEdit::Tap),
    },
    Row {
        path: "/deck/{deck}/grid/lock",
        args: &[SWITCH],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Locks the beat grid against changes, or unlocks it.",
        make: |given| Wish::Grid(given.deck, GridEdit::Lock(given.number(0) > 0.5)),
    },
    Row {
        path: "/bridge/connect",
        args: &[Arg::Number { unit: "port", min: 1.0, max: 65_535.0 }],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Connects to another Echelon on this machine, by its OSC port, and again whenever it is lost.",
        make: |given| Wish::Bridge(Command::Connect(u16::try_from(given.whole(0)).unwrap_or(u16::MAX))),
    },
    Row {
        path: "/bridge/disconnect",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Ends the connection, whoever began it.",
        make: |_| Wish::Bridge(Command::Disconnect),
    },
    Row {
        path: "/bridge/role",
        args: &[Arg::Choice(&Role::WORDS)],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Whether this one leads (its plays, stops and crossfader go to the other), follows, or neither.",
        make: |given| Wish::Bridge(Command::SetRole(Role::from_word(given.text(0)).unwrap_or_default())),
    },
    Row {
        path: "/bridge/state",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/bridge/state`.",
        make: |_| Wish::Bridge(Command::Tell),
    },
    Row {
        path: "/ping",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/pong`.",
        make: |_| Wish::Ping,
    },
    Row {
        path: "/info",
        args: &[],
        optional: false,
        button: false,
        when: DefaultWhen::None,
        help: "Answers `/info \"Echelon\" version port`.",
        make: |_| Wish::Info,
    },
];
