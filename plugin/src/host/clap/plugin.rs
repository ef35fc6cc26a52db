//! The plugin object that the host sees, and its life.
//!
//! It is the framework's own table of functions with some replaced by ours. `plugin_data` stays the framework's, so
//! its functions and extensions work on our object as they are; ours find the instance by the object's address.

use std::cell::Cell;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use atomic_refcell::AtomicRefCell;
use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_plugin_audio_ports};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params, clap_plugin_params};
use clap_sys::ext::render::{CLAP_EXT_RENDER, clap_plugin_render};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use nice_plug::wrapper::clap::Wrapper;

use super::{ext, process, thread_pool};
use crate::Echelon;
use crate::host::block::Runner;
use crate::host::guard::guard;
use crate::host::link::HostLink;

/// One plugin in the host.
#[repr(C)]
pub(super) struct Instance {
    /// First, and the struct is `repr(C)`: the host's pointer to the plugin is a pointer to the instance.
    plugin: clap_plugin,
    /// The framework's own functions.
    pub(super) inner: clap_plugin,
    pub(super) link: Arc<HostLink>,
    /// `None` while inactive. Borrowed by the audio thread in `process`, and by the main thread to (de)activate.
    pub(super) audio: AtomicRefCell<Option<Audio>>,
    /// The host renders offline (render extension).
    pub(super) offline: AtomicBool,
    pub(super) extensions: Extensions,
    host: *const clap_host,
    /// Found in `init`, null if the host has none.
    host_params: AtomicPtr<clap_host_params>,
    /// The framework's object, to be dropped with the instance. Main thread only.
    wrapper: Cell<Option<Arc<Wrapper<Echelon>>>>,
}

/// What the audio thread needs while active.
pub(super) struct Audio {
    pub(super) runner: Runner,
    pub(super) sample_rate: f64,
}

/// The framework's extensions whose functions we call or replace. Their lifetime is the framework object's.
pub(super) struct Extensions {
    pub(super) params: *const clap_plugin_params,
    pub(super) audio_ports: *const clap_plugin_audio_ports,
    pub(super) render: *const clap_plugin_render,
    pub(super) state: *const clap_plugin_state,
}

impl Instance {
    /// Makes a plugin; null if the framework does not make one.
    ///
    /// # Safety
    /// The host outlives the plugin.
    pub(super) unsafe fn create(host: *const clap_host) -> *const clap_plugin {
        // SAFETY: by this function's contract.
        let Some((wrapper, link)) = HostLink::adopt(|| unsafe { Wrapper::<Echelon>::new(host) }) else {
            return ptr::null();
        };
        let inner = *wrapper.clap_plugin.borrow();
        let instance = Box::new(Self {
            plugin: clap_plugin {
                init: Some(init),
                destroy: Some(destroy),
                activate: Some(activate),
                deactivate: Some(deactivate),
                process: Some(process::process),
                get_extension: Some(get_extension),
                ..inner
            },
            inner,
            link,
            audio: AtomicRefCell::new(None),
            offline: AtomicBool::new(false),
            extensions: Extensions::of(&inner),
            host,
            host_params: AtomicPtr::new(ptr::null_mut()),
            wrapper: Cell::new(Some(wrapper)),
        });
        Box::into_raw(instance).cast_const().cast()
    }

    /// # Safety
    /// The plugin is null or was made by [`Instance::create`] and is not destroyed yet.
    pub(super) unsafe fn of<'a>(plugin: *const clap_plugin) -> Option<&'a Self> {
        // SAFETY: the plugin is the first field of a `repr(C)` struct, and `create` gave out the struct's address.
        unsafe { plugin.cast::<Self>().as_ref() }
    }

    /// Tells the host to read all parameter values again. Main thread.
    pub(super) fn rescan_values(&self) {
        // SAFETY: the pointer is null or the host's, which outlives the plugin.
        let Some(params) = (unsafe { self.host_params.load(Ordering::Acquire).as_ref() }) else { return };
        if let Some(rescan) = params.rescan {
            // SAFETY: main thread, as CLAP wants.
            unsafe { rescan(self.host, clap_sys::ext::params::CLAP_PARAM_RESCAN_VALUES) };
        }
    }
}

