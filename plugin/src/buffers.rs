//! The framework's buffers as the engine's. Audio thread.

use echelon_engine::processor::BlockIo;
use echelon_engine::units::NUM_DECKS;
use nice_plug::prelude::{AuxiliaryBuffers, Buffer};

/// Deck A's input comes in the main output's memory: it is copied out before that is written.
#[derive(Debug, Default)]
pub struct MainInput([Vec<f32>; 2]);

impl MainInput {
    /// Makes room for blocks of up to so many frames. Not real-time.
    pub fn prepare(&mut self, max_frames: usize) {
        self.0.iter_mut().for_each(|channel| channel.resize(max_frames, 0.0));
    }

    /// The buffers of a block for the engine; `None` if the layout is not the one that the plugin declares.
    ///
    /// # Real-time
    /// No allocation; a block longer than [`MainInput::prepare`] said gets no live sound on deck A.
    pub fn block<'a>(&'a mut self, main: &'a mut Buffer<'_>, aux: &'a mut AuxiliaryBuffers<'_>) -> Option<BlockIo<'a>> {
        let [left, right] = main.as_slice() else { return None };
        for (copy, live) in self.0.iter_mut().zip([&**left, &**right]) {
            if let Some(copy) = copy.get_mut(..live.len()) {
                copy.copy_from_slice(live);
            }
        }
        let [left_in, right_in] = &self.0;
        let mut inputs = [[left_in.as_slice(), right_in.as_slice()]; NUM_DECKS];
        for (input, buffer) in inputs[1..].iter_mut().zip(aux.inputs.iter()) {
            let [left, right] = buffer.as_slice_immutable() else { return None };
            *input = [&**left, &**right];
        }
        let mut outputs = aux.outputs.iter_mut();
        let mut next = || match outputs.next()?.as_slice() {
            [left, right] => Some([&mut **left, &mut **right]),
            _ => None,
        };
        Some(BlockIo {
            inputs,
            master: [left, right],
            decks: [next()?, next()?, next()?, next()?],
            cue: next()?,
            lanes: None,
        })
    }
}
