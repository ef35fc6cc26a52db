//! CLAP event lists in both directions.

use clap_sys::events::*;
use clap_sys::fixedpoint::{CLAP_BEATTIME_FACTOR, CLAP_SECTIME_FACTOR};

use crate::events::Note;
use crate::guard;
use crate::sides::{RawEvent, RawOut};
use crate::transport::Said;

/// Room for any event that this host sends.
#[derive(Clone, Copy)]
#[repr(C)]
pub union AnyEvent {
    header: clap_event_header,
    note: clap_event_note,
    param: clap_event_param_value,
    modulation: clap_event_param_mod,
    midi: clap_event_midi,
    transport: clap_event_transport,
}

fn header<T>(time: u32, type_: clap_event_type) -> clap_event_header {
    clap_event_header { size: size_of::<T>() as u32, time, space_id: CLAP_CORE_EVENT_SPACE_ID, type_, flags: 0 }
}

fn note(time: u32, type_: clap_event_type, note: Note) -> AnyEvent {
    let event = clap_event_note {
        header: header::<clap_event_note>(time, type_),
        note_id: note.id,
        port_index: 0,
        channel: i16::from(note.channel),
        key: i16::from(note.key),
        velocity: note.velocity,
    };
    AnyEvent { note: event }
}

fn param(time: u32, number: u32, value: f64) -> AnyEvent {
    let header = header::<clap_event_param_value>(time, CLAP_EVENT_PARAM_VALUE);
    let cookie = std::ptr::null_mut();
    let (note_id, port_index, channel, key) = (-1, -1, -1, -1);
    let param = clap_event_param_value { header, param_id: number, cookie, note_id, port_index, channel, key, value };
    AnyEvent { param }
}

fn modulation(time: u32, number: u32, amount: f64) -> AnyEvent {
    let header = header::<clap_event_param_mod>(time, CLAP_EVENT_PARAM_MOD);
    let cookie = std::ptr::null_mut();
    let (note_id, port_index, channel, key) = (-1, -1, -1, -1);
    let modulation =
        clap_event_param_mod { header, param_id: number, cookie, note_id, port_index, channel, key, amount };
    AnyEvent { modulation }
}

fn any_event(time: u32, event: RawEvent) -> AnyEvent {
    match event {
        RawEvent::Param { number, value } => param(time, number, value),
        RawEvent::Modulation { number, amount } => modulation(time, number, amount),
        RawEvent::NoteOn(on) => note(time, CLAP_EVENT_NOTE_ON, on),
        RawEvent::NoteOff(off) => note(time, CLAP_EVENT_NOTE_OFF, off),
        RawEvent::Midi(data) => {
            let header = header::<clap_event_midi>(time, CLAP_EVENT_MIDI);
            AnyEvent { midi: clap_event_midi { header, port_index: 0, data } }
        }
        RawEvent::Transport(said) => AnyEvent { transport: transport(time, &said) },
    }
}

/// Beats in CLAP's fixed point, with 31 binary places.
fn fixed_beats(beats: f64) -> i64 {
    (beats * CLAP_BEATTIME_FACTOR as f64).round() as i64
}

fn fixed_secs(secs: f64) -> i64 {
    (secs * CLAP_SECTIME_FACTOR as f64).round() as i64
}

/// What the host says, in CLAP's words.
pub fn transport(time: u32, said: &Said) -> clap_event_transport {
    let flag = |is: bool, flag: u32| if is { flag } else { 0 };
    let (tsig_num, tsig_denom) = said.signature.unwrap_or((0, 0));
    let loop_beats = said.loop_beats.unwrap_or((0.0, 0.0));
    let beat_secs = 60.0 / said.tempo.unwrap_or(120.0);
    clap_event_transport {
        header: header::<clap_event_transport>(time, CLAP_EVENT_TRANSPORT),
        flags: flag(said.playing, CLAP_TRANSPORT_IS_PLAYING)
            | flag(said.preroll, CLAP_TRANSPORT_IS_WITHIN_PRE_ROLL)
            | flag(said.tempo.is_some(), CLAP_TRANSPORT_HAS_TEMPO)
            | flag(said.beats.is_some(), CLAP_TRANSPORT_HAS_BEATS_TIMELINE)
            | flag(said.secs.is_some(), CLAP_TRANSPORT_HAS_SECONDS_TIMELINE)
            | flag(said.signature.is_some(), CLAP_TRANSPORT_HAS_TIME_SIGNATURE)
            | flag(said.loop_beats.is_some(), CLAP_TRANSPORT_IS_LOOP_ACTIVE),
        song_pos_beats: fixed_beats(said.beats.unwrap_or(0.0)),
        song_pos_seconds: fixed_secs(said.secs.unwrap_or(0.0)),
        tempo: said.tempo.unwrap_or(0.0),
        tempo_inc: said.tempo_step,
        loop_start_beats: fixed_beats(loop_beats.0),
        loop_end_beats: fixed_beats(loop_beats.1),
        loop_start_seconds: fixed_secs(loop_beats.0 * beat_secs),
        loop_end_seconds: fixed_secs(loop_beats.1 * beat_secs),
        bar_start: fixed_beats(said.bar_start_beats.unwrap_or(0.0)),
        bar_number: said.bar_number as i32,
        tsig_num,
        tsig_denom,
    }
}

/// Events for the plugin.
#[derive(Default)]
pub struct InList(Vec<AnyEvent>);

impl InList {
    pub fn fill(&mut self, events: &[(u32, RawEvent)]) {
        self.0.clear();
        self.0.extend(events.iter().map(|(time, event)| any_event(*time, *event)));
    }

