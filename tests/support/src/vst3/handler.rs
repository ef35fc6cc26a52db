//! What the host offers to the plugin: its name, and the handler for edits and restarts.

use std::ffi::c_void;
use std::sync::Arc;

use vst3::Class;
use vst3::Steinberg::Vst::RestartFlags_::{
    kIoChanged, kLatencyChanged, kParamTitlesChanged, kParamValuesChanged, kReloadComponent,
};
use vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandler2, IComponentHandler2Trait, IComponentHandlerTrait, IHostApplication,
    IHostApplicationTrait, ParamID, ParamValue, String128,
};
use vst3::Steinberg::{FIDString, TBool, TUID, int32, kNotImplemented, kResultOk, tresult};

use crate::record::{HostRecord, Request};
use crate::sides::RawOut;

/// The host's side of a plugin instance.
pub struct Handler(pub Arc<HostRecord>);

impl Class for Handler {
    type Interfaces = (IComponentHandler, IComponentHandler2, IHostApplication);
}

impl IComponentHandlerTrait for Handler {
    unsafe fn beginEdit(&self, id: ParamID) -> tresult {
        self.0.expect_main("VST3 beginEdit");
        self.0.edit(RawOut::Begin(id));
        kResultOk
    }

    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        self.0.expect_main("VST3 performEdit");
        self.0.edit(RawOut::Param { number: id, value });
        kResultOk
    }

    unsafe fn endEdit(&self, id: ParamID) -> tresult {
        self.0.expect_main("VST3 endEdit");
        self.0.edit(RawOut::End(id));
        kResultOk
    }

    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        self.0.expect_main("VST3 restartComponent");
        let has = |flag: i32| flags & flag != 0;
        if has(kReloadComponent) || has(kIoChanged) || has(kLatencyChanged) {
            self.0.note(Request::Restart);
        }
        if has(kLatencyChanged) {
            self.0.note(Request::Latency);
        }
        if has(kParamValuesChanged) || has(kParamTitlesChanged) {
            self.0.note(Request::Rescan);
        }
        kResultOk
    }
}

impl IComponentHandler2Trait for Handler {
    unsafe fn setDirty(&self, state: TBool) -> tresult {
        self.0.expect_main("VST3 setDirty");
        if state != 0 {
            self.0.note(Request::Dirty);
        }
        kResultOk
    }

    unsafe fn requestOpenEditor(&self, _: FIDString) -> tresult {
        kNotImplemented
    }

    unsafe fn startGroupEdit(&self) -> tresult {
        kResultOk
    }

    unsafe fn finishGroupEdit(&self) -> tresult {
        kResultOk
    }
}

impl IHostApplicationTrait for Handler {
    unsafe fn getName(&self, name: *mut String128) -> tresult {
        // SAFETY: the plugin gives room for the name.
        let name = unsafe { &mut *name };
        name.fill(0);
        for (to, from) in name.iter_mut().zip("Echelon mini-host".encode_utf16()) {
            *to = from;
        }
        kResultOk
    }

    unsafe fn createInstance(&self, _: *mut TUID, _: *mut TUID, _: *mut *mut c_void) -> tresult {
        kNotImplemented
    }
}
