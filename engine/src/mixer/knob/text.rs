//! A control's value as text with its unit, both ways.

use super::{KnobRow, Scale, Unit};
use crate::deck::{KEPT_BEATS, kept_place};

impl KnobRow {
    /// See [`Scale::text`].
    #[must_use]
    pub fn text(&self, value: f32) -> String {
        self.scale().text(value)
    }

    /// See [`Scale::value`].
    #[must_use]
    pub fn value(&self, text: &str) -> Option<f32> {
        self.scale().value(text)
    }
}

impl Scale {
    /// The value with its unit: `-6.0 dB`, `50 %`, `reverb`.
    #[must_use]
    pub fn text(&self, value: f32) -> String {
        match self.unit {
            Unit::Decibels { least: Some(word) } if value <= self.min + LEAST_DB => {
                // The word may lack the unit: `-inf`.
                if word.starts_with('-') { format!("{word} dB") } else { word.to_owned() }
            }
            Unit::Decibels { .. } => format!("{} dB", rounded(value, 1)),
            Unit::Part => format!("{} %", rounded(value * 100.0, 1)),
            Unit::Bipolar => match value {
                v if v.abs() <= super::super::filter::DEAD_ZONE => "off".to_owned(),
                v if v < 0.0 => format!("LP {} %", rounded(-v * 100.0, 1)),
                v => format!("HP {} %", rounded(v * 100.0, 1)),
            },
            Unit::Milliseconds => format!("{} ms", rounded(value, 1)),
            Unit::Speed => format!("{:+.2} %", (value - 1.0) * 100.0),
            Unit::Number(unit) => format!("{} {unit}", rounded(value, 2)).trim_end().to_owned(),
            Unit::Beats | Unit::Choice(_) => {
                self.choices().and_then(|words| words.get(place(value))).unwrap_or(&"?").to_string()
            }
        }
    }

    /// The value that a text means, with or without the unit; not yet clamped. `None` if it means none.
    #[must_use]
    pub fn value(&self, text: &str) -> Option<f32> {
        let text = text.trim();
        match self.unit {
            Unit::Decibels { least: Some(word) } if is_least(text, word) => Some(self.min),
            Unit::Decibels { .. } => number(text, "dB"),
            Unit::Part => number(text, "%").map(|part| part / 100.0),
            Unit::Bipolar => bipolar(text),
            Unit::Milliseconds => number(text, "ms"),
            Unit::Speed => speed(text),
            Unit::Number(unit) => number(text, unit),
            Unit::Beats => beats(text),
            Unit::Choice(words) => {
                let lower = text.to_ascii_lowercase();
                // `play` is `playing`.
                let begins = |word: &&'static str| lower.len() >= 2 && word.starts_with(&lower);
                let only = words.iter().filter(|word| begins(word)).count() == 1;
                let named = words.iter().position(|word| word.eq_ignore_ascii_case(text));
                let named = named.or_else(|| only.then(|| words.iter().position(begins))?);
                let place = named.or_else(|| text.parse().ok().filter(|place| *place < words.len()));
                place.and_then(|place| u16::try_from(place).ok()).map(f32::from)
            }
        }
    }
}

/// Values this near to the least are written as the least.
const LEAST_DB: f32 = 0.05;

fn is_least(text: &str, word: &str) -> bool {
    let bare = |text: &str| text.to_ascii_lowercase().trim_end_matches("db").trim_end().to_owned();
    bare(text) == bare(word)
}

/// `+2.5 %` or `1.025x`; a number alone is in per cent.
fn speed(text: &str) -> Option<f32> {
    match text.strip_suffix(['x', 'X']) {
        Some(times) => number(times, ""),
        None => number(text, "%").map(|percent| 1.0 + percent / 100.0),
    }
}

/// `4`, `1/2 beat`, `0.5 beats`: a number is beats, never a place.
fn beats(text: &str) -> Option<f32> {
    let lower = text.to_ascii_lowercase();
    let bare = lower.trim_end_matches("beats").trim_end_matches("beat").trim();
    let said = match bare.split_once('/') {
        Some((above, below)) => number(above, "")? / number(below, "")?,
        None => number(bare, "")?,
    };
    let place = kept_place(said.into());
    let is_one = (KEPT_BEATS[usize::from(place)] - f64::from(said)).abs() < 1e-6;
    is_one.then(|| f32::from(place))
}

fn bipolar(text: &str) -> Option<f32> {
    let lower = text.to_ascii_lowercase();
    match (lower.as_str(), lower.strip_prefix("lp"), lower.strip_prefix("hp")) {
        ("off", ..) => Some(0.0),
        (_, Some(part), _) => number(part, "%").map(|part| -part / 100.0),
        (_, _, Some(part)) => number(part, "%").map(|part| part / 100.0),
        _ => number(text, "%").map(|part| part / 100.0),
    }
}

/// A finite number, with or without its unit.
fn number(text: &str, unit: &str) -> Option<f32> {
    let text = text.trim();
    let cut = text.len().checked_sub(unit.len()).filter(|cut| text.is_char_boundary(*cut));
    let bare = match cut {
        Some(cut) if text[cut..].eq_ignore_ascii_case(unit) => &text[..cut],
        _ => text,
    };
    bare.trim().parse::<f32>().ok().filter(|value| value.is_finite())
}

/// With so many decimals, and never `-0`.
fn rounded(value: f32, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.'));
    if is_zero { text.trim_start_matches('-').to_owned() } else { text }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, then is looked up")]
fn place(value: f32) -> usize {
    value.round() as usize
}
