//! The library: files and folders in the editor, with what is known of the tracks among them: a system's own file dialog can freeze a host, this one cannot.

mod list;
mod order;

use std::path::{Path, PathBuf};

use echelon_engine::safety::DeckState;
use echelon_engine::units::DeckId;
use egui::{Align2, Key, Pos2, Rect, StrokeKind, TextEdit, Ui, pos2};

use super::bands::Meshes;
use super::button::{Face, button};
use super::columns::{self, HEADINGS, Sort};
use super::files::{Entry, Kind};
use super::folders::{Folders, Shown, Wish};
use super::layout::{cut_bottom, cut_left, cut_right, cut_top};
use super::library::Known;
use super::listen_bar::ListenBar;
use super::shapes::{self, Sign};
use super::{deck, ids, text, theme};
use crate::view::{Order, RigView, ShelfOrder};

/// An open browser.
#[derive(Debug)]
pub struct Browser {
    /// The deck to load.
    pub deck: DeckId,
    place: Shown,
    /// To be gone to in the next frame.
    going: Option<Wish>,
    filter: String,
    /// Indices of the entries that the filter lets through.
    shown: Vec<usize>,
    /// The row that the keyboard is on.
    chosen: Option<usize>,
    /// The chosen row (or the top of another list) shall be seen.
    follow: bool,
    /// How far the list is scrolled, and how much of it is in sight, in points.
    scrolled: f32,
    height: f32,
    /// Width of its rows in the last frame, which the headings have too.
    width: f32,
    sort: Sort,
    /// The file on which the pointer's button went down, as long as it is down.
    grabbed: Option<PathBuf>,
    /// The list is to be put in order again.
    stale: bool,
    /// How many files were known when the list was put in order, and how often all tags had been read.
    known: (usize, u64),
    /// The entries whose tags were asked for because they are in sight.
    asked: Vec<bool>,
    /// Those of all of them were.
    asked_all: bool,
    /// Folders among what is shown.
    folders: usize,
    /// What is to be asked about files.
    wanted: Vec<Order>,
    listen: ListenBar,
}

/// Height of the chosen file's waveform.
const PREVIEW: f32 = 42.0;
/// What the person did.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Still looking.
    Stay,
    /// Enough.
    Close,
    /// Load this file.
    Load(PathBuf),
    /// This file was let go of there.
    Drop(PathBuf, Pos2),
}

impl Browser {
    /// Opens on a folder, or on the home folder if it is none.
    #[must_use]
    pub fn open(deck: DeckId, folder: Option<PathBuf>, sort: Sort) -> Self {
        Self {
            deck,
            place: Shown::default(),
            going: Some(Wish { folder, kind: Kind::Audio, else_home: true }),
            filter: String::new(),
            shown: Vec::new(),
            chosen: None,
            follow: false,
            scrolled: 0.0,
            height: 0.0,
            width: 0.0,
            sort,
            grabbed: None,
            stale: false,
            known: (0, 0),
            asked: Vec::new(),
            asked_all: false,
            folders: 0,
            wanted: Vec::new(),
            listen: ListenBar::default(),
        }
    }

    /// The folder that is shown or being read; empty for the home folder that is being read.
    #[must_use]
    pub fn folder(&self) -> &Path {
        match &self.going {
            Some(wish) => wish.folder.as_deref().unwrap_or(Path::new("")),
            None => self.place.folder(),
        }
    }

    /// Whether a folder is being read.
    #[must_use]
    pub const fn is_reading(&self) -> bool {
        self.going.is_some() || self.place.is_waiting()
    }

    /// The order of the files.
    #[must_use]
    pub const fn sort(&self) -> Sort {
        self.sort
    }

    /// What is to be asked about files since the last time.
    pub fn take_wanted(&mut self) -> Vec<Order> {
        std::mem::take(&mut self.wanted)
    }

    fn enter(&mut self, folder: Option<PathBuf>) {
        self.going = Some(Wish { folder, kind: Kind::Audio, else_home: false });
    }

    fn enter_parent(&mut self) {
        if let Some(parent) = self.folder().parent().map(Path::to_owned) {
            self.enter(Some(parent));
        }
    }

    /// Sets out for a folder, or takes in what was found there.
    fn turn(&mut self, folders: &mut Folders) {
        if let Some(wish) = self.going.take() {
            self.place.go(folders, wish);
            self.filter.clear();
            self.shown.clear();
            self.folders = 0;
            self.chosen = None;
        }
        if self.place.turn() {
            self.wanted.push(Order::Shelf(ShelfOrder::Look(self.files())));
            // Those of another folder are not wanted any more.
            let files = if self.wants_all_tags() { self.files() } else { vec![] };
            self.asked_all = self.wants_all_tags();
            self.asked = vec![false; self.place.listing().entries.len()];
            self.wanted.push(Order::Shelf(ShelfOrder::TagList(files)));
            (self.stale, self.follow) = (true, true);
        }
    }

    fn entry(&self, row: usize) -> Option<&Entry> {
        self.place.listing().entries.get(*self.shown.get(row)?)
    }

