//! What the audio thread runs: a compiled graph. Made by [`super::compile`], never changed, replaced as a whole.
#![allow(unsafe_code, reason = "a plan holds resolved pointers into its own slab and into nodes that it keeps alive")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::block::Width;
use super::costs::StripCosts;
use super::events::ActiveEvent;
use super::io::RawIo;
use super::parallel::now;
use super::run::{BankCall, Faults, Run};
use super::streak::{Streak, run_streaks};
use super::{DspNode, InputBus, NodeId, OutputBus, StereoBlock};

/// A node that control side and audio side both hold on to, but only the running plan touches.
#[derive(Debug)]
pub(super) struct NodeCell {
    node: *mut dyn DspNode,
    /// Times that it made what is no sound.
    faults: AtomicU32,
    /// How long it takes for a whole sub-block, in nanoseconds as [`DspNode::cost_hint_ns`] counts them. Control side.
    cost_ns: AtomicU32,
}

/// Most that a node is taken to cost.
const MOST_COST_NS: f64 = 10_000_000.0;

// SAFETY: the node is `Send`. Shared access reaches only the atomic; the node itself is touched through `pointer()`
// alone, whose callers answer for having it to themselves.
unsafe impl Send for NodeCell {}
// SAFETY: as above.
unsafe impl Sync for NodeCell {}

impl NodeCell {
    pub(super) fn new(node: Box<dyn DspNode>) -> Self {
        let cost_ns = AtomicU32::new(node.cost_hint_ns());
        Self { node: Box::into_raw(node), faults: AtomicU32::new(0), cost_ns }
    }

