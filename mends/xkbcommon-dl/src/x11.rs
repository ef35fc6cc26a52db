//! Keyboards as an X server knows them.

use std::os::raw::c_void;
use std::sync::OnceLock;

use crate::{open, xkb_context, xkb_keymap, xkb_keymap_compile_flags, xkb_state, xkbcommon_option};

/// A connection of libxcb; only pointed to.
pub type xcb_connection_t = c_void;

type StateFromDevice = unsafe extern "C" fn(*mut xkb_keymap, *mut xcb_connection_t, i32) -> *mut xkb_state;

/// What baseview calls of libxkbcommon-x11.
#[derive(Clone, Copy, Debug)]
pub struct XkbCommonX11 {
    /// The number of the server's main keyboard; -1 without one.
    pub xkb_x11_get_core_keyboard_device_id: unsafe extern "C" fn(*mut xcb_connection_t) -> i32,
    /// A keyboard's map, with one reference, which is the caller's; null if there is none.
    pub xkb_x11_keymap_new_from_device:
        unsafe extern "C" fn(*mut xkb_context, *mut xcb_connection_t, i32, xkb_keymap_compile_flags) -> *mut xkb_keymap,
    /// [`state_with_its_keymap`].
    pub xkb_x11_state_new_from_device: StateFromDevice,
}

/// The library, if this machine has it. It is loaded once.
pub fn xkbcommon_x11_option() -> Option<&'static XkbCommonX11> {
    static FUNCTIONS: OnceLock<Option<XkbCommonX11>> = OnceLock::new();
    let load = || {
        state_from_device()?;
        let library = open(&["libxkbcommon-x11.so.0", "libxkbcommon-x11.so"])?;
        // SAFETY: the types are those of the C header.
        unsafe {
            Some(XkbCommonX11 {
                xkb_x11_get_core_keyboard_device_id: *library.get(b"xkb_x11_get_core_keyboard_device_id\0").ok()?,
                xkb_x11_keymap_new_from_device: *library.get(b"xkb_x11_keymap_new_from_device\0").ok()?,
                xkb_x11_state_new_from_device: state_with_its_keymap,
            })
        }
    };
    FUNCTIONS.get_or_init(load).as_ref()
}

/// The library's own way from a keymap to a state.
fn state_from_device() -> Option<StateFromDevice> {
    static FUNCTION: OnceLock<Option<StateFromDevice>> = OnceLock::new();
    let load = || {
        let library = open(&["libxkbcommon-x11.so.0", "libxkbcommon-x11.so"])?;
        // SAFETY: the type is that of the C header.
        unsafe { library.get(b"xkb_x11_state_new_from_device\0").ok().map(|function| *function) }
    };
    *FUNCTION.get_or_init(load)
}

/// The keyboard's state, as the only holder of the keymap: **the caller's reference is taken over**. Null if there is none.
///
/// # Safety
///
/// `keymap` is null, or the caller holds a reference to it, which it gives away; `connection` is open.
pub unsafe extern "C" fn state_with_its_keymap(
    keymap: *mut xkb_keymap,
    connection: *mut xcb_connection_t,
    device: i32,
) -> *mut xkb_state {
    let (Some(common), Some(state_from_device)) = (xkbcommon_option(), state_from_device()) else {
        return std::ptr::null_mut();
    };
    if keymap.is_null() {
        return std::ptr::null_mut();
    }
    // SAFETY: as the caller promises; a state holds a reference of its own to its keymap, so the caller's can go.
    unsafe {
        let state = state_from_device(keymap, connection, device);
        (common.xkb_keymap_unref)(keymap);
        state
    }
}