impl Extensions {
    fn of(inner: &clap_plugin) -> Self {
        Self {
            params: extension(inner, CLAP_EXT_PARAMS),
            audio_ports: extension(inner, CLAP_EXT_AUDIO_PORTS),
            render: extension(inner, CLAP_EXT_RENDER),
            state: extension(inner, CLAP_EXT_STATE),
        }
    }
}

fn extension<T>(inner: &clap_plugin, id: &CStr) -> *const T {
    // SAFETY: the framework's function on a plugin object whose data is the framework's; it only compares names.
    inner.get_extension.map_or(ptr::null(), |get| unsafe { get(inner, id.as_ptr()) }.cast())
}

unsafe extern "C" fn init(plugin: *const clap_plugin) -> bool {
    // SAFETY: CLAP: a plugin of ours.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    // SAFETY: CLAP: the host outlives the plugin, and may be asked for extensions from here on.
    let params: *const c_void = unsafe {
        (*instance.host).get_extension.map_or(ptr::null(), |get| get(instance.host, CLAP_EXT_PARAMS.as_ptr()))
    };
    instance.host_params.store(params.cast_mut().cast(), Ordering::Release);
    // SAFETY: as above.
    unsafe { thread_pool::find(instance.host, &instance.link) };
    // SAFETY: the framework's function on our object, see the module's words.
    instance.inner.init.is_some_and(|init| unsafe { init(plugin) })
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    if plugin.is_null() {
        return;
    }
    // SAFETY: CLAP: the last call on a plugin of ours, which `create` made as a box.
    let instance = unsafe { Box::from_raw(plugin.cast_mut().cast::<Instance>()) };
    // Not by the framework's `destroy`, a C function in which a panic of its worker would abort the host.
    guard((), || drop(instance.wrapper.take()));
    guard((), || drop(instance));
}

unsafe extern "C" fn activate(plugin: *const clap_plugin, sample_rate: f64, min: u32, max: u32) -> bool {
    // SAFETY: CLAP: a plugin of ours.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    if !(sample_rate.is_finite() && sample_rate > 0.0) || max == 0 {
        return false;
    }
    guard(false, || {
        let Ok(mut audio) = instance.audio.try_borrow_mut() else { return false };
        instance.link.forget_modulation();
        let runner = Runner::new(&instance.link, max);
        let frames = runner.max_frames();
        *audio = Some(Audio { runner, sample_rate });
        // SAFETY: the framework's function on our object.
        let is_active = instance
            .inner
            .activate
            .is_some_and(|activate| unsafe { activate(plugin, sample_rate, min.clamp(1, frames), frames) });
        if !is_active {
            *audio = None;
        }
        instance.link.switch(is_active);
        is_active
    })
}

unsafe extern "C" fn deactivate(plugin: *const clap_plugin) {
    // SAFETY: CLAP: a plugin of ours.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return };
    instance.link.switch(false);
    if let Some(deactivate) = instance.inner.deactivate {
        // SAFETY: the framework's function on our object.
        unsafe { deactivate(plugin) };
    }
    if let Ok(mut audio) = instance.audio.try_borrow_mut() {
        *audio = None;
    }
    instance.link.forget_modulation();
}

unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    // SAFETY: CLAP: a plugin of ours.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return ptr::null() };
    if id.is_null() {
        return ptr::null();
    }
    // SAFETY: CLAP: a valid C string.
    let name = unsafe { CStr::from_ptr(id) };
    ext::ours(name).unwrap_or_else(|| {
        // SAFETY: the framework's function on our object.
        instance.inner.get_extension.map_or(ptr::null(), |get| unsafe { get(plugin, id) })
    })
}

const _: () = assert!(std::mem::offset_of!(Instance, plugin) == 0);
