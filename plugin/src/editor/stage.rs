//! The whole editor as one function of the view. Knows nothing of windows, hosts or threads.

use std::path::PathBuf;

use echelon_engine::action::{Action, ActionTiming, Setting};
use echelon_engine::units::{DeckId, NUM_DECKS};
use egui::{Align2, Key, Rect, Ui};

use super::axis::{FIRST_ZOOM, ZOOMS};
use super::bands::Meshes;
use super::browser::{Browser, Reply};
use super::columns::Sort;
use super::desk::Desk;
use super::folders::Folders;
use super::glide::Glide;
use super::hands::{Hands, Through, Times};
use super::keys::{self, Stroke};
use super::layout::{Layout, Stand, cut_right, under_strip};
use super::library::Known;
use super::log_list::LogFilter;
use super::meter::Meter;
use super::midi_page::MidiPage;
use super::notice::{self, Notices};
use super::osc_page::OscPage;
use super::page::Page;
use super::size::Look;
use super::top_bar::Audio;
use super::{deck, key_acts, mixer, outside, safety_page, setup_page, strip, text, theme, top_bar};
use crate::view::{Act, Order, RigView};

/// Without a new block for this long, audio counts as stopped. Seconds.
const PULSE_SECS: f64 = 1.0;

/// What the editor remembers from frame to frame, and from one opening to the next.
#[derive(Debug)]
pub struct Stage {
    page: Page,
    chosen: DeckId,
    meters: [Meter; NUM_DECKS],
    master: Meter,
    notices: Notices,
    browser: Option<Browser>,
    folders: Folders,
    /// A file is, or may be, listened to without a deck.
    listens: bool,
    /// The folder that a file was last loaded from.
    folder: Option<PathBuf>,
    /// The order of the library's files.
    sort: Sort,
    /// Number of the newest block, and when it was first seen.
    pulse: (u64, f64),
    /// When the last frame was drawn.
    drawn_secs: f64,
    glide: Glide,
    meshes: Meshes,
    zoom: usize,
    /// The effect whose other knobs are shown.
    fx_open: Option<(DeckId, u8)>,
    hands: Hands,
    times: Times,
    osc: OscPage,
    filter: LogFilter,
    midi: MidiPage,
    known: Known,
    look: Look,
    /// A look that was chosen and not yet taken over.
    wanted_look: Option<Look>,
}

impl Default for Stage {
    fn default() -> Self {
        Self {
            page: Page::Play,
            chosen: DeckId::A,
            meters: [Meter::default(); NUM_DECKS],
            master: Meter::default(),
            notices: Notices::default(),
            browser: None,
            folders: Folders::default(),
            listens: false,
            folder: None,
            sort: Sort::default(),
            pulse: (0, 0.0),
            drawn_secs: 0.0,
            glide: Glide::default(),
            meshes: Meshes::default(),
            zoom: FIRST_ZOOM,
            fx_open: None,
            hands: Hands::default(),
            times: Times::default(),
            osc: OscPage::default(),
            filter: LogFilter::default(),
            midi: MidiPage::default(),
            known: Known::default(),
            look: Look::default(),
            wanted_look: None,
        }
    }
}

impl Stage {
    /// With this page in sight at first.
    #[must_use]
    pub fn on_page(page: Page) -> Self {
        Self { page, ..Self::default() }
    }

    /// The window was opened (again). Its time begins at zero; page, choice, folder and an open browser stay.
    pub fn opened(&mut self) {
        self.meters = Default::default();
        self.master = Meter::default();
        self.notices.opened();
        self.pulse = (0, 0.0);
        self.drawn_secs = 0.0;
        self.glide = Glide::default();
    }

    /// The window was closed: nobody can let go of what is held down, so it comes up by itself.
    pub fn closed(&mut self, act: &mut dyn Act) {
        self.hands.let_go(act);
        self.listen_no_more(act);
    }

    /// Nobody can end what is out of sight.
    fn listen_no_more(&mut self, act: &mut dyn Act) {
        if std::mem::take(&mut self.listens) {
            act.order(Order::Listen(None));
        }
    }

    /// Reads folders in another way.
    pub fn read_folders_with(&mut self, folders: Folders) {
        self.folders = folders;
    }

