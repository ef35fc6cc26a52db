//! The desk at which a person works on the mapping: list, learn, undo, import, export, monitor. Shared by the editor, the
//! control thread and the host's loads; never by the audio thread.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use echelon_engine::action::{ActionSender, Move, Request};
use echelon_engine::console::Console;
use echelon_engine::midi::{Assembler, MidiCounts, MidiHeard, MidiMessage, Reading};
use echelon_engine::safety::Source;
use serde_json::Value;

use super::learn::Heard;
use super::map::{MapLine, MapMode, MidiMap, To};
use super::recording::MidiLearn;
use super::words::{message_words, mode_word, source_words};
use super::{MapFileError, SavedMap, shipped};
use crate::input::ControlInput;

/// Messages that the monitor shows.
const MONITOR: usize = 32;
/// Changes that can be undone.
const UNDOS: usize = 64;

/// Why something could not be done at the desk. A sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeskError {
    /// No target has this name.
    #[error("\"{0}\" is nothing that can be mapped")]
    NoTarget(String),
    /// There is no such line.
    #[error("the mapping has no line {0}")]
    NoLine(usize),
    /// The mapping is full.
    #[error("the mapping is full: at most {} bindings", MidiMap::MAX_LINES)]
    Full,
    /// Nothing was learnt yet.
    #[error("nothing was learnt yet: move a control of the controller")]
    NothingLearnt,
    /// No such mapping comes with the plugin.
    #[error("there is no mapping \"{0}\"")]
    NoMap(String),
}

/// A line of the mapping, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct LineView {
    /// The line itself.
    pub line: MapLine,
    /// `note 1 36`.
    pub from: String,
    /// `deck/a/play`.
    pub to: String,
    /// `Deck A Play`.
    pub label: String,
    /// `button`.
    pub mode: &'static str,
}

impl LineView {
    fn of(line: &MapLine) -> Self {
        let (from, to, label) = (source_words(line.from), line.to.name(), line.to.label());
        Self { line: *line, from, to, label, mode: mode_word(line.mode) }
    }
}

/// How learning goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LearnView {
    /// Nobody learns.
    #[default]
    Off,
    /// It waits for a control to be moved, for this target.
    Waiting {
        /// The target's name.
        to: String,
        /// Messages of the burst so far.
        messages: usize,
    },
    /// A control was moved: [`MidiDesk::keep`] takes it, [`MidiDesk::stop_learn`] does not.
    Learned {
        /// The line that would come.
        line: LineView,
        /// Nothing else would have sent this.
        is_sure: bool,
        /// Lines that the same control works already.
        conflicts: Vec<usize>,
    },
}

/// Everything that a page about MIDI shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MidiView {
    /// The mapping's name.
    pub name: String,
    /// Where its facts are from.
    pub about: String,
    /// Whether lights are told.
    pub lights: bool,
    /// Its lines.
    pub lines: Vec<LineView>,
    /// How learning goes.
    pub learn: LearnView,
    /// The last messages, the newest first: their words, and whether a line takes them.
    pub monitor: Vec<(String, bool)>,
    /// What MIDI has done.
    pub counts: MidiCounts,
    /// Whether there is something to undo.
    pub can_undo: bool,
    /// The project's mapping, if it cannot be read, and why. It is saved as it is until the mapping is changed.
    pub damaged: Option<(String, String)>,
}

/// The desk. Clones are the same desk.
#[derive(Clone, Debug, Default)]
pub struct MidiDesk(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    map: MidiMap,
    /// The mapping is to go to the audio thread.
    is_new: bool,
    wants_lights: bool,
    undo: VecDeque<MidiMap>,
    /// The project's mapping and what is wrong with it.
    damaged: Option<(Value, String)>,
    learn: Option<MidiLearn>,
    monitor: VecDeque<MidiHeard>,
    counts: MidiCounts,
    /// What only the control side can do and found no room there.
    dropped: u64,
    elsewhere: Vec<MapLine>,
    assembler: Box<Assembler>,
}

impl MidiDesk {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is to see. Allocates.
    #[must_use]
    pub fn view(&self) -> MidiView {
        let inner = self.lock();
        let monitor = inner.monitor.iter().map(|heard| (message_words(heard.bytes), heard.is_mapped)).collect();
        MidiView {
            name: inner.map.name.clone(),
            about: inner.map.about.clone(),
            lights: inner.map.lights,
            lines: inner.map.lines.iter().map(LineView::of).collect(),
            learn: inner.learn_view(),
            monitor,
            counts: inner.counts,
            can_undo: !inner.undo.is_empty(),
            damaged: inner.damaged.as_ref().map(|(json, reason)| (format!("{json:#}"), reason.clone())),
        }
    }

    /// The mapping.
    #[must_use]
    pub fn map(&self) -> MidiMap {
        self.lock().map.clone()
    }

