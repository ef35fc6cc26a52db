//! The rows that are no actions: questions, recipes, beat grids, the bridge. The actions' are the engine's
//! ([`echelon_engine::action::catalog`]).

use echelon_engine::action::{Arg, Args, Given, Roles, When};

use super::{Make, Row, Which, Wish};
use crate::bridge::{Command, Role};
use crate::media::GridEdit;

use super::super::parse::HouseWish;

const SHIFT: Arg = Arg::Number { unit: "ms", min: -10_000.0, max: 10_000.0 };
const FROM: Arg = Arg::Deck { what: "outgoing deck" };
const TO: Arg = Arg::Deck { what: "incoming deck" };
const RECIPE: [Arg; 3] = [Arg::Text { what: "recipe" }, FROM, TO];
const RECIPE_TEXT: [Arg; 3] = [Arg::Text { what: "JSON" }, FROM, TO];

fn recipe(which: fn(String) -> Which, given: &Given<'_>, preview: bool) -> Wish {
    let roles = Roles::new(given.deck_at(1), given.deck_at(2));
    Wish::Recipe { which: which(given.text(0).to_owned()), roles, preview }
}

/// What most of them are.
pub const QUESTION: Row = Row {
    path: "",
    args: Args::NONE,
    optional: false,
    button: false,
    when: When::Never,
    help: "",
    make: Make::Ask(|_| Wish::Ping),
};