    /// Whether a folder that is in sight is being read.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        match self.page {
            Page::Library => self.browser.as_ref().is_some_and(Browser::is_reading),
            Page::Midi => self.midi.is_reading(),
            Page::Osc => self.osc.is_reading(),
            Page::Play | Page::Safety | Page::Setup => false,
        }
    }

    /// The look that was chosen since the last time.
    pub const fn take_look(&mut self) -> Option<Look> {
        self.wanted_look.take()
    }

    /// The look that the window has.
    pub const fn set_look(&mut self, look: Look) {
        self.look = look;
    }

    /// The deck that the keyboard plays.
    #[must_use]
    pub const fn chosen(&self) -> DeckId {
        self.chosen
    }

    /// How many beats the zoomed waveforms show.
    #[must_use]
    pub fn zoom_beats(&self) -> f32 {
        ZOOMS[self.zoom.min(ZOOMS.len() - 1)]
    }

    /// The page in sight.
    #[must_use]
    pub const fn page(&self) -> Page {
        self.page
    }

    /// The folder of the open browser.
    #[must_use]
    pub fn browsing(&self) -> Option<&std::path::Path> {
        let browser = self.browser.as_ref().filter(|_| self.page == Page::Library)?;
        Some(browser.folder())
    }

    /// Draws everything and sends what is asked for.
    pub fn show(&mut self, ui: &mut Ui, view: &RigView, act: &mut dyn Act) {
        let now_secs = ui.input(|input| input.time);
        self.advance(view, now_secs);
        let window = ui.max_rect();
        let layout = Layout::new(window);
        ui.painter().rect_filled(window, 0, theme::ground());
        let asked = top_bar::show(ui, layout.top, view, self.audio(now_secs), self.page);
        // The decks' own times go by a copy: what is chosen in this frame counts from the next.
        let mut times = self.times;
        let act = &mut Through { act, hands: &mut self.hands, times };
        if keys::take_panic(ui) {
            act.act(Action::Panic, ActionTiming::Immediate);
        }
        let mut parts = Parts {
            chosen: &mut self.chosen,
            meters: &self.meters,
            master: &self.master,
            notices: &self.notices,
            ahead_secs: self.glide.ahead_secs(),
            meshes: &mut self.meshes,
            zoom: &mut self.zoom,
            fx_open: &mut self.fx_open,
            times: &mut times,
        };
        let mut browse = None;
        match self.page {
            Page::Play => browse = parts.show_play(ui, layout.page, view, act),
            Page::Library => {
                let (above, rest) = under_strip(layout.page);
                parts.show_strip(ui, above, view);
                let reply =
                    show_browser(&mut self.browser, ui, rest, view, &self.known, (&mut self.folders, parts.meshes));
                self.sort = self.browser.as_ref().map_or(self.sort, Browser::sort);
                for wanted in self.browser.as_mut().map(Browser::take_wanted).unwrap_or_default() {
                    self.listens |= matches!(wanted, Order::Listen(Some(_)));
                    act.order(wanted);
                }
                match reply {
                    Some(Reply::Drop(path, at)) => {
                        if let Some(deck) = strip::deck_at(above, at) {
                            act.act(Action::LoadDeck { deck, path }, ActionTiming::Default);
                        }
                    }
                    Some(reply) => {
                        let browser = self.browser.take();
                        self.folder = browser.as_ref().map(|browser| browser.folder().to_owned());
                        self.page = Page::Play;
                        if let (Reply::Load(path), Some(browser)) = (reply, browser) {
                            act.act(Action::LoadDeck { deck: browser.deck, path }, ActionTiming::Default);
                        }
                    }
                    None => {}
                }
            }
            Page::Midi => self.midi.show(ui, layout.page, view, &mut self.folders, act),
            Page::Osc => {
                let with = (&mut self.filter, &mut self.folders);
                self.osc.show(ui, layout.page, view, with, act);
            }
            Page::Safety => safety_page::show(ui, layout.page, view, &mut self.filter, act),
            Page::Setup => {
                if let Some(look) = setup_page::show(ui, layout.page, view, self.look, act) {
                    self.wanted_look = Some(look);
                    act.order(Order::KeepLook(look));
                }
            }
        }
        if let Some((deck, path)) = outside::show(ui, layout.page, self.page, self.chosen) {
            act.act(Action::LoadDeck { deck, path }, ActionTiming::Default);
        }
        if asked.undo {
            act.act(Action::Undo { deck: None }, ActionTiming::Default);
        }
        if asked.panic {
            act.act(Action::Panic, ActionTiming::Immediate);
        }
        if let Some(choice) = asked.quantize {
            act.act(Action::SetQuantize { choice }, ActionTiming::Immediate);
        }
        if let Some(mode) = asked.clock {
            act.act(Action::Configure { setting: Setting::ClockMode { mode } }, ActionTiming::Immediate);
        }
        let mut strokes = keys::strokes(ui);
        if self.page == Page::Library {
            // The list has the other keys.
            strokes.retain(|stroke| matches!(stroke, Stroke::Page(_)) || stroke.is_always_ours());
        }
        for stroke in strokes {
            match stroke {
                Stroke::Page(page) => self.page = page,
                Stroke::Zoom(turned) => self.zoom = strip::turn(self.zoom, turned),
                Stroke::Browse => browse = browse.or(Some(self.chosen)),
                stroke => key_acts::play(ui, stroke, &mut self.chosen, view, act),
            }
        }
        if no_finger_is_down(ui) {
            act.release_buttons();
        }
        if self.page != Page::Library && std::mem::take(&mut self.listens) {
            act.order(Order::Listen(None));
        }
        self.times = times;
        if let Some(page) = asked.page {
            self.page = page;
        }
        if browse.is_some() || (self.page == Page::Library && self.browser.is_none()) {
            self.browse(browse.unwrap_or(self.chosen), view);
        }
        self.show_status(ui, layout.status, view);
    }

    /// Opens the library for a deck.
    fn browse(&mut self, deck: DeckId, view: &RigView) {
        let own = view.tracks[deck.index()].path.as_ref().and_then(|path| path.parent());
        self.browser = Some(Browser::open(deck, self.folder.clone().or(own.map(ToOwned::to_owned)), self.sort));
        self.page = Page::Library;
    }

    fn advance(&mut self, view: &RigView, now_secs: f64) {
        #[allow(clippy::cast_possible_truncation, reason = "the time of a frame")]
        let elapsed_secs = (now_secs - self.drawn_secs) as f32;
        self.drawn_secs = now_secs;
        for (meter, deck) in self.meters.iter_mut().zip(&view.snapshot.decks) {
            meter.update(deck.peak, now_secs, elapsed_secs);
        }
        self.master.update(view.snapshot.master_peak, now_secs, elapsed_secs);
        self.notices.update(view, self.page, now_secs);
        if view.snapshot.block != self.pulse.0 {
            self.pulse = (view.snapshot.block, now_secs);
        }
        self.glide.update(&view.snapshot.clock, now_secs);
        self.meshes.begin();
        self.known.update(view);
    }

    fn audio(&self, now_secs: f64) -> Audio {
        match self.pulse {
            (0, _) => Audio::NotYet,
            (_, seen_secs) if now_secs - seen_secs > PULSE_SECS => Audio::Stopped,
            _ => Audio::Runs,
        }
    }

    /// The newest message, or what the keys do; on the right what has gone wrong.
    fn show_status(&self, ui: &Ui, rect: Rect, view: &RigView) {
        let rect = rect.shrink2(egui::vec2(6.0, 0.0));
        // The window's corner is for resizing.
        let (words, trouble) = cut_right(rect.with_max_x(rect.right() - 14.0), 190.0);
        let keys = keys::hint(self.page, self.chosen);
        let (sentence, colour) = match self.notices.newest(view) {
            Some(said) => (notice::capitalised(said), theme::alert()),
            None => (keys, theme::text_dim()),
        };
        text::line(ui, words, &sentence, theme::words(12.0), colour, Align2::LEFT_CENTER);
        let counts = trouble_words(view);
        text::line(ui, trouble, &counts, theme::words(12.0), theme::alert(), Align2::RIGHT_CENTER);
    }
}

