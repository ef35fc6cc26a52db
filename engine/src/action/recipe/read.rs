//! From a recipe's text to a [`RecipeFile`]: strict, and every complaint names its line.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Recipe;
use super::file::{FileStep, RecipeFile, RecipeFileError, Role, Side, Unit, Wish};
use crate::action::{Gesture, Takes};
use crate::mixer::{EqBand, Knob};
use crate::units::{Decibels, DeckId};

#[derive(Deserialize)]
struct Version {
    echelon_recipe: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head<'a> {
    #[serde(rename = "echelon_recipe")]
    _version: u64,
    name: String,
    #[serde(default)]
    about: String,
    unit: Unit,
    #[serde(borrow)]
    steps: Vec<&'a RawValue>,
}

/// Every field that any action has; which of them belong together is checked after.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    at: f64,
    over: Option<f64>,
    action: Word,
    deck: Option<Role>,
    position_secs: Option<f64>,
    gain_db: Option<f32>,
    band: Option<EqBand>,
    send: Option<f32>,
    position: Option<Side>,
    knob: Option<String>,
    gesture: Option<String>,
    value: Option<Said>,
}

/// A control's value: a number, or text with or without a unit.
#[derive(Deserialize)]
#[serde(untagged)]
enum Said {
    Number(f32),
    Text(String),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    PlayDeck,
    StopDeck,
    SeekDeck,
    SetGain,
    SetEq,
    SetEcho,
    SetCrossfader,
    SetMasterGain,
    SetKnob,
    Gesture,
}

impl RecipeFile {
    /// Reads a recipe's text.
    ///
    /// # Errors
    /// [`RecipeFileError`]: the first thing that is wrong, with its line.
    pub fn read(text: &str) -> Result<Self, RecipeFileError> {
        if text.len() > Self::MAX_BYTES {
            let reason = format!("the text has {} bytes; at most {} are read", text.len(), Self::MAX_BYTES);
            return Err(RecipeFileError::new(1, reason));
        }
        let in_text = |error: serde_json::Error| of_json(&error, 1);
        let version: Version = serde_json::from_str(text).map_err(in_text)?;
        match version.echelon_recipe.as_ref().map(|version| (version.as_u64(), version)) {
            None => return Err(RecipeFileError::new(1, "this is no recipe: \"echelon_recipe\": 1 is missing")),
            Some((Some(Self::VERSION), _)) => {}
            Some((_, other)) => {
                let reason = format!("version {other} of recipes is not known; this Echelon reads {}", Self::VERSION);
                return Err(RecipeFileError::new(line_of(text, "\"echelon_recipe\""), reason));
            }
        }
        let head: Head<'_> = serde_json::from_str(text).map_err(in_text)?;
        let words = [("name", &head.name, 1), ("about", &head.about, 0)];
        for (field, value, least) in words {
            if !(least..=Self::MAX_TEXT).contains(&value.len()) {
                let reason = format!("\"{field}\" has {least} to {} bytes, not {}", Self::MAX_TEXT, value.len());
                return Err(RecipeFileError::new(line_of(text, &format!("\"{field}\"")), reason));
            }
        }
        if !(1..=Recipe::MAX_STEPS).contains(&head.steps.len()) {
            let reason = format!("a recipe has 1 to {} steps, not {}", Recipe::MAX_STEPS, head.steps.len());
            return Err(RecipeFileError::new(line_of(text, "\"steps\""), reason));
        }
        let mut steps: Vec<FileStep> = Vec::with_capacity(head.steps.len());
        for raw in head.steps {
            let step = read_step(raw.get(), line_at(text, raw.get()), head.unit)?;
            if steps.last().is_some_and(|before| before.at > step.at) {
                let reason = "this step comes before the one above it: write them in the order of their time";
                return Err(RecipeFileError::new(step.line, reason));
            }
            steps.push(step);
        }
        Ok(Self { name: head.name, about: head.about, unit: head.unit, steps })
    }
}

fn read_step(text: &str, line: usize, unit: Unit) -> Result<FileStep, RecipeFileError> {
    let step: Step = serde_json::from_str(text).map_err(|error| of_json(&error, line))?;
    let fail = |reason: String| RecipeFileError::new(line, reason);
    for (field, time) in [("at", step.at), ("over", step.over.unwrap_or(0.0))] {
        if !(0.0..=unit.most()).contains(&time) {
            return Err(fail(format!("\"{field}\" is from 0 to {} {}, not {time}", unit.most(), unit.word())));
        }
    }
    let wish = step.wish().map_err(fail)?;
    step.nothing_else(wish).map_err(fail)?;
    Ok(FileStep { line, at: step.at, over: step.over.unwrap_or(0.0), wish })
}