    /// Valid while the list is neither moved nor changed.
    pub fn raw(&self) -> clap_input_events {
        unsafe extern "C" fn size(list: *const clap_input_events) -> u32 {
            // SAFETY: made by `raw` below from a living list.
            unsafe { &*(*list).ctx.cast_const().cast::<InList>() }.0.len() as u32
        }
        unsafe extern "C" fn get(list: *const clap_input_events, index: u32) -> *const clap_event_header {
            // SAFETY: as above.
            let list = unsafe { &*(*list).ctx.cast_const().cast::<InList>() };
            list.0.get(index as usize).map_or(std::ptr::null(), |event| std::ptr::from_ref(event).cast())
        }
        clap_input_events { ctx: std::ptr::from_ref(self).cast_mut().cast(), size: Some(size), get: Some(get) }
    }
}

/// Events from the plugin.
#[derive(Default)]
pub struct OutList(Vec<(u32, RawOut)>);

impl OutList {
    pub fn take(&mut self) -> Vec<(u32, RawOut)> {
        std::mem::take(&mut self.0)
    }

    /// Valid while the list is not moved; nobody else may touch it meanwhile.
    pub fn raw(&mut self) -> clap_output_events {
        unsafe extern "C" fn try_push(list: *const clap_output_events, event: *const clap_event_header) -> bool {
            guard::pause(|| {
                // SAFETY: made by `raw` below from a living list that only this call touches; the plugin gives an
                // event as long as its header says.
                unsafe {
                    let list = &mut *(*list).ctx.cast::<OutList>();
                    list.0.push(((*event).time, read(event)));
                }
            });
            true
        }
        clap_output_events { ctx: std::ptr::from_mut(self).cast(), try_push: Some(try_push) }
    }
}

/// # Safety
/// `event` points to a whole event of the type that its header names.
unsafe fn read(event: *const clap_event_header) -> RawOut {
    let note = |event: clap_event_note| Note {
        channel: event.channel.clamp(0, 15) as u8,
        key: event.key.clamp(0, 127) as u8,
        velocity: event.velocity,
        id: event.note_id,
    };
    // SAFETY: the caller's promise; each cast is for the type just read.
    unsafe {
        match ((*event).space_id, (*event).type_) {
            (CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE) => {
                let event = *event.cast::<clap_event_param_value>();
                RawOut::Param { number: event.param_id, value: event.value }
            }
            (CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_GESTURE_BEGIN) => {
                RawOut::Begin((*event.cast::<clap_event_param_gesture>()).param_id)
            }
            (CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_GESTURE_END) => {
                RawOut::End((*event.cast::<clap_event_param_gesture>()).param_id)
            }
            (CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_MIDI) => RawOut::Midi((*event.cast::<clap_event_midi>()).data),
            (CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_NOTE_ON) => RawOut::NoteOn(note(*event.cast())),
            (CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_NOTE_OFF) => RawOut::NoteOff(note(*event.cast())),
            (_, other) => RawOut::Other(u32::from(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Quirk, Transport};

    #[test]
    fn everything_that_is_said_is_in_clap_s_words() {
        let script = Transport::rolling(90.0).signature(3, 4).from_beat(-1.5).looping(0.0, 6.0);
        let event = transport(7, &script.timeline(48_000.0).said_at(0, None).unwrap());
        assert_eq!((event.header.time, event.header.size), (7, 104));
        assert_eq!(event.flags, 0b1101_1111, "all but recording");
        assert_eq!((event.song_pos_beats, event.song_pos_seconds), (-3 << 30, -1 << 31));
        assert_eq!((event.bar_start, event.bar_number), (-3 << 31, -1));
        assert_eq!((event.loop_start_beats, event.loop_end_beats, event.loop_end_seconds), (0, 6 << 31, 4 << 31));
        assert_eq!((event.tempo, event.tempo_inc, event.tsig_num, event.tsig_denom), (90.0, 0.0, 3, 4));
    }

    #[test]
    fn what_is_not_said_has_no_flag() {
        let quirks = [Quirk::NoTempo, Quirk::NoBeats, Quirk::NoSecs, Quirk::NoSignature, Quirk::LoopUntold];
        let script = quirks.into_iter().fold(Transport::stopped(90.0), Transport::quirk);
        assert_eq!(transport(0, &script.timeline(48_000.0).said_at(0, None).unwrap()).flags, 0);
    }

    #[test]
    fn an_event_list_gives_what_was_put_in() {
        let mut list = InList::default();
        let note_on = Note { channel: 3, key: 60, velocity: 0.5, id: -1 };
        let events = [
            (1, RawEvent::Param { number: 9, value: 0.25 }),
            (2, RawEvent::NoteOn(note_on)),
            (3, RawEvent::Midi([0xB0, 1, 2])),
        ];
        list.fill(&events);
        let raw = list.raw();
        // SAFETY: the list lives; its events are as long as their headers say.
        let (count, read) = unsafe {
            let at = |index| raw.get.unwrap()(&raw const raw, index);
            assert!(at(3).is_null());
            (raw.size.unwrap()(&raw const raw), [0, 1, 2].map(|index| ((*at(index)).time, read(at(index)))))
        };
        let expected = [
            (1, RawOut::Param { number: 9, value: 0.25 }),
            (2, RawOut::NoteOn(note_on)),
            (3, RawOut::Midi([0xB0, 1, 2])),
        ];
        assert_eq!((count, read), (3, expected));
    }
}
