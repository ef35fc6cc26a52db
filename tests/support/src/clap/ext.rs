//! What the host offers to the plugin: `clap_host` and its extensions, all answering from a [`HostRecord`].

use std::ffi::{CStr, c_char, c_void};
use std::sync::Arc;

use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_host_audio_ports};
use clap_sys::ext::gui::{CLAP_EXT_GUI, clap_host_gui};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_host_latency};
use clap_sys::ext::log::{CLAP_EXT_LOG, CLAP_LOG_PLUGIN_MISBEHAVING, clap_host_log, clap_log_severity};
use clap_sys::ext::note_ports::{
    CLAP_EXT_NOTE_PORTS, CLAP_NOTE_DIALECT_CLAP, CLAP_NOTE_DIALECT_MIDI, clap_host_note_ports,
};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_host_params};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_host_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_host_tail};
use clap_sys::ext::thread_check::{CLAP_EXT_THREAD_CHECK, clap_host_thread_check};
use clap_sys::ext::thread_pool::{CLAP_EXT_THREAD_POOL, clap_host_thread_pool};
use clap_sys::host::clap_host;
use clap_sys::version::CLAP_VERSION;

use super::pool::ThreadPool;
use crate::record::{HostRecord, Request};
use crate::sides::is_audio;

/// What the host's functions work with.
pub struct HostData {
    pub record: Arc<HostRecord>,
    /// `None` for a host without the extension.
    pub pool: Option<ThreadPool>,
}

/// The structure that a plugin gets; `data` must outlive the plugin.
pub fn make_host(data: *const HostData) -> clap_host {
    clap_host {
        clap_version: CLAP_VERSION,
        host_data: data.cast_mut().cast(),
        name: c"Echelon mini-host".as_ptr(),
        vendor: c"Echelon".as_ptr(),
        url: c"".as_ptr(),
        version: c"1".as_ptr(),
        get_extension: Some(get_extension),
        request_restart: Some(request_restart),
        request_process: Some(request_process),
        request_callback: Some(request_callback),
    }
}

/// # Safety
/// `host` is the structure of [`make_host`], and its data is alive.
unsafe fn data<'a>(host: *const clap_host) -> &'a HostData {
    // SAFETY: the caller's promise.
    unsafe { &*(*host).host_data.cast_const().cast() }
}

/// # Safety
/// As [`data`].
unsafe fn record<'a>(host: *const clap_host) -> &'a HostRecord {
    // SAFETY: the caller's promise.
    unsafe { &data(host).record }
}

static THREAD_CHECK: clap_host_thread_check =
    clap_host_thread_check { is_main_thread: Some(is_main_thread), is_audio_thread: Some(is_audio_thread) };
static PARAMS: clap_host_params =
    clap_host_params { rescan: Some(rescan_params), clear: Some(clear_param), request_flush: Some(request_flush) };
static STATE: clap_host_state = clap_host_state { mark_dirty: Some(mark_dirty) };
static LATENCY: clap_host_latency = clap_host_latency { changed: Some(latency_changed) };
static TAIL: clap_host_tail = clap_host_tail { changed: Some(tail_changed) };
static LOG: clap_host_log = clap_host_log { log: Some(log) };
static AUDIO_PORTS: clap_host_audio_ports =
    clap_host_audio_ports { is_rescan_flag_supported: Some(no_flags), rescan: Some(rescan_ports) };
static NOTE_PORTS: clap_host_note_ports =
    clap_host_note_ports { supported_dialects: Some(dialects), rescan: Some(rescan_ports) };
static GUI: clap_host_gui = clap_host_gui {
    resize_hints_changed: Some(gui_ignore),
    request_resize: Some(gui_resize),
    request_show: Some(gui_yes),
    request_hide: Some(gui_yes),
    closed: Some(gui_closed),
};

static THREAD_POOL: clap_host_thread_pool = clap_host_thread_pool { request_exec: Some(request_exec) };

