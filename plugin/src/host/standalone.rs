//! Without a host: the framework's own standalone program calls the plugin directly, so what the entries do for a host
//! is done here from the framework's context. Buffers, transport and MIDI come from it; lights go back through it. The
//! state is kept by [`remember`](super::remember).

use std::sync::Arc;

use echelon_engine::clock::HostTransport;
use echelon_engine::midi::MidiOut;
use echelon_engine::units::{Bpm, TimeSignature};
use nice_plug::midi::MidiResult;
use nice_plug::prelude::{AuxiliaryBuffers, Buffer, NoteEvent, ProcessContext, ProcessStatus, Transport};

use super::block::{Block, Format, OutMove, Runner};
use super::link::HostLink;
use super::scratch::HostBuses;
use super::{midi, remember};
use crate::Echelon;
#[cfg(feature = "standalone")]
use crate::input::midi::ports::{Direct, take_direct};
use crate::view::SharedView;

/// What runs the blocks for as long as no entry does.
pub(crate) struct StandIn {
    runner: Runner,
    sample_rate: f64,
    #[cfg(feature = "standalone")]
    direct: Option<Direct>,
}

impl StandIn {
    /// For a sample rate in Hz and blocks of up to so many frames. Not on the audio thread. `None` where a host's entry
    /// is at work. What was remembered is loaded here: before the instance's rig is made.
    pub(crate) fn new(link: &Arc<HostLink>, view: &SharedView, sample_rate: f64, max_frames: u32) -> Option<Self> {
        if link.is_adopted() {
            return None;
        }
        if let Some(memory) = remember::take() {
            memory.start(link, view);
        }
        Some(Self {
            runner: Runner::new(link, max_frames),
            sample_rate,
            #[cfg(feature = "standalone")]
            direct: take_direct(),
        })
    }

    /// Runs a block.
    pub(crate) fn run(
        &mut self,
        link: &HostLink,
        main: &mut Buffer<'_>,
        aux: &mut AuxiliaryBuffers<'_>,
        context: &mut impl ProcessContext<Echelon>,
    ) -> ProcessStatus {
        let frames = u32::try_from(main.samples()).unwrap_or(u32::MAX);
        self.runner.inputs.begin(frames);
        link.drain(&mut self.runner.inputs);
        while let Some(event) = context.next_event() {
            if let Some(MidiResult::Basic(bytes)) = event.as_midi() {
                midi::message(&mut self.runner.inputs, event.timing(), bytes);
            }
        }
        #[cfg(feature = "standalone")]
        while let Some(bytes) = self.direct.as_mut().and_then(Direct::next) {
            midi::message(&mut self.runner.inputs, 0, bytes);
        }
        let block = Block {
            frames,
            sample_rate: self.sample_rate,
            transport: transport(context.transport()),
            offline: false,
            ahead: false,
            buses: buses(main, aux),
        };
        // SAFETY: the framework's buffers are of one length, and stay borrowed for the call.
        unsafe { self.runner.run(link, &block, &mut Standalone(context)) };
        ProcessStatus::KeepAlive
    }
}

/// The framework's context as the host: nobody records moves, MIDI has a way out.
struct Standalone<'a, C>(&'a mut C);

impl<C: ProcessContext<Echelon>> Format for Standalone<'_, C> {
    fn emit(&mut self, _: &OutMove) -> bool {
        true
    }

    fn emit_midi(&mut self, message: MidiOut) -> bool {
        NoteEvent::from_midi(message.frame, &message.bytes).is_ok_and(|event| self.0.try_send_event(event).is_ok())
    }
}

/// Deck A's input comes in the main output's memory.
fn buses(main: &mut Buffer<'_>, aux: &mut AuxiliaryBuffers<'_>) -> HostBuses {
    let mut buses = HostBuses::NONE;
    let HostBuses { inputs: [deck_a, inputs @ ..], outputs: [master, outputs @ ..] } = &mut buses;
    take(master, main);
    take(deck_a, main);
    for (bus, buffer) in outputs.iter_mut().zip(&mut *aux.outputs) {
        take(bus, buffer);
    }
    for (bus, buffer) in inputs.iter_mut().zip(&mut *aux.inputs) {
        take(bus, buffer);
    }
    buses
}

fn take(bus: &mut [*mut f32], buffer: &mut Buffer<'_>) {
    for (pointer, channel) in bus.iter_mut().zip(buffer.as_slice()) {
        *pointer = channel.as_mut_ptr();
    }
}

fn transport(said: &Transport) -> HostTransport {
    let number = |number: Option<i32>| number.and_then(|number| u16::try_from(number).ok());
    let signature = number(said.time_sig_numerator).zip(number(said.time_sig_denominator));
    HostTransport {
        playing: said.playing,
        tempo: said.tempo.and_then(Bpm::new),
        song_beats: said.pos_beats(),
        song_secs: said.pos_seconds(),
        signature: signature.and_then(|(numerator, denominator)| TimeSignature::new(numerator, denominator)),
        ..HostTransport::SILENT
    }
}
