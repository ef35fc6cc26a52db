//! The fader of a channel, with the channel's meter beside it.

use echelon_engine::mixer::Knob;
use egui::{Align2, Color32, CursorIcon, Painter, Rect, lerp, pos2, vec2};

use super::desk::Desk;
use super::layout::{cut_bottom, cut_right};
use super::meter::Meter;
use super::{ids, knob, slide, taper, text, theme};
use echelon_engine::units::Decibels;

/// Half the length of a handle, along its way.
const HALF_HANDLE: f32 = 7.0;

/// Draws fader and meter, and asks for what is moved.
pub fn show(desk: &mut Desk<'_>, rect: Rect, control: Knob, meter: &Meter, colour: Color32) {
    let ui = desk.ui;
    let row = control.row();
    let (body, foot) = cut_bottom(rect, 12.0);
    let body = body.with_max_y(foot.top() - 2.0);
    let over = meter.is_over(ui.input(|input| input.time));
    let (fader, bar) = cut_right(body, 14.0);
    meter.draw(ui.painter(), bar);
    let rail = fader.shrink2(vec2(0.0, HALF_HANDLE));
    let id = ids::knob(control);
    let actual = knob::place_of(row, desk.view.snapshot.knob(control));
    let slid = slide::slide(ui, fader, id, vec2(0.0, -rail.height()), actual);
    let mut wanted = slid.moved;
    if slid.reset {
        wanted = Some(1.0);
        slide::hold(ui, id, 1.0);
    }
    let place = wanted.unwrap_or(slid.place);
    draw(ui.painter(), rail, place, colour);
    if slid.response.has_focus() {
        super::shapes::outline(ui.painter(), fader, theme::text());
    }
    let (words, ink) =
        if over { ("OVER".to_owned(), theme::alert()) } else { (row.text(knob::value_at(row, place)), theme::text()) };
    text::line(ui, foot, &words, theme::words(11.0), ink, Align2::CENTER_CENTER);
    slid.response.on_hover_cursor(CursorIcon::ResizeVertical).on_hover_ui(|ui| {
        ui.label(row.help);
        ui.label("Drag up or down, with Shift for fine steps; double click or, after Tab, Delete opens it.");
    });
    if wanted.is_some() {
        desk.set_knob(control, knob::value_at(row, place));
    }
}

/// The level in words: the engine's own figure unless the fader has been moved away from it.
#[must_use]
pub fn shown(place: f32, actual_db: f32) -> f32 {
    let unmoved = (place - taper::to_place(Decibels(actual_db))).abs() < 1e-4;
    if unmoved { actual_db } else { taper::to_decibels(place).0 }
}

fn draw(painter: &Painter, rail: Rect, place: f32, colour: Color32) {
    let x = rail.center().x;
    for tick in 0..=10_u8 {
        let y = lerp(rail.bottom()..=rail.top(), f32::from(tick) / 10.0);
        let half = if tick % 5 == 0 { 11.0 } else { 6.0 };
        painter.hline(x - half..=x + half, y, theme::hairline(theme::mark()));
    }
    let track = Rect::from_center_size(rail.center(), vec2(4.0, rail.height() + 2.0 * HALF_HANDLE));
    painter.rect_filled(track, 2, theme::well());
    let y = lerp(rail.bottom()..=rail.top(), place);
    handle(painter, Rect::from_center_size(pos2(x, y), vec2(28.0, 2.0 * HALF_HANDLE)), colour);
}

/// The grip of a fader, with a line across the way it moves.
pub fn handle(painter: &Painter, rect: Rect, colour: Color32) {
    painter.rect_filled(rect.expand(1.0), 3, theme::ground());
    painter.rect_filled(rect, 3, theme::resting());
    let line = if rect.width() > rect.height() { vec2(rect.width(), 3.0) } else { vec2(3.0, rect.height()) };
    painter.rect_filled(Rect::from_center_size(rect.center(), line), 0, colour);
}
