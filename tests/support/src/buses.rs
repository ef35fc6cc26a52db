//! Audio buses: what the host gives the plugin, and how it may withhold it.

use echelon_engine::units::DeckId;

/// A way in which a host does not give a plugin all of its buses. Buses count from 0: master, then decks A..D for
/// outputs; decks A..D for inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusFault {
    /// Only so many output buses are passed to process.
    OutputsGiven(usize),
    /// Only so many input buses are passed to process.
    InputsGiven(usize),
    /// This output has no channel array (`data32` or `channelBuffers32` is null).
    NullOutput(usize),
    /// This output has a channel array of null pointers.
    NullOutputChannels(usize),
    /// This input has no channel array.
    NullInput(usize),
    /// This input has a channel array of null pointers.
    NullInputChannels(usize),
    /// This output is switched off: VST3 `activateBus(false)`, no channels, no array (JUCE hosts).
    InactiveOutput(usize),
    /// This input is switched off in the same way.
    InactiveInput(usize),
    /// No arrays at all, and zero counts.
    NoBuses,
}

impl BusFault {
    /// The format-neutral arrangement of one bus, without any fault first.
    pub(crate) fn apply(faults: &[Self], is_output: bool, bus: usize) -> Given {
        let mut given = Given::Channels;
        for fault in faults {
            given = match (*fault, is_output) {
                (Self::OutputsGiven(count), true) | (Self::InputsGiven(count), false) if bus >= count => Given::Missing,
                (Self::NullOutput(at), true) | (Self::NullInput(at), false) if at == bus => Given::NullArray,
                (Self::NullOutputChannels(at), true) | (Self::NullInputChannels(at), false) if at == bus => {
                    Given::NullChannels
                }
                (Self::InactiveOutput(at), true) | (Self::InactiveInput(at), false) if at == bus => Given::Inactive,
                (Self::NoBuses, _) => Given::Missing,
                _ => given,
            };
        }
        given
    }
}

/// What the plugin gets of one bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// Two channels.
    Channels,
    /// Two channels, both null.
    NullChannels,
    /// Two channels, no array.
    NullArray,
    /// No channels, no array.
    Inactive,
    /// Not in the list of buses at all.
    Missing,
}

/// Number of output buses: master, four decks, cue.
pub const OUTPUTS: usize = 6;

/// The cue output bus.
pub const CUE_OUTPUT: usize = 5;
/// Number of input buses: one for each deck.
pub const INPUTS: usize = 4;

/// The output bus of a deck.
#[must_use]
pub const fn deck_output(deck: DeckId) -> usize {
    1 + deck.index()
}

/// What fills an output buffer before each call: a NaN with a mark, so that a sample which the plugin did not write
/// is known from one that it wrote.
pub(crate) const UNWRITTEN: f32 = f32::from_bits(0x7FC0_DEAD);

/// Whether a sample still is [`UNWRITTEN`].
pub(crate) const fn is_unwritten(sample: f32) -> bool {
    sample.to_bits() == UNWRITTEN.to_bits()
}

/// The memory of one process call's audio: stereo buses of `max_block` frames.
#[derive(Debug)]
pub(crate) struct BusMemory {
    pub inputs: Vec<[Vec<f32>; 2]>,
    pub outputs: Vec<[Vec<f32>; 2]>,
    /// The main output shares the main input's memory.
    pub in_place: bool,
}

impl BusMemory {
    pub fn new(max_block: u32, in_place: bool) -> Self {
        // One frame at least, so that a pointer to it is a real one.
        let bus = || [0; 2].map(|_| vec![0.0; max_block.max(1) as usize]);
        Self { inputs: (0..INPUTS).map(|_| bus()).collect(), outputs: (0..OUTPUTS).map(|_| bus()).collect(), in_place }
    }

    /// Marks all outputs as not yet written.
    pub fn clear_outputs(&mut self) {
        self.outputs.iter_mut().flatten().for_each(|channel| channel.fill(UNWRITTEN));
    }

    /// Pointers to the channels of every input bus, then of every output bus.
    pub fn pointers(&mut self) -> (Vec<[*mut f32; 2]>, Vec<[*mut f32; 2]>) {
        let of = |buses: &mut Vec<[Vec<f32>; 2]>| -> Vec<[*mut f32; 2]> {
            buses.iter_mut().map(|bus| bus.each_mut().map(|channel| channel.as_mut_ptr())).collect()
        };
        let (inputs, mut outputs) = (of(&mut self.inputs), of(&mut self.outputs));
        if self.in_place {
            outputs[0] = inputs[0];
        }
        (inputs, outputs)
    }

    /// The samples of an output bus after the call.
    pub fn output(&self, bus: usize) -> &[Vec<f32>; 2] {
        if bus == 0 && self.in_place { &self.inputs[0] } else { &self.outputs[bus] }
    }
}
