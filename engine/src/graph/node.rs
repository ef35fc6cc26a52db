//! What a node is.

use std::any::Any;

use super::StereoBlock;

/// What a node reads and writes in one call.
#[derive(Debug)]
pub struct NodeIo<'a> {
    /// Inputs by slot; an unconnected slot is silent.
    pub inputs: &'a [&'a StereoBlock],
    /// To be written wholly, `frames` frames of it. Holds leftovers on entry.
    pub output: &'a mut StereoBlock,
    /// Frames to make, `1..=SUB_BLOCK_FRAMES`.
    pub frames: usize,
}

/// A maker or changer of sound with one stereo output.
///
/// Any split of a stream of frames into calls must give the same samples.
pub trait DspNode: Any + Send + std::fmt::Debug {
    /// Makes the next frames.
    ///
    /// # Real-time
    /// Audio thread: no allocation, lock, system call or panic.
    fn process(&mut self, io: NodeIo<'_>);

    /// Gets ready for a sample rate in Hz. Not real-time: may allocate.
    fn prepare(&mut self, sample_rate: f64);

    /// For people who debug a graph.
    fn type_name(&self) -> &'static str;

    /// For typed access to a node in a running plan.
    fn as_any_mut(&mut self) -> &mut dyn Any;
}
