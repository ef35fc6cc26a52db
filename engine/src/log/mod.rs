//! What was asked, by whom, and what became of it: for people, for proof, and for playing it again.

mod entry;
mod replay;

use std::collections::{HashMap, VecDeque};
use std::io::{self, BufRead, Write};

pub use entry::{Came, Fired, HostAct, LogEntry, Outcome};
pub use replay::{Replay, ReplayStep};

use crate::action::{Action, ActionTiming, Pending, Receipt, Recipe, RecipeStart, RequestId};
use crate::message::{At, EngineEvent, Snapshot};
use crate::safety::Source;

/// Why a log could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file could not be read.
    #[error("the log could not be read: {0}")]
    Io(#[from] io::Error),
    /// A line is not an entry.
    #[error("line {line} is no entry of an action log: {error}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What the parser says.
        error: serde_json::Error,
    },
}

/// The requests of a session, oldest first, in bounded room. Control thread.
#[derive(Debug, Default)]
pub struct ActionLog {
    entries: VecDeque<LogEntry>,
    /// Where the entries of requests are: their numbers. Also of those that have their final receipt: what they sent
    /// before may be under way.
    numbers: HashMap<RequestId, u64>,
    /// Number of the next entry.
    next: u64,
    /// Number of the next deed: tells the order on one frame.
    next_fired: u64,
    /// The same for what comes to the audio thread.
    next_came: u64,
}

impl ActionLog {
    /// Entries that are kept; beyond that the oldest is forgotten.
    pub const CAPACITY: usize = 65_536;

    /// The entries, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &LogEntry> {
        self.entries.iter()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing was asked yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Entries that had to be forgotten: a log that has lost its beginning cannot be played again.
    #[must_use]
    pub fn forgotten(&self) -> u64 {
        self.next - self.entries.len() as u64
    }

    /// Writes the log as JSON, one entry a line.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_to(&self, mut out: impl Write) -> io::Result<()> {
        for entry in &self.entries {
            serde_json::to_writer(&mut out, entry)?;
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    /// Reads what [`ActionLog::write_to`] wrote; empty lines are skipped.
    ///
    /// # Errors
    /// [`LogError`] with the number of the line.
    pub fn read_from(input: impl BufRead) -> Result<Vec<LogEntry>, LogError> {
        let mut entries = vec![];
        for (i, text) in input.lines().enumerate() {
            let text = text?;
            if !text.trim().is_empty() {
                let entry = serde_json::from_str(&text).map_err(|error| LogError::Line { line: i + 1, error })?;
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// A request came. `what` is none if it is no action.
    pub(crate) fn asked(
        &mut self,
        id: RequestId,
        source: Source,
        what: Option<&Action>,
        timing: ActionTiming,
        now: &Snapshot,
    ) {
        let is_beat = |beat: f64| if beat.is_finite() { timing } else { ActionTiming::Default };
        let timing = if let ActionTiming::CustomBeat(beat) = timing { is_beat(beat) } else { timing };
        self.numbers.insert(id, self.next);
        self.push(LogEntry {
            number: 0,
            id,
            source,
            what: what.cloned(),
            host: None,
            timing,
            at: timing,
            over_beats: 0.0,
            asked_frame: now.frames,
            asked_beat: now.clock.song_beat,
            came: vec![],
            fired: vec![],
            outcome: Outcome::Open,
        });
    }

    /// The executor takes back the rest of a request that went stale.
    pub(crate) fn takes_back(&mut self, id: RequestId, source: Source, other: RequestId) {
        let what = Action::Cancel { pending: Pending::Request(other) };
        self.asked(id, source, Some(&what), ActionTiming::Immediate, &Snapshot::default());
    }

    /// When it will happen, and how long a fader takes for it.
    pub(crate) fn goes(&mut self, id: RequestId, at: At, over_beats: f32) {
        if let Some(entry) = self.entry(id) {
            (entry.at, entry.over_beats) = (timing_of(at), over_beats);
        }
    }

    /// A recipe, as it will be carried out.
    pub(crate) fn runs(&mut self, id: RequestId, start: RecipeStart, recipe: &Recipe) {
        if let Some(entry) = self.entry(id) {
            entry.at = timing_of(At::Step { start, after_beats: 0.0 });
            entry.what = Some(Action::RunRecipe { recipe: recipe.clone() });
        }
    }

    /// An order came to the audio thread.
    pub(crate) fn came(&mut self, id: RequestId, step: u8, frame: u64) {
        let came = Came { order: self.next_came, step, frame };
        self.next_came += 1;
        if let Some(entry) = self.entry(id) {
            entry.came.push(came);
        }
    }

    /// A deed was done.
    pub(crate) fn fired(&mut self, event: &EngineEvent) {
        let EngineEvent::Fired { id, step, source, action, deck, frame, due_beat, error_frames } = *event else {
            return;
        };
        let fired = Fired { order: self.next_fired, step, frame, beat: due_beat, error_frames };
        self.next_fired += 1;
        if id == RequestId::HOST {
            return self.push(LogEntry::of_host(source, HostAct { kind: action, deck }, vec![fired], Outcome::Done));
        }
        if let Some(entry) = self.entry(id) {
            entry.fired.push(fired);
        }
    }

    /// Host-timed input was refused.
    pub(crate) fn refused_host(&mut self, event: &EngineEvent) {
        if let EngineEvent::Refused { source, action, deck, refusal, .. } = *event {
            let outcome = Outcome::Refused { code: refusal.code().to_owned(), text: refusal.to_string() };
            self.push(LogEntry::of_host(source, HostAct { kind: action, deck }, vec![], outcome));
        }
    }

    /// A request has a receipt.
    pub(crate) fn receipt(&mut self, receipt: &Receipt) {
        let outcome = match receipt {
            Receipt::Accepted { .. } => return,
            Receipt::Done { .. } => Outcome::Done,
            Receipt::Refused { code, text, .. } => Outcome::Refused { code: (*code).to_owned(), text: text.clone() },
            Receipt::Cancelled { .. } => Outcome::Cancelled,
            Receipt::Expired { .. } => Outcome::Expired,
        };
        if let Some(entry) = self.entry(receipt.id()) {
            entry.outcome = outcome;
        }
    }

    fn entry(&mut self, id: RequestId) -> Option<&mut LogEntry> {
        let number = *self.numbers.get(&id)?;
        let first = self.entries.front()?.number;
        let place = usize::try_from(number.checked_sub(first)?).ok()?;
        self.entries.get_mut(place)
    }

    fn push(&mut self, entry: LogEntry) {
        if self.entries.len() == Self::CAPACITY
            && let Some(oldest) = self.entries.pop_front()
        {
            self.numbers.remove(&oldest.id);
        }
        self.entries.push_back(LogEntry { number: self.next, ..entry });
        self.next += 1;
    }
}

/// A time in the audio thread's words as one in a person's.
const fn timing_of(at: At) -> ActionTiming {
    match at {
        At::Now | At::Step { start: RecipeStart::Now, .. } => ActionTiming::Immediate,
        At::Line(grid) | At::Step { start: RecipeStart::Line(grid), .. } => ActionTiming::NextLine(grid),
        At::Default => ActionTiming::Default,
        At::Frame(frame) => ActionTiming::AtFrame(frame),
        At::SongBeat(beat) | At::Step { start: RecipeStart::SongBeat(beat), .. } => ActionTiming::CustomBeat(beat),
    }
}
