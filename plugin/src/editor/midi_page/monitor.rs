//! What comes in, the newest above, and what each message did.

use std::sync::Arc;

use egui::{Align2, Rect, Ui, vec2};

use super::facts::may_meet;
use crate::editor::layout::{cut_top, share};
use crate::editor::{form, text, theme};
use crate::input::midi::{MapSource, MidiView, parse_source};

const ROW: f32 = 18.0;

/// The rows, made anew only when something came.
#[derive(Debug, Default)]
pub struct Monitor {
    seen: Option<Arc<MidiView>>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    words: String,
    did: String,
    is_mapped: bool,
}

impl Monitor {
    /// Draws it.
    pub fn show(&mut self, ui: &Ui, rect: Rect, midi: &Arc<MidiView>) {
        if !self.seen.as_ref().is_some_and(|seen| Arc::ptr_eq(seen, midi)) {
            self.rows = midi.monitor.iter().map(|(words, is_mapped)| row(words, *is_mapped, midi)).collect();
            self.seen = Some(midi.clone());
        }
        let rest = form::panel(ui, rect, "Monitor");
        let counts = &midi.counts;
        let (head, list) = cut_top(rest, 16.0);
        let words = format!("{} came, {} did nothing, {} lights sent", counts.received, counts.unmapped, counts.sent);
        text::fit(ui, head, &words, 12.0, theme::text_dim(), Align2::LEFT_CENTER);
        ui.painter().rect_filled(list, 3, theme::well());
        if self.rows.is_empty() {
            let words = "Nothing came yet. Route a controller to the plugin's MIDI input in your DAW.";
            let place = list.shrink(8.0);
            text::paragraph(ui, place, words, theme::words(12.5), theme::text_dim(), Align2::CENTER_CENTER);
            return;
        }
        let mut rest = list.shrink2(vec2(6.0, 4.0));
        for row in &self.rows {
            if rest.height() < ROW {
                break;
            }
            let place = rest.with_max_y(rest.top() + ROW);
            rest = rest.with_min_y(place.bottom());
            let [words, did] = share(place, 6.0, [1.0, 1.1]);
            text::fit(ui, words, &row.words, 12.0, theme::text(), Align2::LEFT_CENTER);
            let ink = if row.is_mapped { theme::playing() } else { theme::text_dim() };
            text::fit(ui, did, &row.did, 12.0, ink, Align2::LEFT_CENTER);
        }
    }
}

fn row(words: &str, is_mapped: bool, midi: &MidiView) -> Row {
    let did = if is_mapped { did(words, midi) } else { "nothing".to_owned() };
    Row { words: words.to_owned(), did, is_mapped }
}

/// The control of a message: `note 1 36 on 100` is of `note 1 36`.
fn source(words: &str) -> Option<MapSource> {
    let end = [" on ", " off", " = "].iter().filter_map(|part| words.find(part)).min().unwrap_or(words.len());
    parse_source(&words[..end]).ok()
}

/// What the lines of its control do.
fn did(words: &str, midi: &MidiView) -> String {
    let Some(source) = source(words) else { return "something".to_owned() };
    let meets = |from: MapSource| may_meet(from, source) && from.meets(source);
    let mut labels = midi.lines.iter().filter(|line| meets(line.line.from)).map(|line| line.label.as_str());
    match (labels.next(), labels.count()) {
        (None, _) => "part of a longer message".to_owned(),
        (Some(label), 0) => label.to_owned(),
        (Some(label), more) => format!("{label} +{more}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::midi::{MidiDesk, message_words};

    #[test]
    fn a_message_is_known_by_its_control() {
        for (bytes, control) in [
            ([0x90, 36, 100], "note 1 36"),
            ([0x81, 37, 0], "note 2 37"),
            ([0xB0, 7, 64], "cc 1 7"),
            ([0xE2, 0, 64], "bend 3"),
            ([0xC0, 5, 0], "program 1 5"),
            ([0xD0, 5, 0], "pressure 1"),
            ([0xA0, 36, 5], "keypressure 1 36"),
        ] {
            assert_eq!(source(&message_words(bytes)), parse_source(control).ok(), "{control}");
        }
    }

    #[test]
    fn the_monitor_says_what_a_message_did() {
        let midi = MidiDesk::default().view();
        assert_eq!(did(&message_words([0x95, 36, 100]), &midi), "Deck A Play");
        assert_eq!(row("note 1 90 on 1", false, &midi).did, "nothing");
    }
}
