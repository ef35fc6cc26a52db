//! The mixer: the rig's graph of decks, gains, crossfader and master.
//!
//! ```text
//! host in A..D -> deck -> auto gain -> EQ low -> mid -> high -> isolator -> filter -> echo -> effect 1 -> 2 -> gain -> fader -+-> deck out A..D
//!                                                                                                                             +-> crossfader -> master gain -> limiter -> main out
//! ```

mod crossfader;
mod cue;
mod echo;
pub(crate) mod eq;
mod filter;
mod fx;
mod gain;
mod isolator;
mod knob;
mod level;
mod limiter;
mod tap;
#[cfg(test)]
mod testing;

pub use crossfader::CrossfaderNode;
pub use cue::CueNode;
pub use echo::EchoNode;
pub use eq::{EqBand, NUM_BANDS};
pub use filter::FilterKnobNode;
pub use fx::{FxSlotNode, NUM_SLOTS};
pub use gain::GainNode;
pub use isolator::IsolatorNode;
pub use knob::{DECK_ROWS, DeckKnobs, Knob, KnobRow, MASTER_ROWS, MasterKnobs, Scale, SlewClass, Taper, Unit};
pub use level::LevelNode;
pub use limiter::LimiterNode;
pub use tap::TapNode;

use crate::deck::{DeckNode, ListenNode};
use crate::dsp::SincBank;
use crate::graph::nodes::Svf;
use crate::graph::{
    CommandReceiver, Graph, GraphConfig, GraphControl, GraphError, InputBus, NodeId, NodeIo, OutputBus, Scheduler,
    Status,
};
use crate::units::{DeckId, NUM_DECKS};

/// How long a fader takes to follow a hand, in milliseconds: short enough to feel direct, long enough not to click.
const FADER_MS: f64 = 5.0;

/// Input 0 times a gain: one that is still, or the next one for each frame.
#[inline(always)]
fn amplify(io: &mut NodeIo<'_>, still: Option<f32>, mut next: impl FnMut() -> f32) -> Status {
    let (left, right) = (io.left(0), io.right(0));
    let [out_left, out_right] = io.out();
    if let Some(gain) = still {
        out_left.iter_mut().zip(left).for_each(|(out, sample)| *out = sample * gain);
        out_right.iter_mut().zip(right).for_each(|(out, sample)| *out = sample * gain);
        return Status::Audio;
    }
    for n in 0..left.len() {
        let gain = next();
        out_left[n] = left[n] * gain;
        out_right[n] = right[n] * gain;
    }
    Status::Audio
}

/// What a fader lets through, now and when it will have arrived.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    /// The highest gain on its way; its gain, if it is at rest.
    pub peak: f32,
    /// The gain where it goes.
    pub target: f32,
    /// Frames until it is there.
    pub frames_left: u32,
}

impl Path {
    /// Through this and then another.
    #[must_use]
    pub fn then(self, other: Self) -> Self {
        Self {
            peak: self.peak * other.peak,
            target: self.target * other.target,
            frames_left: self.frames_left.max(other.frames_left),
        }
    }

    /// For how many of the next `frames` more than `floor` may come through.
    #[must_use]
    pub fn open_for(self, floor: f32, frames: u32) -> u32 {
        if self.target > floor {
            frames
        } else if self.peak > floor {
            self.frames_left.min(frames)
        } else {
            0
        }
    }
}

/// The main output; bus 1 + deck index is that deck's own.
pub const MASTER_BUS: OutputBus = OutputBus(0);

/// The cue output.
pub const CUE_BUS: OutputBus = OutputBus(1 + NUM_DECKS);

/// The output bus of a deck.
#[must_use]
pub const fn deck_bus(deck: DeckId) -> OutputBus {
    OutputBus(1 + deck.index())
}

/// Where the parts of the mixer are in its graph.
#[derive(Clone, Copy, Debug)]
pub struct Mixer {
    decks: [NodeId; NUM_DECKS],
    eqs: [[NodeId; NUM_BANDS]; NUM_DECKS],
    echoes: [NodeId; NUM_DECKS],
    fx: [[NodeId; NUM_SLOTS]; NUM_DECKS],
    gains: [NodeId; NUM_DECKS],
    auto_gains: [NodeId; NUM_DECKS],
    isolators: [NodeId; NUM_DECKS],
    filters: [NodeId; NUM_DECKS],
    faders: [NodeId; NUM_DECKS],
    taps: [NodeId; NUM_DECKS],
    crossfader: NodeId,
    master: NodeId,
    limiter: Option<NodeId>,
    cue: NodeId,
    listen: NodeId,
}

