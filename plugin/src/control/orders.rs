//! What the editor asks of this side beside actions, and what it sees of MIDI while it looks. Control thread.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use echelon_engine::units::NUM_DECKS;

use super::bell::Bell;
use crate::input::midi::MidiDesk;
use crate::media::analyse::Analysis;
use crate::media::{AnalysisCache, Shelf, TagShelf};
use crate::view::{MidiOrder, RigView, SharedView, ShelfOrder};

/// MIDI is shown not more often than this. Seconds.
const EVERY_SECS: f64 = 0.04;
/// No mapping is larger.
const MOST_BYTES: u64 = 1 << 20;

/// Publishes what MIDI does while a page shows it.
#[derive(Debug, Default)]
pub(super) struct MidiWatch {
    next_secs: f64,
}

impl MidiWatch {
    /// Once a turn. While nobody looks it costs nothing.
    pub(super) fn turn(&mut self, desk: &MidiDesk, view: &SharedView, now_secs: f64) {
        if now_secs < self.next_secs || !view.take_watch_midi() {
            return;
        }
        self.next_secs = now_secs + EVERY_SECS;
        let seen = desk.view();
        view.update(|view| {
            if *view.midi != seen {
                view.midi = Arc::new(seen);
            }
        });
    }
}

/// The shelf, and which files of the decks it knows of. Control thread.
#[derive(Debug)]
pub(super) struct ShelfDesk {
    shelf: Option<Shelf>,
    tags: TagShelf,
    /// What was noted last of each deck.
    noted: [Option<Arc<Analysis>>; NUM_DECKS],
}

impl ShelfDesk {
    /// Without a cache no more is known of a file than it says of itself.
    pub(super) fn new(cache: Option<AnalysisCache>, bell: Bell) -> Self {
        let rung = bell.clone();
        let shelf = cache.map(|cache| Shelf::new(cache, move || rung.ring()));
        Self { shelf, tags: TagShelf::new(move || bell.ring()), noted: Default::default() }
    }

    /// Once a turn: notes what is on the decks, shows what was found.
    pub(super) fn turn(&mut self, view: &mut RigView) {
        if let Some(news) = self.tags.news() {
            view.tags = Arc::new(news);
        }
        let Some(shelf) = &mut self.shelf else { return };
        for (noted, track) in self.noted.iter_mut().zip(&view.tracks) {
            let (Some(found), Some(path)) = (track.found(), &track.path) else { continue };
            if noted.as_ref().is_some_and(|noted| Arc::ptr_eq(noted, found)) {
                continue;
            }
            shelf.note(path.clone(), found.content);
            *noted = Some(found.clone());
        }
        if let Some(news) = shelf.news() {
            view.shelf = Arc::new(news);
        }
    }

    /// Does what the editor wants.
    pub(super) fn carry_out(&mut self, order: ShelfOrder) {
        match (order, &mut self.shelf) {
            (ShelfOrder::Tags(files), _) => self.tags.soon(files),
            (ShelfOrder::TagList(files), _) => self.tags.list(files),
            (ShelfOrder::Look(files), Some(shelf)) => shelf.look(files),
            (ShelfOrder::Analyse(files), Some(shelf)) => shelf.analyse(files),
            (ShelfOrder::Preview(file), Some(shelf)) => shelf.preview(file),
            (ShelfOrder::Stop, Some(shelf)) => shelf.stop_analysing(),
            (_, None) => {}
        }
    }
}

/// Does it; what cannot be done is told in a sentence.
pub(super) fn carry_out(order: MidiOrder, desk: &MidiDesk, view: &SharedView) {
    let said = match order {
        MidiOrder::Learn { to, shift } => desk.start_learn(&to, shift),
        MidiOrder::StopLearn => {
            desk.stop_learn();
            Ok(())
        }
        MidiOrder::Keep { replaces } => desk.keep(replaces),
        MidiOrder::Add(line) => desk.add(line),
        MidiOrder::Set(place, line) => desk.set_line(place, line),
        MidiOrder::Remove(place) => desk.remove(place),
        MidiOrder::LoadShipped(name) => desk.load_shipped(&name),
        MidiOrder::Undo => {
            // Nothing to undo is nothing to complain of.
            let _ = desk.undo();
            Ok(())
        }
        MidiOrder::Lights(on) => {
            desk.set_lights(on);
            Ok(())
        }
        MidiOrder::SendLights => {
            desk.send_lights();
            Ok(())
        }
        MidiOrder::Import(path) => return import(path, desk.clone(), view.clone()),
        MidiOrder::Export(path) => return export(path, desk, view.clone()),
    };
    if let Err(error) = said {
        view.tell(None, error.to_string());
    }
}

