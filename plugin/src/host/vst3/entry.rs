//! The library's entry points and its class factory.

use std::ffi::c_void;

use nice_plug::wrapper::setup_logger;
use nice_plug::wrapper::vst3::PluginInfo;
use vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3, IPluginFactory3Trait,
    IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo, TUID, int32, kInternalError,
    kInvalidArgument, kResultOk, tresult,
};
use vst3::{Class, ComWrapper};

use super::object::Object;
use crate::Echelon;
use crate::host::guard::guard;

struct Factory {
    info: PluginInfo,
}

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

/// Writes a description, if it is the first class' (the only one).
///
/// # Safety
/// `to` is null or valid.
unsafe fn describe<T>(index: int32, to: *mut T, make: impl FnOnce() -> T) -> tresult {
    if index != 0 || to.is_null() {
        return kInvalidArgument;
    }
    guard(kInternalError, || {
        let made = make();
        // SAFETY: by this function's contract.
        unsafe { to.write(made) };
        kResultOk
    })
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: VST3: a place for the info, or null.
        unsafe { describe(0, info, || self.info.create_factory_info()) }
    }

    unsafe fn countClasses(&self) -> int32 {
        1
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        // SAFETY: VST3: a place for the info, or null.
        unsafe { describe(index, info, || self.info.create_class_info()) }
    }

    unsafe fn createInstance(&self, class: FIDString, interface: FIDString, to: *mut *mut c_void) -> tresult {
        if class.is_null() || interface.is_null() || to.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: VST3: a place for a pointer; class and interface are ids of 16 bytes.
        unsafe {
            to.write(std::ptr::null_mut());
            if class.cast::<[u8; 16]>().read() != *self.info.cid {
                return kInvalidArgument;
            }
        }
        guard(kInternalError, || {
            let object = Object::new().map(ComWrapper::new);
            let Some(unknown) = object.as_ref().and_then(ComWrapper::as_com_ref::<FUnknown>) else {
                return kInternalError;
            };
            let unknown = unknown.as_ptr();
            // SAFETY: our own object, which `object` keeps alive until it has counted the host's reference.
            unsafe { ((*(*unknown).vtbl).queryInterface)(unknown, interface.cast::<TUID>(), to) }
        })
    }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: VST3: a place for the info, or null.
        unsafe { describe(index, info, || self.info.create_class_info_2()) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: VST3: a place for the info, or null.
        unsafe { describe(index, info, || self.info.create_class_info_unicode()) }
    }

    unsafe fn setHostContext(&self, _: *mut FUnknown) -> tresult {
        kResultOk
    }
}

/// What a VST3 host looks for in the library: the factory, with one reference counted for the caller.
#[allow(non_snake_case, reason = "the symbol's name is VST3's")]
#[unsafe(no_mangle)]
pub extern "system" fn GetPluginFactory() -> *mut c_void {
    guard(std::ptr::null_mut(), || {
        let factory = ComWrapper::new(Factory { info: PluginInfo::for_plugin::<Echelon>() });
        factory.to_com_ptr::<IPluginFactory>().map_or(std::ptr::null_mut(), |factory| factory.into_raw().cast())
    })
}

fn enter() -> bool {
    guard(false, || {
        setup_logger::<Echelon>();
        true
    })
}

/// Called by the host after it has loaded the library (Linux).
#[allow(non_snake_case, reason = "the symbol's name is VST3's")]
#[unsafe(no_mangle)]
#[cfg(all(target_family = "unix", not(target_os = "macos")))]
pub extern "C" fn ModuleEntry(_library: *mut c_void) -> bool {
    enter()
}

/// Called by the host before it unloads the library (Linux).
#[allow(non_snake_case, reason = "the symbol's name is VST3's")]
#[unsafe(no_mangle)]
#[cfg(all(target_family = "unix", not(target_os = "macos")))]
pub extern "C" fn ModuleExit() -> bool {
    true
}

/// Called by the host after it has loaded the bundle (macOS).
#[allow(non_snake_case, reason = "the symbol's name is VST3's")]
#[unsafe(no_mangle)]
#[cfg(target_os = "macos")]
pub extern "C" fn bundleEntry(_bundle: *mut c_void) -> bool {
    enter()
}

/// Called by the host before it unloads the bundle (macOS).
#[allow(non_snake_case, reason = "the symbol's name is VST3's")]
#[unsafe(no_mangle)]
#[cfg(target_os = "macos")]
pub extern "C" fn bundleExit() -> bool {
    true
}

/// Called by the host after it has loaded the library (Windows).
#[allow(non_snake_case, reason = "the symbol's name is VST3's")]
#[unsafe(no_mangle)]
#[cfg(target_os = "windows")]
pub extern "system" fn InitDll() -> bool {
    enter()
}

/// Called by the host before it unloads the library (Windows).
#[allow(non_snake_case, reason = "the symbol's name is VST3's")]
#[unsafe(no_mangle)]
#[cfg(target_os = "windows")]
pub extern "system" fn ExitDll() -> bool {
    true
}
