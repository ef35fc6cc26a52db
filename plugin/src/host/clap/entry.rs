//! The library's entry point and its plugin factory.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::OnceLock;

use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::{clap_plugin, clap_plugin_descriptor};
use clap_sys::version::CLAP_VERSION;
use nice_plug::wrapper::clap::PluginDescriptor;
use nice_plug::wrapper::setup_logger;

use super::plugin::Instance;
use crate::Echelon;
use crate::host::guard::guard;

/// What a CLAP host looks for in the library.
#[allow(non_upper_case_globals, reason = "the symbol's name is CLAP's")]
#[unsafe(no_mangle)]
#[used]
pub static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(get_plugin_count),
    get_plugin_descriptor: Some(get_plugin_descriptor),
    create_plugin: Some(create_plugin),
};

fn descriptor() -> &'static PluginDescriptor {
    static DESCRIPTOR: OnceLock<PluginDescriptor> = OnceLock::new();
    DESCRIPTOR.get_or_init(PluginDescriptor::for_plugin::<Echelon>)
}

extern "C" fn init(_path: *const c_char) -> bool {
    guard(false, || {
        setup_logger::<Echelon>();
        true
    })
}

extern "C" fn deinit() {}

extern "C" fn get_factory(id: *const c_char) -> *const c_void {
    // SAFETY: CLAP: a valid C string; null is refused before.
    if !id.is_null() && unsafe { CStr::from_ptr(id) } == CLAP_PLUGIN_FACTORY_ID {
        ptr::from_ref(&FACTORY).cast()
    } else {
        ptr::null()
    }
}

extern "C" fn get_plugin_count(_factory: *const clap_plugin_factory) -> u32 {
    1
}

extern "C" fn get_plugin_descriptor(_factory: *const clap_plugin_factory, index: u32) -> *const clap_plugin_descriptor {
    guard(ptr::null(), || if index == 0 { descriptor().clap_plugin_descriptor() } else { ptr::null() })
}

unsafe extern "C" fn create_plugin(
    _factory: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    if host.is_null() || id.is_null() {
        return ptr::null();
    }
    guard(ptr::null(), || {
        // SAFETY: CLAP: a valid C string.
        if unsafe { CStr::from_ptr(id) } != descriptor().clap_id() {
            return ptr::null();
        }
        // SAFETY: CLAP: the host outlives the plugin.
        unsafe { Instance::create(host) }
    })
}
