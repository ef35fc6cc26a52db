//! The rows of the library's list: drawn, chosen, opened, dragged.

use egui::{Align2, Rect, ScrollArea, Sense, Ui, UiBuilder, vec2};

use super::order::place_of;
use super::{Browser, LEFT, Reply};
use crate::editor::columns::Places;
use crate::editor::library::{self, Known, Row};
use crate::editor::shapes::{self, Sign};
use crate::editor::{ids, text, theme};
use crate::view::RigView;

impl Browser {
    pub(super) fn show_list(&mut self, ui: &mut Ui, rect: Rect, (view, known): (&RigView, &Known)) -> Reply {
        ui.painter().rect_filled(rect, 3, theme::well());
        if self.is_reading() {
            self.place.show_waiting(ui, rect);
            return Reply::Stay;
        }
        if let Some(error) = &self.place.listing().error {
            text::paragraph(ui, rect.shrink(8.0), error, theme::words(14.0), theme::alert(), Align2::CENTER_CENTER);
            return Reply::Stay;
        }
        if self.shown.is_empty() {
            let words = if self.filter.is_empty() {
                "No folders or audio files here."
            } else {
                "No name, title or artist like that."
            };
            text::line(ui, rect, words, theme::words(14.0), theme::text_dim(), Align2::CENTER_CENTER);
            return Reply::Stay;
        }
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("browser list"));
        child.set_clip_rect(rect);
        child.spacing_mut().item_spacing.y = 0.0;
        let mut opened = None;
        let mut area = ScrollArea::vertical().auto_shrink(false);
        if let Some(offset) = self.scroll_to(rect.height()) {
            area = area.vertical_scroll_offset(offset);
        }
        let drawn = area.show_rows(&mut child, theme::ROW, self.shown.len(), |ui, rows| {
            self.width = ui.available_width();
            self.ask_for_tags(rows.clone());
            for row in rows {
                opened = self.show_row(ui, row, (view, known)).or(opened);
            }
        });
        (self.scrolled, self.height) = (drawn.state.clamped_offset().y, rect.height());
        if let Some(reply) = self.drag(ui, rect) {
            return reply;
        }
        opened.map_or(Reply::Stay, |row| self.open_row(row))
    }

    /// Draws a row. Returns it if it was double-clicked.
    fn show_row(&mut self, ui: &mut Ui, row: usize, (view, known): (&RigView, &Known)) -> Option<usize> {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
        let response = ui.interact(rect, ids::row(row), Sense::click());
        if response.clicked() {
            self.chosen = Some(row);
        }
        let entry = self.entry(row)?;
        let chosen = self.chosen == Some(row);
        if chosen || response.hovered() {
            let fill = if chosen { ui.visuals().selection.bg_fill } else { theme::raised() };
            ui.painter().rect_filled(rect, 2, fill);
        }
        let at = Places::of(rect);
        if view.listened.as_ref().is_some_and(|listened| listened.file == entry.path) {
            shapes::sign(ui.painter(), Sign::Phones, at.icon.center(), 14.0, theme::playing());
        } else {
            draw_icon(ui, at.icon, entry.is_folder);
        }
        let (title, font) = (known.title(&entry.path), theme::words(14.0));
        match title {
            Some(title) => text::hinted(ui, at.name, title, &entry.name, font, theme::text()),
            None => _ = text::line(ui, at.name, &entry.name, font, theme::text(), LEFT),
        }
        if !entry.is_folder {
            library::show_facts(ui, &at, known, Row { path: &entry.path, deck: self.deck, is_chosen: chosen });
        }
        // By the pointer itself: the list wants drags for scrolling.
        let grabbed = !entry.is_folder && response.is_pointer_button_down_on() && self.grabbed.is_none();
        let grabbed = grabbed.then(|| entry.path.clone());
        self.grabbed = grabbed.or(self.grabbed.take());
        response.double_clicked().then_some(row)
    }

    /// A file that is dragged out of the list: its name goes with the pointer, and where it is let go of it is dropped.
    fn drag(&mut self, ui: &Ui, list: Rect) -> Option<Reply> {
        let (at, down) = ui.input(|input| (input.pointer.interact_pos(), input.pointer.any_down()));
        let at = at.filter(|at| !list.contains(*at));
        if !down {
            let path = self.grabbed.take()?;
            return at.map(|at| Reply::Drop(path, at));
        }
        let (path, at) = self.grabbed.as_ref().zip(at)?;
        let name = path.file_name()?.to_string_lossy().chars().take(40).collect();
        let top = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, ids::browser("dragged")));
        let galley = top.layout_no_wrap(name, theme::words(13.0), theme::text());
        let label = Rect::from_min_size(at + vec2(12.0, 6.0), galley.size() + vec2(12.0, 6.0));
        top.rect_filled(label, theme::ROUND, theme::chosen());
        top.galley(label.min + vec2(6.0, 3.0), galley, theme::text());
        None
    }

    /// Where the list is to be scrolled to, if not where the person left it.
    fn scroll_to(&mut self, height: f32) -> Option<f32> {
        let row = std::mem::take(&mut self.follow).then_some(self.chosen)?;
        let top = row.map_or(0.0, place_of);
        Some(self.scrolled.max(top + theme::ROW - height).min(top))
    }
}

fn draw_icon(ui: &Ui, rect: Rect, folder: bool) {
    let (painter, centre) = (ui.painter(), rect.center());
    if folder {
        let body = Rect::from_center_size(centre + vec2(0.0, 1.0), vec2(14.0, 10.0));
        painter.rect_filled(body, 1, theme::text_dim());
        painter.rect_filled(Rect::from_min_size(body.min - vec2(0.0, 2.5), vec2(7.0, 4.0)), 1, theme::text_dim());
    } else {
        for (x, half) in [(-5.0, 2.0), (-2.0, 5.0), (1.0, 6.0), (4.0, 3.0)] {
            painter.vline(centre.x + x, centre.y - half..=centre.y + half, egui::Stroke::new(2.0, theme::playing()));
        }
    }
}
