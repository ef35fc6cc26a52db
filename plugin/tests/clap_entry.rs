//! The CLAP entry, driven through its C functions the way careless hosts do.
#![allow(
    missing_docs,
    clippy::undocumented_unsafe_blocks,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "a test; every pointer is to a local"
)]

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::*;
use clap_sys::ext::audio_ports::*;
use clap_sys::ext::params::*;
use clap_sys::ext::state::*;
use clap_sys::factory::plugin_factory::*;
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::*;
use clap_sys::stream::*;
use clap_sys::version::CLAP_VERSION;

const XFADER: u32 = 1_385_202_686;
const QUANTIZE: u32 = 862_479_665;

unsafe extern "C" fn no_extension(_: *const clap_host, _: *const c_char) -> *const c_void {
    ptr::null()
}
unsafe extern "C" fn nothing(_: *const clap_host) {}

static HOST: clap_host = clap_host {
    clap_version: CLAP_VERSION,
    host_data: ptr::null_mut(),
    name: c"test".as_ptr(),
    vendor: c"".as_ptr(),
    url: c"".as_ptr(),
    version: c"".as_ptr(),
    get_extension: Some(no_extension),
    request_restart: Some(nothing),
    request_process: Some(nothing),
    request_callback: Some(nothing),
};

struct Plugin(*const clap_plugin);

impl Plugin {
    fn new() -> Self {
        unsafe {
            assert!(echelon::clap_entry.init.unwrap()(c"".as_ptr()));
            let factory = echelon::clap_entry.get_factory.unwrap()(CLAP_PLUGIN_FACTORY_ID.as_ptr());
            let factory = factory.cast::<clap_plugin_factory>();
            let plugin = (*factory).create_plugin.unwrap()(factory, &HOST, c"dj.echelon.echelon".as_ptr());
            assert!(!plugin.is_null());
            assert!((*plugin).init.unwrap()(plugin));
            Self(plugin)
        }
    }

    fn start(&self, max: u32) {
        unsafe {
            assert!((*self.0).activate.unwrap()(self.0, 48_000.0, 1, max));
            assert!((*self.0).start_processing.unwrap()(self.0));
        }
    }

    fn ext<T>(&self, id: &CStr) -> &T {
        unsafe { (*self.0).get_extension.unwrap()(self.0, id.as_ptr()).cast::<T>().as_ref().unwrap() }
    }

    fn value(&self, id: u32) -> f64 {
        let mut value = f64::NAN;
        let params: &clap_plugin_params = self.ext(CLAP_EXT_PARAMS);
        assert!(unsafe { params.get_value.unwrap()(self.0, id, &mut value) });
        value
    }

    fn save(&self) -> Vec<u8> {
        unsafe extern "C" fn write(stream: *const clap_ostream, bytes: *const c_void, size: u64) -> i64 {
            unsafe {
                let to = &mut *(*stream).ctx.cast::<Vec<u8>>();
                let size = size.min(7);
                to.extend_from_slice(std::slice::from_raw_parts(bytes.cast(), size as usize));
                size as i64
            }
        }
        let mut bytes = Vec::<u8>::new();
        let stream = clap_ostream { ctx: (&raw mut bytes).cast(), write: Some(write) };
        let state: &clap_plugin_state = self.ext(CLAP_EXT_STATE);
        assert!(unsafe { state.save.unwrap()(self.0, &stream) });
        bytes
    }

    fn load(&self, mut bytes: &[u8]) -> bool {
        unsafe extern "C" fn read(stream: *const clap_istream, buffer: *mut c_void, size: u64) -> i64 {
            unsafe {
                let from = &mut *(*stream).ctx.cast::<&[u8]>();
                let count = (size as usize).min(5).min(from.len());
                buffer.cast::<u8>().copy_from(from.as_ptr(), count);
                *from = &from[count..];
                count as i64
            }
        }
        let stream = clap_istream { ctx: (&raw mut bytes).cast(), read: Some(read) };
        let state: &clap_plugin_state = self.ext(CLAP_EXT_STATE);
        unsafe { state.load.unwrap()(self.0, &stream) }
    }

    fn process(
        &self,
        frames: u32,
        inputs: &[clap_audio_buffer],
        outputs: &mut [clap_audio_buffer],
        events: &Events,
    ) -> i32 {
        let list = events.list();
        let data = clap_process {
            steady_time: -1,
            frames_count: frames,
            transport: ptr::null(),
            audio_inputs: if inputs.is_empty() { ptr::null() } else { inputs.as_ptr() },
            audio_outputs: if outputs.is_empty() { ptr::null_mut() } else { outputs.as_mut_ptr() },
            audio_inputs_count: inputs.len() as u32,
            audio_outputs_count: outputs.len() as u32,
            in_events: &list,
            out_events: ptr::null(),
        };
        unsafe { (*self.0).process.unwrap()(self.0, &data) }
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        unsafe {
            (*self.0).stop_processing.unwrap()(self.0);
            (*self.0).deactivate.unwrap()(self.0);
            (*self.0).destroy.unwrap()(self.0);
        }
    }
}

#[derive(Default)]
struct Events(Vec<clap_event_param_value>);

impl Events {
    fn value(mut self, time: u32, param_id: u32, value: f64) -> Self {
        let size = size_of::<clap_event_param_value>() as u32;
        let header = clap_event_header { size, time, space_id: 0, type_: CLAP_EVENT_PARAM_VALUE, flags: 0 };
        let cookie = ptr::null_mut();
        self.0.push(clap_event_param_value {
            header,
            param_id,
            cookie,
            note_id: -1,
            port_index: -1,
            channel: -1,
            key: -1,
            value,
        });
        self
    }
    fn list(&self) -> clap_input_events {
        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            unsafe { (*(*list).ctx.cast::<Events>()).0.len() as u32 }
        }
        unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
            unsafe { &(&(*(*list).ctx.cast::<Events>()).0)[index as usize].header }
        }
        clap_input_events { ctx: ptr::from_ref(self).cast_mut().cast(), size: Some(size), get: Some(get) }
    }
}

