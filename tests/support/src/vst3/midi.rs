//! MIDI as VST3 has it: notes are events, everything else is a parameter that the plugin names.

use std::collections::BTreeMap;

use vst3::ComPtr;
use vst3::Steinberg::Vst::{
    Event,
    Event_::EventTypes_::{kNoteOffEvent, kNoteOnEvent},
    Event__type0, IMidiMapping, IMidiMappingTrait, NoteOffEvent, NoteOnEvent, ParamID,
};
use vst3::Steinberg::kResultOk;

use crate::events::Note;

/// VST3's controller numbers behind the 128 of MIDI.
const CHANNEL_PRESSURE: i16 = 128;
const PITCH_BEND: i16 = 129;

/// Which parameter each channel's controller moves.
#[derive(Default)]
pub struct MidiMap(BTreeMap<(i16, i16), ParamID>);

/// What a MIDI message is in VST3.
pub enum MidiAs {
    On(Note),
    Off(Note),
    Param(ParamID, f64),
    Nothing,
}

impl MidiMap {
    pub fn read(mapping: Option<ComPtr<IMidiMapping>>) -> Self {
        let Some(mapping) = mapping else { return Self::default() };
        let assignment = |channel, controller| {
            let mut id = 0;
            // SAFETY: the plugin's own interface; room for the answer.
            let result = unsafe { mapping.getMidiControllerAssignment(0, channel, controller, &raw mut id) };
            (result == kResultOk).then_some(((channel, controller), id))
        };
        Self((0..16).flat_map(|channel| (0..=PITCH_BEND).filter_map(move |c| assignment(channel, c))).collect())
    }

    pub fn translate(&self, [status, first, second]: [u8; 3]) -> MidiAs {
        let channel = status & 0x0F;
        let note = |velocity: u8| Note { channel, key: first, velocity: f64::from(velocity) / 127.0, id: -1 };
        let param = |controller: i16, value: f64| {
            let id = self.0.get(&(i16::from(channel), controller));
            id.map_or(MidiAs::Nothing, |id| MidiAs::Param(*id, value))
        };
        match status & 0xF0 {
            0x90 if second > 0 => MidiAs::On(note(second)),
            0x80 | 0x90 => MidiAs::Off(note(second)),
            0xB0 => param(i16::from(first), f64::from(second) / 127.0),
            0xD0 => param(CHANNEL_PRESSURE, f64::from(first) / 127.0),
            0xE0 => param(PITCH_BEND, f64::from(u16::from(second) << 7 | u16::from(first)) / 16383.0),
            _ => MidiAs::Nothing,
        }
    }
}

/// A note's start or end as a VST3 event.
pub fn note_event(offset: u32, is_on: bool, note: Note) -> Event {
    let (channel, pitch) = (i16::from(note.channel), i16::from(note.key));
    let (velocity, note_id, tuning) = (note.velocity as f32, note.id, 0.0);
    let (kind, data) = if is_on {
        let on = NoteOnEvent { channel, pitch, tuning, velocity, length: 0, noteId: note_id };
        (kNoteOnEvent, Event__type0 { noteOn: on })
    } else {
        let off = NoteOffEvent { channel, pitch, velocity, noteId: note_id, tuning };
        (kNoteOffEvent, Event__type0 { noteOff: off })
    };
    Event { busIndex: 0, sampleOffset: offset as i32, ppqPosition: 0.0, flags: 0, r#type: kind as u16, __field0: data }
}