unsafe extern "C" fn get_extension(host: *const clap_host, id: *const c_char) -> *const c_void {
    // SAFETY: the plugin gives a C string, and the structure that it was given.
    let (id, has_pool) = unsafe { (CStr::from_ptr(id), data(host).pool.is_some()) };
    if id == CLAP_EXT_THREAD_POOL && has_pool {
        return (&raw const THREAD_POOL).cast();
    }
    let known: [(&CStr, *const c_void); 9] = [
        (CLAP_EXT_THREAD_CHECK, (&raw const THREAD_CHECK).cast()),
        (CLAP_EXT_PARAMS, (&raw const PARAMS).cast()),
        (CLAP_EXT_STATE, (&raw const STATE).cast()),
        (CLAP_EXT_LATENCY, (&raw const LATENCY).cast()),
        (CLAP_EXT_TAIL, (&raw const TAIL).cast()),
        (CLAP_EXT_LOG, (&raw const LOG).cast()),
        (CLAP_EXT_AUDIO_PORTS, (&raw const AUDIO_PORTS).cast()),
        (CLAP_EXT_NOTE_PORTS, (&raw const NOTE_PORTS).cast()),
        (CLAP_EXT_GUI, (&raw const GUI).cast()),
    ];
    known.iter().find(|(name, _)| *name == id).map_or(std::ptr::null(), |(_, extension)| *extension)
}

/// Callbacks that only leave a note, with the thread that the format asks for.
macro_rules! notes {
    ($($name:ident($($arg:ident: $type:ty),*) $request:ident $check:ident;)*) => {$(
        unsafe extern "C" fn $name(host: *const clap_host, $($arg: $type),*) {
            // SAFETY: the plugin passes the structure that it was given.
            let record = unsafe { record(host) };
            notes!(@$check record, stringify!($name));
            record.note(Request::$request);
        }
    )*};
    (@any $record:expr, $name:expr) => {};
    (@main $record:expr, $name:expr) => { $record.expect_main(concat!("CLAP ", $name)) };
}

notes! {
    request_restart() Restart any;
    request_process() Process any;
    request_callback() Callback any;
    mark_dirty() Dirty main;
    latency_changed() Latency main;
    rescan_params(_flags: u32) Rescan main;
    rescan_ports(_flags: u32) Rescan main;
    clear_param(_id: u32, _flags: u32) Rescan main;
}

unsafe extern "C" fn request_flush(host: *const clap_host) {
    // SAFETY: as in `notes`.
    let record = unsafe { record(host) };
    if is_audio() {
        record.misused("CLAP request_flush called on the audio thread");
    }
    record.note(Request::Flush);
}

unsafe extern "C" fn request_exec(host: *const clap_host, tasks: u32) -> bool {
    // SAFETY: as in `notes`.
    let data = unsafe { data(host) };
    let answer = data.pool.as_ref().map_or(Ok(false), |pool| pool.request(tasks));
    answer.unwrap_or_else(|misuse| {
        data.record.misused(misuse);
        false
    })
}

unsafe extern "C" fn is_main_thread(host: *const clap_host) -> bool {
    // SAFETY: as in `notes`.
    unsafe { record(host) }.is_main()
}

unsafe extern "C" fn is_audio_thread(_: *const clap_host) -> bool {
    is_audio()
}

unsafe extern "C" fn tail_changed(host: *const clap_host) {
    if !is_audio() {
        // SAFETY: as in `notes`.
        unsafe { record(host) }.misused("CLAP tail.changed called off the audio thread");
    }
}

unsafe extern "C" fn log(host: *const clap_host, severity: clap_log_severity, message: *const c_char) {
    crate::guard::pause(|| {
        // SAFETY: as in `notes`; the message is a C string.
        let (record, message) = unsafe { (record(host), CStr::from_ptr(message)) };
        let message = message.to_string_lossy().into_owned();
        if severity == CLAP_LOG_PLUGIN_MISBEHAVING {
            record.misused(&message);
        }
        record.log(message);
    });
}

unsafe extern "C" fn no_flags(_: *const clap_host, _: u32) -> bool {
    false
}

unsafe extern "C" fn dialects(_: *const clap_host) -> u32 {
    CLAP_NOTE_DIALECT_CLAP | CLAP_NOTE_DIALECT_MIDI
}

unsafe extern "C" fn gui_ignore(_: *const clap_host) {}

unsafe extern "C" fn gui_yes(_: *const clap_host) -> bool {
    true
}

unsafe extern "C" fn gui_resize(host: *const clap_host, _: u32, _: u32) -> bool {
    // SAFETY: as in `notes`.
    unsafe { record(host) }.note(Request::Resize);
    true
}

unsafe extern "C" fn gui_closed(_: *const clap_host, _: bool) {}
