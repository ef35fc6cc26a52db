//! Parameter moves on their way to the frame on which they happen. Audio side.

use super::plan::Plan;
use super::{NodeId, Param};

/// Parameter moves that may wait for their frame.
pub const MAX_PENDING_EVENTS: usize = 1024;

/// A parameter move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamEvent {
    /// Frame since the scheduler's start; what is past happens on the next frame.
    pub at_frame: u64,
    /// Which node.
    pub node: NodeId,
    /// Which of its parameters.
    pub index: u16,
    /// Where to.
    pub param: Param,
}

/// A move within the sub-block that runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct ActiveEvent {
    /// Node index and order of arrival: what the list is sorted by.
    key: (u32, u32),
    node: NodeId,
    /// Frame in the sub-block.
    pub(super) offset: u32,
    pub(super) index: u16,
    pub(super) param: Param,
}

/// Keeps moves until their sub-block, then sorts them by node.
#[derive(Debug)]
pub(super) struct EventQueue {
    /// Latest first; of the same frame, the newest first.
    pending: Vec<ParamEvent>,
    active: Vec<ActiveEvent>,
    /// Moves of nodes that were not in the plan.
    lost: u64,
}

impl EventQueue {
    pub(super) fn new() -> Self {
        Self {
            pending: Vec::with_capacity(MAX_PENDING_EVENTS),
            active: Vec::with_capacity(MAX_PENDING_EVENTS),
            lost: 0,
        }
    }

    pub(super) const fn lost(&self) -> u64 {
        self.lost
    }

    pub(super) const fn is_full(&self) -> bool {
        self.pending.len() >= MAX_PENDING_EVENTS
    }

    /// `false` if there is no room.
    pub(super) fn push(&mut self, event: ParamEvent) -> bool {
        if self.is_full() {
            return false;
        }
        let place = self.pending.partition_point(|other| other.at_frame > event.at_frame);
        self.pending.insert(place, event);
        true
    }

    /// Gives the plan's ops the moves of `frames` frames from `now` on. Returns whether there are any.
    pub(super) fn begin(&mut self, plan: &mut Plan, now: u64, frames: u32) -> bool {
        while let Some(event) = self.pending.pop_if(|event| event.at_frame < now + u64::from(frames)) {
            if plan.place(event.node).is_none() {
                self.lost += 1;
                continue;
            }
            let order = u32::try_from(self.active.len()).unwrap_or(u32::MAX);
            let offset = u32::try_from(event.at_frame.saturating_sub(now)).unwrap_or(0);
            let ParamEvent { node, index, param, .. } = event;
            self.active.push(ActiveEvent { key: (node.index, order), node, offset, index, param });
        }
        if self.active.is_empty() {
            return false;
        }
        self.active.sort_unstable_by_key(|event| event.key);
        self.hand_out(plan, true);
        true
    }

    /// Takes them back.
    pub(super) fn end(&mut self, plan: &mut Plan) {
        self.hand_out(plan, false);
        self.active.clear();
    }

    fn hand_out(&self, plan: &mut Plan, give: bool) {
        let mut first = 0_u32;
        for of_one_node in self.active.chunk_by(|a, b| a.node == b.node) {
            let count = u32::try_from(of_one_node.len()).unwrap_or(0);
            if let Some(place) = of_one_node.first().and_then(|event| plan.place(event.node)) {
                plan.set_events(place, (first, if give { count } else { 0 }));
            }
            first += count;
        }
    }

    pub(super) fn active(&self) -> &[ActiveEvent] {
        &self.active
    }
}
