//! What came out of the plugin.

use std::collections::BTreeMap;

use echelon_engine::units::DeckId;

use crate::buses::{CUE_OUTPUT, OUTPUTS, deck_output};
use crate::events::{OutEvent, OutKind};
use crate::guard;
use crate::sound::Sound;

/// What a plugin answered to a process call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Something went wrong; the output means nothing.
    Error,
    /// Call me again. VST3 knows only this one.
    Continue,
    /// Call me again unless the output is quiet.
    ContinueIfNotQuiet,
    /// Call me until my tail is over.
    Tail,
    /// Do not call me until something new comes.
    Sleep,
}

/// A stretch of rendering: sound of every output bus, events, and how it went. Frames are absolute: they count from
/// the start of the first `render`.
#[derive(Debug, Default)]
pub struct Recording {
    /// Master, then decks A..D, then the cue. A bus that the host withheld is silent here.
    pub buses: Vec<Sound>,
    /// What the plugin told the host, in its own order.
    pub events: Vec<OutEvent>,
    /// How often the plugin answered what.
    pub statuses: BTreeMap<Status, u64>,
    /// Start and length of each block.
    pub blocks: Vec<(u64, u32)>,
    /// What the audio thread did that it must not, summed up.
    pub guard: guard::Counts,
    /// The first such thing.
    pub first_offence: Option<Box<guard::Offence>>,
}

impl Recording {
    pub(crate) fn new(start: u64) -> Self {
        Self { buses: vec![Sound::empty(start); OUTPUTS], ..Self::default() }
    }

    /// Absolute frame of the first sample.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.buses[0].start
    }

    /// Absolute frame after the last sample.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.buses[0].end()
    }

    /// The main output.
    #[must_use]
    pub fn master(&self) -> &Sound {
        &self.buses[0]
    }

    /// The cue output.
    #[must_use]
    pub fn cue(&self) -> &Sound {
        &self.buses[CUE_OUTPUT]
    }

    /// A deck's own output.
    #[must_use]
    pub fn deck(&self, deck: DeckId) -> &Sound {
        &self.buses[deck_output(deck)]
    }

    /// The values that the plugin told for one parameter, with their frames, in the parameter's own unit.
    #[must_use]
    pub fn param_moves(&self, param: &str) -> Vec<(u64, f64)> {
        self.events
            .iter()
            .filter_map(|event| match &event.kind {
                OutKind::Param { id, value } if id == param => Some((event.frame, *value)),
                _ => None,
            })
            .collect()
    }

    /// How often the plugin answered this.
    #[must_use]
    pub fn count(&self, status: Status) -> u64 {
        self.statuses.get(&status).copied().unwrap_or(0)
    }

    /// Appends the rendering that followed this one.
    pub fn append(&mut self, later: Self) {
        for (mine, theirs) in self.buses.iter_mut().zip(&later.buses) {
            mine.append(theirs);
        }
        self.events.extend(later.events);
        self.blocks.extend(later.blocks);
        for (status, count) in later.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.guard.add(&later.guard);
        self.first_offence = self.first_offence.take().or(later.first_offence);
    }
}
