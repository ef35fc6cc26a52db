//! What a row takes, and what it is given.

use std::ops::Deref;

use crate::safety::ActionMask;
use crate::units::DeckId;

/// An argument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Arg {
    /// A number; outside of its range it is clamped.
    Number {
        /// For people: `seconds`, `dB`.
        unit: &'static str,
        /// The least.
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
        /// The highest.
        last: usize,
    },
    /// One of some words, or its place among them as a number; read as the number.
    Pick(&'static [&'static str]),
    /// Kinds of action by their words, `all` or `none`.
    Kinds,
}

impl Arg {
    /// 0 or 1.
    pub const SWITCH: Self = Self::Number { unit: "", min: 0.0, max: 1.0 };

    /// `f seconds, 0 or more`
    #[must_use]
    pub fn usage(self) -> String {
        match self {
            Self::File => "s full path of a file".to_owned(),
            Self::Kinds => "s kinds of action, all or none".to_owned(),
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

/// A row's arguments in order: at most three.
#[derive(Clone, Copy, Debug)]
pub struct Args {
    list: [Arg; 3],
    len: usize,
}

impl Args {
    /// None.
    pub const NONE: Self = Self { list: [Arg::File; 3], len: 0 };

    /// One.
    #[must_use]
    pub const fn one(arg: Arg) -> Self {
        Self { list: [arg; 3], len: 1 }
    }

    /// Two.
    #[must_use]
    pub const fn two([first, second]: [Arg; 2]) -> Self {
        Self { list: [first, second, second], len: 2 }
    }

    /// Three.
    #[must_use]
    pub const fn three(list: [Arg; 3]) -> Self {
        Self { list, len: 3 }
    }
}

impl Deref for Args {
    type Target = [Arg];
    fn deref(&self) -> &[Arg] {
        &self.list[..self.len]
    }
}

/// An argument as it came, checked against its [`Arg`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Finite, and in range.
    Number(f64),
    /// Text.
    Text(String),
    /// A deck.
    Deck(DeckId),
    /// A set of kinds.
    Kinds(ActionMask),
}

/// What a row's handler gets.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The deck that the address names; A where it names none.
    pub deck: DeckId,
    /// One for each of the row's arguments, in order; none if they may be left out and were.
    pub values: &'a [Value],
}

impl Given<'_> {
    /// The n-th argument, which the row says is a number.
    #[must_use]
    pub fn number(&self, n: usize) -> f64 {
        match self.values.get(n) {
            Some(Value::Number(number)) => *number,
            _ => 0.0,
        }
    }

    /// The same in 32 bits.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the value is clamped to a small range; f32 is the unit's type"
    )]
    pub fn number_f32(&self, n: usize) -> f32 {
        self.number(n) as f32
    }

    /// The n-th argument as a whole number.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "saturates")]
    pub fn whole(&self, n: usize) -> i32 {
        self.number(n).round() as i32
    }

    /// The n-th argument as a switch.
    #[must_use]
    pub fn is_on(&self, n: usize) -> bool {
        self.number(n) >= 0.5
    }

    /// The n-th argument, which the row says is a deck.
    #[must_use]
    pub fn deck_at(&self, n: usize) -> DeckId {
        match self.values.get(n) {
            Some(Value::Deck(deck)) => *deck,
            _ => DeckId::A,
        }
    }

    /// The n-th argument, which the row says is text.
    #[must_use]
    pub fn text(&self, n: usize) -> &str {
        match self.values.get(n) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// The n-th argument, which the row says is a set of kinds.
    #[must_use]
    pub fn kinds(&self, n: usize) -> ActionMask {
        match self.values.get(n) {
            Some(Value::Kinds(mask)) => *mask,
            _ => ActionMask::NONE,
        }
    }
}
