//! What goes between the host and the plugin with one block, beyond the audio buffers.

use echelon_engine::clock::HostTransport;
use echelon_engine::input::{ControlMove, TimedInput};
use echelon_engine::midi::{Lights, MidiOut};

/// How many inputs, and how many moves, one block carries. More than any host sends in earnest: a block of 1024 frames
/// with a value on every frame.
pub(super) const EVENTS_PER_BLOCK: usize = 1024;

/// One block's exchange with the host. Filled by the entry before `process`, read by the entry after it.
/// Audio thread only.
#[derive(Debug)]
pub struct Exchange {
    /// Transport at frame 0.
    pub transport: HostTransport,
    /// The host renders offline (as far as it says so).
    pub offline: bool,
    /// The host makes the block ahead of its time (as far as it says so).
    pub ahead: bool,
    /// Inputs sorted by frame, clamped into the block, finite and in range. Capacity is fixed.
    pub inputs: Vec<TimedInput>,
    /// Control moves for the host to record. Capacity is fixed: write through [`Exchange::push_move`].
    pub moves: Vec<ControlMove>,
    /// MIDI messages for the host, behind the moves. Capacity is fixed: write through [`Exchange::push_midi`].
    pub midi: Vec<MidiOut>,
}

impl Exchange {
    pub(super) fn new() -> Self {
        Self {
            transport: HostTransport::SILENT,
            offline: false,
            ahead: false,
            inputs: Vec::with_capacity(EVENTS_PER_BLOCK),
            moves: Vec::with_capacity(EVENTS_PER_BLOCK),
            midi: Vec::with_capacity(Lights::SENT),
        }
    }

    /// Tells the host that a control has moved. In a block that is full of moves already, the newest move of the
    /// same control gives way, so that the host ends up with the last value; `false` when there is none.
    pub fn push_move(&mut self, moved: ControlMove) -> bool {
        if self.moves.len() < self.moves.capacity() {
            self.moves.push(moved);
            return true;
        }
        match self.moves.iter_mut().rev().find(|old| old.control == moved.control) {
            Some(old) => {
                *old = moved;
                true
            }
            None => false,
        }
    }

    /// Sends MIDI with the block, as far as there is room.
    pub fn push_midi(&mut self, messages: &[MidiOut]) {
        let room = self.midi.capacity() - self.midi.len();
        self.midi.extend_from_slice(&messages[..messages.len().min(room)]);
    }

    /// Starts a block; what the last one left is forgotten.
    pub(super) fn begin(&mut self, transport: HostTransport, offline: bool, ahead: bool) {
        self.transport = transport;
        (self.offline, self.ahead) = (offline, ahead);
        self.inputs.clear();
        self.moves.clear();
        self.midi.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use echelon_engine::input::Control;

    #[test]
    fn a_full_block_keeps_the_last_value_and_does_not_grow() {
        let mut exchange = Exchange::new();
        let capacity = exchange.moves.capacity();
        for frame in 0..5000_u16 {
            let value = f32::from(frame);
            assert!(exchange.push_move(ControlMove { frame: frame.into(), control: Control::Crossfader, value }));
        }
        assert_eq!(exchange.moves.capacity(), capacity);
        assert_eq!(exchange.moves.last().map(|m| m.value), Some(4999.0));
        assert!(!exchange.push_move(ControlMove { frame: 0, control: Control::Quantize, value: 1.0 }));
    }
}
