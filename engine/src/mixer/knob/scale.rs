//! A control's range: from the travel of a hand to a value and back. No allocation but for text.

use super::{Taper, Unit};

/// Of [`Unit::Beats`], in the order of [`crate::deck::KEPT_BEATS`].
const BEATS: [&str; 12] = [
    "1/32 beat",
    "1/16 beat",
    "1/8 beat",
    "1/4 beat",
    "1/2 beat",
    "1 beat",
    "2 beats",
    "4 beats",
    "8 beats",
    "16 beats",
    "32 beats",
    "64 beats",
];

/// Unit, range and taper of a control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// What its number is.
    pub unit: Unit,
    /// Least value.
    pub min: f32,
    /// Highest value.
    pub max: f32,
    /// Travel to value.
    pub taper: Taper,
}

impl Scale {
    /// 0 or 1, by these words.
    #[must_use]
    pub const fn switch(words: &'static [&'static str; 2]) -> Self {
        Self { unit: Unit::Choice(words), min: 0.0, max: 1.0, taper: Taper::Linear }
    }

    /// The words of a choice.
    #[must_use]
    pub const fn choices(&self) -> Option<&'static [&'static str]> {
        match self.unit {
            Unit::Choice(words) => Some(words),
            Unit::Beats => Some(&BEATS),
            _ => None,
        }
    }

    /// The nearest value in its range, and on a step if it has steps. What is no number is the least.
    #[must_use]
    pub fn clamp(&self, value: f32) -> f32 {
        let value = if value.is_nan() { self.min } else { value.clamp(self.min, self.max) };
        if self.choices().is_some() { value.round() } else { value }
    }

    /// The value at a place of the travel, 0..1.
    #[must_use]
    pub fn value_at(&self, norm: f32) -> f32 {
        let norm = if norm.is_nan() { 0.0 } else { norm.clamp(0.0, 1.0) };
        let bent = self.exponent().map_or(norm, |exponent| norm.powf(1.0 / exponent));
        self.clamp(self.min + (self.max - self.min) * bent)
    }

    /// The place of a value on the travel, 0..1.
    #[must_use]
    pub fn norm_of(&self, value: f32) -> f32 {
        let part = (self.clamp(value) - self.min) / (self.max - self.min);
        self.exponent().map_or(part, |exponent| part.powf(exponent)).clamp(0.0, 1.0)
    }

    /// The power that the part of the range is raised to for the travel; `None` where they are the same.
    #[must_use]
    pub fn exponent(&self) -> Option<f32> {
        match self.taper {
            Taper::Linear => None,
            Taper::Middle(middle) => Some(0.5_f32.ln() / ((middle - self.min) / (self.max - self.min)).ln()),
            Taper::Skew(factor) => Some(2.0_f32.powf(factor)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn travel_and_value_are_each_other_s_way_back() {
        let decibels = Unit::Decibels { least: None };
        for taper in [Taper::Linear, Taper::Middle(0.0), Taper::Skew(1.6)] {
            let scale = Scale { unit: decibels, min: -26.0, max: 12.0, taper };
            assert_eq!([scale.value_at(0.0), scale.value_at(1.0)], [-26.0, 12.0]);
            for step in 0..=20_u8 {
                let norm = f32::from(step) / 20.0;
                assert!((scale.norm_of(scale.value_at(norm)) - norm).abs() < 1e-5, "{taper:?} {norm}");
            }
        }
        let eq = Scale { unit: decibels, min: -26.0, max: 12.0, taper: Taper::Middle(0.0) };
        assert!(eq.value_at(0.5).abs() < 1e-5);
    }

    #[test]
    fn a_choice_lands_on_its_words_and_nonsense_on_the_least() {
        let three = Scale { unit: Unit::Choice(&["a", "b", "c"]), min: 0.0, max: 2.0, taper: Taper::Linear };
        assert_eq!([0.0, 0.24, 0.3, 0.8, 9.0, f32::NAN].map(|n| three.value_at(n)), [0.0, 0.0, 1.0, 2.0, 2.0, 0.0]);
        assert_eq!(three.norm_of(1.0), 0.5);
    }
}
