//! Declicking fades of fixed length.

use std::f32::consts::FRAC_PI_2;

/// How a fade's gain goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FadeShape {
    /// A straight line: for starts and stops.
    Linear,
    /// sin/cos: the sum of a fade in and a fade out keeps its power. For changes from one place to another.
    EqualPower,
}

/// The gain of one voice over time: flat, coming in or going out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fade {
    /// Unity, for ever.
    Flat,
    /// From silence to unity.
    In {
        /// Its curve.
        shape: FadeShape,
        /// Frames done.
        done: u32,
        /// Frames in all.
        length: u32,
    },
    /// From a gain to silence.
    Out {
        /// Its curve.
        shape: FadeShape,
        /// Frames done.
        done: u32,
        /// Frames in all.
        length: u32,
        /// Gain at its start.
        from: f32,
    },
}

impl Fade {
    /// From silence to unity in `length` frames.
    #[must_use]
    pub const fn fade_in(shape: FadeShape, length: u32) -> Self {
        Self::In { shape, done: 0, length }
    }

    /// From where this fade is now to silence in `length` frames.
    #[must_use]
    pub fn into_fade_out(self, shape: FadeShape, length: u32) -> Self {
        Self::Out { shape, done: 0, length, from: self.current() }
    }

    /// The same, from so many times the gain: of a fade out; another stays as it is.
    #[must_use]
    pub fn scaled(self, by: f32) -> Self {
        match self {
            Self::Out { shape, done, length, from } => Self::Out { shape, done, length, from: from * by },
            other => other,
        }
    }

    /// Whether nothing more is to be heard.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Out { done, length, .. } if done >= length)
    }

    /// The gain of the next frame.
    pub fn next_gain(&mut self) -> f32 {
        match self {
            Self::Flat => return 1.0,
            Self::In { done, .. } | Self::Out { done, .. } => *done += 1,
        }
        let gain = self.current();
        if matches!(*self, Self::In { done, length, .. } if done >= length) {
            *self = Self::Flat;
        }
        gain
    }

    fn current(&self) -> f32 {
        match *self {
            Self::Flat => 1.0,
            Self::In { done, length, .. } if done >= length => 1.0,
            Self::In { shape: FadeShape::Linear, done, length } => done as f32 / length as f32,
            Self::In { shape: FadeShape::EqualPower, done, length } => (FRAC_PI_2 * done as f32 / length as f32).sin(),
            Self::Out { done, length, .. } if done >= length => 0.0,
            Self::Out { shape: FadeShape::Linear, done, length, from } => from * (1.0 - done as f32 / length as f32),
            Self::Out { shape: FadeShape::EqualPower, done, length, from } => {
                from * (FRAC_PI_2 * done as f32 / length as f32).cos()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_power_keeps_the_power() {
        let (mut come, mut go) =
            (Fade::fade_in(FadeShape::EqualPower, 240), Fade::Flat.into_fade_out(FadeShape::EqualPower, 240));
        for _ in 0..240 {
            let (a, b) = (come.next_gain(), go.next_gain());
            assert!((a * a + b * b - 1.0).abs() < 1e-6);
        }
        assert_eq!((come, go.is_over()), (Fade::Flat, true));
    }

    #[test]
    fn a_fade_out_starts_where_the_fade_in_was() {
        let mut fade = Fade::fade_in(FadeShape::Linear, 4);
        fade.next_gain();
        fade.next_gain();
        let mut fade = fade.into_fade_out(FadeShape::Linear, 2);
        assert_eq!((fade.next_gain(), fade.next_gain(), fade.is_over()), (0.25, 0.0, true));
    }
}
