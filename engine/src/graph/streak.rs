//! Ops one after the other whose nodes are of one type: one loop, made for that type, with the node's own code in it.
#![allow(unsafe_code, reason = "calls nodes through the pointers that the compiler resolved")]

use std::any::{Any, TypeId};

use super::plan::{Op, flag};
use super::run::{self, Run};
use super::{DspNode, NodeIo};

/// How to run ops whose nodes are all of one type.
#[derive(Clone, Copy, Debug)]
pub struct StreakKernel(pub(super) unsafe fn(*mut Op, usize, &Run));

impl StreakKernel {
    /// For nodes of a type, on this processor.
    pub(super) fn of<T: DspNode>() -> Self {
        #[cfg(target_arch = "x86_64")]
        if has_avx() {
            return Self(run_streak_avx::<T>);
        }
        Self(run_streak::<T>)
    }
}

/// Whether the processor has registers of eight floats.
#[cfg(target_arch = "x86_64")]
pub(super) fn has_avx() -> bool {
    #[cfg(test)]
    if tests::WITHOUT_AVX.get() {
        return false;
    }
    std::arch::is_x86_feature_detected!("avx")
}

/// What the engine knows of each node's type. Every [`DspNode`] has it.
pub trait Streakable {
    /// How to run nodes of this type.
    fn streak(&self) -> StreakKernel;
}

impl<T: DspNode> Streakable for T {
    fn streak(&self) -> StreakKernel {
        StreakKernel::of::<T>()
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use crate::graph::nodes::{Biquad, FilterMode, Gain, Meter, Sum};
    use crate::graph::{DspNode, Graph, GraphConfig, NodeIo, Param, Ports, Status, Width};

    thread_local! {
        /// Plans that this thread compiles do without.
        pub(super) static WITHOUT_AVX: Cell<bool> = const { Cell::new(false) };
    }

    /// Noise that is the same in every run.
    struct Noise(u32);

    impl DspNode for Noise {
        fn process(&mut self, mut io: NodeIo<'_>) -> Status {
            for channel in io.out() {
                for sample in channel {
                    self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *sample = (self.0 >> 8) as f32 / 8_388_608.0 - 1.0;
                }
            }
            Status::Audio
        }

        fn type_name(&self) -> &'static str {
            "Noise"
        }

        fn ports(&self) -> Ports {
            Ports { inputs: &[], output: Width::Stereo }
        }
    }

    /// Four chains of gains, filters and meters into a sum, in blocks of any length, with a gain that moves.
    fn rendered(without_avx: bool) -> Vec<[u32; 2]> {
        WITHOUT_AVX.set(without_avx);
        let (mut control, mut commands, mut scheduler) =
            Graph::new(GraphConfig { sample_rate: 48_000.0, banks: true, lanes: 1 });
        let sum = control.add(Sum::new(Width::Stereo, 4)).unwrap();
        let mut gains = vec![];
        for deck in 0..4_u16 {
            let mut last = control.add(Noise(u32::from(deck))).unwrap();
            for n in 0..6_u16 {
                let gain = control.add(Gain::new(Width::Stereo, 0.9 + f32::from(n) * 0.03)).unwrap();
                let hz = 300.0 * f32::from(n + 1);
                let filter = control.add(Biquad::new(FilterMode::Peak, Width::Stereo, hz, 0.7, 1.5)).unwrap();
                let meter = control.add(Meter::new(Width::Stereo).0).unwrap();
                for (from, to) in [(last, gain), (gain, filter), (filter, meter)] {
                    control.connect(from, to, 0).unwrap();
                }
                gains.push(gain);
                last = meter;
            }
            control.connect(last, sum, usize::from(deck)).unwrap();
        }
        control.set_output_node(Some(sum)).unwrap();
        control.commit().unwrap();
        WITHOUT_AVX.set(false);
        scheduler.receive(&mut commands);
        let mut heard = vec![];
        for (n, frames) in [64, 1, 63, 512, 7, 200, 64, 33].into_iter().cycle().take(40).enumerate() {
            if n == 9 {
                let param = Param { target: 0.2, ramp_frames: 100 };
                control.update_param(gains[3], 0, param).unwrap();
                scheduler.receive(&mut commands);
            }
            let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
            scheduler.process_block_simple([&mut left, &mut right]);
            heard.extend(left.iter().zip(&right).map(|(l, r)| [l.to_bits(), r.to_bits()]));
        }
        heard
    }

    #[test]
    fn wide_registers_give_the_same_bits() {
        let (wide, narrow) = (rendered(false), rendered(true));
        assert!(wide.iter().filter(|frame| frame[0] & !(1 << 31) != 0).count() > wide.len() / 2, "it sounds");
        assert!(wide == narrow);
    }
}
