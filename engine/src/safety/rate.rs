//! How often a source may ask: a bucket that fills with time and that each request takes a drop from.

/// A token bucket. Control thread.
#[derive(Clone, Copy, Debug)]
pub struct RateLimit {
    tokens: f64,
    /// Seconds at the last request.
    at: f64,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { tokens: f64::INFINITY, at: 0.0 }
    }
}

impl RateLimit {
    /// Whether one more request fits at `now_secs`, with an average of `per_sec` and bursts of a second's worth.
    pub fn take(&mut self, per_sec: f32, now_secs: f64) -> bool {
        let per_sec = f64::from(per_sec.max(0.0));
        let passed = (now_secs - self.at).max(0.0);
        self.at = self.at.max(now_secs);
        self.tokens = (self.tokens + passed * per_sec).min(per_sec.max(1.0));
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_s_worth_at_once_and_then_the_rate() {
        let mut limit = RateLimit::default();
        let passed = (0..100).filter(|_| limit.take(50.0, 10.0)).count();
        assert_eq!(passed, 50);
        assert!(!limit.take(50.0, 10.019));
        assert!(limit.take(50.0, 10.021), "1/50 s later");
        assert!(!limit.take(50.0, 10.0), "time that goes back gives nothing");
    }

    #[test]
    fn a_rate_of_nothing_lets_only_the_first_through() {
        let mut limit = RateLimit::default();
        assert!(limit.take(0.0, 0.0));
        assert!((1..100_u8).all(|n| !limit.take(0.0, f64::from(n))));
    }
}
