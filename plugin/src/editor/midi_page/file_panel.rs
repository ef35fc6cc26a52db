//! Where a mapping is read from or written to: a path that can be typed, and a browser. No dialog of the system's, which
//! could stop the host.

use std::path::{Path, PathBuf};

use egui::{Align2, Key, Rect, ScrollArea, Sense, TextEdit, Ui, UiBuilder, vec2};

use crate::editor::button::{Face, button};
use crate::editor::files::{self, Kind, Listing};
use crate::editor::layout::{cut_bottom, cut_left, cut_right, cut_top};
use crate::editor::shapes::{self, Sign};
use crate::editor::{form, ids, text, theme};

const ROW: f32 = 22.0;

/// What the file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To be read.
    Import,
    /// To be written.
    Export,
}

/// What the person did.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Still looking.
    Stay,
    /// Enough.
    Close,
    /// This file.
    Take(PathBuf),
}

/// The open panel.
#[derive(Debug)]
pub struct FilePanel {
    /// What the file is for.
    pub way: Way,
    listing: Listing,
    typed: String,
}

impl FilePanel {
    /// On a folder, or on the person's own. `name` is that of the mapping.
    #[must_use]
    pub fn open(way: Way, folder: Option<&Path>, name: &str) -> Self {
        let folder = folder.filter(|folder| folder.is_dir()).map_or_else(files::home, Path::to_owned);
        let mut panel = Self { way, listing: Listing::of(&folder, Kind::Mapping), typed: String::new() };
        let file = if way == Way::Export { format!("{}.json", file_name(name)) } else { String::new() };
        panel.typed = folder.join(file).to_string_lossy().into_owned();
        panel
    }

    /// The folder that is shown.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.listing.folder
    }

    fn enter(&mut self, folder: &Path) {
        let typed = PathBuf::from(&self.typed);
        let file = typed.file_name().filter(|_| self.way == Way::Export).unwrap_or_default();
        self.typed = folder.join(file).to_string_lossy().into_owned();
        self.listing = Listing::of(folder, Kind::Mapping);
    }

    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, rect: Rect) -> Reply {
        let title = if self.way == Way::Import { "Import a mapping" } else { "Export the mapping" };
        let rest = form::panel(ui, rect, title);
        let (tools, rest) = cut_top(rest, 26.0);
        let (list, foot) = cut_bottom(rest, 26.0);
        let (up, field) = cut_left(tools, 50.0);
        if button(ui, up, ids::once("midi up"), Face::plain("Up")).clicked()
            && let Some(parent) = self.listing.folder.parent().map(Path::to_owned)
        {
            self.enter(&parent);
        }
        let typing = TextEdit::singleline(&mut self.typed)
            .id(ids::once("midi path"))
            .hint_text("/home/me/controller.json")
            .char_limit(4096)
            .align(Align2::LEFT_CENTER);
        let field = ui.put(field, typing);
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let listed = self.show_list(ui, list);
        let reply = self.show_foot(ui, foot, entered);
        if listed == Reply::Stay { reply } else { listed }
    }

    fn show_list(&mut self, ui: &mut Ui, rect: Rect) -> Reply {
        ui.painter().rect_filled(rect, 3, theme::well());
        if let Some(error) = &self.listing.error {
            text::paragraph(ui, rect.shrink(8.0), error, theme::words(13.0), theme::alert(), Align2::CENTER_CENTER);
            return Reply::Stay;
        }
        if self.listing.entries.is_empty() {
            let words = "No folders or mappings (.json) here.";
            text::line(ui, rect, words, theme::words(13.0), theme::text_dim(), Align2::CENTER_CENTER);
            return Reply::Stay;
        }
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("midi files"));
        child.set_clip_rect(rect);
        child.spacing_mut().item_spacing.y = 0.0;
        let mut reply = Reply::Stay;
        ScrollArea::vertical().auto_shrink(false).show_rows(&mut child, ROW, self.listing.entries.len(), |ui, rows| {
            for row in rows {
                let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
                let taken = self.show_row(ui, rect, row);
                if taken != Reply::Stay {
                    reply = taken;
                }
            }
        });
        reply
    }

    /// A click on a folder enters it, on a file writes its path, a double click takes it.
    fn show_row(&mut self, ui: &Ui, rect: Rect, row: usize) -> Reply {
        let Some(entry) = self.listing.entries.get(row).cloned() else { return Reply::Stay };
        let response = ui.interact(rect, ids::row(row), Sense::click());
        let path = entry.path.to_string_lossy();
        let chosen = path == self.typed;
        if chosen || response.hovered() {
            ui.painter().rect_filled(rect, 2, if chosen { theme::chosen() } else { theme::raised() });
        }
        if response.has_focus() {
            shapes::outline(ui.painter(), rect, theme::text());
        }
        let words = if entry.is_folder { format!("{}/", entry.name) } else { entry.name.clone() };
        let place = rect.shrink2(vec2(8.0, 0.0));
        text::line(ui, place, &words, theme::words(13.0), theme::text(), Align2::LEFT_CENTER);
        if response.clicked() {
            if entry.is_folder {
                self.enter(&entry.path);
            } else {
                self.typed = path.into_owned();
                if response.double_clicked() && self.way == Way::Import {
                    return Reply::Take(entry.path);
                }
            }
        }
        Reply::Stay
    }

    fn show_foot(&self, ui: &Ui, rect: Rect, entered: bool) -> Reply {
        let (rest, close) = cut_right(rect, 80.0);
        let (words, take) = cut_right(rest, 110.0);
        let path = PathBuf::from(self.typed.trim());
        let there = self.listing.entries.iter().any(|entry| !entry.is_folder && entry.path == path);
        let word = match (self.way, there) {
            (Way::Import, _) => "Import",
            (Way::Export, false) => "Export",
            (Way::Export, true) => "Replace it",
        };
        if self.way == Way::Export && there {
            let sentence = "There is a file of that name.";
            text::fit(ui, words, sentence, 12.5, theme::waiting(), Align2::LEFT_CENTER);
        }
        let names_a_file = path.is_absolute() && path != self.listing.folder && path.file_name().is_some();
        let plain = Face::plain(word);
        let face = if names_a_file { Face { fill: theme::playing(), ink: theme::ink(), ..plain } } else { plain };
        let pressed = button(ui, take, ids::once("midi take"), face).clicked() || entered;
        let face = Face::plain("Close").with_sign(Sign::Cross);
        let closed = button(ui, close, ids::once("midi close"), face).clicked()
            || ui.input(|input| input.key_pressed(Key::Escape));
        match (pressed && names_a_file, closed) {
            (true, _) => Reply::Take(path),
            (_, true) => Reply::Close,
            _ => Reply::Stay,
        }
    }
}

/// A name that any file system takes.
fn file_name(name: &str) -> String {
    let plain = |letter: char| if letter.is_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
    name.chars().map(plain).collect()
}
