//! CLAP's event lists: the host's read, our moves written.

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_IS_LIVE, CLAP_EVENT_MIDI, CLAP_EVENT_NOTE_CHOKE, CLAP_EVENT_NOTE_OFF,
    CLAP_EVENT_NOTE_ON, CLAP_EVENT_PARAM_GESTURE_BEGIN, CLAP_EVENT_PARAM_GESTURE_END, CLAP_EVENT_PARAM_MOD,
    CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT, clap_event_header, clap_event_midi, clap_event_note,
    clap_event_param_gesture, clap_event_param_mod, clap_event_param_value, clap_event_transport, clap_input_events,
    clap_output_events,
};

use super::transport;
use crate::host::block::OutMove;
use crate::host::inputs::Sink;
use crate::host::link::HostLink;
use crate::host::midi;

/// Reads a host's list; null is an empty one.
///
/// # Safety
/// The list is null or valid, as are its events, of the size and type that each says.
pub(super) unsafe fn read(list: *const clap_input_events, link: &HostLink, sink: &mut impl Sink) {
    // SAFETY: by this function's contract.
    let Some(events) = (unsafe { list.as_ref() }) else { return };
    let (Some(size), Some(get)) = (events.size, events.get) else { return };
    // SAFETY: the list's own functions on the list.
    for index in 0..unsafe { size(list) } {
        // SAFETY: as above, and the index is within the list.
        if let Some(header) = unsafe { get(list, index).as_ref() } {
            // SAFETY: by this function's contract.
            unsafe { read_event(header, link, sink) };
        }
    }
}

/// # Safety
/// The event is of the size and type that its header says.
unsafe fn read_event(header: &clap_event_header, link: &HostLink, sink: &mut impl Sink) {
    if header.space_id != CLAP_CORE_EVENT_SPACE_ID {
        return;
    }
    let frame = header.time;
    // SAFETY: in every arm by this function's contract; `cast` looks at the size again.
    unsafe {
        match header.type_ {
            CLAP_EVENT_PARAM_VALUE => {
                if let Some(event) = cast::<clap_event_param_value>(header) {
                    value(event, link, sink);
                }
            }
            CLAP_EVENT_PARAM_MOD => {
                if let Some(event) = cast::<clap_event_param_mod>(header) {
                    modulation(event, link, sink);
                }
            }
            CLAP_EVENT_TRANSPORT => {
                if let Some(event) = cast::<clap_event_transport>(header) {
                    sink.transport(frame, transport::read(event));
                }
            }
            CLAP_EVENT_NOTE_ON | CLAP_EVENT_NOTE_OFF | CLAP_EVENT_NOTE_CHOKE => {
                if let Some(event) = cast::<clap_event_note>(header) {
                    note(event, sink);
                }
            }
            CLAP_EVENT_MIDI => {
                if let Some(event) = cast::<clap_event_midi>(header) {
                    midi::message(sink, frame, event.data);
                }
            }
            _ => {}
        }
    }
}

/// # Safety
/// The event is a `T` if it is large enough for one.
unsafe fn cast<T>(header: &clap_event_header) -> Option<&T> {
    let is_whole = header.size as usize >= size_of::<T>();
    // SAFETY: by this function's contract; every event starts with its header.
    is_whole.then(|| unsafe { &*std::ptr::from_ref(header).cast::<T>() })
}

#[allow(clippy::cast_possible_truncation, reason = "parameters are f32; a value out of its range becomes infinite")]
fn value(event: &clap_event_param_value, link: &HostLink, sink: &mut impl Sink) {
    if let (Some(slot), true) = (link.table.slot_of_hash(event.param_id), event.value.is_finite()) {
        link.host_value(sink, event.header.time, slot, event.value as f32 / link.table.steps(slot));
    }
}

#[allow(clippy::cast_possible_truncation, reason = "parameters are f32; an offset out of its range becomes infinite")]
fn modulation(event: &clap_event_param_mod, link: &HostLink, sink: &mut impl Sink) {
    if let (Some(slot), true) = (link.table.slot_of_hash(event.param_id), event.amount.is_finite()) {
        link.host_modulation(sink, event.header.time, slot, event.amount as f32 / link.table.steps(slot));
    }
}

fn note(event: &clap_event_note, sink: &mut impl Sink) {
    let (frame, channel, key) = (event.header.time, event.channel, event.key);
    match event.header.type_ {
        CLAP_EVENT_NOTE_ON => midi::note_on(sink, frame, channel, key, event.velocity),
        CLAP_EVENT_NOTE_OFF => midi::note_off(sink, frame, channel, key, event.velocity),
        _ => midi::choke(sink, frame, channel, key),
    }
}

/// Tells the host of a move: a gesture of one value. `false` if it did not take all of it.
///
/// # Safety
/// The list is null or valid.
pub(super) unsafe fn write(list: *const clap_output_events, moved: &OutMove, steps: f32) -> bool {
    // SAFETY: by this function's contract.
    let Some(push) = (unsafe { list.as_ref() }).and_then(|list| list.try_push) else { return false };
    let begin = gesture(moved, CLAP_EVENT_PARAM_GESTURE_BEGIN);
    let value = clap_event_param_value {
        header: header::<clap_event_param_value>(moved, CLAP_EVENT_PARAM_VALUE),
        param_id: moved.hash,
        cookie: std::ptr::null_mut(),
        note_id: -1,
        port_index: -1,
        channel: -1,
        key: -1,
        value: f64::from(moved.normalized) * f64::from(steps),
    };
    let end = gesture(moved, CLAP_EVENT_PARAM_GESTURE_END);
    // SAFETY: the list's own function; the events outlive the call, in which the host copies them. A gesture that
    // was begun is ended whatever became of the value.
    unsafe { push(list, &begin.header) && (push(list, &value.header) & push(list, &end.header)) }
}

fn gesture(moved: &OutMove, kind: u16) -> clap_event_param_gesture {
    clap_event_param_gesture { header: header::<clap_event_param_gesture>(moved, kind), param_id: moved.hash }
}

#[allow(clippy::cast_possible_truncation, reason = "events are a few dozen bytes")]
fn header<T>(moved: &OutMove, kind: u16) -> clap_event_header {
    clap_event_header {
        size: size_of::<T>() as u32,
        time: moved.frame,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_: kind,
        flags: CLAP_EVENT_IS_LIVE,
    }
}
