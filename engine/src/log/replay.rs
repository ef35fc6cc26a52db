//! A log, played again: all that came to the audio thread comes again, on the same frames. What it does with it follows.

use std::collections::VecDeque;

use super::LogEntry;
use crate::action::{Action, ActionTiming, RecipeStart, RequestId};
use crate::message::At;
use crate::safety::Source;

/// One order that comes again.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayStep {
    /// The request in the log.
    pub id: RequestId,
    /// Which step of it.
    pub step: u8,
    /// How many of its steps came.
    pub steps: u8,
    /// The frame on which it came, counted from the first that the rig made.
    pub frame: u64,
    /// Who had asked.
    pub source: Source,
    /// What.
    pub action: Action,
    /// When it is to happen.
    pub at: At,
    /// How long a fader takes for it, in beats.
    pub over_beats: f32,
}

/// The orders of a log as they came.
#[derive(Clone, Debug, Default)]
pub struct Replay {
    steps: VecDeque<ReplayStep>,
}

impl Replay {
    /// What came in a log. What was refused before it came made no sound and is left out, and so is what the host timed:
    /// the project brings that again. For a rig of its own, in which nobody else asks: the requests keep their ids.
    #[must_use]
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a LogEntry>) -> Self {
        let mut steps: Vec<(u64, ReplayStep)> = vec![];
        for entry in entries {
            entry.id.keep();
            let Some(action) = &entry.what else { continue };
            for came in &entry.came {
                let (action, at, over_beats) = match action {
                    Action::RunRecipe { recipe } => match recipe.steps.get(usize::from(came.step)) {
                        Some(step) => {
                            let at = At::Step { start: start_of(entry.at), after_beats: step.after_beats };
                            (step.action.clone(), at, step.over_beats)
                        }
                        None => continue,
                    },
                    action => (action.clone(), at_of(entry.at), entry.over_beats),
                };
                let count = u8::try_from(entry.came.len()).unwrap_or(u8::MAX);
                let LogEntry { id, source, .. } = *entry;
                let step =
                    ReplayStep { id, step: came.step, steps: count, frame: came.frame, source, action, at, over_beats };
                steps.push((came.order, step));
            }
        }
        steps.sort_by_key(|(order, _)| *order);
        Self { steps: steps.into_iter().map(|(_, step)| step).collect() }
    }

    /// The next order before a frame; to be asked before the block that ends there is made.
    pub fn next_before(&mut self, frame: u64) -> Option<ReplayStep> {
        if self.steps.front()?.frame < frame { self.steps.pop_front() } else { None }
    }

    /// Orders that are still to come.
    #[must_use]
    pub fn left(&self) -> usize {
        self.steps.len()
    }
}

fn at_of(timing: ActionTiming) -> At {
    match (timing, timing.grid(None)) {
        (ActionTiming::Default, _) => At::Default,
        (ActionTiming::CustomBeat(beat), _) => At::SongBeat(beat),
        (ActionTiming::AtFrame(frame), _) => At::Frame(frame),
        (_, Some(grid)) => At::Line(grid),
        (_, None) => At::Now,
    }
}

fn start_of(timing: ActionTiming) -> RecipeStart {
    match at_of(timing) {
        At::Line(grid) => RecipeStart::Line(grid),
        At::SongBeat(beat) => RecipeStart::SongBeat(beat),
        _ => RecipeStart::Now,
    }
}
