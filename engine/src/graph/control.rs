//! The control half: edits, compiles, sends, and collects what comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ringbuf::traits::{Consumer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use super::command::{AudioCommand, Command, CommandReceiver};
use super::compile::{Delays, Options, Spec, compile, without_changes};
use super::costs::{Ledger, ticks_per_ns};
#[cfg(feature = "parallel")]
use super::parallel::Gang;
use super::parallel::{LaneEntry, Parallel};
use super::plan::Plan;
use super::scheduler::{MAIN, Scheduler, Shared};
use super::{DECLICK_MS, DspGraph, DspNode, GraphError, NodeId, OutputBus, Param, ParamEvent, SourceId};
use crate::units::ms_to_frames;

/// Commands that may wait for the audio side.
const COMMAND_CAPACITY: usize = 1024;
/// Old plans on their way back. There is only ever one, unless the control half does not collect.
const RETURN_CAPACITY: usize = 2;

/// What a graph is made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GraphConfig {
    /// In Hz.
    pub sample_rate: f64,
    /// Run nodes of one type side by side.
    pub banks: bool,
    /// Threads that may share the work, the audio thread included; 1 for none but that.
    pub lanes: usize,
}

impl GraphConfig {
    /// Banks, one lane.
    #[must_use]
    pub const fn new(sample_rate: f64) -> Self {
        Self { sample_rate, banks: true, lanes: 1 }
    }
}

/// Makes a graph: one half for whoever edits, one for the audio thread, and the ring between them.
#[derive(Debug)]
pub struct Graph;

impl Graph {
    /// An empty graph: silence. Not real-time.
    #[expect(clippy::new_ret_no_self, reason = "a graph is its two halves")]
    #[must_use]
    pub fn new(config: GraphConfig) -> (GraphControl, CommandReceiver, Scheduler) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let graph = NEXT.fetch_add(1, Ordering::Relaxed);
        let (commands, receiver) = HeapRb::new(COMMAND_CAPACITY).split();
        let (returns, returned) = HeapRb::new(RETURN_CAPACITY).split();
        let shared = Arc::new(Shared { graph, ..Shared::default() });
        let scheduler =
            Scheduler::new(returns, shared.clone(), config.sample_rate, u32::try_from(config.lanes).unwrap_or(1));
        let control = GraphControl {
            config,
            desired: DspGraph::default(),
            sounding: None,
            stage: Stage::Settled,
            dirty: false,
            serial: 0,
            delays: Delays::new(),
            waiting: vec![],
            commands,
            returned,
            shared,
            refused_commands: 0,
            latency_frames: 0,
            ledger: Ledger::default(),
        };
        (control, CommandReceiver { ring: receiver, graph }, scheduler)
    }
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The node has this id.
    Added(NodeId),
    /// Done, or on its way.
    Done,
}

/// What came of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// Nothing to do: what sounds is what was asked for.
    Settled,
    /// A plan is on its way.
    Sent,
    /// A plan is still on its way or fades; edits gather until the next commit.
    Busy,
}

/// Figures of a running graph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Telemetry {
    /// Frames made.
    pub frames: u64,
    /// Times that a node or a bus brought what is no sound and was silenced.
    pub non_finite: u64,
    /// Commands that were refused because the ring was full.
    pub refused_commands: u64,
    /// Moves of parameters whose node was gone when they were due.
    pub lost_events: u64,
    /// Times that a plan had to wait because old ones had not been collected.
    pub refused_swaps: u64,
    /// Plans sent.
    pub plans: u64,
    /// Sub-blocks that were offered to several threads.
    pub shared_sub_blocks: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// What sounds has no fades in it.
    Settled,
    /// A plan is in flight.
    Sent { has_fades: bool },
    /// It runs, and fades.
    Fading,
}

