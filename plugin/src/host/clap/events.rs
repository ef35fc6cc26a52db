//! CLAP's event lists: the host's read, our moves written.

use clap_sys::events::{
    CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_IS_LIVE, CLAP_EVENT_MIDI, CLAP_EVENT_NOTE_CHOKE, CLAP_EVENT_NOTE_OFF,
    CLAP_EVENT_NOTE_ON, CLAP_EVENT_PARAM_GESTURE_BEGIN, CLAP_EVENT_PARAM_GESTURE_END, CLAP_EVENT_PARAM_MOD,
    CLAP_EVENT_PARAM_VALUE, CLAP_EVENT_TRANSPORT, clap_event_header, clap_event_midi, clap_event_note,
    clap_event_param_gesture, clap_event_param_mod, clap_event_param_value, clap_event_transport, clap_input_events,
    clap_output_events,
};

use echelon_engine::midi::MidiOut;

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
        let event = unsafe { get(list, index) };
        // SAFETY: by this function's contract.
        unsafe { read_event(event, link, sink) };
    }
}

/// # Safety
/// The event is null, or of the size and type that its header says.
unsafe fn read_event(event: *const clap_event_header, link: &HostLink, sink: &mut impl Sink) {
    // SAFETY: by this function's contract.
    let Some(header) = (unsafe { event.as_ref() }) else { return };
    if header.space_id != CLAP_CORE_EVENT_SPACE_ID {
        return;
    }
    let frame = header.time;
    // SAFETY: in every arm by this function's contract; `cast` looks at the size again.
    unsafe {
        match header.type_ {
            CLAP_EVENT_PARAM_VALUE => {
                if let Some(event) = cast::<clap_event_param_value>(event) {
                    value(event, link, sink);
                }
            }
            CLAP_EVENT_PARAM_MOD => {
                if let Some(event) = cast::<clap_event_param_mod>(event) {
                    modulation(event, link, sink);
                }
            }
            CLAP_EVENT_TRANSPORT => {
                if let Some(event) = cast::<clap_event_transport>(event) {
                    sink.transport(frame, transport::read(event));
                }
            }
            CLAP_EVENT_NOTE_ON | CLAP_EVENT_NOTE_OFF | CLAP_EVENT_NOTE_CHOKE => {
                if let Some(event) = cast::<clap_event_note>(event) {
                    note(event, sink);
                }
            }
            CLAP_EVENT_MIDI => {
                if let Some(event) = cast::<clap_event_midi>(event) {
                    midi::message(sink, frame, event.data);
                }
            }
            _ => {}
        }
    }
}

