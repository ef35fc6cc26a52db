//! A node's parameters, and how they move.

use std::ops::RangeInclusive;

use crate::dsp::Ramp;

/// Where a parameter shall go, and how fast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Param {
    /// The value to reach. Nodes clamp it to their range.
    pub target: f32,
    /// Frames to take, at least one. The move starts from wherever the parameter is.
    pub ramp_frames: u32,
}

impl Param {
    /// From the next frame on.
    #[must_use]
    pub const fn jump(target: f32) -> Self {
        Self { target, ramp_frames: 1 }
    }
}

/// One parameter's first value and range.
#[derive(Clone, Debug)]
pub struct ParamRange {
    /// Before anyone has moved it.
    pub first: f32,
    /// Every finite target is brought into this range.
    pub range: RangeInclusive<f32>,
}

/// The parameters of a node, as ramps that count frames and not blocks.
#[derive(Clone, Debug)]
pub struct ParamBlock<const N: usize> {
    ramps: [Ramp; N],
    ranges: [(f32, f32); N],
}

impl<const N: usize> ParamBlock<N> {
    /// At rest on their first values.
    #[must_use]
    pub fn new(ranges: [ParamRange; N]) -> Self {
        let ramps = ranges.each_ref().map(|range| Ramp::new(range.first, 1));
        Self { ramps, ranges: ranges.map(|range| (*range.range.start(), *range.range.end())) }
    }

    /// Moves one. Unknown indices and values that are not finite are ignored.
    pub fn set(&mut self, index: u16, param: Param) {
        let index = usize::from(index);
        if let (Some(ramp), Some(&(min, max)), true) =
            (self.ramps.get_mut(index), self.ranges.get(index), param.target.is_finite())
        {
            ramp.set_over(param.target.clamp(min, max), param.ramp_frames);
        }
    }

    /// Whether nothing moves.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.ramps.iter().all(Ramp::is_settled)
    }

    /// Whether this one does not move.
    #[must_use]
    pub const fn is_one_settled(&self, index: usize) -> bool {
        self.ramps[index].is_settled()
    }

    /// Where one is now; while it moves, its value at the frame before the next.
    #[must_use]
    pub fn current(&self, index: usize) -> f32 {
        self.ramps[index].current()
    }

    /// The next frame's value of one.
    pub fn next_value(&mut self, index: usize) -> f32 {
        self.ramps[index].next_value()
    }

    /// Lets time pass for all.
    pub fn skip(&mut self, frames: u32) {
        for ramp in &mut self.ramps {
            ramp.skip(frames);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_clamped_and_nonsense_is_ignored() {
        let mut block = ParamBlock::new([ParamRange { first: 1.0, range: 0.0..=2.0 }]);
        block.set(0, Param::jump(5.0));
        assert_eq!(block.next_value(0), 2.0);
        block.set(0, Param::jump(f32::NAN));
        block.set(7, Param::jump(0.0));
        assert_eq!(block.next_value(0), 2.0);
    }

    #[test]
    fn a_second_move_starts_from_where_the_first_one_is() {
        let mut block = ParamBlock::new([ParamRange { first: 0.0, range: 0.0..=8.0 }]);
        block.set(0, Param { target: 8.0, ramp_frames: 8 });
        block.skip(4);
        block.set(0, Param { target: 0.0, ramp_frames: 2 });
        assert_eq!([block.next_value(0), block.next_value(0), block.next_value(0)], [2.0, 0.0, 0.0]);
        assert!(block.is_settled());
    }
}
