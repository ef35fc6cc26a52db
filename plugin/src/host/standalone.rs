//! Without a host: the framework's own standalone program calls the plugin directly, so what the entries do for a host
//! is done here from the framework's context. Transport and MIDI come from it; lights go back through it.

use echelon_engine::clock::HostTransport;
use echelon_engine::units::{Bpm, TimeSignature};
use nice_plug::midi::MidiResult;
use nice_plug::prelude::{NoteEvent, ProcessContext, Transport};

use super::exchange::Exchange;
use super::inputs::InputList;
use super::link::HostLink;
use super::midi;
use crate::Echelon;
#[cfg(feature = "standalone")]
use crate::input::midi::ports::{Direct, take_direct};

/// The list of a block's inputs, for as long as no entry has one.
pub(crate) struct StandIn {
    inputs: InputList,
    #[cfg(feature = "standalone")]
    direct: Option<Direct>,
}

impl StandIn {
    /// Not on the audio thread. `None` where a host's entry is at work.
    pub(crate) fn new(link: &HostLink) -> Option<Self> {
        (!link.is_adopted()).then(|| Self {
            inputs: InputList::new(link.table.len()),
            #[cfg(feature = "standalone")]
            direct: take_direct(),
        })
    }

    /// Fills the exchange of a block of so many frames.
    pub(crate) fn begin(
        &mut self,
        link: &HostLink,
        exchange: &mut Exchange,
        context: &mut impl ProcessContext<Echelon>,
        frames: u32,
    ) {
        self.inputs.begin(frames);
        link.drain(&mut self.inputs);
        exchange.begin(transport(context.transport()), false, false);
        while let Some(event) = context.next_event() {
            if let Some(MidiResult::Basic(bytes)) = event.as_midi() {
                midi::message(&mut self.inputs, event.timing(), bytes);
            }
        }
        #[cfg(feature = "standalone")]
        while let Some(bytes) = self.direct.as_mut().and_then(Direct::next) {
            midi::message(&mut self.inputs, 0, bytes);
        }
        self.inputs.finish();
        exchange.inputs.extend(self.inputs.range(0, frames));
    }

    /// What the plugin moved shows in its parameters; what it says to lights goes out.
    pub(crate) fn end(&mut self, link: &HostLink, exchange: &mut Exchange, context: &mut impl ProcessContext<Echelon>) {
        for moved in exchange.moves.drain(..) {
            if let Some(slot) = link.table.slot_of(moved.control) {
                link.table.set(slot, link.table.sanitized(slot, moved.value));
            }
        }
        for message in exchange.midi.drain(..) {
            if let Ok(event) = NoteEvent::from_midi(message.frame, &message.bytes) {
                // Nobody listens if there is no output.
                _ = context.try_send_event(event);
            }
        }
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