/// What the performance page needs of the stage.
struct Parts<'a> {
    chosen: &'a mut DeckId,
    meters: &'a [Meter; NUM_DECKS],
    master: &'a Meter,
    notices: &'a Notices,
    ahead_secs: f64,
    meshes: &'a mut Meshes,
    zoom: &'a mut usize,
    fx_open: &'a mut Option<(DeckId, u8)>,
    times: &'a mut Times,
}

impl Parts<'_> {
    fn show_strip(&mut self, ui: &Ui, rect: Rect, view: &RigView) {
        if let Some(deck) = strip::show(ui, rect, view, self.ahead_secs, self.zoom, self.meshes) {
            *self.chosen = deck;
        }
    }

    /// Returns the deck for which a file is to be looked for.
    fn show_play(&mut self, ui: &Ui, page: Rect, view: &RigView, act: &mut dyn Act) -> Option<DeckId> {
        let stand = Stand::new(page);
        self.show_strip(ui, stand.strip, view);
        let mut desk = Desk { ui, view, act, ahead_secs: self.ahead_secs, touched: None, times: self.times };
        let mut browse = None;
        for (deck, rect) in DeckId::ALL.into_iter().zip(stand.decks) {
            let frame = deck::Frame {
                deck,
                large: matches!(deck, DeckId::A | DeckId::B),
                chosen: deck == *self.chosen,
                notice: self.notices.on_deck(view, deck),
            };
            let reply = deck::show(&mut desk, rect, frame, self.meshes);
            if reply.touched {
                desk.touched = Some(deck);
            }
            browse = browse.or(reply.browse.then_some(deck));
        }
        let refused = self.notices.elsewhere(view);
        mixer::show(&mut desk, stand.mixer, self.meters, self.master, self.fx_open, refused);
        if let Some(deck) = desk.touched {
            *self.chosen = deck;
        }
        browse
    }
}

/// Draws the library. Returns what ends it.
fn show_browser(
    browser: &mut Option<Browser>,
    ui: &mut Ui,
    rect: Rect,
    view: &RigView,
    known: &Known,
    with: (&mut Folders, &mut Meshes),
) -> Option<Reply> {
    let browser = browser.as_mut()?;
    let reply = browser.show(ui, rect, view, known, with);
    (reply != Reply::Stay).then_some(reply)
}

/// Neither on the pointer nor on a key that presses what Tab has reached.
fn no_finger_is_down(ui: &Ui) -> bool {
    ui.input(|input| !input.pointer.any_down() && !input.key_down(Key::Space) && !input.key_down(Key::Enter))
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
