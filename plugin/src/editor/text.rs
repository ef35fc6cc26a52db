//! Text that is never clipped: what does not fit is cut with an ellipsis, and the whole of it is in a tooltip.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align2, Color32, FontId, Galley, Rect, Sense, Ui, vec2};

use super::theme;

/// Characters that are laid out at most: no room shows more, and a hostile name must not cost a frame.
const MAX_CHARS: usize = 600;

/// The smallest letters, in points.
pub const LEAST: f32 = 8.5;

/// One line of text in a rectangle. Returns the rectangle that the letters take.
pub fn line(ui: &Ui, rect: Rect, text: &str, font: FontId, colour: Color32, align: Align2) -> Rect {
    let galley = lay_out(ui, text, font, colour, rect.width(), 1);
    place(ui, rect, &galley, text, align)
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
    let end = text.char_indices().nth(MAX_CHARS).map_or(text.len(), |(index, _)| index);
    let mut job = LayoutJob::default();
    job.append(&text[..end], 0.0, TextFormat::simple(font, colour));
    // A line break in a name would otherwise end the only row.
    job.break_on_newline = max_rows > 1;
    job.wrap = TextWrapping { max_width, max_rows, break_anywhere: max_rows == 1, ..TextWrapping::default() };
    ui.painter().layout_job(job)
}

fn place(ui: &Ui, rect: Rect, galley: &Arc<Galley>, text: &str, align: Align2) -> Rect {
    let placed = align.align_size_within_rect(galley.size(), rect);
    ui.painter_at(rect.expand(1.0)).galley(placed.min, Arc::clone(galley), Color32::PLACEHOLDER);
    if galley.elided {
        let id = ui.scope_id().with(("elided", rect.min.x.to_bits(), rect.min.y.to_bits()));
        let whole: String = text.chars().take(MAX_CHARS * 4).collect();
        ui.interact(rect, id, Sense::hover()).on_hover_ui_at_pointer(|ui| {
            ui.set_max_size(vec2(520.0, 400.0));
            ui.label(whole);
        });
    }
    placed
}
