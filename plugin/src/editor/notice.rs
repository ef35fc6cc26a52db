//! Refusals and other messages: on the deck they belong to for some seconds, and in the status line. What was said while
//! the window was closed, and several at once, are shown one after the other.

use echelon_engine::units::{DeckId, NUM_DECKS};
use egui::{Align2, Rect, Ui, pos2, vec2};

use super::page::Page;
use super::shapes::{self, Sign};
use super::{text, theme};
use crate::view::{Notice, RigView};

/// How long a message stands on its deck. Seconds.
pub const SHOW_SECS: f64 = 7.0;
/// And while another waits for its place.
const BRIEF_SECS: f64 = 3.0;

/// A message that is in sight.
#[derive(Clone, Copy, Debug)]
struct Shown {
    number: u64,
    since_secs: f64,
}

/// Each deck's place, and behind them that of no deck.
const PLACES: usize = NUM_DECKS + 1;

fn place_of(deck: Option<DeckId>) -> usize {
    deck.map_or(NUM_DECKS, DeckId::index)
}

/// Which messages are in sight, and which were.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notices {
    /// Number of the newest one that was shown in each place.
    seen: [u64; PLACES],
    shown: [Option<Shown>; PLACES],
}

impl Notices {
    /// The window was opened (again): what was in sight before was seen.
    pub fn opened(&mut self) {
        self.shown = [None; PLACES];
    }

    /// Goes on to the messages that are next. Only the performance page has a place for each deck: on the others the status
    /// line tells all of them, one by one.
    pub fn update(&mut self, view: &RigView, page: Page, now_secs: f64) {
        for place in 0..PLACES {
            let waits = match page {
                Page::Play => self.next(view, place).is_some(),
                _ => (0..PLACES).any(|place| self.next(view, place).is_some()),
            };
            let lasts_secs = if waits { BRIEF_SECS } else { SHOW_SECS };
            self.shown[place] = self.shown[place].filter(|shown| now_secs - shown.since_secs < lasts_secs);
        }
        while let Some(place) = self.free_place(view, page) {
            let Some(number) = self.next(view, place).map(|notice| notice.number) else { break };
            self.seen[place] = number;
            self.shown[place] = Some(Shown { number, since_secs: now_secs });
        }
    }

    /// The oldest message of a place that was not shown yet.
    fn next<'a>(&self, view: &'a RigView, place: usize) -> Option<&'a Notice> {
        view.told.iter().find(|notice| place_of(notice.deck) == place && notice.number > self.seen[place])
    }

    /// A place where a message waits and none is in sight: the one whose message is the oldest.
    fn free_place(&self, view: &RigView, page: Page) -> Option<usize> {
        if page != Page::Play && self.shown.iter().any(Option::is_some) {
            return None;
        }
        let waiting = (0..PLACES).filter(|place| self.shown[*place].is_none());
        let waiting = waiting.filter_map(|place| Some((self.next(view, place)?.number, place)));
        waiting.min().map(|(_, place)| place)
    }

    /// The message to show on a deck.
    #[must_use]
    pub fn on_deck<'a>(&self, view: &'a RigView, deck: DeckId) -> Option<&'a str> {
        self.in_place(view, place_of(Some(deck)))
    }

    /// The message that belongs to no deck.
    #[must_use]
    pub fn elsewhere<'a>(&self, view: &'a RigView) -> Option<&'a str> {
        self.in_place(view, place_of(None))
    }

    /// The newest one that is in sight anywhere.
    #[must_use]
    pub fn newest<'a>(&self, view: &'a RigView) -> Option<&'a str> {
        let in_sight =
            self.shown.iter().enumerate().filter_map(|(place, shown)| shown.map(|shown| (shown.number, place)));
        self.in_place(view, in_sight.max()?.1)
    }

    fn in_place<'a>(&self, view: &'a RigView, place: usize) -> Option<&'a str> {
        let number = self.shown[place]?.number;
        view.told.iter().find(|notice| notice.number == number).map(|notice| notice.text.as_str())
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

    fn view(told: &[Option<DeckId>]) -> RigView {
        let mut view = RigView::default();
        for (deck, number) in told.iter().zip(1..) {
            view.tell(*deck, format!("no {number}"));
        }
        view
    }

    #[test]
    fn a_message_is_in_sight_for_some_seconds_on_its_deck_only() {
        let mut notices = Notices::default();
        notices.update(&RigView::default(), Page::Play, 0.0);
        let refused = view(&[Some(DeckId::B)]);
        notices.update(&refused, Page::Play, 1.0);
        assert_eq!(notices.on_deck(&refused, DeckId::B), Some("no 1"));
        assert_eq!((notices.on_deck(&refused, DeckId::A), notices.elsewhere(&refused)), (None, None));
        notices.update(&refused, Page::Play, 1.0 + SHOW_SECS);
        assert_eq!((notices.on_deck(&refused, DeckId::B), notices.newest(&refused)), (None, None));
        let again = view(&[Some(DeckId::B), None]);
        notices.update(&again, Page::Play, 20.0);
        assert_eq!(notices.newest(&again), Some("no 2"));
    }

    #[test]
    fn of_one_place_they_come_one_after_the_other() {
        let (mut notices, b) = (Notices::default(), Some(DeckId::B));
        let told = view(&[b, None, b]);
        notices.update(&told, Page::Play, 0.0);
        assert_eq!((notices.on_deck(&told, DeckId::B), notices.elsewhere(&told)), (Some("no 1"), Some("no 2")));
        notices.update(&told, Page::Play, BRIEF_SECS);
        assert_eq!((notices.on_deck(&told, DeckId::B), notices.elsewhere(&told)), (Some("no 3"), Some("no 2")));
        notices.update(&told, Page::Play, SHOW_SECS);
        assert_eq!((notices.on_deck(&told, DeckId::B), notices.elsewhere(&told)), (Some("no 3"), None));
        let mut notices = Notices::default();
        for (turn, number) in (0_u8..).zip(["no 1", "no 2", "no 3"]) {
            notices.update(&told, Page::Osc, f64::from(turn) * BRIEF_SECS);
            assert_eq!(notices.newest(&told), Some(number), "in the status line one by one");
        }
    }

    #[test]
    fn what_was_not_seen_before_the_window_closed_is_new_when_it_opens() {
        let mut notices = Notices::default();
        let told = view(&[Some(DeckId::A)]);
        notices.update(&told, Page::Play, 50.0);
        assert_eq!(notices.newest(&told), Some("no 1"));
        notices.opened();
        notices.update(&told, Page::Play, 0.0);
        assert_eq!(notices.newest(&told), None, "it was seen");
        notices.opened();
        let told = view(&[Some(DeckId::A), Some(DeckId::A)]);
        notices.update(&told, Page::Play, 0.0);
        assert_eq!(notices.newest(&told), Some("no 2"));
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
