//! `fundsp`: a `Net` of boxed units, run by its audio half; at most 64 frames.

use fundsp::MAX_BUFFER_SIZE;
use fundsp::audiounit::AudioUnit;
use fundsp::buffer::{BufferMut, BufferRef, BufferVec};
use fundsp::net::Net;
use fundsp::realnet::NetBackend;
use fundsp::signal::SignalFrame;

use crate::engine::{Built, Engine};
use crate::kernel::{Kernel, SAMPLE_RATE, Unit};
use crate::shape::{Graph, Visitor};

#[derive(Clone)]
struct Wrapped<K>(Unit<K>);

impl<K: Kernel> AudioUnit for Wrapped<K> {
    fn tick(&mut self, input: &[f32], output: &mut [f32]) {
        self.0.process_called(|slot| &input[slot..=slot], &mut output[..1]);
    }

    fn process(&mut self, size: usize, input: &BufferRef, output: &mut BufferMut) {
        self.0.process_called(|slot| &input.channel_f32(slot)[..size], &mut output.channel_f32_mut(0)[..size]);
    }

    fn inputs(&self) -> usize {
        self.0.inputs()
    }

    fn outputs(&self) -> usize {
        1
    }

    fn route(&mut self, _: &SignalFrame, _: f64) -> SignalFrame {
        SignalFrame::new(1)
    }

    fn get_id(&self) -> u64 {
        1
    }

    fn footprint(&self) -> usize {
        size_of::<Self>()
    }
}

struct ToUnit;

impl Visitor for ToUnit {
    type Out = Box<dyn AudioUnit>;
    fn visit<K: Kernel>(self, unit: Unit<K>) -> Self::Out {
        Box::new(Wrapped(unit))
    }
}

struct Fundsp {
    /// Keeps the connection to the audio half.
    _net: Net,
    backend: NetBackend,
    output: BufferVec,
}

/// Builds it.
///
/// # Errors
/// Never.
pub fn build(graph: &Graph, _: usize) -> Built {
    let mut net = Net::new(0, 1);
    let ids: Vec<_> = graph.nodes.iter().map(|node| net.push(node.build(ToUnit))).collect();
    for (from, to, slot) in graph.edges() {
        net.connect(ids[from], 0, ids[to], slot);
    }
    net.connect_output(ids[graph.output()], 0, 0);
    net.set_sample_rate(SAMPLE_RATE);
    net.allocate();
    let mut backend = net.backend();
    backend.allocate();
    Ok(Box::new(Fundsp { _net: net, backend, output: BufferVec::new(1) }))
}

impl Engine for Fundsp {
    fn run(&mut self, output: &mut [f32]) {
        for part in output.chunks_exact_mut(MAX_BUFFER_SIZE) {
            self.backend.process(MAX_BUFFER_SIZE, &BufferRef::empty(), &mut self.output.buffer_mut());
            part.copy_from_slice(self.output.channel_f32(0));
        }
    }
}
