//! The audio processor: set-up and layouts. The blocks themselves are in `process`.

use std::sync::atomic::Ordering;

use vst3::Steinberg::Vst::{
    BusDirection, IAudioProcessorTrait, IProcessContextRequirementsTrait, ProcessData, ProcessSetup, SpeakerArr,
    SpeakerArrangement, kInfiniteTail,
};
use vst3::Steinberg::{TBool, int32, kInternalError, kInvalidArgument, kResultFalse, kResultOk, tresult, uint32};

use super::consts::{INPUT, OUTPUT, SAMPLE_32};
use super::object::Object;
use super::process;
use crate::host::guard::guard;
use crate::host::scratch::{INPUTS, MAX_FRAMES, OUTPUTS};

impl IAudioProcessorTrait for Object {
    unsafe fn setBusArrangements(
        &self,
        inputs: *mut SpeakerArrangement,
        num_inputs: int32,
        outputs: *mut SpeakerArrangement,
        num_outputs: int32,
    ) -> tresult {
        if inputs.is_null() || outputs.is_null() {
            return kInvalidArgument;
        }
        // One layout alone. Not asked of the framework, which compares the wrong buses.
        let counts = (usize::try_from(num_inputs), usize::try_from(num_outputs));
        if counts != (Ok(INPUTS), Ok(OUTPUTS)) {
            return kResultFalse;
        }
        // SAFETY: VST3: arrays of the lengths given.
        let (inputs, outputs) =
            unsafe { (std::slice::from_raw_parts(inputs, INPUTS), std::slice::from_raw_parts(outputs, OUTPUTS)) };
        let is_stereo = |arrangement: &SpeakerArrangement| *arrangement == SpeakerArr::kStereo;
        if inputs.iter().chain(outputs).all(is_stereo) { kResultOk } else { kResultFalse }
    }

    unsafe fn getBusArrangement(&self, direction: BusDirection, index: int32, to: *mut SpeakerArrangement) -> tresult {
        let buses = match direction {
            INPUT => INPUTS,
            OUTPUT => OUTPUTS,
            _ => 0,
        };
        if to.is_null() || !usize::try_from(index).is_ok_and(|index| index < buses) {
            return kInvalidArgument;
        }
        // SAFETY: VST3: a place for the arrangement; null is refused.
        unsafe { to.write(SpeakerArr::kStereo) };
        kResultOk
    }

    unsafe fn canProcessSampleSize(&self, size: int32) -> tresult {
        if size == SAMPLE_32 { kResultOk } else { kResultFalse }
    }

    unsafe fn getLatencySamples(&self) -> uint32 {
        // Ours: the framework would post a task to tell the host of it.
        self.link.latency(self.setup.sample_rate())
    }

    unsafe fn setupProcessing(&self, setup: *mut ProcessSetup) -> tresult {
        // SAFETY: VST3: a set-up, valid for the call; null is refused.
        let Some(mut setup) = (unsafe { setup.as_ref() }).copied() else { return kInvalidArgument };
        let max_frames = u32::try_from(setup.maxSamplesPerBlock).unwrap_or(0).min(MAX_FRAMES);
        if !(setup.sampleRate.is_finite() && setup.sampleRate > 0.0) || max_frames == 0 {
            return kInvalidArgument;
        }
        if setup.symbolicSampleSize != SAMPLE_32 {
            return kResultFalse;
        }
        setup.maxSamplesPerBlock = i32::try_from(max_frames).unwrap_or(i32::MAX);
        self.setup.set(setup.sampleRate, max_frames);
        guard(kInternalError, || {
            // Twice: the framework uses the process mode of the call before.
            // SAFETY: a set-up of our own.
            unsafe {
                self.inner.setupProcessing(&raw mut setup);
                self.inner.setupProcessing(&raw mut setup)
            }
        })
    }

    unsafe fn setProcessing(&self, state: TBool) -> tresult {
        if state == 0 {
            self.is_processing.store(false, Ordering::Relaxed);
        }
        // SAFETY: no pointers.
        guard(kInternalError, || unsafe { self.inner.setProcessing(state) })
    }

    unsafe fn process(&self, data: *mut ProcessData) -> tresult {
        // SAFETY: VST3: a block, valid for the call; null is refused.
        let Some(data) = (unsafe { data.as_mut() }) else { return kInvalidArgument };
        // SAFETY: as above.
        guard(kInternalError, || unsafe { process::run(self, data) })
    }

    unsafe fn getTailSamples(&self) -> uint32 {
        kInfiniteTail
    }
}

impl IProcessContextRequirementsTrait for Object {
    unsafe fn getProcessContextRequirements(&self) -> uint32 {
        // SAFETY: no pointers.
        guard(0, || unsafe { self.inner.getProcessContextRequirements() })
    }
}
