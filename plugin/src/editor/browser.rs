//! The library: files and folders in the editor, with what is known of the tracks among them: a system's own file dialog can freeze a host, this one cannot.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use echelon_engine::safety::DeckState;
use echelon_engine::units::DeckId;
use egui::{Align2, Key, Pos2, Rect, ScrollArea, Sense, StrokeKind, TextEdit, Ui, UiBuilder, pos2, vec2};

use super::bands::Meshes;
use super::button::{Face, button};
use super::files::{Entry, Kind};
use super::folders::{Folders, Shown, Wish};
use super::layout::{cut_bottom, cut_left, cut_right, cut_top};
use super::library::{self, Known};
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
    /// How far the list is scrolled, in points.
    scrolled: f32,
    sort: Sort,
    /// The file on which the pointer's button went down, as long as it is down.
    grabbed: Option<PathBuf>,
    /// The list is to be put in order again.
    stale: bool,
    /// How many files were known when the list was put in order.
    known: usize,
    /// What is to be asked about files.
    wanted: Vec<Order>,
    listen: ListenBar,
}

/// Height of the chosen file's waveform.
const PREVIEW: f32 = 42.0;
/// Width of tempo, key and how they fit, in points.
const FACTS: f32 = 330.0;

/// The order of the files; folders come first in any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Name,
    Tempo,
    Key,
}

impl Sort {
    const ALL: [Self; 3] = [Self::Name, Self::Tempo, Self::Key];

