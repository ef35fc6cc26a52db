//! A complete set of buses for the framework, whatever the host gave.
//!
//! Hosts leave out buses (an array that is too short, a null array, null channels, one channel of two), and the
//! framework then crashes or skips the whole block. It also copies and clears buffers in an order that would destroy
//! an input that shares memory with another bus' output. So inputs are always copied, and an output that is missing,
//! or that the host gave twice, is written to memory of ours.

/// Input buses: deck A (main) to deck D.
pub(super) const INPUTS: usize = 4;
/// Output buses: master (main), deck A to deck D, cue.
pub(super) const OUTPUTS: usize = 6;
/// Every bus is stereo.
pub(super) const CHANNELS: usize = 2;
/// The largest block that goes to the framework in one piece; larger ones are cut. Bounds the memory for a host that
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

/// Buses for one call of the framework: every pointer is valid for `frames` frames and no two overlap.
pub(super) struct CompleteBuses {
    pub(super) inputs: Channels<INPUTS>,
    pub(super) outputs: Channels<OUTPUTS>,
    pub(super) frames: u32,
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
    /// The host's pointers are null or valid up to `start + frames`.
    pub(super) unsafe fn complete(&mut self, host: &HostBuses, start: u32, frames: u32) -> CompleteBuses {
        let (start, count) = (start as usize, frames.min(self.frames) as usize);
        let mut spare = self.memory.chunks_exact_mut(self.frames as usize).map(<[f32]>::as_mut_ptr);
        let mut buses = CompleteBuses { inputs: HostBuses::NONE.inputs, outputs: HostBuses::NONE.outputs, frames };
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
