//! The audio thread's calls into a VST3 plugin.

use std::sync::Arc;

use vst3::ComWrapper;
use vst3::Steinberg::Vst::Event_::EventTypes_::{kLegacyMIDICCOutEvent, kNoteOffEvent, kNoteOnEvent};
use vst3::Steinberg::Vst::ProcessContext_::StatesAndFlags_ as Flags;
use vst3::Steinberg::Vst::ProcessModes_::{kOffline, kRealtime};
use vst3::Steinberg::Vst::SymbolicSampleSizes_::kSample32;
use vst3::Steinberg::Vst::{
    AudioBusBuffers, AudioBusBuffers__type0, Event, IAudioProcessorTrait, IEventList, IParameterChanges,
    ProcessContext, ProcessData,
};
use vst3::Steinberg::kResultOk;

use super::com::{Changes, Events, pointer};
use super::midi::{MidiAs, note_event};
use super::plugin::Plugin;
use crate::buses::{BusFault, Given};
use crate::events::Note;
use crate::guard;
use crate::recording::Status;
use crate::sides::{Answer, AudioSide, Call, RawEvent, RawOut, as_audio};
use crate::transport::Said;

/// See [`AudioSide`].
pub struct Vst3Audio {
    plugin: Arc<Plugin>,
    in_changes: ComWrapper<Changes>,
    out_changes: ComWrapper<Changes>,
    in_events: ComWrapper<Events>,
    out_events: ComWrapper<Events>,
}

// SAFETY: the host's objects are only used during a call, by the thread that makes it.
unsafe impl Send for Vst3Audio {}

impl Vst3Audio {
    pub fn new(plugin: Arc<Plugin>) -> Self {
        Self {
            plugin,
            in_changes: ComWrapper::new(Changes::default()),
            out_changes: ComWrapper::new(Changes::default()),
            in_events: ComWrapper::new(Events::default()),
            out_events: ComWrapper::new(Events::default()),
        }
    }

    fn fill(&self, events: &[(u32, RawEvent)]) {
        self.in_changes.clear();
        let mut notes = self.in_events.0.borrow_mut();
        notes.clear();
        for (offset, event) in events {
            match *event {
                RawEvent::Param { number, value } => self.in_changes.push(number, *offset, value),
                RawEvent::NoteOn(note) => notes.push(note_event(*offset, true, note)),
                RawEvent::NoteOff(note) => notes.push(note_event(*offset, false, note)),
                RawEvent::Midi(bytes) => match self.plugin.midi.translate(bytes) {
                    MidiAs::On(note) => notes.push(note_event(*offset, true, note)),
                    MidiAs::Off(note) => notes.push(note_event(*offset, false, note)),
                    MidiAs::Param(id, value) => self.in_changes.push(id, *offset, value),
                    MidiAs::Nothing => {}
                },
                RawEvent::Modulation { .. } | RawEvent::Transport(_) => {}
            }
        }
    }

    fn take_out(&self) -> Vec<(u32, RawOut)> {
        let params = self.out_changes.take().into_iter();
        let params = params.map(|(number, offset, value)| (offset, RawOut::Param { number, value }));
        let notes = self.out_events.0.take().into_iter().map(|event| (event.sampleOffset, read(&event)));
        let all = params.chain(notes).map(|(offset, event)| (u32::try_from(offset).unwrap_or(0), event));
        let mut all: Vec<_> = all.collect();
        // VST3 keeps no order between parameters.
        all.sort_by_key(|(offset, _)| *offset);
        all
    }

    /// Calls `process` under the guard.
    fn call(&self, data: &mut ProcessData) -> (i32, guard::Report) {
        data.symbolicSampleSize = kSample32 as i32;
        data.inputParameterChanges = pointer::<_, IParameterChanges>(&self.in_changes);
        data.outputParameterChanges = pointer::<_, IParameterChanges>(&self.out_changes);
        data.inputEvents = pointer::<_, IEventList>(&self.in_events);
        data.outputEvents = pointer::<_, IEventList>(&self.out_events);
        // SAFETY: set up, active and processing; every pointer lives until the call returns.
        as_audio(|| guard::watch(|| unsafe { self.plugin.processor.process(data) }))
    }

