//! Running ops: the innermost loop of the engine.
#![allow(unsafe_code, reason = "calls nodes through the pointers that the compiler resolved")]

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};

use super::costs::StripCosts;
use super::events::ActiveEvent;
use super::plan::{NodeCell, Op, flag};
use super::streak::StreakKernel;
use super::{DspNode, NodeIo, SUB_BLOCK_FRAMES, Status, StereoBlock, Width};

/// What all ops of a sub-block share.
#[derive(Debug)]
pub(super) struct Run {
    /// `1..=SUB_BLOCK_FRAMES`.
    pub(super) frames: u32,
    pub(super) events: *const ActiveEvent,
    pub(super) num_events: usize,
    pub(super) banks: *const BankCall,
    pub(super) cells: *const Arc<NodeCell>,
    pub(super) faults: *const Faults,
    /// Frames since the last multiple of [`SUB_BLOCK_FRAMES`] in the scheduler's clock.
    pub(super) phase: u32,
    /// Every node is looked at.
    pub(super) hunts: bool,
    /// What strips take is measured.
    pub(super) samples: bool,
    pub(super) costs: *const StripCosts,
}

/// What was found that is no sound. Lanes write, the audio thread collects.
#[derive(Debug, Default)]
pub(super) struct Faults {
    /// Times, in all.
    count: AtomicU32,
    /// Of this sub-block: whether something sounds again at the next multiple of [`SUB_BLOCK_FRAMES`] in the scheduler's
    /// clock (bit 0), or at the one after (bit 1).
    releases: AtomicU8,
}

#[expect(clippy::cast_possible_truncation, reason = "64")]
const SUB_BLOCK: u32 = SUB_BLOCK_FRAMES as u32;

impl Faults {
    /// Silence begins on frame `at` of a sub-block of `frames`, and lasts for at least the longest sub-block: when it is
    /// found, none of the frames after it has been made yet, however the stream is cut. It ends on a multiple in the
    /// clock, so that the sub-blocks that must begin there are few. Returns how many frames are left after these.
    pub(super) fn add(&self, at: usize, frames: u32, phase: u32) -> u8 {
        let at = u32::try_from(at).unwrap_or(0);
        let end = phase + frames;
        let release = (phase + at + SUB_BLOCK).next_multiple_of(SUB_BLOCK);
        let bit = release.saturating_sub(end.next_multiple_of(SUB_BLOCK)) / SUB_BLOCK;
        self.count.fetch_add(1, Ordering::Relaxed);
        self.releases.fetch_or(1 << bit.min(1), Ordering::Relaxed);
        u8::try_from(release.saturating_sub(end)).unwrap_or(u8::MAX)
    }

    pub(super) fn count(&self) -> u32 {
        self.count.load(Ordering::Relaxed)
    }

    /// Takes the releases, once lanes are done.
    pub(super) fn take_releases(&self) -> u8 {
        // Nearly always there are none: then nothing is written to what lanes read.
        if self.releases.load(Ordering::Relaxed) == 0 { 0 } else { self.releases.swap(0, Ordering::Relaxed) }
    }
}

/// Runs ops one after the other.
///
/// # Safety
/// `ops` are `count` ops of the plan that made `run`, nobody else touches them, their nodes or their outputs, and what
/// they read is ready.
pub(super) unsafe fn run_ops(ops: *mut Op, count: usize, run: &Run) {
    if run.hunts {
        // SAFETY: as promised.
        return unsafe { run_all_special(ops, count, run) };
    }
    for n in 0..count {
        // SAFETY: in range, and the caller has it to itself.
        unsafe { run_op(&mut *ops.add(n), run) };
    }
}

/// # Safety
/// As [`run_ops`].
#[cold]
pub(super) unsafe fn run_all_special(ops: *mut Op, count: usize, run: &Run) {
    for n in 0..count {
        // SAFETY: as promised.
        unsafe { run_special(&mut *ops.add(n), run) };
    }
}

/// # Safety
/// As [`run_ops`].
#[inline(always)]
unsafe fn run_op(op: &mut Op, run: &Run) {
    // SAFETY: as promised for `run_ops`.
    unsafe {
        if op.flags != 0 {
            return run_flagged(op, run);
        }
        let status = (*op.node).process(NodeIo::new(&op.io, 0, run.frames));
        settle(op, status, run);
    }
}

