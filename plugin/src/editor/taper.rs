//! From the place of a fader to decibels and back: fine around unity, coarse towards silence.

use echelon_engine::units::Decibels;

/// Place (0 = closed, 1 = full) and level, in straight lines from one to the next. Below the second place the fader is
/// closed.
const POINTS: [(f32, f32); 5] = [(0.05, -60.0), (0.25, -30.0), (0.5, -12.0), (0.75, 0.0), (1.0, 12.0)];

/// Closer than this to unity (in decibels) is unity.
const DETENT_DB: f32 = 0.25;

/// The level at a place.
#[must_use]
pub fn to_decibels(place: f32) -> Decibels {
    if place.is_nan() || place < POINTS[0].0 / 2.0 {
        return Decibels::SILENCE;
    }
    let place = place.clamp(POINTS[0].0, 1.0);
    let db = POINTS
        .windows(2)
        .find(|pair| place <= pair[1].0)
        .map_or(Decibels::MAX.0, |pair| between(place, (pair[0].0, pair[1].0), (pair[0].1, pair[1].1)));
    Decibels(if db.abs() < DETENT_DB { 0.0 } else { db })
}

/// The place of a level.
#[must_use]
pub fn to_place(level: Decibels) -> f32 {
    match level.0 {
        db if db.is_nan() || db < POINTS[0].1 => 0.0,
        db => POINTS
            .windows(2)
            .find(|pair| db <= pair[1].1)
            .map_or(1.0, |pair| between(db, (pair[0].1, pair[1].1), (pair[0].0, pair[1].0))),
    }
}

fn between(x: f32, (x0, x1): (f32, f32), (y0, y1): (f32, f32)) -> f32 {
    y0 + (x - x0) / (x1 - x0) * (y1 - y0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_and_unity_are_exact() {
        assert_eq!(to_decibels(0.0), Decibels::SILENCE);
        assert_eq!(to_decibels(0.75), Decibels::ZERO);
        assert_eq!(to_decibels(0.7505), Decibels::ZERO, "unity catches");
        assert_eq!(to_decibels(1.0), Decibels::MAX);
        assert_eq!(to_decibels(f32::NAN), Decibels::SILENCE);
        assert_eq!(to_decibels(f32::INFINITY), Decibels::MAX);
        assert_eq!(to_place(Decibels::ZERO), 0.75);
        assert_eq!(to_place(Decibels::SILENCE), 0.0);
        assert_eq!(to_place(Decibels(99.0)), 1.0);
    }

    #[test]
    fn there_and_back_is_the_same_place() {
        for step in 3..=50_u8 {
            let place = f32::from(step) / 50.0;
            let back = to_place(to_decibels(place));
            assert!((back - place).abs() < 0.006, "{place} came back as {back}");
        }
    }

    #[test]
    fn higher_is_never_quieter() {
        let levels: Vec<f32> = (0..=200_u8).map(|step| to_decibels(f32::from(step) / 200.0).0).collect();
        assert!(levels.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
