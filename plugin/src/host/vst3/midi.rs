//! MIDI controllers in VST3, which has none: the host asks which parameter each of them is, and sends that parameter's
//! values. So every controller of every channel is a parameter: hidden, read-only for people, behind the plugin's own, and
//! named as hosts that hide such parameters know them. Back to a controller's lights go events.
//!
//! What VST3 cannot carry: program changes, and two messages of one controller on the same frame.

use echelon_engine::midi::MidiOut;
use vst3::ComRef;
use vst3::Steinberg::Vst::{
    CtrlNumber, Event, Event__type0, IEventList, IEventListTrait, IMidiMappingTrait, LegacyMIDICCOutEvent,
    NoteOffEvent, NoteOnEvent, ParamID, ParameterInfo,
};
use vst3::Steinberg::{int16, int32, kInvalidArgument, kResultFalse, kResultOk, tresult};

use super::consts::{CC_OUT, HIDDEN, NOTE_OFF, NOTE_ON, READ_ONLY};
use super::object::Object;
use super::text;
use crate::host::inputs::Sink;
use crate::host::midi;

/// VST3's numbers behind the 128 controllers of MIDI.
const PRESSURE: u8 = 128;
const BEND: u8 = 129;
const PER_CHANNEL: u16 = 130;
/// The first parameter's id; ids of named parameters are hashes, and a test keeps them out of this range.
const FIRST_ID: u32 = 0x4D43_0000;
/// The controllers that say which parameter the data after them is for.
const SELECTORS: std::ops::RangeInclusive<u8> = 98..=101;

/// A controller of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Controller {
    channel: u8,
    number: u8,
}

impl Controller {
    /// How many there are.
    pub(super) const COUNT: u16 = 16 * PER_CHANNEL;
    /// In how many ranks those of one frame are read.
    pub(super) const RANKS: u8 = 3;

    /// The controller at a place in the list.
    pub(super) fn at(place: i32) -> Option<Self> {
        let place = u16::try_from(place).ok().filter(|place| *place < Self::COUNT)?;
        let [channel, number] = [place / PER_CHANNEL, place % PER_CHANNEL].map(|part| u8::try_from(part).ok());
        Some(Self { channel: channel?, number: number? })
    }

    /// The controller of a parameter, if that is one.
    pub(super) fn of(id: ParamID) -> Option<Self> {
        Self::at(i32::try_from(id.checked_sub(FIRST_ID)?).ok()?)
    }

    fn id(self) -> ParamID {
        FIRST_ID + u32::from(self.channel) * u32::from(PER_CHANNEL) + u32::from(self.number)
    }

    /// The highest value.
    pub(super) const fn most(self) -> f64 {
        if self.number == BEND { 16_383.0 } else { 127.0 }
    }

