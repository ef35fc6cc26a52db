//! The plugin's library is loaded, an instance joins a session, and all goes again: nothing of it may stay.

use std::ffi::{CStr, CString, c_char, c_void};
use std::fs;
use std::ptr::{null, null_mut};

use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::version::CLAP_VERSION;
use rosc::OscType;
use serde_json::json;
use support::{OscClient, wait_until};

/// The first port that an instance takes.
const PORT: u16 = 8000;

/// What this process has of the system.
#[derive(Debug, PartialEq, Eq)]
struct Holdings {
    threads: usize,
    files: usize,
    /// Places where the library is mapped.
    maps: usize,
    /// Memory that was asked for and not given back.
    memory_kib: usize,
}

impl Holdings {
    fn now(library: &str) -> Self {
        let count = |dir: &str| fs::read_dir(dir).map_or(0, Iterator::count);
        let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let name = library.rsplit('/').next().unwrap_or(library);
        // SAFETY: only reads the allocator's own figures.
        let memory = unsafe { libc::mallinfo2() };
        Self {
            threads: count("/proc/self/task"),
            files: count("/proc/self/fd"),
            maps: read("/proc/self/maps").lines().filter(|line| line.contains(name)).count(),
            memory_kib: (memory.uordblks + memory.hblkhd) / 1024,
        }
    }
}

pub fn run(library: &str, count: &str, session: bool) -> Result<(), String> {
    let count: usize = count.parse().map_err(|error| format!("{count}: {error}"))?;
    let path = CString::new(library).map_err(|error| error.to_string())?;
    let mut after_second = None;
    for index in 0..count {
        cycle(&path, session)?;
        wait_until("the library's threads to end", || Holdings::now(library).threads == 1);
        let now = Holdings::now(library);
        println!(
            "{}",
            json!({ "cycle": index, "threads": now.threads, "files": now.files, "maps": now.maps,
                "memory_kib": now.memory_kib })
        );
        // The first ones make what the C library keeps for itself.
        if index == 1 {
            after_second = Some(now);
        }
    }
    let last = Holdings::now(library);
    let Some(first) = after_second else { return Err("at least two cycles".to_owned()) };
    println!(
        "{}",
        json!({ "cycles": count, "threads": last.threads as i64 - first.threads as i64,
            "files": last.files as i64 - first.files as i64, "maps": last.maps,
            "grown_kib": last.memory_kib as i64 - first.memory_kib as i64 })
    );
    Ok(())
}

/// Loads, joins, leaves, unloads.
fn cycle(path: &CStr, session: bool) -> Result<(), String> {
    // SAFETY: a C string; the library's constructors are those of a plugin that any host loads.
    let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if library.is_null() {
        return Err(format!("{} cannot be loaded", path.to_string_lossy()));
    }
    // SAFETY: the library exports a CLAP entry of this name.
    let entry = unsafe { libc::dlsym(library, c"clap_entry".as_ptr()) }.cast::<clap_plugin_entry>();
    if entry.is_null() {
        return Err("the library has no clap_entry".to_owned());
    }
    let (address, owned) = (entry as usize, path.to_owned());
    // On a thread of its own: what the library keeps for a thread holds it until that thread ends.
    let work = move || {
        // SAFETY: the entry stays until the library is closed, after this thread has ended.
        unsafe { with_instance(&*(address as *const clap_plugin_entry), &owned, session) }
    };
    let result = std::thread::spawn(work).join().map_err(|_| "the instance panicked".to_owned());
    // SAFETY: everything of it is gone: the instance is destroyed and the entry deinitialised.
    unsafe { libc::dlclose(library) };
    result?
}

/// # Safety
/// The entry is a loaded library's.
unsafe fn with_instance(entry: &clap_plugin_entry, path: &CStr, session: bool) -> Result<(), String> {
    let missing = || "the entry lacks a function".to_owned();
    let (init, deinit, get) =
        (entry.init.ok_or_else(missing)?, entry.deinit.ok_or_else(missing)?, entry.get_factory.ok_or_else(missing)?);
    let host = host();
    // SAFETY: the entry's functions in the order that CLAP asks for; the factory and the plugin are its own, and the
    // host's structure outlives the plugin.
    unsafe {
        if !init(path.as_ptr()) {
            return Err("init failed".to_owned());
        }
        let factory = get(CLAP_PLUGIN_FACTORY_ID.as_ptr()).cast::<clap_plugin_factory>();
        let create = (*factory).create_plugin.ok_or_else(missing)?;
        let describe = (*factory).get_plugin_descriptor.ok_or_else(missing)?;
        let plugin = create(factory, &raw const host, (*describe(factory, 0)).id);
        let result = play(plugin, session);
        deinit();
        result
    }
}

/// # Safety
/// The plugin was just created. It is gone afterwards.
unsafe fn play(plugin: *const clap_plugin, session: bool) -> Result<(), String> {
    // SAFETY: the plugin's functions in the order that CLAP asks for.
    unsafe {
        let Some(plugin_ref) = plugin.as_ref() else { return Err("no instance".to_owned()) };
        let (Some(init), Some(activate), Some(deactivate), Some(destroy)) =
            (plugin_ref.init, plugin_ref.activate, plugin_ref.deactivate, plugin_ref.destroy)
        else {
            return Err("the plugin lacks a function".to_owned());
        };
        let ready = init(plugin) && activate(plugin, 48_000.0, 1, 512);
        if ready {
            join_session(session);
        }
        deactivate(plugin);
        destroy(plugin);
        if ready { Ok(()) } else { Err("the plugin refused to activate".to_owned()) }
    }
}

/// Joins by OSC, or stays out, and waits until it is so.
fn join_session(joins: bool) {
    let mut osc = OscClient::connect(PORT);
    osc.send("/clock/source", &[OscType::String(if joins { "link" } else { "host" }.to_owned())]);
    wait_until("the session to be joined", || {
        osc.send("/link/state", &[]);
        osc.take_replies()
            .iter()
            .any(|reply| reply.addr == "/link/state" && reply.args.get(2) == Some(&OscType::Int(i32::from(joins))))
    });
}

fn host() -> clap_host {
    unsafe extern "C" fn extension(_: *const clap_host, _: *const c_char) -> *const c_void {
        null()
    }
    unsafe extern "C" fn nothing(_: *const clap_host) {}
    clap_host {
        clap_version: CLAP_VERSION,
        host_data: null_mut(),
        name: c"cycles".as_ptr(),
        vendor: c"".as_ptr(),
        url: c"".as_ptr(),
        version: c"1".as_ptr(),
        get_extension: Some(extension),
        request_restart: Some(nothing),
        request_process: Some(nothing),
        request_callback: Some(nothing),
    }
}
