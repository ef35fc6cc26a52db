//! Which node feeds which.

use std::collections::VecDeque;
use std::str::FromStr;

use crate::kernel::{Biquad, Gain, Kernel, Peak, Random, Sine, Source, Unit};

/// Most inputs of a node: what every engine here can do.
pub const FAN_IN: usize = 8;
const DECKS: usize = 8;
/// How far back a node of the random graph may reach.
const REACH: usize = 64;

/// What the nodes of a graph compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Work {
    /// Next to nothing.
    Gain,
    /// A filter, each frame of which waits for the one before.
    Biquad,
    /// The mathematics library's sine.
    Sine,
}

/// How nodes hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One after the other.
    Chain,
    /// A tree: eight into one.
    FanIn,
    /// One to three inputs out of the 64 nodes before, by a fixed seed.
    Random,
    /// Eight chains into one node: a mixer.
    Decks,
}

impl Work {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Gain, Self::Biquad, Self::Sine];

    /// For tables and the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gain => "gain",
            Self::Biquad => "biquad",
            Self::Sine => "sine",
        }
    }
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Chain, Self::FanIn, Self::Random, Self::Decks];

    /// For tables and the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chain => "chain",
            Self::FanIn => "fan-in",
            Self::Random => "random",
            Self::Decks => "8-deck",
        }
    }
}

impl FromStr for Work {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|work| work.name() == name).ok_or_else(|| format!("no work is called {name}"))
    }
}

impl FromStr for Shape {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|shape| shape.name() == name).ok_or_else(|| format!("no shape is called {name}"))
    }
}

/// What one node is.
#[derive(Clone, Copy, Debug)]
pub enum Recipe {
    /// The noise that the whole graph works on.
    Source,
    /// By its gain.
    Gain(f32),
    /// By its settings.
    Biquad(Peak),
    /// By its frequency in Hz.
    Sine(f32),
}

/// A node and what feeds it.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub recipe: Recipe,
    /// What feeds each slot; always nodes before this one.
    pub inputs: Vec<usize>,
}

/// A graph that every engine can build. Node 0 is the source, the last one is the output.
#[derive(Clone, Debug)]
pub struct Graph {
    /// In an order in which they can run.
    pub nodes: Vec<Node>,
}

/// Takes a node of whichever type.
pub trait Visitor {
    /// What comes of it.
    type Out;
    /// Takes it.
    fn visit<K: Kernel>(self, unit: Unit<K>) -> Self::Out;
}

impl Node {
    /// Makes the node and hands it over with its type.
    pub fn build<V: Visitor>(&self, visitor: V) -> V::Out {
        let inputs = self.inputs.len();
        match self.recipe {
            Recipe::Source => visitor.visit(Unit::new(inputs, Source::new())),
            Recipe::Gain(gain) => visitor.visit(Unit::new(inputs, Gain(gain))),
            Recipe::Biquad(peak) => visitor.visit(Unit::new(inputs, Biquad::new(peak))),
            Recipe::Sine(hz) => visitor.visit(Unit::new(inputs, Sine::new(hz))),
        }
    }
}

impl Graph {
    /// `nodes` nodes that do `work`, besides the source.
    #[must_use]
    pub fn new(shape: Shape, work: Work, nodes: usize) -> Self {
        let nodes = nodes.max(1);
        let inputs = match shape {
            Shape::Chain => (0..nodes).map(|node| vec![node]).collect(),
            Shape::FanIn => tree(nodes),
            Shape::Random => random(nodes),
            Shape::Decks => decks(nodes),
        };
        let mut random = Random::new(11);
        let source = Node { recipe: Recipe::Source, inputs: vec![] };
        let others = inputs.into_iter().map(|inputs| Node { recipe: recipe(work, &mut random), inputs });
        Self { nodes: std::iter::once(source).chain(others).collect() }
    }

