//! The OSC namespace: one row per address. Those of actions are made from the engine's table, the others are in
//! `table.rs`. Parser, error texts, OSCQuery, layouts and the table of docs/osc.md all come from here.

mod markdown;
mod peers;
mod table;

use std::sync::LazyLock;

use echelon_engine::action::{self, Action, ActionTiming, Args, Given, Meaning, Roles, When, catalog};
use echelon_engine::units::DeckId;

use crate::bridge::Command;
use crate::media::GridEdit;

use super::parse::HouseWish;
pub(super) use markdown::is_reply;
pub use markdown::namespace_markdown;
use table::TABLE;

/// Every address that is understood.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    static QUESTIONS: [Row; TABLE.len()] = TABLE;
    static PEERS: [Row; peers::ROWS.len()] = peers::ROWS;
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| catalog().filter_map(Row::of_action).collect());
    ROWS.iter().chain(&QUESTIONS).chain(&PEERS)
}

/// The timing of a word that says when, as a trailing argument or as the last part of an address: `now`, or a grid.
pub(super) fn when_word(word: &str) -> Option<ActionTiming> {
    ActionTiming::from_word(word).filter(|timing| *timing != ActionTiming::Default)
}

/// Every such word.
#[cfg(test)]
pub(super) fn when_words() -> impl Iterator<Item = &'static str> {
    std::iter::once("now").chain(echelon_engine::action::Grid::NAMED.iter().map(|(name, _)| *name))
}

/// What an address asks for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wish {
    Act(Action),
    /// To take back what the sender asked for with this number.
    CancelOwn(i32),
    /// To run a recipe, or to ask whether it would be run.
    Recipe {
        which: Which,
        roles: Roles,
        preview: bool,
    },
    RecipeList,
    Telemetry,
    /// To be told how a deck moves.
    Motion(DeckId),
    Meters,
    Bridge(Command),
    /// Something for the session with others.
    Peers(crate::peers::Command),
    /// To tell what is known of a deck's track.
    Track(DeckId),
    /// To change its beat grid, and tell.
    Grid(DeckId, GridEdit),
    /// To be told of changes, every so many milliseconds at most.
    Subscribe {
        pattern: String,
        ms: f64,
    },
    Unsubscribe,
    /// How each way in stands.
    Sources,
    /// To be told everything once.
    Snapshot,
    House(HouseWish),
    Ping,
    Info,
}

/// How a recipe is named.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Which {
    /// One that comes with the plugin.
    Id(String),
    /// A whole recipe file.
    Text(String),
}

/// How a row becomes a wish.
#[derive(Clone, Copy)]
pub(super) enum Make {
    /// As the engine's row has it.
    Act(&'static action::Row),
    /// A question.
    Ask(fn(&Given<'_>) -> Wish),
}

/// One address.
pub(super) struct Row {
    pub path: &'static str,
    pub args: Args,
    /// Its arguments may be left out.
    pub optional: bool,
    /// Takes an optional number: above 0 (or left out) it fires, 0 does nothing.
    pub button: bool,
    pub when: When,
    pub help: &'static str,
    pub make: Make,
}

impl Row {
    /// The address of an action; `None` if it has none.
    fn of_action(row: &'static action::Row) -> Option<Self> {
        let action::Row { path, args, optional, button, when, help, .. } = *row;
        (!path.is_empty()).then_some(Self { path, args, optional, button, when, help, make: Make::Act(row) })
    }

    /// What the message asks for.
    pub fn wish(&self, given: &Given<'_>) -> Wish {
        match self.make {
            Make::Ask(make) => make(given),
            Make::Act(row) => match row.meaning(given) {
                Some(Meaning::Act(action)) => Wish::Act(action),
                Some(Meaning::CancelOwn(number)) => Wish::CancelOwn(number),
                // Cannot be: rows without a handler have no address.
                None => Wish::Ping,
            },
        }
    }

    /// The arguments in one line, for errors: `f seconds, 0 or more [when] ["id" i]`.
    pub fn usage(&self) -> String {
        let usage = |arg: &action::Arg| if self.optional { format!("[{}]", arg.usage()) } else { arg.usage() };
        let mut parts: Vec<String> = self.args.iter().map(usage).collect();
        if self.button {
            parts.push("[f button]".to_owned());
        }
        if self.when != When::Never {
            parts.push("[when] [\"id\" i]".to_owned());
        }
        if parts.is_empty() { "no arguments".to_owned() } else { parts.join(" ") }
    }
}
