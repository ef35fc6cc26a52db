//! When an action shall happen.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A grid of lines in musical time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Grid {
    /// A line every so many quarter notes, counted from song beat 0. Above zero and finite.
    Beats(f64),
    /// A line at the first beat of every n-th bar. At least one.
    Bars(u16),
}

impl Grid {
    /// One quarter note.
    pub const BEAT: Self = Self::Beats(1.0);
    /// One bar.
    pub const BAR: Self = Self::Bars(1);
    /// What the quantize setting can be; `None` is off.
    pub const CHOICES: [Option<Self>; 5] =
        [None, Some(Self::BEAT), Some(Self::BAR), Some(Self::Bars(2)), Some(Self::Bars(4))];
    /// Their words.
    pub const CHOICE_WORDS: [&str; Self::CHOICES.len()] = ["off", "beat", "bar", "2bars", "4bars"];
    /// The quantize setting of a new rig: one bar.
    pub const DEFAULT_CHOICE: usize = 2;

    /// Every grid that has a name: parts of a beat, their triplets (`t`: two thirds of the part), beats, bars.
    pub const NAMED: [(&str, Self); 17] = [
        ("1/32", Self::Beats(1.0 / 32.0)),
        ("1/16", Self::Beats(1.0 / 16.0)),
        ("1/16t", Self::Beats(1.0 / 24.0)),
        ("1/8", Self::Beats(1.0 / 8.0)),
        ("1/8t", Self::Beats(1.0 / 12.0)),
        ("1/4", Self::Beats(1.0 / 4.0)),
        ("1/4t", Self::Beats(1.0 / 6.0)),
        ("1/2", Self::Beats(1.0 / 2.0)),
        ("1/2t", Self::Beats(1.0 / 3.0)),
        ("beat", Self::BEAT),
        ("1t", Self::Beats(2.0 / 3.0)),
        ("2beats", Self::Beats(2.0)),
        ("bar", Self::BAR),
        ("2bars", Self::Bars(2)),
        ("4bars", Self::Bars(4)),
        ("8bars", Self::Bars(8)),
        ("16bars", Self::Bars(16)),
    ];

    /// The grid of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMED.iter().find(|(known, _)| *known == name).map(|(_, grid)| *grid)
    }

    /// Its name, if it has one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        Self::NAMED.iter().find(|(_, grid)| *grid == self).map(|(name, _)| *name)
    }
}

/// When an action shall happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ActionTiming {
    /// On the next frame that is made.
    Immediate,
    /// On the next beat.
    NextBeat,
    /// On the first beat of the next bar.
    NextBar,
    /// On this song beat (quarter notes from the song's start). In the past: within the late grace at once, else refused.
    CustomBeat(f64),
    /// On this frame, counted from the first that the rig made, whatever the tempo does; at once if it is past.
    AtFrame(u64),
    /// On the next line of a grid.
    NextLine(Grid),
    /// By the rig's quantize setting for play and stop, at once for the rest.
    Default,
}

impl ActionTiming {
    /// The timing of a word: `now`, `default`, or the name of a grid.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "now" => Some(Self::Immediate),
            "default" => Some(Self::Default),
            "beat" => Some(Self::NextBeat),
            "bar" => Some(Self::NextBar),
            name => Grid::from_name(name).map(Self::NextLine),
        }
    }

    /// Its word; `None` for a beat of the song and for a grid without a name.
    #[must_use]
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Immediate => Some("now"),
            Self::Default => Some("default"),
            Self::NextBeat => Some("beat"),
            Self::NextBar => Some("bar"),
            Self::NextLine(grid) => grid.name(),
            Self::CustomBeat(_) | Self::AtFrame(_) => None,
        }
    }

    /// The grid that it waits for, with the rig's quantize setting for [`ActionTiming::Default`].
    /// `None` for a fixed time.
    #[must_use]
    pub const fn grid(self, default: Option<Grid>) -> Option<Grid> {
        match self {
            Self::NextBeat => Some(Grid::BEAT),
            Self::NextBar => Some(Grid::BAR),
            Self::NextLine(grid) => Some(grid),
            Self::Default => default,
            Self::Immediate | Self::CustomBeat(_) | Self::AtFrame(_) => None,
        }
    }
}

/// As a word, or a number for a beat of the song.
impl Serialize for ActionTiming {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self, self.word()) {
            (Self::CustomBeat(beat), _) => serializer.serialize_f64(*beat),
            (Self::AtFrame(frame), _) => serializer.collect_str(&format_args!("frame {frame}")),
            (_, Some(word)) => serializer.serialize_str(word),
            (Self::NextLine(Grid::Beats(beats)), None) => serializer.collect_str(&format_args!("{beats}beats")),
            (Self::NextLine(Grid::Bars(bars)), None) => serializer.collect_str(&format_args!("{bars}bars")),
            _ => serializer.serialize_str("now"),
        }
    }
}

impl<'de> Deserialize<'de> for ActionTiming {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Beat(f64),
            Word(String),
        }
        match Form::deserialize(deserializer)? {
            Form::Beat(beat) if beat.is_finite() => Ok(Self::CustomBeat(beat)),
            Form::Beat(_) => Err(Error::custom("a beat must be finite")),
            Form::Word(word) => {
                let bars = || word.strip_suffix("bars")?.parse().ok().filter(|n| *n > 0).map(Grid::Bars);
                let beats = || word.strip_suffix("beats")?.parse().ok().filter(|n: &f64| n.is_normal() && *n > 0.0);
                let frame = || word.strip_prefix("frame ")?.parse().ok().map(Self::AtFrame);
                Self::from_word(&word)
                    .or_else(frame)
                    .or_else(|| bars().map(Self::NextLine))
                    .or_else(|| beats().map(|beats| Self::NextLine(Grid::Beats(beats))))
                    .ok_or_else(|| Error::custom(format_args!("\"{word}\" is no time: try \"now\", \"beat\", \"bar\"")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_timing_has_a_form_in_json_that_comes_back() {
        let named = Grid::NAMED.map(|(_, grid)| ActionTiming::NextLine(grid));
        let others = [
            ActionTiming::Immediate,
            ActionTiming::Default,
            ActionTiming::NextBeat,
            ActionTiming::NextBar,
            ActionTiming::CustomBeat(-3.5),
            ActionTiming::AtFrame(u64::MAX),
            ActionTiming::NextLine(Grid::Bars(3)),
            ActionTiming::NextLine(Grid::Beats(5.5)),
        ];
        for timing in named.into_iter().chain(others) {
            let text = serde_json::to_string(&timing).unwrap();
            let back: ActionTiming = serde_json::from_str(&text).unwrap();
            assert_eq!(back.grid(None), timing.grid(None), "{text}");
            assert_eq!(serde_json::to_string(&back).unwrap(), text);
        }
        for wrong in ["\"soon\"", "\"0bars\"", "\"-1beats\"", "null", "true"] {
            assert!(serde_json::from_str::<ActionTiming>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_triplet_is_two_thirds_of_its_part() {
        for (name, grid) in Grid::NAMED {
            if let Some(part) = name.strip_suffix('t').filter(|_| name != "beat") {
                let part = if part == "1" { Grid::BEAT } else { Grid::from_name(part).unwrap() };
                let (Grid::Beats(part), Grid::Beats(triplet)) = (part, grid) else { panic!("{name}") };
                assert!((triplet - part * 2.0 / 3.0).abs() < 1e-12, "{name}");
            }
        }
    }
}
