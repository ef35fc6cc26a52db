//! Rows of a settings page: a name, what it is now, and how to change it.

use egui::{Align2, Id, Rect, Sense, StrokeKind, Ui};

use super::button::{Face, button};
use super::layout::{cut_left, cut_right, cut_top};
use super::{choice, ids, text, theme};

/// Where egui's memory says that a row had no room: tests look there.
pub const LEFT_OUT: &str = "a row was left out";
/// Height of a row.
const ROW: f32 = 26.0;
/// Of one where there are many.
const DENSE: f32 = 21.5;
/// Of small words.
const NOTE: f32 = 13.0;

/// A column of rows in a panel, filled from the top. What no longer fits is left out.
pub struct Form<'a> {
    ui: &'a Ui,
    rest: Rect,
    /// How much of the width names take.
    names: f32,
    /// Height of a row.
    row: f32,
}

/// A panel with a title. Gives what is left of it.
pub fn panel(ui: &Ui, rect: Rect, title: &str) -> Rect {
    ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    ui.painter().rect_stroke(rect, theme::ROUND, theme::hairline(theme::line()), StrokeKind::Inside);
    let (head, rest) = cut_top(rect.shrink(10.0), 20.0);
    text::line(ui, head, title, theme::words(15.0), theme::text(), Align2::LEFT_CENTER);
    rest
}

impl<'a> Form<'a> {
    /// An empty one with a title.
    #[must_use]
    pub fn new(ui: &'a Ui, rect: Rect, title: &str, names: f32) -> Self {
        Self { ui, rest: panel(ui, rect, title), names, row: ROW }
    }

    /// With lower rows: for many.
    #[must_use]
    pub const fn dense(self) -> Self {
        Self { row: DENSE, ..self }
    }

    /// What is left below the last row.
    #[must_use]
    pub const fn rest(&self) -> Rect {
        self.rest
    }

    /// The next row's name is written; gives the place of its control.
    fn row(&mut self, name: &str, help: &str) -> Option<Rect> {
        if self.rest.height() < self.row {
            self.ui.data_mut(|data| data.insert_temp(ids::once(LEFT_OUT), true));
            return None;
        }
        let (row, rest) = cut_top(self.rest, self.row);
        self.rest = rest.with_min_y(row.bottom() + self.row / 9.0);
        let (left, right) = cut_left(row, row.width() * self.names);
        text::fit(self.ui, left, name, 13.0, theme::text_dim(), Align2::LEFT_CENTER);
        if !help.is_empty() {
            let id = self.ui.scope_id().with(("form", name));
            self.ui.interact(left, id, Sense::hover()).on_hover_text(help);
        }
        Some(right)
    }

    /// A row for a control of the page's own: its place.
    pub fn place(&mut self, name: &str, help: &str) -> Option<Rect> {
        self.row(name, help)
    }

    /// A line of words.
    pub fn words(&mut self, words: &str) {
        if self.rest.height() < 18.0 {
            self.ui.data_mut(|data| data.insert_temp(ids::once(LEFT_OUT), true));
            return;
        }
        let (row, rest) = cut_top(self.rest, 18.0);
        self.rest = rest.with_min_y(row.bottom() + 2.0);
        text::line(self.ui, row, words, theme::words(12.5), theme::text_dim(), Align2::LEFT_CENTER);
    }

    /// Small words below the control of the row before.
    pub fn note(&mut self, words: &str) {
        if self.rest.height() < NOTE {
            self.ui.data_mut(|data| data.insert_temp(ids::once(LEFT_OUT), true));
            return;
        }
        let (row, rest) = cut_top(self.rest, NOTE);
        self.rest = rest.with_min_y(row.bottom() + self.row / 9.0);
        let (_, row) = cut_left(row, row.width() * self.names);
        text::fit(self.ui, row, words, 11.0, theme::text_dim(), Align2::LEFT_CENTER);
    }

    /// A value that cannot be changed here.
    pub fn value(&mut self, name: &str, value: &str, help: &str) {
        if let Some(rect) = self.row(name, help) {
            text::fit(self.ui, rect, value, 13.0, theme::text(), Align2::LEFT_CENTER);
        }
    }

    /// One of some words.
    pub fn choice(&mut self, id: Id, name: &str, words: &[&str], now: usize, help: &str) -> Option<usize> {
        let rect = self.row(name, help)?;
        let word = words.get(now).copied().unwrap_or("--");
        choice::show(self.ui, rect, id, words, now, Face::plain(word), help)
    }

    /// A number with a step down and up. `steps` are the values that the buttons go through.
    pub fn steps(&mut self, id: Id, name: &str, value: f64, steps: &[f64], unit: &str, help: &str) -> Option<f64> {
        let rect = self.row(name, help)?;
        let (down, rest) = cut_left(rect, 30.0);
        let (middle, up) = cut_right(rest, 30.0);
        let words = format!("{} {unit}", number(value));
        text::fit(self.ui, middle, words.trim_end(), 13.0, theme::text(), Align2::CENTER_CENTER);
        let pressed = |rect, word, part| {
            button(self.ui, rect, ids::entry(id, part), Face::plain(word)).on_hover_text(help).clicked()
        };
        let (less, more) = (pressed(down, "-", 0), pressed(up, "+", 1));
        if less {
            steps.iter().rev().copied().find(|step| *step < value - 1e-9)
        } else if more {
            steps.iter().copied().find(|step| *step > value + 1e-9)
        } else {
            None
        }
    }

    /// On or off.
    pub fn toggle(&mut self, id: Id, name: &str, on: bool, help: &str) -> Option<bool> {
        let chosen = self.choice(id, name, &["off", "on"], usize::from(on), help);
        chosen.map(|index| index == 1)
    }

    /// A button over the width.
    pub fn button(&mut self, id: Id, word: &str, help: &str) -> bool {
        let rect = self.row("", "");
        rect.is_some_and(|rect| button(self.ui, rect, id, Face::plain(word)).on_hover_text(help).clicked())
    }
}

/// Without needless digits.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
