//! Signs that are told apart by their form, drawn so that no font needs to have them.

use std::f32::consts::{FRAC_PI_2, TAU};

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A triangle to the right.
    Play,
    /// A square.
    Stop,
    /// An hourglass.
    Wait,
    /// A hollow ring.
    Empty,
    /// An arrow down onto a line.
    Load,
    /// A cross.
    Cross,
    /// A triangle with an exclamation mark.
    Alert,
    /// A filled disc.
    Dot,
    /// A triangle to the left.
    Left,
    /// A triangle downwards.
    Down,
    /// A closed padlock.
    Lock,
    /// An open padlock.
    Unlock,
    /// A triangle upwards over a line.
    Eject,
    /// An arrow that turns back.
    Undo,
    /// Headphones.
    Phones,
}

/// Draws a sign into a square around `centre`.
pub fn sign(painter: &Painter, sign: Sign, centre: Pos2, size: f32, colour: Color32) {
    let half = size / 2.0;
    let at = |x: f32, y: f32| centre + vec2(x, y) * half;
    let stroke = Stroke::new((size / 7.0).max(1.5), colour);
    let polygon = |points: Vec<Pos2>| Shape::convex_polygon(points, colour, Stroke::NONE);
    match sign {
        Sign::Play => drop(painter.add(polygon(vec![at(-0.7, -0.9), at(0.95, 0.0), at(-0.7, 0.9)]))),
        Sign::Stop => drop(painter.rect_filled(Rect::from_center_size(centre, vec2(size, size) * 0.8), 1, colour)),
        Sign::Wait => {
            painter.add(polygon(vec![at(-0.8, -0.9), at(0.8, -0.9), at(0.0, 0.1)]));
            painter.add(polygon(vec![at(-0.8, 0.9), at(0.0, -0.1), at(0.8, 0.9)]));
        }
        Sign::Empty => drop(painter.circle_stroke(centre, half * 0.8, stroke)),
        Sign::Load => {
            painter.line_segment([at(0.0, -0.9), at(0.0, 0.1)], stroke);
            painter.add(polygon(vec![at(-0.6, -0.15), at(0.6, -0.15), at(0.0, 0.6)]));
            painter.line_segment([at(-0.8, 0.9), at(0.8, 0.9)], stroke);
        }
        Sign::Cross => {
            painter.line_segment([at(-0.7, -0.7), at(0.7, 0.7)], stroke);
            painter.line_segment([at(-0.7, 0.7), at(0.7, -0.7)], stroke);
        }
        Sign::Alert => {
            let points = vec![at(0.0, -0.95), at(1.0, 0.85), at(-1.0, 0.85)];
            painter.add(Shape::closed_line(points, Stroke::new(1.5, colour)));
            painter.line_segment([at(0.0, -0.35), at(0.0, 0.25)], Stroke::new(1.6, colour));
            painter.circle_filled(at(0.0, 0.55), 1.1, colour);
        }
        Sign::Left => drop(painter.add(polygon(vec![at(0.7, -0.9), at(-0.95, 0.0), at(0.7, 0.9)]))),
        Sign::Down => drop(painter.add(polygon(vec![at(-0.9, -0.6), at(0.9, -0.6), at(0.0, 0.8)]))),
        Sign::Eject => {
            painter.add(polygon(vec![at(0.0, -0.9), at(0.9, 0.2), at(-0.9, 0.2)]));
            painter.line_segment([at(-0.9, 0.75), at(0.9, 0.75)], stroke);
        }
        Sign::Lock | Sign::Unlock => {
            let shift = if sign == Sign::Lock { 0.0 } else { 0.75 };
            let bow = [(-0.5, 0.0), (-0.5, -0.5), (-0.25, -0.9), (0.25, -0.9), (0.5, -0.5), (0.5, 0.0)];
            let end = if sign == Sign::Lock { bow.len() } else { bow.len() - 1 };
            painter.add(Shape::line(bow[..end].iter().map(|(x, y)| at(x + shift, *y)).collect(), stroke));
            painter.rect_filled(Rect::from_min_max(at(-0.8, -0.1), at(0.8, 0.95)), 1, colour);
        }
        Sign::Undo => {
            let bend = [(0.8, 0.8), (0.85, 0.1), (0.4, -0.35), (-0.4, -0.35)];
            painter.add(Shape::line(bend.iter().map(|(x, y)| at(*x, *y)).collect(), stroke));
            painter.add(polygon(vec![at(-0.25, -0.95), at(-0.25, 0.25), at(-0.95, -0.35)]));
        }
        Sign::Phones => {
            let bow = [(-0.8, 0.2), (-0.8, -0.3), (-0.5, -0.75), (0.0, -0.9), (0.5, -0.75), (0.8, -0.3), (0.8, 0.2)];
            painter.add(Shape::line(bow.iter().map(|(x, y)| at(*x, *y)).collect(), stroke));
            for x in [-0.75, 0.75] {
                painter.rect_filled(Rect::from_center_size(at(x, 0.45), vec2(half * 0.5, half * 0.9)), 1, colour);
            }
        }
        Sign::Dot => drop(painter.circle_filled(centre, half * 0.7, colour)),
    }
}

/// A countdown: the part of a circle that is left, beginning at the top, over a faint whole one.
pub fn ring(painter: &Painter, centre: Pos2, radius: f32, fraction: f32, colour: Color32, ground: Color32) {
    let width = (radius / 4.0).clamp(2.5, 5.0);
    painter.circle_stroke(centre, radius, Stroke::new(width, ground));
    let fraction = if fraction.is_finite() { fraction.clamp(0.0, 1.0) } else { 0.0 };
    let points = arc(centre, radius, fraction);
    if points.len() > 1 {
        painter.add(Shape::line(points, Stroke::new(width, colour)));
    }
}

/// Points of an arc that ends at the top, so that what is left shrinks clockwise.
fn arc(centre: Pos2, radius: f32, fraction: f32) -> Vec<Pos2> {
    const STEPS: u8 = 48;
    (0..=STEPS)
        .map(|step| TAU * (1.0 - fraction * f32::from(step) / f32::from(STEPS)) - FRAC_PI_2)
        .map(|angle| pos2(centre.x + radius * angle.cos(), centre.y + radius * angle.sin()))
        .collect()
}

/// The outline of something that has the keyboard or is chosen.
pub fn outline(painter: &Painter, rect: Rect, colour: Color32) {
    painter.rect_stroke(rect, super::theme::ROUND, Stroke::new(1.5, colour), StrokeKind::Inside);
}
