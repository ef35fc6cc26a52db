//! A control's way to where it was set: never faster than a fader, and as slow as one likes.

use super::Ramp;
use crate::units::ms_to_frames;

/// A control of a node, in the unit of its row in the table of knobs. Moves in a straight line, counted in frames.
#[derive(Clone, Copy, Debug)]
pub struct Slide {
    ramp: Ramp,
    setting: f32,
    least_ms: f64,
    least_frames: u32,
}

impl Slide {
    /// At rest. Moves take `least_ms` or longer; 0 jumps.
    #[must_use]
    pub fn new(value: f32, least_ms: f64, sample_rate: f64) -> Self {
        let mut slide = Self { ramp: Ramp::new(value, 1), setting: value, least_ms, least_frames: 1 };
        slide.prepare(sample_rate);
        slide
    }

    /// Gets ready for a sample rate in Hz; it arrives at once where it was going.
    pub fn prepare(&mut self, sample_rate: f64) {
        self.least_frames = ms_to_frames(self.least_ms, sample_rate);
        self.ramp = Ramp::new(self.setting, self.least_frames);
    }

    /// Starts towards a value, to be there in so many frames but no sooner than a fader.
    ///
    /// # Real-time
    /// No allocation.
    pub fn move_to(&mut self, value: f32, frames: u32) {
        self.setting = value;
        self.ramp.set_over(value, frames.max(self.least_frames));
        if self.least_ms <= 0.0 && frames == 0 {
            self.ramp.skip(1);
        }
    }

    /// Stays where it is on its way; `false` if it was at rest.
    ///
    /// # Real-time
    /// No allocation.
    pub fn hold(&mut self) -> bool {
        let moves = !self.is_settled();
        if moves {
            self.setting = self.ramp.current();
            self.ramp = Ramp::new(self.setting, self.least_frames);
        }
        moves
    }

    /// The value as set: where it is, or where it goes.
    #[must_use]
    pub const fn setting(&self) -> f32 {
        self.setting
    }

    /// The value of the next frame.
    pub fn next_value(&mut self) -> f32 {
        self.ramp.next_value()
    }

    /// Where it is: the value of the frame before the next.
    #[must_use]
    pub fn current(&self) -> f32 {
        self.ramp.current()
    }

    /// Lets frames pass.
    pub fn skip(&mut self, frames: u32) {
        self.ramp.skip(frames);
    }

    /// Whether it has arrived.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.ramp.is_settled()
    }

    /// Its way, for what asks how high it gets and when it arrives.
    #[must_use]
    pub const fn ramp(&self) -> &Ramp {
        &self.ramp
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hand_takes_its_least_time_and_a_slow_move_its_own() {
        let mut slide = Slide::new(0.0, 1.0, 4_000.0);
        slide.move_to(1.0, 0);
        assert_eq!([0; 5].map(|_| slide.next_value()), [0.25, 0.5, 0.75, 1.0, 1.0]);
        slide.move_to(0.0, 8);
        slide.skip(4);
        assert_eq!((slide.current(), slide.setting()), (0.5, 0.0));
        assert!(slide.hold() && !slide.hold());
        assert_eq!((slide.next_value(), slide.setting()), (0.5, 0.5));
    }

    #[test]
    fn what_has_no_least_time_is_there_at_once_also_before_a_frame() {
        let mut slide = Slide::new(0.0, 0.0, 48_000.0);
        slide.move_to(3.0, 0);
        assert_eq!((slide.is_settled(), slide.current()), (true, 3.0));
        slide.move_to(1.0, 4);
        assert_eq!(slide.next_value(), 2.5);
        slide.prepare(96_000.0);
        assert_eq!(slide.current(), 1.0);
    }
}
