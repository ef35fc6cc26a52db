//! Peak meters: quick up, slow down, with a mark at the highest and a light that remembers an overload.

use egui::{Color32, Painter, Rect, lerp, pos2};

use super::theme;

/// How fast the level falls, in decibels a second.
const FALL_DB_PER_SEC: f32 = 26.0;
/// How long the highest level stays marked. Seconds.
const HOLD_SECS: f64 = 1.5;
/// How long an overload is shown. Seconds.
const OVER_SECS: f64 = 3.0;
/// The lower end of the scale, in dBFS.
const FLOOR_DB: f32 = -48.0;
/// The upper end of the scale, in dBFS.
const TOP_DB: f32 = 6.0;
/// From here on the level is high, in dBFS.
const HIGH_DB: f32 = -9.0;

/// One meter's memory between frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meter {
    level_db: f32,
    held_db: f32,
    held_until_secs: f64,
    over_until_secs: f64,
}

impl Default for Meter {
    fn default() -> Self {
        Self { level_db: FLOOR_DB, held_db: FLOOR_DB, held_until_secs: 0.0, over_until_secs: 0.0 }
    }
}

impl Meter {
    /// Takes the highest sample of a block; `elapsed_secs` since the last one.
    pub fn update(&mut self, peak: f32, now_secs: f64, elapsed_secs: f32) {
        let peak_db = if peak > 0.0 { (20.0 * peak.log10()).clamp(FLOOR_DB, TOP_DB) } else { FLOOR_DB };
        self.level_db = peak_db.max(self.level_db - FALL_DB_PER_SEC * elapsed_secs.max(0.0)).max(FLOOR_DB);
        if self.level_db >= self.held_db || now_secs >= self.held_until_secs {
            self.held_db = self.level_db;
            self.held_until_secs = now_secs + HOLD_SECS;
        }
        if peak > 1.0 {
            self.over_until_secs = now_secs + OVER_SECS;
        }
    }

    /// Whether a sample was above full scale a moment ago.
    #[must_use]
    pub fn is_over(&self, now_secs: f64) -> bool {
        now_secs < self.over_until_secs
    }

    /// Draws it along the longer side of `rect`, upwards or to the right.
    pub fn draw(&self, painter: &Painter, rect: Rect) {
        painter.rect_filled(rect, 2, theme::well());
        let inner = rect.shrink(1.0);
        let zones =
            [(FLOOR_DB, HIGH_DB, theme::playing()), (HIGH_DB, 0.0, theme::waiting()), (0.0, TOP_DB, theme::alert())];
        for (from_db, to_db, colour) in zones {
            painter.rect_filled(span(inner, from_db, to_db), 0, theme::shade(colour, 0.16));
            if self.level_db > from_db {
                painter.rect_filled(span(inner, from_db, to_db.min(self.level_db)), 0, colour);
            }
        }
        if self.held_db > FLOOR_DB + 1.0 {
            painter.rect_filled(span(inner, self.held_db - 0.6, self.held_db), 0, theme::text());
        }
        // Full scale is a gap in the bar: seen without colours.
        painter.rect_filled(span(inner, -0.4, 0.0), 0, Color32::BLACK);
    }
}

fn span(rect: Rect, from_db: f32, to_db: f32) -> Rect {
    let part = |db: f32| ((db - FLOOR_DB) / (TOP_DB - FLOOR_DB)).clamp(0.0, 1.0);
    if rect.height() >= rect.width() {
        let y = |db| lerp(rect.bottom()..=rect.top(), part(db));
        Rect::from_min_max(pos2(rect.left(), y(to_db)), pos2(rect.right(), y(from_db)))
    } else {
        let x = |db| lerp(rect.left()..=rect.right(), part(db));
        Rect::from_min_max(pos2(x(from_db), rect.top()), pos2(x(to_db), rect.bottom()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_rises_at_once_and_falls_slowly() {
        let mut meter = Meter::default();
        meter.update(1.0, 0.0, 0.016);
        assert_eq!(meter.level_db, 0.0);
        meter.update(0.0, 0.5, 0.5);
        assert!((meter.level_db - -13.0).abs() < 0.01, "{}", meter.level_db);
        assert_eq!(meter.held_db, 0.0, "the highest stays marked");
        meter.update(0.0, 2.0, 1.5);
        assert_eq!(meter.level_db, FLOOR_DB);
        assert!(meter.held_db < 0.0, "but not for ever");
    }

    #[test]
    fn an_overload_is_remembered_for_a_while() {
        let mut meter = Meter::default();
        meter.update(1.0, 0.0, 0.016);
        assert!(!meter.is_over(0.1), "full scale is not above it");
        meter.update(1.01, 1.0, 0.016);
        meter.update(0.0, 1.1, 0.016);
        assert!(meter.is_over(3.9));
        assert!(!meter.is_over(4.1));
    }

    #[test]
    fn nonsense_is_silence() {
        let mut meter = Meter::default();
        meter.update(f32::NAN, 0.0, f32::NAN);
        assert_eq!(meter.level_db, FLOOR_DB);
    }
}