/// The mixer's nodes and the halves of its graph.
#[derive(Debug)]
pub struct MixerParts {
    /// Where the parts are.
    pub mixer: Mixer,
    /// For edits while it plays.
    pub control: GraphControl,
    /// From the control half to the scheduler.
    pub commands: CommandReceiver,
    /// Plays it.
    pub scheduler: Scheduler,
}

impl Mixer {
    /// Builds the graph, with a scheduler that plays it. Control side. A limiter makes everything late, see
    /// [`LimiterNode::latency_at`].
    ///
    /// # Errors
    /// [`GraphError`] never, unless the graph below contradicts itself.
    pub fn build(config: GraphConfig, has_limiter: bool) -> Result<MixerParts, GraphError> {
        let sample_rate = config.sample_rate;
        let bank = SincBank::shared();
        let (mut graph, mut commands, mut scheduler) = Graph::new(config);
        let crossfader = graph.add(CrossfaderNode::new(sample_rate))?;
        let mut decks = [crossfader; NUM_DECKS];
        let mut gains = [crossfader; NUM_DECKS];
        let mut faders = [crossfader; NUM_DECKS];
        let [mut auto_gains, mut isolators, mut filters, mut taps] = [[crossfader; NUM_DECKS]; 4];
        let mut eqs = [[crossfader; NUM_BANDS]; NUM_DECKS];
        let mut echoes = [crossfader; NUM_DECKS];
        let mut fx = [[crossfader; NUM_SLOTS]; NUM_DECKS];
        for deck in DeckId::ALL {
            let i = deck.index();
            decks[i] = graph.add(DeckNode::new(bank.clone(), sample_rate))?;
            gains[i] = graph.add(GainNode::new(sample_rate))?;
            graph.connect(InputBus(i), decks[i], 0)?;
            auto_gains[i] = graph.add(LevelNode::auto_gain(sample_rate))?;
            graph.connect(decks[i], auto_gains[i], 0)?;
            let mut last = auto_gains[i];
            for band in EqBand::ALL {
                let node = graph.add(band.node())?;
                graph.connect(last, node, 0)?;
                eqs[i][band.index()] = node;
                last = node;
            }
            echoes[i] = graph.add(EchoNode::new(sample_rate))?;
            isolators[i] = graph.add(IsolatorNode::new(sample_rate))?;
            filters[i] = graph.add(FilterKnobNode::new(sample_rate))?;
            graph.connect(last, isolators[i], 0)?;
            graph.connect(isolators[i], filters[i], 0)?;
            graph.connect(filters[i], echoes[i], 0)?;
            let mut last = echoes[i];
            for slot in &mut fx[i] {
                *slot = graph.add(FxSlotNode::new(sample_rate))?;
                graph.connect(last, *slot, 0)?;
                last = *slot;
            }
            graph.connect(last, gains[i], 0)?;
            faders[i] = graph.add(LevelNode::fader(sample_rate))?;
            graph.connect(gains[i], faders[i], 0)?;
            graph.connect(faders[i], crossfader, i)?;
            taps[i] = graph.add(TapNode::new(sample_rate))?;
            graph.connect(faders[i], taps[i], 0)?;
            graph.connect(gains[i], taps[i], 1)?;
            graph.set_output(deck_bus(deck), Some(taps[i]))?;
        }
        let master = graph.add(GainNode::new(sample_rate))?;
        graph.connect(crossfader, master, 0)?;
        let cue = graph.add(CueNode::new(sample_rate))?;
        for (slot, gain) in gains.into_iter().enumerate() {
            graph.connect(gain, cue, slot)?;
        }
        graph.connect(master, cue, cue::MASTER_SLOT)?;
        let listen = graph.add(ListenNode::new(bank, sample_rate))?;
        graph.connect(listen, cue, cue::LISTEN_SLOT)?;
        graph.set_output(CUE_BUS, Some(cue))?;
        let limiter = if has_limiter { Some(graph.add(LimiterNode::new(sample_rate))?) } else { None };
        if let Some(limiter) = limiter {
            graph.connect(master, limiter, 0)?;
        }
        graph.set_output(MASTER_BUS, limiter.or(Some(master)))?;
        graph.commit()?;
        scheduler.receive(&mut commands);
        graph.commit()?;
        let mixer = Self {
            decks,
            eqs,
            echoes,
            fx,
            gains,
            auto_gains,
            isolators,
            filters,
            faders,
            taps,
            crossfader,
            master,
            limiter,
            cue,
            listen,
        };
        Ok(MixerParts { mixer, control: graph, commands, scheduler })
    }

