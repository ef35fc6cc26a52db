//! One CLAP plugin instance and its lifetime.

use std::ffi::CStr;
use std::sync::{Arc, Once};

use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;

use super::ext::HostData;
use super::pool::ThreadPool;
use super::{clap_call, ext};
use crate::record::HostRecord;

/// An initialised instance; destroyed when the last of its two sides goes.
pub struct Plugin {
    raw: *const clap_plugin,
    pub record: Arc<HostRecord>,
    pool: Option<ThreadPool>,
    // The plugin holds a pointer to it, and it to the data.
    _host: Box<clap_host>,
    _data: Box<HostData>,
}

// SAFETY: the two sides call only what their thread may, as the format asks, and the host keeps them apart where the
// format does not allow both at once.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

/// The factory of the plugin's entry, initialised once for the process.
#[must_use]
pub fn factory() -> *const clap_plugin_factory {
    static INIT: Once = Once::new();
    let entry = crate::entries::clap();
    INIT.call_once(|| {
        crate::keep_panic_hook(|| {
            let entry = std::ptr::from_ref(entry);
            // SAFETY: the entry's own functions, in the order that the format asks for. Never deinitialised: other
            // tests of this process may still run.
            let ready = unsafe { clap_call!(entry => init(c"/nowhere".as_ptr())) };
            assert!(ready, "clap_entry.init failed");
        });
    });
    // SAFETY: initialised above.
    let factory = unsafe { clap_call!(std::ptr::from_ref(entry) => get_factory(CLAP_PLUGIN_FACTORY_ID.as_ptr())) };
    assert!(!factory.is_null(), "the entry has no plugin factory");
    factory.cast()
}

impl Plugin {
    pub fn create(pool: Option<&ThreadPool>) -> Self {
        let record = Arc::new(HostRecord::default());
        record.adopt_main();
        let data = Box::new(HostData { record: Arc::clone(&record), pool: pool.cloned() });
        let host = Box::new(ext::make_host(&raw const *data));
        let factory = factory();
        // SAFETY: a live factory with at least one plugin; the host structure lives as long as the instance.
        let raw = unsafe {
            assert!(clap_call!(factory => get_plugin_count(factory)) > 0, "the factory has no plugin");
            let descriptor = clap_call!(factory => get_plugin_descriptor(factory, 0));
            clap_call!(factory => create_plugin(factory, &raw const *host, (*descriptor).id))
        };
        assert!(!raw.is_null(), "create_plugin failed");
        // SAFETY: freshly created.
        assert!(unsafe { clap_call!(raw => init(raw)) }, "clap_plugin.init failed");
        let plugin = Self { raw, record, pool: pool.cloned(), _host: host, _data: data };
        if let Some(pool) = pool {
            pool.adopt(&plugin);
        }
        plugin
    }

    pub const fn raw(&self) -> *const clap_plugin {
        self.raw
    }

    /// One of the plugin's extensions; null if it has none of that name.
    pub fn extension<T>(&self, id: &CStr) -> *const T {
        // SAFETY: initialised; `T` is the structure that belongs to `id`, as chosen by the caller in this module.
        unsafe { clap_call!(self.raw => get_extension(self.raw, id.as_ptr())) }.cast()
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        self.record.adopt_main();
        if let Some(pool) = &self.pool {
            pool.abandon();
        }
        // SAFETY: deactivated by the host before, and not used after.
        unsafe { clap_call!(self.raw => destroy(self.raw)) };
    }
}
