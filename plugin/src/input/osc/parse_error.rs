//! Why a message was not understood, in sentences that say what would have been.

/// Why a message was not understood.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ParseError {
    /// No such address.
    #[error("there is no address {}; did you mean {nearest}?", short(.path))]
    UnknownPath {
        /// What came.
        path: String,
        /// The most similar one that exists.
        nearest: String,
    },
    /// OSC address patterns.
    #[error("address patterns (* ? [] {{}}) are not taken: name one address at a time")]
    AddressPattern,
    /// No such deck.
    #[error("there is no deck '{}': the decks are a, b, c and d", short(.0))]
    UnknownDeck(String),
    /// An argument of a type that cannot be used there.
    #[error("argument {position} is {got}; expected {expected}")]
    WrongType {
        /// Counted from 1.
        position: usize,
        /// What the address takes there.
        expected: &'static str,
        /// What came, with an article.
        got: &'static str,
    },
    /// Too few or too many arguments.
    #[error("wrong number of arguments ({got}); expected: {usage}")]
    WrongCount {
        /// How many came, without the receipt's two.
        got: usize,
        /// What the address takes.
        usage: String,
    },
    /// NaN or infinity.
    #[error("argument {position} is not a finite number")]
    NotFinite {
        /// Counted from 1.
        position: usize,
    },
    /// A word that is no time.
    #[error("'{}' is no time; expected now, beat, bar, 2bars, 4bars or a song beat (a number)", short(.0))]
    BadWhen(String),
    /// The address and the arguments ask for different times.
    #[error("the address says when, and so does the last argument: say it once")]
    WhenTwice,
    /// `"id"` without a number after it.
    #[error("\"id\" must be followed by a whole number (type i) as the last argument")]
    BadReceipt,
    /// No recipe of that id.
    #[error("there is no recipe '{}'; there are {known}", short(.id))]
    UnknownRecipe {
        /// What came.
        id: String,
        /// The ids that there are.
        known: String,
    },
    /// A recipe that is wrong, or does not fit its decks.
    #[error("the recipe cannot be run: {}", short(.0))]
    BadRecipe(String),
    /// A word that is not among those that are taken.
    #[error("'{}' is not taken here; expected {expected}", short(.got))]
    NotAChoice {
        /// What came.
        got: String,
        /// What the address takes.
        expected: String,
    },
    /// A file name that does not say where the file is.
    #[error("'{}' is no full path: expected one like {EXAMPLE_PATH}", short(.0))]
    NotAFullPath(String),
}

const EXAMPLE_PATH: &str = if cfg!(windows) { "C:\\Music\\track.wav" } else { "/home/me/music/track.wav" };

impl ParseError {
    /// A short, stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownPath { .. } => "unknown_address",
            Self::AddressPattern => "address_pattern",
            Self::UnknownDeck(_) => "unknown_deck",
            Self::WrongType { .. } => "wrong_type",
            Self::WrongCount { .. } => "wrong_count",
            Self::NotFinite { .. } => "not_finite",
            Self::BadWhen(_) => "bad_when",
            Self::WhenTwice => "when_twice",
            Self::BadReceipt => "bad_receipt",
            Self::UnknownRecipe { .. } => "unknown_recipe",
            Self::BadRecipe(_) => "bad_recipe",
            Self::NotAChoice { .. } => "not_a_choice",
            Self::NotAFullPath(_) => "not_a_full_path",
        }
    }
}

/// Text from outside, cut so that an answer stays small.
pub(super) fn short(text: &str) -> String {
    const MOST_CHARS: usize = 120;
    match text.char_indices().nth(MOST_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