    /// Nodes besides the source.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len() - 1
    }

    /// Never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is heard.
    #[must_use]
    pub fn output(&self) -> usize {
        self.nodes.len() - 1
    }

    /// Every connection: from, to, slot.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let slots = |(to, node): (usize, &Node)| -> Vec<_> {
            node.inputs.iter().enumerate().map(|(slot, &from)| (from, to, slot)).collect()
        };
        self.nodes.iter().enumerate().flat_map(slots)
    }
}

/// Settings so close to neutral that ten thousand in a row stay within a float.
fn recipe(work: Work, random: &mut Random) -> Recipe {
    match work {
        Work::Gain => Recipe::Gain(random.between(0.97, 1.03)),
        Work::Biquad => Recipe::Biquad(Peak {
            frequency_hz: random.between(100.0, 10_000.0),
            q: random.between(0.5, 1.0),
            gain_db: random.between(-0.5, 0.5),
        }),
        Work::Sine => Recipe::Sine(random.between(50.0, 5000.0)),
    }
}

/// Post-order of a tree in which node `n` has the children `8n+1..=8n+8`. Leaves hear the source.
fn tree(nodes: usize) -> Vec<Vec<usize>> {
    fn visit(n: usize, nodes: usize, out: &mut Vec<Vec<usize>>) -> usize {
        let children = (FAN_IN * n + 1..=FAN_IN * n + FAN_IN).take_while(|&child| child < nodes);
        let inputs: Vec<_> = children.map(|child| visit(child, nodes, out)).collect();
        out.push(if inputs.is_empty() { vec![0] } else { inputs });
        out.len()
    }
    let mut out = Vec::with_capacity(nodes);
    visit(0, nodes, &mut out);
    out
}

/// Every node is heard: what nobody has read for long is read next, and the last nodes gather the rest.
fn random(nodes: usize) -> Vec<Vec<usize>> {
    let mut random = Random::new(5);
    let mut unread = VecDeque::from([0]);
    let mut out: Vec<Vec<usize>> = Vec::with_capacity(nodes);
    for node in 1..=nodes {
        let left = nodes - node;
        let must_gather = unread.len() > 1 + left * (FAN_IN - 1);
        let mut inputs = vec![];
        if left == 0 || must_gather || unread.len() > left {
            inputs.extend(unread.drain(..unread.len().min(FAN_IN)));
        } else {
            if unread.len() > REACH / 2 {
                inputs.extend(unread.pop_front());
            }
            for _ in 0..=random.below(3) {
                let from = node.saturating_sub(1 + random.below(REACH));
                if !inputs.contains(&from) {
                    inputs.push(from);
                }
            }
            unread.retain(|node| !inputs.contains(node));
        }
        out.push(inputs);
        unread.push_back(node);
    }
    out
}

/// Chains as equal as can be, and a last node for all.
fn decks(nodes: usize) -> Vec<Vec<usize>> {
    let chained = nodes - 1;
    let mut out = Vec::with_capacity(nodes);
    let mut ends = vec![];
    for deck in 0..DECKS {
        let length = chained / DECKS + usize::from(deck < chained % DECKS);
        for n in 0..length {
            out.push(vec![if n == 0 { 0 } else { out.len() }]);
        }
        if length > 0 {
            ends.push(out.len());
        }
    }
    out.push(if ends.is_empty() { vec![0] } else { ends });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_comes_after_its_inputs_and_is_heard() {
        for shape in Shape::ALL {
            for nodes in [1, 2, 9, 10, 100, 1000, 10_000] {
                let graph = Graph::new(shape, Work::Gain, nodes);
                assert_eq!(graph.len(), nodes);
                let mut is_heard = vec![false; nodes + 1];
                is_heard[graph.output()] = true;
                for (index, node) in graph.nodes.iter().enumerate().rev() {
                    assert!(is_heard[index], "{} {nodes}: {index}", shape.name());
                    assert!(node.inputs.len() <= FAN_IN && (node.inputs.is_empty() == (index == 0)));
                    for (slot, &input) in node.inputs.iter().enumerate() {
                        assert!(input < index && !node.inputs[..slot].contains(&input));
                        is_heard[input] = true;
                    }
                }
            }
        }
    }
}
