//! A CLAP instance with nothing around it, in a host that offers no extension at all.

use std::ffi::{CStr, c_char, c_void};

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::*;
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_param_info, clap_plugin_params};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{clap_process, clap_process_status};
use clap_sys::version::CLAP_VERSION;
use support::buses::{INPUTS, OUTPUTS};
use support::raw::clap_factory;

/// Calls a function of a C structure.
macro_rules! call {
    ($object:expr => $function:ident($($arg:expr),* $(,)?)) => {
        ((*$object).$function.expect(stringify!($function)))($($arg),*)
    };
}
pub(crate) use call;

/// See the module.
pub struct BareClap {
    pub raw: *const clap_plugin,
    // The plugin keeps a pointer to it.
    _host: Box<clap_host>,
}

/// A host that offers nothing.
pub fn poor_host() -> Box<clap_host> {
    unsafe extern "C" fn no_extension(_: *const clap_host, _: *const c_char) -> *const c_void {
        std::ptr::null()
    }
    unsafe extern "C" fn nothing(_: *const clap_host) {}
    Box::new(clap_host {
        clap_version: CLAP_VERSION,
        host_data: std::ptr::null_mut(),
        name: c"Nothing".as_ptr(),
        vendor: std::ptr::null(),
        url: std::ptr::null(),
        version: c"0".as_ptr(),
        get_extension: Some(no_extension),
        request_restart: Some(nothing),
        request_process: Some(nothing),
        request_callback: Some(nothing),
    })
}

impl BareClap {
    pub fn new() -> Self {
        let (host, factory) = (poor_host(), clap_factory());
        // SAFETY: a ready factory; the host lives as long as the instance.
        let raw = unsafe {
            let descriptor = call!(factory => get_plugin_descriptor(factory, 0));
            call!(factory => create_plugin(factory, &raw const *host, (*descriptor).id))
        };
        assert!(!raw.is_null());
        // SAFETY: freshly created.
        assert!(unsafe { call!(raw => init(raw)) });
        Self { raw, _host: host }
    }

    /// An extension; null if there is none. `T` is the structure that belongs to the name.
    pub fn extension<T>(&self, id: &CStr) -> *const T {
        // SAFETY: initialised.
        unsafe { call!(self.raw => get_extension(self.raw, id.as_ptr())) }.cast()
    }

    pub fn params(&self) -> *const clap_plugin_params {
        self.extension(CLAP_EXT_PARAMS)
    }

    pub fn param_infos(&self) -> Vec<clap_param_info> {
        let params = self.params();
        // SAFETY: the extension of the living plugin; the structure is plain data, valid when zero.
        unsafe {
            (0..call!(params => count(self.raw)))
                .map(|index| {
                    let mut info: clap_param_info = std::mem::zeroed();
                    assert!(call!(params => get_info(self.raw, index, &raw mut info)));
                    info
                })
                .collect()
        }
    }

    pub fn value(&self, id: u32) -> Option<f64> {
        let mut value = f64::NAN;
        // SAFETY: as above.
        let known = unsafe { call!(self.params() => get_value(self.raw, id, &raw mut value)) };
        known.then_some(value)
    }

    pub fn activate(&self, sample_rate: f64, min: u32, max: u32) -> bool {
        // SAFETY: initialised and not active.
        unsafe {
            let is_active = call!(self.raw => activate(self.raw, sample_rate, min, max));
            is_active && call!(self.raw => start_processing(self.raw))
        }
    }

    pub fn deactivate(&self) {
        // SAFETY: active and processing.
        unsafe {
            call!(self.raw => stop_processing(self.raw));
            call!(self.raw => deactivate(self.raw));
        }
    }

    /// One block.
    pub fn process(
        &self,
        buses: &mut Buses,
        events: &Events,
        transport: Option<&clap_event_transport>,
    ) -> clap_process_status {
        let frames = buses.frames;
        let (mut inputs, mut outputs) = (buses.inputs.pointers(), buses.outputs.pointers());
        let (mut ins, mut outs) = (ports(&mut inputs, buses.mask), ports(&mut outputs, buses.mask));
        let (in_events, out_events) = (events.raw(), full_list());
        let block = clap_process {
            steady_time: -1,
            frames_count: frames as u32,
            transport: transport.map_or(std::ptr::null(), std::ptr::from_ref),
            audio_inputs: ins.as_mut_ptr(),
            audio_outputs: outs.as_mut_ptr(),
            audio_inputs_count: ins.len() as u32,
            audio_outputs_count: outs.len() as u32,
            in_events: &raw const in_events,
            out_events: &raw const out_events,
        };
        // SAFETY: every pointer lives until the call returns.
        let status = unsafe { call!(self.raw => process(self.raw, &raw const block)) };
        buses.told = outs.iter().map(|port| port.constant_mask).collect();
        status
    }
}

impl Drop for BareClap {
    fn drop(&mut self) {
        // SAFETY: not used after.
        unsafe { call!(self.raw => destroy(self.raw)) };
    }
}

