//! The host's buffers as the graph's buses.

use crate::dsp::LoudnessMeter;
use crate::graph::{BusIo, InputBus, LanePool, OutputBus, Status, StereoBlock};
use crate::message::Snapshot;
use crate::mixer::{CUE_BUS, MASTER_BUS};
use crate::units::NUM_DECKS;

/// What the host lends for one block: buffers, left and right, each of the block's length, and perhaps threads.
pub struct BlockIo<'a> {
    /// Live sound for each deck.
    pub inputs: [[&'a [f32]; 2]; NUM_DECKS],
    /// The main output.
    pub master: [&'a mut [f32]; 2],
    /// Each deck, after its fader or before.
    pub decks: [[&'a mut [f32]; 2]; NUM_DECKS],
    /// What the DJ hears in the headphones.
    pub cue: [&'a mut [f32]; 2],
    /// Threads that may share the work.
    pub lanes: Option<&'a mut dyn LanePool>,
}

impl<'a> BlockIo<'a> {
    /// For a rig without a host: channels in the order master, decks A to D, cue, each left then right. Those that are
    /// not given have no length, and nobody hears them. `input` is what every live input has.
    pub fn over(channels: impl IntoIterator<Item = &'a mut [f32]>, input: &'a [f32]) -> Self {
        let mut channels = channels.into_iter();
        let mut pair = || [(); 2].map(|()| channels.next().unwrap_or_default());
        let (master, decks) = (pair(), std::array::from_fn(|_| pair()));
        Self { inputs: [[input; 2]; NUM_DECKS], master, decks, cue: pair(), lanes: None }
    }
}

impl std::fmt::Debug for BlockIo<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockIo").field("frames", &self.master[0].len()).finish_non_exhaustive()
    }
}

pub(super) struct Buses<'b, 'a> {
    pub(super) io: &'b mut BlockIo<'a>,
    /// Takes the peaks of what is written.
    pub(super) peaks: &'b mut Snapshot,
    /// Of the master, then of the decks.
    pub(super) meters: &'b mut [LoudnessMeter; 1 + NUM_DECKS],
}

impl BusIo for Buses<'_, '_> {
    fn read(&mut self, bus: InputBus, frame: usize, frames: usize, block: &mut StereoBlock) -> Status {
        let [left, right] = self.io.inputs[bus.0];
        let [to_left, to_right] = block.channels_mut();
        copy(&mut to_left[..frames], left, frame);
        copy(&mut to_right[..frames], right, frame);
        let mut samples = to_left[..frames].iter().chain(&to_right[..frames]);
        if samples.all(|sample| sample.to_bits() == 0) { Status::Silent } else { Status::Audio }
    }

    fn write(&mut self, bus: OutputBus, frame: usize, frames: usize, block: &StereoBlock) {
        if bus == CUE_BUS {
            let [left, right] = &mut self.io.cue;
            paste(left, frame, &block.left()[..frames]);
            return paste(right, frame, &block.right()[..frames]);
        }
        let peak = if bus == MASTER_BUS { &mut self.peaks.master_peak } else { &mut self.peaks.decks[bus.0 - 1].peak };
        let samples = block.left()[..frames].iter().chain(&block.right()[..frames]);
        let loudest = samples.fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        *peak = peak.max(loudest);
        match (loudest, self.meters.get_mut(bus.0)) {
            (0.0, Some(meter)) => meter.take_silence(u32::try_from(frames).unwrap_or(0)),
            (_, Some(meter)) => meter.take(&block.left()[..frames], &block.right()[..frames]),
            _ => {}
        }
        let [left, right] = if bus == MASTER_BUS { &mut self.io.master } else { &mut self.io.decks[bus.0 - 1] };
        paste(left, frame, &block.left()[..frames]);
        paste(right, frame, &block.right()[..frames]);
    }
}

/// From a host's buffer; silence where it is too short.
fn copy(to: &mut [f32], from: &[f32], frame: usize) {
    match from.get(frame..frame + to.len()) {
        Some(samples) => to.copy_from_slice(samples),
        None => to.fill(0.0),
    }
}

/// Into a host's buffer, as far as it reaches.
fn paste(to: &mut [f32], frame: usize, samples: &[f32]) {
    if let Some(place) = to.get_mut(frame..frame + samples.len()) {
        place.copy_from_slice(samples);
    }
}
