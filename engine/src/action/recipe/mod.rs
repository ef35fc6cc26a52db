//! Transition recipes: several actions under one name, counted from one line, all or none.

mod file;
mod read;

pub use file::{RecipeFile, RecipeFileError, Roles};

use serde::{Deserialize, Serialize};

use super::{Action, ActionKind, Grid, InvalidAction};

/// The line from which all steps of a recipe count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RecipeStart {
    /// The frame on which it arrives.
    Now,
    /// The next line of a grid.
    Line(Grid),
    /// This beat of the song.
    SongBeat(f64),
}

/// One action of a recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecipeStep {
    /// Beats after the recipe's first line; 0 is on it.
    #[serde(default)]
    pub after_beats: f64,
    /// How long a fader takes for its way, in beats; 0 is as fast as it can.
    #[serde(default)]
    pub over_beats: f32,
    /// What.
    #[serde(flatten)]
    pub action: Action,
}

/// A named compound action: admitted as a whole or not at all, pending as one thing, cancelled as one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// For people.
    pub name: String,
    /// Its actions. Brought into the order of their beats by [`Recipe::validated`].
    pub steps: Vec<RecipeStep>,
}

/// What is wrong with a recipe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// It does nothing, or too much.
    #[error("a recipe has 1 to {max} steps, not {0}", max = Recipe::MAX_STEPS)]
    Steps(usize),
    /// A time outside its range.
    #[error("step {0}: a time in beats is from 0 to {max}", max = Recipe::MAX_BEATS)]
    Time(usize),
    /// An action that takes its own time, or takes back others.
    #[error("step {0}: a recipe cannot {verb}", verb = .1.verb())]
    Kind(usize, ActionKind),
    /// A value that no action takes.
    #[error("step {0}: {1}")]
    Value(usize, InvalidAction),
}

impl Recipe {
    /// Steps that a recipe may have.
    pub const MAX_STEPS: usize = 16;
    /// The last beat and the longest way: 256 bars of 4/4.
    pub const MAX_BEATS: f64 = 1024.0;

    /// The same recipe with its steps in order and their values clamped into their ranges.
    ///
    /// # Errors
    /// [`RecipeError`] says which step is wrong, counted from 1 as it was given.
    pub fn validated(mut self) -> Result<Self, RecipeError> {
        if !(1..=Self::MAX_STEPS).contains(&self.steps.len()) {
            return Err(RecipeError::Steps(self.steps.len()));
        }
        for (i, step) in self.steps.iter_mut().enumerate() {
            let number = i + 1;
            let in_range = |beats: f64| (0.0..=Self::MAX_BEATS).contains(&beats);
            if !in_range(step.after_beats) || !in_range(f64::from(step.over_beats)) {
                return Err(RecipeError::Time(number));
            }
            let kind = step.action.kind();
            if matches!(kind, ActionKind::Load | ActionKind::Cancel | ActionKind::Panic | ActionKind::Lock)
                || matches!(step.action, Action::RunRecipe { .. } | Action::Undo { .. })
            {
                return Err(RecipeError::Kind(number, kind));
            }
            let action = step.action.clone().validated();
            step.action = action.map_err(|invalid| RecipeError::Value(number, invalid))?;
        }
        self.steps.sort_by(|a, b| a.after_beats.total_cmp(&b.after_beats));
        Ok(self)
    }
}
