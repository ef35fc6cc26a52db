//! The controller: parameters, units and the editor's view.

use std::sync::atomic::Ordering;

use vst3::Steinberg::Vst::{
    BusDirection, CString, IComponentHandler, IEditControllerTrait, IUnitInfoTrait, MediaType, ParamID, ParamValue,
    ParameterInfo, ProgramListID, ProgramListInfo, String128, TChar, UnitID, UnitInfo,
};
use vst3::Steinberg::{
    FIDString, IBStream, IPlugView, int16, int32, kInternalError, kInvalidArgument, kResultFalse, kResultOk, tresult,
};

use super::midi::Controller;
use super::object::Object;
use super::text;
use crate::host::guard::guard;

// SAFETY of every delegation below: the framework's function on its own object, with the host's arguments, which
// VST3 says are valid for the call.

impl IEditControllerTrait for Object {
    unsafe fn setComponentState(&self, _: *mut IBStream) -> tresult {
        // Processor and controller are one.
        kResultOk
    }

    unsafe fn setState(&self, _: *mut IBStream) -> tresult {
        kResultOk
    }

    unsafe fn getState(&self, _: *mut IBStream) -> tresult {
        kResultOk
    }

    unsafe fn getParameterCount(&self) -> int32 {
        // SAFETY: see above.
        let own = guard(0, || unsafe { self.inner.getParameterCount() });
        own.saturating_add(i32::from(Controller::COUNT))
    }

    unsafe fn getParameterInfo(&self, index: int32, info: *mut ParameterInfo) -> tresult {
        // SAFETY: see above.
        let own = guard(0, || unsafe { self.inner.getParameterCount() });
        // The framework looks one index too far.
        if info.is_null() || index < 0 {
            return kInvalidArgument;
        }
        if index >= own {
            let Some(controller) = Controller::at(index - own) else { return kInvalidArgument };
            // SAFETY: VST3: a place for the info; null is refused.
            unsafe { info.write(controller.info()) };
            return kResultOk;
        }
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.getParameterInfo(index, info) })
    }

    unsafe fn getParamStringByValue(&self, id: ParamID, value: ParamValue, text: *mut String128) -> tresult {
        if let Some(controller) = Controller::of(id) {
            // SAFETY: VST3: a place for the text, or null.
            let Some(text) = (unsafe { text.as_mut() }) else { return kInvalidArgument };
            text::set(text, &controller.text(value));
            return kResultOk;
        }
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.getParamStringByValue(id, value, text) })
    }

    unsafe fn getParamValueByString(&self, id: ParamID, text: *mut TChar, value: *mut ParamValue) -> tresult {
        if Controller::of(id).is_some() {
            // Nobody types a controller's place.
            return kResultFalse;
        }
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.getParamValueByString(id, text, value) })
    }

    unsafe fn normalizedParamToPlain(&self, id: ParamID, value: ParamValue) -> ParamValue {
        if let Some(controller) = Controller::of(id) {
            return value * controller.most();
        }
        // SAFETY: see above.
        guard(value, || unsafe { self.inner.normalizedParamToPlain(id, value) })
    }

    unsafe fn plainParamToNormalized(&self, id: ParamID, value: ParamValue) -> ParamValue {
        if let Some(controller) = Controller::of(id) {
            return (value / controller.most()).clamp(0.0, 1.0);
        }
        // SAFETY: see above.
        guard(value, || unsafe { self.inner.plainParamToNormalized(id, value) })
    }

    unsafe fn getParamNormalized(&self, id: ParamID) -> ParamValue {
        let table = &self.link.table;
        table.slot_of_hash(id).map_or(0.0, |slot| f64::from(table.normalized(slot, table.base(slot))))
    }

    #[allow(clippy::cast_possible_truncation, reason = "parameters are f32")]
    unsafe fn setParamNormalized(&self, id: ParamID, value: ParamValue) -> tresult {
        if Controller::of(id).is_some() {
            // A message is of its moment, and comes with a block.
            return kResultOk;
        }
        let Some(slot) = self.link.table.slot_of_hash(id).filter(|_| value.is_finite()) else {
            return kInvalidArgument;
        };
        // Not by the framework, which posts a task for the editor: while that opens, the task would kill the
        // framework's worker thread.
        if self.is_processing.load(Ordering::Relaxed) {
            // What the engine should do comes with the blocks, on its frame. This is the host's (late) echo of it, for
            // the display alone.
            self.link.table.set(slot, self.link.table.plain(slot, value as f32));
        } else {
            self.link.host_value(&mut self.link.aside(), 0, slot, value as f32);
        }
        kResultOk
    }

    unsafe fn setComponentHandler(&self, handler: *mut IComponentHandler) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.setComponentHandler(handler) })
    }

    unsafe fn createView(&self, name: FIDString) -> *mut IPlugView {
        guard(std::ptr::null_mut(), || {
            // SAFETY: see above.
            let view = unsafe { self.inner.createView(name) };
            // SAFETY: the framework's view, or null, with a reference for us.
            #[cfg(target_os = "linux")]
            let view = unsafe { super::view::around(view) };
            view
        })
    }
}

/// Units group the parameters for the host's display. There are no programs.
impl IUnitInfoTrait for Object {
    unsafe fn getUnitCount(&self) -> int32 {
        // SAFETY: see above.
        guard(0, || unsafe { self.inner.getUnitCount() })
    }

    unsafe fn getUnitInfo(&self, index: int32, info: *mut UnitInfo) -> tresult {
        // SAFETY: see above.
        guard(kInternalError, || unsafe { self.inner.getUnitInfo(index, info) })
    }

    unsafe fn getProgramListCount(&self) -> int32 {
        0
    }

    unsafe fn getProgramListInfo(&self, _: int32, _: *mut ProgramListInfo) -> tresult {
        kInvalidArgument
    }

    unsafe fn getProgramName(&self, _: ProgramListID, _: int32, _: *mut String128) -> tresult {
        kInvalidArgument
    }

    unsafe fn getProgramInfo(&self, _: ProgramListID, _: int32, _: CString, _: *mut String128) -> tresult {
        kInvalidArgument
    }

    unsafe fn hasProgramPitchNames(&self, _: ProgramListID, _: int32) -> tresult {
        kInvalidArgument
    }

    unsafe fn getProgramPitchName(&self, _: ProgramListID, _: int32, _: int16, _: *mut String128) -> tresult {
        kInvalidArgument
    }

    unsafe fn getSelectedUnit(&self) -> UnitID {
        vst3::Steinberg::Vst::kRootUnitId
    }

    unsafe fn selectUnit(&self, _: UnitID) -> tresult {
        kResultFalse
    }

    unsafe fn getUnitByBus(&self, _: MediaType, _: BusDirection, _: int32, _: int32, _: *mut UnitID) -> tresult {
        kResultFalse
    }

    unsafe fn setUnitProgramData(&self, _: int32, _: int32, _: *mut IBStream) -> tresult {
        kInvalidArgument
    }
}