    /// Waits for a control to be moved, for the target of a name; with `shift` in its layer. Meanwhile MIDI does nothing.
    ///
    /// # Errors
    /// [`DeskError::NoTarget`].
    pub fn start_learn(&self, target: &str, shift: Option<bool>) -> Result<(), DeskError> {
        let to = To::named(target).ok_or_else(|| DeskError::NoTarget(target.to_owned()))?;
        let mut inner = self.lock();
        inner.learn = Some(MidiLearn::new(to).in_layer(shift));
        inner.is_new = true;
        Ok(())
    }

    /// Learns no longer; what was learnt is forgotten.
    pub fn stop_learn(&self) {
        let mut inner = self.lock();
        inner.is_new |= inner.learn.take().is_some();
    }

    /// Takes what was learnt into the mapping; `replaces` takes the lines out that the same control works.
    ///
    /// # Errors
    /// [`DeskError::NothingLearnt`], [`DeskError::Full`].
    pub fn keep(&self, replaces: bool) -> Result<(), DeskError> {
        let mut inner = self.lock();
        let line = inner.learn.as_ref().and_then(MidiLearn::line).ok_or(DeskError::NothingLearnt)?;
        let mut map = inner.map.clone();
        if replaces {
            map.lines.retain(|other| !other.meets(&line));
        }
        map.lines.push(line);
        inner.change(map)?;
        inner.learn = None;
        Ok(())
    }

    /// Adds a line.
    ///
    /// # Errors
    /// [`DeskError::Full`].
    pub fn add(&self, line: MapLine) -> Result<(), DeskError> {
        let mut inner = self.lock();
        let mut map = inner.map.clone();
        map.lines.push(line);
        inner.change(map)
    }

    /// Puts another line in the place of one.
    ///
    /// # Errors
    /// [`DeskError::NoLine`].
    pub fn set_line(&self, place: usize, line: MapLine) -> Result<(), DeskError> {
        let mut inner = self.lock();
        let mut map = inner.map.clone();
        *map.lines.get_mut(place).ok_or(DeskError::NoLine(place))? = line;
        inner.change(map)
    }

    /// Takes a line out.
    ///
    /// # Errors
    /// [`DeskError::NoLine`].
    pub fn remove(&self, place: usize) -> Result<(), DeskError> {
        let mut inner = self.lock();
        let mut map = inner.map.clone();
        if place >= map.lines.len() {
            return Err(DeskError::NoLine(place));
        }
        map.lines.remove(place);
        inner.change(map)
    }

    /// Lines that a control works already, by their places.
    #[must_use]
    pub fn conflicts(&self, line: &MapLine) -> Vec<usize> {
        self.lock().conflicts(line)
    }

    /// Takes the last change back; `false` if there is none.
    pub fn undo(&self) -> bool {
        let mut inner = self.lock();
        let Some(before) = inner.undo.pop_back() else { return false };
        inner.map = before;
        inner.is_new = true;
        true
    }

    /// Takes a file's text over.
    ///
    /// # Errors
    /// [`MapFileError`] with the line; the mapping is as before.
    pub fn import(&self, text: &str) -> Result<(), MapFileError> {
        let map = MidiMap::read(text)?;
        // A mapping that was read is never too long.
        _ = self.lock().change(map);
        Ok(())
    }

    /// The mapping as a file.
    #[must_use]
    pub fn export(&self) -> String {
        self.lock().map.write()
    }

    /// Takes a mapping over that comes with the plugin, by its name.
    ///
    /// # Errors
    /// [`DeskError::NoMap`].
    pub fn load_shipped(&self, name: &str) -> Result<(), DeskError> {
        let map = shipped().find(|map| map.name == name).ok_or_else(|| DeskError::NoMap(name.to_owned()))?;
        self.lock().change(map)
    }

    /// Whether the controller's lights are told.
    pub fn set_lights(&self, on: bool) {
        let mut inner = self.lock();
        let map = MidiMap { lights: on, ..inner.map.clone() };
        // As long as it was.
        _ = inner.change(map);
    }

    /// Sends every light again: a controller was plugged in.
    pub fn send_lights(&self) {
        self.lock().wants_lights = true;
    }

    /// A project was opened: its mapping, or none. There is nothing to undo any more. One that cannot be read is kept, and
    /// MIDI has the generic one.
    pub fn open(&self, map: Option<SavedMap>) {
        let mut inner = self.lock();
        (inner.map, inner.damaged) = match map {
            Some(SavedMap::Read(map)) => (map, None),
            Some(SavedMap::Damaged { json, reason }) => (MidiMap::default(), Some((json, reason))),
            None => (MidiMap::default(), None),
        };
        inner.undo.clear();
        inner.learn = None;
        inner.is_new = true;
    }

