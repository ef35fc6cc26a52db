//! The lower right corner, for hosts that give their windows no edge to drag.

use egui::{CursorIcon, Rect, Sense, Ui, Vec2, ViewportCommand, pos2};

use crate::editor::{ids, theme};

/// Its side, in points.
const SIDE: f32 = 14.0;

/// Draws it, and asks for another size when it is dragged.
pub fn show(ui: &Ui) {
    let window = ui.max_rect();
    let rect = Rect::from_min_max(window.max - Vec2::splat(SIDE), window.max);
    let id = ids::once("corner");
    let response = ui.interact(rect, id, Sense::DRAG).on_hover_and_drag_cursor(CursorIcon::ResizeNwSe);
    if response.drag_started() {
        ui.data_mut(|data| data.insert_temp(id, window.size()));
    }
    let began = ui.data(|data| data.get_temp::<Vec2>(id));
    if let (true, Some(began), Some(by)) = (response.dragged(), began, response.total_drag_delta()) {
        let least = Vec2::from(theme::MIN_SIZE.map(theme::points));
        let wanted = (began + by).max(least).round();
        if wanted != window.size().round() {
            ui.send_viewport_cmd(ViewportCommand::InnerSize(wanted));
        }
    }
    let colour = if response.hovered() || response.dragged() { theme::text() } else { theme::mark() };
    let foot = rect.max - Vec2::splat(2.0);
    for length in [3.0, 7.0, 11.0] {
        let ends = [pos2(foot.x - length, foot.y), pos2(foot.x, foot.y - length)];
        ui.painter().line_segment(ends, theme::hairline(colour));
    }
}
