//! Units of sound and music, and the only conversions between them.
//!
//! Bare `f32`/`f64` values inside one function carry their unit in the name (`_db`, `_gain`, `_hz`, `_ms`, `_secs`,
//! `_frames`, `_beats`, `_bpm`). At module borders these types carry it.

/// One of the four decks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeckId {
    /// Deck A, on the left of the crossfader.
    A,
    /// Deck B, on the right of the crossfader.
    B,
    /// Deck C, past the crossfader.
    C,
    /// Deck D, past the crossfader.
    D,
}

/// How many decks the rig has.
pub const NUM_DECKS: usize = 4;

impl DeckId {
    /// Every deck, in order.
    pub const ALL: [Self; NUM_DECKS] = [Self::A, Self::B, Self::C, Self::D];

    /// 0 for A .. 3 for D.
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The deck with this index, if there is one.
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// The letter in paths and ids: `a`..`d`.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::A => 'a',
            Self::B => 'b',
            Self::C => 'c',
            Self::D => 'd',
        }
    }

    /// The deck that a letter (`a`..`d`, either case) names.
    #[must_use]
    pub fn from_letter(letter: &str) -> Option<Self> {
        let mut chars = letter.chars();
        let (first, rest) = (chars.next()?, chars.next());
        let first = first.to_ascii_lowercase();
        rest.is_none().then_some(())?;
        Self::ALL.into_iter().find(|deck| deck.letter() == first)
    }
}

impl std::fmt::Display for DeckId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.letter().to_ascii_uppercase())
    }
}

/// A tempo in quarter notes a minute. Finite and within [`Bpm::RANGE`].
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Bpm(f64);

impl Bpm {
    /// The tempi that the engine accepts. A host that says less or more is taken at the nearest bound.
    pub const RANGE: std::ops::RangeInclusive<f64> = 1.0..=2000.0;
    /// The tempo before anyone has said one.
    pub const DEFAULT: Self = Self(120.0);

    /// `None` if not finite or not above zero; otherwise clamped to [`Bpm::RANGE`].
    #[must_use]
    pub fn new(bpm: f64) -> Option<Self> {
        (bpm.is_finite() && bpm > 0.0).then(|| Self(bpm.clamp(*Self::RANGE.start(), *Self::RANGE.end())))
    }

    /// Quarter notes a minute.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// Quarter notes in one frame.
    #[must_use]
    pub fn beats_per_frame(self, sample_rate: f64) -> f64 {
        self.0 / (60.0 * sample_rate)
    }
}

/// A time signature, such as 4/4 or 7/8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeSignature {
    numerator: u16,
    denominator: u16,
}

impl TimeSignature {
    /// Four quarter notes in a bar.
    pub const COMMON: Self = Self { numerator: 4, denominator: 4 };

    /// `None` if either number is zero or above 128.
    #[must_use]
    pub fn new(numerator: u16, denominator: u16) -> Option<Self> {
        let valid = |n: u16| (1..=128).contains(&n);
        (valid(numerator) && valid(denominator)).then_some(Self { numerator, denominator })
    }

    /// Length of a bar in quarter notes: 4 in 4/4, 3.5 in 7/8.
    #[must_use]
    pub fn bar_beats(self) -> f64 {
        f64::from(self.numerator) * 4.0 / f64::from(self.denominator)
    }
}

/// Level in decibels; [`Decibels::SILENCE`] and anything below mean no sound.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Decibels(pub f32);

impl Decibels {
    /// At and below this level a fader is closed.
    pub const SILENCE: Self = Self(-100.0);
    /// The loudest that a channel or the master goes.
    pub const MAX: Self = Self(12.0);
    /// Unity.
    pub const ZERO: Self = Self(0.0);

    /// Amplitude factor, `10^(dB/20)`; exactly 1 at 0 dB and exactly 0 at [`Decibels::SILENCE`].
    #[must_use]
    pub fn to_gain(self) -> f32 {
        if self.0 == 0.0 {
            1.0
        } else if self.0 <= Self::SILENCE.0 {
            0.0
        } else {
            10.0_f32.powf(self.0 / 20.0)
        }
    }
}

impl Decibels {
    /// The level of an amplitude factor; [`Decibels::SILENCE`] for none.
    #[must_use]
    pub fn from_gain(gain: f32) -> Self {
        if gain > 0.0 { Self((20.0 * gain.log10()).clamp(Self::SILENCE.0, Self::MAX.0)) } else { Self::SILENCE }
    }
}

/// Frames in a span of milliseconds, at least one.
#[must_use]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, positive and far below 2^32 for any fade"
)]
pub fn ms_to_frames(ms: f64, sample_rate: f64) -> u32 {
    (ms * sample_rate / 1000.0).round().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decibels_are_exact_at_unity_and_silence() {
        assert_eq!(Decibels::ZERO.to_gain(), 1.0);
        assert_eq!(Decibels::SILENCE.to_gain(), 0.0);
        assert!((Decibels(-6.0206).to_gain() - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_bar_of_seven_eight_is_three_and_a_half_quarters() {
        assert_eq!(TimeSignature::new(7, 8).unwrap().bar_beats(), 3.5);
        assert!(TimeSignature::new(0, 4).is_none());
    }

    #[test]
    fn a_tempo_is_finite_and_positive() {
        assert!(Bpm::new(f64::NAN).is_none());
        assert!(Bpm::new(0.0).is_none());
        assert_eq!(Bpm::new(1e9).unwrap().get(), 2000.0);
    }

    #[test]
    fn decks_are_named_by_one_letter() {
        assert_eq!(DeckId::from_letter("b"), Some(DeckId::B));
        assert_eq!(DeckId::from_letter("D"), Some(DeckId::D));
        assert_eq!(DeckId::from_letter("e"), None);
        assert_eq!(DeckId::from_letter("ab"), None);
        assert_eq!(DeckId::from_letter(""), None);
    }
}
