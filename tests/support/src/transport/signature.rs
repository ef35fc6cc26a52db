//! Time signatures along the song, and where bars start.

/// One signature and where it begins to count.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Section {
    from_beats: f64,
    first_bar: i64,
    numerator: u16,
    denominator: u16,
}

impl Section {
    fn bar_beats(&self) -> f64 {
        f64::from(self.numerator) * 4.0 / f64::from(self.denominator)
    }

    fn bars_before(&self, beats: f64) -> i64 {
        ((beats - self.from_beats) / self.bar_beats()).floor() as i64
    }
}

/// A bar and its time signature.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Song position of its first beat, in quarter notes.
    pub start_beats: f64,
    /// 0 for the bar at the song's start.
    pub number: i64,
    /// Time signature.
    pub signature: (u16, u16),
    /// Length in quarter notes.
    pub beats: f64,
}

/// The time signatures of a song, by song position.
#[derive(Clone, Debug, PartialEq)]
pub struct Signatures(Vec<Section>);

impl Signatures {
    /// One signature throughout; bars count from song position 0, both ways.
    #[must_use]
    pub fn new(numerator: u16, denominator: u16) -> Self {
        assert!(numerator > 0 && denominator > 0, "{numerator}/{denominator}");
        Self(vec![Section { from_beats: 0.0, first_bar: 0, numerator, denominator }])
    }

    /// Another signature from `beats` on, which must lie behind the last change.
    pub fn push(&mut self, beats: f64, numerator: u16, denominator: u16) {
        let last = *self.0.last().expect("there is always a first section");
        assert!(beats > last.from_beats, "signature change at beat {beats} before the one at {}", last.from_beats);
        // A bar that the change cuts short still counts.
        let first_bar = last.first_bar - last.bars_before(-beats + 2.0 * last.from_beats);
        self.0.push(Section { from_beats: beats, first_bar, numerator, denominator });
    }

    /// The bar that contains a song position.
    #[must_use]
    pub fn bar_at(&self, beats: f64) -> Bar {
        let section = self.0.iter().rev().find(|section| beats >= section.from_beats).unwrap_or(&self.0[0]);
        let bars = section.bars_before(beats);
        Bar {
            start_beats: section.from_beats + bars as f64 * section.bar_beats(),
            number: section.first_bar + bars,
            signature: (section.numerator, section.denominator),
            beats: section.bar_beats(),
        }
    }
}
