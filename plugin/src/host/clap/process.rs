//! One CLAP block.

use std::sync::atomic::Ordering;

use clap_sys::audio_buffer::clap_audio_buffer;
use clap_sys::events::clap_output_events;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::{CLAP_PROCESS_CONTINUE, CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use echelon_engine::clock::HostTransport;
use echelon_engine::midi::MidiOut;

use super::plugin::Instance;
use super::{events, transport};
use crate::host::block::{Block, Format, OutMove};
use crate::host::guard::guard;
use crate::host::link::HostLink;
use crate::host::scratch::{Channels, HostBuses};

pub(super) unsafe extern "C" fn process(
    plugin: *const clap_plugin,
    process: *const clap_process,
) -> clap_process_status {
    // SAFETY: CLAP: a plugin of ours and a block, both valid for the call; null is refused.
    let (Some(instance), Some(data)) = (unsafe { (Instance::of(plugin), process.as_ref()) }) else {
        return CLAP_PROCESS_ERROR;
    };
    // SAFETY: as above.
    guard(CLAP_PROCESS_ERROR, || unsafe { run(instance, data) })
}

/// # Safety
/// The pointers in `data` are null or valid as CLAP says.
unsafe fn run(instance: &Instance, data: &clap_process) -> clap_process_status {
    let link = &*instance.link;
    if data.frames_count == 0 {
        // SAFETY: by this function's contract.
        unsafe { events::read(data.in_events, link, &mut link.aside()) };
        return CLAP_PROCESS_CONTINUE;
    }
    // SAFETY: by this function's contract.
    let (buses, has_only_64_bits) = unsafe { buses(data) };
    let mut audio = instance.audio.try_borrow_mut().ok();
    let Some(audio) = audio.as_mut().and_then(|audio| audio.as_mut()).filter(|_| !has_only_64_bits) else {
        // Not active, in use by another thread, or in a format that we never offered: the values still count.
        // SAFETY: by this function's contract.
        unsafe {
            events::read(data.in_events, link, &mut link.aside());
            buses.silence(data.frames_count);
        }
        return CLAP_PROCESS_ERROR;
    };
    audio.runner.inputs.begin(data.frames_count);
    link.drain(&mut audio.runner.inputs);
    // SAFETY: by this function's contract.
    unsafe { events::read(data.in_events, link, &mut audio.runner.inputs) };
    let block = Block {
        frames: data.frames_count,
        sample_rate: audio.sample_rate,
        // SAFETY: CLAP: null or valid for the call.
        transport: unsafe { data.transport.as_ref() }.map_or(HostTransport::SILENT, transport::read),
        offline: instance.offline.load(Ordering::Relaxed),
        // CLAP has no word for it.
        ahead: false,
        buses,
    };
    let mut format = Clap { link, out_events: data.out_events };
    // SAFETY: CLAP: the host's buffers are valid for the block.
    let is_played = unsafe { audio.runner.run(link, &block, &mut format) };
    // A deck may start at any time: never let the host put the plugin to sleep.
    if is_played { CLAP_PROCESS_CONTINUE } else { CLAP_PROCESS_ERROR }
}

struct Clap<'a> {
    link: &'a HostLink,
    out_events: *const clap_output_events,
}

impl Format for Clap<'_> {
    fn emit(&mut self, moved: &OutMove) -> bool {
        // SAFETY: the host's list is null or valid for the block.
        unsafe { events::write(self.out_events, moved, self.link.table.steps(moved.slot)) }
    }

    fn emit_midi(&mut self, message: MidiOut) -> bool {
        // SAFETY: as above.
        unsafe { events::write_midi(self.out_events, message) }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a handful")]
fn count<T>(things: &[T]) -> u32 {
    things.len() as u32
}

/// The host's buses, and whether one of them is there in 64 bits alone. Outputs that we do not fill are silenced.
///
/// # Safety
/// The ports are null or valid for the block.
unsafe fn buses(data: &clap_process) -> (HostBuses, bool) {
    let mut buses = HostBuses::NONE;
    let frames = data.frames_count;
    // SAFETY: by this function's contract, here and below.
    let inputs = unsafe { ports(data.audio_inputs, data.audio_inputs_count) };
    let mut only_64 = false;
    for (index, port) in inputs.iter().enumerate() {
        // SAFETY: as above.
        unsafe { take(&mut buses.inputs, index, port) };
        only_64 |= port.data32.is_null() && !port.data64.is_null();
    }
    let outputs: &mut [clap_audio_buffer] = if data.audio_outputs.is_null() {
        &mut []
    } else {
        // SAFETY: as above; the outputs are ours to write.
        unsafe { std::slice::from_raw_parts_mut(data.audio_outputs, data.audio_outputs_count as usize) }
    };
    for (index, port) in outputs.iter_mut().enumerate() {
        port.constant_mask = 0;
        // SAFETY: as above.
        let taken = unsafe { take(&mut buses.outputs, index, port) };
        // SAFETY: as above; what is in a format of 64 bits, or beyond our channels, gets silence.
        unsafe {
            if port.data32.is_null() {
                only_64 |= !port.data64.is_null();
                silence(port.data64, 0, port.channel_count, frames);
            } else {
                silence(port.data32, taken, port.channel_count, frames);
            }
        }
    }
    (buses, only_64)
}

/// # Safety
/// Null, or valid for `count` ports.
unsafe fn ports<'a>(ports: *const clap_audio_buffer, count: u32) -> &'a [clap_audio_buffer] {
    if ports.is_null() {
        return &[];
    }
    // SAFETY: by this function's contract.
    unsafe { std::slice::from_raw_parts(ports, count as usize) }
}

/// Takes over a port's channel pointers, if there is a bus for it; gives how many.
///
/// # Safety
/// The port's array of channels is null or as long as the port says.
unsafe fn take<const BUSES: usize>(buses: &mut Channels<BUSES>, index: usize, port: &clap_audio_buffer) -> u32 {
    let Some(bus) = buses.get_mut(index).filter(|_| !port.data32.is_null()) else { return 0 };
    let channels = port.channel_count.min(count(bus));
    for (channel, pointer) in bus.iter_mut().enumerate().take(channels as usize) {
        // SAFETY: by this function's contract.
        *pointer = unsafe { *port.data32.add(channel) };
    }
    channels
}

/// # Safety
/// The array is null or holds `to` pointers, each null or valid for the frames. All bits zero is silence for `T`.
unsafe fn silence<T>(channels: *mut *mut T, from: u32, to: u32, frames: u32) {
    if channels.is_null() {
        return;
    }
    for channel in from..to {
        // SAFETY: by this function's contract.
        unsafe {
            let pointer = *channels.add(channel as usize);
            if !pointer.is_null() {
                pointer.write_bytes(0, frames as usize);
            }
        }
    }
}
