//! A knob: an arc with a pointer, its name below, and its value there while it is touched.

use std::f32::consts::{FRAC_PI_2, PI};

use echelon_engine::mixer::KnobRow;
use egui::{Align2, Color32, CursorIcon, Id, Painter, Pos2, Rect, Shape, Stroke, Ui, vec2};

use super::{shapes, slide, text, theme};

/// The way of the pointer from one end to the other, in points.
const TRAVEL: f32 = 140.0;
/// The arc from its lowest to its highest value, as a part of a circle.
const TURN: f32 = 1.5 * PI;

/// What a knob shows.
pub struct Face<'a> {
    /// Its name for tests and for what it remembers.
    pub id: Id,
    /// The word below.
    pub word: &'a str,
    /// Where the engine has it, 0..1.
    pub place: f32,
    /// Where the arc begins, and where a double click and Delete go.
    pub rest: f32,
    /// Of the arc.
    pub colour: Color32,
    /// What it does.
    pub help: &'a str,
}

/// Draws a knob that fills `rect`. Returns the new place if it was moved. `value` words a place.
pub fn show(ui: &Ui, rect: Rect, face: &Face<'_>, value: impl Fn(f32) -> String) -> Option<f32> {
    let slid = slide::slide(ui, rect, face.id, vec2(0.0, -TRAVEL), face.place);
    let mut wanted = slid.moved;
    if slid.reset {
        slide::hold(ui, face.id, face.rest);
        wanted = Some(face.rest);
    }
    let place = wanted.unwrap_or(slid.place);
    let (dial, label) = (rect.with_max_y(rect.bottom() - 12.0), rect.with_min_y(rect.bottom() - 12.0));
    let radius = (dial.height().min(dial.width()) / 2.0 - 1.0).max(3.0);
    let busy = slid.response.hovered() || slid.response.dragged() || slid.response.has_focus();
    draw(ui.painter(), dial.center(), radius, place, face);
    let moved = (place - face.rest).abs() > 0.004;
    let (words, ink) = if busy || moved {
        (value(place).replace(".0 %", "%"), theme::text())
    } else {
        (face.word.into(), theme::text_dim())
    };
    text::fit(ui, label, &words, 10.5, ink, Align2::CENTER_CENTER);
    if slid.response.has_focus() {
        shapes::outline(ui.painter(), rect, theme::text());
    }
    slid.response.on_hover_cursor(CursorIcon::ResizeVertical).on_hover_ui(|ui| {
        ui.label(format!("{}: {}", face.word, value(place)));
        ui.label(face.help);
        ui.label(
            "Drag up or down or turn the wheel, with Shift for fine steps; double click or, after Tab, Delete resets.",
        );
    });
    wanted
}

fn draw(painter: &Painter, centre: Pos2, radius: f32, place: f32, face: &Face<'_>) {
    let width = (radius / 4.0).clamp(2.0, 4.0);
    let mid = radius - width / 2.0;
    painter.circle_filled(centre, radius - width - 1.0, theme::raised());
    painter.add(Shape::line(arc(centre, mid, 0.0, 1.0), Stroke::new(width, theme::shade(theme::mark(), 0.55))));
    let (from, to) = if place < face.rest { (place, face.rest) } else { (face.rest, place) };
    if to - from > 0.004 {
        painter.add(Shape::line(arc(centre, mid, from, to), Stroke::new(width, face.colour)));
    }
    let tip = at(centre, radius - width - 1.5, place);
    painter.line_segment([at(centre, radius * 0.2, place), tip], Stroke::new(2.0, theme::text()));
}

/// A point on the circle, from the lower left over the top to the lower right.
fn at(centre: Pos2, radius: f32, place: f32) -> Pos2 {
    let angle = FRAC_PI_2 + (2.0 * PI - TURN) / 2.0 + TURN * place;
    centre + vec2(angle.cos(), angle.sin()) * radius
}

fn arc(centre: Pos2, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
    const STEPS: u8 = 20;
    (0..=STEPS).map(|step| at(centre, radius, from + (to - from) * f32::from(step) / f32::from(STEPS))).collect()
}

/// The place of a value of the mixer's table.
#[must_use]
pub fn place_of(row: &KnobRow, value: f32) -> f32 {
    row.scale().norm_of(value)
}

/// The value at a place.
#[must_use]
pub fn value_at(row: &KnobRow, place: f32) -> f32 {
    row.scale().value_at(place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::mixer::Knob;

    #[test]
    fn every_control_comes_back_from_its_place() {
        for row in Knob::all().map(Knob::row).filter(|row| row.choices().is_none()) {
            for place in [0.0, 0.25, 0.5, 0.9, 1.0] {
                let value = value_at(row, place);
                assert!((row.min..=row.max).contains(&value), "{}: {value}", row.id);
                let stepped = row.choices().is_some();
                assert!(stepped || (place_of(row, value) - place).abs() < 1e-4, "{}", row.id);
            }
            assert!((0.0..=1.0).contains(&place_of(row, f32::NAN)));
        }
    }

    #[test]
    fn the_arc_opens_downwards() {
        let centre = Pos2::ZERO;
        assert!(at(centre, 1.0, 0.5).y < -0.99, "the middle is on top");
        let (low, high) = (at(centre, 1.0, 0.0), at(centre, 1.0, 1.0));
        assert!(low.x < 0.0 && high.x > 0.0 && low.y > 0.5 && (low.y - high.y).abs() < 1e-5);
    }
}
