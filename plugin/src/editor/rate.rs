//! The pitch fader of a deck: its speed, with the range of a CDJ.

use echelon_engine::action::Gesture;
use echelon_engine::units::DeckId;
use egui::{Align2, CursorIcon, Rect, lerp, pos2, vec2};

use super::desk::Desk;
use super::layout::cut_bottom;
use super::{fader, ids, slide, text, theme};

/// As far as the fader goes either way; what is set from elsewhere may be further. A part of the track's speed.
const RANGE: f64 = 0.16;
/// Closer than this to the track's own speed is its own, as a part of the travel.
const DETENT: f32 = 0.008;
/// Half the length of the handle.
const HALF_HANDLE: f32 = 6.0;

/// Draws it. Down is faster, as on every deck.
pub fn show(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) {
    let ui = desk.ui;
    let motion = desk.live(deck).motion;
    let (body, foot) = cut_bottom(rect, 12.0);
    let rail = body.shrink2(vec2(0.0, HALF_HANDLE));
    let id = ids::gesture(deck, Gesture::Rate);
    let slid = slide::slide(ui, body, id, vec2(0.0, rail.height()), place_of(motion.rate));
    let mut wanted = slid.moved.map(|place| if (place - 0.5).abs() < DETENT { 0.5 } else { place });
    if slid.reset {
        slide::hold(ui, id, 0.5);
        wanted = Some(0.5);
    }
    let place = wanted.unwrap_or(slid.place);
    let painter = ui.painter();
    for tick in 0..=8_u8 {
        let y = lerp(rail.top()..=rail.bottom(), f32::from(tick) / 8.0);
        let (half, ink) = if tick == 4 { (13.0, theme::resting()) } else { (6.0, theme::mark()) };
        painter.hline(rail.center().x - half..=rail.center().x + half, y, theme::hairline(ink));
    }
    let track = Rect::from_center_size(rail.center(), vec2(4.0, rail.height() + 2.0 * HALF_HANDLE));
    painter.rect_filled(track, 2, theme::well());
    let y = lerp(rail.top()..=rail.bottom(), place);
    fader::handle(
        painter,
        Rect::from_center_size(pos2(rail.center().x, y), vec2(26.0, 2.0 * HALF_HANDLE)),
        theme::deck(deck),
    );
    if slid.response.has_focus() {
        super::shapes::outline(painter, rect, theme::text());
    }
    // A synced deck goes by the clock: the fader waits for its turn.
    let ink = if motion.sync { theme::text_dim() } else { theme::text() };
    let words = format!("{:+.1}", (rate_at(place) - 1.0) * 100.0);
    text::line(ui, foot, &words, theme::words(10.0), ink, Align2::CENTER_CENTER);
    slid.response.on_hover_cursor(CursorIcon::ResizeVertical).on_hover_text(
        "Speed of the deck, up to 16 % either way, down is faster. A synced deck goes by it once it is no longer synced. \
         Shift: fine. Double click, or Delete after Tab: its own speed.",
    );
    if wanted.is_some() {
        desk.gesture_now(deck, Gesture::Rate, rate_at(place));
    }
}

#[allow(clippy::cast_possible_truncation, reason = "clamped to 0..1 first")]
fn place_of(rate: f64) -> f32 {
    let place = 0.5 + (rate - 1.0) / (2.0 * RANGE);
    if place.is_finite() { place.clamp(0.0, 1.0) as f32 } else { 0.5 }
}

fn rate_at(place: f32) -> f64 {
    1.0 + (f64::from(place) - 0.5) * 2.0 * RANGE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_the_track_s_own_speed_and_down_is_faster() {
        assert_eq!((place_of(1.0), rate_at(0.5)), (0.5, 1.0));
        assert!(rate_at(1.0) > 1.15 && rate_at(0.0) < 0.85);
        assert_eq!((place_of(2.0), place_of(0.5), place_of(f64::NAN)), (1.0, 0.0, 0.5));
        assert!((rate_at(place_of(1.07)) - 1.07).abs() < 1e-6);
    }
}
