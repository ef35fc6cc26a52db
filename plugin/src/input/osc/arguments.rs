//! A message's arguments, checked against their row. Pure; any thread.

use std::path::Path;

use echelon_engine::action::{ActionKind, ActionTiming, Arg, Value};
use echelon_engine::safety::ActionMask;
use echelon_engine::units::DeckId;
use rosc::OscType;

use super::namespace::{Row, when_word};
use super::parse_error::ParseError;

/// Takes `"id", i` off the end.
pub(super) fn split_receipt(args: &[OscType]) -> Result<(&[OscType], Option<i32>), ParseError> {
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
pub(super) fn read_values(row: &Row, args: &[OscType], note: &mut Option<String>) -> Result<Vec<Value>, ParseError> {
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
pub(super) fn button_value(arg: &OscType, suffix: Option<ActionTiming>) -> Result<Option<f64>, ParseError> {
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

pub(super) fn read_when(arg: &OscType, position: usize) -> Result<ActionTiming, ParseError> {
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
