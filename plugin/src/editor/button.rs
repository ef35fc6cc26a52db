//! A button with a sign and a word.

use egui::{Align2, Color32, Id, Rect, Response, Sense, Ui, pos2};

use super::shapes::{self, Sign};
use super::{text, theme};

/// How a button looks.
#[derive(Clone, Copy, Debug)]
pub struct Face<'a> {
    /// The sign before the word.
    pub sign: Option<Sign>,
    /// The word.
    pub word: &'a str,
    /// The colour of the button; [`theme::raised`] for one that does not ask to be seen.
    pub fill: Color32,
    /// The colour of sign and word.
    pub ink: Color32,
    /// Height of the letters.
    pub size: f32,
}

impl<'a> Face<'a> {
    /// A button that does not ask to be seen.
    #[must_use]
    pub fn plain(word: &'a str) -> Self {
        Self { sign: None, word, fill: theme::raised(), ink: theme::text(), size: 13.0 }
    }

    /// With a sign before the word.
    #[must_use]
    pub const fn with_sign(self, sign: Sign) -> Self {
        Self { sign: Some(sign), ..self }
    }
}

/// Draws a button that fills `rect`.
pub fn button(ui: &Ui, rect: Rect, id: Id, face: Face<'_>) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, face.word));
    let fill = match face.fill {
        fill if !response.hovered() => fill,
        fill if fill == theme::raised() => theme::hovered(),
        fill => fill.lerp_to_gamma(theme::text(), 0.15),
    };
    let shown = if response.is_pointer_button_down_on() { rect.shrink(1.0) } else { rect };
    let painter = ui.painter_at(rect.expand(2.0));
    painter.rect_filled(shown, theme::ROUND, fill);
    if response.has_focus() {
        shapes::outline(&painter, rect.expand(1.0), theme::text());
    }
    label(ui, shown.shrink2(egui::vec2(if shown.width() < 60.0 { 2.0 } else { 6.0 }, 0.0)), face);
    response
}

/// Sign and word, together in the middle.
fn label(ui: &Ui, rect: Rect, face: Face<'_>) {
    let Some(sign) = face.sign else {
        text::fit(ui, rect, face.word, face.size, face.ink, Align2::CENTER_CENTER);
        return;
    };
    let side = face.size * 0.85;
    let gap = if face.word.is_empty() { 0.0 } else { (face.size * 0.5).min(rect.width() * 0.08) };
    let width = (side + gap + text::width(ui, face.word, theme::words(face.size))).min(rect.width());
    let left = rect.center().x - width / 2.0;
    shapes::sign(ui.painter(), sign, pos2(left + side / 2.0, rect.center().y), side, face.ink);
    let word = rect.with_min_x(left + side + gap);
    text::fit(ui, word, face.word, face.size, face.ink, Align2::LEFT_CENTER);
}
