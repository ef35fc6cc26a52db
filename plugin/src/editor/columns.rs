//! The columns of the library's list: where each stands, the headings, and the order that a click on one makes.

use std::cmp::Ordering;

use egui::{Align2, Rect, Sense, Ui, WidgetInfo};

use super::files::{Entry, sort_key};
use super::layout::{cut_left, cut_right};
use super::library::Known;
use super::{harmony, ids, shapes, text, theme};

/// Height of the headings.
pub const HEADINGS: f32 = 20.0;
/// Widths of what is as wide in any window: sign, tempo and how it fits, key and how it fits, length.
const ICON: f32 = 18.0;
const TEMPO: [f32; 2] = [54.0, 82.0];
const KEY: [f32; 2] = [36.0, 66.0];
const LENGTH: f32 = 62.0;
/// The part of the rest that names have; artists have what is left.
const NAMES: f32 = 0.6;

/// Behind a heading: nothing, or which way the order goes.
const MARKS: [&str; 3] = ["", " ▲", " ▼"];

/// What is told of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// The title of its tags, or its name.
    Name,
    /// Who made it.
    Artist,
    /// How fast it is.
    Tempo,
    /// In what key it is.
    Key,
    /// How long it is.
    Length,
}

impl Column {
    /// Every column, from the left.
    pub const ALL: [Self; 5] = [Self::Name, Self::Artist, Self::Tempo, Self::Key, Self::Length];

    /// Its heading.
    const fn word(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Artist => "Artist",
            Self::Tempo => "Tempo",
            Self::Key => "Key",
            Self::Length => "Length",
        }
    }

    /// The name of its heading among the browser's controls.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Name => "by name",
            Self::Artist => "by artist",
            Self::Tempo => "by tempo",
            Self::Key => "by key",
            Self::Length => "by length",
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Name => {
                "Sorts by name: the title in the file, or the file's own name. Once more turns the order round."
            }
            Self::Artist => "Sorts by the artist in the file. Once more turns the order round.",
            Self::Tempo => {
                "Sorts by tempo, which is known of tracks that were analysed. Once more turns the order round."
            }
            Self::Key => {
                "Sorts by key, round the wheel of fifths: neighbours fit. It is known of tracks that were analysed. Once more \
                 turns the order round."
            }
            Self::Length => "Sorts by length. Once more turns the order round.",
        }
    }

    const fn place(self, places: &Places) -> Rect {
        match self {
            Self::Name => Rect { min: places.icon.min, max: places.name.max },
            Self::Artist => places.artist,
            Self::Tempo => Rect { min: places.tempo.min, max: places.bent.max },
            Self::Key => Rect { min: places.key.min, max: places.fit.max },
            Self::Length => places.length,
        }
    }
}

/// The order of the files; folders come first in any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub column: Column,
    /// The last one first.
    pub is_down: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { column: Column::Name, is_down: false }
    }
}

impl Sort {
    /// After a click on a heading.
    #[must_use]
    pub fn clicked(self, column: Column) -> Self {
        Self { column, is_down: self.column == column && !self.is_down }
    }

    /// The tags of every file have a say in it.
    #[must_use]
    pub const fn wants_tags(self) -> bool {
        matches!(self.column, Column::Name | Column::Artist | Column::Length)
    }

    /// Analyses have.
    #[must_use]
    pub const fn wants_facts(self) -> bool {
        matches!(self.column, Column::Tempo | Column::Key | Column::Length)
    }
}

/// The places of a row.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// File, folder or headphones.
    pub icon: Rect,
    /// Title or name.
    pub name: Rect,
    /// Who made it.
    pub artist: Rect,
    /// In BPM.
    pub tempo: Rect,
    /// How far that is from what is heard.
    pub bent: Rect,
    /// On the wheel.
    pub key: Rect,
    /// Whether that goes with what is heard.
    pub fit: Rect,
    /// In minutes and seconds.
    pub length: Rect,
}

impl Places {
    /// Of a row.
    #[must_use]
    pub fn of(row: Rect) -> Self {
        let (icon, rest) = cut_left(row.shrink2(egui::vec2(6.0, 0.0)), ICON);
        let (rest, length) = cut_right(rest, LENGTH);
        let (rest, fit) = cut_right(rest, KEY[1]);
        let (rest, key) = cut_right(rest, KEY[0]);
        let (rest, bent) = cut_right(rest, TEMPO[1]);
        let (rest, tempo) = cut_right(rest, TEMPO[0]);
        let (name, artist) = cut_left(rest, rest.width() * NAMES);
        Self { icon, name, artist, tempo, bent, key, fit, length }
    }
}

