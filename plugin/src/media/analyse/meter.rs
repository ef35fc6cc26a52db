//! How many beats the bars have, and into what these are divided.

use rustfft::num_complex::Complex;

/// Bars of four beats, or of three; or of four whose beats have thirds: 12/8, or two bars of 6/8, in dotted quarters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Meter {
    #[default]
    Four,
    Three,
    Twelve,
}

impl Meter {
    pub const ALL: [Self; 3] = [Self::Four, Self::Three, Self::Twelve];

    /// Beats of a bar.
    pub const fn beats(self) -> u8 {
        match self {
            Self::Four | Self::Twelve => 4,
            Self::Three => 3,
        }
    }

    /// Harmonics of the beat that a rhythm is heard by: its halves and quarters, or its thirds and their halves.
    pub const fn harmonics(self) -> [f64; 3] {
        match self {
            Self::Four | Self::Three => [1.0, 2.0, 4.0],
            Self::Twelve => [1.0, 3.0, 6.0],
        }
    }

    /// A turn by these harmonics.
    pub fn turns(self, turn: Complex<f64>) -> [Complex<f64>; 3] {
        let twice = turn * turn;
        match self {
            Self::Four | Self::Three => [turn, twice, twice * twice],
            Self::Twelve => {
                let thrice = twice * turn;
                [turn, thrice, thrice * thrice]
            }
        }
    }

    /// The same, to count with.
    pub const fn count(self) -> usize {
        self.beats() as usize
    }
}
