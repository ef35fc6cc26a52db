//! The main thread's calls into a CLAP plugin.

use std::ffi::{CString, c_char, c_void};
use std::sync::Arc;

use clap_sys::ext::audio_ports::{CLAP_EXT_AUDIO_PORTS, clap_audio_port_info, clap_plugin_audio_ports};
use clap_sys::ext::gui::{CLAP_EXT_GUI, CLAP_WINDOW_API_X11, clap_plugin_gui, clap_window, clap_window_handle};
use clap_sys::ext::latency::{CLAP_EXT_LATENCY, clap_plugin_latency};
use clap_sys::ext::params::*;
use clap_sys::ext::render::{CLAP_EXT_RENDER, CLAP_RENDER_OFFLINE, CLAP_RENDER_REALTIME, clap_plugin_render};
use clap_sys::ext::state::{CLAP_EXT_STATE, clap_plugin_state};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::stream::{clap_istream, clap_ostream};

use super::audio::flush;
use super::clap_call;
use super::plugin::Plugin;
use crate::params::RawParam;
use crate::record::HostRecord;
use crate::sides::{MainSide, RawEvent, RawOut};

/// See [`MainSide`].
pub struct ClapMain {
    plugin: Arc<Plugin>,
    editor_is_open: bool,
}

impl ClapMain {
    pub const fn new(plugin: Arc<Plugin>) -> Self {
        Self { plugin, editor_is_open: false }
    }

    /// The plugin's pointer, for a call on the main thread.
    fn raw(&self) -> *const clap_sys::plugin::clap_plugin {
        self.plugin.record.adopt_main();
        self.plugin.raw()
    }

    fn params(&self) -> *const clap_plugin_params {
        self.plugin.extension(CLAP_EXT_PARAMS)
    }

    fn port_names(&self, is_input: bool) -> Vec<String> {
        let ports: *const clap_plugin_audio_ports = self.plugin.extension(CLAP_EXT_AUDIO_PORTS);
        let plugin = self.raw();
        // SAFETY: the extension of the living plugin; the structure is plain data, valid when zero.
        unsafe {
            (0..clap_call!(ports => count(plugin, is_input)))
                .map(|index| {
                    let mut info: clap_audio_port_info = std::mem::zeroed();
                    assert!(clap_call!(ports => get(plugin, index, is_input, &raw mut info)), "port {index}");
                    text_of(&info.name)
                })
                .collect()
        }
    }
}

