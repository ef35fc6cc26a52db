//! Keeps the system's graphics libraries in memory once an editor has been open.
//!
//! The last editor to close unloads them while its thread still has their thread-exit functions to run: in a host that
//! does not use them itself the process crashes now and then (2 of 34 runs of the editor tests).

/// Before a window is opened. GUI thread; does nothing when they are there already.
pub(super) fn keep_mapped() {
    #[cfg(target_os = "linux")]
    for name in [c"libX11.so.6", c"libX11-xcb.so.1", c"libxcb.so.1", c"libGL.so.1", c"libEGL.so.1"] {
        // SAFETY: a system library by its name; its initialisers are those that the window runs anyway. A missing one
        // is told by the window.
        unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_LAZY | libc::RTLD_NODELETE) };
    }
}
