//! From an address and arguments to an action. Pure; any thread.

use echelon_engine::action::{Action, ActionTiming, Given, When};
use rosc::OscType;

use super::address::{Target, find};
use super::arguments::{button_value, number, read_values, read_when, split_receipt};
use super::namespace::Wish;
use super::parse_error::ParseError;
use super::query::{Asked, FilledRecipe, Query};

/// What a message asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// An action.
    Act {
        /// What.
        action: Action,
        /// When.
        timing: ActionTiming,
        /// The sender's number for receipts.
        receipt: Option<i32>,
        /// What was changed to make it fit, for a person.
        note: Option<String>,
    },
    /// To take back what the sender asked for with this number.
    CancelOwn {
        /// The number of the receipts of what shall be taken back.
        number: i32,
        /// The sender's number for the receipts of this.
        receipt: Option<i32>,
    },
    /// A button was let go.
    Ignored {
        /// The sender's number for receipts.
        receipt: Option<i32>,
    },
    /// To run a recipe.
    Recipe {
        /// Which.
        recipe: FilledRecipe,
        /// When.
        timing: ActionTiming,
        /// The sender's number for receipts.
        receipt: Option<i32>,
    },
    /// What only the control thread can answer.
    Ask(Query),
    /// Something about the instances at the port.
    House(HouseWish),
    /// Which recipes there are.
    RecipeList,
    /// Whether anyone is there.
    Ping,
    /// Who is there.
    Info,
}

/// What is asked about the instances at a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HouseWish {
    /// Who is there.
    List,
    /// Plain addresses shall go to the instance of this name.
    Select(String),
    /// The instance shall have this name.
    Rename(String),
}

impl Parsed {
    /// What is queued for the executor, if it is to be; of a recipe nothing is known yet.
    pub(super) const fn action(&self) -> Option<&Action> {
        if let Self::Act { action, .. } = self { Some(action) } else { None }
    }

    /// The sender's number for receipts.
    pub(super) const fn receipt(&self) -> Option<i32> {
        match self {
            Self::Act { receipt, .. }
            | Self::CancelOwn { receipt, .. }
            | Self::Ignored { receipt }
            | Self::Recipe { receipt, .. } => *receipt,
            _ => None,
        }
    }
}

/// What comes before the address of an action in a question.
const CAN: &str = "/can";

/// Reads one message.
///
/// # Errors
/// [`ParseError`] says what was expected.
pub fn parse(address: &str, args: &[OscType]) -> Result<Parsed, ParseError> {
    match address.strip_prefix(CAN) {
        Some(rest) if rest.starts_with('/') => parse_question(address, rest, args),
        _ => parse_wish(address, args),
    }
}

/// `/can/deck/a/play`: the same as `/deck/a/play`, but only asked.
fn parse_question(address: &str, asked: &str, args: &[OscType]) -> Result<Parsed, ParseError> {
    let ask = |wish, receipt| Parsed::Ask(Query::Can { address: address.to_owned(), wish, receipt });
    let with_can = |error| match error {
        ParseError::UnknownPath { nearest, .. } => {
            ParseError::UnknownPath { path: address.to_owned(), nearest: format!("{CAN}{nearest}") }
        }
        other => other,
    };
    match parse_wish(asked, args).map_err(with_can)? {
        Parsed::Act { action, timing, receipt, .. } => Ok(ask(Asked::Action { action, timing }, receipt)),
        Parsed::Recipe { recipe, timing, receipt } => Ok(ask(Asked::Recipe { recipe, timing }, receipt)),
        Parsed::CancelOwn { number, receipt } => Ok(ask(Asked::CancelOwn(number), receipt)),
        Parsed::Ignored { receipt } => Ok(ask(Asked::Nothing, receipt)),
        Parsed::Ask(_) | Parsed::House(_) | Parsed::RecipeList | Parsed::Ping | Parsed::Info => {
            Err(ParseError::UnknownPath { path: address.to_owned(), nearest: format!("{CAN}/deck/a/play") })
        }
    }
}

fn parse_wish(address: &str, args: &[OscType]) -> Result<Parsed, ParseError> {
    let Target { row, deck, suffix } = find(address)?;
    let (args, receipt) = if row.when == When::Never { (args, None) } else { split_receipt(args)? };
    let count = || ParseError::WrongCount { got: args.len(), usage: row.usage() };
    let left_out = row.optional && args.first().is_none_or(|first| matches!(first, OscType::String(_)));
    let own = match row.when {
        // A question's arguments may be left out from the end.
        When::Never if row.optional => args.len().min(row.args.len()),
        _ if left_out => 0,
        _ => row.args.len(),
    };
    let (own, rest) = args.split_at_checked(own).ok_or_else(count)?;
    let mut note = None;
    let values = read_values(row, own, &mut note)?;
    let (pressed, when) = match rest {
        [] => (true, None),
        [one] if row.button => match button_value(one, suffix)? {
            Some(value) => (value > 0.0, None),
            None => (true, Some((one, 1))),
        },
        [button, when] if row.button => (number(button, 1)? > 0.0, Some((when, 2))),
        [when] if row.when != When::Never => (true, Some((when, args.len()))),
        _ => return Err(count()),
    };
    let when = when.map(|(arg, position)| read_when(arg, position)).transpose()?;
    let timing = match (suffix, when) {
        (Some(a), Some(b)) if a != b => return Err(ParseError::WhenTwice),
        (a, b) => a.or(b).unwrap_or(row.when.timing()),
    };
    if !pressed {
        return Ok(Parsed::Ignored { receipt });
    }
    Ok(match row.wish(&Given { deck, values: &values }) {
        Wish::Act(action) => Parsed::Act { action, timing, receipt, note },
        Wish::CancelOwn(number) => Parsed::CancelOwn { number, receipt },
        Wish::Recipe { which, roles, preview } => {
            let recipe = FilledRecipe::new(which, roles)?;
            if preview {
                let wish = Asked::Recipe { recipe, timing };
                Parsed::Ask(Query::Can { address: address.to_owned(), wish, receipt })
            } else {
                Parsed::Recipe { recipe, timing, receipt }
            }
        }
        Wish::RecipeList => Parsed::RecipeList,
        Wish::Telemetry => Parsed::Ask(Query::Telemetry),
        Wish::Motion(deck) => Parsed::Ask(Query::Motion(deck)),
        Wish::Meters => Parsed::Ask(Query::Meters),
        Wish::Bridge(command) => Parsed::Ask(Query::Bridge(command)),
        Wish::Peers(command) => Parsed::Ask(Query::Peers(command)),
        Wish::Track(deck) => Parsed::Ask(Query::Track { deck, edit: None }),
        Wish::Grid(deck, edit) => Parsed::Ask(Query::Track { deck, edit: Some(edit) }),
        Wish::Subscribe { pattern, ms } => Parsed::Ask(Query::Subscribe { pattern, ms }),
        Wish::Unsubscribe => Parsed::Ask(Query::Unsubscribe),
        Wish::Sources => Parsed::Ask(Query::Sources),
        Wish::Snapshot => Parsed::Ask(Query::Snapshot),
        Wish::House(wish) => Parsed::House(wish),
        Wish::Ping => Parsed::Ping,
        Wish::Info => Parsed::Info,
    })
}

/// The sender's number for receipts, also from a message that is wrong in other ways.
pub(super) fn receipt_of(args: &[OscType]) -> Option<i32> {
    split_receipt(args).ok().and_then(|(_, receipt)| receipt)
}
