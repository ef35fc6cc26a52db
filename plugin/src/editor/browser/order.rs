//! Which files are shown, in which order, and what must be asked about them for that.

use std::path::PathBuf;

use super::Browser;
use crate::editor::files::Entry;
use crate::editor::library::Known;
use crate::editor::{columns, theme};
use crate::view::{Order, ShelfOrder};

impl Browser {
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let files = self.place.listing().entries.iter().filter(|entry| !entry.is_folder);
        files.map(|entry| entry.path.clone()).collect()
    }

    /// The order, or what is searched, goes by the tags of files that are out of sight, too.
    pub(super) fn wants_all_tags(&self) -> bool {
        self.sort.wants_tags() || !self.filter.trim().is_empty()
    }

    /// Puts the list in order if what that goes by is another. While tags are read it stays as it is, or rows would jump
    /// away from the pointer: once all are there it is put in order.
    pub(super) fn keep_in_order(&mut self, known: &Known) {
        let has_facts = self.sort.wants_facts() && self.known.0 != known.count();
        let has_tags = self.wants_all_tags() && self.known.1 != known.rounds();
        if std::mem::take(&mut self.stale) {
            self.refilter(known);
            self.follow = true;
        } else if has_facts || has_tags {
            let top = self.chosen.map(place_of);
            let in_sight = |top: f32| top >= self.scrolled && top + theme::ROW <= self.scrolled + self.height;
            // Who looks elsewhere in the list goes on doing so.
            let follow = top.is_some_and(in_sight);
            self.refilter(known);
            self.follow |= follow;
        }
    }

    pub(super) fn refilter(&mut self, known: &Known) {
        let chosen = self.chosen.and_then(|row| self.entry(row)).map(|entry| entry.path.clone());
        let wanted = self.filter.to_lowercase();
        let entries = &self.place.listing().entries;
        let passes = |entry: &Entry| {
            let (title, artist) = (known.title(&entry.path).unwrap_or(""), known.artist(&entry.path).unwrap_or(""));
            let told = format!("{}\n{title}\n{artist}", entry.name).to_lowercase();
            wanted.split_whitespace().all(|word| told.contains(word))
        };
        let is_searched = !wanted.trim().is_empty();
        let shown = (0..entries.len()).filter(|index| !is_searched || passes(&entries[*index])).collect();
        self.shown = columns::arranged(shown, entries, self.sort, known);
        self.folders = self.shown.iter().take_while(|index| entries[**index].is_folder).count();
        self.chosen = chosen.and_then(|path| self.shown.iter().position(|index| entries[*index].path == path));
        self.known = (known.count(), known.rounds());
    }

    /// Once for a folder, when it is seen that they are needed.
    pub(super) fn ask_for_all_tags(&mut self) {
        if self.wants_all_tags() && !std::mem::replace(&mut self.asked_all, true) {
            self.wanted.push(Order::Shelf(ShelfOrder::TagList(self.files())));
        }
    }

    /// Of the rows in sight, once.
    pub(super) fn ask_for_tags(&mut self, rows: std::ops::Range<usize>) {
        let entries = &self.place.listing().entries;
        let mut files = vec![];
        for index in self.shown.get(rows).unwrap_or_default() {
            if !entries[*index].is_folder && !std::mem::replace(&mut self.asked[*index], true) {
                files.push(entries[*index].path.clone());
            }
        }
        if !files.is_empty() {
            self.wanted.push(Order::Shelf(ShelfOrder::Tags(files)));
        }
    }
}

/// Where a row begins in the list. Rows are few enough (`files::MAX_ENTRIES`) to be exact.
pub(super) fn place_of(row: usize) -> f32 {
    theme::points(u32::try_from(row).unwrap_or(u32::MAX)) * theme::ROW
}
