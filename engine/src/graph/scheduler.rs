//! Runs a plan on the audio thread.

use super::edit::{InputBus, OutputBus};
use super::node::NodeIo;
use super::plan::{Plan, SILENT_BUFFER};
use super::{MAX_INPUTS, SUB_BLOCK_FRAMES, StereoBlock};

/// The outside of a graph: where its buses come from and go to.
pub trait BusIo {
    /// Fills `block[..frames]` with an input bus from `frame` on.
    fn read(&mut self, bus: InputBus, frame: usize, frames: usize, block: &mut StereoBlock);
    /// Takes `block[..frames]` as an output bus from `frame` on.
    fn write(&mut self, bus: OutputBus, frame: usize, frames: usize, block: &StereoBlock);
}

/// Runs a [`Plan`], in sub-blocks of at most [`SUB_BLOCK_FRAMES`]. Audio thread.
#[derive(Debug, Default)]
pub struct Scheduler {
    plan: Plan,
    non_finite: u64,
}

impl Scheduler {
    /// Will run this plan.
    #[must_use]
    pub const fn new(plan: Plan) -> Self {
        Self { plan, non_finite: 0 }
    }

    /// The plan, for typed access to its nodes.
    pub const fn plan_mut(&mut self) -> &mut Plan {
        &mut self.plan
    }

    /// How often a node made NaN or infinity and was silenced.
    #[must_use]
    pub const fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// Makes the frames `from..to` of the host's block.
    ///
    /// # Real-time
    /// No allocation, lock or system call; the time is that of the nodes.
    pub fn run(&mut self, io: &mut impl BusIo, from: usize, to: usize) {
        let mut frame = from;
        while frame < to {
            let frames = SUB_BLOCK_FRAMES.min(to - frame);
            self.run_sub_block(io, frame, frames);
            frame += frames;
        }
    }

    fn run_sub_block(&mut self, io: &mut impl BusIo, frame: usize, frames: usize) {
        let Plan { ops, buffers, bus_inputs, bus_outputs } = &mut self.plan;
        for &(bus, buffer) in bus_inputs.iter() {
            if let Some(Some(block)) = buffers.get_mut(buffer as usize) {
                io.read(bus, frame, frames, block);
                silence_if_not_finite(block, frames, &mut self.non_finite);
            }
        }
        for op in ops.iter_mut() {
            let Some(mut output) = buffers.get_mut(op.output as usize).and_then(Option::take) else { continue };
            let silent = &StereoBlock::SILENT;
            let mut inputs = [silent; MAX_INPUTS];
            for (input, &buffer) in inputs.iter_mut().zip(&op.inputs[..op.num_inputs]) {
                if buffer != SILENT_BUFFER {
                    *input = buffers.get(buffer as usize).and_then(Option::as_deref).unwrap_or(silent);
                }
            }
            op.node.process(NodeIo { inputs: &inputs[..op.num_inputs], output: &mut output, frames });
            silence_if_not_finite(&mut output, frames, &mut self.non_finite);
            buffers[op.output as usize] = Some(output);
        }
        for &(bus, buffer) in bus_outputs.iter() {
            if let Some(Some(block)) = buffers.get(buffer as usize) {
                io.write(bus, frame, frames, block);
            }
        }
    }
}

/// NaN and infinity stop at the node that made them.
fn silence_if_not_finite(block: &mut StereoBlock, frames: usize, count: &mut u64) {
    if !block.is_finite(frames) {
        block.silence(frames);
        *count += 1;
    }
}

#[cfg(test)]
mod tests;
