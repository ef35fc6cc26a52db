//! The OSC namespace: one row per address. Parser, error texts and the README's table all come from here.

mod gestures;
mod knobs;
mod markdown;
mod table;

pub(super) use markdown::is_reply;
pub use markdown::namespace_markdown;
use table::TABLE;

/// Every address that is understood.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    TABLE.iter().chain(gestures::rows()).chain(knobs::rows())
}

use echelon_engine::action::{Action, ActionTiming, Roles};
use echelon_engine::units::DeckId;

use crate::bridge::Command;
use crate::media::GridEdit;

/// The timing of a word that says when, as a trailing argument or as the last part of an address: `now`, or a grid.
pub(super) fn when_word(word: &str) -> Option<ActionTiming> {
    ActionTiming::from_word(word).filter(|timing| *timing != ActionTiming::Default)
}

/// Every such word.
#[cfg(test)]
pub(super) fn when_words() -> impl Iterator<Item = &'static str> {
    std::iter::once("now").chain(echelon_engine::action::Grid::NAMED.iter().map(|(name, _)| *name))
}

/// The part of a path that stands for `a`, `b`, `c` or `d`.
pub(super) const DECK: &str = "{deck}";

/// What an address takes as an argument.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arg {
    /// A number; outside of its range it is clamped.
    Number {
        /// For people: `seconds`, `dB`.
        unit: &'static str,
        min: f64,
        /// `f64::INFINITY` if there is no upper end.
        max: f64,
    },
    /// The full path of an audio file.
    File,
    /// Text.
    Text {
        /// For people: `recipe`.
        what: &'static str,
    },
    /// The letter of a deck.
    Deck {
        /// For people: `outgoing deck`.
        what: &'static str,
    },
    /// One of some words.
    Choice(&'static [&'static str]),
    /// A whole number from 1; another one is refused.
    Index {
        /// For people: `hot cue`.
        what: &'static str,
        last: usize,
    },
    /// One of some words, or its place among them as a number; read as the number.
    Pick(&'static [&'static str]),
}

/// An argument as it came, checked against its [`Arg`].
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Deck(DeckId),
}

/// What a row's constructor gets.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// The deck in the address; A where the address names none.
    pub deck: DeckId,
    /// The row's own.
    pub path: &'static str,
    /// One for each of the row's arguments, in order.
    pub values: Vec<Value>,
}

impl Given {
    /// The n-th argument, which the row says is a number.
    fn number(&self, n: usize) -> f64 {
        match self.values.get(n) {
            Some(Value::Number(number)) => *number,
            _ => 0.0,
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "the value is clamped to a small range; f32 is the unit's type")]
    fn number_f32(&self, n: usize) -> f32 {
        self.number(n) as f32
    }

    /// The n-th argument as a whole number.
    #[allow(clippy::cast_possible_truncation, reason = "saturates")]
    fn whole(&self, n: usize) -> i32 {
        self.number(n).round() as i32
    }

    /// The n-th argument, which the row says is a deck.
    fn deck_at(&self, n: usize) -> DeckId {
        match self.values.get(n) {
            Some(Value::Deck(deck)) => *deck,
            _ => DeckId::A,
        }
    }

    /// The n-th argument, which the row says is text.
    fn text(&self, n: usize) -> &str {
        match self.values.get(n) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }
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
    Bridge(Command),
    /// To tell what is known of a deck's track.
    Track(DeckId),
    /// To change its beat grid, and tell.
    Grid(DeckId, GridEdit),
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

/// When an address acts if the message does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DefaultWhen {
    /// By the rig's quantize setting.
    Quantize,
    /// On a playing deck on the next beat, unless quantize is off; else at once.
    Beat,
    /// At once.
    Now,
    /// It is no action: it takes neither a time nor a receipt.
    None,
}

impl DefaultWhen {
    pub const fn timing(self) -> ActionTiming {
        match self {
            Self::Quantize | Self::Beat => ActionTiming::Default,
            Self::Now | Self::None => ActionTiming::Immediate,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Quantize => "quantize setting",
            Self::Beat => "next beat",
            Self::Now => "now",
            Self::None => "-",
        }
    }
}

/// One address.
pub(super) struct Row {
    pub path: &'static str,
    pub args: &'static [Arg],
    /// Its arguments may be left out.
    pub optional: bool,
    /// Takes an optional number: above 0 (or left out) it fires, 0 does nothing.
    pub button: bool,
    pub when: DefaultWhen,
    pub help: &'static str,
    pub make: fn(&Given) -> Wish,
}

impl Arg {
    /// `f seconds, 0 or more`
    fn usage(self) -> String {
        match self {
            Self::File => "s full path of a file".to_owned(),
            Self::Text { what } | Self::Deck { what } => format!("s {what}"),
            Self::Index { what, last } => format!("i {what}, 1 to {last}"),
            Self::Pick(words) => format!("s {}, or i 0 to {}", words.join(" or "), words.len() - 1),
            Self::Choice(words) => format!("s {}", words.join(" or ")),
            Self::Number { unit: "id", .. } => "i id".to_owned(),
            Self::Number { unit, min, max } => {
                let unit = if unit.is_empty() { String::new() } else { format!("{unit}, ") };
                if max.is_finite() { format!("f {unit}{min} to {max}") } else { format!("f {unit}{min} or more") }
            }
        }
    }
}

impl Row {
    /// The arguments in one line, for errors: `f seconds, 0 or more [when] ["id" i]`.
    pub fn usage(&self) -> String {
        let usage = |arg: &Arg| if self.optional { format!("[{}]", arg.usage()) } else { arg.usage() };
        let mut parts: Vec<String> = self.args.iter().map(usage).collect();
        if self.button {
            parts.push("[f button]".to_owned());
        }
        if self.when != DefaultWhen::None {
            parts.push("[when] [\"id\" i]".to_owned());
        }
        if parts.is_empty() { "no arguments".to_owned() } else { parts.join(" ") }
    }
}
