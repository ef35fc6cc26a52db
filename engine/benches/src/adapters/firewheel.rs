//! `firewheel`: a schedule compiled off the audio thread; any block.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use audioadapter_buffers::direct::InterleavedSlice;
use firewheel_core::channel_config::{ChannelConfig, ChannelCount};
use firewheel_core::node::{
    AudioNode, AudioNodeInfo, AudioNodeProcessor, ConstructProcessorContext, EmptyConfig, NodeError, ProcBuffers,
    ProcExtra, ProcInfo, ProcessStatus, StreamStatus,
};
use firewheel_graph::backend::BackendProcessInfo;
use firewheel_graph::processor::FirewheelProcessor;
use firewheel_graph::{ActivateInfo, FirewheelConfig, FirewheelContext};

use crate::engine::{Built, Engine};
use crate::kernel::{Kernel, Unit};
use crate::shape::{Graph, Visitor};

struct Wrapped<K>(Unit<K>);

fn count(channels: usize) -> ChannelCount {
    u32::try_from(channels).ok().and_then(ChannelCount::new).unwrap_or_default()
}

impl<K: Kernel> AudioNode for Wrapped<K> {
    type Configuration = EmptyConfig;

    fn info(&self, _: &EmptyConfig) -> Result<AudioNodeInfo, NodeError> {
        let config = ChannelConfig { num_inputs: count(self.0.inputs()), num_outputs: ChannelCount::MONO };
        Ok(AudioNodeInfo::new().debug_name("wrapped").channel_config(config))
    }

    fn construct_processor(
        &self,
        _: &EmptyConfig,
        _: ConstructProcessorContext,
    ) -> Result<impl AudioNodeProcessor, NodeError> {
        Ok(Running(self.0.clone()))
    }
}

struct Running<K>(Unit<K>);

impl<K: Kernel> AudioNodeProcessor for Running<K> {
    fn process(&mut self, _: &ProcInfo, buffers: ProcBuffers, _: &mut ProcExtra) -> ProcessStatus {
        self.0.process_called(|slot| buffers.inputs[slot], buffers.outputs[0]);
        ProcessStatus::OutputsModified
    }
}

struct Add<'a>(&'a mut FirewheelContext);

impl Visitor for Add<'_> {
    type Out = Result<firewheel_core::node::NodeID, String>;
    fn visit<K: Kernel>(self, unit: Unit<K>) -> Self::Out {
        self.0.add_node(Wrapped(unit), None).map_err(|error| format!("{error:?}"))
    }
}

struct Firewheel {
    // Dropped first: a context waits seconds for its processor to end.
    processor: FirewheelProcessor,
    _context: FirewheelContext,
    start: Instant,
}

/// Builds it.
///
/// # Errors
/// What it refuses.
pub fn build(graph: &Graph, frames: usize) -> Built {
    let capacity = u32::try_from(graph.nodes.len()).map_err(|error| error.to_string())?;
    let mut context = FirewheelContext::new(FirewheelConfig {
        num_graph_outputs: ChannelCount::MONO,
        initial_node_capacity: capacity + 2,
        initial_edge_capacity: 4 * capacity,
        ..FirewheelConfig::default()
    });
    let ids: Vec<_> = graph.nodes.iter().map(|node| node.build(Add(&mut context))).collect::<Result<_, _>>()?;
    for (from, to, slot) in graph.edges() {
        let slot = u32::try_from(slot).map_err(|error| error.to_string())?;
        context.connect(ids[from], ids[to], &[(0, slot)], false).map_err(|error| format!("{error:?}"))?;
    }
    let out = context.graph_out_node_id();
    context.connect(ids[graph.output()], out, &[(0, 0)], false).map_err(|error| format!("{error:?}"))?;
    let processor = context
        .activate(ActivateInfo {
            sample_rate: NonZeroU32::new(48_000).ok_or("no sample rate")?,
            max_block_frames: u32::try_from(frames).ok().and_then(NonZeroU32::new).ok_or("no frames")?,
            num_stream_in_channels: 0,
            num_stream_out_channels: 1,
            input_to_output_latency_seconds: 0.0,
        })
        .map_err(|error| format!("{error:?}"))?;
    context.update().map_err(|error| format!("{error:?}"))?;
    Ok(Box::new(Firewheel { processor, _context: context, start: Instant::now() }))
}

impl Engine for Firewheel {
    fn run(&mut self, output: &mut [f32]) {
        let frames = output.len();
        let (Ok(input), Ok(mut output)) =
            (InterleavedSlice::new(&[], 0, 0), InterleavedSlice::new_mut(output, 1, frames))
        else {
            return;
        };
        let info = BackendProcessInfo {
            frames,
            // A clock that is read once: what the caller's clock costs is not the engine's.
            process_timestamp: Some(self.start),
            duration_since_stream_start: Duration::default(),
            input_stream_status: StreamStatus::empty(),
            output_stream_status: StreamStatus::empty(),
            dropped_frames: 0,
            process_to_playback_delay: None,
        };
        self.processor.process(&input, &mut output, info);
    }
}