    /// What is wrong with the project's mapping, if it cannot be read.
    #[must_use]
    pub fn damage(&self) -> Option<String> {
        self.lock().damaged.as_ref().map(|(_, reason)| reason.clone())
    }

    /// The mapping, to be saved with the project; `None` if it is the generic one.
    #[must_use]
    pub fn to_save(&self) -> Option<SavedMap> {
        let inner = self.lock();
        if let Some((json, reason)) = inner.damaged.clone() {
            return Some(SavedMap::Damaged { json, reason });
        }
        (inner.map != MidiMap::default()).then(|| SavedMap::Read(inner.map.clone()))
    }

    /// The control thread's turn: hears what came, hands a new mapping to the audio thread. What only the control side can
    /// do goes by `sender`.
    pub fn turn(&self, console: &mut Console, sender: &mut ActionSender) {
        let mut inner = self.lock();
        let sample_rate = console.snapshot().clock.sample_rate;
        let (now, counts) = (console.snapshot().frames, console.snapshot().midi);
        inner.counts = counts;
        while let Some(heard) = console.take_heard() {
            inner.hear(heard, sample_rate, sender);
        }
        if let Some(learning) = &mut inner.learn {
            learning.settle(secs(now, sample_rate));
        }
        if std::mem::take(&mut inner.wants_lights) {
            console.show_lights();
        }
        if std::mem::take(&mut inner.is_new) {
            let mut compiled = inner.map.compile();
            compiled.table.is_mute = inner.learn.is_some();
            inner.elsewhere = compiled.elsewhere;
            console.set_midi(compiled.table);
        }
    }
}

impl ControlInput for MidiDesk {
    fn source(&self) -> Source {
        Source::Midi
    }

    fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    fn figures(&self) -> Vec<(String, f64)> {
        let MidiCounts { received, unmapped, waiting, unheard, sent } = self.lock().counts;
        let figures = [
            ("messages", received),
            ("unmapped", unmapped),
            ("waiting", waiting),
            ("unheard", unheard),
            ("lights", sent),
        ];
        figures.map(|(name, count)| (format!("midi/{name}"), count as f64)).to_vec()
    }
}

/// Frames since the rig's first, in seconds.
fn secs(frame: u64, sample_rate: f64) -> f64 {
    frame as f64 / sample_rate.max(1.0)
}

impl Inner {
    fn change(&mut self, map: MidiMap) -> Result<(), DeskError> {
        if map.lines.len() > MidiMap::MAX_LINES || map.bindings() > echelon_engine::midi::MidiTable::MAX_BINDINGS {
            return Err(DeskError::Full);
        }
        self.damaged = None;
        let before = std::mem::replace(&mut self.map, map);
        if self.undo.len() == UNDOS {
            self.undo.pop_front();
        }
        self.undo.push_back(before);
        self.is_new = true;
        Ok(())
    }

    fn conflicts(&self, line: &MapLine) -> Vec<usize> {
        let lines = self.map.lines.iter().enumerate();
        lines.filter(|(_, other)| other.meets(line)).map(|(place, _)| place).collect()
    }

    fn learn_view(&self) -> LearnView {
        let Some(learning) = &self.learn else { return LearnView::Off };
        match (learning.line(), learning.learned()) {
            (Some(line), Some(learned)) => LearnView::Learned {
                line: LineView::of(&line),
                is_sure: learned.is_sure,
                conflicts: self.conflicts(&line),
            },
            _ => LearnView::Waiting { to: learning.to().name(), messages: learning.messages() },
        }
    }

    fn hear(&mut self, heard: MidiHeard, sample_rate: f64, sender: &mut ActionSender) {
        if self.monitor.len() == MONITOR {
            self.monitor.pop_back();
        }
        self.monitor.push_front(heard);
        if let Some(learning) = &mut self.learn {
            return learning.hear(Heard { secs: secs(heard.frame, sample_rate), bytes: heard.bytes });
        }
        let Some(message) = MidiMessage::parse(heard.bytes) else { return };
        let readings = self.assembler.read(message);
        for line in &self.elsewhere {
            for reading in readings.iter().filter(|reading| line.from.meets(reading.source.into())) {
                self.dropped += u64::from(!ask(line, reading, sender));
            }
        }
    }
}

/// What the audio thread cannot do: an eject, a setting. In the next turn, and by the same rules. `false` if it found no
/// room.
fn ask(line: &MapLine, reading: Reading, sender: &mut ActionSender) -> bool {
    let To::Target(target) = line.to else { return true };
    let is_fader = matches!(line.mode, MapMode::Absolute);
    let part = if is_fader { reading.part() } else { f32::from(u8::from(reading.is_down())) };
    let part = if line.invert { 1.0 - part } else { part };
    let Some(Move::Act(action, timing)) = target.turn(part) else { return true };
    let timing = line.when.unwrap_or(timing);
    sender.send(Request::new(Source::Midi, action, timing)).is_ok()
}