/// The control half of a graph. Any one thread may hold it; not the audio thread.
///
/// Edits change the graph at once and are heard after [`GraphControl::commit`]. Call that regularly: it also takes
/// back and drops what the audio side is done with.
pub struct GraphControl {
    config: GraphConfig,
    desired: DspGraph,
    /// What the last plan plays; `None` before the first.
    sounding: Option<DspGraph>,
    stage: Stage,
    dirty: bool,
    serial: u64,
    delays: Delays,
    /// Moves of nodes that no plan has yet.
    waiting: Vec<ParamEvent>,
    commands: HeapProd<AudioCommand>,
    returned: HeapCons<Box<Plan>>,
    shared: Arc<Shared>,
    refused_commands: u64,
    latency_frames: u32,
    /// Of the last plan.
    ledger: Ledger,
}

impl GraphControl {
    /// The graph as edited.
    #[must_use]
    pub const fn graph(&self) -> &DspGraph {
        &self.desired
    }

    /// Does a command.
    ///
    /// # Errors
    /// [`GraphError`]; the graph then is as before.
    pub fn apply(&mut self, command: Command) -> Result<Reply, GraphError> {
        match command {
            Command::AddNode(node) => return self.add_boxed(node).map(Reply::Added),
            Command::RemoveNode(node) => self.remove(node)?,
            Command::Connect { src, dst, slot } => self.connect(src, dst, slot)?,
            Command::Disconnect { dst, slot } => self.disconnect(dst, slot)?,
            Command::UpdateParam { node, param_index, new_param } => self.update_param(node, param_index, new_param)?,
            Command::SetOutputNode(node) => self.set_output_node(node)?,
            Command::SetMute(mute) => self.set_mute(mute)?,
            Command::ClearGraph => self.clear(),
        }
        Ok(Reply::Done)
    }

    /// Adds a node.
    ///
    /// # Errors
    /// [`GraphError::TooManyInputs`].
    pub fn add(&mut self, node: impl DspNode) -> Result<NodeId, GraphError> {
        self.add_boxed(Box::new(node))
    }

    /// Adds a node.
    ///
    /// # Errors
    /// [`GraphError::TooManyInputs`].
    pub fn add_boxed(&mut self, mut node: Box<dyn DspNode>) -> Result<NodeId, GraphError> {
        node.prepare(self.config.sample_rate);
        let id = self.desired.add(node)?;
        self.dirty = true;
        Ok(id)
    }

    /// Removes a node with its connections. If it sounds, it fades out.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`].
    pub fn remove(&mut self, node: NodeId) -> Result<(), GraphError> {
        self.desired.remove(node)?;
        self.dirty = true;
        Ok(())
    }

    /// Feeds a slot. What fed it before is disconnected; the sound goes over within [`DECLICK_MS`].
    ///
    /// # Errors
    /// [`GraphError`] for a stale node, a missing slot, a wrong width, or a connection that would close a circle.
    pub fn connect(&mut self, src: impl Into<SourceId>, dst: NodeId, slot: usize) -> Result<(), GraphError> {
        self.desired.connect(src.into(), dst, slot)?;
        self.dirty = true;
        Ok(())
    }

    /// Frees a slot; it then is silent.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`] or [`GraphError::NoSlot`].
    pub fn disconnect(&mut self, dst: NodeId, slot: usize) -> Result<(), GraphError> {
        self.desired.disconnect(dst, slot)?;
        self.dirty = true;
        Ok(())
    }

    /// Sends a node to the main output, or nothing.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`].
    pub fn set_output_node(&mut self, node: Option<NodeId>) -> Result<(), GraphError> {
        self.set_output(MAIN, node)
    }

    /// Sends a node to an output bus, or nothing.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`].
    pub fn set_output(&mut self, bus: OutputBus, node: Option<NodeId>) -> Result<(), GraphError> {
        self.desired.set_output(bus, node)?;
        self.dirty = true;
        Ok(())
    }

    /// Removes every node.
    pub fn clear(&mut self) {
        self.desired.clear();
        self.dirty = true;
    }

