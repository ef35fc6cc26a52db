//! What a plan shall play: the graph as it shall be, and beside each connection that has changed, what it was.

use std::collections::HashMap;
use std::sync::Arc;

use crate::graph::edit::{Entry, NodeInfo};
use crate::graph::plan::NodeCell;
use crate::graph::{DspGraph, NodeId, OutputBus, SourceId};

/// One end of a connection, for keeping delays from plan to plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in super::super) enum Sink {
    Slot(NodeId, usize),
    Bus(OutputBus),
}

/// What feeds a slot or an output.
#[derive(Clone, Copy, Debug)]
pub(super) struct Feed {
    pub(super) now: Option<SourceId>,
    /// What fed it in the plan before, if that is to be faded from; `Some(None)` fades in from silence.
    pub(super) was: Option<Option<SourceId>>,
    /// The same connection was in the plan before.
    pub(super) goes_on: bool,
}

#[derive(Debug)]
pub(super) struct SpecNode {
    pub(super) id: NodeId,
    pub(super) cell: Arc<NodeCell>,
    pub(super) info: NodeInfo,
    pub(super) feeds: Vec<Feed>,
}

/// What a plan shall play.
#[derive(Debug)]
pub(in super::super) struct Spec {
    pub(super) nodes: Vec<SpecNode>,
    pub(super) index: HashMap<NodeId, usize>,
    pub(super) outputs: Vec<(OutputBus, Feed)>,
}

impl Spec {
    /// `sounding` is what the plan before plays; `None` before the first.
    pub(in super::super) fn new(desired: &DspGraph, sounding: Option<&DspGraph>) -> Self {
        let mut spec = Self { nodes: vec![], index: HashMap::new(), outputs: vec![] };
        for (id, entry) in desired.nodes() {
            let old = sounding.and_then(|graph| graph.entry(id).ok());
            let feed = |(slot, &now): (usize, &Option<SourceId>)| {
                let was =
                    old.zip(sounding).and_then(|(old, sounding)| fades_from(now, old.inputs[slot], desired, sounding));
                Feed { now, was, goes_on: old.is_some_and(|old| old.inputs[slot] == now) }
            };
            let feeds = entry.inputs.iter().enumerate().map(feed).collect();
            spec.add(id, entry, feeds);
        }
        spec.add_outputs(desired, sounding);
        if let Some(sounding) = sounding {
            spec.keep_what_fades(sounding);
        }
        spec
    }

    fn add(&mut self, id: NodeId, entry: &Entry, feeds: Vec<Feed>) {
        self.index.insert(id, self.nodes.len());
        self.nodes.push(SpecNode { id, cell: entry.cell.clone(), info: entry.info, feeds });
    }

    fn add_outputs(&mut self, desired: &DspGraph, sounding: Option<&DspGraph>) {
        let empty = DspGraph::default();
        let sounding_outputs = sounding.unwrap_or(&empty).outputs();
        let gone = sounding_outputs.iter().filter(|(bus, _)| desired.output(*bus).is_none()).map(|(bus, _)| *bus);
        for bus in desired.outputs().iter().map(|(bus, _)| *bus).chain(gone) {
            let now = desired.output(bus).map(SourceId::Node);
            let was = sounding.and_then(|old| fades_from(now, old.output(bus).map(SourceId::Node), desired, old));
            let goes_on = sounding.is_some_and(|old| old.output(bus) == desired.output(bus));
            self.outputs.push((bus, Feed { now, was, goes_on }));
        }
    }

    /// Nodes that are gone but still fade out, and what feeds them.
    fn keep_what_fades(&mut self, sounding: &DspGraph) {
        let feeds = self.nodes.iter().flat_map(|node| &node.feeds).chain(self.outputs.iter().map(|(_, feed)| feed));
        let mut wanted: Vec<SourceId> = feeds.filter_map(|feed| feed.was.flatten()).collect();
        while let Some(source) = wanted.pop() {
            let SourceId::Node(id) = source else { continue };
            if self.index.contains_key(&id) {
                continue;
            }
            if let Ok(entry) = sounding.entry(id) {
                wanted.extend(entry.inputs.iter().flatten());
                let feeds = entry.inputs.iter().map(|&now| Feed { now, was: None, goes_on: true }).collect();
                self.add(id, entry, feeds);
            }
        }
    }

    pub(super) fn node_of(&self, source: Option<SourceId>) -> Option<usize> {
        match source {
            Some(SourceId::Node(id)) => self.index.get(&id).copied(),
            _ => None,
        }
    }

    /// Whether something fades, or is only there to fade out.
    pub(super) fn has_fades(&self) -> bool {
        let feeds = self.nodes.iter().flat_map(|node| &node.feeds).chain(self.outputs.iter().map(|(_, feed)| feed));
        feeds.into_iter().any(|feed| feed.was.is_some())
    }
}

/// Whether a connection that changes needs a fade, and from what.
fn fades_from(
    now: Option<SourceId>,
    was: Option<SourceId>,
    desired: &DspGraph,
    sounding: &DspGraph,
) -> Option<Option<SourceId>> {
    let is_new = was.is_none() && now.is_none_or(|now| !is_live(now, desired, sounding));
    (now != was && !is_new).then_some(was)
}

/// Whether a source may be in the middle of its sound: it has sounded before, or something that feeds it has. What
/// begins with this plan begins as it is, unfaded.
fn is_live(source: SourceId, desired: &DspGraph, sounding: &DspGraph) -> bool {
    let mut seen = vec![];
    let mut stack = vec![source];
    while let Some(source) = stack.pop() {
        let SourceId::Node(id) = source else { return true };
        if sounding.contains(id) {
            return true;
        }
        if let (false, Ok(entry)) = (seen.contains(&id), desired.entry(id)) {
            seen.push(id);
            stack.extend(entry.inputs.iter().flatten());
        }
    }
    false
}

/// The graph that sounds, without the connections that change: a step on the way for when old and new connections
/// together would close a circle.
pub(in super::super) fn without_changes(desired: &DspGraph, sounding: &DspGraph) -> DspGraph {
    let mut step = sounding.clone();
    let ids: Vec<_> = sounding.nodes().map(|(id, entry)| (id, entry.inputs.clone())).collect();
    for (id, inputs) in ids {
        for (slot, was) in inputs.into_iter().enumerate() {
            let now = desired.input(id, slot).ok().flatten();
            if now != was {
                // Cannot fail: node and slot are in the clone.
                _ = step.disconnect(id, slot);
            }
        }
    }
    for &(bus, node) in sounding.outputs() {
        if desired.output(bus) != Some(node) {
            _ = step.set_output(bus, None);
        }
    }
    step
}