    pub(super) fn cost_ns(&self) -> u32 {
        self.cost_ns.load(Ordering::Relaxed)
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    pub(super) fn set_cost_ns(&self, cost_ns: f64) {
        self.cost_ns.store(cost_ns.clamp(1.0, MOST_COST_NS) as u32, Ordering::Relaxed);
    }

    /// To be used only by who runs the one plan that is live, or before any plan knows the node.
    pub(super) const fn pointer(&self) -> *mut dyn DspNode {
        self.node
    }

    pub(super) fn count_fault(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn faults(&self) -> u32 {
        self.faults.load(Ordering::Relaxed)
    }
}

impl Drop for NodeCell {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw`, and this is the last owner.
        drop(unsafe { Box::from_raw(self.node) });
    }
}

/// The op is not a plain call of a node that guards itself.
pub(super) mod flag {
    /// Look for what is no sound afterwards.
    pub(in super::super) const SCAN: u8 = 1;
    /// Parameters move within this sub-block.
    pub(in super::super) const EVENTS: u8 = 2;
    /// The input of a feedback node.
    pub(in super::super) const ABSORB: u8 = 4;
    /// Several nodes side by side.
    pub(in super::super) const BANK: u8 = 8;
    /// The node made what is no sound and is silent for a while; or one of the bank did.
    pub(in super::super) const BROKEN: u8 = 16;
}

/// One step of a plan: a node with its buffers.
#[derive(Debug)]
pub(super) struct Op {
    pub(super) node: *mut dyn DspNode,
    pub(super) io: RawIo,
    /// First and number of its events in this sub-block.
    pub(super) events: (u32, u32),
    /// Index of the bank, or of the node's cell.
    pub(super) index: u32,
    pub(super) flags: u8,
    pub(super) width: Width,
    /// Frames for which a broken node is still silent, below twice [`super::SUB_BLOCK_FRAMES`]; then it is reset.
    pub(super) hold: u8,
}

/// A bus in a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bus<B> {
    pub(super) bus: B,
    /// Block in the slab.
    pub(super) buffer: u32,
    pub(super) width: Width,
    /// Frames for which it is still silent, because what came was no sound.
    pub(super) hold: u8,
}

/// Blocks in one piece of memory, aligned to cache lines. Block 0 stays silent: it feeds unconnected slots.
#[derive(Debug)]
pub(super) struct Slab {
    blocks: *mut StereoBlock,
    len: usize,
}

impl Slab {
    pub(super) fn new(len: usize) -> Self {
        let blocks = vec![StereoBlock::SILENT; len].into_boxed_slice();
        Self { blocks: Box::into_raw(blocks).cast(), len }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Panics outside; only used while a plan is made and for buses, whose indices were made with the slab.
    pub(super) fn block(&self, index: u32) -> *mut StereoBlock {
        assert!((index as usize) < self.len, "no such block");
        // SAFETY: inside the allocation.
        unsafe { self.blocks.add(index as usize) }
    }
}

impl Drop for Slab {
    fn drop(&mut self) {
        // SAFETY: made by `Box::into_raw` of a slice of this length.
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(self.blocks, self.len)) });
    }
}

/// A run of ops that one lane does in one go, after the strips it depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Strip {
    pub(super) first_op: u32,
    pub(super) num_ops: u32,
    /// Range in [`Plan::streaks`]: the same ops.
    pub(super) first_streak: u32,
    pub(super) num_streaks: u32,
    /// Range in [`Plan::deps`].
    pub(super) first_dep: u32,
    pub(super) num_deps: u32,
}

impl Strip {
    /// # Safety
    /// As [`run_streaks`], with all of the plan's streaks and ops.
    pub(super) unsafe fn run(&self, streaks: *const Streak, ops: *mut Op, run: &Run) {
        // SAFETY: the range was made with the table.
        unsafe { run_streaks(streaks.add(self.first_streak as usize), self.num_streaks as usize, ops, run) };
    }
}

/// Where a node is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) generation: u32,
    pub(super) op: u32,
    /// Index in [`Plan::members`], if the op is a bank.
    pub(super) member: Option<u32>,
}

/// A compiled graph. Audio side.
#[derive(Debug)]
pub(super) struct Plan {
    /// Counts plans; 0 is the empty one that a scheduler starts with.
    pub(super) serial: u64,
    pub(super) ops: Box<[Op]>,
    /// The nodes in banks.
    pub(super) members: Box<[Op]>,
    pub(super) banks: Box<[BankCall]>,
    /// What the ops' inputs point into.
    pub(super) inputs: Box<[*const StereoBlock]>,
    pub(super) slab: Slab,
    pub(super) cells: Box<[Arc<NodeCell>]>,
    /// By node index.
    pub(super) places: Box<[Option<Place>]>,
    pub(super) bus_inputs: Box<[Bus<InputBus>]>,
    pub(super) bus_outputs: Box<[Bus<OutputBus>]>,
    pub(super) strips: Box<[Strip]>,
    pub(super) streaks: Box<[Streak]>,
    /// Indices of strips, all below that of the strip that depends on them.
    pub(super) deps: Box<[u32]>,
    /// What strips take; empty where nobody wants to know.
    pub(super) costs: Arc<StripCosts>,
    /// Indices of strips that no other depends on: once they are done, all are.
    pub(super) last_strips: Box<[u32]>,
    pub(super) latency_frames: u32,
    /// Some connections fade: once they are done a plan without the fades is due.
    pub(super) has_fades: bool,
}

// SAFETY: nodes are `Send`, and a plan's pointers lead only to what it owns or keeps alive by its cells.
unsafe impl Send for Plan {}

impl Plan {
    pub(super) fn empty() -> Self {
        Self {
            serial: 0,
            ops: Box::default(),
            members: Box::default(),
            banks: Box::default(),
            inputs: Box::default(),
            slab: Slab::new(1),
            cells: Box::default(),
            places: Box::default(),
            bus_inputs: Box::default(),
            bus_outputs: Box::default(),
            strips: Box::default(),
            streaks: Box::default(),
            deps: Box::default(),
            costs: Arc::default(),
            last_strips: Box::default(),
            latency_frames: 0,
            has_fades: false,
        }
    }

    pub(super) fn place(&self, id: NodeId) -> Option<Place> {
        self.places.get(id.index as usize).copied().flatten().filter(|place| place.generation == id.generation)
    }

    fn op_at(&mut self, place: Place) -> &mut Op {
        match place.member {
            Some(member) => &mut self.members[member as usize],
            None => &mut self.ops[place.op as usize],
        }
    }

    /// A node of this plan.
    ///
    /// `&mut self` is what makes it ours: only the scheduler has the live plan, and no lane runs between blocks.
    pub(super) fn node_mut(&mut self, id: NodeId) -> Option<&mut dyn DspNode> {
        let place = self.place(id)?;
        // SAFETY: the plan keeps the node alive, and nobody else touches it while the plan is borrowed.
        Some(unsafe { &mut *self.op_at(place).node })
    }

    /// Every node with a place of its own, the compiler's delays and fades included.
    pub(super) fn for_each_node(&mut self, mut f: impl FnMut(&mut dyn DspNode)) {
        for cell in &*self.cells {
            // SAFETY: as in `node_mut`; one at a time.
            f(unsafe { &mut *cell.pointer() });
        }
    }

    /// Hands a node its events for this sub-block.
    pub(super) fn set_events(&mut self, place: Place, range: (u32, u32)) {
        let change = |op: &mut Op| {
            op.events = range;
            op.flags = if range.1 == 0 { op.flags & !flag::EVENTS } else { op.flags | flag::EVENTS };
        };
        change(&mut self.ops[place.op as usize]);
        if place.member.is_some() {
            change(self.op_at(place));
        }
    }

    pub(super) fn run_info(
        &self,
        frames: u32,
        events: &[ActiveEvent],
        faults: &Faults,
        phase: u32,
        hunts: bool,
        samples: bool,
    ) -> Run {
        Run {
            frames,
            events: events.as_ptr(),
            num_events: events.len(),
            banks: self.banks.as_ptr(),
            cells: self.cells.as_ptr(),
            faults,
            phase,
            hunts,
            samples,
            costs: &raw const *self.costs,
        }
    }

    /// Resets the nodes that are silent because they are broken.
    pub(super) fn reset_broken(&mut self) {
        for op in self.ops.iter_mut().chain(&mut self.members).filter(|op| op.flags & flag::BROKEN != 0) {
            op.flags &= !flag::BROKEN;
            if op.flags & flag::BANK == 0 {
                // SAFETY: as in `node_mut`.
                unsafe { (*op.node).reset() };
            }
        }
    }

    /// Runs every op on this thread.
    pub(super) fn run_all(&mut self, run: &Run) {
        if run.samples {
            return self.run_strips(run);
        }
        // SAFETY: the ops are in an order in which each one's inputs are ready; we have them all to ourselves.
        unsafe { run_streaks(self.streaks.as_ptr(), self.streaks.len(), self.ops.as_mut_ptr(), run) };
    }

    /// Strip after strip, to see what each takes.
    fn run_strips(&mut self, run: &Run) {
        for (index, strip) in self.strips.iter().enumerate() {
            let start = now();
            // SAFETY: as in `run_all`; strips are in an order in which each comes after those it needs.
            unsafe { strip.run(self.streaks.as_ptr(), self.ops.as_mut_ptr(), run) };
            self.costs.add(index, now().saturating_sub(start), run.frames);
        }
    }

    /// A bus's block.
    pub(super) fn block_mut(&mut self, index: u32) -> &mut StereoBlock {
        // SAFETY: inside the slab, and nothing runs while the plan is borrowed.
        unsafe { &mut *self.slab.block(index) }
    }
}
