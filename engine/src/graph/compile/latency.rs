//! How late each node's sound is: its own latency after the latest of its inputs.

use super::spec::{Feed, Spec};

/// In frames.
pub(super) struct Latencies {
    /// Of what comes out of each node of the spec.
    pub(super) of: Vec<u32>,
    /// What each node's inputs are brought to.
    pub(super) at_input: Vec<u32>,
    /// What all outputs are brought to.
    pub(super) total: u32,
}

pub(super) fn latencies(spec: &Spec, order: &[usize]) -> Latencies {
    let mut of = vec![0; spec.nodes.len()];
    let mut at_input = vec![0; spec.nodes.len()];
    for &index in order {
        let node = &spec.nodes[index];
        // What goes round is late by what the feedback node says of itself, however late its input is.
        let feeds = if node.info.feedback { &[][..] } else { &node.feeds };
        at_input[index] = latest(spec, feeds.iter(), &of);
        of[index] = at_input[index] + node.info.latency_frames;
    }
    let total = latest(spec, spec.outputs.iter().map(|(_, feed)| feed), &of);
    Latencies { of, at_input, total }
}

fn latest<'f>(spec: &Spec, feeds: impl Iterator<Item = &'f Feed>, of: &[u32]) -> u32 {
    feeds.filter_map(|feed| spec.node_of(feed.now)).map(|source| of[source]).max().unwrap_or(0)
}