    /// Of those on one frame: first what says which parameter is meant, then coarse values, then the fine ones.
    pub(super) fn rank(self) -> u8 {
        match self.number {
            number if SELECTORS.contains(&number) => 0,
            0..32 => 1,
            _ => 2,
        }
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 14 bits")]
    fn value(self, normalized: f64) -> u16 {
        (normalized.clamp(0.0, 1.0) * self.most()).round() as u16
    }

    /// The message of a value, 0..=1.
    #[allow(clippy::cast_possible_truncation, reason = "masked to seven bits")]
    pub(super) fn send(self, sink: &mut impl Sink, frame: u32, normalized: f32) {
        let value = self.value(normalized.into());
        let (low, high) = ((value & 0x7F) as u8, (value >> 7) as u8 & 0x7F);
        let bytes = match self.number {
            PRESSURE => [0xD0 | self.channel, low, 0],
            BEND => [0xE0 | self.channel, low, high],
            number => [0xB0 | self.channel, number, low],
        };
        midi::message(sink, frame, bytes);
    }

    pub(super) fn text(self, normalized: f64) -> String {
        self.value(normalized).to_string()
    }

    pub(super) fn info(self) -> ParameterInfo {
        // SAFETY: numbers and text, for which zero is valid.
        let mut info: ParameterInfo = unsafe { std::mem::zeroed() };
        info.id = self.id();
        text::set(&mut info.title, &format!("MIDI CC {}|{}", self.channel + 1, self.number));
        info.flags = HIDDEN | READ_ONLY;
        info.unitId = vst3::Steinberg::Vst::kRootUnitId;
        info
    }
}

impl IMidiMappingTrait for Object {
    unsafe fn getMidiControllerAssignment(
        &self,
        bus: int32,
        channel: int16,
        number: CtrlNumber,
        id: *mut ParamID,
    ) -> tresult {
        if id.is_null() {
            return kInvalidArgument;
        }
        let (Ok(channel @ 0..16), Ok(number @ 0..=BEND), 0) = (u8::try_from(channel), u8::try_from(number), bus) else {
            return kResultFalse;
        };
        // SAFETY: VST3: a place for the id; null is refused.
        unsafe { id.write(Controller { channel, number }.id()) };
        kResultOk
    }
}

/// Sends the host a MIDI message. `false` if it did not take it.
///
/// # Safety
/// The list is null or valid.
pub(super) unsafe fn write(events: *mut IEventList, message: MidiOut) -> bool {
    // SAFETY: by this function's contract.
    let Some(events) = (unsafe { ComRef::from_raw(events) }) else { return false };
    let Some(mut event) = event(message) else { return false };
    // SAFETY: as above; the event outlives the call, in which the host copies it.
    unsafe { events.addEvent(&raw mut event) == kResultOk }
}

fn event(MidiOut { frame, bytes: [status, first, second] }: MidiOut) -> Option<Event> {
    let (channel, pitch) = (i16::from(status & 0x0F), i16::from(first));
    let (tuning, note_id) = (0.0, -1);
    let velocity = f32::from(second) / 127.0;
    let (r#type, __field0) = match status & 0xF0 {
        0x90 if second > 0 => (
            NOTE_ON,
            Event__type0 { noteOn: NoteOnEvent { channel, pitch, tuning, velocity, length: 0, noteId: note_id } },
        ),
        0x80 | 0x90 => (
            NOTE_OFF,
            Event__type0 { noteOff: NoteOffEvent { channel, pitch, velocity: 0.0, noteId: note_id, tuning } },
        ),
        0xB0 => {
            let [channel, value] = [status & 0x0F, second].map(u8::cast_signed);
            let out = LegacyMIDICCOutEvent { controlNumber: first, channel, value, value2: 0 };
            (CC_OUT, Event__type0 { midiCCOut: out })
        }
        _ => return None,
    };
    let offset = i32::try_from(frame).ok()?;
    Some(Event { busIndex: 0, sampleOffset: offset, ppqPosition: 0.0, flags: 0, r#type, __field0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::inputs::InputList;
    use crate::host::link::HostLink;
    use crate::params::RigParams;
    use echelon_engine::input::HostInput;
    use std::sync::Arc;

    #[test]
    fn every_controller_has_its_own_parameter_and_none_is_a_named_one_s() {
        let link = HostLink::new(&Arc::new(RigParams::default()));
        for place in 0..i32::from(Controller::COUNT) {
            let controller = Controller::at(place).unwrap();
            assert_eq!(Controller::of(controller.id()), Some(controller));
            assert_eq!(link.table.slot_of_hash(controller.id()), None);
        }
        assert_eq!(Controller::at(i32::from(Controller::COUNT)), None);
        assert_eq!([FIRST_ID - 1, FIRST_ID + u32::from(Controller::COUNT)].map(Controller::of), [None; 2]);
    }

    #[test]
    fn values_are_the_bytes_that_came() {
        let mut list = InputList::new(0);
        list.begin(1);
        let send = |list: &mut InputList, number, value: f32| Controller { channel: 3, number }.send(list, 0, value);
        for value in 0..=127_u8 {
            send(&mut list, 7, f32::from(value) / 127.0);
        }
        send(&mut list, PRESSURE, 1.0);
        send(&mut list, BEND, 8192.0 / 16_383.0);
        list.finish();
        let sent: Vec<_> = list.range(0, 1).map(|timed| timed.input).collect();
        assert!(sent[..128].iter().zip(0..).all(|(input, value)| *input == HostInput::Midi([0xB3, 7, value])));
        assert_eq!(sent[128..], [[0xD3, 127, 0], [0xE3, 0, 64]].map(HostInput::Midi));
    }
}
