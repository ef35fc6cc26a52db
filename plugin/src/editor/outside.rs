//! Files from outside: dragged over the window, and let go of.

use std::path::{Path, PathBuf};

use echelon_engine::units::DeckId;
use egui::{Align2, Pos2, Rect, Ui, vec2};

use super::layout::{Stand, under_strip};
use super::page::Page;
use super::{shapes, strip, text, theme};

/// Where a file goes that is let go of there: the deck, and what of the page it fills.
struct Target {
    deck: DeckId,
    rect: Rect,
}

impl Target {
    /// The deck under the pointer, on its panel or on its row of the waveforms; elsewhere the chosen one.
    fn at(page: Rect, shown: Page, pointer: Option<Pos2>, chosen: DeckId) -> Self {
        let (strip, panels) = match shown {
            Page::Play => {
                let stand = Stand::new(page);
                (stand.strip, stand.decks)
            }
            Page::Library => (under_strip(page).0, strip::rows(under_strip(page).0)),
            _ => (Rect::NOTHING, [page; 4]),
        };
        let over = |at: Pos2| {
            let panel = DeckId::ALL.into_iter().find(|deck| shown == Page::Play && panels[deck.index()].contains(at));
            panel.or_else(|| strip::deck_at(strip, at))
        };
        let deck = pointer.and_then(over).unwrap_or(chosen);
        Self { deck, rect: panels[deck.index()] }
    }
}

/// Shows where a file that is dragged would go. Returns one that was let go of, and its deck.
pub fn show(ui: &Ui, page: Rect, shown: Page, chosen: DeckId) -> Option<(DeckId, PathBuf)> {
    let (dropped, hovered, pointer) = ui.input(|input| {
        let dropped = input.raw.dropped_files.first().map(|file| file.path().to_owned());
        let hovered = input.raw.hovered_files.first().map(|file| file.path.clone().unwrap_or_default());
        (dropped, hovered, input.pointer.latest_pos())
    });
    if dropped.is_none() && hovered.is_none() {
        return None;
    }
    let target = Target::at(page, shown, pointer, chosen);
    if let Some(path) = hovered {
        show_target(ui, &target, &path);
    }
    Some((target.deck, dropped?))
}

/// A frame in the deck's colour, and what will happen, in words.
fn show_target(ui: &Ui, target: &Target, path: &Path) {
    let Target { deck, rect } = *target;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let words = format!("Load on deck {deck}:  {name}");
    let width = (text::width(ui, &words, theme::words(14.0)) + 20.0).min(rect.width() - 8.0);
    let label = Rect::from_center_size(rect.center(), vec2(width, 24.0_f32.min(rect.height())));
    shapes::outline(ui.painter(), rect.shrink(1.0), theme::deck(deck));
    ui.painter().rect_filled(label, theme::ROUND, theme::deck(deck));
    text::line(ui, label.shrink2(vec2(8.0, 0.0)), &words, theme::words(14.0), theme::ink(), Align2::CENTER_CENTER);
}