    /// Moves a parameter on the first frame after the command arrives.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`], [`GraphError::NoParam`], [`GraphError::NotFinite`] or [`GraphError::RingFull`].
    pub fn update_param(&mut self, node: NodeId, index: u16, param: Param) -> Result<(), GraphError> {
        self.update_param_at(0, node, index, param)
    }

    /// Moves a parameter on a frame of the scheduler's clock.
    ///
    /// # Errors
    /// As [`GraphControl::update_param`].
    pub fn update_param_at(&mut self, at_frame: u64, node: NodeId, index: u16, param: Param) -> Result<(), GraphError> {
        let params = self.desired.entry(node)?.info.num_params;
        if index >= params {
            return Err(GraphError::NoParam { node, index, params });
        }
        if !param.target.is_finite() {
            return Err(GraphError::NotFinite(node));
        }
        let event = ParamEvent { at_frame, node, index, param };
        if self.sounding.as_ref().is_some_and(|graph| graph.contains(node)) {
            return self.send(AudioCommand::Param(event));
        }
        self.waiting.push(event);
        Ok(())
    }

    /// Fades everything out, or in again.
    ///
    /// # Errors
    /// [`GraphError::RingFull`].
    pub fn set_mute(&mut self, mute: bool) -> Result<(), GraphError> {
        self.send(AudioCommand::Mute(mute))
    }

    /// Nodes that are added from now on get ready for this sample rate, in Hz. Those that play are told by
    /// [`Scheduler::prepare`].
    pub const fn set_sample_rate(&mut self, sample_rate: f64) {
        self.config.sample_rate = sample_rate;
    }

    /// How helpers may be used; [`Parallel::Auto`] until told otherwise.
    ///
    /// # Errors
    /// [`GraphError::RingFull`].
    pub fn set_parallel(&mut self, mode: Parallel) -> Result<(), GraphError> {
        self.send(AudioCommand::Parallel(mode))
    }

    /// What a host's thread pool calls.
    #[must_use]
    pub fn lane_entry(&self) -> LaneEntry {
        LaneEntry(self.shared.gang.clone())
    }

    #[cfg(feature = "parallel")]
    pub(super) fn gang(&self) -> Arc<Gang> {
        self.shared.gang.clone()
    }

    fn send(&mut self, command: AudioCommand) -> Result<(), GraphError> {
        self.commands.try_push(command).map_err(|_| {
            self.refused_commands += 1;
            GraphError::RingFull
        })
    }

    /// Compiles what was edited and sends it, unless a plan is still in flight; takes back what the audio side is done
    /// with. Not real-time.
    ///
    /// # Errors
    /// [`GraphError::RingFull`]: nothing is lost, the next commit tries again.
    pub fn commit(&mut self) -> Result<Commit, GraphError> {
        self.collect();
        self.send_waiting()?;
        if self.stage != Stage::Settled && !self.fades_are_over() {
            return Ok(Commit::Busy);
        }
        if !self.dirty && self.stage == Stage::Settled {
            return Ok(Commit::Settled);
        }
        self.send_plan()?;
        Ok(Commit::Sent)
    }

    /// Drops what came back: plans, and with them the nodes that no plan has any more.
    fn collect(&mut self) {
        while let Some(plan) = self.returned.try_pop() {
            drop(plan);
            if let Stage::Sent { has_fades } = self.stage {
                self.stage = if has_fades { Stage::Fading } else { Stage::Settled };
            }
        }
    }

    fn fades_are_over(&self) -> bool {
        let fade_frames = u64::from(ms_to_frames(DECLICK_MS, self.config.sample_rate));
        let adopted = self.shared.adopted.load(Ordering::Acquire);
        let since = self.shared.adopted_at.load(Ordering::Relaxed) + fade_frames;
        self.stage == Stage::Fading && adopted == self.serial && self.shared.frames.load(Ordering::Acquire) >= since
    }

