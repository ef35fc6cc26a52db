//! Requests that have no final receipt yet.

use std::collections::HashMap;

use crate::action::{ActionKind, Receipt, RequestId};
use crate::units::DeckId;

/// A request on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    /// The deck and kind that the shadow must foresee; none for what changes no deck's state.
    pub gesture: Option<(DeckId, ActionKind)>,
    /// It takes a track off its deck.
    pub ejects: bool,
    /// Steps of it that have not been done.
    pub steps_left: u8,
    /// It has steps.
    pub is_recipe: bool,
    /// Whether the sender knows that it is scheduled.
    pub accepted: bool,
    /// Frames that the rig had made when it was admitted.
    pub admitted_frame: u64,
    /// It was to happen at once.
    pub immediate: bool,
}

impl Open {
    /// Nothing has come of it yet.
    pub(super) const fn new(admitted_frame: u64, immediate: bool) -> Self {
        Self {
            gesture: None,
            ejects: false,
            steps_left: 1,
            is_recipe: false,
            accepted: false,
            admitted_frame,
            immediate,
        }
    }
}

/// The open requests, in the order of admission. Control thread.
#[derive(Debug, Default)]
pub(super) struct OpenRequests {
    by_id: HashMap<RequestId, Open>,
    order: Vec<RequestId>,
}

impl OpenRequests {
    pub(super) fn insert(&mut self, id: RequestId, open: Open) {
        self.by_id.insert(id, open);
        self.order.push(id);
    }

    /// It will change what a deck does.
    pub(super) fn set_gesture(&mut self, id: RequestId, deck: DeckId, kind: ActionKind, ejects: bool) {
        if let Some(open) = self.by_id.get_mut(&id) {
            (open.gesture, open.ejects) = (Some((deck, kind)), ejects);
        }
    }

    /// It is a recipe of so many steps.
    pub(super) fn set_steps(&mut self, id: RequestId, steps: u8) {
        if let Some(open) = self.by_id.get_mut(&id) {
            (open.steps_left, open.is_recipe) = (steps, true);
        }
    }

    pub(super) fn get(&self, id: RequestId) -> Option<&Open> {
        self.by_id.get(&id)
    }

    /// Steps of recipes that are still to be done.
    pub(super) fn recipe_steps(&self) -> usize {
        self.by_id.values().filter(|open| open.is_recipe).map(|open| usize::from(open.steps_left)).sum()
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Gestures under way on a deck, in the order of admission.
    pub(super) fn gestures(&self, deck: DeckId) -> impl Iterator<Item = ActionKind> {
        let open = self.order.iter().filter_map(|id| self.by_id.get(id)?.gesture);
        open.filter(move |(other, _)| *other == deck).map(|(_, kind)| kind)
    }

    /// Whether a deck's track is about to be taken off.
    pub(super) fn ejects(&self, deck: DeckId) -> bool {
        self.by_id.values().any(|open| open.ejects && open.gesture.is_some_and(|(other, _)| other == deck))
    }

    /// Whether this receipt is to be told: an acceptance once, the last step of a recipe as the recipe's end, and one
    /// final receipt for each request. Closes the request if it is over.
    pub(super) fn pass(&mut self, receipt: &Receipt) -> Option<Open> {
        let open = self.by_id.get_mut(&receipt.id())?;
        match receipt {
            Receipt::Accepted { .. } => {
                let first = !std::mem::replace(&mut open.accepted, true);
                return first.then_some(*open);
            }
            Receipt::Done { .. } if open.steps_left > 1 => {
                open.steps_left -= 1;
                return None;
            }
            _ => {}
        }
        self.order.retain(|id| *id != receipt.id());
        self.by_id.remove(&receipt.id())
    }
}