/// Said to be cold, as is what follows a status out of the ordinary, so that the loop of plain calls is in one piece.
///
/// # Safety
/// As [`run_ops`].
#[cold]
#[inline(never)]
unsafe fn run_flagged(op: &mut Op, run: &Run) {
    // SAFETY: as promised for `run_ops`.
    unsafe {
        if op.flags != flag::SCAN {
            return run_special(op, run);
        }
        let status = (*op.node).process(NodeIo::new(&op.io, 0, run.frames));
        settle(op, status, run);
        look(op, run);
    }
}

/// # Safety
/// As [`run_ops`].
#[inline(never)]
pub(super) unsafe fn run_special(op: &mut Op, run: &Run) {
    // SAFETY: as promised for `run_ops`; bank indices were made with the table.
    unsafe {
        if op.flags & flag::BANK != 0 {
            return run_bank_op(op, &*run.banks.add(op.index as usize), run);
        }
        if op.flags & flag::ABSORB != 0 {
            return (*op.node).absorb(NodeIo::new(&op.io, 0, run.frames));
        }
        if op.flags & flag::BROKEN != 0 && op.hold == 0 {
            op.flags &= !flag::BROKEN;
            (*op.node).reset();
        }
        let status = match op.flags & flag::EVENTS {
            0 => (*op.node).process(NodeIo::new(&op.io, 0, run.frames)),
            _ => run_between_events(op, run),
        };
        if op.flags & flag::BROKEN != 0 {
            return stay_silent(op, run);
        }
        settle(op, status, run);
        scan(op, run);
    }
}

/// # Safety
/// As [`run_ops`].
unsafe fn run_bank_op(op: &mut Op, bank: &BankCall, run: &Run) {
    // SAFETY: as promised for `run_ops`; a bank's members are its op's alone.
    unsafe {
        if op.flags & (flag::EVENTS | flag::BROKEN) == 0 && !run.hunts {
            (bank.kernel.run)(bank.members, bank.count, run);
        } else {
            run_ops(bank.members, bank.count, run);
        }
        let flags = (0..bank.count).fold(0, |flags, n| flags | (*bank.members.add(n)).flags);
        op.flags = (op.flags & !flag::BROKEN) | (flags & flag::BROKEN);
    }
}

/// A broken node goes on in time, unheard. Sub-blocks end where its silence does.
///
/// # Safety
/// As [`run_ops`].
unsafe fn stay_silent(op: &mut Op, run: &Run) {
    op.hold = op.hold.saturating_sub(u8::try_from(run.frames).unwrap_or(u8::MAX));
    // SAFETY: the output is this op's alone. It may have been written to, whatever its status says.
    unsafe { *op.io.output = StereoBlock::SILENT };
}

/// Splits the sub-block where parameters move. A node gives the same samples however its frames are split, so this
/// is exact.
///
/// # Safety
/// As [`run_ops`].
unsafe fn run_between_events(op: &mut Op, run: &Run) -> Status {
    let (first, count) = (op.events.0 as usize, op.events.1 as usize);
    if first + count > run.num_events {
        return Status::Silent;
    }
    // SAFETY: the range was checked; the list is not written while ops run.
    let events = unsafe { std::slice::from_raw_parts(run.events.add(first), count) };
    let mut from = 0;
    let mut sum: Option<Status> = None;
    for event in events {
        if event.offset > from {
            // SAFETY: offsets are below `frames`.
            sum = Some(unsafe { run_part(op, from, event.offset, sum) });
            from = event.offset;
        }
        // SAFETY: as promised for `run_ops`.
        unsafe { (*op.node).set_param(event.index, event.param) };
    }
    // SAFETY: the last event's offset is below `frames`.
    unsafe { run_part(op, from, run.frames, sum) }
}

/// # Safety
/// As [`run_ops`], and `from < to <= SUB_BLOCK_FRAMES`.
unsafe fn run_part(op: &mut Op, from: u32, to: u32, before: Option<Status>) -> Status {
    // SAFETY: as promised.
    let status = unsafe { (*op.node).process(NodeIo::new(&op.io, from, to)) };
    if status == Status::Silent {
        // SAFETY: as promised.
        let mut io = unsafe { NodeIo::new(&op.io, from, to) };
        io.out().into_iter().for_each(|channel| channel.fill(0.0));
    }
    match (before, status) {
        (Some(Status::Broken), _) | (_, Status::Broken) => Status::Broken,
        (None | Some(Status::Silent), Status::Silent) => Status::Silent,
        _ => Status::Audio,
    }
}

