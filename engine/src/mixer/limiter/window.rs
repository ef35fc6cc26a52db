//! Least and mean of the latest values.

/// The least of so many latest values, in constant time on average: of values that follow a greater one only they count.
#[derive(Debug)]
pub(super) struct LeastOf {
    /// Frame and value, both growing, from `first` on.
    ring: Vec<(u64, f32)>,
    first: usize,
    count: usize,
    frame: u64,
}

impl LeastOf {
    /// Of `length` values, before which all were 1.
    pub(super) fn new(length: usize) -> Self {
        Self { ring: vec![(0, 1.0); length.max(1)], first: 0, count: 0, frame: 0 }
    }

    pub(super) const fn reset(&mut self) {
        (self.first, self.count, self.frame) = (0, 0, 0);
    }

    const fn place(&self, n: usize) -> usize {
        // Both are at most its length.
        let place = self.first + n;
        if place >= self.ring.len() { place - self.ring.len() } else { place }
    }

    pub(super) fn next(&mut self, value: f32) -> f32 {
        let length = self.ring.len() as u64;
        if self.count > 0 && self.ring[self.first].0 + length <= self.frame {
            (self.first, self.count) = (self.place(1), self.count - 1);
        }
        while self.count > 0 && self.ring[self.place(self.count - 1)].1 >= value {
            self.count -= 1;
        }
        let place = self.place(self.count);
        self.ring[place] = (self.frame, value);
        (self.count, self.frame) = (self.count + 1, self.frame + 1);
        self.ring[self.first].1
    }
}

/// The mean of so many latest values. The sum is exact: values of 32 bits in one of 64 leave no rounding behind.
#[derive(Debug)]
pub(super) struct MeanOf {
    ring: Vec<f32>,
    at: usize,
    sum: f64,
}

impl MeanOf {
    /// Of `length` values, before which all were 1.
    pub(super) fn new(length: usize) -> Self {
        let mut mean = Self { ring: vec![1.0; length.max(1)], at: 0, sum: 0.0 };
        mean.reset();
        mean
    }

    pub(super) fn reset(&mut self) {
        self.ring.fill(1.0);
        (self.at, self.sum) = (0, self.ring.len() as f64);
    }

    pub(super) fn is_one(&self) -> bool {
        self.sum == self.ring.len() as f64
    }

    #[expect(clippy::cast_possible_truncation, reason = "0 to 1")]
    pub(super) fn next(&mut self, value: f32) -> f32 {
        let old = std::mem::replace(&mut self.ring[self.at], value);
        self.at = if self.at + 1 == self.ring.len() { 0 } else { self.at + 1 };
        self.sum += f64::from(value) - f64::from(old);
        (self.sum / self.ring.len() as f64) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn least_and_mean_are_those_of_a_plain_look() {
        let (mut least, mut mean) = (LeastOf::new(7), MeanOf::new(7));
        let mut values = vec![1.0_f32; 7];
        let mut state = 1_u32;
        for _ in 0..5_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            values.push(if state >> 30 == 0 { state as f32 / u32::MAX as f32 } else { 1.0 });
            let latest = &values[values.len() - 7..];
            let value = *latest.last().unwrap();
            assert_eq!(least.next(value), latest.iter().copied().fold(1.0, f32::min));
            let plain = latest.iter().map(|v| f64::from(*v)).sum::<f64>() / 7.0;
            assert!((f64::from(mean.next(value)) - plain).abs() < 1e-7);
        }
        let last = [0; 7].map(|_| (least.next(1.0), mean.next(1.0)))[6];
        assert!(mean.is_one() && last == (1.0, 1.0));
    }
}
