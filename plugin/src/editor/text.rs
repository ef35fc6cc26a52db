//! Text that is never clipped: what does not fit is cut with an ellipsis, and the whole of it is in a tooltip.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Align2, Color32, FontId, Galley, Rect, Sense, Ui, vec2};

use super::theme;

/// Characters that are laid out at most: no room shows more, and a hostile name must not cost a frame.
const MAX_CHARS: usize = 600;

/// Room that a second text must have to be seen at all, in points.
const LEAST_SECOND: f32 = 60.0;

/// The smallest letters, in points.
pub const LEAST: f32 = 8.5;

/// A text, and how it looks.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// What it says.
    pub text: &'a str,
    /// Height of its letters.
    pub size: f32,
    /// Their colour.
    pub ink: Color32,
}

/// One line of text in a rectangle. Returns the rectangle that the letters take.
pub fn line(ui: &Ui, rect: Rect, text: &str, font: FontId, colour: Color32, align: Align2) -> Rect {
    let galley = lay_out(ui, text, font, colour, rect.width(), 1);
    place(ui, rect, &galley, text, align)
}

/// One line of a word, and of a mark behind it that only the font of numbers has.
pub fn marked(ui: &Ui, rect: Rect, (word, mark): (&str, &str), size: f32, ink: Color32, align: Align2) {
    let mut job = LayoutJob::default();
    job.append(word, 0.0, TextFormat::simple(theme::words(size), ink));
    job.append(mark, 0.0, TextFormat::simple(theme::digits(size), ink));
    let galley = set(ui, job, rect.width(), 1);
    place(ui, rect, &galley, word, align);
}

/// One line at the left, with more in its tooltip, cut short or not.
pub fn hinted(ui: &Ui, rect: Rect, text: &str, more: &str, font: FontId, colour: Color32) {
    let galley = lay_out(ui, text, font, colour, rect.width(), 1);
    place_with(ui, rect, &galley, (text, Some(more)), Align2::LEFT_CENTER);
}

/// One line of two texts, one behind the other; of the second a part at least, or it is in the tooltip alone.
pub fn pair(ui: &Ui, rect: Rect, first: Piece<'_>, second: Piece<'_>) {
    if width(ui, first.text, theme::words(first.size)) + LEAST_SECOND > rect.width() {
        return hinted(ui, rect, first.text, second.text, theme::words(first.size), first.ink);
    }
    let gap = Piece { text: "   ", ..second };
    let galley = lay_out_all(ui, &[first, gap, second], rect.width());
    place_with(ui, rect, &galley, (first.text, Some(second.text)), Align2::LEFT_CENTER);
}

/// As many lines as fit into the rectangle, broken between words.
pub fn paragraph(ui: &Ui, rect: Rect, text: &str, font: FontId, colour: Color32, align: Align2) -> Rect {
    let row_height = ui.fonts_mut(|fonts| fonts.row_height(&font));
    let mut rows = 1;
    while f32::from(rows + 1_u8) * row_height <= rect.height() && rows < 20 {
        rows += 1;
    }
    let galley = lay_out(ui, text, font, colour, rect.width(), usize::from(rows));
    place(ui, rect, &galley, text, align)
}

/// One line in a fixed place that is as small as it must be to fit, down to [`LEAST`]. Returns the rectangle of the letters.
pub fn fit(ui: &Ui, rect: Rect, text: &str, size: f32, colour: Color32, align: Align2) -> Rect {
    fit_font(ui, rect, text, theme::words(size), colour, align)
}

/// [`fit`] with another font than that of words.
pub fn fit_font(ui: &Ui, rect: Rect, text: &str, font: FontId, colour: Color32, align: Align2) -> Rect {
    let wanted = width(ui, text, font.clone());
    // A little less than in proportion: letters are rounded to pixels.
    let smaller = (font.size * rect.width() / wanted * 0.97).max(LEAST);
    let size = if wanted > rect.width() { smaller.min(font.size) } else { font.size };
    // In steps, or every width would have letters of its own in the font's texture.
    line(ui, rect, text, FontId { size: (size * 4.0).floor() / 4.0, ..font }, colour, align)
}

/// How wide a line would be.
#[must_use]
pub fn width(ui: &Ui, text: &str, font: FontId) -> f32 {
    lay_out(ui, text, font, Color32::PLACEHOLDER, f32::INFINITY, 1).size().x
}

fn lay_out(ui: &Ui, text: &str, font: FontId, colour: Color32, max_width: f32, max_rows: usize) -> Arc<Galley> {
    let mut job = LayoutJob::default();
    job.append(bounded(text), 0.0, TextFormat::simple(font, colour));
    set(ui, job, max_width, max_rows)
}

fn lay_out_all(ui: &Ui, pieces: &[Piece<'_>], max_width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::default();
    for Piece { text, size, ink } in pieces {
        let format = TextFormat { valign: Align::Center, ..TextFormat::simple(theme::words(*size), *ink) };
        job.append(bounded(text), 0.0, format);
    }
    set(ui, job, max_width, 1)
}

fn bounded(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(index, _)| index);
    &text[..end]
}

fn set(ui: &Ui, mut job: LayoutJob, max_width: f32, max_rows: usize) -> Arc<Galley> {
    // A line break in a name would otherwise end the only row.
    job.break_on_newline = max_rows > 1;
    job.wrap = TextWrapping { max_width, max_rows, break_anywhere: max_rows == 1, ..TextWrapping::default() };
    ui.painter().layout_job(job)
}

fn place(ui: &Ui, rect: Rect, galley: &Arc<Galley>, text: &str, align: Align2) -> Rect {
    place_with(ui, rect, galley, (text, None), align)
}

/// Draws it. The tooltip has the whole of what was cut short, and what there is to say besides.
fn place_with(ui: &Ui, rect: Rect, galley: &Arc<Galley>, (text, more): (&str, Option<&str>), align: Align2) -> Rect {
    let placed = align.align_size_within_rect(galley.size(), rect);
    ui.painter_at(rect.expand(1.0)).galley(placed.min, Arc::clone(galley), Color32::PLACEHOLDER);
    if galley.elided || more.is_some() {
        let id = ui.scope_id().with(("elided", rect.min.x.to_bits(), rect.min.y.to_bits()));
        ui.interact(rect, id, Sense::hover()).on_hover_ui_at_pointer(|ui| {
            ui.set_max_size(vec2(520.0, 400.0));
            for words in galley.elided.then_some(text).into_iter().chain(more) {
                ui.label(words.chars().take(MAX_CHARS * 4).collect::<String>());
            }
        });
    }
    placed
}
