//! The plan's steps, still without buffers: the graph's nodes and what the compiler puts between them.

use std::collections::HashMap;
use std::sync::Arc;

use super::latency::Latencies;
use super::spec::{Feed, Sink, Spec};
use crate::graph::edit::NodeInfo;
use crate::graph::nodes::{DelayLine, EdgeFade};
use crate::graph::plan::NodeCell;
use crate::graph::{DECLICK_MS, InputBus, NodeId, OutputBus, SourceId, Width};
use crate::units::ms_to_frames;

/// Delays that bring sound together, by connection: they go on from plan to plan as long as they stay the same.
pub(in super::super) type Delays = HashMap<(SourceId, Sink), (u32, Arc<NodeCell>)>;

/// Where an item's input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Silent,
    /// Index in [`Items::buses`].
    Bus(usize),
    /// Index in [`Items::list`].
    Item(usize),
}

/// Taking in what goes round is a copy.
const ABSORB_NS: u64 = 20;

#[derive(Debug)]
pub(super) struct Item {
    /// `None` for what the compiler added.
    pub(super) id: Option<NodeId>,
    pub(super) cell: Arc<NodeCell>,
    pub(super) info: NodeInfo,
    pub(super) inputs: Vec<Value>,
    /// The input side of a feedback node, after the item that is its output side.
    pub(super) absorbs_after: Option<usize>,
}

impl Item {
    /// What it is taken to cost, in nanoseconds.
    pub(super) fn cost_ns(&self) -> u64 {
        if self.absorbs_after.is_some() { ABSORB_NS } else { u64::from(self.cell.cost_ns()) }
    }

    /// Items that must have run before.
    pub(super) fn before(&self) -> impl Iterator<Item = usize> + '_ {
        let inputs = self.inputs.iter().filter_map(|value| match value {
            Value::Item(index) => Some(*index),
            _ => None,
        });
        inputs.chain(self.absorbs_after)
    }
}

#[derive(Debug)]
pub(super) struct Items {
    pub(super) list: Vec<Item>,
    pub(super) buses: Vec<InputBus>,
    pub(super) outputs: Vec<(OutputBus, Value, Width)>,
    pub(super) has_fades: bool,
}

pub(super) fn build(spec: &Spec, order: &[usize], latency: &Latencies, sample_rate: f64, delays: &mut Delays) -> Items {
    let items = Items { list: vec![], buses: vec![], outputs: vec![], has_fades: spec.has_fades() };
    let fade_frames = ms_to_frames(DECLICK_MS, sample_rate);
    let values = vec![Value::Silent; spec.nodes.len()];
    let mut builder = Builder { spec, latency, items, values, fade_frames, old: delays, new: Delays::new() };
    for &index in order {
        builder.add_node(index);
    }
    for &index in order {
        if spec.nodes[index].info.feedback {
            builder.add_absorb(index);
        }
    }
    builder.add_outputs();
    let Builder { items, new, .. } = builder;
    *delays = new;
    items
}

struct Builder<'s> {
    spec: &'s Spec,
    latency: &'s Latencies,
    items: Items,
    /// By node of the spec.
    values: Vec<Value>,
    fade_frames: u32,
    old: &'s Delays,
    new: Delays,
}