    fn send_plan(&mut self) -> Result<(), GraphError> {
        let options =
            Options { sample_rate: self.config.sample_rate, banks: self.config.banks, lanes: self.config.lanes };
        if let Some(ticks) = ticks_per_ns().filter(|_| options.lanes > 1) {
            self.ledger.settle(ticks);
        }
        let mut delays = self.delays.clone();
        let spec = Spec::new(&self.desired, self.sounding.as_ref());
        let ((plan, ledger), target) = match compile(&spec, options, self.serial + 1, &mut delays) {
            Ok(compiled) => (compiled, self.desired.clone()),
            Err(_) => {
                // Old and new together go round: first let go of the old, then take up the new.
                let step = self.sounding.as_ref().map(|old| without_changes(&self.desired, old)).unwrap_or_default();
                let spec = Spec::new(&step, self.sounding.as_ref());
                let compiled = compile(&spec, options, self.serial + 1, &mut delays);
                (compiled.unwrap_or_else(|_| (Plan::empty(), Ledger::default())), step)
            }
        };
        let (has_fades, latency_frames) = (plan.has_fades, plan.latency_frames);
        self.send(AudioCommand::Swap(Box::new(plan)))?;
        self.dirty = has_more_to_do(&target, &self.desired);
        self.serial += 1;
        self.delays = delays;
        self.ledger = ledger;
        self.latency_frames = latency_frames;
        self.sounding = Some(target);
        self.stage = Stage::Sent { has_fades };
        self.send_waiting()
    }

    /// Moves of nodes that the plan now has follow it through the ring.
    fn send_waiting(&mut self) -> Result<(), GraphError> {
        let sounding = self.sounding.as_ref();
        let is_ready = |event: &ParamEvent| sounding.is_some_and(|graph| graph.contains(event.node));
        let desired = &self.desired;
        self.waiting.retain(|event| desired.contains(event.node));
        while let Some(index) = self.waiting.iter().position(is_ready) {
            if self.commands.try_push(AudioCommand::Param(self.waiting[index])).is_err() {
                self.refused_commands += 1;
                return Err(GraphError::RingFull);
            }
            self.waiting.remove(index);
        }
        Ok(())
    }

    /// By how many frames the outputs of the last plan are late.
    #[must_use]
    pub const fn latency_frames(&self) -> u32 {
        self.latency_frames
    }

    /// Times that a node made what is no sound and was silenced.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`].
    pub fn faults(&self, node: NodeId) -> Result<u32, GraphError> {
        Ok(self.desired.entry(node)?.cell.faults())
    }

    /// What a node is taken to cost when strips are cut, in nanoseconds for 64 frames: its hint, and with several lanes
    /// what was measured by the last commit that sent a plan.
    ///
    /// # Errors
    /// [`GraphError::StaleNode`].
    pub fn cost_ns(&self, node: NodeId) -> Result<u32, GraphError> {
        Ok(self.desired.entry(node)?.cell.cost_ns())
    }

    /// Figures.
    #[must_use]
    pub fn telemetry(&self) -> Telemetry {
        Telemetry {
            frames: self.shared.frames.load(Ordering::Acquire),
            non_finite: u64::from(self.shared.faults.count()),
            refused_commands: self.refused_commands,
            lost_events: self.shared.lost_events.load(Ordering::Relaxed),
            refused_swaps: self.shared.refused_swaps.load(Ordering::Relaxed),
            plans: self.serial,
            shared_sub_blocks: self.shared.shared_sub_blocks.load(Ordering::Relaxed),
        }
    }
}

/// Whether the plan that was sent was only a step on the way.
fn has_more_to_do(target: &DspGraph, desired: &DspGraph) -> bool {
    let same_nodes =
        || desired.nodes().all(|(id, entry)| target.entry(id).is_ok_and(|other| other.inputs == entry.inputs));
    target.len() != desired.len() || target.outputs() != desired.outputs() || !same_nodes()
}

impl std::fmt::Debug for GraphControl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GraphControl")
            .field("nodes", &self.desired.len())
            .field("stage", &self.stage)
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