    fn set_processing(&self, on: bool) -> bool {
        // SAFETY: active.
        let result = as_audio(|| unsafe { self.plugin.processor.setProcessing(on.into()) });
        // Plugins need not implement it.
        result == kResultOk || result == vst3::Steinberg::kNotImplemented
    }
}

/// The buses of one direction as the faults leave them; `channels` stays alive for the call.
fn buffers(channels: &mut [[*mut f32; 2]], faults: &[BusFault], is_output: bool) -> Vec<AudioBusBuffers> {
    static NULLS: [usize; 2] = [0; 2];
    let buffer = |(bus, pointers): (usize, &mut [*mut f32; 2])| {
        let (array, count) = match BusFault::apply(faults, is_output, bus) {
            Given::Channels => (pointers.as_mut_ptr(), 2),
            // Two null pointers that nobody may write to.
            Given::NullChannels => ((&raw const NULLS).cast_mut().cast(), 2),
            Given::NullArray => (std::ptr::null_mut(), 2),
            Given::Inactive => (std::ptr::null_mut(), 0),
            Given::Missing => return None,
        };
        let array = AudioBusBuffers__type0 { channelBuffers32: array };
        Some(AudioBusBuffers { numChannels: count, silenceFlags: 0, __field0: array })
    };
    channels.iter_mut().enumerate().map_while(buffer).collect()
}

/// An array's start, or null for none, as C++ hosts have it.
fn start<T>(array: &mut [T]) -> *mut T {
    if array.is_empty() { std::ptr::null_mut() } else { array.as_mut_ptr() }
}

/// What the host says, in VST3's words.
fn context(said: &Said, steady: i64, sample_rate: f64) -> ProcessContext {
    // SAFETY: plain numbers, valid when zero.
    let mut context: ProcessContext = unsafe { std::mem::zeroed() };
    let mut state = Flags::kContTimeValid;
    let mut flag = |is: bool, flag: u32| state |= if is { flag } else { 0 };
    flag(said.playing, Flags::kPlaying);
    flag(said.tempo.is_some(), Flags::kTempoValid);
    flag(said.beats.is_some(), Flags::kProjectTimeMusicValid);
    flag(said.bar_start_beats.is_some(), Flags::kBarPositionValid);
    flag(said.signature.is_some(), Flags::kTimeSigValid);
    flag(said.loop_beats.is_some(), Flags::kCycleActive | Flags::kCycleValid);
    context.state = state;
    context.sampleRate = sample_rate;
    context.projectTimeSamples = said.frames;
    context.continousTimeSamples = steady;
    context.projectTimeMusic = said.beats.unwrap_or(0.0);
    context.barPositionMusic = said.bar_start_beats.unwrap_or(0.0);
    (context.cycleStartMusic, context.cycleEndMusic) = said.loop_beats.unwrap_or((0.0, 0.0));
    context.tempo = said.tempo.unwrap_or(0.0);
    let (numerator, denominator) = said.signature.unwrap_or((0, 0));
    (context.timeSigNumerator, context.timeSigDenominator) = (i32::from(numerator), i32::from(denominator));
    context
}

