//! A parameter that moves in a straight line over a fixed number of frames.

/// A linear ramp towards a target, counted in frames, so that it does not depend on the block size.
#[derive(Clone, Copy, Debug)]
pub struct Ramp {
    from: f32,
    target: f32,
    /// Frames done, `0..=length`.
    done: u32,
    length: u32,
}

impl Ramp {
    /// At rest on `value`; moves take `length` frames, at least one.
    #[must_use]
    pub fn new(value: f32, length: u32) -> Self {
        let length = length.max(1);
        Self { from: value, target: value, done: length, length }
    }

    /// Starts towards a target from where it is now.
    pub fn set(&mut self, target: f32) {
        if target != self.target {
            self.from = self.current();
            self.target = target;
            self.done = 0;
        }
    }

    /// Starts towards a target from where it is now, over so many frames, at least one. If it is on its way there
    /// already, the sooner of the two arrivals counts.
    pub fn set_over(&mut self, target: f32, length: u32) {
        if target != self.target || length < self.frames_left() {
            *self = Self { from: self.current(), target, done: 0, length: length.max(1) };
        }
    }

    /// Lets frames pass.
    pub fn skip(&mut self, frames: u32) {
        self.done = self.done.saturating_add(frames).min(self.length);
    }

    /// Where it goes.
    #[must_use]
    pub const fn target(&self) -> f32 {
        self.target
    }

    /// Frames that it still takes.
    #[must_use]
    pub const fn frames_left(&self) -> u32 {
        self.length.saturating_sub(self.done)
    }

    /// The highest value from its start to its target; constant all along the way.
    #[must_use]
    pub fn peak(&self) -> f32 {
        if self.is_settled() { self.target } else { self.from.max(self.target) }
    }

    /// Where it came from.
    #[must_use]
    pub const fn start(&self) -> f32 {
        self.from
    }

    /// Whether it has arrived.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.done >= self.length
    }

    /// The value of the next frame; exactly the target once settled.
    pub fn next_value(&mut self) -> f32 {
        if !self.is_settled() {
            self.done += 1;
        }
        self.current()
    }

    /// Where it is: the value of the frame before the next.
    #[must_use]
    pub fn current(&self) -> f32 {
        if self.is_settled() {
            self.target
        } else {
            self.from + (self.target - self.from) * (self.done as f32 / self.length as f32)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrives_exactly_after_its_length() {
        let mut ramp = Ramp::new(0.0, 4);
        assert!(ramp.is_settled());
        ramp.set(1.0);
        let values: Vec<f32> = (0..5).map(|_| ramp.next_value()).collect();
        assert_eq!(values, [0.25, 0.5, 0.75, 1.0, 1.0]);
    }

    #[test]
    fn a_new_target_starts_from_the_present_value() {
        let mut ramp = Ramp::new(0.0, 4);
        ramp.set(1.0);
        ramp.next_value();
        ramp.next_value();
        ramp.set(0.0);
        assert_eq!(ramp.next_value(), 0.375);
    }
}
