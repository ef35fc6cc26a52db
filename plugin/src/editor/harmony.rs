//! Which keys go together.

use echelon_engine::message::DeckView;

use crate::media::analyse::Key;

/// The key that is heard: the track's own, shifted, and moved by the speed where the key is not locked.
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..12")]
pub fn heard(key: Key, live: &DeckView) -> Key {
    let motion = &live.motion;
    let speed = if motion.speed.abs() > 1e-3 { motion.speed.abs() } else { motion.rate };
    let by_speed = if motion.key_lock { 0.0 } else { 12.0 * speed.log2() };
    let shift = (motion.key_shift + by_speed).round();
    if !shift.is_finite() {
        return key;
    }
    let tonic = (f64::from(key.tonic()) + shift).rem_euclid(12.0) as u8;
    Key::new(tonic, key.is_minor()).unwrap_or(key)
}

/// How well one key follows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The same key.
    Same,
    /// Its neighbour on the wheel, or its relative.
    Near,
    /// Another one.
    Far,
}

/// The neighbours on the wheel of fifths (one step up or down, same mode) and the relative go with a key.
#[must_use]
pub fn fit(a: Key, b: Key) -> Fit {
    let steps = (i16::from(hour(a)) - i16::from(hour(b))).rem_euclid(12);
    match (steps, a.is_minor() == b.is_minor()) {
        (0, true) => Fit::Same,
        (0, false) | (1 | 11, true) => Fit::Near,
        _ => Fit::Far,
    }
}

/// Around the wheel, minor before major.
#[must_use]
pub fn order(key: Key) -> (u8, bool) {
    (hour(key), !key.is_minor())
}

/// The place on the wheel, 0..12: the relative keys share one.
fn hour(key: Key) -> u8 {
    let major = if key.is_minor() { key.tonic() + 3 } else { key.tonic() };
    major * 7 % 12
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::deck::MotionView;

    fn key(tonic: u8, minor: bool) -> Key {
        Key::new(tonic, minor).unwrap()
    }

    #[test]
    fn neighbours_on_the_wheel_and_relatives_go_together() {
        let a_minor = key(9, true);
        assert_eq!(fit(a_minor, a_minor), Fit::Same);
        for near in [key(0, false), key(4, true), key(2, true)] {
            assert_eq!((fit(a_minor, near), fit(near, a_minor)), (Fit::Near, Fit::Near), "{near}");
        }
        for far in [key(10, true), key(7, false), key(9, false)] {
            assert_eq!(fit(a_minor, far), Fit::Far, "{far}");
        }
    }

    #[test]
    fn the_wheel_is_the_one_of_the_notation() {
        for minor in [false, true] {
            for tonic in 0..12 {
                let (one, other) = (key(tonic, minor), key(0, false));
                let number = |key: Key| key.camelot().trim_end_matches(['A', 'B']).parse::<i16>().unwrap();
                let apart = (number(one) - number(other)).rem_euclid(12);
                assert_eq!(apart, (i16::from(hour(one)) - i16::from(hour(other))).rem_euclid(12), "{one}");
            }
        }
    }

    #[test]
    fn speed_moves_the_key_unless_it_is_locked() {
        let motion = MotionView { rate: 2.0_f64.powf(2.0 / 12.0), ..MotionView::default() };
        let mut live = DeckView { motion, ..DeckView::default() };
        assert_eq!(heard(key(11, false), &live), key(1, false));
        live.motion.key_lock = true;
        assert_eq!(heard(key(11, false), &live), key(11, false));
        live.motion.key_shift = -12.0;
        assert_eq!(heard(key(11, false), &live), key(11, false));
        live.motion.rate = f64::NAN;
        live.motion.key_lock = false;
        assert_eq!(heard(key(5, true), &live), key(5, true));
    }
}