/// Notes what the node said of its sound.
///
/// # Safety
/// As [`run_ops`].
#[inline(always)]
pub(super) unsafe fn settle(op: &mut Op, status: Status, run: &Run) {
    // SAFETY: the output is this op's alone.
    unsafe {
        if status == Status::Audio || status == Status::Constant {
            (*op.io.output).status = status;
        } else {
            settle_special(op, status, run);
        }
    }
}

/// # Safety
/// As [`run_ops`].
#[cold]
#[inline(never)]
unsafe fn settle_special(op: &mut Op, status: Status, run: &Run) {
    // SAFETY: as promised for `run_ops`; the output is this op's alone.
    unsafe {
        if status == Status::Broken {
            (*op.io.output).status = Status::Audio;
            look(op, run);
        } else {
            (*op.io.output).silence();
        }
    }
}

/// What is no sound stops at the node that made it.
///
/// # Safety
/// As [`run_ops`].
unsafe fn scan(op: &mut Op, run: &Run) {
    // SAFETY: as promised for `run_ops`.
    unsafe {
        if op.flags & flag::SCAN != 0 || run.hunts {
            look(op, run);
        }
    }
}

/// From the first bad frame on the node is silent, see [`Faults::add`]. Then it is reset.
///
/// # Safety
/// As [`run_ops`].
#[inline]
pub(super) unsafe fn look(op: &mut Op, run: &Run) {
    let frames = run.frames as usize;
    // SAFETY: the output is this op's alone.
    if let Some(at) = unsafe { (*op.io.output).first_bad_frame(frames, op.width) } {
        // SAFETY: as promised for `run_ops`.
        unsafe { break_off(op, at, run) };
    }
}

/// # Safety
/// As [`run_ops`].
#[cold]
unsafe fn break_off(op: &mut Op, at: usize, run: &Run) {
    // SAFETY: the output is this op's alone; cell indices were made with the table.
    unsafe {
        (*op.io.output).silence_from(at);
        op.hold = (*run.faults).add(at, run.frames, run.phase);
        op.flags |= flag::BROKEN;
        (*run.cells.add(op.index as usize)).count_fault();
    }
}

/// Most lanes in one bank, where a lane is a channel of a node.
pub const MAX_LANES: usize = 16;

/// A node of which several can run as lanes of one operation. Each lane must give the bits that
/// [`DspNode::process`] gives.
pub trait BankNode: DspNode + Sized {
    /// Makes the next frames of every node in the bank.
    ///
    /// # Real-time
    /// As [`DspNode::process`].
    fn process_bank(bank: &mut Bank<'_, Self>);
}

/// How to run a bank of one type of node.
#[derive(Clone, Copy, Debug)]
pub struct BankKernel {
    run: unsafe fn(*mut Op, usize, &Run),
    pub(super) type_id: TypeId,
    /// Whether the compiler shall change the order of nodes to get full banks.
    pub(super) is_worth_reordering: bool,
}

impl BankKernel {
    /// For nodes whose lanes cost much less than the nodes one by one, such as recursive filters: the compiler goes
    /// out of its way to fill the bank.
    #[must_use]
    pub fn eager<T: BankNode>() -> Self {
        Self { run: bank_runner::<T>(), type_id: TypeId::of::<T>(), is_worth_reordering: true }
    }

