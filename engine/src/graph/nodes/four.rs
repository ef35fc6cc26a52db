//! Four or eight numbers at once. No fused operations: each lane gives the bits that one number alone would give.

use std::ops::{Add, Mul, Sub};

/// What filters calculate with.
pub(super) trait Lane: Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {
    /// The same value in every lane.
    fn all(value: f32) -> Self;
}

/// A register: one or two quads of four numbers.
pub(super) trait Vector: Lane {
    /// Groups of four.
    const QUADS: usize;
    /// From its quads; one that has only one takes the first. (Not a closure: those are not always compiled into what
    /// calls them, and code for larger registers must be.)
    fn make(quads: [[f32; 4]; 2]) -> Self;
    /// One of its quads.
    fn quad(self, quad: usize) -> [f32; 4];
    /// Rows to columns, in each quad.
    fn turn(rows: [Self; 4]) -> [Self; 4];
}

macro_rules! operators {
    ($vector:ty, $add:ident, $sub:ident, $mul:ident) => {
        impl Add for $vector {
            type Output = Self;
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: see the type.
                Self(unsafe { $add(self.0, other.0) })
            }
        }

        impl Sub for $vector {
            type Output = Self;
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: see the type.
                Self(unsafe { $sub(self.0, other.0) })
            }
        }

        impl Mul for $vector {
            type Output = Self;
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: see the type.
                Self(unsafe { $mul(self.0, other.0) })
            }
        }

        impl Lane for $vector {
            #[inline(always)]
            fn all(value: f32) -> Self {
                Self::make([[value; 4]; 2])
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod vector {
    #![allow(unsafe_code, reason = "vectors are four or eight floats and nothing else")]

    use std::arch::x86_64::*;
    use std::mem::transmute;

    use super::{Add, Lane, Mul, Sub, Vector};

    /// SSE, which is part of every x86-64.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Four(__m128);

    operators!(Four, _mm_add_ps, _mm_sub_ps, _mm_mul_ps);

    impl Vector for Four {
        const QUADS: usize = 1;

        #[inline(always)]
        fn make([quad, _]: [[f32; 4]; 2]) -> Self {
            // SAFETY: the same size, and every bit pattern is a value of either.
            unsafe { transmute(quad) }
        }

        #[inline(always)]
        fn quad(self, _: usize) -> [f32; 4] {
            // SAFETY: as above.
            unsafe { transmute(self) }
        }

        #[inline(always)]
        fn turn([a, b, c, d]: [Self; 4]) -> [Self; 4] {
            // SAFETY: SSE is always there.
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

    /// AVX: only to be used where it was found to be there, and inlined into code that is compiled for it.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Eight(__m256);

    operators!(Eight, _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps);

    impl Vector for Eight {
        const QUADS: usize = 2;

        #[inline(always)]
        fn make([low, high]: [[f32; 4]; 2]) -> Self {
            // SAFETY: the same size, and every bit pattern is a value of either.
            unsafe { transmute([low, high]) }
        }

        #[inline(always)]
        fn quad(self, quad: usize) -> [f32; 4] {
            // SAFETY: as above.
            unsafe {
                let quads = transmute::<Self, [[f32; 4]; 2]>(self);
                if quad == 0 { quads[0] } else { quads[1] }
            }
        }

        #[inline(always)]
        fn turn([a, b, c, d]: [Self; 4]) -> [Self; 4] {
            // SAFETY: see the type.
            unsafe {
                let (ab_low, cd_low) = (_mm256_unpacklo_ps(a.0, b.0), _mm256_unpacklo_ps(c.0, d.0));
                let (ab_high, cd_high) = (_mm256_unpackhi_ps(a.0, b.0), _mm256_unpackhi_ps(c.0, d.0));
                [
                    Self(_mm256_shuffle_ps::<0x44>(ab_low, cd_low)),
                    Self(_mm256_shuffle_ps::<0xEE>(ab_low, cd_low)),
                    Self(_mm256_shuffle_ps::<0x44>(ab_high, cd_high)),
                    Self(_mm256_shuffle_ps::<0xEE>(ab_high, cd_high)),
                ]
            }
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod vector {
    #![allow(unused_unsafe, unsafe_code, reason = "the operators are shared with the vectors that need it")]

    use std::array::from_fn;

    use super::{Add, Lane, Mul, Sub, Vector};

    type Quad = [f32; 4];

    #[inline(always)]
    fn add(a: Quad, b: Quad) -> Quad {
        from_fn(|n| a[n] + b[n])
    }

    #[inline(always)]
    fn sub(a: Quad, b: Quad) -> Quad {
        from_fn(|n| a[n] - b[n])
    }

    #[inline(always)]
    fn mul(a: Quad, b: Quad) -> Quad {
        from_fn(|n| a[n] * b[n])
    }

    /// Four floats that the compiler makes a vector of.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Four(Quad);

    operators!(Four, add, sub, mul);

    impl Vector for Four {
        const QUADS: usize = 1;

        #[inline(always)]
        fn make([quad, _]: [[f32; 4]; 2]) -> Self {
            Self(quad)
        }

        #[inline(always)]
        fn quad(self, _: usize) -> [f32; 4] {
            self.0
        }

        #[inline(always)]
        fn turn(rows: [Self; 4]) -> [Self; 4] {
            from_fn(|column| Self(rows.map(|row| row.0[column])))
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use vector::Eight;
pub(super) use vector::Four;

/// Several registers: what each does overlaps with the others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Many<V, const K: usize>(pub(super) [V; K]);

impl<V: Vector, const K: usize> Many<V, K> {
    #[inline(always)]
    fn with(self, other: Self, f: impl Fn(V, V) -> V) -> Self {
        let mut out = self;
        for (mine, theirs) in out.0.iter_mut().zip(other.0) {
            *mine = f(*mine, theirs);
        }
        out
    }
}

impl<V: Vector, const K: usize> Add for Many<V, K> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.with(other, |a, b| a + b)
    }
}

impl<V: Vector, const K: usize> Sub for Many<V, K> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.with(other, |a, b| a - b)
    }
}

impl<V: Vector, const K: usize> Mul for Many<V, K> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.with(other, |a, b| a * b)
    }
}

impl<V: Vector, const K: usize> Lane for Many<V, K> {
    #[inline(always)]
    fn all(value: f32) -> Self {
        Self([V::all(value); K])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        let rows = [0.0, 4.0, 8.0, 12.0].map(|first| Four::make([[first, first + 1.0, first + 2.0, first + 3.0]; 2]));
        let columns = Four::turn(rows).map(|row| row.quad(0));
        assert_eq!(columns[1], [1.0, 5.0, 9.0, 13.0]);
        assert_eq!(Four::turn(Four::turn(rows)).map(|row| row.quad(0)), rows.map(|row| row.quad(0)));
    }
}
