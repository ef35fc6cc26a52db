//! From an address and arguments to an action. Pure; any thread.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use echelon_engine::action::{Action, ActionKind, ActionTiming, Arg, DECK, Given, Value, When};
use echelon_engine::safety::ActionMask;
use echelon_engine::units::DeckId;
use rosc::OscType;

use super::namespace::{Row, Wish, rows, when_word};
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

/// Every address of every row, for a look-up that takes the same time however many there are.
static INDEX: LazyLock<HashMap<String, (&'static Row, DeckId)>> = LazyLock::new(|| {
    let on_decks = |row: &'static Row| {
        let decks = if row.path.contains(DECK) { &DeckId::ALL[..] } else { &DeckId::ALL[..1] };
        decks.iter().map(move |deck| (row.path.replace(DECK, &deck.to_string().to_lowercase()), (row, *deck)))
    };
    rows().flat_map(on_decks).collect()
});

/// The row of an address, its deck, and the time that the address says. Takes as long for any address.
pub(super) fn lookup(address: &str) -> Option<(&'static Row, DeckId, Option<ActionTiming>)> {
    if let Some((row, deck)) = INDEX.get(address) {
        return Some((row, *deck, None));
    }
    let (stem, last) = address.rsplit_once('/')?;
    let (timing, (row, deck)) = (when_word(last)?, INDEX.get(stem)?);
    (row.when != When::Never).then_some((row, *deck, Some(timing)))
}

/// The row that an address names, its deck, and the time that the address says.
struct Target {
    row: &'static Row,
    deck: DeckId,
    suffix: Option<ActionTiming>,
}

fn find(address: &str) -> Result<Target, ParseError> {
    if let Some((row, deck, suffix)) = lookup(address) {
        return Ok(Target { row, deck, suffix });
    }
    let unknown = || ParseError::UnknownPath { path: address.to_owned(), nearest: nearest(address) };
    let (stem, suffix) = match address.rsplit_once('/') {
        Some((stem, last)) if when_word(last).is_some() => (stem, when_word(last)),
        _ => (address, None),
    };
    let Some((row, letter)) = rows().find_map(|row| matches(row.path, stem).map(|deck| (row, deck))) else {
        let pattern = address.contains(['*', '?', '[', ']', '{', '}']);
        return Err(if pattern { ParseError::AddressPattern } else { unknown() });
    };
    if suffix.is_some() && row.when == When::Never {
        return Err(unknown());
    }
    let deck = match letter {
        "" => DeckId::A,
        letter if letter.contains(['*', '?', '[', ']', '{', '}']) => return Err(ParseError::AddressPattern),
        letter => DeckId::from_letter(letter).ok_or_else(|| ParseError::UnknownDeck(letter.to_owned()))?,
    };
    Ok(Target { row, deck, suffix })
}

/// `None` if the address is not of this pattern; else the part in the deck's place, or "" if there is none.
fn matches<'a>(pattern: &str, address: &'a str) -> Option<&'a str> {
    let mut letter = "";
    let (mut want, mut have) = (pattern.split('/'), address.split('/'));
    loop {
        match (want.next(), have.next()) {
            (None, None) => return Some(letter),
            (Some(DECK), Some(part)) if !part.is_empty() => letter = part,
            (Some(a), Some(b)) if a == b => {}
            _ => return None,
        }
    }
}

/// The known address that takes the fewest edits, with the sender's own deck in it.
fn nearest(address: &str) -> String {
    // Longer addresses are as far from all of ours; the bound keeps the work small.
    let address: Vec<char> = address.chars().take(64).collect();
    let text: String = address.iter().collect();
    let deck = text.split('/').find(|part| DeckId::from_letter(part).is_some()).unwrap_or("a");
    rows()
        .map(|row| row.path.replace(DECK, deck))
        .min_by_key(|known| edits(&address, &known.chars().collect::<Vec<_>>()))
        .unwrap_or_default()
}

