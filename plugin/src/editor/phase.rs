//! The phase meter: how far a deck's beat is from the clock's.

use echelon_engine::message::DeckView;
use echelon_engine::units::DeckId;
use egui::{Align2, Rect, Sense, pos2, vec2};

use super::desk::Desk;
use super::{text, theme};
use crate::view::TrackView;

/// Closer than this is in phase, in beats: 2 ms at 126 BPM.
const IN_PHASE: f64 = 0.005;

/// How far a deck's beat is before (below 0) or behind the clock's, in beats, -0.5..0.5. `None` without beats.
#[must_use]
pub fn apart(song_beat: f64, live: &DeckView, track: &TrackView) -> Option<f64> {
    let grid = track.grid.as_deref()?;
    let own = grid.beat_at(live.position_secs * track.sample_rate?);
    let apart = (song_beat - own).rem_euclid(1.0);
    apart.is_finite().then_some(if apart > 0.5 { apart - 1.0 } else { apart })
}

/// Draws it.
pub fn show(desk: &Desk<'_>, rect: Rect, deck: DeckId) {
    let (ui, live, track) = (desk.ui, desk.live(deck), desk.track(deck));
    let Some(apart) = apart(desk.view.snapshot.clock.song_beat, live, track) else { return };
    let (top, bottom) = (rect.with_max_y(rect.center().y), rect.with_min_y(rect.center().y + 3.0));
    let bar = Rect::from_center_size(top.center(), vec2(rect.width() - 4.0, 8.0));
    let painter = ui.painter();
    painter.rect_filled(bar, 2, theme::well());
    let good = apart.abs() < IN_PHASE;
    let colour = if good { theme::playing() } else { theme::waiting() };
    #[allow(clippy::cast_possible_truncation, reason = "-0.5..0.5")]
    let x = bar.center().x - apart as f32 * bar.width();
    let (left, right) = (x.min(bar.center().x), x.max(bar.center().x));
    painter.rect_filled(Rect::from_x_y_ranges(left - 2.0..=right + 2.0, bar.y_range()), 1, colour);
    painter.vline(bar.center().x, bar.top() - 2.0..=bar.bottom() + 2.0, egui::Stroke::new(1.0, theme::text()));
    text::fit(ui, bottom, &words(apart), 10.5, colour, Align2::CENTER_CENTER);
    let id = ui.scope_id().with(("phase", deck.index()));
    let help = "The deck's beat against the clock's. Left: late. Right: early. SYNC holds it in the middle.";
    ui.interact(Rect::from_two_pos(rect.min, pos2(rect.right(), rect.bottom())), id, Sense::hover())
        .on_hover_text(help);
}

/// For people.
#[must_use]
pub fn words(apart: f64) -> String {
    match apart {
        apart if apart.abs() < IN_PHASE => "in phase".to_owned(),
        apart if apart > 0.0 => format!("late {apart:.2}"),
        apart => format!("early {:.2}", -apart),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::deck::BeatGrid;
    use std::sync::Arc;

    #[test]
    fn a_deck_is_late_or_early_by_less_than_half_a_beat() {
        let grid = Some(Arc::new(BeatGrid::steady(0.0, 24_000.0).unwrap()));
        let track = TrackView { grid, sample_rate: Some(48_000.0), ..TrackView::default() };
        let at = |secs| DeckView { position_secs: secs, ..DeckView::default() };
        assert_eq!(apart(64.0, &at(10.0), &track), Some(0.0));
        assert!((apart(64.0, &at(9.95), &track).unwrap() - 0.1).abs() < 1e-9, "late");
        assert!((apart(64.0, &at(10.05), &track).unwrap() + 0.1).abs() < 1e-9, "early");
        assert_eq!(apart(64.0, &at(10.0), &TrackView::default()), None);
        assert_eq!(apart(f64::NAN, &at(10.0), &track), None);
        assert_eq!(
            (words(0.001), words(0.25), words(-0.25)),
            ("in phase".into(), "late 0.25".into(), "early 0.25".into())
        );
    }
}