    /// For nodes whose samples are already vectors in time: those that happen to be next to each other are joined, and
    /// run in one loop.
    #[must_use]
    pub fn casual<T: DspNode>() -> Self {
        Self { run: StreakKernel::of::<T>().0, type_id: TypeId::of::<T>(), is_worth_reordering: false }
    }
}

/// A bank in a plan.
#[derive(Debug)]
pub(super) struct BankCall {
    pub(super) kernel: BankKernel,
    pub(super) members: *mut Op,
    /// At most [`MAX_LANES`].
    pub(super) count: usize,
}

/// How to run a bank on this processor.
fn bank_runner<T: BankNode>() -> unsafe fn(*mut Op, usize, &Run) {
    #[cfg(target_arch = "x86_64")]
    if super::streak::has_avx() {
        return run_bank_avx::<T>;
    }
    run_bank::<T>
}

/// # Safety
/// As [`run_ops`]; every op's node is a `T`, and there are at most [`MAX_LANES`].
unsafe fn run_bank<T: BankNode>(ops: *mut Op, count: usize, run: &Run) {
    // SAFETY: as promised.
    unsafe { bank::<T>(ops, count, run) };
}

/// The same steps in the same order, so the same bits, in registers twice as wide.
///
/// # Safety
/// As [`run_bank`], and the processor has AVX.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
unsafe fn run_bank_avx<T: BankNode>(ops: *mut Op, count: usize, run: &Run) {
    // SAFETY: as promised.
    unsafe { bank::<T>(ops, count, run) };
}

/// # Safety
/// As [`run_bank`].
#[inline(always)]
unsafe fn bank<T: BankNode>(ops: *mut Op, count: usize, run: &Run) {
    let mut bank = Bank::<T> { ops, count, frames: run.frames, status: [Status::Audio; MAX_LANES], nodes: PhantomData };
    T::process_bank(&mut bank);
    for (n, status) in bank.status.into_iter().enumerate().take(count) {
        // SAFETY: in range, and ours alone.
        unsafe {
            let op = &mut *ops.add(n);
            settle(op, status, run);
            scan(op, run);
        }
    }
}

/// Nodes of one type with their buffers. All have the same ports; no output is an input of the same bank.
#[derive(Debug)]
pub struct Bank<'a, T> {
    ops: *mut Op,
    count: usize,
    frames: u32,
    status: [Status; MAX_LANES],
    nodes: PhantomData<&'a mut [T]>,
}

impl<'a, T: BankNode> Bank<'a, T> {
    /// How many nodes, `at least 2`.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Never: a bank has nodes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Frames to make.
    #[must_use]
    pub const fn frames(&self) -> usize {
        self.frames as usize
    }

    /// Width of every output.
    #[must_use]
    pub fn width(&self) -> Width {
        self.op(0).width
    }

    fn op(&self, n: usize) -> &'a Op {
        assert!(n < self.count, "no such lane");
        // SAFETY: in range; while a bank runs, nothing writes its ops.
        unsafe { &*self.ops.add(n) }
    }

    /// A node.
    #[must_use]
    pub fn node(&mut self, n: usize) -> &mut T {
        // SAFETY: the compiler puts only nodes of type `T` under this kernel, and the bank has them to itself.
        unsafe { &mut *self.op(n).node.cast::<T>() }
    }

    /// Only for looking at inputs, which nobody writes while the bank runs.
    fn io(&self, n: usize) -> NodeIo<'a> {
        // SAFETY: nothing here hands out the output of this view.
        unsafe { NodeIo::new(&self.op(n).io, 0, self.frames) }
    }

    /// What is known of a node's input.
    #[must_use]
    pub fn input_status(&self, n: usize, slot: usize) -> Status {
        self.io(n).status(slot)
    }

    /// A node with its buffers.
    #[must_use]
    pub fn lane(&mut self, n: usize) -> (&mut T, NodeIo<'_>) {
        let op = self.op(n);
        // SAFETY: node and output are the bank's alone and do not overlap; both are borrowed from the bank.
        unsafe { (&mut *op.node.cast::<T>(), NodeIo::new(&op.io, 0, self.frames)) }
    }

    /// Both channels of a node's input, over the whole length of the block: after [`Bank::frames`] come leftovers.
    #[must_use]
    pub fn input(&self, n: usize, slot: usize) -> [&'a [f32; SUB_BLOCK_FRAMES]; 2] {
        let block = self.io(n).block(slot);
        [&block.left, &block.right]
    }

    /// A node's output, over the whole length of its block: after [`Bank::frames`] come leftovers. Both are the bank's
    /// alone while it runs.
    pub(super) fn output(&self, n: usize) -> [*mut [f32; SUB_BLOCK_FRAMES]; 2] {
        let output = self.op(n).io.output;
        // SAFETY: only takes addresses, inside the block.
        unsafe { [&raw mut (*output).left, &raw mut (*output).right] }
    }

    /// Says what is known of a node's sound; [`Status::Audio`] if nothing is said.
    pub const fn set_status(&mut self, n: usize, status: Status) {
        self.status[n] = status;
    }

    /// Runs the nodes one by one: the way out when they are not all in the same state.
    pub fn one_by_one(&mut self) {
        for n in 0..self.count {
            let (node, io) = self.lane(n);
            let status = node.process(io);
            self.set_status(n, status);
        }
    }
}
