//! Ops one after the other whose nodes are of one type: one loop, made for that type, with the node's own code in it.
#![allow(unsafe_code, reason = "calls nodes through the pointers that the compiler resolved")]

use std::any::{Any, TypeId};

use super::plan::{Op, flag};
use super::run::{self, Run};
use super::{DspNode, NodeIo};

/// How to run ops whose nodes are all of one type.
#[derive(Clone, Copy, Debug)]
pub struct StreakKernel(unsafe fn(*mut Op, usize, &Run));

/// What the engine knows of each node's type. Every [`DspNode`] has it.
pub trait Streakable {
    /// How to run nodes of this type.
    fn streak(&self) -> StreakKernel;
}

impl<T: DspNode> Streakable for T {
    fn streak(&self) -> StreakKernel {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx") {
            return StreakKernel(run_streak_avx::<T>);
        }
        StreakKernel(run_streak::<T>)
    }
}

/// Ops of a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Streak {
    kernel: StreakKernel,
    first_op: u32,
    num_ops: u32,
}

/// Cuts the ops from `from` on. Every op's node is the one that it was made with.
pub(super) fn cut(ops: &[Op], from: usize, streaks: &mut Vec<Streak>) {
    let mut first_op = u32::try_from(from).unwrap_or(u32::MAX);
    for group in ops[from..].chunk_by(|a, b| node_type(a) == node_type(b)) {
        let num_ops = u32::try_from(group.len()).unwrap_or(u32::MAX);
        let kernel = match group {
            [op, ..] if node_type(op).is_some() => {
                // SAFETY: the node is kept alive by its cell; what is asked for is in its type, not in it.
                unsafe { (*op.node).streak() }
            }
            _ => StreakKernel(run::run_ops),
        };
        streaks.push(Streak { kernel, first_op, num_ops });
        first_op += num_ops;
    }
}

/// The type of its node, if the op is a call of that.
fn node_type(op: &Op) -> Option<TypeId> {
    if op.flags & (flag::BANK | flag::ABSORB) != 0 {
        return None;
    }
    // SAFETY: as in `cut`.
    let node: &dyn Any = unsafe { &*op.node };
    Some(node.type_id())
}

/// Runs streaks one after the other.
///
/// # Safety
/// `ops` are those of the plan that the streaks were cut from; of these that `streaks` name the rest is as in
/// [`run::run_ops`].
pub(super) unsafe fn run_streaks(streaks: *const Streak, count: usize, ops: *mut Op, run: &Run) {
    for n in 0..count {
        // SAFETY: as promised.
        unsafe {
            let Streak { kernel, first_op, num_ops } = *streaks.add(n);
            let (first, count) = (ops.add(first_op as usize), num_ops as usize);
            if run.hunts { run::run_all_special(first, count, run) } else { (kernel.0)(first, count, run) }
        }
    }
}

/// # Safety
/// As [`run::run_ops`], and every op's node is a `T`.
unsafe fn run_streak<T: DspNode>(ops: *mut Op, count: usize, run: &Run) {
    // SAFETY: as promised.
    unsafe { streak::<T>(ops, count, run) };
}

/// The same steps in the same order, so the same bits, in registers twice as wide.
///
/// # Safety
/// As [`run_streak`], and the processor has AVX.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx")]
unsafe fn run_streak_avx<T: DspNode>(ops: *mut Op, count: usize, run: &Run) {
    // SAFETY: as promised.
    unsafe { streak::<T>(ops, count, run) };
}

/// # Safety
/// As [`run_streak`].
#[inline(always)]
unsafe fn streak<T: DspNode>(ops: *mut Op, count: usize, run: &Run) {
    let mut next = ops;
    // SAFETY: as promised: all of it is one table.
    let end = unsafe { ops.add(count) };
    while next != end {
        // SAFETY: as promised.
        unsafe {
            let op = &mut *next;
            next = next.add(1);
            let flags = op.flags;
            if flags & !flag::SCAN != 0 {
                special(op, run);
                continue;
            }
            let status = (*op.node.cast::<T>()).process(NodeIo::new(&op.io, 0, run.frames));
            run::settle(op, status, run);
            if flags != 0 {
                look(op, run);
            }
        }
    }
}

/// Said to be cold, so that the loop of plain calls is in one piece.
///
/// # Safety
/// As [`run::run_ops`].
#[cold]
#[inline(never)]
unsafe fn special(op: &mut Op, run: &Run) {
    // SAFETY: as promised.
    unsafe { run::run_special(op, run) };
}

/// As [`special`].
///
/// # Safety
/// As [`run::run_ops`].
#[cold]
#[inline(never)]
unsafe fn look(op: &mut Op, run: &Run) {
    // SAFETY: as promised.
    unsafe { run::look(op, run) };
}
