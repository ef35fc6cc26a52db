//! Four numbers at once. No fused operations: each lane gives the bits that one number alone would give.

use std::ops::{Add, Mul, Sub};

/// What filters calculate with: lanes in groups of four.
pub(super) trait Lane: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// The same value in every lane.
    fn all(value: f32) -> Self;
}

#[cfg(target_arch = "x86_64")]
mod vector {
    #![allow(unsafe_code, reason = "SSE is part of every x86-64; its vectors are four floats and nothing else")]

    use std::arch::x86_64::*;

    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Four(__m128);

    impl Four {
        #[inline(always)]
        pub(in super::super) const fn from(values: [f32; 4]) -> Self {
            // SAFETY: the same size, and every bit pattern is a value of either.
            unsafe { std::mem::transmute(values) }
        }

        #[inline(always)]
        pub(in super::super) const fn to_array(self) -> [f32; 4] {
            // SAFETY: as above.
            unsafe { std::mem::transmute(self) }
        }

        #[inline(always)]
        pub(super) fn plus(self, other: Self) -> Self {
            // SAFETY: SSE is always there.
            Self(unsafe { _mm_add_ps(self.0, other.0) })
        }

        #[inline(always)]
        pub(super) fn minus(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm_sub_ps(self.0, other.0) })
        }

        #[inline(always)]
        pub(super) fn times(self, other: Self) -> Self {
            // SAFETY: as above.
            Self(unsafe { _mm_mul_ps(self.0, other.0) })
        }

        /// Rows to columns.
        #[inline(always)]
        pub(in super::super) fn turn([a, b, c, d]: [Self; 4]) -> [Self; 4] {
            // SAFETY: as above.
            unsafe {
                let (ab_low, cd_low) = (_mm_unpacklo_ps(a.0, b.0), _mm_unpacklo_ps(c.0, d.0));
                let (ab_high, cd_high) = (_mm_unpackhi_ps(a.0, b.0), _mm_unpackhi_ps(c.0, d.0));
                [
                    Self(_mm_movelh_ps(ab_low, cd_low)),
                    Self(_mm_movehl_ps(cd_low, ab_low)),
                    Self(_mm_movelh_ps(ab_high, cd_high)),
                    Self(_mm_movehl_ps(cd_high, ab_high)),
                ]
            }
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod vector {
    use std::array::from_fn;

    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Four([f32; 4]);

    impl Four {
        #[inline(always)]
        pub(in super::super) const fn from(values: [f32; 4]) -> Self {
            Self(values)
        }

        #[inline(always)]
        pub(in super::super) const fn to_array(self) -> [f32; 4] {
            self.0
        }

        #[inline(always)]
        pub(super) fn plus(self, other: Self) -> Self {
            Self(from_fn(|n| self.0[n] + other.0[n]))
        }

        #[inline(always)]
        pub(super) fn minus(self, other: Self) -> Self {
            Self(from_fn(|n| self.0[n] - other.0[n]))
        }

        #[inline(always)]
        pub(super) fn times(self, other: Self) -> Self {
            Self(from_fn(|n| self.0[n] * other.0[n]))
        }

        /// Rows to columns.
        #[inline(always)]
        pub(in super::super) fn turn(rows: [Self; 4]) -> [Self; 4] {
            from_fn(|column| Self(rows.map(|row| row.0[column])))
        }
    }
}

pub(super) use vector::Four;

/// `G` times four numbers: what each does overlaps with the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Many<const G: usize>(pub(super) [Four; G]);

impl<const G: usize> Many<G> {
    #[inline(always)]
    fn with(self, other: Self, f: impl Fn(Four, Four) -> Four) -> Self {
        let mut out = self;
        for (mine, theirs) in out.0.iter_mut().zip(other.0) {
            *mine = f(*mine, theirs);
        }
        out
    }
}

impl<const G: usize> Add for Many<G> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.with(other, Four::plus)
    }
}

impl<const G: usize> Sub for Many<G> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.with(other, Four::minus)
    }
}

impl<const G: usize> Mul for Many<G> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.with(other, Four::times)
    }
}

impl<const G: usize> Lane for Many<G> {
    #[inline(always)]
    fn all(value: f32) -> Self {
        Self([Four::from([value; 4]); G])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        let rows = [0.0, 4.0, 8.0, 12.0].map(|first| Four::from([first, first + 1.0, first + 2.0, first + 3.0]));
        let columns = Four::turn(rows).map(Four::to_array);
        assert_eq!(columns[1], [1.0, 5.0, 9.0, 13.0]);
        assert_eq!(Four::turn(Four::turn(rows)).map(Four::to_array), rows.map(Four::to_array));
    }
}