impl Step {
    fn wish(&self) -> Result<Wish, String> {
        let name = self.action.name();
        let needs = |field: &str| format!("{name} needs \"{field}\"");
        let deck = || self.deck.ok_or_else(|| needs("deck"));
        let db_from = |least: Decibels| match self.gain_db.ok_or_else(|| needs("gain_db"))? {
            db if (least.0..=Decibels::MAX.0).contains(&db) => Ok(db),
            db => Err(format!("\"gain_db\" is from {} to {}, not {db}", least.0, Decibels::MAX.0)),
        };
        let gain_db = || db_from(Decibels::SILENCE);
        let position_secs = match self.position_secs {
            Some(secs) if !(secs.is_finite() && secs >= 0.0) => {
                return Err(format!("\"position_secs\" is 0 or more, not {secs}"));
            }
            secs => secs,
        };
        Ok(match self.action {
            Word::PlayDeck => Wish::Play { deck: deck()?, position_secs },
            Word::StopDeck => Wish::Stop { deck: deck()? },
            Word::SeekDeck => {
                Wish::Seek { deck: deck()?, position_secs: position_secs.ok_or_else(|| needs("position_secs"))? }
            }
            Word::SetGain => Wish::Gain { deck: deck()?, gain_db: gain_db()? },
            Word::SetEq => {
                let band = self.band.ok_or_else(|| needs("band"))?;
                Wish::Eq { deck: deck()?, band, gain_db: db_from(*EqBand::RANGE.start())? }
            }
            Word::SetEcho => match self.send.ok_or_else(|| needs("send"))? {
                send if (0.0..=1.0).contains(&send) => Wish::Echo { deck: deck()?, send },
                send => return Err(format!("\"send\" is from 0 to 1, not {send}")),
            },
            Word::SetMasterGain => Wish::MasterGain { gain_db: gain_db()? },
            Word::SetKnob => self.knob_wish()?,
            Word::Gesture => self.gesture_wish()?,
            Word::SetCrossfader => match self.position.ok_or_else(|| needs("position"))? {
                Side::At(at) if !(0.0..=1.0).contains(&at) => {
                    return Err(format!("\"position\" is from 0 to 1, \"from\" or \"to\", not {at}"));
                }
                position => Wish::Crossfader { position },
            },
        })
    }

    /// A control of the mixer's table, by its row's id.
    fn knob_wish(&self) -> Result<Wish, String> {
        let needs = |field: &str| format!("set_knob needs \"{field}\"");
        let id = self.knob.as_deref().ok_or_else(|| needs("knob"))?;
        let (of_deck, of_master) = (Knob::of_deck(DeckId::A, id), Knob::of_master(id));
        let knob = of_deck.or(of_master).ok_or_else(|| format!("there is no knob \"{id}\""))?;
        let row = knob.row();
        let value = match self.value.as_ref().ok_or_else(|| needs("value"))? {
            Said::Number(value) => *value,
            Said::Text(text) => {
                row.value(text).ok_or_else(|| format!("\"{text}\" is no value of the knob \"{id}\""))?
            }
        };
        if row.clamp(value) != value {
            return Err(format!("\"{id}\" is from {} to {}, not {value}", row.min, row.max));
        }
        let deck = match (of_deck, self.deck) {
            (Some(_), deck) => Some(deck.ok_or_else(|| format!("\"{id}\" needs \"deck\""))?),
            (None, None) => None,
            (None, Some(_)) => return Err(format!("\"{id}\" has no \"deck\"")),
        };
        Ok(Wish::Knob { knob, deck, value })
    }

    /// A deck's gesture, by its row's name.
    fn gesture_wish(&self) -> Result<Wish, String> {
        let needs = |field: &str| format!("gesture needs \"{field}\"");
        let name = self.gesture.as_deref().ok_or_else(|| needs("gesture"))?;
        let deck = self.deck.ok_or_else(|| needs("deck"))?;
        let gesture = Gesture::from_name(name).ok_or_else(|| format!("there is no gesture \"{name}\""))?;
        let takes = gesture.row().takes;
        let value = match (&self.value, takes) {
            (None, Takes::Nothing) => 0.0,
            (None, Takes::Switch) => 1.0,
            (None, _) => return Err(format!("\"{name}\" needs \"value\"")),
            (Some(_), Takes::Nothing) => return Err(format!("\"{name}\" has no \"value\"")),
            (Some(Said::Number(value)), _) => f64::from(*value),
            (Some(Said::Text(text)), Takes::Switch) if text == "on" || text == "off" => {
                f64::from(u8::from(text == "on"))
            }
            (Some(Said::Text(text)), _) => return Err(format!("\"{text}\" is no value of \"{name}\"")),
        };
        if takes.clamp(value) == value {
            Ok(Wish::Gesture { deck, gesture, value })
        } else {
            Err(format!("{value} is no value of \"{name}\""))
        }
    }