/// Levenshtein distance.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Takes `"id", i` off the end.
fn split_receipt(args: &[OscType]) -> Result<(&[OscType], Option<i32>), ParseError> {
    let is_id = |arg: &OscType| matches!(arg, OscType::String(word) if word == "id");
    match args {
        [.., last] if is_id(last) => Err(ParseError::BadReceipt),
        [rest @ .., id, number] if is_id(id) => whole(number).map(|n| (rest, Some(n))).ok_or(ParseError::BadReceipt),
        _ => Ok((args, None)),
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the range and the missing fraction are checked")]
fn whole(arg: &OscType) -> Option<i32> {
    match arg {
        OscType::Int(n) => Some(*n),
        OscType::Long(n) => i32::try_from(*n).ok(),
        OscType::Float(_) | OscType::Double(_) => {
            let n = number(arg, 0).ok()?;
            (n.fract() == 0.0 && n.abs() < f64::from(i32::MAX)).then_some(n as i32)
        }
        _ => None,
    }
}

/// The arguments that are the row's own, clamped. `note` says what was clamped.
fn read_values(row: &Row, args: &[OscType], note: &mut Option<String>) -> Result<Vec<Value>, ParseError> {
    let read = |(index, (arg, got)): (usize, (&Arg, &OscType))| match *arg {
        Arg::Number { unit, min, max } => {
            let value = number(got, index + 1)?;
            let clamped = value.clamp(min, max);
            if clamped != value {
                let text = format!("{} is out of range: clamped to {clamped} {unit}", for_people(value));
                *note = Some(text.trim_end().to_owned());
            }
            Ok(Value::Number(clamped))
        }
        Arg::File => match got {
            OscType::String(path) if Path::new(path).is_absolute() => Ok(Value::Text(path.clone())),
            OscType::String(path) => Err(ParseError::NotAFullPath(path.clone())),
            other => Err(wrong_type(other, index + 1, "the full path of a file (type s)")),
        },
        Arg::Kinds => read_kinds(text(got, index + 1)?).map(Value::Kinds),
        Arg::Text { .. } => Ok(Value::Text(text(got, index + 1)?.to_owned())),
        Arg::Deck { .. } => {
            let letter = text(got, index + 1)?;
            DeckId::from_letter(letter).map(Value::Deck).ok_or_else(|| ParseError::UnknownDeck(letter.to_owned()))
        }
        Arg::Index { what, last } => {
            let given = number(got, index + 1)?;
            let fits = given.fract() == 0.0 && (1.0..=last as f64).contains(&given);
            let not = || ParseError::NotAChoice { got: for_people(given), expected: format!("a {what}, 1 to {last}") };
            if fits { Ok(Value::Number(given)) } else { Err(not()) }
        }
        Arg::Pick(words) => read_pick(words, got, index + 1, note).map(Value::Number),
        Arg::Choice(words) => match text(got, index + 1)? {
            word if words.contains(&word) => Ok(Value::Text(word.to_owned())),
            other => Err(ParseError::NotAChoice { got: other.to_owned(), expected: words.join(", ") }),
        },
    };
    row.args.iter().zip(args).enumerate().map(read).collect()
}

/// Kinds of action by their words, with spaces or commas between.
fn read_kinds(text: &str) -> Result<ActionMask, ParseError> {
    let words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let kind = |word: &str| match word {
        "all" => Ok(ActionMask::ALL),
        "none" => Ok(ActionMask::NONE),
        other => match ActionKind::from_word(other) {
            Some(kind) => Ok(ActionMask::of(&[kind])),
            None => {
                let expected = ActionKind::ALL.map(ActionKind::word).join(", ") + ", all or none";
                Err(ParseError::NotAChoice { got: other.to_owned(), expected })
            }
        },
    };
    words.map(kind).try_fold(ActionMask::NONE, |mask, kind| Ok(mask.or(kind?)))
}

/// One of some words, or the nearest place among them.
fn read_pick(words: &[&str], got: &OscType, position: usize, note: &mut Option<String>) -> Result<f64, ParseError> {
    if let OscType::String(text) = got {
        let place = words.iter().position(|word| word.eq_ignore_ascii_case(text));
        let not = || ParseError::NotAChoice { got: text.clone(), expected: words.join(", ") };
        return place.map(|place| place as f64).ok_or_else(not);
    }
    let (value, last) = (number(got, position)?, words.len().saturating_sub(1) as f64);
    let clamped = value.round().clamp(0.0, last);
    if !(0.0..=last).contains(&value) {
        *note = Some(format!("{} is out of range: clamped to {clamped}", for_people(value)));
    }
    Ok(clamped)
}

fn text(arg: &OscType, position: usize) -> Result<&str, ParseError> {
    match arg {
        OscType::String(text) => Ok(text),
        other => Err(wrong_type(other, position, "text (type s)")),
    }
}

/// Without the digits that come from 32 bits made 64.
fn for_people(value: f64) -> String {
    if value.abs() < 1e6 { ((value * 1e3).round() / 1e3).to_string() } else { format!("{value:e}") }
}

/// The value of a button from its only argument; `None` if that says when. With a time in the address, every number
/// that can be a button's value is one; without, only those that control surfaces send: they never send type d.
fn button_value(arg: &OscType, suffix: Option<ActionTiming>) -> Result<Option<f64>, ParseError> {
    if matches!(arg, OscType::Int(_) | OscType::Long(_) | OscType::Bool(_)) {
        return number(arg, 1).map(Some);
    }
    if !matches!(arg, OscType::Float(_) | OscType::Double(_)) {
        return Ok(None);
    }
    let value = number(arg, 1)?;
    let from_surface = matches!(arg, OscType::Float(_)) && (value == 0.0 || value == 1.0);
    let is_value = from_surface || (suffix.is_some() && (0.0..=1.0).contains(&value));
    Ok(is_value.then_some(value))
}

fn read_when(arg: &OscType, position: usize) -> Result<ActionTiming, ParseError> {
    match arg {
        OscType::String(text) => when_word(text).ok_or_else(|| ParseError::BadWhen(text.clone())),
        OscType::Bool(_) => Err(wrong_type(arg, position, WHEN)),
        OscType::Int(_) | OscType::Long(_) | OscType::Float(_) | OscType::Double(_) => {
            Ok(ActionTiming::CustomBeat(number(arg, position)?))
        }
        other => Err(wrong_type(other, position, WHEN)),
    }
}

const WHEN: &str = "when: now, beat, bar, 2bars, 4bars or a song beat (a number)";

/// A finite number. `position` counts from 1.
pub(super) fn number(arg: &OscType, position: usize) -> Result<f64, ParseError> {
    let value = match arg {
        OscType::Int(n) => f64::from(*n),
        OscType::Long(n) => *n as f64,
        OscType::Float(n) => f64::from(*n),
        OscType::Double(n) => *n,
        OscType::Bool(on) => f64::from(u8::from(*on)),
        other => return Err(wrong_type(other, position, "a number (type i, h, f, d, T or F)")),
    };
    if value.is_finite() { Ok(value) } else { Err(ParseError::NotFinite { position }) }
}

fn wrong_type(arg: &OscType, position: usize, expected: &'static str) -> ParseError {
    let got = match arg {
        OscType::Int(_) | OscType::Long(_) | OscType::Float(_) | OscType::Double(_) => "a number",
        OscType::Bool(_) => "a truth value",
        OscType::String(_) => "text",
        OscType::Blob(_) => "a blob",
        OscType::Time(_) => "a time tag",
        OscType::Char(_) => "a character",
        OscType::Color(_) => "a colour",
        OscType::Midi(_) => "a MIDI message",
        OscType::Array(_) => "an array",
        OscType::Nil => "nil",
        OscType::Inf => "an impulse",
    };
    ParseError::WrongType { position, expected, got }
}