impl Builder<'_> {
    fn add_node(&mut self, index: usize) {
        let node = &self.spec.nodes[index];
        let inputs = if node.info.feedback { vec![] } else { self.inputs_of(index) };
        let (id, cell, info) = (Some(node.id), node.cell.clone(), node.info);
        self.values[index] = self.push(Item { id, cell, info, inputs, absorbs_after: None });
    }

    fn add_absorb(&mut self, index: usize) {
        let Value::Item(output_side) = self.values[index] else { return };
        let node = &self.spec.nodes[index];
        let inputs = self.inputs_of(index);
        let info = NodeInfo { bank: None, ..node.info };
        self.push(Item { id: None, cell: node.cell.clone(), info, inputs, absorbs_after: Some(output_side) });
    }

    fn inputs_of(&mut self, index: usize) -> Vec<Value> {
        let node = &self.spec.nodes[index];
        let at = if node.info.feedback { None } else { Some(self.latency.at_input[index]) };
        let feeds = node.feeds.iter().zip(node.info.ports.inputs).enumerate();
        feeds.map(|(slot, (feed, &width))| self.feed(*feed, Sink::Slot(node.id, slot), width, at)).collect()
    }

    fn add_outputs(&mut self) {
        for (bus, feed) in &self.spec.outputs {
            let source = self.spec.node_of(feed.now).or_else(|| self.spec.node_of(feed.was.flatten()));
            let Some(source) = source else { continue };
            let width = self.spec.nodes[source].info.ports.output;
            // A fade between widths has no common form; the wider one takes the mono side as it is.
            let value = self.feed(*feed, Sink::Bus(*bus), width, Some(self.latency.total));
            self.items.outputs.push((*bus, value, width));
        }
    }

    /// The sound for a slot: brought to the latency `at`, and faded from what was there before.
    fn feed(&mut self, feed: Feed, sink: Sink, width: Width, at: Option<u32>) -> Value {
        let frames = feed.now.zip(at).map_or(0, |(source, at)| at.saturating_sub(self.latency_of(source)));
        let before = feed.now.and_then(|source| self.old.get(&(source, sink))).map_or(0, |(frames, _)| *frames);
        let now = self.delayed(feed.now, sink, width, frames);
        let Some(was) = feed.was else {
            // The same connection, brought to another latency, is another sound.
            let is_same = frames == before || !feed.goes_on;
            return if is_same { now } else { self.fade_from_old_delay(feed.now, sink, width, now) };
        };
        let was = self.as_it_was(was, sink);
        self.fade(was, now, width)
    }

    fn latency_of(&self, source: SourceId) -> u32 {
        self.spec.node_of(Some(source)).map_or(0, |index| self.latency.of[index])
    }

    fn value_of(&mut self, source: Option<SourceId>) -> Value {
        match source {
            None => Value::Silent,
            Some(SourceId::Node(_)) => self.spec.node_of(source).map_or(Value::Silent, |index| self.values[index]),
            Some(SourceId::Bus(bus)) => {
                let known = self.items.buses.iter().position(|other| *other == bus);
                Value::Bus(known.unwrap_or_else(|| {
                    self.items.buses.push(bus);
                    self.items.buses.len() - 1
                }))
            }
        }
    }

    fn delayed(&mut self, source: Option<SourceId>, sink: Sink, width: Width, frames: u32) -> Value {
        let value = self.value_of(source);
        let (Some(source), 1..) = (source, frames) else { return value };
        let key = (source, sink);
        let kept = self.old.get(&key).filter(|(old_frames, _)| *old_frames == frames).map(|(_, cell)| cell.clone());
        let cell = kept.unwrap_or_else(|| Arc::new(NodeCell::new(Box::new(DelayLine::new(width, frames)))));
        self.new.insert(key, (frames, cell.clone()));
        let info = NodeInfo::of(&DelayLine::new(width, 0));
        self.push(Item { id: None, cell, info, inputs: vec![value], absorbs_after: None })
    }

    /// What a connection of the plan before sounds like, with the delay it had.
    fn as_it_was(&mut self, source: Option<SourceId>, sink: Sink) -> Value {
        let value = self.value_of(source);
        let Some((_, cell)) = source.and_then(|source| self.old.get(&(source, sink))) else { return value };
        let (cell, width) = (cell.clone(), self.width_of(source));
        let info = NodeInfo::of(&DelayLine::new(width, 0));
        self.push(Item { id: None, cell, info, inputs: vec![value], absorbs_after: None })
    }

    fn width_of(&self, source: Option<SourceId>) -> Width {
        self.spec.node_of(source).map_or(Width::Stereo, |index| self.spec.nodes[index].info.ports.output)
    }

    fn fade_from_old_delay(&mut self, source: Option<SourceId>, sink: Sink, width: Width, now: Value) -> Value {
        let was = self.as_it_was(source, sink);
        self.items.has_fades = true;
        self.fade(was, now, width)
    }

    fn fade(&mut self, was: Value, now: Value, width: Width) -> Value {
        let node = EdgeFade::new(width, self.fade_frames);
        let info = NodeInfo::of(&node);
        let cell = Arc::new(NodeCell::new(Box::new(node)));
        self.push(Item { id: None, cell, info, inputs: vec![was, now], absorbs_after: None })
    }

    fn push(&mut self, item: Item) -> Value {
        self.items.list.push(item);
        Value::Item(self.items.list.len() - 1)
    }
}
