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
    /// The colour of the button; [`theme::RAISED`] for one that does not ask to be seen.
    pub fill: Color32,
    /// The colour of sign and word.
    pub ink: Color32,
    /// Height of the letters.
    pub size: f32,
}

impl<'a> Face<'a> {
    /// A button that does not ask to be seen.
    #[must_use]
    pub const fn plain(word: &'a str) -> Self {
        Self { sign: None, word, fill: theme::RAISED, ink: theme::TEXT, size: 13.0 }
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
        theme::RAISED if response.hovered() => theme::HOVERED,
        fill if response.hovered() => fill.lerp_to_gamma(Color32::WHITE, 0.25),
        fill => fill,
    };
    let shown = if response.is_pointer_button_down_on() { rect.shrink(1.0) } else { rect };
    let painter = ui.painter_at(rect.expand(2.0));
    painter.rect_filled(shown, theme::ROUND, fill);
    if response.has_focus() {
        shapes::outline(&painter, rect.expand(1.0), theme::TEXT);
    }
    label(ui, shown.shrink2(egui::vec2(6.0, 0.0)), face);
    response
}

/// Sign and word, together in the middle.
fn label(ui: &Ui, rect: Rect, face: Face<'_>) {
    let font = theme::words(face.size);
    let Some(sign) = face.sign else {
        text::line(ui, rect, face.word, font, face.ink, Align2::CENTER_CENTER);
        return;
    };
    let (side, gap) = (face.size * 0.85, face.size * 0.5);
    let width = (side + gap + text::width(ui, face.word, font.clone())).min(rect.width());
    let left = rect.center().x - width / 2.0;
    shapes::sign(ui.painter(), sign, pos2(left + side / 2.0, rect.center().y), side, face.ink);
    let word = rect.with_min_x(left + side + gap);
    text::line(ui, word, face.word, font, face.ink, Align2::LEFT_CENTER);
}
