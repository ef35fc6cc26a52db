//! What a fader does that stands elsewhere than its value: after a program, the host or another hand moved it.

/// How an absolute fader or knob takes its control over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Takeover {
    /// Nothing happens before it has come to the value, or past it.
    #[default]
    PickUp,
    /// The value goes the fader's way in what is left of its own.
    Scale,
    /// At once.
    Jump,
}

/// So near to the value, as a part of the way, is there.
const WINDOW: f32 = 3.0 / 128.0;
/// For so long after a move that counted, the next one counts too: a fast hand is not lost by its own echo.
const HOLD_SECS: f64 = 0.05;

/// Where a fader has been.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hand {
    last: Option<f32>,
    /// Frame of the last move that counted.
    counted: Option<u64>,
}

impl Hand {
    /// The part of the way that the control shall go to, for a fader at `part` whose control is at `now`; `None` while
    /// it has to wait. `frame` counts from the rig's first; `sample_rate` in Hz.
    pub fn moved(&mut self, how: Takeover, part: f32, now: f32, frame: u64, sample_rate: f64) -> Option<f32> {
        let last = self.last.replace(part);
        let goes = match how {
            Takeover::Jump => Some(part),
            Takeover::PickUp => (self.is_recent(frame, sample_rate) || meets(last, part, now)).then_some(part),
            Takeover::Scale => last.map(|last| scaled(last, part, now)),
        };
        if goes.is_some() {
            self.counted = Some(frame);
        }
        goes
    }

    /// It is out of sight: what it does meanwhile is not known.
    pub const fn forget(&mut self) {
        (self.last, self.counted) = (None, None);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; above zero")]
    fn is_recent(&self, frame: u64, sample_rate: f64) -> bool {
        let hold = (HOLD_SECS * sample_rate) as u64;
        self.counted.is_some_and(|counted| frame.saturating_sub(counted) <= hold)
    }
}

/// It is at the value, or has just gone past it.
fn meets(last: Option<f32>, part: f32, now: f32) -> bool {
    (part - now).abs() <= WINDOW
        || last.is_some_and(|last| (last - now).abs() <= WINDOW || (last < now) != (part < now))
}

fn scaled(last: f32, part: f32, now: f32) -> f32 {
    let to = if part > last {
        now + (1.0 - now) * (part - last) / (1.0 - last)
    } else if part < last {
        now * part / last
    } else {
        now
    };
    to.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SR: f64 = 48_000.0;

    #[test]
    fn a_fader_picks_its_value_up_where_it_meets_it() {
        let mut hand = Hand::default();
        let mut at = |part, now, ms: u64| hand.moved(Takeover::PickUp, part, now, ms * 48, SR);
        assert_eq!(at(0.1, 0.5, 0), None);
        assert_eq!(at(0.4, 0.5, 100), None);
        assert_eq!(at(0.48, 0.5, 200), Some(0.48), "within 3/128");
        assert_eq!(at(0.9, 0.48, 240), Some(0.9), "40 ms later: the same move");
        assert_eq!(at(0.92, 0.1, 290), Some(0.92), "50 ms later still");
        assert_eq!(at(0.94, 0.1, 341), None, "51 ms later it is elsewhere");
        assert_eq!(at(0.05, 0.1, 500), Some(0.05), "it went past");
    }

    #[test]
    fn the_window_and_the_time_are_as_said() {
        for (away, picks) in [(3.0 / 128.0 - 1e-4, true), (3.0 / 128.0 + 1e-3, false)] {
            let mut hand = Hand::default();
            assert_eq!(hand.moved(Takeover::PickUp, 0.5 + away, 0.5, 0, SR).is_some(), picks);
        }
        for (frame, picks) in [(2_400, true), (2_401, false)] {
            let mut hand = Hand::default();
            assert_eq!(hand.moved(Takeover::PickUp, 0.5, 0.5, 0, SR), Some(0.5));
            assert_eq!(hand.moved(Takeover::PickUp, 0.9, 0.1, frame, SR).is_some(), picks);
        }
    }

    #[test]
    fn scaling_meets_at_the_ends() {
        let mut hand = Hand::default();
        let mut at = |part, now| hand.moved(Takeover::Scale, part, now, 0, SR);
        assert_eq!(at(0.5, 0.2), None, "the first position only says where it is");
        let half_way = at(0.75, 0.2).unwrap();
        assert!((half_way - 0.6).abs() < 1e-6);
        assert_eq!(at(1.0, half_way), Some(1.0));
        assert_eq!(at(0.0, 1.0), Some(0.0));
    }

    #[test]
    fn jump_jumps_and_the_forgotten_has_to_meet_again() {
        let mut hand = Hand::default();
        assert_eq!(hand.moved(Takeover::Jump, 0.9, 0.1, 0, SR), Some(0.9));
        hand.forget();
        assert_eq!(hand.moved(Takeover::PickUp, 0.9, 0.1, 1, SR), None);
    }
}
