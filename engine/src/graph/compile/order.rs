//! Every node after those that feed it, depth first from the ends of the graph, so that what is made is soon used and
//! few buffers are in use at once.

use super::Circle;
use super::spec::{Spec, SpecNode};

/// Indices of the spec's nodes.
pub(super) fn order(spec: &Spec) -> Result<Vec<usize>, Circle> {
    let mut walk = Walk { spec, state: vec![State::New; spec.nodes.len()], order: vec![] };
    for root in roots(spec) {
        walk.visit(root)?;
    }
    Ok(walk.order)
}

/// Nodes that nobody reads first; then all, for what only feeds feedback nodes.
fn roots(spec: &Spec) -> impl Iterator<Item = usize> {
    let mut is_read = vec![false; spec.nodes.len()];
    for source in spec.nodes.iter().flat_map(|node| before(spec, node)) {
        is_read[source] = true;
    }
    let ends: Vec<usize> = (0..spec.nodes.len()).filter(|&index| !is_read[index]).collect();
    ends.into_iter().chain(0..spec.nodes.len())
}

/// The nodes that must have run before this one.
fn before<'s>(spec: &'s Spec, node: &'s SpecNode) -> impl DoubleEndedIterator<Item = usize> + 's {
    let feeds = if node.info.feedback { &[][..] } else { &node.feeds };
    feeds.iter().flat_map(|feed| [spec.node_of(feed.was.flatten()), spec.node_of(feed.now)]).flatten()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

struct Walk<'s> {
    spec: &'s Spec,
    state: Vec<State>,
    order: Vec<usize>,
}

impl Walk<'_> {
    fn visit(&mut self, root: usize) -> Result<(), Circle> {
        // A stack of our own: a chain of many thousand nodes must not overflow the thread's.
        let mut stack = vec![root];
        while let Some(&index) = stack.last() {
            match self.state[index] {
                State::New => {
                    self.state[index] = State::Open;
                    for source in before(self.spec, &self.spec.nodes[index]).rev() {
                        match self.state[source] {
                            State::New => stack.push(source),
                            State::Open => return Err(Circle),
                            State::Done => {}
                        }
                    }
                }
                State::Open => {
                    self.state[index] = State::Done;
                    self.order.push(index);
                    stack.pop();
                }
                State::Done => _ = stack.pop(),
            }
        }
        Ok(())
    }
}
