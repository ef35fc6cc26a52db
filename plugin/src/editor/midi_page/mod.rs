//! The MIDI page: the mapping's lines, learning, what one line does in detail, and what comes in.

mod facts;
mod learn;
mod line_form;
mod lines;
mod monitor;

use std::path::PathBuf;

use egui::{Rect, Ui};

use super::file_panel::{FilePanel, Reply, Way};
use super::folders::Folders;
use super::layout::{cut_left, cut_top};
use crate::view::{Act, MidiOrder, Order, RigView};
use facts::Facts;
use learn::Learn;
use monitor::Monitor;

/// What the page remembers.
#[derive(Debug, Default)]
pub struct MidiPage {
    facts: Facts,
    learn: Learn,
    monitor: Monitor,
    /// The line whose settings are shown.
    chosen: Option<usize>,
    files: Option<FilePanel>,
    /// Where a file was last read or written.
    folder: Option<PathBuf>,
}

/// Asks the MIDI desk for something.
fn order(act: &mut dyn Act, order: MidiOrder) {
    act.order(Order::Midi(order));
}

impl MidiPage {
    /// Whether a folder is being read for it.
    pub fn is_reading(&self) -> bool {
        self.files.as_ref().is_some_and(FilePanel::is_reading)
    }

    /// Draws the page.
    pub fn show(&mut self, ui: &mut Ui, rect: Rect, view: &RigView, folders: &mut Folders, act: &mut dyn Act) {
        act.watch_midi();
        let midi = &view.midi;
        self.facts.update(midi);
        // Something to see at once: what a line can be.
        let first = (!midi.lines.is_empty()).then_some(0);
        self.chosen = self.chosen.filter(|chosen| *chosen < midi.lines.len()).or(first);
        let (left, right) = cut_left(rect, rect.width() * 0.52);
        self.show_left(ui, left, view, folders, act);
        let (learn, rest) = cut_top(right, 218.0);
        self.learn.show(ui, learn, midi, act);
        let (form, monitor) = cut_left(rest, rest.width() * 0.56);
        line_form::show(ui, form, midi, self.chosen, &self.facts, act);
        self.monitor.show(ui, monitor, midi);
    }

    /// The lines, or the files while one is looked for.
    fn show_left(&mut self, ui: &mut Ui, rect: Rect, view: &RigView, folders: &mut Folders, act: &mut dyn Act) {
        let Some(files) = &mut self.files else {
            if let Some(way) = lines::show(ui, rect, &view.midi, &self.facts, &mut self.chosen, act) {
                self.files = Some(FilePanel::open(way, self.folder.clone(), &view.midi.name));
            }
            return;
        };
        let reply = files.show(ui, rect, folders);
        if reply == Reply::Stay {
            return;
        }
        self.folder = files.folder();
        let way = files.way;
        self.files = None;
        if let Reply::Take(path) = reply {
            order(act, if way == Way::Import { MidiOrder::Import(path) } else { MidiOrder::Export(path) });
        }
    }
}
