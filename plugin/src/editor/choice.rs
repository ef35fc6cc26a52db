//! A button that opens a menu of words.

use egui::{Id, Popup, PopupCloseBehavior, Rect, Response, Sense, Ui, pos2, vec2};

use super::button::{Face, button};
use super::shapes::{self, Sign};
use super::{ids, theme};

/// Height of an entry.
const ROW: f32 = 22.0;
/// A button as wide as this has room for the sign that it opens a menu.
const MARKED: f32 = 116.0;

/// Draws the button with the word that holds. Returns the index of another one that was chosen.
pub fn show(ui: &Ui, rect: Rect, id: Id, words: &[&str], now: usize, face: Face<'_>, help: &str) -> Option<usize> {
    let response = button(ui, rect, id, face);
    if rect.width() >= MARKED {
        let place = pos2(rect.right() - 11.0, rect.center().y);
        shapes::sign(ui.painter(), Sign::Down, place, 7.0, face.ink);
    }
    let chosen = menu(&response, id, words, now);
    if !Popup::is_any_open(ui.ctx()) {
        response.on_hover_text(help);
    }
    chosen
}

/// The menu of something that was clicked. Returns the index of another word that was chosen.
pub fn menu(opener: &Response, id: Id, words: &[&str], now: usize) -> Option<usize> {
    let mut chosen = None;
    let width = opener.rect.width().max(96.0);
    Popup::menu(opener).width(width).show(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (index, word) in words.iter().enumerate() {
            if entry(ui, width, ids::entry(id, index), word, index == now) {
                chosen = Some(index);
            }
        }
    });
    chosen.filter(|index| *index != now)
}

/// A menu in which each word is on or off; it stays open. Returns the index of one that was turned over.
pub fn switches(opener: &Response, id: Id, words: &[&str], on: impl Fn(usize) -> bool) -> Option<usize> {
    let mut turned = None;
    let width = opener.rect.width().max(110.0);
    Popup::menu(opener).width(width).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (index, word) in words.iter().enumerate() {
            // Told by the mark too, not by the fill alone.
            let word = if on(index) { format!("+ {word}") } else { format!("- {word}") };
            if entry(ui, width, ids::entry(id, index), &word, on(index)) {
                turned = Some(index);
            }
        }
    });
    turned
}

fn entry(ui: &mut Ui, width: f32, id: Id, word: &str, lit: bool) -> bool {
    let (row, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    let plain = Face::plain(word);
    let face = if lit { Face { fill: theme::resting(), ink: theme::ink(), ..plain } } else { plain };
    button(ui, row, id, face).clicked()
}