/// Draws the headings. Returns the order that was clicked.
pub fn show_headings(ui: &Ui, row: Rect, sort: Sort) -> Option<Sort> {
    let places = Places::of(row);
    let mut chosen = None;
    for column in Column::ALL {
        let rect = column.place(&places).with_min_y(row.top()).with_max_y(row.bottom());
        let is_chosen = sort.column == column;
        let (word, mark) = (column.word(), MARKS[usize::from(is_chosen) * (1 + usize::from(sort.is_down))]);
        let response = ui.interact(rect, ids::browser(column.id()), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, format!("{word}{mark}")));
        let fill = if response.hovered() { theme::hovered() } else { theme::raised() };
        ui.painter().rect_filled(rect.expand2(egui::vec2(3.0, 0.0)), 2, fill);
        if response.has_focus() {
            shapes::outline(ui.painter(), rect.expand2(egui::vec2(2.0, -1.0)), theme::text());
        }
        let align = if column == Column::Length { Align2::RIGHT_CENTER } else { Align2::LEFT_CENTER };
        let ink = if is_chosen { theme::text() } else { theme::text_dim() };
        text::marked(ui, rect.shrink2(egui::vec2(2.0, 0.0)), (word, mark), 12.0, ink, align);
        if response.clicked() {
            chosen = Some(sort.clicked(column));
        }
        response.on_hover_text(column.help());
    }
    chosen
}

/// What an entry is sorted by.
enum Value {
    Text(String),
    Number(f64),
}

impl Value {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Text(_), Self::Number(_)) => Ordering::Less,
            (Self::Number(_), Self::Text(_)) => Ordering::Greater,
        }
    }
}

fn value(entry: &Entry, column: Column, known: &Known) -> Option<Value> {
    if entry.is_folder {
        return (column == Column::Name).then(|| Value::Text(sort_key(&entry.name)));
    }
    let path = &entry.path;
    match column {
        Column::Name => Some(Value::Text(sort_key(known.title(path).unwrap_or(&entry.name)))),
        Column::Artist => known.artist(path).map(|artist| Value::Text(sort_key(artist))),
        Column::Tempo => known.of(path)?.bpm.map(Value::Number),
        Column::Key => known.of(path)?.key.map(|key| {
            let (hour, is_major) = harmony::order(key);
            Value::Number(f64::from(hour * 2 + u8::from(is_major)))
        }),
        Column::Length => known.secs(path).map(Value::Number),
    }
}

/// Puts entries, which are by name, in order: folders first, and behind the others what nothing is known of.
#[must_use]
pub fn arranged(shown: Vec<usize>, entries: &[Entry], sort: Sort, known: &Known) -> Vec<usize> {
    let keyed = |index: usize| (!entries[index].is_folder, value(&entries[index], sort.column, known), index);
    let mut keyed: Vec<_> = shown.into_iter().map(keyed).collect();
    keyed.sort_by(|(is_file, one, index), (other_is_file, other, other_index)| {
        let by_value = match (one, other) {
            (Some(one), Some(other)) if sort.is_down => other.order(one),
            (Some(one), Some(other)) => one.order(other),
            (one, other) => other.is_some().cmp(&one.is_some()),
        };
        is_file.cmp(other_is_file).then(by_value).then(index.cmp(other_index))
    });
    keyed.into_iter().map(|(.., index)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_click_turns_the_order_round_and_another_column_begins_from_its_first() {
        let artist = Sort::default().clicked(Column::Artist);
        assert_eq!(artist, Sort { column: Column::Artist, is_down: false });
        assert!(
            artist.clicked(Column::Artist).is_down && !artist.clicked(Column::Artist).clicked(Column::Artist).is_down
        );
        assert!(!artist.clicked(Column::Artist).clicked(Column::Key).is_down);
        assert!(Sort::default().clicked(Column::Name).is_down);
    }

    #[test]
    fn columns_stand_side_by_side_in_any_width() {
        for width in [900.0, 1048.0, 1230.0, 3800.0] {
            let row = Rect::from_min_size(egui::pos2(3.0, 5.0), egui::vec2(width, theme::ROW));
            let at = Places::of(row);
            let all = [at.icon, at.name, at.artist, at.tempo, at.bent, at.key, at.fit, at.length];
            assert!(all.iter().all(|place| row.contains_rect(*place) && place.width() > 15.0), "{at:?}");
            assert!(all.windows(2).all(|pair| pair[0].right() < pair[1].left()), "{at:?}");
            assert!(at.artist.width() > 200.0 || width < 1000.0);
        }
    }
}
