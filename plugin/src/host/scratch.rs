//! A complete set of buses for the rig, whatever the host gave.
//!
//! Hosts leave out buses (an array that is too short, a null array, null channels, one channel of two), give one
//! memory for an input and an output, or for two outputs. So inputs are always copied, and an output that is missing,
//! or that the host gave twice, is written to memory of ours.

use std::marker::PhantomData;

use echelon_engine::graph::LanePool;
use echelon_engine::processor::BlockIo;

/// Input buses: deck A (main) to deck D.
pub(super) const INPUTS: usize = 4;
/// Output buses: master (main), deck A to deck D, cue.
pub(super) const OUTPUTS: usize = 6;
/// Every bus is stereo.
pub(super) const CHANNELS: usize = 2;
/// The largest block that is made in one piece; larger ones are cut. Bounds the memory for a host that
/// announces absurd sizes.
pub(super) const MAX_FRAMES: u32 = 1 << 16;

/// Channel pointers of a row of buses.
pub(super) type Channels<const BUSES: usize> = [[*mut f32; CHANNELS]; BUSES];

/// What the host gave: null where it gave nothing. Valid for all of the block's frames.
pub(super) struct HostBuses {
    pub(super) inputs: Channels<INPUTS>,
    pub(super) outputs: Channels<OUTPUTS>,
}

impl HostBuses {
    pub(super) const NONE: Self = Self {
        inputs: [[std::ptr::null_mut(); CHANNELS]; INPUTS],
        outputs: [[std::ptr::null_mut(); CHANNELS]; OUTPUTS],
    };

    /// Writes silence to every output that the host gave.
    ///
    /// # Safety
    /// The pointers are null or valid for `frames` frames.
    pub(super) unsafe fn silence(&self, frames: u32) {
        for &channel in self.outputs.as_flattened() {
            if !channel.is_null() {
                // SAFETY: by this function's contract; all bits zero is 0.0.
                unsafe { channel.write_bytes(0, frames as usize) };
            }
        }
    }
}

/// Buses for one block of the rig: every pointer is valid for `frames` frames and no two overlap. Only [`Scratch`] makes
/// them.
pub(super) struct CompleteBuses<'a> {
    inputs: Channels<INPUTS>,
    outputs: Channels<OUTPUTS>,
    frames: u32,
    /// The memory that the pointers lead to stays for so long.
    memory: PhantomData<&'a mut [f32]>,
}

impl CompleteBuses<'_> {
    /// The buses as the engine takes them, with the threads that may help.
    pub(super) fn io<'b>(&'b mut self, lanes: Option<&'b mut dyn LanePool>) -> BlockIo<'b> {
        let frames = self.frames as usize;
        // SAFETY: every pointer is valid for the frames while `self` is borrowed, and no two of them overlap.
        let input = |channel: *mut f32| unsafe { std::slice::from_raw_parts(channel.cast_const(), frames) };
        // SAFETY: as above; each output is taken once.
        let output = |channel: *mut f32| unsafe { std::slice::from_raw_parts_mut(channel, frames) };
        let [master, a, b, c, d, cue] = self.outputs.map(|bus| bus.map(output));
        BlockIo { inputs: self.inputs.map(|bus| bus.map(input)), master, decks: [a, b, c, d], cue, lanes }
    }

    /// Writes silence to every output.
    pub(super) fn silence(&mut self) {
        let BlockIo { master, decks, cue, .. } = self.io(None);
        for channel in master.into_iter().chain(decks.into_iter().flatten()).chain(cue) {
            channel.fill(0.0);
        }
    }
}

/// Memory for every input and output channel.
pub(super) struct Scratch {
    frames: u32,
    memory: Box<[f32]>,
}

impl Scratch {
    /// For blocks of up to `frames` frames, and at most [`MAX_FRAMES`]. Not on the audio thread.
    pub(super) fn new(frames: u32) -> Self {
        let frames = frames.clamp(1, MAX_FRAMES);
        Self { frames, memory: vec![0.0; frames as usize * (INPUTS + OUTPUTS) * CHANNELS].into() }
    }

    /// The largest block that fits.
    pub(super) fn frames(&self) -> u32 {
        self.frames
    }

