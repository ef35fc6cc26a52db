//! What a node is.

use std::any::Any;

use super::run::BankKernel;
use super::streak::Streakable;
use super::{NodeIo, Param, Status, Width};

/// A node's inputs and its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    /// Width of each input slot.
    pub inputs: &'static [Width],
    /// Width of the output.
    pub output: Width,
}

/// Who looks for NaN, infinity and what is louder than [`super::LOUDEST`] in what a node makes.
///
/// Once something is found, for a second every node is looked at as if it said [`Guard::Scan`], so that one that says
/// too much of itself is found too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The scheduler, sample by sample, each time.
    Scan,
    /// The node, sample by sample: it says [`Status::Broken`] when there may be something.
    Reports,
    /// Nobody needs to: it remembers no sound, and makes its inputs' sum at most [`DspNode::most_gain`] times as loud.
    /// The scheduler looks after as many of them in a row as could bring [`super::LOUDEST`] to infinity.
    Own,
}

/// 24 dB, as a factor: what a node with [`Guard::Own`] adds at most unless it says less.
pub const MOST_GAIN: f32 = 16.0;

/// A maker or changer of sound with one output.
///
/// Any split of a stream of frames into calls must give the same samples, to the bit.
pub trait DspNode: Any + Send + Streakable {
    /// Makes the next frames, and says what it knows of them. Unless it says [`Status::Silent`], it has written every
    /// frame of its output, which holds leftovers on entry.
    ///
    /// # Real-time
    /// Audio thread or a helper lane: no allocation, lock, system call or panic.
    fn process(&mut self, io: NodeIo<'_>) -> Status;

    /// For people who debug a graph.
    fn type_name(&self) -> &'static str;

    /// Inputs and output. The same at every call.
    fn ports(&self) -> Ports;

    /// Gets ready for a sample rate in Hz. Not real-time: may allocate.
    fn prepare(&mut self, _sample_rate: f64) {}

    /// How many parameters it has.
    fn num_params(&self) -> u16 {
        0
    }

    /// Moves a parameter, before the next frame. The value is finite.
    ///
    /// # Real-time
    /// As [`DspNode::process`].
    fn set_param(&mut self, _index: u16, _param: Param) {}

    /// Forgets what has sounded; parameters stay.
    ///
    /// # Real-time
    /// As [`DspNode::process`].
    fn reset(&mut self) {}

    /// By how many frames what it makes is late. The same at every call.
    fn latency_frames(&self) -> u32 {
        0
    }

    /// Who looks for what is no sound.
    fn guard(&self) -> Guard {
        Guard::Scan
    }

    /// How much louder than the sum of its inputs it may be, as a factor. Only asked of nodes with [`Guard::Own`].
    fn most_gain(&self) -> f32 {
        MOST_GAIN
    }

    /// How to run several nodes of this type side by side, if that is faster than one by one.
    fn bank(&self) -> Option<BankKernel> {
        None
    }

    /// Roughly how long 64 frames take, in nanoseconds, before anyone has measured it.
    fn cost_hint_ns(&self) -> u32 {
        50
    }

    /// `true` for a node whose output does not depend on the input of the same sub-block: connections into it may
    /// close a circle. It makes its output in [`DspNode::process`], without inputs, and takes its inputs in
    /// [`DspNode::absorb`] later in the same sub-block.
    fn is_feedback(&self) -> bool {
        false
    }

    /// Takes the input of a feedback node. There is no output to write.
    ///
    /// # Real-time
    /// As [`DspNode::process`].
    fn absorb(&mut self, _io: NodeIo<'_>) {}
}
