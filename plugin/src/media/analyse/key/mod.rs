//! The musical key: how much there is of each of the twelve notes, weighed as each key would have it.

mod judge;
mod notes;
mod phrases;
mod salience;
mod spectrum;
mod tuned;

pub use notes::Notes;
pub use phrases::Phrases;

const NAMES: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "(u8, bool)", into = "(u8, bool)")]
pub struct Key {
    tonic: u8,
    minor: bool,
}

impl Key {
    /// `tonic` in semitones above C, 0..=11.
    #[must_use]
    pub const fn new(tonic: u8, minor: bool) -> Option<Self> {
        if tonic < 12 { Some(Self { tonic, minor }) } else { None }
    }

    /// Semitones above C, 0..=11.
    #[must_use]
    pub const fn tonic(self) -> u8 {
        self.tonic
    }

    /// Whether it is a minor key.
    #[must_use]
    pub const fn is_minor(self) -> bool {
        self.minor
    }

    /// On the wheel that DJs know: 8A for A minor, 8B for C major; neighbours fit together.
    #[must_use]
    pub fn camelot(self) -> String {
        let major_tonic = if self.minor { self.tonic + 3 } else { self.tonic };
        // Up a fifth is one further; C is at 8.
        let hour = (u32::from(major_tonic) * 7 + 7) % 12 + 1;
        format!("{hour}{}", if self.minor { 'A' } else { 'B' })
    }

    /// Whether the other is the major or minor key with the same notes.
    #[must_use]
    pub const fn is_relative_of(self, other: Self) -> bool {
        let (minor, major) = if self.minor { (self, other) } else { (other, self) };
        minor.minor && !major.minor && (minor.tonic + 3) % 12 == major.tonic
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = NAMES[usize::from(self.tonic) % 12];
        write!(f, "{name} {}", if self.minor { "minor" } else { "major" })
    }
}

impl From<Key> for (u8, bool) {
    fn from(key: Key) -> Self {
        (key.tonic, key.minor)
    }
}

impl TryFrom<(u8, bool)> for Key {
    type Error = &'static str;

    fn try_from((tonic, minor): (u8, bool)) -> Result<Self, Self::Error> {
        Self::new(tonic, minor).ok_or("a tonic is 0..=11")
    }
}