    fn chosen_file(&self) -> Option<PathBuf> {
        let chosen = self.chosen.and_then(|row| self.entry(row)).filter(|entry| !entry.is_folder);
        chosen.map(|entry| entry.path.clone())
    }

    /// Enters a folder; a file is to be loaded.
    fn open_row(&mut self, row: usize) -> Reply {
        match self.entry(row).cloned() {
            Some(entry) if entry.is_folder => self.enter(Some(entry.path)),
            Some(entry) => return Reply::Load(entry.path),
            None => {}
        }
        Reply::Stay
    }

    /// Draws the browser.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        view: &RigView,
        known: &Known,
        (folders, meshes): (&mut Folders, &mut Meshes),
    ) -> Reply {
        self.turn(folders);
        self.keep_in_order(known);
        ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
        ui.painter().rect_stroke(
            rect,
            theme::ROUND,
            egui::Stroke::new(2.0, theme::deck(self.deck)),
            StrokeKind::Inside,
        );
        let (head, rest) = cut_top(rect.shrink(theme::GAP), theme::ROW);
        let (tools, rest) = cut_top(rest, theme::ROW);
        let (rest, foot) = cut_bottom(rest, theme::ROW);
        let (list, preview) = cut_bottom(rest, PREVIEW);
        let (headings, list) = cut_top(list, HEADINGS);
        let chosen = self.chosen_file();
        self.wanted.extend(self.listen.show(ui, preview, chosen.as_deref(), (view, known), meshes));
        let replies = [
            self.show_head(ui, head, view.snapshot.decks[self.deck.index()].state),
            self.show_tools(ui, tools, known),
            self.show_headings(ui, headings),
            self.show_list(ui, list, (view, known)),
            self.keys(ui, view),
        ];
        let foot = self.show_foot(ui, foot, known);
        replies.into_iter().chain([foot]).find(|reply| *reply != Reply::Stay).unwrap_or(Reply::Stay)
    }

    fn show_head(&self, ui: &Ui, rect: Rect, state: DeckState) -> Reply {
        let (badge, rest) = cut_left(rect, rect.height());
        deck::letter(ui, badge, self.deck);
        let (rest, close) = cut_right(rest, 84.0);
        let title = format!("Load a track on deck {}", self.deck);
        let drawn = text::line(ui, rest, &title, theme::words(16.0), theme::text(), Align2::LEFT_CENTER);
        if state == DeckState::Playing {
            let warning = "This deck is playing: stop it before you load another track.";
            let rest = rest.with_min_x(drawn.right() + 30.0);
            shapes::sign(ui.painter(), Sign::Alert, pos2(rest.left() - 12.0, rest.center().y), 13.0, theme::waiting());
            text::line(ui, rest, warning, theme::words(13.0), theme::waiting(), Align2::LEFT_CENTER);
        }
        let face = Face::plain("Close").with_sign(Sign::Cross);
        let close = button(ui, close, ids::browser("close"), face);
        if close.on_hover_text("Back to the decks. Key: Escape.").clicked() { Reply::Close } else { Reply::Stay }
    }

    fn show_tools(&mut self, ui: &mut Ui, rect: Rect, known: &Known) -> Reply {
        let mut left = rect;
        let mut tool = |ui: &Ui, name: &'static str, word: &str, help: &str| {
            let (place, rest) = cut_left(left, 66.0);
            left = rest;
            button(ui, place, ids::browser(name), Face::plain(word)).on_hover_text(help).clicked()
        };
        let up = tool(ui, "up", "Up", "The folder around this one.");
        let home = tool(ui, "home", "Home", "Your own folder.");
        let refresh = tool(ui, "refresh", "Refresh", "Read the folder again.");
        let (left, analyse) = cut_right(left, 96.0);
        self.show_analyse(ui, analyse, known);
        let (path, filter) = cut_right(left, 280.0);
        let folder = self.folder().to_string_lossy().into_owned();
        text::line(ui, path, &from_the_end(ui, &folder, path.width()), theme::words(13.0), theme::text(), LEFT);
        self.show_filter(ui, filter);
        if up {
            self.enter_parent();
        } else if home {
            self.enter(None);
        } else if refresh {
            self.enter(Some(self.folder().to_owned()).filter(|folder| folder.is_absolute()));
        }
        Reply::Stay
    }

    fn show_headings(&mut self, ui: &Ui, rect: Rect) -> Reply {
        // As wide as the rows, which leave room for their scroll bar.
        let width = if self.width > 0.0 { self.width.min(rect.width()) } else { rect.width() };
        if let Some(sort) = columns::show_headings(ui, rect.with_max_x(rect.left() + width), self.sort) {
            (self.sort, self.stale) = (sort, true);
            self.ask_for_all_tags();
        }
        Reply::Stay
    }

    /// Analyses what is in the list and not known yet; or stops that.
    fn show_analyse(&mut self, ui: &Ui, rect: Rect, known: &Known) {
        let busy = known.busy();
        let word = if busy > 0 { format!("Stop ({busy})") } else { "Analyse".to_owned() };
        let face = Face::plain(&word);
        let face = if busy > 0 { Face { fill: theme::waiting(), ink: theme::ink(), ..face } } else { face };
        let pressed = button(ui, rect, ids::browser("analyse"), face);
        if pressed.clicked() && busy > 0 {
            self.wanted.push(Order::Shelf(ShelfOrder::Stop));
        } else if pressed.clicked() {
            let files = self.shown.iter().map(|index| &self.place.listing().entries[*index]);
            let unknown = files.filter(|entry| !entry.is_folder && known.of(&entry.path).is_none());
            let unknown = unknown.map(|entry| entry.path.clone()).collect();
            self.wanted.push(Order::Shelf(ShelfOrder::Analyse(unknown)));
        }
        pressed.on_hover_text("Finds tempo and key of the files in the list, one after the other, beside the music.");
    }

    fn show_filter(&mut self, ui: &mut Ui, rect: Rect) {
        let field = TextEdit::singleline(&mut self.filter)
            .id(ids::browser("filter"))
            .hint_text("Search names, titles and artists")
            .char_limit(100)
            .align(LEFT);
        if ui.put(rect, field).on_hover_text("Only what has all these words is listed.").changed() {
            self.stale = true;
            self.ask_for_all_tags();
        }
    }

    fn keys(&mut self, ui: &Ui, view: &RigView) -> Reply {
        let focused = ui.memory(|memory| memory.focused());
        let filtering = focused == Some(ids::browser("filter"));
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        if (focused.is_some() && !filtering) || self.shown.is_empty() && !pressed(Key::Escape) {
            return Reply::Stay;
        }
        let last = self.shown.len().saturating_sub(1);
        if pressed(Key::ArrowDown) {
            self.choose(self.chosen.map_or(0, |row| (row + 1).min(last)));
        } else if pressed(Key::ArrowUp) {
            self.choose(self.chosen.map_or(0, |row| row.saturating_sub(1)));
        } else if pressed(Key::Backspace) && !filtering {
            self.enter_parent();
        } else if pressed(Key::Enter) {
            return self.chosen.map_or(Reply::Stay, |row| self.open_row(row));
        } else if pressed(Key::Escape) && !filtering {
            return Reply::Close;
        }
        // After the arrows, which may have come in the same frame.
        if !filtering && pressed(Key::Space) {
            let from_start = ui.input(|input| input.modifiers.shift);
            let file = self.chosen_file();
            self.wanted.extend(ListenBar::toggle(file.as_deref(), from_start, view));
        }
        let decks = [Key::Num1, Key::Num2, Key::Num3, Key::Num4].into_iter().zip(DeckId::ALL);
        if let Some((_, deck)) = decks.into_iter().find(|(key, _)| !filtering && pressed(*key)) {
            self.deck = deck;
        }
        Reply::Stay
    }

    fn choose(&mut self, row: usize) {
        self.chosen = Some(row);
        self.follow = true;
    }

    fn show_foot(&mut self, ui: &Ui, rect: Rect, known: &Known) -> Reply {
        let (words, load) = cut_right(rect, 150.0);
        let mut count = format!("{} folders, {} audio files", self.folders, self.shown.len() - self.folders);
        if self.place.listing().cut_short {
            count.push_str(", and more than could be listed: use a smaller folder");
        }
        let said = text::line(ui, words, &count, theme::words(13.0), theme::text_dim(), LEFT);
        if let Some((read, all)) = known.reading() {
            let place = words.with_min_x((said.right() + 24.0).min(words.right()));
            let progress = format!("Reading titles and artists: {read} of {all}");
            text::fit(ui, place, &progress, 13.0, theme::waiting(), LEFT);
        }
        let chosen = self.chosen.and_then(|row| Some((row, self.entry(row)?.is_folder)));
        let word = match chosen {
            Some((_, true)) => "Open folder".to_owned(),
            _ => format!("Load on deck {}", self.deck),
        };
        let plain = Face::plain(&word);
        let face = match chosen {
            Some(_) => Face { fill: theme::deck(self.deck), ink: theme::ink(), ..plain },
            None => Face { ink: theme::text_dim(), ..plain },
        };
        let load = button(ui, load, ids::browser("load"), face);
        let pressed =
            load.on_hover_text("Puts the chosen file on the deck, or opens the folder. Key: Enter.").clicked();
        chosen.filter(|_| pressed).map_or(Reply::Stay, |(row, _)| self.open_row(row))
    }
}

const LEFT: Align2 = Align2::LEFT_CENTER;

/// A path that is too long loses its beginning: the end tells where one is.
fn from_the_end(ui: &Ui, path: &str, width: f32) -> String {
    let fits = |text: &str| text::width(ui, text, theme::words(13.0)) <= width;
    if fits(path) {
        return path.to_owned();
    }
    let starts: Vec<usize> = path.char_indices().map(|(index, _)| index).collect();
    let cut = starts.partition_point(|start| !fits(&format!("…{}", &path[*start..])));
    format!("…{}", &path[starts.get(cut).copied().unwrap_or(path.len())..])
}
