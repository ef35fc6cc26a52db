//! What the safety policy has done so far.

use super::{SafetyViolation, Source};
use crate::action::ActionKind;

/// What a source asked for last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastAsked {
    /// The kind of action.
    pub kind: ActionKind,
    /// Whether it was let through.
    pub accepted: bool,
    /// Frames that the rig had made by then.
    pub frame: u64,
}

/// What came from a source that the policy saw, and what it said. Plain data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceTally {
    /// Requests, and moves of controls.
    pub received: u64,
    /// Those that were let through.
    pub accepted: u64,
    /// Those that were refused, as they came or when their time had come.
    pub refused: u64,
    /// The last one.
    pub last: Option<LastAsked>,
}

impl SourceTally {
    /// This and another one.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            received: self.received + other.received,
            accepted: self.accepted + other.accepted,
            refused: self.refused + other.refused,
            last: self.last.into_iter().chain(other.last).max_by_key(|last| last.frame),
        }
    }
}

/// Counts since the rig was made. Plain data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SafetyTelemetry {
    /// Locks taken.
    pub locks: u64,
    /// Locks given back.
    pub unlocks: u64,
    /// Cooldowns started.
    pub cooldowns: u64,
    /// Refusals by type (in the order of [`SafetyViolation::CODES`]) and by source (of [`Source::ALL`]).
    pub rejections: [[u64; Source::ALL.len()]; SafetyViolation::CODES.len()],
    /// Panics.
    pub panics: u64,
    /// What each source asked for, in the order of [`Source::ALL`].
    pub sources: [SourceTally; Source::ALL.len()],
}

impl SafetyTelemetry {
    /// Counts what a source asked for as it came.
    pub const fn heard(&mut self, source: Source, kind: ActionKind, accepted: bool, frame: u64) {
        let tally = &mut self.sources[source.index()];
        tally.received += 1;
        tally.accepted += accepted as u64;
        tally.refused += !accepted as u64;
        tally.last = Some(LastAsked { kind, accepted, frame });
    }

    /// Counts a refusal of what was let through before: its time came and the deck had changed.
    pub const fn refused_late(&mut self, source: Source) {
        self.sources[source.index()].refused += 1;
    }

    /// What a source asked for.
    #[must_use]
    pub const fn source(&self, source: Source) -> &SourceTally {
        &self.sources[source.index()]
    }

    /// Counts a refusal.
    pub const fn reject(&mut self, violation: &SafetyViolation, source: Source) {
        self.rejections[violation.index()][source.index()] += 1;
    }

    /// Refusals of one type, by its code, from all sources; 0 for a code that there is not.
    #[must_use]
    pub fn rejected(&self, code: &str) -> u64 {
        let rows = SafetyViolation::CODES.iter().zip(&self.rejections);
        rows.filter(|(known, _)| **known == code).flat_map(|(_, sources)| sources).sum()
    }

    /// Refusals of every type from one source.
    #[must_use]
    pub fn rejected_from(&self, source: Source) -> u64 {
        self.rejections.iter().map(|row| row[source.index()]).sum()
    }

    /// Refusals in all.
    #[must_use]
    pub fn rejected_in_all(&self) -> u64 {
        self.rejections.iter().flatten().sum()
    }

    /// This and another one: admission and execution count apart.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.locks += other.locks;
        self.unlocks += other.unlocks;
        self.cooldowns += other.cooldowns;
        self.panics += other.panics;
        for (mine, theirs) in self.rejections.iter_mut().flatten().zip(other.rejections.iter().flatten()) {
            *mine += theirs;
        }
        for (mine, theirs) in self.sources.iter_mut().zip(&other.sources) {
            *mine = mine.plus(theirs);
        }
        self
    }
}
