//! A node's view of its inputs and its output.
#![allow(unsafe_code, reason = "the pointers are resolved once, when the plan is made, and not at each call")]

use std::marker::PhantomData;

use super::{SUB_BLOCK_FRAMES, Status, StereoBlock};

static SILENT: StereoBlock = StereoBlock::SILENT;

/// Apart, so that the rule is one straight line.
#[cold]
#[inline(never)]
const fn no_such_slot() -> &'static StereoBlock {
    &SILENT
}

/// One channel of a block.
type Channel = [f32; SUB_BLOCK_FRAMES];

/// Resolved pointers of one op.
///
/// Invariant: while a [`NodeIo`] on it is alive, `inputs` points to `num_inputs` pointers to blocks that nobody writes,
/// and `output` to a block that nobody else touches.
#[derive(Debug)]
#[repr(C)]
pub(super) struct RawIo {
    pub(super) inputs: *const *const StereoBlock,
    pub(super) output: *mut StereoBlock,
    pub(super) num_inputs: u32,
}

/// Frames `from..to` of a sub-block, in one register.
///
/// Invariant: `from <= to <= SUB_BLOCK_FRAMES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span(u64);

impl Span {
    const WHOLE: Self = Self::new(0, 64);

    const fn new(from: u32, to: u32) -> Self {
        Self((from as u64) << 32 | to as u64)
    }

    #[allow(clippy::cast_possible_truncation, reason = "the upper half, which fits where pointers have 32 bits too")]
    const fn from(self) -> usize {
        (self.0 >> 32) as usize
    }

    #[expect(clippy::cast_possible_truncation, reason = "the lower half")]
    const fn to(self) -> usize {
        self.0 as u32 as usize
    }
}

/// What a node reads and writes in one call: the frames of a sub-block, or a part of them.
#[derive(Debug)]
pub struct NodeIo<'a> {
    raw: &'a RawIo,
    span: Span,
    output: PhantomData<&'a mut StereoBlock>,
}

impl<'a> NodeIo<'a> {
    /// # Safety
    /// The invariant of [`RawIo`] holds for `'a`, and `from <= to <= SUB_BLOCK_FRAMES`.
    pub(super) const unsafe fn new(raw: &'a RawIo, from: u32, to: u32) -> Self {
        Self { raw, span: Span::new(from, to), output: PhantomData }
    }

    /// Frames to make, `1..=SUB_BLOCK_FRAMES`.
    #[must_use]
    pub const fn frames(&self) -> usize {
        self.span.to() - self.span.from()
    }

    /// How many input slots there are.
    #[must_use]
    pub const fn num_inputs(&self) -> usize {
        self.raw.num_inputs as usize
    }