    /// What an action has no use for is a mistake, not a decoration.
    fn nothing_else(&self, wish: Wish) -> Result<(), String> {
        let has_deck = !matches!(wish, Wish::Crossfader { .. } | Wish::MasterGain { .. });
        let has_gain = matches!(wish, Wish::Gain { .. } | Wish::Eq { .. } | Wish::MasterGain { .. });
        let has_send = matches!(wish, Wish::Echo { .. });
        let has_place = matches!(wish, Wish::Play { .. } | Wish::Seek { .. });
        let has_position = matches!(wish, Wish::Crossfader { .. });
        let has_knob = matches!(wish, Wish::Knob { .. });
        let is_gesture = matches!(wish, Wish::Gesture { .. });
        let too_much = [
            ("deck", self.deck.is_some() && !has_deck),
            ("position_secs", self.position_secs.is_some() && !has_place),
            ("gain_db", self.gain_db.is_some() && !has_gain),
            ("band", self.band.is_some() && !matches!(wish, Wish::Eq { .. })),
            ("send", self.send.is_some() && !has_send),
            ("position", self.position.is_some() && !has_position),
            ("knob", self.knob.is_some() && !has_knob),
            ("gesture", self.gesture.is_some() && !is_gesture),
            ("value", self.value.is_some() && !has_knob && !is_gesture),
            ("over", self.over.is_some() && !has_gain && !has_position && !has_send && !has_knob),
        ];
        match too_much.iter().find(|(_, is_there)| *is_there) {
            Some((field, _)) => Err(format!("{} has no \"{field}\"", self.action.name())),
            None => Ok(()),
        }
    }
}

impl Word {
    const fn name(self) -> &'static str {
        match self {
            Self::PlayDeck => "play_deck",
            Self::StopDeck => "stop_deck",
            Self::SeekDeck => "seek_deck",
            Self::SetGain => "set_gain",
            Self::SetEq => "set_eq",
            Self::SetEcho => "set_echo",
            Self::SetCrossfader => "set_crossfader",
            Self::SetMasterGain => "set_master_gain",
            Self::SetKnob => "set_knob",
            Self::Gesture => "gesture",
        }
    }
}

impl Role {
    fn from_word(word: &str) -> Option<Self> {
        match word {
            "from" => Some(Self::From),
            "to" => Some(Self::To),
            letter => DeckId::from_letter(letter).map(Self::Deck),
        }
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = Role;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a deck: \"from\", \"to\", or one of \"a\" to \"d\"")
            }
            fn visit_str<E: Error>(self, word: &str) -> Result<Role, E> {
                Role::from_word(word).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(word), &self))
            }
        }
        deserializer.deserialize_str(Words)
    }
}

impl<'de> Deserialize<'de> for Side {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = Side;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a place of the crossfader: 0 to 1, \"from\" or \"to\"")
            }
            fn visit_str<E: Error>(self, word: &str) -> Result<Side, E> {
                let role = Role::from_word(word).map(Side::Of);
                role.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(word), &self))
            }
            #[expect(clippy::cast_possible_truncation, reason = "0 to 1 is checked after")]
            fn visit_f64<E: Error>(self, position: f64) -> Result<Side, E> {
                Ok(Side::At(position as f32))
            }
            fn visit_u64<E: Error>(self, position: u64) -> Result<Side, E> {
                self.visit_f64(position as f64)
            }
            fn visit_i64<E: Error>(self, position: i64) -> Result<Side, E> {
                self.visit_f64(position as f64)
            }
        }
        deserializer.deserialize_any(Words)
    }
}

/// The parser's own words, without its place in the part of the text that it saw, which begins on `first_line`.
fn of_json(error: &serde_json::Error, first_line: usize) -> RecipeFileError {
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    RecipeFileError::new(first_line + error.line().saturating_sub(1), reason)
}

/// The line on which a part of the text begins.
fn line_at(text: &str, part: &str) -> usize {
    let before = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    1 + text.as_bytes().iter().take(before).filter(|byte| **byte == b'\n').count()
}

/// The line on which a field is named first.
fn line_of(text: &str, field: &str) -> usize {
    text.find(field).and_then(|at| text.get(at..)).map_or(1, |part| line_at(text, part))
}
