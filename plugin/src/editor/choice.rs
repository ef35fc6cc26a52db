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
            if entry(ui, width, ids::entry(id, index), word, index == now).clicked() {
                chosen = Some(index);
            }
        }
    });
    chosen.filter(|index| *index != now)
}

/// A menu in which each word is on or off; it stays open. Returns the index of one that was turned over.
pub fn switches(opener: &Response, id: Id, words: &[&str], on: impl Fn(usize) -> bool) -> Option<usize> {
    // Told by the mark too, not by the fill alone.
    let marked = |(index, word): (usize, &&str)| format!("{} {word}", if on(index) { '+' } else { '-' });
    let marked: Vec<String> = words.iter().enumerate().map(marked).collect();
    let marked: Vec<(&str, &str)> = marked.iter().map(|word| (word.as_str(), "")).collect();
    acts(opener, id, &marked, on)
}

/// A menu that stays open, of words with what they do. Returns the index of the one that was clicked.
pub fn acts(opener: &Response, id: Id, words: &[(&str, &str)], lit: impl Fn(usize) -> bool) -> Option<usize> {
    let mut clicked = None;
    let width = opener.rect.width().max(116.0);
    Popup::menu(opener).width(width).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        for (index, (word, help)) in words.iter().enumerate() {
            let response = entry(ui, width, ids::entry(id, index), word, lit(index));
            if response.clicked() {
                clicked = Some(index);
            }
            if !help.is_empty() {
                response.on_hover_text(*help);
            }
        }
    });
    clicked
}

fn entry(ui: &mut Ui, width: f32, id: Id, word: &str, lit: bool) -> Response {
    let (row, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    let plain = Face::plain(word);
    let face = if lit { Face { fill: theme::resting(), ink: theme::ink(), ..plain } } else { plain };
    button(ui, row, id, face)
}