/// An event of the plugin.
fn read(event: &Event) -> RawOut {
    let note = |channel: i16, key: i16, velocity: f32, id| Note {
        channel: channel.clamp(0, 15) as u8,
        key: key.clamp(0, 127) as u8,
        velocity: f64::from(velocity),
        id,
    };
    let kind = u32::from(event.r#type);
    // SAFETY: each field is read only for the type that uses it.
    unsafe {
        if kind == kNoteOnEvent {
            let on = event.__field0.noteOn;
            RawOut::NoteOn(note(on.channel, on.pitch, on.velocity, on.noteId))
        } else if kind == kNoteOffEvent {
            let off = event.__field0.noteOff;
            RawOut::NoteOff(note(off.channel, off.pitch, off.velocity, off.noteId))
        } else if kind == kLegacyMIDICCOutEvent {
            let cc = event.__field0.midiCCOut;
            let channel = cc.channel.cast_unsigned() & 0x0F;
            let [first, second] = [cc.value.cast_unsigned() & 0x7F, cc.value2.cast_unsigned() & 0x7F];
            match cc.controlNumber {
                128 => RawOut::Midi([0xD0 | channel, first, 0]),
                129 => RawOut::Midi([0xE0 | channel, first, second]),
                number => RawOut::Midi([0xB0 | channel, number, first]),
            }
        } else {
            RawOut::Other(kind)
        }
    }
}

impl AudioSide for Vst3Audio {
    fn start(&mut self) -> bool {
        self.set_processing(true)
    }

    fn stop(&mut self) {
        self.set_processing(false);
    }

    fn reset(&mut self) {
        self.set_processing(false);
        self.set_processing(true);
    }

    fn process(&mut self, call: Call<'_>) -> Answer {
        self.fill(call.events);
        let mut context = call.said.as_ref().map(|said| context(said, call.steady, call.sample_rate));
        let (mut inputs, mut outputs) = call.memory.pointers();
        let mut inputs = buffers(&mut inputs, call.faults, false);
        let mut outputs = buffers(&mut outputs, call.faults, true);
        // SAFETY: plain numbers and pointers, valid when zero.
        let mut data: ProcessData = unsafe { std::mem::zeroed() };
        data.processMode = if call.offline { kOffline } else { kRealtime } as i32;
        data.numSamples = call.frames as i32;
        (data.numInputs, data.inputs) = (inputs.len() as i32, start(&mut inputs));
        (data.numOutputs, data.outputs) = (outputs.len() as i32, start(&mut outputs));
        data.processContext = context.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut);
        let (result, guard) = self.call(&mut data);
        let status = if result == kResultOk { Status::Continue } else { Status::Error };
        Answer { status, events: self.take_out(), guard }
    }

    fn flush(&mut self, events: &[(u32, RawEvent)]) -> Vec<RawOut> {
        self.fill(events);
        // SAFETY: plain numbers and pointers, valid when zero; VST3's way to flush is a call without audio.
        let mut data: ProcessData = unsafe { std::mem::zeroed() };
        self.call(&mut data);
        self.take_out().into_iter().map(|(_, event)| event).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::{Quirk, Transport};

    #[test]
    fn everything_that_is_said_is_in_vst3_s_words() {
        let script = Transport::rolling(90.0).signature(3, 4).from_beat(-1.5).looping(0.0, 6.0);
        let context = context(&script.timeline(48_000.0).said_at(0, None).unwrap(), 77, 48_000.0);
        let flags = Flags::kPlaying | Flags::kTempoValid | Flags::kProjectTimeMusicValid | Flags::kBarPositionValid;
        let flags = flags | Flags::kTimeSigValid | Flags::kCycleActive | Flags::kCycleValid | Flags::kContTimeValid;
        assert_eq!(context.state, flags);
        assert_eq!((context.projectTimeMusic, context.projectTimeSamples), (-1.5, -48_000));
        assert_eq!((context.barPositionMusic, context.continousTimeSamples), (-3.0, 77));
        assert_eq!((context.cycleStartMusic, context.cycleEndMusic, context.tempo), (0.0, 6.0, 90.0));
        assert_eq!((context.timeSigNumerator, context.timeSigDenominator), (3, 4));
    }

    #[test]
    fn what_is_not_said_has_no_flag() {
        let quirks = [Quirk::NoTempo, Quirk::NoBeats, Quirk::NoBarStart, Quirk::NoSignature, Quirk::LoopUntold];
        let script = quirks.into_iter().fold(Transport::stopped(90.0), Transport::quirk);
        let context = context(&script.timeline(48_000.0).said_at(0, None).unwrap(), 0, 48_000.0);
        assert_eq!(context.state, Flags::kContTimeValid);
    }

    #[test]
    fn a_note_comes_back_as_it_went() {
        let note = Note { channel: 3, key: 60, velocity: 0.5, id: 12 };
        assert_eq!(read(&note_event(5, true, note)), RawOut::NoteOn(note));
        assert_eq!(read(&note_event(5, false, note)), RawOut::NoteOff(note));
        assert_eq!(note_event(5, true, note).sampleOffset, 5);
    }
}
