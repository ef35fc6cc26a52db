//! What people do to a track's beat grid: a menu behind the tempo of its deck.

use echelon_engine::units::DeckId;
use egui::{Popup, Rect, Sense, StrokeKind};

use super::desk::Desk;
use super::ids::{self, Part};
use super::{choice, shapes, theme};
use crate::media::GridEdit;
use crate::view::Order;

/// From the top of the menu. Below them it locks the grid, or unlocks it.
pub const EDITS: [(&str, &str, GridEdit); 8] = [
    ("Tap a beat", "On the beat, twice or more in a row: a steady grid from there on.", GridEdit::Tap),
    ("A bar begins here", "The beat that is nearest to the playhead is a bar's first.", GridEdit::Downbeat),
    ("10 ms earlier", EARLIER, GridEdit::Shift { ms: -10.0 }),
    ("1 ms earlier", EARLIER, GridEdit::Shift { ms: -1.0 }),
    ("1 ms later", LATER, GridEdit::Shift { ms: 1.0 }),
    ("10 ms later", LATER, GridEdit::Shift { ms: 10.0 }),
    ("Tempo x 2", "A beat between every two.", GridEdit::Double),
    ("Tempo / 2", "Every second beat goes.", GridEdit::Halve),
];
const EARLIER: &str = "All beats of the track come earlier in it.";
const LATER: &str = "All beats of the track come later in it.";

/// The ground of the tempo, and the menu that a click on it opens. It stays open: beats are tapped and moved many times.
pub fn show(desk: &mut Desk<'_>, rect: Rect, deck: DeckId) {
    let id = ids::deck(deck, Part::Grid);
    let response = desk.ui.interact(rect, id, Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, "Beat grid"));
    let painter = desk.ui.painter();
    if response.hovered() {
        painter.rect_filled(rect, theme::ROUND, theme::hovered());
    }
    // At rest it is a figure to be read, with a frame as thin as can be.
    painter.rect_stroke(rect, theme::ROUND, theme::hairline(theme::line()), StrokeKind::Inside);
    if response.has_focus() {
        shapes::outline(painter, rect, theme::text());
    }
    let locked = desk.track(deck).grid.as_ref().is_some_and(|grid| grid.is_locked());
    let mut words = EDITS.map(|(word, help, _)| (word, help)).to_vec();
    words.push((if locked { "Unlock the grid" } else { "Lock the grid" }, "A locked grid stays as it is."));
    let is_lit = |index| locked && index == EDITS.len();
    if let Some(index) = choice::acts(&response, id, &words, is_lit) {
        let edit = EDITS.get(index).map_or(GridEdit::Lock(!locked), |(.., edit)| *edit);
        desk.act.order(Order::Grid { deck, edit });
        desk.touched = Some(deck);
    }
    if !Popup::is_any_open(desk.ui.ctx()) {
        response.on_hover_text("Tempo as heard. A click: tap, move, double, halve or lock the track's beats.");
    }
}