/// # Safety
/// The event is valid, and a `T` if it is large enough for one.
unsafe fn cast<'a, T>(event: *const clap_event_header) -> Option<&'a T> {
    // SAFETY: by this function's contract; every event starts with its header.
    unsafe { ((*event).size as usize >= size_of::<T>()).then(|| &*event.cast::<T>()) }
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

/// Sends the host a MIDI message. `false` if it did not take it.
///
/// # Safety
/// The list is null or valid.
pub(super) unsafe fn write_midi(list: *const clap_output_events, message: MidiOut) -> bool {
    // SAFETY: by this function's contract.
    let Some(push) = (unsafe { list.as_ref() }).and_then(|list| list.try_push) else { return false };
    let event = clap_event_midi {
        header: header_at::<clap_event_midi>(message.frame, CLAP_EVENT_MIDI),
        port_index: 0,
        data: message.bytes,
    };
    // SAFETY: the list's own function; the event outlives the call, in which the host copies it.
    unsafe { push(list, &event.header) }
}

fn gesture(moved: &OutMove, kind: u16) -> clap_event_param_gesture {
    clap_event_param_gesture { header: header::<clap_event_param_gesture>(moved, kind), param_id: moved.hash }
}

fn header<T>(moved: &OutMove, kind: u16) -> clap_event_header {
    header_at::<T>(moved.frame, kind)
}

#[allow(clippy::cast_possible_truncation, reason = "events are a few dozen bytes")]
fn header_at<T>(frame: u32, kind: u16) -> clap_event_header {
    clap_event_header {
        size: size_of::<T>() as u32,
        time: frame,
        space_id: CLAP_CORE_EVENT_SPACE_ID,
        type_: kind,
        flags: CLAP_EVENT_IS_LIVE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::inputs::InputList;
    use crate::params::RigParams;
    use clap_sys::fixedpoint::CLAP_BEATTIME_FACTOR;
    use echelon_engine::input::{Control, HostInput};
    use std::cell::RefCell;
    use std::sync::Arc;

    /// What a host was told: type, frame, value.
    #[derive(Default)]
    struct Told {
        events: RefCell<Vec<(u16, u32, f64)>>,
        refuses_values: bool,
    }

    unsafe extern "C" fn push(list: *const clap_output_events, event: *const clap_event_header) -> bool {
        // SAFETY: the context is a `Told`, the event valid for the call.
        let (told, header) = unsafe { (&*(*list).ctx.cast::<Told>(), &*event) };
        let is_value = header.type_ == CLAP_EVENT_PARAM_VALUE;
        // SAFETY: a value event, by its type.
        let value = if is_value { unsafe { (*event.cast::<clap_event_param_value>()).value } } else { 0.0 };
        told.events.borrow_mut().push((header.type_, header.time, value));
        !(is_value && told.refuses_values)
    }

    #[test]
    fn a_move_is_a_gesture_of_one_value_and_always_ended() {
        const BEGIN: u16 = CLAP_EVENT_PARAM_GESTURE_BEGIN;
        const END: u16 = CLAP_EVENT_PARAM_GESTURE_END;
        for refuses_values in [false, true] {
            let told = Told { refuses_values, ..Told::default() };
            let ctx = std::ptr::from_ref(&told).cast_mut().cast();
            let list = clap_output_events { ctx, try_push: Some(push) };
            // SAFETY: our own list.
            let is_told =
                unsafe { write(&raw const list, &OutMove { frame: 9, slot: 0, hash: 1, normalized: 0.5 }, 4.0) };
            assert_eq!(is_told, !refuses_values);
            assert_eq!(*told.events.borrow(), [(BEGIN, 9, 0.0), (CLAP_EVENT_PARAM_VALUE, 9, 2.0), (END, 9, 0.0)]);
        }
        // SAFETY: no list.
        assert!(!unsafe { write(std::ptr::null(), &OutMove { frame: 9, slot: 0, hash: 1, normalized: 0.5 }, 1.0) });
    }

    fn header(size: usize, time: u32, type_: u16) -> clap_event_header {
        clap_event_header { size: u32::try_from(size).unwrap(), time, space_id: 0, type_, flags: 0 }
    }

    #[test]
    fn events_are_read_on_their_frame_and_cut_or_foreign_ones_are_not() {
        let link = HostLink::new(&Arc::new(RigParams::default()));
        let slot = link.table.slot_of(Control::Crossfader).unwrap();
        // SAFETY: plain numbers and pointers; all zero is a valid value.
        let (mut transport, mut value, mut modulation): (
            clap_event_transport,
            clap_event_param_value,
            clap_event_param_mod,
        ) = unsafe { std::mem::zeroed() };
        transport.header = header(size_of::<clap_event_transport>(), 40, CLAP_EVENT_TRANSPORT);
        transport.flags = clap_sys::events::CLAP_TRANSPORT_HAS_BEATS_TIMELINE;
        transport.song_pos_beats = 3 * CLAP_BEATTIME_FACTOR;
        value.header = header(size_of::<clap_event_param_value>(), 20, CLAP_EVENT_PARAM_VALUE);
        (value.param_id, value.value) = (link.table.hash(slot).unwrap(), 0.25);
        modulation.header = header(size_of::<clap_event_param_mod>(), 30, CLAP_EVENT_PARAM_MOD);
        (modulation.param_id, modulation.amount) = (value.param_id, 0.5);
        let mut cut = value;
        cut.header.size -= 1;
        let mut foreign = value;
        foreign.header.space_id = 7;
        let mut nonsense = modulation;
        nonsense.amount = f64::NAN;
        let mut list = InputList::new(link.table.len());
        list.begin(64);
        let events: [*const clap_event_header; 7] = [
            (&raw const transport).cast(),
            (&raw const value).cast(),
            (&raw const modulation).cast(),
            (&raw const cut).cast(),
            (&raw const foreign).cast(),
            (&raw const nonsense).cast(),
            std::ptr::null(),
        ];
        for event in events {
            // SAFETY: each is null or of the size and type that it says.
            unsafe { read_event(event, &link, &mut list) };
        }
        list.finish();
        let inputs: Vec<_> = list.range(0, 64).map(|timed| (timed.frame, timed.input)).collect();
        let control = |value| HostInput::Control(Control::Crossfader, value);
        assert_eq!(
            inputs,
            [(20, control(0.25)), (30, control(0.75)), (40, HostInput::Transport(transport::read(&transport)))]
        );
        assert_eq!(link.table.base(slot), 0.25);
    }
}