    #[inline]
    pub(super) fn block(&self, slot: usize) -> &'a StereoBlock {
        if slot < self.num_inputs() {
            // SAFETY: the slot is in range and, by the invariant of `RawIo`, points to a block that nobody writes.
            unsafe { &**self.raw.inputs.add(slot) }
        } else {
            no_such_slot()
        }
    }

    /// What is known about an input. An unconnected slot is silent.
    #[must_use]
    pub fn status(&self, slot: usize) -> Status {
        self.block(slot).status
    }

    /// The input's only or left channel; silence where there is no such slot.
    #[must_use]
    pub fn left(&self, slot: usize) -> &'a [f32] {
        // SAFETY: `from <= to <= SUB_BLOCK_FRAMES`, the array's length.
        unsafe { self.block(slot).left.get_unchecked(self.span.from()..self.span.to()) }
    }

    /// The input's right channel.
    #[must_use]
    pub fn right(&self, slot: usize) -> &'a [f32] {
        // SAFETY: as in `left`.
        unsafe { self.block(slot).right.get_unchecked(self.span.from()..self.span.to()) }
    }

    /// The output's only or left channel.
    #[must_use]
    pub const fn out_left(&mut self) -> &mut [f32] {
        // SAFETY: by the invariant of `RawIo` the output is ours alone; the range is as in `left`.
        unsafe {
            let left = (&raw mut (*self.raw.output).left).cast::<f32>();
            std::slice::from_raw_parts_mut(left.add(self.span.from()), self.frames())
        }
    }

    /// The output's right channel.
    #[must_use]
    pub const fn out_right(&mut self) -> &mut [f32] {
        let [_, right] = self.out();
        right
    }

    /// Both channels of the output.
    #[must_use]
    pub const fn out(&mut self) -> [&mut [f32]; 2] {
        // SAFETY: as in `out_left`; the two channels do not overlap.
        unsafe {
            let left = (&raw mut (*self.raw.output).left).cast::<f32>();
            let right = (&raw mut (*self.raw.output).right).cast::<f32>();
            [
                std::slice::from_raw_parts_mut(left.add(self.span.from()), self.frames()),
                std::slice::from_raw_parts_mut(right.add(self.span.from()), self.frames()),
            ]
        }
    }

    /// Input slot and output as whole channels, if the call is for a whole sub-block: their length then is known to the
    /// compiler. Left and right.
    #[must_use]
    #[inline]
    pub fn whole(&mut self, slot: usize) -> Option<[(&'a Channel, &mut Channel); 2]> {
        if self.span != Span::WHOLE {
            return None;
        }
        let input = self.block(slot);
        // SAFETY: by the invariant of `RawIo` the output is ours alone; its channels do not overlap.
        let (left, right) = unsafe { (&mut (*self.raw.output).left, &mut (*self.raw.output).right) };
        Some([(&input.left, left), (&input.right, right)])
    }

    /// As [`NodeIo::whole`], of the first `N` slots and the left channels alone: for sums of mono sounds.
    #[must_use]
    #[inline]
    pub fn whole_left<const N: usize>(&mut self) -> Option<([&'a Channel; N], &mut Channel)> {
        if self.span != Span::WHOLE || self.num_inputs() < N {
            return None;
        }
        // SAFETY: the slots are in range and, by the invariant of `RawIo`, point to blocks that nobody writes.
        let inputs = std::array::from_fn(|slot| unsafe { &(**self.raw.inputs.add(slot)).left });
        // SAFETY: by the invariant of `RawIo` the output is ours alone.
        Some((inputs, unsafe { &mut (*self.raw.output).left }))
    }

    /// The same frames of the same buffers once more, for a node that hands its work to a part of itself.
    #[must_use]
    pub const fn reborrow(&mut self) -> NodeIo<'_> {
        NodeIo { raw: self.raw, span: self.span, output: PhantomData }
    }
}

/// Buffers for calling a node outside a graph: in its own tests, or inside another node.
#[derive(Debug)]
pub struct IoSetup<'a> {
    raw: RawIo,
    frames: u32,
    blocks: PhantomData<(&'a [&'a StereoBlock], &'a mut StereoBlock)>,
}

impl<'a> IoSetup<'a> {
    /// For the first `frames` frames of these blocks.
    ///
    /// # Panics
    /// If there are more than [`SUB_BLOCK_FRAMES`] frames, or more than [`super::MAX_INPUTS`] inputs.
    #[must_use]
    pub fn new(inputs: &'a [&'a StereoBlock], output: &'a mut StereoBlock, frames: usize) -> Self {
        assert!(frames <= SUB_BLOCK_FRAMES && inputs.len() <= super::MAX_INPUTS, "too much for one call");
        output.status = Status::Audio;
        let (frames, num_inputs) = (u32::try_from(frames).unwrap_or(0), u32::try_from(inputs.len()).unwrap_or(0));
        // A reference to a block and a pointer to it are the same in memory.
        let raw = RawIo { inputs: inputs.as_ptr().cast(), output, num_inputs };
        Self { raw, frames, blocks: PhantomData }
    }

    /// The node's view.
    pub const fn io(&mut self) -> NodeIo<'_> {
        // SAFETY: the blocks are borrowed for `'a`, the output mutably; the number of frames was checked.
        unsafe { NodeIo::new(&self.raw, 0, self.frames) }
    }

    /// What a node makes of it: runs it and puts silence where it says so.
    pub fn run(&mut self, node: &mut dyn super::DspNode) -> Status {
        let status = node.process(self.io());
        if status == Status::Silent {
            for channel in self.io().out() {
                channel.fill(0.0);
            }
        }
        status
    }
}