/// A C string in a fixed field.
fn text_of(field: &[c_char]) -> String {
    let bytes: Vec<u8> = field.iter().take_while(|c| **c != 0).map(|c| c.cast_unsigned()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

impl MainSide for ClapMain {
    fn list_params(&self) -> Vec<RawParam> {
        let (plugin, params) = (self.raw(), self.params());
        let param = |index| {
            // SAFETY: the extension of the living plugin; the structure is plain data, valid when zero.
            let info = unsafe {
                let mut info: clap_param_info = std::mem::zeroed();
                assert!(clap_call!(params => get_info(plugin, index, &raw mut info)), "parameter {index}");
                info
            };
            let is_stepped = info.flags & CLAP_PARAM_IS_STEPPED != 0;
            RawParam {
                number: info.id,
                name: text_of(&info.name),
                min: info.min_value,
                max: info.max_value,
                default: info.default_value,
                steps: is_stepped.then_some((info.max_value - info.min_value) as u32),
                automatable: info.flags & CLAP_PARAM_IS_AUTOMATABLE != 0,
            }
        };
        // SAFETY: as above.
        (0..unsafe { clap_call!(params => count(plugin)) }).map(param).collect()
    }

    fn value(&self, number: u32) -> f64 {
        let mut value = f64::NAN;
        // SAFETY: the extension of the living plugin.
        let known = unsafe { clap_call!(self.params() => get_value(self.raw(), number, &raw mut value)) };
        assert!(known, "no value of parameter {number}");
        value
    }

    fn text(&self, number: u32, value: f64) -> Option<String> {
        let mut text = [0; 256];
        // SAFETY: as above; the length is the buffer's.
        let known = unsafe {
            clap_call!(self.params() => value_to_text(self.raw(), number, value, text.as_mut_ptr(), text.len() as u32))
        };
        known.then(|| text_of(&text))
    }

    fn value_of_text(&self, number: u32, text: &str) -> Option<f64> {
        let text = CString::new(text).expect("a text without zeros");
        let mut value = f64::NAN;
        // SAFETY: as above.
        let known =
            unsafe { clap_call!(self.params() => text_to_value(self.raw(), number, text.as_ptr(), &raw mut value)) };
        known.then_some(value)
    }

    fn to_raw(&self, _: u32, _: f64) -> Option<f64> {
        None
    }

    fn flush_inactive(&mut self, events: &[(u32, RawEvent)]) -> Vec<RawOut> {
        self.plugin.record.adopt_main();
        flush(&self.plugin, events)
    }

    fn tell_controller(&mut self, _: u32, _: f64) {}

    fn bus_names(&self) -> (Vec<String>, Vec<String>) {
        (self.port_names(true), self.port_names(false))
    }

    fn arrange(&mut self, _: Option<&[u64]>, _: Option<&[u64]>) -> bool {
        panic!("CLAP has no speaker arrangements")
    }

    fn set_bus_active(&mut self, _: bool, _: usize, _: bool) {}

    fn set_offline(&mut self, offline: bool) {
        let render: *const clap_plugin_render = self.plugin.extension(CLAP_EXT_RENDER);
        let mode = if offline { CLAP_RENDER_OFFLINE } else { CLAP_RENDER_REALTIME };
        // SAFETY: the extension of the living plugin.
        assert!(unsafe { clap_call!(render => set(self.raw(), mode)) }, "clap.render refused");
    }

    fn activate(&mut self, sample_rate: f64, max_block: u32) -> bool {
        let plugin = self.raw();
        // SAFETY: initialised and not active.
        unsafe { clap_call!(plugin => activate(plugin, sample_rate, 1, max_block)) }
    }

    fn deactivate(&mut self) {
        let plugin = self.raw();
        // SAFETY: active and not processing.
        unsafe { clap_call!(plugin => deactivate(plugin)) };
    }

    fn latency_frames(&self) -> u32 {
        let latency: *const clap_plugin_latency = self.plugin.extension(CLAP_EXT_LATENCY);
        // SAFETY: the extension of the living plugin.
        if latency.is_null() { 0 } else { unsafe { clap_call!(latency => get(self.raw())) } }
    }

    fn tail_frames(&self) -> u32 {
        let tail: *const clap_plugin_tail = self.plugin.extension(CLAP_EXT_TAIL);
        // SAFETY: the extension of the living plugin.
        if tail.is_null() { 0 } else { unsafe { clap_call!(tail => get(self.raw())) } }
    }

    fn save(&self) -> Option<Vec<u8>> {
        unsafe extern "C" fn write(stream: *const clap_ostream, bytes: *const c_void, size: u64) -> i64 {
            // Hosts may take less than they are given.
            let taken = size.min(1000) as usize;
            // SAFETY: `ctx` is the vector below; the plugin gives `size` bytes.
            unsafe {
                let saved = &mut *(*stream).ctx.cast::<Vec<u8>>();
                saved.extend_from_slice(std::slice::from_raw_parts(bytes.cast(), taken));
            }
            taken as i64
        }
        let state: *const clap_plugin_state = self.plugin.extension(CLAP_EXT_STATE);
        let mut saved = Vec::<u8>::new();
        let stream = clap_ostream { ctx: (&raw mut saved).cast(), write: Some(write) };
        // SAFETY: the stream and its vector live until the call returns.
        unsafe { clap_call!(state => save(self.raw(), &raw const stream)) }.then_some(saved)
    }

    fn load(&self, saved: &[u8]) -> bool {
        unsafe extern "C" fn read(stream: *const clap_istream, out: *mut c_void, size: u64) -> i64 {
            // SAFETY: `ctx` is the slice below; the plugin gives room for `size` bytes.
            unsafe {
                let rest = &mut *(*stream).ctx.cast::<&[u8]>();
                // Hosts may give less than they are asked for.
                let given = rest.len().min(size as usize).min(1000);
                std::ptr::copy_nonoverlapping(rest.as_ptr(), out.cast(), given);
                *rest = &rest[given..];
                given as i64
            }
        }
        let state: *const clap_plugin_state = self.plugin.extension(CLAP_EXT_STATE);
        let mut rest = saved;
        let stream = clap_istream { ctx: (&raw mut rest).cast(), read: Some(read) };
        // SAFETY: the stream and its slice live until the call returns.
        unsafe { clap_call!(state => load(self.raw(), &raw const stream)) }
    }

    fn state_header(&self) -> usize {
        size_of::<u64>()
    }

    fn make_state_header(&self, json_len: usize) -> Vec<u8> {
        (json_len as u64).to_le_bytes().to_vec()
    }

    fn serve_callbacks(&self) {
        let plugin = self.raw();
        if self.plugin.record.take_callback() {
            // SAFETY: on the main thread.
            unsafe { clap_call!(plugin => on_main_thread(plugin)) };
        }
    }

    fn record(&self) -> &HostRecord {
        &self.plugin.record
    }

    fn open_editor(&mut self, parent: u32) -> bool {
        assert!(!self.editor_is_open, "the editor is open already");
        let gui: *const clap_plugin_gui = self.plugin.extension(CLAP_EXT_GUI);
        if gui.is_null() {
            return false;
        }
        let (plugin, api) = (self.raw(), CLAP_WINDOW_API_X11.as_ptr());
        let window = clap_window { api, specific: clap_window_handle { x11: parent.into() } };
        // SAFETY: the extension of the living plugin, called in the order that it asks for.
        unsafe {
            if !clap_call!(gui => is_api_supported(plugin, api, false))
                || !clap_call!(gui => create(plugin, api, false))
            {
                return false;
            }
            self.editor_is_open = true;
            clap_call!(gui => set_parent(plugin, &raw const window)) && {
                // Some plugins show themselves at once and refuse this call.
                clap_call!(gui => show(plugin));
                true
            }
        }
    }

    fn close_editor(&mut self) {
        if std::mem::take(&mut self.editor_is_open) {
            let gui: *const clap_plugin_gui = self.plugin.extension(CLAP_EXT_GUI);
            // SAFETY: created before.
            unsafe { clap_call!(gui => destroy(self.raw())) };
        }
    }

    fn editor_size(&self) -> Option<(u32, u32)> {
        let gui: *const clap_plugin_gui = self.plugin.extension(CLAP_EXT_GUI);
        let (mut width, mut height) = (0, 0);
        // SAFETY: the extension of the living plugin.
        let known =
            !gui.is_null() && unsafe { clap_call!(gui => get_size(self.raw(), &raw mut width, &raw mut height)) };
        known.then_some((width, height))
    }
}
