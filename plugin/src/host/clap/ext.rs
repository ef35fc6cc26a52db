//! The extensions that are ours: parameters, ports, latency, tail, rendering, state and
//! thread pool. The others are the framework's.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::atomic::Ordering;

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
use clap_sys::ext::remote_controls::{CLAP_EXT_REMOTE_CONTROLS, CLAP_EXT_REMOTE_CONTROLS_COMPAT};
use clap_sys::ext::render::{CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, clap_plugin_render, clap_plugin_render_mode};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::ext::thread_pool::CLAP_EXT_THREAD_POOL;
use clap_sys::plugin::clap_plugin;

use super::plugin::Instance;
use super::{events, remote, state, thread_pool};
use crate::host::guard::guard;
use crate::host::ports;

static PARAMS: clap_plugin_params = clap_plugin_params {
    count: Some(params_count),
    get_info: Some(params_info),
    get_value: Some(params_value),
    value_to_text: Some(params_to_text),
    text_to_value: Some(params_from_text),
    flush: Some(params_flush),
};

static AUDIO_PORTS: clap_plugin_audio_ports =
    clap_plugin_audio_ports { count: Some(ports_count), get: Some(ports_get) };

static RENDER: clap_plugin_render =
    clap_plugin_render { has_hard_realtime_requirement: Some(render_is_realtime), set: Some(render_set) };

static LATENCY: clap_plugin_latency = clap_plugin_latency { get: Some(latency_get) };

static TAIL: clap_plugin_tail = clap_plugin_tail { get: Some(tail_get) };

static STATE: clap_plugin_state = clap_plugin_state { save: Some(state::save), load: Some(state::load) };

/// An extension of ours.
pub(super) fn ours(name: &CStr) -> Option<*const c_void> {
    if name == CLAP_EXT_PARAMS {
        Some(ptr::from_ref(&PARAMS).cast())
    } else if name == CLAP_EXT_AUDIO_PORTS {
        Some(ptr::from_ref(&AUDIO_PORTS).cast())
    } else if name == CLAP_EXT_RENDER {
        Some(ptr::from_ref(&RENDER).cast())
    } else if name == CLAP_EXT_LATENCY {
        Some(ptr::from_ref(&LATENCY).cast())
    } else if name == CLAP_EXT_TAIL {
        Some(ptr::from_ref(&TAIL).cast())
    } else if name == CLAP_EXT_STATE {
        Some(ptr::from_ref(&STATE).cast())
    } else if name == CLAP_EXT_THREAD_POOL {
        Some(ptr::from_ref(&thread_pool::THREAD_POOL).cast())
    } else if [CLAP_EXT_REMOTE_CONTROLS, CLAP_EXT_REMOTE_CONTROLS_COMPAT].contains(&name) {
        Some(ptr::from_ref(&remote::REMOTE_CONTROLS).cast())
    } else {
        None
    }
}

/// Calls a function of one of the framework's extensions, if all of it is there.
macro_rules! inner {
    ($plugin:expr, $extension:ident . $function:ident ( $($argument:expr),* ), else $otherwise:expr) => {
        // SAFETY: CLAP: a plugin of ours. The framework's extensions live as long as the plugin, and their functions
        // work on our object (see `plugin`). The arguments are the host's, checked for null before.
        unsafe {
            Instance::of($plugin)
                .and_then(|instance| instance.extensions.$extension.as_ref())
                .and_then(|extension| extension.$function)
                .map_or($otherwise, |function| function($plugin, $($argument),*))
        }
    };
}

unsafe extern "C" fn params_count(plugin: *const clap_plugin) -> u32 {
    inner!(plugin, params.count(), else 0)
}

unsafe extern "C" fn params_info(plugin: *const clap_plugin, index: u32, info: *mut clap_param_info) -> bool {
    // The framework looks one index too far.
    let is_in_range = index < inner!(plugin, params.count(), else 0);
    !info.is_null() && is_in_range && inner!(plugin, params.get_info(index, info), else false)
}

unsafe extern "C" fn params_value(plugin: *const clap_plugin, id: u32, value: *mut f64) -> bool {
    // SAFETY: CLAP: a plugin of ours.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    let table = &instance.link.table;
    let Some(slot) = table.slot_of_hash(id).filter(|_| !value.is_null()) else { return false };
    let normalized = table.normalized(slot, table.base(slot));
    // SAFETY: CLAP: a place for the value; null is refused.
    unsafe { value.write(f64::from(normalized) * f64::from(table.steps(slot))) };
    true
}

unsafe extern "C" fn params_to_text(
    plugin: *const clap_plugin,
    id: u32,
    value: f64,
    text: *mut c_char,
    size: u32,
) -> bool {
    let is_fit = !text.is_null() && size > 0 && value.is_finite();
    is_fit && inner!(plugin, params.value_to_text(id, value, text, size), else false)
}

unsafe extern "C" fn params_from_text(
    plugin: *const clap_plugin,
    id: u32,
    text: *const c_char,
    value: *mut f64,
) -> bool {
    !text.is_null() && !value.is_null() && inner!(plugin, params.text_to_value(id, text, value), else false)
}

unsafe extern "C" fn params_flush(
    plugin: *const clap_plugin,
    in_events: *const clap_input_events,
    _out_events: *const clap_output_events,
) {
    // SAFETY: CLAP: a plugin of ours.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return };
    // Nothing to tell the host: controls move only in blocks.
    // SAFETY: CLAP: the list is valid for the call.
    guard((), || unsafe { events::read(in_events, &instance.link, &mut instance.link.aside()) });
}

unsafe extern "C" fn ports_count(plugin: *const clap_plugin, is_input: bool) -> u32 {
    inner!(plugin, audio_ports.count(is_input), else 0)
}

unsafe extern "C" fn ports_get(
    plugin: *const clap_plugin,
    index: u32,
    is_input: bool,
    info: *mut clap_audio_port_info,
) -> bool {
    if info.is_null() || !inner!(plugin, audio_ports.get(index, is_input, info), else false) {
        return false;
    }
    if index == 0 {
        // SAFETY: CLAP: a place for the info, which the framework has just filled.
        let name = unsafe { &mut (*info).name };
        set_name(name, if is_input { ports::MAIN_INPUT } else { ports::MAIN_OUTPUT });
    }
    true
}

fn set_name(field: &mut [c_char], name: &str) {
    field.fill(0);
    let room = field.len().saturating_sub(1);
    for (to, from) in field.iter_mut().take(room).zip(name.bytes()) {
        *to = c_char::from_ne_bytes([from]);
    }
}

/// Ours: the framework would post a task to tell the host of it.
unsafe extern "C" fn latency_get(plugin: *const clap_plugin) -> u32 {
    // SAFETY: CLAP: a plugin of ours.
    unsafe { Instance::of(plugin) }.map_or(0, |instance| instance.link.latency(0.0))
}

/// Without end: a deck plays without any input.
unsafe extern "C" fn tail_get(_: *const clap_plugin) -> u32 {
    u32::MAX
}

unsafe extern "C" fn render_is_realtime(plugin: *const clap_plugin) -> bool {
    inner!(plugin, render.has_hard_realtime_requirement(), else false)
}

unsafe extern "C" fn render_set(plugin: *const clap_plugin, mode: clap_plugin_render_mode) -> bool {
    // SAFETY: CLAP: a plugin of ours.
    if let Some(instance) = unsafe { Instance::of(plugin) } {
        instance.offline.store(mode == CLAP_RENDER_OFFLINE, Ordering::Relaxed);
    }
    inner!(plugin, render.set(mode), else false)
}