/// Every address that is no action's.
pub const TABLE: [Row; 28] = [
    Row {
        path: "/recipe/run",
        args: Args::three(RECIPE),
        when: When::Quantize,
        help: "Runs a recipe that comes with the plugin: all of its steps, or none.",
        make: Make::Ask(|given| recipe(Which::Id, given, false)),
        ..QUESTION
    },
    Row {
        path: "/recipe/run/text",
        args: Args::three(RECIPE_TEXT),
        when: When::Quantize,
        help: "Runs a recipe that is given as the text of its file.",
        make: Make::Ask(|given| recipe(Which::Text, given, false)),
        ..QUESTION
    },
    Row {
        path: "/recipe/preview",
        args: Args::three(RECIPE),
        when: When::Quantize,
        help: "Asks whether a recipe would be run, and does nothing: answers `/recipe/preview`.",
        make: Make::Ask(|given| recipe(Which::Id, given, true)),
        ..QUESTION
    },
    Row {
        path: "/recipe/preview/text",
        args: Args::three(RECIPE_TEXT),
        when: When::Quantize,
        help: "The same for a recipe that is given as the text of its file.",
        make: Make::Ask(|given| recipe(Which::Text, given, true)),
        ..QUESTION
    },
    Row {
        path: "/recipe/list",
        help: "Answers `/recipe/list` for each recipe that comes with the plugin, then `/recipe/list/end`.",
        make: Make::Ask(|_| Wish::RecipeList),
        ..QUESTION
    },
    Row {
        path: "/deck/{deck}/motion",
        help: "Answers `/motion`: where the deck is, how it moves, its loop and cues.",
        make: Make::Ask(|given| Wish::Motion(given.deck)),
        ..QUESTION
    },
    Row {
        path: "/meters",
        help: "Answers `/meter` for the master and each deck's output, then `/meters/end`.",
        make: Make::Ask(|_| Wish::Meters),
        ..QUESTION
    },
    Row {
        path: "/telemetry",
        help: "Answers `/telemetry` for each figure of the scheduler and the safety policy, then `/telemetry/end`.",
        make: Make::Ask(|_| Wish::Telemetry),
        ..QUESTION
    },
    Row {
        path: "/deck/{deck}/track",
        help: "Answers `/track`: tempo, key and loudness of the track, who made it and what it is called.",
        make: Make::Ask(|given| Wish::Track(given.deck)),
        ..QUESTION
    },
    Row {
        path: "/deck/{deck}/grid/shift",
        args: Args::one(SHIFT),
        help: "Moves the track's beat grid, later if positive. Each of these answers `/track`.",
        make: Make::Ask(|given| Wish::Grid(given.deck, GridEdit::Shift { ms: given.number(0) })),
        ..QUESTION
    },
    Row {
        path: "/deck/{deck}/grid/double",
        help: "Makes its tempo twice as fast.",
        make: Make::Ask(|given| Wish::Grid(given.deck, GridEdit::Double)),
        ..QUESTION
    },
    Row {
        path: "/deck/{deck}/grid/halve",
        help: "Makes its tempo half as fast.",
        make: Make::Ask(|given| Wish::Grid(given.deck, GridEdit::Halve)),
        ..QUESTION
    },
    Row {
        path: "/deck/{deck}/grid/downbeat",
        help: "The beat that is nearest to the playhead begins a bar.",
        make: Make::Ask(|given| Wish::Grid(given.deck, GridEdit::Downbeat)),
        ..QUESTION
    },
    Row {
        path: "/deck/{deck}/grid/tap",
        help: "There is a beat where the playhead is: two or more in a row make a steady grid.",
        make: Make::Ask(|given| Wish::Grid(given.deck, GridEdit::Tap)),
        ..QUESTION
    },
    Row {
        path: "/deck/{deck}/grid/lock",
        args: Args::one(Arg::SWITCH),
        help: "Locks the beat grid against changes, or unlocks it.",
        make: Make::Ask(|given| Wish::Grid(given.deck, GridEdit::Lock(given.number(0) > 0.5))),
        ..QUESTION
    },
    Row {
        path: "/bridge/connect",
        args: Args::one(Arg::Number { unit: "port", min: 1.0, max: 65_535.0 }),
        help: "Connects to another Echelon on this machine, by its OSC port, and again whenever it is lost.",
        make: Make::Ask(|given| Wish::Bridge(Command::Connect(u16::try_from(given.whole(0)).unwrap_or(u16::MAX)))),
        ..QUESTION
    },
    Row {
        path: "/bridge/disconnect",
        help: "Ends the connection, whoever began it.",
        make: Make::Ask(|_| Wish::Bridge(Command::Disconnect)),
        ..QUESTION
    },
    Row {
        path: "/bridge/role",
        args: Args::one(Arg::Choice(&Role::WORDS)),
        help: "Whether this one leads (its plays, stops and crossfader go to the other), follows, or neither.",
        make: Make::Ask(|given| Wish::Bridge(Command::SetRole(Role::from_word(given.text(0)).unwrap_or_default()))),
        ..QUESTION
    },
    Row {
        path: "/bridge/state",
        help: "Answers `/bridge/state`.",
        make: Make::Ask(|_| Wish::Bridge(Command::Tell)),
        ..QUESTION
    },
    Row {
        path: "/subscribe",
        args: Args::two([Arg::Text { what: "pattern" }, Arg::Number { unit: "ms", min: 10.0, max: 1000.0 }]),
        optional: true,
        help: "Tells this client for 30 s what changes at addresses like this (`*` for all but meters and places), at most every so many ms (50); any message renews it. Answers `/subscribed`.",
        make: Make::Ask(|given| {
            let pattern = if given.values.is_empty() { "*" } else { given.text(0) };
            let ms = if given.values.len() > 1 { given.number(1) } else { 50.0 };
            Wish::Subscribe { pattern: pattern.to_owned(), ms }
        }),
        ..QUESTION
    },
    Row {
        path: "/unsubscribe",
        help: "Tells this client nothing more. Answers `/unsubscribed`.",
        make: Make::Ask(|_| Wish::Unsubscribe),
        ..QUESTION
    },
    Row {
        path: "/snapshot",
        help: "Tells everything that can be subscribed to, once, then `/snapshot/end`.",
        make: Make::Ask(|_| Wish::Snapshot),
        ..QUESTION
    },
    Row {
        path: "/instance/list",
        help: "Answers `/instance` for each instance at this port, then `/instance/end`. So do the next two.",
        make: Make::Ask(|_| Wish::House(HouseWish::List)),
        ..QUESTION
    },
    Row {
        path: "/instance/select",
        args: Args::one(Arg::Text { what: "name" }),
        help: "Lets plain addresses go to the instance of this name.",
        make: Make::Ask(|given| Wish::House(HouseWish::Select(given.text(0).to_owned()))),
        ..QUESTION
    },
    Row {
        path: "/instance/name",
        args: Args::one(Arg::Text { what: "name" }),
        help: "Gives the instance another name, or one like it if that is taken; the project keeps it.",
        make: Make::Ask(|given| Wish::House(HouseWish::Rename(given.text(0).to_owned()))),
        ..QUESTION
    },
    Row {
        path: "/source/list",
        help: "Answers `/source` for each way in, then `/source/end`: what came by it, and what became of that.",
        make: Make::Ask(|_| Wish::Sources),
        ..QUESTION
    },
    Row { path: "/ping", help: "Answers `/pong`.", make: Make::Ask(|_| Wish::Ping), ..QUESTION },
    Row { path: "/info", help: "Answers `/info`.", make: Make::Ask(|_| Wish::Info), ..QUESTION },
];
