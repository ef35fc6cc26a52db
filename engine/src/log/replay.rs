//! A log, played again on the same frames.

use std::collections::VecDeque;

use super::LogEntry;
use crate::action::Action;
use crate::safety::Source;

/// One deed to do again.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayStep {
    /// The frame on which it was done, counted from the first that the rig made.
    pub frame: u64,
    /// How many frames late it was.
    pub late_frames: u32,
    /// Who had asked.
    pub source: Source,
    /// What.
    pub action: Action,
    /// How long a fader takes for it, in beats.
    pub over_beats: f32,
}

/// The deeds of a log in the order in which they were done.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    steps: VecDeque<ReplayStep>,
}

impl Replay {
    /// What was done in a log. What was refused, cancelled or expired made no sound and is left out, and so is what the
    /// host timed: the project brings that again.
    #[must_use]
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a LogEntry>) -> Self {
        let mut steps: Vec<(u64, ReplayStep)> = vec![];
        for entry in entries {
            let Some(action) = &entry.what else { continue };
            for fired in &entry.fired {
                let (action, over_beats) = match action {
                    Action::RunRecipe { recipe } => match recipe.steps.get(usize::from(fired.step)) {
                        Some(step) => (step.action.clone(), step.over_beats),
                        None => continue,
                    },
                    action => (action.clone(), entry.over_beats),
                };
                let late_frames = u32::try_from(fired.error_frames).unwrap_or(0);
                let step = ReplayStep { frame: fired.frame, late_frames, source: entry.source, action, over_beats };
                steps.push((fired.order, step));
            }
        }
        steps.sort_by_key(|(order, step)| (step.frame, *order));
        Self { steps: steps.into_iter().map(|(_, step)| step).collect() }
    }

    /// The next deed before a frame; to be asked before the block that ends there is made.
    pub fn next_before(&mut self, frame: u64) -> Option<ReplayStep> {
        if self.steps.front()?.frame < frame { self.steps.pop_front() } else { None }
    }

    /// Deeds that are still to come.
    #[must_use]
    pub fn left(&self) -> usize {
        self.steps.len()
    }
}