    /// Buses for the host's frames from `start`, `frames` of them (at most [`Scratch::frames`]).
    ///
    /// # Safety
    /// The host's pointers are null or valid up to `start + frames`, for as long as the buses are used.
    pub(super) unsafe fn complete(&mut self, host: &HostBuses, start: u32, frames: u32) -> CompleteBuses<'_> {
        let (start, count) = (start as usize, frames.min(self.frames) as usize);
        let mut spare = self.memory.chunks_exact_mut(self.frames as usize).map(<[f32]>::as_mut_ptr);
        let HostBuses { inputs, outputs } = HostBuses::NONE;
        // Never more than there is memory for.
        let mut buses = CompleteBuses { inputs, outputs, frames: frames.min(self.frames), memory: PhantomData };
        for (ours, &theirs) in buses.inputs.as_flattened_mut().iter_mut().zip(host.inputs.as_flattened()) {
            *ours = spare.next().unwrap_or_default();
            // SAFETY: ours is scratch of at least `count` frames, theirs by this function's contract; the host's
            // memory is not ours, so they do not overlap.
            unsafe {
                if theirs.is_null() {
                    ours.write_bytes(0, count);
                } else {
                    ours.copy_from_nonoverlapping(theirs.add(start), count);
                }
            }
        }
        let theirs = host.outputs.as_flattened();
        for (index, ours) in buses.outputs.as_flattened_mut().iter_mut().enumerate() {
            let spare = spare.next().unwrap_or_default();
            let given = theirs[index];
            let is_usable = !given.is_null() && !theirs[..index].contains(&given);
            // SAFETY: the host's channel is valid up to `start + frames`.
            *ours = if is_usable { unsafe { given.add(start) } } else { spare };
        }
        buses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_and_doubled_buses_are_completed() {
        let mut left = [0.25_f32; 8];
        let mut shared = [0.5_f32; 8];
        let mut host = HostBuses::NONE;
        host.inputs[1][0] = left.as_mut_ptr();
        host.outputs[0] = [shared.as_mut_ptr(), shared.as_mut_ptr()];
        host.outputs[2][1] = left.as_mut_ptr();
        let mut scratch = Scratch::new(8);
        // SAFETY: the arrays hold 8 frames.
        let buses = unsafe { scratch.complete(&host, 2, 6) };
        assert_eq!(buses.outputs[0][0], shared[2..].as_mut_ptr());
        assert_ne!(buses.outputs[0][1], buses.outputs[0][0], "one memory for two channels");
        assert_eq!(buses.outputs[2][1], left[2..].as_mut_ptr());
        let all = [buses.inputs.as_flattened(), buses.outputs.as_flattened()].concat();
        for (index, pointer) in all.iter().enumerate() {
            assert!(!pointer.is_null());
            assert!(!all[..index].contains(pointer));
        }
        // SAFETY: every pointer is valid for the 6 frames asked for.
        let input = |bus: usize, channel: usize| unsafe { std::slice::from_raw_parts(buses.inputs[bus][channel], 6) };
        assert_eq!(input(1, 0), [0.25; 6]);
        assert_eq!(input(1, 1), [0.0; 6]);
    }

    #[test]
    fn an_old_block_does_not_shine_through_a_missing_input() {
        let mut given = [1.0_f32; 4];
        let mut host = HostBuses::NONE;
        host.inputs[0][0] = given.as_mut_ptr();
        let mut scratch = Scratch::new(4);
        // SAFETY: the array holds 4 frames.
        unsafe { scratch.complete(&host, 0, 4) };
        // SAFETY: nothing is given, and the scratch holds 4 frames.
        let second = unsafe {
            let buses = scratch.complete(&HostBuses::NONE, 0, 4);
            std::slice::from_raw_parts(buses.inputs[0][0], 4)
        };
        assert_eq!(second, [0.0; 4]);
    }

    #[test]
    fn absurd_sizes_are_bounded() {
        assert_eq!(Scratch::new(u32::MAX).frames(), MAX_FRAMES);
        assert_eq!(Scratch::new(0).frames(), 1);
    }
}
