//! The bare loop with nodes of types that it does not know: what calls by pointer cost, and nothing else.
#![allow(unsafe_code, reason = "a baseline that checked its own indices would flatter the engines")]

use super::bare::{Buffer, colour};
use crate::engine::{Built, Engine};
use crate::kernel::{Kernel, Unit};
use crate::shape::{FAN_IN, Graph, Visitor};

const FRAMES: usize = 64;

type Block = Buffer<FRAMES>;

trait Node {
    /// # Safety
    /// As many inputs as the node has point to blocks, none of which is the output.
    unsafe fn process(&mut self, inputs: &[*const Block; FAN_IN], output: &mut [f32; FRAMES]);
}

impl<K: Kernel> Node for Unit<K> {
    unsafe fn process(&mut self, inputs: &[*const Block; FAN_IN], output: &mut [f32; FRAMES]) {
        // SAFETY: by this function's contract.
        self.process_called(|slot| unsafe { &(*inputs[slot]).0 }, output);
    }
}

struct ToNode;

impl Visitor for ToNode {
    type Out = Box<dyn Node>;
    fn visit<K: Kernel>(self, unit: Unit<K>) -> Self::Out {
        Box::new(unit)
    }
}

struct Op {
    node: Box<dyn Node>,
    inputs: [*const Block; FAN_IN],
    output: *mut Block,
}

struct Bare {
    ops: Vec<Op>,
    /// Where the pointers in `ops` lead to. Invariant: no op's output is among its inputs.
    _blocks: Vec<Block>,
}

/// Builds it; longer blocks are cut.
///
/// # Errors
/// Never.
pub fn build(graph: &Graph, _: usize) -> Built {
    let (colours, count) = colour(graph);
    let mut blocks = vec![Buffer([0.0; FRAMES]); count];
    let start = blocks.as_mut_ptr();
    let block = |colour: u32| start.wrapping_add(colour as usize);
    let ops = graph.nodes.iter().zip(&colours).map(|(node, &output)| {
        let mut inputs = [block(0).cast_const(); FAN_IN];
        inputs.iter_mut().zip(&node.inputs).for_each(|(input, &from)| *input = block(colours[from]).cast_const());
        Op { node: node.build(ToNode), inputs, output: block(output) }
    });
    Ok(Box::new(Bare { ops: ops.collect(), _blocks: blocks }))
}

impl Engine for Bare {
    fn run(&mut self, output: &mut [f32]) {
        for part in output.chunks_exact_mut(FRAMES) {
            for op in &mut self.ops {
                // SAFETY: by the invariant of `_blocks`, which nobody else uses.
                unsafe { op.node.process(&op.inputs, &mut (*op.output).0) };
            }
            if let Some(last) = self.ops.last() {
                // SAFETY: as above.
                part.copy_from_slice(unsafe { &(*last.output).0 });
            }
        }
    }
}