fn ports(pointers: &mut [[*mut f32; 2]], constant_mask: u64) -> Vec<clap_audio_buffer> {
    let port = |pointers: &mut [*mut f32; 2]| clap_audio_buffer {
        data32: pointers.as_mut_ptr(),
        data64: std::ptr::null_mut(),
        channel_count: 2,
        latency: 0,
        constant_mask,
    };
    pointers.iter_mut().map(port).collect()
}

/// A queue that has no room.
pub fn full_list() -> clap_output_events {
    unsafe extern "C" fn refuse(_: *const clap_output_events, _: *const clap_event_header) -> bool {
        false
    }
    clap_output_events { ctx: std::ptr::null_mut(), try_push: Some(refuse) }
}

/// Stereo channels, one after the other, and what lies behind them.
pub struct Channels(Vec<[Vec<f32>; 2]>);

/// What lies behind a channel's last frame; nobody may write there.
const FENCE: f32 = 12_345.0;

impl Channels {
    pub fn new(buses: usize, frames: usize, first: f32) -> Self {
        let channel = || [vec![first; frames], vec![FENCE; 8]].concat();
        Self((0..buses).map(|_| [channel(), channel()]).collect())
    }

    pub fn pointers(&mut self) -> Vec<[*mut f32; 2]> {
        self.0.iter_mut().map(|bus| bus.each_mut().map(|channel| channel.as_mut_ptr())).collect()
    }

    pub fn fill(&mut self, mut sample: impl FnMut() -> f32) {
        for channel in self.0.iter_mut().flatten() {
            let frames = channel.len() - 8;
            channel[..frames].fill_with(&mut sample);
        }
    }

    /// The frames of each channel, bus by bus.
    pub fn samples(&self) -> impl Iterator<Item = (usize, usize, &[f32])> {
        self.0.iter().enumerate().flat_map(|(bus, sides)| {
            sides.iter().enumerate().map(move |(side, channel)| (bus, side, &channel[..channel.len() - 8]))
        })
    }

    fn is_fenced(&self) -> bool {
        self.0.iter().flatten().all(|channel| channel[channel.len() - 8..].iter().all(|sample| *sample == FENCE))
    }
}

/// All buses of one block.
pub struct Buses {
    pub frames: usize,
    pub inputs: Channels,
    pub outputs: Channels,
    /// What the host claims of silence on every bus, in and out, before the call.
    pub mask: u64,
    /// What the plugin said of each output.
    pub told: Vec<u64>,
}

impl Buses {
    pub fn new(frames: usize) -> Self {
        let (inputs, outputs) = (Channels::new(INPUTS, frames, 0.0), Channels::new(OUTPUTS, frames, f32::NAN));
        Self { frames, inputs, outputs, mask: 0, told: vec![] }
    }

    /// Fails unless every output sample was written, is a sane number, and what the plugin says of silence is true.
    pub fn check(&self, what: &str) {
        assert!(self.inputs.is_fenced() && self.outputs.is_fenced(), "{what}: wrote past the end of a channel");
        for (bus, side, samples) in self.outputs.samples() {
            let bad = samples.iter().position(|sample| !sample.is_finite() || sample.is_subnormal());
            assert_eq!(bad, None, "{what}: output {bus}.{side}: {:?}", bad.map(|at| samples[at]));
            let said = self.told.get(bus).is_some_and(|mask| mask >> side & 1 == 1);
            let is_constant = samples.windows(2).all(|pair| pair[0] == pair[1]);
            assert!(!said || is_constant, "{what}: output {bus}.{side} is said to be constant and is not");
        }
    }
}

/// A list of events of any kind.
#[derive(Default)]
pub struct Events(Vec<Vec<u64>>);

impl Events {
    /// `T` is an event of CLAP: it begins with a header that tells its size.
    pub fn push<T: Copy>(&mut self, event: T) {
        let mut memory = vec![0_u64; size_of::<T>().div_ceil(8)];
        assert!(align_of::<T>() <= 8);
        // SAFETY: aligned, and as large as the event.
        unsafe { memory.as_mut_ptr().cast::<T>().write(event) };
        self.0.push(memory);
    }

    pub fn raw(&self) -> clap_input_events {
        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            // SAFETY: made below from a living list.
            unsafe { &*(*list).ctx.cast_const().cast::<Events>() }.0.len() as u32
        }
        unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
            // SAFETY: as above.
            let events = unsafe { &*(*list).ctx.cast_const().cast::<Events>() };
            events.0.get(index as usize).map_or(std::ptr::null(), |event| event.as_ptr().cast())
        }
        clap_input_events { ctx: std::ptr::from_ref(self).cast_mut().cast(), size: Some(size), get: Some(get) }
    }
}

pub fn header<T>(time: u32, space_id: u16, kind: u16) -> clap_event_header {
    clap_event_header { size: size_of::<T>() as u32, time, space_id, type_: kind, flags: 0 }
}

/// A parameter's new value.
pub fn value_event(space_id: u16, param_id: u32, cookie: *mut c_void, value: f64) -> clap_event_param_value {
    clap_event_param_value {
        header: header::<clap_event_param_value>(0, space_id, CLAP_EVENT_PARAM_VALUE),
        param_id,
        cookie,
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        value,
    }
}
