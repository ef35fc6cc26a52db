//! What baseview 0.4 uses of the crate `xkbcommon-dl`, with one difference: a keymap goes with the state that was made of it.
//!
//! baseview makes a keymap for each window, a state from the keymap, and gives back the state alone: 53 KiB stay for each
//! window that was opened. Here [`x11::state_with_its_keymap`] takes the caller's reference to the keymap over.
//!
//! The functions are those of libxkbcommon's C headers (`xkbcommon/xkbcommon.h`, `xkbcommon/xkbcommon-x11.h`), loaded when
//! they are first asked for, because a machine may lack the library.
//!
//! To be removed as soon as baseview gives its keymap back itself: it would be given back twice then, and the test of openings
//! (`tests/host/openings.rs`) would crash.
#![cfg(target_os = "linux")]
#![allow(non_camel_case_types, reason = "the names are those of the C library, as baseview writes them")]

use std::os::raw::{c_char, c_int};
use std::sync::OnceLock;

use libloading::Library;

pub mod x11;

/// The number that a server has for a key.
pub type xkb_keycode_t = u32;

/// Where keymaps come from; only pointed to.
#[derive(Debug)]
#[repr(C)]
pub struct xkb_context {
    _private: [u8; 0],
}

/// Which key says what; only pointed to.
#[derive(Debug)]
#[repr(C)]
pub struct xkb_keymap {
    _private: [u8; 0],
}

/// Which keys of a map are held; only pointed to.
#[derive(Debug)]
#[repr(C)]
pub struct xkb_state {
    _private: [u8; 0],
}

/// How a context is made.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub enum xkb_context_flags {
    /// As the library would.
    XKB_CONTEXT_NO_FLAGS = 0,
}

/// How a keymap is made.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub enum xkb_keymap_compile_flags {
    /// As the library would.
    XKB_KEYMAP_COMPILE_NO_FLAGS = 0,
}

/// Where a key goes.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub enum xkb_key_direction {
    /// Let go.
    XKB_KEY_UP = 0,
    /// Pressed.
    XKB_KEY_DOWN = 1,
}

/// What baseview calls of libxkbcommon.
#[derive(Clone, Copy, Debug)]
pub struct XkbCommon {
    /// A context with one reference, the caller's; null if there is no memory.
    pub xkb_context_new: unsafe extern "C" fn(xkb_context_flags) -> *mut xkb_context,
    /// Gives a reference to a context back.
    pub xkb_context_unref: unsafe extern "C" fn(*mut xkb_context),
    /// Gives a reference to a keymap back.
    pub xkb_keymap_unref: unsafe extern "C" fn(*mut xkb_keymap),
    /// What a key says, as UTF-8 with a zero at its end, into so many bytes; how many it would be.
    pub xkb_state_key_get_utf8: unsafe extern "C" fn(*mut xkb_state, xkb_keycode_t, *mut c_char, usize) -> c_int,
    /// A key was pressed or let go; which parts of the state changed.
    pub xkb_state_update_key: unsafe extern "C" fn(*mut xkb_state, xkb_keycode_t, xkb_key_direction) -> c_int,
    /// Gives a reference to a state back.
    pub xkb_state_unref: unsafe extern "C" fn(*mut xkb_state),
}

/// The library, if this machine has it. It is loaded once.
pub fn xkbcommon_option() -> Option<&'static XkbCommon> {
    static FUNCTIONS: OnceLock<Option<XkbCommon>> = OnceLock::new();
    let load = || {
        let library = open(&["libxkbcommon.so.0", "libxkbcommon.so"])?;
        // SAFETY: the types are those of the C header.
        unsafe {
            Some(XkbCommon {
                xkb_context_new: *library.get(b"xkb_context_new\0").ok()?,
                xkb_context_unref: *library.get(b"xkb_context_unref\0").ok()?,
                xkb_keymap_unref: *library.get(b"xkb_keymap_unref\0").ok()?,
                xkb_state_key_get_utf8: *library.get(b"xkb_state_key_get_utf8\0").ok()?,
                xkb_state_update_key: *library.get(b"xkb_state_update_key\0").ok()?,
                xkb_state_unref: *library.get(b"xkb_state_unref\0").ok()?,
            })
        }
    };
    FUNCTIONS.get_or_init(load).as_ref()
}

/// The first of these libraries that there is; it stays loaded.
fn open(names: &[&str]) -> Option<&'static Library> {
    // SAFETY: libxkbcommon does nothing when it is loaded.
    let library = names.iter().find_map(|name| unsafe { Library::new(name) }.ok())?;
    Some(Box::leak(Box::new(library)))
}