/// Reads a file, which may be slow, beside the control thread.
fn import(path: PathBuf, desk: MidiDesk, view: SharedView) {
    let read = move || {
        let said = match read_some(&path) {
            Err(error) => format!("the mapping {} cannot be read: {error}", path.display()),
            Ok(text) => match desk.import(&text) {
                Err(error) => format!("the mapping {} cannot be taken over: {error}", path.display()),
                Ok(()) => return,
            },
        };
        view.tell(None, said);
    };
    drop(std::thread::Builder::new().name("echelon-import".to_owned()).spawn(read));
}

fn read_some(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Writes the mapping as it is now, beside the control thread, and says where it is.
fn export(path: PathBuf, desk: &MidiDesk, view: SharedView) {
    let text = desk.export();
    let write = move || {
        let said = match crate::whole_file::write(&path, text.as_bytes()) {
            Ok(()) => format!("the mapping was written to {}", path.display()),
            Err(error) => format!("the mapping could not be written to {}: {error}", path.display()),
        };
        view.tell(None, said);
    };
    drop(std::thread::Builder::new().name("echelon-export".to_owned()).spawn(write));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    /// Waits, not for ever, until something is so.
    fn until(what: &str, mut so: impl FnMut() -> bool) {
        let began = Instant::now();
        while !so() {
            assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
            std::thread::yield_now();
        }
    }

    #[test]
    fn midi_is_seen_only_by_those_who_look() {
        let (desk, view, mut watch) = (MidiDesk::default(), SharedView::default(), MidiWatch::default());
        desk.load_shipped("Akai APC mini").unwrap();
        watch.turn(&desk, &view, 1.0);
        assert!(view.read().midi.lines.is_empty());
        view.watch_midi();
        watch.turn(&desk, &view, 1.1);
        let seen = view.read().midi;
        assert_eq!(seen.name, "Akai APC mini");
        view.watch_midi();
        watch.turn(&desk, &view, 1.2);
        assert!(Arc::ptr_eq(&view.read().midi, &seen), "nothing new is not shown anew");
    }

    #[test]
    fn a_mapping_goes_to_a_file_and_comes_back() {
        let (desk, view) = (MidiDesk::default(), SharedView::default());
        let path = std::env::temp_dir().join(format!("echelon-mapping-{}.json", std::process::id()));
        carry_out(MidiOrder::LoadShipped("Korg nanoKONTROL2".to_owned()), &desk, &view);
        carry_out(MidiOrder::Export(path.clone()), &desk, &view);
        until("written", || view.read().notice.is_some_and(|notice| notice.text.contains("was written to")));
        let whole = desk.map();
        carry_out(MidiOrder::Remove(0), &desk, &view);
        assert_ne!(desk.map(), whole);
        carry_out(MidiOrder::Import(path.clone()), &desk, &view);
        until("read", || desk.map() == whole);
        std::fs::write(&path, "{ \"echelon_midi\": 1").unwrap();
        carry_out(MidiOrder::Import(path.clone()), &desk, &view);
        until("refused", || view.read().notice.is_some_and(|notice| notice.text.contains("cannot be taken over")));
        std::fs::remove_file(&path).unwrap();
        carry_out(MidiOrder::Import(path), &desk, &view);
        until("missing", || view.read().notice.is_some_and(|notice| notice.text.contains("cannot be read")));
        assert_eq!(desk.map(), whole);
    }

    #[test]
    fn what_cannot_be_done_is_told() {
        let (desk, view) = (MidiDesk::default(), SharedView::default());
        carry_out(MidiOrder::Learn { to: "deck/z/fly".to_owned(), shift: None }, &desk, &view);
        assert!(view.read().notice.unwrap().text.contains("nothing that can be mapped"));
        carry_out(MidiOrder::Remove(9999), &desk, &view);
        assert!(view.read().notice.unwrap().text.contains("no line 9999"));
    }
}
