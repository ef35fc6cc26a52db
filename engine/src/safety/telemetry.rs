//! What the safety policy has done so far.

use super::{SafetyViolation, Source};

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
}

impl SafetyTelemetry {
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
        self
    }
}
