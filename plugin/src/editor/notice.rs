//! Refusals and other messages: on the deck they belong to for some seconds, and in the status line.

use echelon_engine::units::DeckId;
use egui::{Align2, Rect, Ui, pos2, vec2};

use super::shapes::{self, Sign};
use super::{text, theme};
use crate::view::RigView;

/// How long a message stands on its deck. Seconds.
pub const SHOW_SECS: f64 = 7.0;

/// Which message is new, and until when.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notices {
    /// Number of the newest one seen; `None` right after the window was opened.
    seen: Option<u64>,
    fresh_until_secs: f64,
}

impl Notices {
    /// The window was opened (again): what was said before is old.
    pub fn opened(&mut self) {
        *self = Self::default();
    }

    /// Looks whether there is a new message.
    pub fn update(&mut self, view: &RigView, now_secs: f64) {
        let newest = view.notice.as_ref().map_or(0, |notice| notice.number);
        if self.seen.is_some_and(|seen| newest > seen) {
            self.fresh_until_secs = now_secs + SHOW_SECS;
        }
        self.seen = Some(newest);
    }

    /// Whether the newest message is still new.
    #[must_use]
    pub fn is_fresh(&self, now_secs: f64) -> bool {
        now_secs < self.fresh_until_secs
    }

    /// The message to show on a deck.
    #[must_use]
    pub fn on_deck<'a>(&self, view: &'a RigView, deck: DeckId, now_secs: f64) -> Option<&'a str> {
        let notice = view.notice.as_ref().filter(|notice| notice.deck == Some(deck))?;
        self.is_fresh(now_secs).then_some(notice.text.as_str())
    }
}

impl Notices {
    /// The message that belongs to no deck.
    #[must_use]
    pub fn elsewhere<'a>(&self, view: &'a RigView, now_secs: f64) -> Option<&'a str> {
        let notice = view.notice.as_ref().filter(|notice| notice.deck.is_none())?;
        self.is_fresh(now_secs).then_some(notice.text.as_str())
    }
}

/// A sentence that must be seen, at the bottom of `rect`, as high as the sentence needs.
pub fn banner(ui: &Ui, rect: Rect, sentence: &str) {
    let width = |sentence: &str| text::width(ui, sentence, theme::words(13.0)) / (rect.width() - 44.0).max(1.0);
    // The reason is behind the path: it must not be what is cut off. The status line has the whole of it.
    let brief = (width(sentence) > 1.9).then(|| without_folders(sentence));
    let sentence = brief.as_deref().unwrap_or(sentence);
    let rows = if width(sentence) > 1.0 { 2.0 } else { 1.0 };
    let height = (rows * 17.0 + 10.0_f32).min(rect.height());
    let rect = rect.with_min_y(rect.bottom() - height);
    ui.painter().rect_filled(rect, 3, theme::alert_fill());
    shapes::sign(ui.painter(), Sign::Alert, pos2(rect.left() + 16.0, rect.center().y), 14.0, theme::on_alert());
    let words = rect.with_min_x(rect.left() + 32.0).shrink2(vec2(6.0, 2.0));
    text::paragraph(ui, words, &capitalised(sentence), theme::words(13.0), theme::on_alert(), Align2::LEFT_CENTER);
}

/// A sentence with the path in it cut to the file's name.
fn without_folders(sentence: &str) -> String {
    let first = sentence.find(" /").or_else(|| sentence.find("\"/"));
    match (first, sentence.rfind('/')) {
        (Some(first), Some(last)) if last > first + 1 => {
            format!("{}.../{}", &sentence[..=first], &sentence[last + 1..])
        }
        _ => sentence.to_owned(),
    }
}

/// With a capital at the beginning: the engine's sentences begin small.
#[must_use]
pub fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Notice;

    fn view(number: u64, deck: Option<DeckId>) -> RigView {
        RigView { notice: Some(Notice { number, deck, text: "no".to_owned() }), ..RigView::default() }
    }

    #[test]
    fn a_message_is_fresh_for_some_seconds_on_its_deck_only() {
        let mut notices = Notices::default();
        notices.update(&RigView::default(), 0.0);
        let refused = view(1, Some(DeckId::B));
        notices.update(&refused, 1.0);
        assert_eq!(notices.on_deck(&refused, DeckId::B, 2.0), Some("no"));
        assert_eq!(notices.on_deck(&refused, DeckId::A, 2.0), None);
        notices.update(&refused, 1.0 + SHOW_SECS);
        assert_eq!(notices.on_deck(&refused, DeckId::B, 1.0 + SHOW_SECS), None);
        notices.update(&view(2, None), 20.0);
        assert!(notices.is_fresh(21.0), "the next one is fresh again");
    }

    #[test]
    fn what_was_said_before_the_window_opened_is_old() {
        let mut notices = Notices::default();
        notices.update(&view(5, Some(DeckId::A)), 0.0);
        assert!(!notices.is_fresh(0.1));
        notices.update(&view(6, Some(DeckId::A)), 1.0);
        assert!(notices.is_fresh(1.1));
        notices.opened();
        notices.update(&view(6, Some(DeckId::A)), 0.0);
        assert!(!notices.is_fresh(0.1));
    }

    #[test]
    fn a_long_path_is_cut_to_its_file() {
        let sentence = "the file /home/me/Some folder/Track 1.flac cannot be decoded: it ends too soon";
        assert_eq!(without_folders(sentence), "the file .../Track 1.flac cannot be decoded: it ends too soon");
        for plain in ["deck A is empty", "no /file", ""] {
            assert_eq!(without_folders(plain), plain);
        }
    }

    #[test]
    fn sentences_begin_with_a_capital() {
        assert_eq!(capitalised("deck A is empty"), "Deck A is empty");
        assert_eq!(capitalised(""), "");
    }
}
