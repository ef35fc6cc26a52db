//! The mixer: the rig's graph of decks, gains, crossfader and master.
//!
//! ```text
//! host in A..D -> deck -> gain -+-> deck out A..D
//!                               +-> crossfader -> master gain -> main out
//! ```

mod crossfader;
mod gain;

pub use crossfader::CrossfaderNode;
pub use gain::GainNode;

use crate::deck::DeckNode;
use crate::dsp::SincBank;
use crate::graph::{DspGraph, GraphError, InputBus, NodeId, OutputBus, Plan, SourceId};
use crate::units::{DeckId, NUM_DECKS};

/// How long a fader takes to follow a hand, in milliseconds: short enough to feel direct, long enough not to click.
const FADER_MS: f64 = 5.0;

/// The main output; bus 1 + deck index is that deck's own.
pub const MASTER_BUS: OutputBus = OutputBus(0);

/// The output bus of a deck.
#[must_use]
pub const fn deck_bus(deck: DeckId) -> OutputBus {
    OutputBus(1 + deck.index())
}

/// Where the parts of the mixer are in its graph.
#[derive(Clone, Copy, Debug)]
pub struct Mixer {
    decks: [NodeId; NUM_DECKS],
    gains: [NodeId; NUM_DECKS],
    crossfader: NodeId,
    master: NodeId,
}

impl Mixer {
    /// Builds the graph and compiles it. Control side. `sample_rate` in Hz.
    ///
    /// # Errors
    /// [`GraphError`] never, unless the graph below contradicts itself.
    pub fn build(sample_rate: f64) -> Result<(Self, Plan), GraphError> {
        let bank = SincBank::shared();
        let mut graph = DspGraph::new();
        let crossfader = graph.add(Box::new(CrossfaderNode::new(sample_rate)), NUM_DECKS)?;
        let mut decks = [crossfader; NUM_DECKS];
        let mut gains = [crossfader; NUM_DECKS];
        for deck in DeckId::ALL {
            let i = deck.index();
            decks[i] = graph.add(Box::new(DeckNode::new(bank.clone(), sample_rate)), 1)?;
            gains[i] = graph.add(Box::new(GainNode::new(sample_rate)), 1)?;
            graph.connect(SourceId::Bus(InputBus(i)), decks[i], 0)?;
            graph.connect(SourceId::Node(decks[i]), gains[i], 0)?;
            graph.connect(SourceId::Node(gains[i]), crossfader, i)?;
            graph.set_output(deck_bus(deck), gains[i])?;
        }
        let master = graph.add(Box::new(GainNode::new(sample_rate)), 1)?;
        graph.connect(SourceId::Node(crossfader), master, 0)?;
        graph.set_output(MASTER_BUS, master)?;
        Ok((Self { decks, gains, crossfader, master }, graph.compile()))
    }

    /// A deck in the running plan.
    #[must_use]
    pub fn deck<'p>(&self, plan: &'p mut Plan, deck: DeckId) -> Option<&'p mut DeckNode> {
        plan.node_mut(self.decks[deck.index()])
    }

    /// A deck's gain in the running plan.
    #[must_use]
    pub fn gain<'p>(&self, plan: &'p mut Plan, deck: DeckId) -> Option<&'p mut GainNode> {
        plan.node_mut(self.gains[deck.index()])
    }

    /// The crossfader in the running plan.
    #[must_use]
    pub fn crossfader<'p>(&self, plan: &'p mut Plan) -> Option<&'p mut CrossfaderNode> {
        plan.node_mut(self.crossfader)
    }

    /// The master gain in the running plan.
    #[must_use]
    pub fn master<'p>(&self, plan: &'p mut Plan) -> Option<&'p mut GainNode> {
        plan.node_mut(self.master)
    }
}