    /// A deck in the running graph.
    #[must_use]
    pub fn deck<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId) -> Option<&'p mut DeckNode> {
        scheduler.node_mut(self.decks[deck.index()])
    }

    /// A band of a deck's EQ in the running graph.
    #[must_use]
    pub fn eq<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId, band: EqBand) -> Option<&'p mut Svf> {
        scheduler.node_mut(self.eqs[deck.index()][band.index()])
    }

    /// A deck's echo in the running graph.
    #[must_use]
    pub fn echo<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId) -> Option<&'p mut EchoNode> {
        scheduler.node_mut(self.echoes[deck.index()])
    }

    /// One of a deck's effect slots in the running graph.
    #[must_use]
    pub fn fx<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId, slot: usize) -> Option<&'p mut FxSlotNode> {
        scheduler.node_mut(*self.fx[deck.index()].get(slot)?)
    }

    /// Every effect slot goes by this beat of the song on the next frame, and on from there; every echo by its tempo.
    pub(crate) fn follow(&self, scheduler: &mut Scheduler, beat: f64, beats_per_frame: f64) {
        for echo in self.echoes {
            if let Some(node) = scheduler.node_mut::<EchoNode>(echo) {
                node.follow(beats_per_frame);
            }
        }
        for slot in self.fx.as_flattened() {
            if let Some(node) = scheduler.node_mut::<FxSlotNode>(*slot) {
                node.follow(beat, beats_per_frame);
            }
        }
    }

    /// A deck's gain in the running graph.
    #[must_use]
    pub fn gain<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId) -> Option<&'p mut GainNode> {
        scheduler.node_mut(self.gains[deck.index()])
    }

    /// A deck's auto gain in the running graph.
    #[must_use]
    pub fn auto_gain<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId) -> Option<&'p mut LevelNode> {
        scheduler.node_mut(self.auto_gains[deck.index()])
    }

    /// A deck's isolator in the running graph.
    #[must_use]
    pub fn isolator<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId) -> Option<&'p mut IsolatorNode> {
        scheduler.node_mut(self.isolators[deck.index()])
    }

    /// A deck's filter in the running graph.
    #[must_use]
    pub fn filter<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId) -> Option<&'p mut FilterKnobNode> {
        scheduler.node_mut(self.filters[deck.index()])
    }

    /// A deck's channel fader in the running graph.
    #[must_use]
    pub fn fader<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId) -> Option<&'p mut LevelNode> {
        scheduler.node_mut(self.faders[deck.index()])
    }

    /// Where a deck's own output is taken, in the running graph.
    #[must_use]
    pub fn tap<'p>(&self, scheduler: &'p mut Scheduler, deck: DeckId) -> Option<&'p mut TapNode> {
        scheduler.node_mut(self.taps[deck.index()])
    }

    /// The crossfader in the running graph.
    #[must_use]
    pub fn crossfader<'p>(&self, scheduler: &'p mut Scheduler) -> Option<&'p mut CrossfaderNode> {
        scheduler.node_mut(self.crossfader)
    }

    /// The master gain in the running graph.
    #[must_use]
    pub fn master<'p>(&self, scheduler: &'p mut Scheduler) -> Option<&'p mut GainNode> {
        scheduler.node_mut(self.master)
    }

    /// The cue bus in the running graph.
    #[must_use]
    pub fn cue<'p>(&self, scheduler: &'p mut Scheduler) -> Option<&'p mut CueNode> {
        scheduler.node_mut(self.cue)
    }

    /// The player for files that are on no deck, in the running graph.
    #[must_use]
    pub fn listen<'p>(&self, scheduler: &'p mut Scheduler) -> Option<&'p mut ListenNode> {
        scheduler.node_mut(self.listen)
    }

    /// The limiter in the running graph, if there is one.
    #[must_use]
    pub fn limiter<'p>(&self, scheduler: &'p mut Scheduler) -> Option<&'p mut LimiterNode> {
        scheduler.node_mut(self.limiter?)
    }
}
