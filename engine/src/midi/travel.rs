//! From the way of a fader or knob to its control's value, and back.

/// How 0..=1 of a way is a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Travel {
    /// Value at 0.
    pub min: f32,
    /// Value at 1.
    pub max: f32,
    /// The way to this power is the part of the range; 1 is even, above 1 finer at the lower end.
    pub power: f32,
    /// Steps above the first, if it has steps.
    pub steps: Option<u16>,
    /// A value that is met exactly when the way comes within a millionth of it: 0 dB is 0 dB.
    pub default: f32,
}

/// So near on the way to the default is the default.
const SAME: f32 = 1e-6;

impl Travel {
    /// Even, without steps.
    #[must_use]
    pub const fn linear(min: f32, max: f32, default: f32) -> Self {
        Self { min, max, power: 1.0, steps: None, default }
    }

    /// With this value in the middle of the way.
    #[must_use]
    pub fn middle(min: f32, max: f32, middle: f32, default: f32) -> Self {
        let power = ((middle - min) / (max - min)).ln() / 0.5_f32.ln();
        Self { power, ..Self::linear(min, max, default) }
    }

    /// Off and on.
    pub const SWITCH: Self = Self { steps: Some(1), ..Self::linear(0.0, 1.0, 0.0) };

    /// The value at a part of the way.
    #[must_use]
    pub fn value(&self, part: f32) -> f32 {
        let part = part.clamp(0.0, 1.0);
        if let Some(steps) = self.steps {
            let steps = f32::from(steps.max(1));
            return self.min + (part * steps).round() * (self.max - self.min) / steps;
        }
        if (part - self.part(self.default)).abs() <= SAME {
            return self.default;
        }
        self.min + (self.max - self.min) * if self.power == 1.0 { part } else { part.powf(self.power) }
    }

    /// The part of the way at a value.
    #[must_use]
    pub fn part(&self, value: f32) -> f32 {
        let even = ((value - self.min) / (self.max - self.min)).clamp(0.0, 1.0);
        if self.power == 1.0 || self.steps.is_some() { even } else { even.powf(1.0 / self.power) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_exact_and_ways_come_back() {
        let eq = Travel::middle(-26.0, 12.0, 0.0, 0.0);
        assert_eq!([eq.value(0.0), eq.value(0.5), eq.value(1.0)], [-26.0, 0.0, 12.0]);
        for k in 0..=100_u8 {
            let part = f32::from(k) / 100.0;
            assert!((eq.part(eq.value(part)) - part).abs() < 1e-4, "{part}");
        }
        let steps = Travel { steps: Some(4), ..Travel::linear(0.0, 4.0, 2.0) };
        assert_eq!([0.0, 0.1, 0.2, 0.5, 1.0, 7.0].map(|part| steps.value(part)), [0.0, 0.0, 1.0, 2.0, 4.0, 4.0]);
    }
}
