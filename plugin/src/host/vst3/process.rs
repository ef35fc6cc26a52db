//! One VST3 block.

use std::sync::atomic::Ordering;

use echelon_engine::clock::HostTransport;
use echelon_engine::midi::MidiOut;
use vst3::Steinberg::Vst::{AudioBusBuffers, IEventList, IParameterChanges, ProcessData};
use vst3::Steinberg::{kNotInitialized, kResultFalse, kResultOk, tresult};

use super::consts::{OFFLINE, PREFETCH, SAMPLE_32};
use super::object::Object;
use super::{events, midi, transport};
use crate::host::block::{Block, Format, OutMove};
use crate::host::inputs::Sink;
use crate::host::link::HostLink;
use crate::host::scratch::{Channels, HostBuses};

/// # Safety
/// The pointers in `data` are null or valid as VST3 says.
pub(super) unsafe fn run(object: &Object, data: &mut ProcessData) -> tresult {
    let link = &*object.link;
    let frames = u32::try_from(data.numSamples).unwrap_or(0);
    if frames == 0 {
        // SAFETY: by this function's contract.
        unsafe { read(data, link, &mut link.aside()) };
        return kResultOk;
    }
    let has_32_bits = data.symbolicSampleSize == SAMPLE_32;
    // SAFETY: by this function's contract.
    let buses = unsafe { buses(data, frames, has_32_bits) };
    let mut runner = object.runner.try_borrow_mut().ok();
    let Some(runner) = runner.as_mut().and_then(|runner| runner.as_mut()).filter(|_| has_32_bits) else {
        // Not active, in use by another thread, or in a format that we never offered: the values still count.
        // SAFETY: by this function's contract.
        unsafe {
            read(data, link, &mut link.aside());
            buses.silence(frames);
        }
        return if has_32_bits { kNotInitialized } else { kResultFalse };
    };
    object.is_processing.store(true, Ordering::Relaxed);
    runner.inputs.begin(frames);
    link.drain(&mut runner.inputs);
    // SAFETY: by this function's contract.
    unsafe { read(data, link, &mut runner.inputs) };
    let sample_rate = object.setup.sample_rate();
    // SAFETY: VST3: null or valid for the call.
    let context = unsafe { data.processContext.as_ref() };
    let block = Block {
        frames,
        sample_rate,
        transport: context.map_or(HostTransport::SILENT, |context| transport::read(context, sample_rate)),
        offline: data.processMode == OFFLINE,
        ahead: data.processMode == PREFETCH,
        buses,
    };
    let mut format = Vst3 { changes: data.outputParameterChanges, events: data.outputEvents };
    // SAFETY: VST3: the host's buffers are valid for the block.
    let is_played = unsafe { runner.run(link, &block, &mut format) };
    if is_played { kResultOk } else { kResultFalse }
}

/// # Safety
/// As [`run`].
unsafe fn read(data: &ProcessData, link: &HostLink, sink: &mut impl Sink) {
    // SAFETY: by this function's contract.
    unsafe {
        events::read_changes(data.inputParameterChanges, link, sink);
        events::read_notes(data.inputEvents, sink);
    }
}

struct Vst3 {
    changes: *mut IParameterChanges,
    events: *mut IEventList,
}

impl Format for Vst3 {
    fn emit(&mut self, moved: &OutMove) -> bool {
        // SAFETY: the host's changes are null or valid for the block.
        unsafe { events::write(self.changes, moved) }
    }

    fn emit_midi(&mut self, message: MidiOut) -> bool {
        // SAFETY: the host's list is null or valid for the block.
        unsafe { midi::write(self.events, message) }
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "a handful")]
fn count<T>(things: &[T]) -> i32 {
    things.len() as i32
}

/// The host's buses. Outputs that we do not fill are silenced.
///
/// # Safety
/// The buses are null or valid for the block, in the sample size that the block says.
unsafe fn buses(data: &mut ProcessData, frames: u32, has_32_bits: bool) -> HostBuses {
    let mut buses = HostBuses::NONE;
    // SAFETY: by this function's contract, here and below.
    let (inputs, outputs) = unsafe { (slice(data.inputs, data.numInputs), slice(data.outputs, data.numOutputs)) };
    if has_32_bits {
        for (index, bus) in inputs.iter().enumerate() {
            // SAFETY: as above.
            unsafe { take(&mut buses.inputs, index, bus) };
        }
    }
    for (index, bus) in outputs.iter_mut().enumerate() {
        bus.silenceFlags = 0;
        // SAFETY: as above. What has 64 bits, or is beyond our channels, gets silence.
        unsafe {
            if has_32_bits {
                let taken = take(&mut buses.outputs, index, bus);
                silence(bus.__field0.channelBuffers32, taken, bus.numChannels, frames);
            } else {
                silence(bus.__field0.channelBuffers64, 0, bus.numChannels, frames);
            }
        }
    }
    buses
}

/// # Safety
/// Null, or valid for `count` buses that nothing else refers to.
unsafe fn slice<'a>(buses: *mut AudioBusBuffers, count: i32) -> &'a mut [AudioBusBuffers] {
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: by this function's contract.
    if buses.is_null() { &mut [] } else { unsafe { std::slice::from_raw_parts_mut(buses, count) } }
}

/// Takes over a bus' channel pointers, if we have such a bus; gives how many.
///
/// # Safety
/// The array of channels is null or as long as the bus says, in 32 bits.
unsafe fn take<const BUSES: usize>(ours: &mut Channels<BUSES>, index: usize, bus: &AudioBusBuffers) -> i32 {
    // SAFETY: the union's fields are pointers of one size.
    let pointers = unsafe { bus.__field0.channelBuffers32 };
    let Some(channels) = ours.get_mut(index).filter(|_| !pointers.is_null()) else { return 0 };
    let taken = bus.numChannels.clamp(0, count(channels));
    for (channel, at) in channels.iter_mut().zip(0..taken) {
        // SAFETY: by this function's contract.
        *channel = unsafe { *pointers.offset(at as isize) };
    }
    taken
}

/// # Safety
/// The array is null or holds `to` pointers, each null or valid for the frames. All bits zero is silence for `T`.
unsafe fn silence<T>(channels: *mut *mut T, from: i32, to: i32, frames: u32) {
    if channels.is_null() {
        return;
    }
    for channel in from..to {
        // SAFETY: by this function's contract.
        unsafe {
            let pointer = *channels.offset(channel as isize);
            if !pointer.is_null() {
                pointer.write_bytes(0, frames as usize);
            }
        }
    }
}
