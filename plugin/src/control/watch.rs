//! What the editor sees only while it looks: the action log, and its export to a file.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use echelon_engine::console::Console;
use echelon_engine::log::{LogEntry, Outcome};

use crate::view::{LogLine, LogOutcome, SharedView};

/// The newest entries are shown, this many.
const SHOWN: usize = 200;
/// Not more often than this. Seconds.
const EVERY_SECS: f64 = 0.1;

/// Publishes the log. Control thread.
#[derive(Debug, Default)]
pub(super) struct LogWatch {
    next_secs: f64,
}

impl LogWatch {
    /// Once a turn. While nobody looks it costs nothing.
    pub(super) fn turn(&mut self, console: &Console, view: &SharedView, now_secs: f64) {
        if view.take_export() {
            export(console, view);
        }
        if now_secs < self.next_secs || !view.take_watch() {
            return;
        }
        self.next_secs = now_secs + EVERY_SECS;
        let lines: Arc<[LogLine]> = console.log().entries().rev().take(SHOWN).map(line).collect();
        view.update(|view| view.log = lines);
    }
}

fn line(entry: &LogEntry) -> LogLine {
    let words = match (&entry.what, &entry.host) {
        (Some(action), _) => words(action),
        (None, Some(host)) => {
            host.deck.map_or_else(|| host.kind.verb().to_owned(), |deck| format!("{} deck={deck}", host.kind.verb()))
        }
        (None, None) => "a value that is no number".to_owned(),
    };
    let (outcome, why) = match &entry.outcome {
        Outcome::Open => (LogOutcome::Open, String::new()),
        Outcome::Done => (LogOutcome::Done, done(entry)),
        Outcome::Refused { text, .. } => (LogOutcome::Refused, text.clone()),
        Outcome::Cancelled => (LogOutcome::Gone, "taken back or replaced".to_owned()),
        Outcome::Expired => (LogOutcome::Gone, "its time passed".to_owned()),
    };
    LogLine { number: entry.number, beat: entry.asked_beat, source: entry.source, words, outcome, why }
}

/// On which beat, and how exactly.
fn done(entry: &LogEntry) -> String {
    entry.fired.last().map_or_else(String::new, |fired| match fired.error_frames {
        0 => format!("on beat {:.2}, on its frame", fired.beat),
        frames => format!("on beat {:.2}, {frames} frames late", fired.beat),
    })
}

/// An action as its name and values: `play_deck deck=a`.
fn words(action: &echelon_engine::action::Action) -> String {
    let Ok(serde_json::Value::Object(fields)) = serde_json::to_value(action) else { return String::new() };
    // A path that is no text has what can be read of it beside.
    let read = |value: &serde_json::Value| value.as_str().or_else(|| value.get("text")?.as_str()).map(str::to_owned);
    let plain = |value: &serde_json::Value| read(value).unwrap_or_else(|| value.to_string());
    let mut text = fields.get("action").map_or_else(String::new, plain);
    for (name, value) in fields.iter().filter(|(name, _)| *name != "action") {
        text.push_str(&format!(" {name}={}", plain(value)));
    }
    text
}

/// Writes the whole log beside the person's own files, and says where.
fn export(console: &Console, view: &SharedView) {
    let secs = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let folder = std::env::home_dir().filter(|home| home.is_dir()).unwrap_or_else(std::env::temp_dir);
    let path = folder.join(format!("echelon-log-{secs}.jsonl"));
    let mut text = Vec::new();
    let copied = console.log().write_to(&mut text);
    let view = view.clone();
    // The disk may be slow; the control thread has other things to do.
    let write = move || view.tell(None, said(&path, copied.and_then(|()| crate::whole_file::write(&path, &text))));
    drop(std::thread::Builder::new().name("echelon-export".to_owned()).spawn(write));
}

fn said(path: &Path, result: std::io::Result<()>) -> String {
    match result {
        Ok(()) => format!("the action log was written to {}", path.display()),
        Err(error) => format!("the action log could not be written to {}: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::action::{Action, ActionQueue, ActionTiming, Request, Turn};
    use echelon_engine::rig::{Rig, RigConfig};
    use echelon_engine::safety::Source;
    use echelon_engine::units::DeckId;

    #[test]
    fn the_log_is_seen_only_by_those_who_look() {
        let (mut console, _processor) = Rig::new(RigConfig::new(48_000.0)).unwrap();
        let (mut sender, receiver) = ActionQueue::new(ActionQueue::DEFAULT_CAPACITY);
        console.connect(receiver);
        let play = Action::PlayDeck { deck: DeckId::B, position_secs: None };
        sender.send(Request::new(Source::Editor, play, ActionTiming::Default)).unwrap();
        console.tick(&mut Turn { now_secs: 1.0, ..Turn::default() });
        let (mut watch, view) = (LogWatch::default(), SharedView::default());
        watch.turn(&console, &view, 1.0);
        assert!(view.read().log.is_empty(), "nobody looks");
        view.watch();
        watch.turn(&console, &view, 1.1);
        let log = view.read().log;
        assert_eq!((log[0].words.as_str(), log[0].outcome), ("play_deck deck=b", LogOutcome::Refused));
        assert!(log[0].why.contains("deck B is empty"), "{}", log[0].why);
        view.watch();
        watch.turn(&console, &view, 1.15);
        assert!(Arc::ptr_eq(&view.read().log, &log), "ten times a second is enough");
    }
}
