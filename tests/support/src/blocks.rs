//! Block sizes: how many frames the host asks for with each process call.

use std::ops::RangeInclusive;

/// A rule for block sizes, in frames. Sizes of 0 are legal and test what a plugin does with nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// Always this many.
    Fixed(u32),
    /// These, again and again.
    Pattern(Vec<u32>),
    /// Evenly spread over `range`; the same `seed` gives the same sizes.
    Random {
        /// Start of the sequence.
        seed: u64,
        /// Smallest and largest size.
        range: RangeInclusive<u32>,
    },
}

impl Blocks {
    /// The largest block that may come, which is what the plugin is told when it is activated.
    #[must_use]
    pub fn max(&self) -> u32 {
        match self {
            Self::Fixed(size) => *size,
            Self::Pattern(sizes) => sizes.iter().copied().max().unwrap_or(0),
            Self::Random { range, .. } => *range.end(),
        }
    }

    /// The sizes one after another, without end.
    #[must_use]
    pub fn sizes(&self) -> BlockSizes {
        assert!(self.max() > 0, "{self:?} never gets anywhere");
        BlockSizes {
            rule: self.clone(),
            index: 0,
            random: Random::new(if let Self::Random { seed, .. } = self { *seed } else { 0 }),
        }
    }
}

/// The sizes of a [`Blocks`] rule, one after another.
#[derive(Clone, Debug)]
pub struct BlockSizes {
    rule: Blocks,
    index: usize,
    random: Random,
}

impl Iterator for BlockSizes {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let size = match &self.rule {
            Blocks::Fixed(size) => *size,
            Blocks::Pattern(sizes) => sizes[self.index % sizes.len()],
            Blocks::Random { range, .. } => {
                let span = u64::from(range.end() - range.start()) + 1;
                range.start() + (self.random.next_u64() % span) as u32
            }
        };
        self.index += 1;
        Some(size)
    }
}

/// A small random generator with a fixed sequence for each seed (SplitMix64), so that a failure can be run again.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts the sequence of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Evenly spread over all values.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Evenly spread over 0..1.
    pub fn next_f64(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
