//! A button that opens a menu of words.

use egui::{Id, Popup, Rect, Sense, Ui, vec2};

use super::button::{Face, button};
use super::{ids, theme};

/// Draws the button with the word that holds. Returns the index of another one that was chosen.
pub fn show(ui: &Ui, rect: Rect, id: Id, words: &[&str], now: usize, face: Face<'_>, help: &str) -> Option<usize> {
    let response = button(ui, rect, id, face);
    let mut chosen = None;
    let width = rect.width().max(84.0);
    Popup::menu(&response).width(width).show(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (index, word) in words.iter().enumerate() {
            let (row, _) = ui.allocate_exact_size(vec2(width, 22.0), Sense::hover());
            let plain = Face::plain(word);
            let lit = Face { fill: theme::resting(), ink: theme::ink(), ..plain };
            if button(ui, row, ids::entry(id, index), if index == now { lit } else { plain }).clicked() {
                chosen = Some(index);
            }
        }
    });
    if !Popup::is_any_open(ui.ctx()) {
        response.on_hover_text(help);
    }
    chosen.filter(|index| *index != now)
}
