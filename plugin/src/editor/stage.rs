//! The whole editor as one function of the view. Knows nothing of windows, hosts or threads.

use std::path::PathBuf;

use echelon_engine::action::{Action, ActionTiming};
use echelon_engine::units::{DeckId, NUM_DECKS};
use egui::{Align2, Rect, Ui};

use super::browser::{Browser, Reply};
use super::keys::{self, Stroke};
use super::layout::{Layout, cut_right};
use super::meter::Meter;
use super::notice::{self, Notices};
use super::top_bar::Audio;
use super::{deck, mixer, text, theme, top_bar};
use crate::view::{Act, RigView};

/// Without a new block for this long, audio counts as stopped. Seconds.
const PULSE_SECS: f64 = 1.0;

/// From this height on a deck has room for large times.
const LARGE: f32 = 200.0;

/// What the editor remembers from frame to frame, and from one opening to the next.
#[derive(Debug)]
pub struct Stage {
    chosen: DeckId,
    meters: [Meter; NUM_DECKS],
    master: Meter,
    notices: Notices,
    browser: Option<Browser>,
    /// The folder that a file was last loaded from.
    folder: Option<PathBuf>,
    /// Number of the newest block, and when it was first seen.
    pulse: (u64, f64),
    /// When the last frame was drawn.
    drawn_secs: f64,
}

impl Default for Stage {
    fn default() -> Self {
        Self {
            chosen: DeckId::A,
            meters: [Meter::default(); NUM_DECKS],
            master: Meter::default(),
            notices: Notices::default(),
            browser: None,
            folder: None,
            pulse: (0, 0.0),
            drawn_secs: 0.0,
        }
    }
}

impl Stage {
    /// The window was opened (again). Its time begins at zero; choice, folder and an open browser stay.
    pub fn opened(&mut self) {
        self.meters = Default::default();
        self.master = Meter::default();
        self.notices.opened();
        self.pulse = (0, 0.0);
        self.drawn_secs = 0.0;
    }

    /// The deck that the keyboard plays.
    #[must_use]
    pub const fn chosen(&self) -> DeckId {
        self.chosen
    }

    /// The folder of the open browser.
    #[must_use]
    pub fn browsing(&self) -> Option<&std::path::Path> {
        self.browser.as_ref().map(Browser::folder)
    }

    /// Draws everything and sends what is asked for.
    pub fn show(&mut self, ui: &mut Ui, view: &RigView, act: &mut dyn Act) {
        let now_secs = ui.input(|input| input.time);
        self.advance(view, now_secs);
        let window = ui.max_rect();
        let layout = Layout::new(window, self.browser.is_some());
        ui.painter().rect_filled(window, 0, theme::GROUND);
        top_bar::show(ui, layout.top, view, self.audio(now_secs));
        for (deck, rect) in [DeckId::A, DeckId::B].into_iter().zip(layout.upper) {
            self.show_deck(ui, rect, deck, view, act);
        }
        for (deck, rect) in [DeckId::C, DeckId::D].into_iter().zip(layout.lower.into_iter().flatten()) {
            self.show_deck(ui, rect, deck, view, act);
        }
        if let Some(rect) = layout.browser {
            self.show_browser(ui, rect, view, act);
        }
        mixer::show(ui, layout.mixer, view, &self.master, act);
        self.show_status(ui, layout.status, view, now_secs);
        self.keys(ui, view, act);
    }

    fn advance(&mut self, view: &RigView, now_secs: f64) {
        #[allow(clippy::cast_possible_truncation, reason = "the time of a frame")]
        let elapsed_secs = (now_secs - self.drawn_secs) as f32;
        self.drawn_secs = now_secs;
        for (meter, deck) in self.meters.iter_mut().zip(&view.snapshot.decks) {
            meter.update(deck.peak, now_secs, elapsed_secs);
        }
        self.master.update(view.snapshot.master_peak, now_secs, elapsed_secs);
        self.notices.update(view, now_secs);
        if view.snapshot.block != self.pulse.0 {
            self.pulse = (view.snapshot.block, now_secs);
        }
    }

    fn audio(&self, now_secs: f64) -> Audio {
        match self.pulse {
            (0, _) => Audio::NotYet,
            (_, seen_secs) if now_secs - seen_secs > PULSE_SECS => Audio::Stopped,
            _ => Audio::Runs,
        }
    }

    fn show_deck(&mut self, ui: &Ui, rect: Rect, deck: DeckId, view: &RigView, act: &mut dyn Act) {
        let frame = deck::Frame {
            deck,
            large: rect.height() >= LARGE,
            chosen: deck == self.chosen,
            meter: &self.meters[deck.index()],
            notice: self.notices.on_deck(view, deck, ui.input(|input| input.time)),
        };
        let reply = deck::show(ui, rect, frame, view, act);
        if reply.touched {
            self.chosen = deck;
        }
        if reply.browse {
            let own = view.tracks[deck.index()].path.as_ref().and_then(|path| path.parent());
            self.browser = Some(Browser::open(deck, self.folder.as_deref().or(own)));
        }
    }

    fn show_browser(&mut self, ui: &mut Ui, rect: Rect, view: &RigView, act: &mut dyn Act) {
        let Some(browser) = &mut self.browser else { return };
        let deck = browser.deck;
        let reply = browser.show(ui, rect, view.snapshot.decks[deck.index()].state);
        if reply == Reply::Stay {
            return;
        }
        self.folder = Some(browser.folder().to_owned());
        self.browser = None;
        if let Reply::Load(path) = reply {
            act.act(Action::LoadDeck { deck, path }, ActionTiming::Default);
        }
    }

    fn keys(&mut self, ui: &Ui, view: &RigView, act: &mut dyn Act) {
        for stroke in keys::strokes(ui) {
            match stroke {
                Stroke::Toggle { at_once } => {
                    let state = view.snapshot.decks[self.chosen.index()].state;
                    deck::toggle(self.chosen, state, at_once, act);
                }
                Stroke::Choose(deck) => self.chosen = deck,
                Stroke::Crossfade(step) => mixer::nudge_crossfader(ui, step, view, act),
            }
        }
    }

    /// The newest message, or what the keys do; on the right what has gone wrong.
    fn show_status(&self, ui: &Ui, rect: Rect, view: &RigView, now_secs: f64) {
        let rect = rect.shrink2(egui::vec2(6.0, 0.0));
        // The window's corner is for resizing.
        let (words, trouble) = cut_right(rect.with_max_x(rect.right() - 14.0), 190.0);
        let keys = format!(
            "Space: play or stop deck {}    1-4: choose a deck    Left, right: crossfader    Shift: at once, fine",
            self.chosen
        );
        let (sentence, colour) = match &view.notice {
            Some(notice) if self.notices.is_fresh(now_secs) => (notice::capitalised(&notice.text), theme::ALERT),
            _ => (keys, theme::TEXT_DIM),
        };
        text::line(ui, words, &sentence, theme::words(13.0), colour, Align2::LEFT_CENTER);
        let counts = trouble_words(view);
        text::line(ui, trouble, &counts, theme::words(13.0), theme::ALERT, Align2::RIGHT_CENTER);
    }
}

/// What should always be nothing.
fn trouble_words(view: &RigView) -> String {
    let (silenced, lost) = (view.snapshot.non_finite, view.snapshot.lost_events);
    match (silenced, lost) {
        (0, 0) => String::new(),
        (silenced, 0) => format!("{silenced} bad samples silenced"),
        (0, lost) => format!("{lost} reports lost"),
        (silenced, lost) => format!("{silenced} bad samples, {lost} reports lost"),
    }
}
