//! The thread-pool extension: the host's side asked, ours answered.

use clap_sys::ext::thread_pool::{CLAP_EXT_THREAD_POOL, clap_host_thread_pool, clap_plugin_thread_pool};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;

use super::plugin::Instance;
use crate::host::link::HostLink;

pub(super) static THREAD_POOL: clap_plugin_thread_pool = clap_plugin_thread_pool { exec: Some(exec) };

/// A host and its function.
#[derive(Clone, Copy)]
struct Pool {
    host: *const clap_host,
    request: unsafe extern "C" fn(host: *const clap_host, num_tasks: u32) -> bool,
}

// SAFETY: CLAP: the host's function is for the audio thread, which changes over time.
unsafe impl Send for Pool {}
// SAFETY: it is called in process calls only, of which there is one at a time.
unsafe impl Sync for Pool {}

impl Pool {
    /// # Safety
    /// Within a process call of the plugin that the host was made for.
    unsafe fn request(&self, lanes: u32) -> bool {
        // SAFETY: by this function's contract; the host outlives the plugin.
        unsafe { (self.request)(self.host, lanes) }
    }
}

/// Looks for the host's pool. Main thread, in `init`.
///
/// # Safety
/// The host may be asked for extensions, and outlives the link.
pub(super) unsafe fn find(host: *const clap_host, link: &HostLink) {
    // SAFETY: by this function's contract; the extension is of the type that belongs to its name.
    let request = unsafe {
        let extension = (*host).get_extension.map(|get| get(host, CLAP_EXT_THREAD_POOL.as_ptr()));
        extension.and_then(|pool| pool.cast::<clap_host_thread_pool>().as_ref()).and_then(|pool| pool.request_exec)
    };
    if let Some(request) = request {
        let pool = Pool { host, request };
        // SAFETY: lanes are asked for by the engine alone, in the plugin's process call.
        link.threads.offer(Box::new(move |lanes| unsafe { pool.request(lanes) }));
    }
}

unsafe extern "C" fn exec(plugin: *const clap_plugin, task: u32) {
    // SAFETY: CLAP: a plugin of ours.
    if let Some(instance) = unsafe { Instance::of(plugin) } {
        instance.link.threads.exec(task);
    }
}
