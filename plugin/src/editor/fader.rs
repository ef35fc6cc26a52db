//! The gain of a deck: an upright fader with its level in words, and the deck's meter beside it.

use echelon_engine::units::{Decibels, DeckId};
use egui::{Align2, Color32, CursorIcon, Painter, Rect, Ui, lerp, pos2, vec2};

use super::ids::{self, Part};
use super::layout::{cut_bottom, cut_right, cut_top};
use super::meter::Meter;
use super::{format, slide, taper, text, theme};

/// Half the length of a handle, along its way.
const HALF_HANDLE: f32 = 6.0;

/// Draws fader and meter. Returns the new gain if it was moved.
pub fn show(ui: &Ui, rect: Rect, deck: DeckId, gain_db: f32, meter: &Meter) -> Option<Decibels> {
    let (head, rest) = cut_top(rect, 12.0);
    let (body, foot) = cut_bottom(rest, 14.0);
    let over = meter.is_over(ui.input(|input| input.time));
    let (word, colour) = if over { ("OVER", theme::ALERT) } else { ("GAIN", theme::TEXT_DIM) };
    text::line(ui, head, word, theme::words(11.0), colour, Align2::CENTER_CENTER);

    let (fader, bar) = cut_right(body, 12.0);
    meter.draw(ui.painter(), bar);
    let rail = fader.shrink2(vec2(0.0, HALF_HANDLE));
    let id = ids::deck(deck, Part::Gain);
    let slid = slide::slide(ui, fader, id, vec2(0.0, -rail.height()), taper::to_place(Decibels(gain_db)));
    draw(ui.painter(), rail, slid.place, theme::deck(deck));

    let mut wanted = slid.moved.map(taper::to_decibels);
    if slid.response.double_clicked() {
        wanted = Some(Decibels::ZERO);
        slide::hold(ui, id, taper::to_place(Decibels::ZERO));
    }
    let shown_db = wanted.map_or_else(|| shown(slid.place, gain_db), |level| level.0);
    let label = format::decibels(shown_db);
    text::line(ui, foot, &label, theme::words(12.0), theme::TEXT, Align2::CENTER_CENTER);
    slid.response
        .on_hover_cursor(CursorIcon::ResizeVertical)
        .on_hover_text("Gain of the deck. Drag up or down, with Shift for fine steps; double click for 0 dB.");
    wanted
}

/// The level in words: the engine's own figure unless the fader has been moved away from it.
#[must_use]
pub fn shown(place: f32, actual_db: f32) -> f32 {
    let unmoved = (place - taper::to_place(Decibels(actual_db))).abs() < 1e-4;
    if unmoved { actual_db } else { taper::to_decibels(place).0 }
}

fn draw(painter: &Painter, rail: Rect, place: f32, colour: Color32) {
    let x = rail.center().x;
    for (db, half) in [(12.0, 6.0), (0.0, 12.0), (-12.0, 6.0), (-30.0, 6.0), (-60.0, 6.0)] {
        let y = lerp(rail.bottom()..=rail.top(), taper::to_place(Decibels(db)));
        let ink = if db == 0.0 { theme::RESTING } else { theme::MARK };
        painter.hline(x - half..=x + half, y, theme::hairline(ink));
    }
    let track = Rect::from_center_size(rail.center(), vec2(4.0, rail.height() + 2.0 * HALF_HANDLE));
    painter.rect_filled(track, 2, theme::WELL);
    let y = lerp(rail.bottom()..=rail.top(), place);
    handle(painter, Rect::from_center_size(pos2(x, y), vec2(26.0, 2.0 * HALF_HANDLE)), colour);
}

/// The grip of a fader, with a line across the way it moves.
pub fn handle(painter: &Painter, rect: Rect, colour: Color32) {
    painter.rect_filled(rect.expand(1.0), 3, Color32::BLACK);
    painter.rect_filled(rect, 3, theme::RESTING);
    let line = if rect.width() > rect.height() { vec2(rect.width(), 3.0) } else { vec2(3.0, rect.height()) };
    painter.rect_filled(Rect::from_center_size(rect.center(), line), 0, theme::shade(colour, 0.6));
}