fn port(channels: &mut [*mut f32]) -> clap_audio_buffer {
    clap_audio_buffer {
        data32: if channels.is_empty() { ptr::null_mut() } else { channels.as_mut_ptr() },
        data64: ptr::null_mut(),
        channel_count: 2,
        latency: 0,
        constant_mask: 3,
    }
}

#[test]
fn one_output_port_null_channels_and_no_ports_at_all_are_processed() {
    let plugin = Plugin::new();
    plugin.start(64);
    let mut left = [7.0_f32; 64];
    let mut right = [7.0_f32; 64];
    let (mut stereo, mut one, mut none) =
        ([left.as_mut_ptr(), right.as_mut_ptr()], [left.as_mut_ptr(), ptr::null_mut()], [ptr::null_mut(); 2]);
    let mut outputs = [port(&mut stereo)];
    assert_eq!(plugin.process(64, &[], &mut outputs, &Events::default()), CLAP_PROCESS_CONTINUE);
    assert_eq!((left, right, outputs[0].constant_mask), ([0.0; 64], [0.0; 64], 0));
    left.fill(7.0);
    let mut outputs = [port(&mut one), port(&mut none), port(&mut []), port(&mut none)];
    assert_eq!(plugin.process(64, &[port(&mut [])], &mut outputs, &Events::default()), CLAP_PROCESS_CONTINUE);
    assert_eq!(left, [0.0; 64]);
    assert_eq!(plugin.process(64, &[], &mut [], &Events::default()), CLAP_PROCESS_CONTINUE);
}

#[test]
fn a_block_larger_than_announced_is_filled() {
    let plugin = Plugin::new();
    plugin.start(64);
    let mut left = [7.0_f32; 1000];
    let mut one = [left.as_mut_ptr(), ptr::null_mut()];
    assert_eq!(plugin.process(1000, &[], &mut [port(&mut one)], &Events::default()), CLAP_PROCESS_CONTINUE);
    assert_eq!(left, [0.0; 1000]);
}

#[test]
fn buffers_of_64_bits_are_refused_and_silenced_and_the_values_count() {
    let plugin = Plugin::new();
    plugin.start(64);
    let mut wide = [1.0_f64; 64];
    let mut channels = [wide.as_mut_ptr(); 2];
    let mut output = port(&mut []);
    output.data64 = channels.as_mut_ptr();
    let events = Events::default().value(3, XFADER, 0.25);
    assert_eq!(plugin.process(64, &[], &mut [output], &events), CLAP_PROCESS_ERROR);
    assert_eq!(wide, [0.0; 64]);
    assert_eq!(plugin.value(XFADER), 0.25);
}

#[test]
fn values_are_set_in_blocks_in_flushes_and_by_a_loaded_state() {
    let plugin = Plugin::new();
    let params: &clap_plugin_params = plugin.ext(CLAP_EXT_PARAMS);
    let flush = |events: Events| unsafe { params.flush.unwrap()(plugin.0, &events.list(), ptr::null()) };
    flush(Events::default().value(0, QUANTIZE, 4.0).value(0, 12345, 1.0).value(0, XFADER, f64::NAN));
    assert_eq!((plugin.value(QUANTIZE), plugin.value(XFADER)), (4.0, 0.5));
    plugin.start(64);
    plugin.process(64, &[], &mut [], &Events::default().value(5, XFADER, 0.75).value(63, QUANTIZE, 1.0));
    assert_eq!((plugin.value(QUANTIZE), plugin.value(XFADER)), (1.0, 0.75));
    plugin.process(0, &[], &mut [], &Events::default().value(0, XFADER, 2.0));
    assert_eq!(plugin.value(XFADER), 1.0);

    let state = plugin.save();
    assert_eq!(state, plugin.save());
    let other = Plugin::new();
    assert!(other.load(&state));
    assert_eq!((other.value(QUANTIZE), other.value(XFADER)), (1.0, 1.0));
    assert_eq!(state, other.save());
    assert!(!other.load(&state[..state.len() - 1]));
    assert!(!other.load(b"\xff\xff\xff\xff\xff\xff\xff\x7f{}"));
    assert!(!other.load(&[]));
    assert_eq!(state, other.save());
}

#[test]
fn ports_and_parameters_are_declared_right() {
    let plugin = Plugin::new();
    let ports: &clap_plugin_audio_ports = plugin.ext(CLAP_EXT_AUDIO_PORTS);
    let names = |is_input| unsafe {
        let name = |index| {
            let mut info: clap_audio_port_info = std::mem::zeroed();
            assert!(ports.get.unwrap()(plugin.0, index, is_input, &mut info));
            CStr::from_ptr(info.name.as_ptr()).to_str().unwrap().to_owned()
        };
        (0..ports.count.unwrap()(plugin.0, is_input)).map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(true), ["Deck A In", "Deck B In", "Deck C In", "Deck D In"]);
    assert_eq!(names(false), ["Master", "Deck A", "Deck B", "Deck C", "Deck D", "Cue"]);
    let params: &clap_plugin_params = plugin.ext(CLAP_EXT_PARAMS);
    unsafe {
        let mut info: clap_param_info = std::mem::zeroed();
        let count = params.count.unwrap()(plugin.0);
        assert_eq!(count as usize, echelon::params::RigParams::default().default_values().len());
        assert!(params.get_info.unwrap()(plugin.0, count - 1, &mut info));
        assert!(!params.get_info.unwrap()(plugin.0, count, &mut info));
    }
}
