//! The component: life, buses and state.

use std::sync::atomic::Ordering;

use vst3::Steinberg::Vst::{BusDirection, BusInfo, IComponentTrait, IoMode, MediaType, RoutingInfo};
use vst3::Steinberg::{
    FUnknown, IBStream, IPluginBaseTrait, TBool, TUID, int32, kInternalError, kInvalidArgument, kResultFalse,
    kResultOk, tresult,
};

use super::consts::{AUDIO, INPUT};
use super::object::Object;
use super::{state, text};
use crate::host::block::Runner;
use crate::host::guard::guard;
use crate::host::ports;
use crate::host::state as saved;

// SAFETY of every delegation below: the framework's function on its own object, with the host's arguments, which
// VST3 says are valid for the call.

impl IPluginBaseTrait for Object {
    unsafe fn initialize(&self, context: *mut FUnknown) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.initialize(context) })
    }

    unsafe fn terminate(&self) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.terminate() })
    }
}

impl IComponentTrait for Object {
    unsafe fn getControllerClassId(&self, class: *mut TUID) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.getControllerClassId(class) })
    }

    unsafe fn setIoMode(&self, mode: IoMode) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.setIoMode(mode) })
    }

    unsafe fn getBusCount(&self, media: MediaType, direction: BusDirection) -> int32 {
        // SAFETY: see above.
        guard(0, || unsafe { self.inner.getBusCount(media, direction) })
    }

    unsafe fn getBusInfo(
        &self,
        media: MediaType,
        direction: BusDirection,
        index: int32,
        info: *mut BusInfo,
    ) -> tresult {
        // The framework takes a negative index for the first aux bus.
        if info.is_null() || index < 0 {
            return kInvalidArgument;
        }
        // SAFETY: see above.
        let result = guard(kInternalError, || unsafe { self.inner.getBusInfo(media, direction, index, info) });
        if result == kResultOk && media == AUDIO && index == 0 {
            // SAFETY: the framework has just filled it.
            let name = unsafe { &mut (*info).name };
            text::set(name, if direction == INPUT { ports::MAIN_INPUT } else { ports::MAIN_OUTPUT });
        }
        result
    }

    unsafe fn getRoutingInfo(&self, from: *mut RoutingInfo, to: *mut RoutingInfo) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.getRoutingInfo(from, to) })
    }

    unsafe fn activateBus(&self, media: MediaType, direction: BusDirection, index: int32, state: TBool) -> tresult {
        // All buses are always processed; the host's buffers say which of them count.
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.activateBus(media, direction, index, state) })
    }

    unsafe fn setActive(&self, state: TBool) -> tresult {
        guard(kInternalError, || if state == 0 { self.deactivate() } else { self.activate() })
    }

    unsafe fn setState(&self, stream: *mut IBStream) -> tresult {
        guard(kResultFalse, || {
            // Before the state: its files are looked for from there.
            // SAFETY: VST3: a stream, valid for the call.
            unsafe { self.note_project(stream) };
            // SAFETY: the same.
            let bytes = unsafe { state::read(stream) };
            let is_loaded = bytes.is_some_and(|bytes| saved::load(&self.link, &bytes));
            if is_loaded { kResultOk } else { kResultFalse }
        })
    }

    unsafe fn getState(&self, stream: *mut IBStream) -> tresult {
        guard(kInternalError, || {
            // SAFETY: VST3: a stream, valid for the call.
            unsafe { self.note_project(stream) };
            // SAFETY: the same; for the framework see above.
            let is_saved = unsafe { state::write(stream, |memory| IComponentTrait::getState(&*self.inner, memory)) };
            if is_saved { kResultOk } else { kResultFalse }
        })
    }
}

impl Object {
    /// Where the project is, if the host tells it with a stream.
    ///
    /// # Safety
    /// The stream is null or valid.
    unsafe fn note_project(&self, stream: *mut IBStream) {
        // SAFETY: by this function's contract.
        if let Some(file) = unsafe { state::project_file(stream) } {
            self.link.table.params().saved.project_is(&file);
        }
    }

    fn activate(&self) -> tresult {
        let Ok(mut runner) = self.runner.try_borrow_mut() else { return kResultFalse };
        if self.setup.max_frames() == 0 {
            return kResultFalse;
        }
        *runner = Some(Runner::new(&self.link, self.setup.max_frames()));
        // SAFETY: no pointers.
        let result = unsafe { self.inner.setActive(1) };
        if result != kResultOk {
            *runner = None;
        }
        self.link.switch(result == kResultOk);
        result
    }

    fn deactivate(&self) -> tresult {
        self.is_processing.store(false, Ordering::Relaxed);
        self.link.switch(false);
        // SAFETY: no pointers.
        let result = unsafe { self.inner.setActive(0) };
        if let Ok(mut runner) = self.runner.try_borrow_mut() {
            *runner = None;
        }
        result
    }
}
