//! Where a mapping is read from or written to, or a folder is chosen: a path that can be typed, and a browser. No dialog of
//! the system's, which could stop the host.

use std::path::PathBuf;

use egui::{Align2, Key, Rect, ScrollArea, Sense, TextEdit, Ui, UiBuilder, vec2};

use crate::editor::button::{Face, button};
use crate::editor::files::Kind;
use crate::editor::folders::{Folders, Shown, Wish};
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
    /// It is a folder that is looked for.
    Folder,
}

impl Way {
    const fn kind(self) -> Kind {
        match self {
            Self::Import | Self::Export => Kind::Mapping,
            Self::Folder => Kind::Folder,
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
    /// This file.
    Take(PathBuf),
}

/// The open panel.
#[derive(Debug)]
pub struct FilePanel {
    /// What the file is for.
    pub way: Way,
    place: Shown,
    /// To be gone to in the next frame.
    going: Option<Wish>,
    /// The name of what is written.
    name: String,
    typed: String,
}

impl FilePanel {
    /// On a folder, or on the person's own. `name` is that of the mapping.
    #[must_use]
    pub fn open(way: Way, folder: Option<PathBuf>, name: &str) -> Self {
        let going = Some(Wish { folder, kind: way.kind(), else_home: true });
        let name = if way == Way::Export { format!("{}.json", file_name(name)) } else { String::new() };
        Self { way, place: Shown::default(), going, name, typed: String::new() }
    }

    /// The folder that is shown, or on its way.
    #[must_use]
    pub fn folder(&self) -> Option<PathBuf> {
        let going = self.going.as_ref().map(|wish| wish.folder.clone());
        going.unwrap_or_else(|| Some(self.place.folder().to_owned())).filter(|folder| folder.is_absolute())
    }

    /// Whether a folder is being read.
    #[must_use]
    pub const fn is_reading(&self) -> bool {
        self.going.is_some() || self.place.is_waiting()
    }

    fn enter(&mut self, folder: PathBuf) {
        self.going = Some(Wish { folder: Some(folder), kind: self.way.kind(), else_home: false });
    }

    /// Sets out for a folder, or takes in what was found there.
    fn turn(&mut self, folders: &mut Folders) {
        if let Some(wish) = self.going.take() {
            let typed = PathBuf::from(&self.typed);
            if let Some(name) = typed.file_name().filter(|_| self.way == Way::Export && !self.typed.is_empty()) {
                self.name = name.to_string_lossy().into_owned();
            }
            self.place.go(folders, wish);
            self.typed = self.path_here();
        }
        let written = self.path_here();
        // What was typed meanwhile stays.
        if self.place.turn() && self.typed == written {
            self.typed = self.path_here();
        }
    }

    /// The folder with the name of what is written.
    fn path_here(&self) -> String {
        let folder = self.place.folder();
        let path = if self.name.is_empty() { folder.to_owned() } else { folder.join(&self.name) };
        path.to_string_lossy().into_owned()
    }

    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, rect: Rect, folders: &mut Folders) -> Reply {
        self.turn(folders);
        let title = match self.way {
            Way::Import => "Import a mapping",
            Way::Export => "Export the mapping",
            Way::Folder => "Choose a folder",
        };
        let rest = form::panel(ui, rect, title);
        let (tools, rest) = cut_top(rest, 26.0);
        let (list, foot) = cut_bottom(rest, 26.0);
        let (up, field) = cut_left(tools, 50.0);
        let up = button(ui, up, ids::once("files up"), Face::plain("Up")).on_hover_text("The folder around this one.");
        if up.clicked()
            && let Some(parent) = self.place.folder().parent().map(ToOwned::to_owned)
        {
            self.enter(parent);
        }
        let typing = TextEdit::singleline(&mut self.typed)
            .id(ids::once("files path"))
            .hint_text("/home/me/controller.json")
            .char_limit(4096)
            .align(Align2::LEFT_CENTER);
        let field = ui.put(field, typing).on_hover_text("A path can be typed or pasted here; Enter takes it.");
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let listed = self.show_list(ui, list);
        let reply = self.show_foot(ui, foot, entered);
        if listed == Reply::Stay { reply } else { listed }
    }

    fn show_list(&mut self, ui: &mut Ui, rect: Rect) -> Reply {
        ui.painter().rect_filled(rect, 3, theme::well());
        if self.is_reading() {
            self.place.show_waiting(ui, rect);
            return Reply::Stay;
        }
        if let Some(error) = &self.place.listing().error {
            text::paragraph(ui, rect.shrink(8.0), error, theme::words(13.0), theme::alert(), Align2::CENTER_CENTER);
            return Reply::Stay;
        }
        let rows = self.place.listing().entries.len();
        if rows == 0 {
            let words = match self.way {
                Way::Folder => "No folders in this one.",
                Way::Import | Way::Export => "No folders or mappings (.json) here.",
            };
            text::line(ui, rect, words, theme::words(13.0), theme::text_dim(), Align2::CENTER_CENTER);
            return Reply::Stay;
        }
        let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("midi files"));
        child.set_clip_rect(rect);
        child.spacing_mut().item_spacing.y = 0.0;
        let mut reply = Reply::Stay;
        ScrollArea::vertical().auto_shrink(false).show_rows(&mut child, ROW, rows, |ui, rows| {
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
        let Some(entry) = self.place.listing().entries.get(row).cloned() else { return Reply::Stay };
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
        let response = response.on_hover_text(&*path);
        if response.clicked() {
            if entry.is_folder {
                self.enter(entry.path);
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
        let there = self.place.listing().entries.iter().any(|entry| !entry.is_folder && entry.path == path);
        let word = match (self.way, there) {
            (Way::Import, _) => "Import",
            (Way::Export, false) => "Export",
            (Way::Export, true) => "Replace it",
            (Way::Folder, _) => "Allow it",
        };
        if self.way == Way::Export && there {
            let sentence = "There is a file of that name.";
            text::fit(ui, words, sentence, 12.5, theme::waiting(), Align2::LEFT_CENTER);
        }
        let is_folder = self.way == Way::Folder || path != self.place.folder();
        let names_one = path.is_absolute() && is_folder && path.file_name().is_some();
        let plain = Face::plain(word);
        let face = if names_one { Face { fill: theme::playing(), ink: theme::ink(), ..plain } } else { plain };
        let help = match (self.way, there) {
            (Way::Import, _) => "Takes the mapping in this file over. A file with a mistake changes nothing.",
            (Way::Export, false) => "Writes the mapping to this file.",
            (Way::Export, true) => "Writes the mapping in the place of the file that is there.",
            (Way::Folder, _) => "OSC may load from this folder from now on.",
        };
        let pressed = button(ui, take, ids::once("files take"), face).on_hover_text(help).clicked() || entered;
        let face = Face::plain("Close").with_sign(Sign::Cross);
        let close = button(ui, close, ids::once("files close"), face);
        let closed = close.on_hover_text("Back, with nothing taken. Key: Escape.").clicked()
            || ui.input(|input| input.key_pressed(Key::Escape));
        match (pressed && names_one, closed) {
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
