//! The audio thread's calls into a CLAP plugin.

use std::sync::Arc;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::process::*;

use super::clap_call;
use super::events::{InList, OutList, transport};
use super::plugin::Plugin;
use crate::buses::{BusFault, Given};
use crate::guard;
use crate::recording::Status;
use crate::sides::{Answer, AudioSide, Call, RawEvent, RawOut, as_audio};

/// See [`AudioSide`].
pub struct ClapAudio {
    plugin: Arc<Plugin>,
    inputs: InList,
    outputs: OutList,
}

impl ClapAudio {
    pub fn new(plugin: Arc<Plugin>) -> Self {
        Self { plugin, inputs: InList::default(), outputs: OutList::default() }
    }
}

/// The buses of one direction as the faults leave them; `channels` and `nulls` stay alive for the call.
fn buffers(channels: &mut [[*mut f32; 2]], faults: &[BusFault], is_output: bool) -> Vec<clap_audio_buffer> {
    static NULLS: [usize; 2] = [0; 2];
    let buffer = |(bus, pointers): (usize, &mut [*mut f32; 2])| {
        let (data32, channel_count) = match BusFault::apply(faults, is_output, bus) {
            Given::Channels => (pointers.as_mut_ptr(), 2),
            // Two null pointers that nobody may write to.
            Given::NullChannels => ((&raw const NULLS).cast_mut().cast(), 2),
            Given::NullArray => (std::ptr::null_mut(), 2),
            Given::Inactive => (std::ptr::null_mut(), 0),
            Given::Missing => return None,
        };
        let data64 = std::ptr::null_mut();
        Some(clap_audio_buffer { data32, data64, channel_count, latency: 0, constant_mask: 0 })
    };
    channels.iter_mut().enumerate().map_while(buffer).collect()
}

/// An array's start, or null for none, as C hosts have it.
fn start<T>(array: &mut [T]) -> *mut T {
    if array.is_empty() { std::ptr::null_mut() } else { array.as_mut_ptr() }
}

impl AudioSide for ClapAudio {
    fn start(&mut self) -> bool {
        let plugin = self.plugin.raw();
        // SAFETY: activated; on what is the audio thread for the plugin.
        as_audio(|| unsafe { clap_call!(plugin => start_processing(plugin)) })
    }

    fn stop(&mut self) {
        let plugin = self.plugin.raw();
        // SAFETY: as above, and started.
        as_audio(|| unsafe { clap_call!(plugin => stop_processing(plugin)) });
    }

    fn reset(&mut self) {
        let plugin = self.plugin.raw();
        // SAFETY: as above.
        as_audio(|| unsafe { clap_call!(plugin => reset(plugin)) });
    }

    fn process(&mut self, call: Call<'_>) -> Answer {
        self.inputs.fill(call.events);
        let said = call.said.as_ref().map(|said| transport(0, said));
        let (mut inputs, mut outputs) = call.memory.pointers();
        let mut audio_inputs = buffers(&mut inputs, call.faults, false);
        let mut audio_outputs = buffers(&mut outputs, call.faults, true);
        let in_events = self.inputs.raw();
        let out_events = self.outputs.raw();
        let process = clap_process {
            steady_time: call.steady,
            frames_count: call.frames,
            transport: said.as_ref().map_or(std::ptr::null(), std::ptr::from_ref),
            audio_inputs: start(&mut audio_inputs),
            audio_outputs: start(&mut audio_outputs),
            audio_inputs_count: audio_inputs.len() as u32,
            audio_outputs_count: audio_outputs.len() as u32,
            in_events: &raw const in_events,
            out_events: &raw const out_events,
        };
        let plugin = self.plugin.raw();
        // SAFETY: active and processing; every pointer lives until the call returns.
        let body = || unsafe { clap_call!(plugin => process(plugin, &raw const process)) };
        let (status, guard) = as_audio(|| guard::watch(body));
        let status = match status {
            CLAP_PROCESS_CONTINUE => Status::Continue,
            CLAP_PROCESS_CONTINUE_IF_NOT_QUIET => Status::ContinueIfNotQuiet,
            CLAP_PROCESS_TAIL => Status::Tail,
            CLAP_PROCESS_SLEEP => Status::Sleep,
            _ => Status::Error,
        };
        Answer { status, events: self.outputs.take(), guard }
    }

    fn flush(&mut self, events: &[(u32, RawEvent)]) -> Vec<RawOut> {
        as_audio(|| flush(&self.plugin, events))
    }
}

/// A parameter flush, on whichever thread may do it now.
pub fn flush(plugin: &Plugin, events: &[(u32, RawEvent)]) -> Vec<RawOut> {
    let params: *const clap_plugin_params = plugin.extension(CLAP_EXT_PARAMS);
    let (mut inputs, mut outputs) = (InList::default(), OutList::default());
    inputs.fill(events);
    let (in_events, out_events) = (inputs.raw(), outputs.raw());
    // SAFETY: both lists live until the call returns.
    unsafe { clap_call!(params => flush(plugin.raw(), &raw const in_events, &raw const out_events)) };
    outputs.take().into_iter().map(|(_, event)| event).collect()
}