    const fn word(self) -> &'static str {
        match self {
            Self::Name => "by name",
            Self::Tempo => "by tempo",
            Self::Key => "by key",
        }
    }
}

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
    pub fn open(deck: DeckId, folder: Option<PathBuf>) -> Self {
        Self {
            deck,
            place: Shown::default(),
            going: Some(Wish { folder, kind: Kind::Audio, else_home: true }),
            filter: String::new(),
            shown: Vec::new(),
            chosen: None,
            follow: false,
            scrolled: 0.0,
            sort: Sort::Name,
            grabbed: None,
            stale: false,
            known: 0,
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
            self.chosen = None;
        }
        if self.place.turn() {
            let files = self.place.listing().entries.iter().filter(|entry| !entry.is_folder);
            let files = files.map(|entry| entry.path.clone()).collect();
            self.wanted.push(Order::Shelf(ShelfOrder::Look(files)));
            (self.stale, self.follow) = (true, true);
        }
    }

    fn refilter(&mut self, known: &Known) {
        let chosen = self.chosen.and_then(|row| self.entry(row)).map(|entry| entry.path.clone());
        let wanted = self.filter.to_lowercase();
        let entries = &self.place.listing().entries;
        let passes = |entry: &Entry| wanted.split_whitespace().all(|word| entry.name.to_lowercase().contains(word));
        self.shown = (entries.iter().enumerate()).filter(|(_, entry)| passes(entry)).map(|(i, _)| i).collect();
        let facts = |index: &usize| known.of(&entries[*index].path);
        // The listing is by name: what is equal, or not known, stays so.
        match self.sort {
            Sort::Name => {}
            Sort::Tempo => self.shown.sort_by(|a, b| {
                let bpm = |index| facts(index).and_then(|facts| facts.bpm).unwrap_or(f64::MAX);
                (!entries[*a].is_folder, bpm(a))
                    .partial_cmp(&(!entries[*b].is_folder, bpm(b)))
                    .unwrap_or(Ordering::Equal)
            }),
            Sort::Key => self.shown.sort_by_key(|index| {
                let key = facts(index).and_then(|facts| facts.key);
                (!entries[*index].is_folder, key.map_or((u8::MAX, false), super::harmony::order))
            }),
        }
        self.chosen = chosen
            .and_then(|path| self.shown.iter().position(|index| self.place.listing().entries[*index].path == path));
        self.follow = true;
        self.known = known.count();
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
        let is_reordered = self.sort != Sort::Name && self.known != known.count();
        if std::mem::take(&mut self.stale) || is_reordered {
            self.refilter(known);
        }
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
        let chosen = self.chosen_file();
        self.wanted.extend(self.listen.show(ui, preview, chosen.as_deref(), (view, known), meshes));
        let replies = [
            self.show_head(ui, head, view.snapshot.decks[self.deck.index()].state),
            self.show_tools(ui, tools, known),
            self.show_list(ui, list, (view, known)),
            self.keys(ui, view),
        ];
        let foot = self.show_foot(ui, foot);
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
        if button(ui, close, ids::browser("close"), face).clicked() { Reply::Close } else { Reply::Stay }
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
        let (left, sort) = cut_right(left, 100.0);
        let (path, filter) = cut_right(left, 220.0);
        let now = Sort::ALL.iter().position(|sort| *sort == self.sort).unwrap_or(0);
        let words = Sort::ALL.map(Sort::word);
        let face = Face::plain(words[now]);
        let help = "The order of the files. Tempo and key are known of tracks that were analysed.";
        if let Some(index) = super::choice::show(ui, sort, ids::browser("sort"), &words, now, face, help) {
            (self.sort, self.stale) = (Sort::ALL[index], true);
        }
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
            .hint_text("Search by name")
            .char_limit(100)
            .align(LEFT);
        if ui.put(rect, field).changed() {
            self.stale = true;
        }
    }

    fn show_list(&mut self, ui: &mut Ui, rect: Rect, (view, known): (&RigView, &Known)) -> Reply {
        ui.painter().rect_filled(rect, 3, theme::well());
        if self.is_reading() {
            self.place.show_waiting(ui, rect);
            return Reply::Stay;
        }
        if let Some(error) = &self.place.listing().error {
            text::paragraph(ui, rect.shrink(8.0), error, theme::words(14.0), theme::alert(), Align2::CENTER_CENTER);
            return Reply::Stay;
        }
        if self.shown.is_empty() {
            let words =
                if self.filter.is_empty() { "No folders or audio files here." } else { "Nothing of that name." };
            text::line(ui, rect, words, theme::words(14.0), theme::text_dim(), Align2::CENTER_CENTER);
            return Reply::Stay;
        }
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("browser list"));
        child.set_clip_rect(rect);
        child.spacing_mut().item_spacing.y = 0.0;
        let mut opened = None;
        let mut area = ScrollArea::vertical().auto_shrink(false);
        if let Some(offset) = self.scroll_to(rect.height()) {
            area = area.vertical_scroll_offset(offset);
        }
        let drawn = area.show_rows(&mut child, theme::ROW, self.shown.len(), |ui, rows| {
            for row in rows {
                opened = self.show_row(ui, row, (view, known)).or(opened);
            }
        });
        self.scrolled = drawn.state.clamped_offset().y;
        if let Some(reply) = self.drag(ui, rect) {
            return reply;
        }
        opened.map_or(Reply::Stay, |row| self.open_row(row))
    }

    /// Draws a row. Returns it if it was double-clicked.
    fn show_row(&mut self, ui: &mut Ui, row: usize, (view, known): (&RigView, &Known)) -> Option<usize> {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover());
        let response = ui.interact(rect, ids::row(row), Sense::click());
        if response.clicked() {
            self.chosen = Some(row);
        }
        let entry = self.entry(row)?.clone();
        let chosen = self.chosen == Some(row);
        if chosen || response.hovered() {
            let fill = if chosen { ui.visuals().selection.bg_fill } else { theme::raised() };
            ui.painter().rect_filled(rect, 2, fill);
        }
        let (icon, name) = cut_left(rect.shrink2(vec2(6.0, 0.0)), 18.0);
        if view.listened.as_ref().is_some_and(|listened| listened.file == entry.path) {
            shapes::sign(ui.painter(), Sign::Phones, icon.center(), 14.0, theme::playing());
        } else {
            draw_icon(ui, icon, entry.is_folder);
        }
        let (name, facts) = cut_right(name, FACTS);
        text::line(ui, name, &entry.name, theme::words(14.0), theme::text(), LEFT);
        if !entry.is_folder {
            library::show_facts(ui, facts, known, &entry.path, self.deck);
            // By the pointer itself: the list wants drags for scrolling.
            if response.is_pointer_button_down_on() && self.grabbed.is_none() {
                self.grabbed = Some(entry.path.clone());
            }
        }
        response.double_clicked().then_some(row)
    }

    /// A file that is dragged out of the list: its name goes with the pointer, and where it is let go of it is dropped.
    fn drag(&mut self, ui: &Ui, list: Rect) -> Option<Reply> {
        let (at, down) = ui.input(|input| (input.pointer.interact_pos(), input.pointer.any_down()));
        let at = at.filter(|at| !list.contains(*at));
        if !down {
            let path = self.grabbed.take()?;
            return at.map(|at| Reply::Drop(path, at));
        }
        let (path, at) = self.grabbed.as_ref().zip(at)?;
        let name = path.file_name()?.to_string_lossy().chars().take(40).collect();
        let top = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Tooltip, ids::browser("dragged")));
        let galley = top.layout_no_wrap(name, theme::words(13.0), theme::text());
        let label = Rect::from_min_size(at + vec2(12.0, 6.0), galley.size() + vec2(12.0, 6.0));
        top.rect_filled(label, theme::ROUND, theme::chosen());
        top.galley(label.min + vec2(6.0, 3.0), galley, theme::text());
        None
    }

    /// Where the list is to be scrolled to, if not where the person left it.
    fn scroll_to(&mut self, height: f32) -> Option<f32> {
        let row = std::mem::take(&mut self.follow).then_some(self.chosen)?;
        // Rows are few enough (`files::MAX_ENTRIES`) to be exact.
        let top = row.map_or(0.0, |row| theme::points(u32::try_from(row).unwrap_or(u32::MAX)) * theme::ROW);
        Some(self.scrolled.max(top + theme::ROW - height).min(top))
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

    fn show_foot(&mut self, ui: &Ui, rect: Rect) -> Reply {
        let (words, load) = cut_right(rect, 150.0);
        let folders = self.shown.iter().filter(|index| self.place.listing().entries[**index].is_folder).count();
        let mut count = format!("{folders} folders, {} audio files", self.shown.len() - folders);
        if self.place.listing().cut_short {
            count.push_str(", and more than could be listed: use a smaller folder");
        }
        text::line(ui, words, &count, theme::words(13.0), theme::text_dim(), LEFT);
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
        let pressed = button(ui, load, ids::browser("load"), face).clicked();
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

fn draw_icon(ui: &Ui, rect: Rect, folder: bool) {
    let (painter, centre) = (ui.painter(), rect.center());
    if folder {
        let body = Rect::from_center_size(centre + vec2(0.0, 1.0), vec2(14.0, 10.0));
        painter.rect_filled(body, 1, theme::text_dim());
        painter.rect_filled(Rect::from_min_size(body.min - vec2(0.0, 2.5), vec2(7.0, 4.0)), 1, theme::text_dim());
    } else {
        for (x, half) in [(-5.0, 2.0), (-2.0, 5.0), (1.0, 6.0), (4.0, 3.0)] {
            painter.vline(centre.x + x, centre.y - half..=centre.y + half, egui::Stroke::new(2.0, theme::playing()));
        }
    }
}
