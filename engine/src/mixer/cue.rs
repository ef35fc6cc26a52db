//! The cue bus: what the DJ hears in the headphones.

use std::f32::consts::FRAC_PI_2;

use super::FADER_MS;
use crate::dsp::Slide;
use crate::graph::{DspNode, Guard, NodeIo, Ports, Status, Width};
use crate::units::{DeckId, NUM_DECKS};

/// The master's slot, after the decks'.
pub(super) const MASTER_SLOT: usize = NUM_DECKS;
/// The slot of a file that is listened to without a deck.
pub(super) const LISTEN_SLOT: usize = NUM_DECKS + 1;
/// How many slots there are.
const NUM_SLOTS: usize = NUM_DECKS + 2;

/// Sums the decks that are listened to before their faders and a file that is on none, and mixes the master in with
/// constant power.
#[derive(Debug)]
pub struct CueNode {
    /// 1 is listened to, by deck.
    listens: [Slide; NUM_DECKS],
    /// 0 the decks alone .. 1 the master alone.
    mix: Slide,
}

/// Gains of the decks and of the master; the ends are exact.
fn gains(mix: f32) -> (f32, f32) {
    match mix {
        m if m <= 0.0 => (1.0, 0.0),
        m if m >= 1.0 => (0.0, 1.0),
        m => ((m * FRAC_PI_2).cos(), (m * FRAC_PI_2).sin()),
    }
}

impl CueNode {
    /// Nothing is listened to. `sample_rate` in Hz.
    #[must_use]
    pub fn new(sample_rate: f64) -> Self {
        let slide = Slide::new(0.0, FADER_MS, sample_rate);
        Self { listens: [slide; NUM_DECKS], mix: slide }
    }

    /// Whether a deck is listened to.
    pub(super) const fn listen_mut(&mut self, deck: DeckId) -> &mut Slide {
        &mut self.listens[deck.index()]
    }

    /// How much of the master is mixed in.
    pub(super) const fn mix_mut(&mut self) -> &mut Slide {
        &mut self.mix
    }

    /// By slot: the decks, the master, the file.
    fn next_gains(&mut self) -> [f32; NUM_SLOTS] {
        let (of_decks, of_master) = gains(self.mix.next_value());
        let mut all = [of_master; NUM_SLOTS];
        all[LISTEN_SLOT] = of_decks;
        all.iter_mut().zip(&mut self.listens).for_each(|(gain, listen)| *gain = listen.next_value() * of_decks);
        all
    }

    fn is_still(&self) -> bool {
        self.mix.is_settled() && self.listens.iter().all(Slide::is_settled)
    }
}

impl DspNode for CueNode {
    fn process(&mut self, mut io: NodeIo<'_>) -> Status {
        let frames = io.frames();
        let mut still = if self.is_still() { Some(self.next_gains()) } else { None };
        let is_heard = |slot: usize, gains: &[f32; NUM_SLOTS]| gains[slot] != 0.0 && io.status(slot) != Status::Silent;
        if still.as_ref().is_some_and(|gains| !(0..NUM_SLOTS).any(|slot| is_heard(slot, gains))) {
            return Status::Silent;
        }
        let inputs: [[&[f32]; 2]; NUM_SLOTS] = std::array::from_fn(|slot| [io.left(slot), io.right(slot)]);
        let [out_left, out_right] = io.out();
        for n in 0..frames {
            if still.is_none() && self.is_still() {
                still = Some(self.next_gains());
            }
            let gains = still.unwrap_or_else(|| self.next_gains());
            // From +0 on, so that it does not matter whether silence was added.
            let sum = |channel: usize| {
                inputs.iter().zip(gains).fold(0.0, |sum, (input, gain)| sum + input[channel][n] * gain)
            };
            (out_left[n], out_right[n]) = (sum(0), sum(1));
        }
        Status::Audio
    }

    fn ports(&self) -> Ports {
        Ports { inputs: &[Width::Stereo; NUM_SLOTS], output: Width::Stereo }
    }

    fn guard(&self) -> Guard {
        Guard::Own
    }

    fn prepare(&mut self, sample_rate: f64) {
        self.mix.prepare(sample_rate);
        self.listens.iter_mut().for_each(|listen| listen.prepare(sample_rate));
    }

    fn type_name(&self) -> &'static str {
        "Cue"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{IoSetup, StereoBlock};

    /// Deck A at 0.5, deck B at 0.25, the master at 0.7, no file.
    fn run(node: &mut CueNode, frames: usize, block: usize) -> Vec<f32> {
        run_beside(0.0, node, frames, block)
    }

    /// The same beside a file at a level.
    fn run_beside(file: f32, node: &mut CueNode, frames: usize, block: usize) -> Vec<f32> {
        let mut sounds = [0.5, 0.25, 0.0, 0.0, 0.7, file].map(|level| {
            let mut sound = StereoBlock::SILENT;
            sound.channels_mut().into_iter().for_each(|channel| channel.fill(level));
            sound
        });
        let [a, b, c, d, master, file] = &mut sounds;
        let (inputs, mut out) = ([&*a, &*b, &*c, &*d, &*master, &*file], StereoBlock::SILENT);
        let mut heard = vec![];
        while heard.len() < frames {
            IoSetup::new(&inputs, &mut out, block).run(node);
            heard.extend_from_slice(&out.left()[..block]);
        }
        heard
    }

    #[test]
    fn it_sums_what_is_listened_to_and_mixes_the_master_in() {
        let mut node = CueNode::new(48_000.0);
        assert!(run(&mut node, 64, 64).iter().all(|s| *s == 0.0));
        node.listen_mut(DeckId::A).move_to(1.0, 0);
        assert_eq!(run(&mut node, 320, 64)[319], 0.5, "one deck, bit for bit");
        node.listen_mut(DeckId::B).move_to(1.0, 0);
        assert_eq!(run(&mut node, 320, 64)[319], 0.75);
        node.mix_mut().move_to(1.0, 0);
        assert_eq!(run(&mut node, 320, 64)[319], 0.7);
        node.mix_mut().move_to(0.5, 0);
        let (decks, master) = gains(0.5);
        assert!((decks * decks + master * master - 1.0).abs() < 1e-6);
        assert!((run(&mut node, 320, 64)[319] - (0.75 * decks + 0.7 * master)).abs() < 1e-6);
        let file = 0.125 * decks;
        assert!((run_beside(0.125, &mut node, 320, 64)[319] - (0.75 * decks + 0.7 * master + file)).abs() < 1e-6);
    }

    #[test]
    fn any_split_gives_the_same_samples_and_no_step() {
        let runs = [64, 5, 1].map(|block| {
            let mut node = CueNode::new(48_000.0);
            node.listen_mut(DeckId::A).move_to(1.0, 0);
            let mut heard = run(&mut node, 320, block);
            node.mix_mut().move_to(0.8, 0);
            heard.extend(run(&mut node, 320, block));
            assert!(heard.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.005));
            heard.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        });
        assert!(runs.iter().all(|run| *run == runs[0]));
    }
}
