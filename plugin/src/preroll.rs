//! The frame before the first: what a project puts on the decks is there before the host's next block begins.
//!
//! In a block the host's own input on a frame comes before what is due on it, so that a play on the very first frame
//! would find an empty deck.

use echelon_engine::clock::HostTransport;
use echelon_engine::input::ControlMove;
use echelon_engine::processor::{BlockInput, BlockIo, RigProcessor};
use echelon_engine::units::{Bpm, NUM_DECKS};

/// Makes one frame that nobody hears, in which the rig does what was sent to it for now. The music's clock moves by
/// less than the tolerance with which beats are put on frames.
///
/// # Real-time
/// As [`RigProcessor::process`].
pub fn preroll(processor: &mut RigProcessor, transport: &HostTransport, moves: &mut Vec<ControlMove>) {
    let standing = |tempo| HostTransport { tempo, ..HostTransport::SILENT };
    run(processor, 1, standing(Bpm::new(*Bpm::RANGE.start())), moves);
    // The tempo that the rig runs at while the host stands still; a host that never says one has the default.
    run(processor, 0, standing(transport.tempo.or(Some(Bpm::DEFAULT))), moves);
}

fn run(processor: &mut RigProcessor, frames: u32, transport: HostTransport, moves: &mut Vec<ControlMove>) {
    const LEN: usize = 1;
    let silence = [0.0; LEN];
    let mut sound = [[[0.0; LEN]; 2]; NUM_DECKS + 1];
    let [master, a, b, c, d] = sound.each_mut().map(|[left, right]| [left.as_mut_slice(), right.as_mut_slice()]);
    let mut io = BlockIo { inputs: [[&silence, &silence]; NUM_DECKS], master, decks: [a, b, c, d] };
    processor.process(&mut io, BlockInput { frames, transport, inputs: &[] }, moves);
}
