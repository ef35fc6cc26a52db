//! What the engines have in common, and how one is checked.

use crate::adapters;
use crate::shape::Graph;

/// Runs a graph.
pub trait Engine {
    /// Makes the next frames of the graph's output: always as many as it was built for.
    fn run(&mut self, output: &mut [f32]);
}

/// An engine, or why it cannot do a graph.
pub type Built = Result<Box<dyn Engine>, String>;

/// Whose engine it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// What everything is measured against.
    Bare,
    /// Echelon's.
    Ours,
    /// Somebody else's.
    Peer,
}

/// An engine in one way of use.
#[derive(Clone, Copy, Debug)]
pub struct Contender {
    /// For tables and the command line.
    pub name: &'static str,
    /// Whose it is.
    pub family: Family,
    /// Builds it for a graph, in blocks of so many frames (a multiple of 64).
    pub build: fn(&Graph, usize) -> Built,
}

impl Contender {
    const fn new(name: &'static str, family: Family, build: fn(&Graph, usize) -> Built) -> Self {
        Self { name, family, build }
    }
}

/// The bare loop for blocks of one length that the compiler knows.
pub const BARE_FIXED: &str = "bare loop, fixed block";
/// The bare loop with nodes that are called by pointer.
pub const BARE_DYN: &str = "bare loop, calls";
/// The bare loop, which is measured twice in each run: how much the second differs is the machine's noise.
pub const BARE: &str = "bare loop";
/// See [`BARE`].
pub const BARE_AGAIN: &str = "bare loop, again";
/// The engine with the bench's own nodes, one by one: what its scheduling costs.
pub const OURS: &str = "ours, per node";
/// The engine with its own nodes, one by one.
pub const OURS_NODES: &str = "ours, its own nodes";
/// The engine with its own nodes side by side.
pub const OURS_BANKED: &str = "ours, banked";
/// The bench's nodes, on two threads.
pub const OURS_LANES: &str = "ours, two lanes";
/// The engine's nodes side by side, on two threads.
pub const OURS_BOTH: &str = "ours, banked, two lanes";
/// The bench's nodes, cut for two lanes of which only one comes.
pub const OURS_ALONE: &str = "ours, one of two lanes";
/// The bench's nodes, cut for two lanes that are switched off.
pub const OURS_OFF: &str = "ours, lanes off";
/// The published reference.
pub const REFERENCE: &str = "aetherdsp-core";

/// All contenders, in the order of the tables.
pub const CONTENDERS: [Contender; 16] = [
    Contender::new(BARE, Family::Bare, adapters::bare::build),
    Contender::new(BARE_FIXED, Family::Bare, adapters::bare::build_fixed),
    Contender::new(BARE_DYN, Family::Bare, adapters::bare_dyn::build),
    Contender::new(OURS, Family::Ours, adapters::ours::per_node),
    Contender::new(OURS_OFF, Family::Ours, adapters::ours::lanes_off),
    Contender::new(OURS_ALONE, Family::Ours, adapters::ours::one_of_two),
    Contender::new(OURS_LANES, Family::Ours, adapters::ours::two_lanes),
    Contender::new(OURS_NODES, Family::Ours, adapters::ours::own_nodes),
    Contender::new(OURS_BANKED, Family::Ours, adapters::ours::banked),
    Contender::new(OURS_BOTH, Family::Ours, adapters::ours::banked_two_lanes),
    Contender::new(BARE_AGAIN, Family::Bare, adapters::bare::build),
    Contender::new("fundsp", Family::Peer, adapters::fundsp::build),
    Contender::new("dasp_graph", Family::Peer, adapters::dasp::build),
    Contender::new("knyst", Family::Peer, adapters::knyst::build),
    Contender::new("firewheel", Family::Peer, adapters::firewheel::build),
    Contender::new(REFERENCE, Family::Peer, adapters::aether::build),
];

/// A contender by its name.
#[must_use]
pub fn contender(name: &str) -> Option<Contender> {
    CONTENDERS.into_iter().find(|contender| contender.name == name)
}

/// What came of comparing an engine with the plain loop.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Check {
    /// Every sample has the same bits.
    SameBits,
    /// The greatest difference, relative to the greatest sample.
    Differs(f32),
}

/// How far an engine may be off that sums in another order.
const TOLERANCE: f32 = 1e-5;

/// Compares a few blocks of an engine with what the plain loop makes.
///
/// # Errors
/// The engine's output is another one, or silence.
pub fn check(engine: &mut dyn Engine, graph: &Graph, frames: usize) -> Result<Check, String> {
    const BLOCKS: usize = 3;
    let mut plain = adapters::plain::Plain::new(graph);
    let (mut ours, mut theirs) = (vec![0.0; frames], vec![0.0; frames]);
    let (mut greatest, mut difference, mut is_same) = (0.0_f32, 0.0_f32, true);
    for _ in 0..BLOCKS {
        plain.run(&mut ours);
        engine.run(&mut theirs);
        for (a, b) in ours.iter().zip(&theirs) {
            is_same &= a.to_bits() == b.to_bits();
            greatest = greatest.max(a.abs());
            difference = difference.max(if b.is_finite() { (a - b).abs() } else { f32::INFINITY });
        }
    }
    if !(greatest.is_finite() && greatest > 1e-6) {
        return Err(format!("the graph itself makes no sound worth comparing (peak {greatest})"));
    }
    match difference / greatest {
        _ if is_same => Ok(Check::SameBits),
        relative if relative <= TOLERANCE => Ok(Check::Differs(relative)),
        relative => Err(format!("its output is wrong: off by {relative:e} of the peak")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Shape, Work};

    /// The plain loop with one sample changed.
    struct Off(adapters::plain::Plain, f32);

    impl Engine for Off {
        fn run(&mut self, output: &mut [f32]) {
            self.0.run(output);
            output[output.len() - 1] *= self.1;
        }
    }

    #[test]
    fn a_wrong_sample_is_seen() {
        let graph = Graph::new(Shape::Decks, Work::Biquad, 20);
        let off = |factor| check(&mut Off(adapters::plain::Plain::new(&graph), factor), &graph, 64);
        assert_eq!(off(1.0), Ok(Check::SameBits));
        assert!(matches!(off(1.0 + 1e-6), Ok(Check::Differs(_))));
        assert!(off(1.001).is_err());
        assert!(off(f32::NAN).is_err());
    }

    #[test]
    fn every_engine_gives_the_plain_loops_bits() {
        for (shape, work, frames) in [
            (Shape::Chain, Work::Sine, 64),
            (Shape::FanIn, Work::Gain, 512),
            (Shape::Random, Work::Biquad, 64),
            (Shape::Decks, Work::Biquad, 512),
        ] {
            let graph = Graph::new(shape, work, 60);
            for contender in CONTENDERS {
                let mut engine = (contender.build)(&graph, frames).unwrap();
                let found = check(&mut *engine, &graph, frames);
                assert_eq!(found, Ok(Check::SameBits), "{} on {} x {}", contender.name, shape.name(), work.name());
            }
        }
    }
}
