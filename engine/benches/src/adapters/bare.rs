//! The least that a graph can cost: one loop over an array, the kernels inlined behind an enum, as few buffers as it
//! takes. It cannot be edited, has no events, no parameters and no guard: what an engine adds is measured against it.
#![allow(unsafe_code, reason = "a baseline that checked its own indices would flatter the engines")]

use crate::engine::{Built, Engine};
use crate::kernel::{Biquad, Gain, Kernel, Sine, Source, Unit};
use crate::shape::{FAN_IN, Graph, Node, Visitor};

/// A node of any type, called without a pointer to a function.
pub enum AnyUnit {
    /// The noise.
    Source(Unit<Source>),
    /// A gain.
    Gain(Unit<Gain>),
    /// A filter.
    Biquad(Unit<Biquad>),
    /// A sine.
    Sine(Unit<Sine>),
}

impl AnyUnit {
    /// From its description.
    #[must_use]
    pub fn new(node: &Node) -> Self {
        node.build(ToAny)
    }

    /// The next frames.
    #[inline(always)]
    pub fn process<'a>(&mut self, input: impl Fn(usize) -> &'a [f32], output: &mut [f32]) {
        match self {
            Self::Source(unit) => unit.process(input, output),
            Self::Gain(unit) => unit.process(input, output),
            Self::Biquad(unit) => unit.process(input, output),
            Self::Sine(unit) => unit.process(input, output),
        }
    }
}

struct ToAny;

impl Visitor for ToAny {
    type Out = AnyUnit;
    fn visit<K: Kernel>(self, unit: Unit<K>) -> AnyUnit {
        let unit: Box<dyn std::any::Any> = Box::new(unit);
        let unit = match unit.downcast() {
            Ok(unit) => return AnyUnit::Gain(*unit),
            Err(unit) => unit,
        };
        let unit = match unit.downcast() {
            Ok(unit) => return AnyUnit::Biquad(*unit),
            Err(unit) => unit,
        };
        let unit = match unit.downcast() {
            Ok(unit) => return AnyUnit::Sine(*unit),
            Err(unit) => unit,
        };
        match unit.downcast() {
            Ok(unit) => AnyUnit::Source(*unit),
            Err(_) => unreachable!("a graph has no other nodes"),
        }
    }
}

#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Buffer<const F: usize>(pub(super) [f32; F]);

struct Op {
    unit: AnyUnit,
    /// Indices of buffers.
    inputs: [u32; FAN_IN],
    output: u32,
}

/// For blocks of up to `F` frames, or with `FIXED` of exactly so many.
struct Bare<const F: usize, const FIXED: bool> {
    ops: Vec<Op>,
    /// Invariant: every index in `ops` is below its length, and no op's output is among its inputs.
    buffers: Vec<Buffer<F>>,
}

/// Builds it for blocks of any length, which is what an engine has to take.
///
/// # Errors
/// For blocks of more than 512 frames.
pub fn build(graph: &Graph, frames: usize) -> Built {
    match frames {
        0..=64 => Ok(Box::new(Bare::<64, false>::new(graph))),
        65..=512 => Ok(Box::new(Bare::<512, false>::new(graph))),
        _ => Err(format!("not made for {frames} frames")),
    }
}

/// Builds it for blocks of one length, which the compiler knows: no host promises that, but it is the floor.
///
/// # Errors
/// For blocks of other than 64 or 512 frames.
pub fn build_fixed(graph: &Graph, frames: usize) -> Built {
    match frames {
        64 => Ok(Box::new(Bare::<64, true>::new(graph))),
        512 => Ok(Box::new(Bare::<512, true>::new(graph))),
        _ => Err(format!("not made for {frames} frames")),
    }
}

impl<const F: usize, const FIXED: bool> Bare<F, FIXED> {
    fn new(graph: &Graph) -> Self {
        let (colours, count) = colour(graph);
        let ops = graph.nodes.iter().zip(&colours).map(|(node, &output)| {
            let mut inputs = [0; FAN_IN];
            inputs.iter_mut().zip(&node.inputs).for_each(|(input, &from)| *input = colours[from]);
            Op { unit: AnyUnit::new(node), inputs, output }
        });
        Self { ops: ops.collect(), buffers: vec![Buffer([0.0; F]); count] }
    }
}

/// A buffer for each node, given back when its last reader has run; the last one given back is taken first.
pub(super) fn colour(graph: &Graph) -> (Vec<u32>, usize) {
    let mut last_reader: Vec<usize> = (0..graph.nodes.len()).collect();
    for (from, to, _) in graph.edges() {
        last_reader[from] = last_reader[from].max(to);
    }
    last_reader[graph.output()] = usize::MAX;
    let (mut colours, mut free, mut count) = (vec![], vec![], 0_u32);
    for (index, node) in graph.nodes.iter().enumerate() {
        colours.push(free.pop().unwrap_or_else(|| {
            count += 1;
            count - 1
        }));
        free.extend(node.inputs.iter().filter(|&&from| last_reader[from] == index).map(|&from| colours[from]));
    }
    (colours, count as usize)
}

impl<const F: usize, const FIXED: bool> Engine for Bare<F, FIXED> {
    fn run(&mut self, output: &mut [f32]) {
        let frames = if FIXED { F } else { output.len().min(F) };
        let buffers = self.buffers.as_mut_ptr();
        let mut last = 0;
        for op in &mut self.ops {
            last = op.output as usize;
            // SAFETY: by the invariant of `buffers` the indices are in range and the output is none of the inputs; a
            // buffer has `F` frames.
            unsafe {
                let out: &mut Buffer<F> = &mut *buffers.add(last);
                let input = |slot: usize| {
                    let from: &Buffer<F> = &*buffers.add(op.inputs[slot] as usize);
                    from.0.get_unchecked(..frames)
                };
                op.unit.process(input, out.0.get_unchecked_mut(..frames));
            }
        }
        output.copy_from_slice(&self.buffers[last].0[..frames]);
    }
}
