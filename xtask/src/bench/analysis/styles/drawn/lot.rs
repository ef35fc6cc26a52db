//! Numbers that decide what a drawn piece is.

use crate::music::Noise;

/// Draws. The same seed draws the same.
#[derive(Clone, Debug)]
pub struct Lot(Noise);

impl Lot {
    pub fn new(seed: u64) -> Self {
        let mut noise = Noise::new(seed);
        // Neighbouring seeds begin alike.
        for _ in 0..8 {
            noise.next();
        }
        Self(noise)
    }

    /// 0..1
    pub fn part(&mut self) -> f64 {
        (self.0.next() + 1.0) / 2.0
    }

    pub fn within(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.part()
    }

    pub fn below(&mut self, count: usize) -> usize {
        ((self.part() * count as f64) as usize).min(count - 1)
    }

    pub fn chance(&mut self, part: f64) -> bool {
        self.part() < part
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// For the sounds.
    pub const fn noise(&mut self) -> &mut Noise {
        &mut self.0
    }
}
